//! Which one action ends a finding?
//!
//! In: the finding's facts and one source's observations. Out: the action in one line and its key: findings of
//! one asset with the same key are one row of the queue. Never in the key: a version, a line, a severity.

use std::cmp::Ordering;

use findings::Class;
use findings::identity::Key;
use findings::observation::{Component, Observation};
use ledger::change::{Facts, FixFacts};
use versions::Scheme;
use vocab::{Base, Ecosystem};

use super::facts::package;

/// The action. `own` is the identity's tuple, for what only ends by itself.
pub(crate) fn fix(facts: &Facts, observations: &[Observation], own: &Key) -> FixFacts {
    let Some(first) = observations.first() else { return FixFacts::default() };
    let place = facts.place.clone();
    let rule = if first.rule.is_empty() { facts.title.as_str() } else { first.rule.as_str() };
    let made = |parts: &[&str], action: String, available: bool| {
        let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
        FixFacts { key: Key::of(&parts).hex(), action, place: place.clone(), available }
    };
    match first.class {
        Class::Dependency => match first.component.as_ref() {
            Some(component) => dependency(facts, observations, component, &made),
            None => made(&["mend", rule, &place], format!("mend {rule}{}", inside(&place)), false),
        },
        Class::Licence => {
            let name = first.component.as_ref().map_or(place.as_str(), |c| c.name.as_str());
            made(&["licence", &place], format!("replace {name}, or clear its licence"), false)
        }
        Class::Secret => {
            made(&["rotate", rule, &place], format!("rotate the {rule}{}", inside(&place)), true)
        }
        Class::Configuration => {
            made(&["set", rule, &place], format!("set {rule} right{}", on(&place)), true)
        }
        Class::Host => {
            let patched = !first.remedy.is_empty();
            made(
                &["host", rule, &place],
                format!("settle «{}»{}", facts.title, on(&place)),
                patched,
            )
        }
        Class::Web => {
            made(&["web", rule, &place], format!("mend «{}»{}", facts.title, at(&place)), false)
        }
        Class::Crash | Class::Report => {
            let own = own.hex();
            made(&["itself", &own], format!("settle «{}»", facts.title), false)
        }
        Class::Code => {
            made(&["mend", rule, &place], format!("mend {rule}{}", inside(&place)), false)
        }
    }
}

fn dependency(
    facts: &Facts,
    observations: &[Observation],
    component: &Component,
    made: &dyn Fn(&[&str], String, bool) -> FixFacts,
) -> FixFacts {
    let (kind, name) = package(component);
    let key = ["upgrade", kind.as_str(), name.as_str()];
    if facts.ids.iter().any(|id| id.starts_with("MAL-")) {
        return made(
            &key,
            format!("remove {name}, rotate what it could read, look for its traces"),
            true,
        );
    }
    match smallest_fix(&kind, observations) {
        Some(version) => made(&key, format!("upgrade {name} to {version}"), true),
        None => made(&key, format!("replace or shield {name}: no fixed version is known"), false),
    }
}

/// The smallest version that a claim names as fixed and that lies above every version found; where versions
/// have no order, the first one named.
fn smallest_fix(kind: &str, observations: &[Observation]) -> Option<String> {
    let components = || observations.iter().filter_map(|o| o.component.as_ref());
    let scheme = scheme(kind);
    let compare = |a: &str, b: &str| -> Option<Ordering> { scheme?.compare(a, b).ok() };
    let above = |fixed: &str| {
        let found = components().map(|c| c.version.as_str()).filter(|v| !v.is_empty());
        found
            .into_iter()
            .all(|found| compare(fixed, found).is_none_or(|order| order == Ordering::Greater))
    };
    let mut best: Option<&str> = None;
    for fixed in components().flat_map(|c| &c.fixed_in).map(|v| v.trim()) {
        if fixed.is_empty() || !above(fixed) {
            continue;
        }
        let smaller = |known: &str| compare(fixed, known) == Some(Ordering::Less);
        if best.is_none_or(smaller) {
            best = Some(fixed);
        }
    }
    best.map(str::to_owned)
}

/// How versions of a purl type are ordered; distributions that share a type share its order.
fn scheme(kind: &str) -> Option<Scheme> {
    let base = Base::ALL.iter().find(|base| base.purl_type() == kind)?;
    Scheme::of(&Ecosystem::parse(base.name()))
}

fn inside(place: &str) -> String {
    if place.is_empty() { String::new() } else { format!(" in {place}") }
}

fn on(place: &str) -> String {
    if place.is_empty() { String::new() } else { format!(" on {place}") }
}

fn at(place: &str) -> String {
    if place.is_empty() { String::new() } else { format!(" at {place}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dependency(versions: &[(&str, &[&str])]) -> Vec<Observation> {
        let of = |(version, fixed): &(&str, &[&str])| Observation {
            class: Class::Dependency,
            component: Some(Component {
                kind: "npm".to_owned(),
                name: "lodash".to_owned(),
                version: (*version).to_owned(),
                fixed_in: fixed.iter().map(|f| (*f).to_owned()).collect(),
                ..Component::default()
            }),
            ..Observation::default()
        };
        versions.iter().map(of).collect()
    }

    fn check(observations: &[Observation], facts: &Facts, expect: &str) {
        let made = fix(facts, observations, &Key([0; 16]));
        assert_eq!(made.action, expect);
    }

    #[test]
    fn the_smallest_fix_above_what_is_found() {
        let none = Facts::default();
        check(
            &dependency(&[("4.17.9", &["4.17.21", "4.17.12", "3.10.2"])]),
            &none,
            "upgrade lodash to 4.17.12",
        );
        check(
            &dependency(&[("4.17.9", &["4.17.10"]), ("4.17.19", &["4.17.20"])]),
            &none,
            "upgrade lodash to 4.17.20",
        );
        check(
            &dependency(&[("4.17.9", &[])]),
            &none,
            "replace or shield lodash: no fixed version is known",
        );
        let malicious = Facts { ids: vec!["MAL-2026-1".to_owned()], ..Facts::default() };
        check(
            &dependency(&[("1.0.0", &[])]),
            &malicious,
            "remove lodash, rotate what it could read, look for its traces",
        );
    }

    #[test]
    fn one_row_for_a_package_whatever_the_version_and_one_for_each_rule_in_a_file() {
        let key = |o: &[Observation], place: &str| {
            fix(&Facts { place: place.to_owned(), ..Facts::default() }, o, &Key([0; 16])).key
        };
        assert_eq!(
            key(&dependency(&[("1.0.0", &["1.2.0"])]), "p"),
            key(&dependency(&[("2.0.0", &[])]), "p")
        );
        let code =
            |rule: &str| vec![Observation { rule: rule.to_owned(), ..Observation::default() }];
        assert_ne!(key(&code("sqli"), "src/a.py"), key(&code("sqli"), "src/b.py"));
        assert_ne!(key(&code("sqli"), "src/a.py"), key(&code("xss"), "src/a.py"));
    }
}
