//! Runs that looked elsewhere than the one before.

use std::collections::BTreeSet;

use findings::coverage::{Filter, Target};
use findings::sink::{Recorded, Told};
use findings::{Class, Fact, Observation};
use vocab::Severity;

/// The run; none where the document has nothing of the kind.
type Elsewhere = fn(&Recorded) -> Option<Recorded>;

/// Name and change.
pub const ALL: &[(&str, Elsewhere)] = &[
    ("another host", another_host),
    ("another kind", another_kind),
    ("another image or project", another_subject),
    ("another set of rules", other_rules),
    ("another category", another_category),
    ("a part of it", a_part),
    ("only the worst", only_the_worst),
];

/// Whether the change stands in the document, so that a statement cannot answer it.
pub fn is_told(name: &str) -> bool {
    matches!(name, "another image or project" | "another category")
}

/// The document without one of its claims.
pub fn without(told: &Recorded, out: usize) -> Recorded {
    let mut at = 0;
    let mut left = told.clone();
    left.told.retain(|told| {
        if !matches!(told, Told::Observation(_)) {
            return true;
        }
        at += 1;
        at - 1 != out
    });
    left
}

fn kept(told: &Recorded, keep: impl Fn(&Observation) -> bool) -> Recorded {
    let mut left = told.clone();
    left.told.retain(|told| match told {
        Told::Observation(observation) => keep(observation),
        _ => true,
    });
    left
}

fn is_place(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::Looked(_)
            | Fact::Missed(_)
            | Fact::SignedIn(..)
            | Fact::PassedAt(..)
            | Fact::Digest(_)
    )
}

/// Every host is another one.
fn another_host(told: &Recorded) -> Option<Recorded> {
    let mut other = told.clone();
    let mut any = false;
    for endpoint in other.observations_mut().filter_map(|o| o.endpoint.as_mut()) {
        any |= !endpoint.host.is_empty();
        endpoint.host = format!("other-{}", endpoint.host);
    }
    for o in other.observations_mut() {
        o.tool_id.clear();
        o.fingerprints.clear();
        o.target = if o.target.is_empty() { String::new() } else { format!("other-{}", o.target) };
    }
    other.told.retain(|told| !matches!(told, Told::Fact(fact) if is_place(fact)));
    let all_have =
        other.observations().all(|o| o.endpoint.as_ref().is_some_and(|e| !e.host.is_empty()));
    (any && all_have).then_some(other)
}

/// Of what was found one secret is left, and nothing is told of kinds.
fn another_kind(told: &Recorded) -> Option<Recorded> {
    let mut first = told.observations().next()?.clone();
    if told.observations().any(|o| o.class == Class::Secret) {
        return None;
    }
    first.class = Class::Secret;
    first.tool_id.clear();
    first.fingerprints.clear();
    first.secret = None;
    let mut other = kept(told, |_| false);
    other.told.retain(|told| !matches!(told, Told::Fact(Fact::Kind(_) | Fact::Succeeded)));
    other.told.push(Told::Observation(Box::new(first)));
    Some(other)
}

/// The document and its records call what they looked at otherwise.
fn another_subject(told: &Recorded) -> Option<Recorded> {
    let mut other = told.clone();
    let mut any = false;
    for told in &mut other.told {
        match told {
            Told::Fact(Fact::Target(target)) => {
                any |= !target.starts_with(['/', '.']) && !target.is_empty();
                *target = format!("another/{target}");
            }
            Told::Observation(o) if !o.target.is_empty() => {
                any = true;
                o.target = format!("another/{}", o.target);
            }
            _ => {}
        }
    }
    other.told.retain(|told| !matches!(told, Told::Fact(fact) if is_place(fact)));
    any.then_some(other)
}

/// Every second rule was not there; the version, where it stands for the rules, is another one.
fn other_rules(told: &Recorded) -> Option<Recorded> {
    let ruled = |o: &Observation| o.class != Class::Dependency || o.ids.is_empty();
    let rules: BTreeSet<&str> =
        told.observations().filter(|o| ruled(o)).map(|o| o.rule.as_str()).collect();
    let gone: BTreeSet<String> =
        rules.into_iter().filter(|r| !r.is_empty()).step_by(2).map(str::to_owned).collect();
    if gone.is_empty() {
        return None;
    }
    let mut other = kept(told, |o| !ruled(o) || !gone.contains(&o.rule));
    other.told.retain(|told| {
        !matches!(
            told,
            Told::Fact(
                Fact::ActiveRule(_)
                    | Fact::AllRules
                    | Fact::PassedAt(..)
                    | Fact::RulesVersion(_)
                    | Fact::Succeeded
            )
        )
    });
    for told in &mut other.told {
        if let Told::Fact(Fact::ToolVersion(version)) = told {
            version.push_str(".other");
        }
    }
    Some(other)
}

/// The run names itself otherwise.
fn another_category(told: &Recorded) -> Option<Recorded> {
    let mut other = told.clone();
    let tool = other.told.iter().find_map(|told| match told {
        Told::Fact(Fact::Tool(tool)) => Some(tool.clone()),
        _ => None,
    })?;
    if other.told.iter().any(|told| matches!(told, Told::Fact(Fact::Run { .. }))) {
        return None;
    }
    let category = "other/part".to_owned();
    other.told.insert(0, Told::Fact(Fact::Run { tool, category }));
    // It finds something else, in another place.
    let first = other.observations().next()?.clone();
    other = kept(&other, |_| false);
    let mut first = first;
    first.rule = "OTHER-1".into();
    first.ids.clear();
    first.tool_id.clear();
    first.fingerprints.clear();
    first.secret = None;
    first.title = "something else".into();
    first.locations.iter_mut().for_each(|l| l.path = format!("other/{}", l.path));
    other.told.push(Told::Observation(Box::new(first)));
    Some(other)
}

/// Half of the files, hosts or manifests.
fn a_part(told: &Recorded) -> Option<Recorded> {
    let place = |o: &Observation| -> Option<String> {
        let host = o.endpoint.as_ref().map(|e| e.host.clone()).filter(|h| !h.is_empty());
        host.or_else(|| o.locations.first().map(|l| l.path.clone())).filter(|p| !p.is_empty())
    };
    let places: BTreeSet<String> = told.observations().filter_map(place).collect();
    let all = told.observations().all(|o| place(o).is_some());
    if places.len() < 2 || !all {
        return None;
    }
    let gone: BTreeSet<&String> = places.iter().step_by(2).collect();
    let here = |o: &Observation| {
        let paths = o.locations.iter().map(|l| &l.path);
        let host = o.endpoint.as_ref().map(|e| &e.host);
        !paths.chain(host).any(|p| gone.contains(p))
    };
    let mut other = kept(told, here);
    other.observations().next()?;
    // What was not looked at is not told of either.
    let away = |target: &Target| {
        gone.iter().any(|path| {
            [Target::file(path), Target::manifest(path), Target::host(path)].contains(target)
                || target.name().split(':').next() == Some(path.as_str())
        })
    };
    let wide = |target: &Target| target.as_str().starts_with("folder:");
    other.told.retain(|told| match told {
        Told::Fact(
            Fact::Looked(target) | Fact::LookedAmong(target) | Fact::PassedAt(_, target),
        ) => !away(target) && !wide(target),
        _ => true,
    });
    Some(other)
}

/// The worst alone, and nothing is told of filters.
fn only_the_worst(told: &Recorded) -> Option<Recorded> {
    let worst = told.observations().map(|o| o.severity).max()?;
    let mut other = kept(told, |o| o.severity == worst);
    let known = |o: &Observation| o.severity != Severity::Unknown;
    let fewer = other.observations().count() < told.observations().count();
    other.told.retain(|told| {
        !matches!(
            told,
            Told::Fact(Fact::Filter(Filter::None | Filter::Severity(_)) | Fact::PassedAt(..))
        )
    });
    (fewer && told.observations().all(known)).then_some(other)
}
