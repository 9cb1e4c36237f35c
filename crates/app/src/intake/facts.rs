//! What is said of a finding in one line each, when several sources claim it?
//!
//! In: the observations of its standing claims. Out: the finding's own facts: the worst severity, the leading id
//! (CVE before GHSA before others), the shortest title that tells something, where it is. Never: what people
//! have set; that stands beside and wins where it acts.

use findings::Class;
use findings::observation::{Component, Endpoint, Observation};
use ledger::change::{Facts, Found, Met};
use vocab::{Severity, purl};

/// Most ids kept with a finding.
const MAX_IDS: usize = 64;
/// A title shorter than this tells nothing («XSS»), if a longer one is there.
const TELLING: usize = 12;
/// Most versions named.
const MAX_VERSIONS: usize = 3;
/// Most ways in which our own scan met one problem: of each a clock is computed.
const MAX_MET: usize = 32;
/// Most fixed versions kept of one claim.
const MAX_FIXES: usize = 16;
/// Longest place, in bytes.
const MAX_PLACE: usize = 500;

/// The facts of a finding whose standing claims are these; `ids` is the alias group as far as it is known.
pub(crate) fn facts(observations: &[Observation], ids: Vec<String>) -> Facts {
    let first = observations.first();
    let class = first.map_or(Class::default(), |o| o.class);
    let rated = observations.iter().map(|o| o.severity).max().unwrap_or(Severity::Unknown);
    let rule = first.map(|o| o.rule.clone()).unwrap_or_default();
    let ids = leading(ids);
    Facts {
        title: title(observations, ids.first().map(String::as_str), &rule),
        severity: rated.as_str().to_owned(),
        rule: if class == Class::Dependency { String::new() } else { rule },
        ids,
        place: first.map(place).unwrap_or_default(),
        version: versions(observations),
        found: found(observations),
        met: met(observations),
        rated: rated_by_others(observations),
    }
}

/// The versions at which a package was found, with what the sources tell to fix each.
fn found(observations: &[Observation]) -> Vec<Found> {
    let packages = observations.iter().filter(|o| o.class == Class::Dependency);
    let mut found: Vec<Found> = Vec::new();
    for (observation, component) in packages.filter_map(|o| Some((o, o.component.as_ref()?))) {
        let ecosystem = observation.met.as_ref().map(|met| met.ecosystem.clone());
        let mut fixed_in = component.fixed_in.clone();
        fixed_in.truncate(MAX_FIXES);
        let version = component.version.clone();
        found.push(Found { version, ecosystem: ecosystem.unwrap_or_default(), fixed_in });
    }
    found.sort();
    found.dedup();
    found.truncate(MAX_MET);
    found
}

/// The ways in which our own scan met it, each once.
fn met(observations: &[Observation]) -> Vec<Met> {
    let ours = observations.iter().filter_map(|o| o.met.as_ref());
    let mut met: Vec<Met> = ours
        .map(|own| {
            let mut records = own.records.clone();
            records.sort();
            records.truncate(MAX_IDS);
            Met { scope: own.scope.as_str().to_owned(), records }
        })
        .collect();
    met.sort();
    met.dedup();
    met.truncate(MAX_MET);
    met
}

/// The worst rating of the other sources, where there is a claim of ours; else nothing, for theirs is all there is.
fn rated_by_others(observations: &[Observation]) -> String {
    if observations.iter().all(|o| o.met.is_none()) {
        return String::new();
    }
    let others = observations.iter().filter(|o| o.met.is_none()).map(|o| o.severity);
    match others.max() {
        None | Some(Severity::Unknown) => String::new(),
        Some(worst) => worst.as_str().to_owned(),
    }
}

/// Each id once, the leading one first: CVE, then GHSA, then the others.
fn leading(mut ids: Vec<String>) -> Vec<String> {
    let rank = |id: &str| match id.get(..4) {
        Some("CVE-") => 0,
        Some("GHSA") => 1,
        _ => 2,
    };
    ids.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.cmp(b)));
    ids.dedup();
    ids.truncate(MAX_IDS);
    ids
}

fn title(observations: &[Observation], id: Option<&str>, rule: &str) -> String {
    let titles = || {
        let all = observations.iter().map(|o| o.title.trim());
        all.filter(|title| !title.is_empty() && Some(*title) != id)
    };
    let shortest = |least: usize| {
        titles().filter(|t| t.chars().count() >= least).min_by_key(|t| (t.chars().count(), *t))
    };
    let found = shortest(TELLING).or_else(|| titles().max_by_key(|t| (t.chars().count(), *t)));
    let words = found.or(id).unwrap_or(if rule.is_empty() { "without a title" } else { rule });
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Where it is, in one line: package, file, address or resource.
fn place(observation: &Observation) -> String {
    let file = || observation.locations.first().map(|l| l.path.clone()).unwrap_or_default();
    let mut place = match observation.class {
        Class::Dependency | Class::Licence => match &observation.component {
            Some(component) => purl_without_version(component),
            None => file(),
        },
        Class::Host => observation.endpoint.as_ref().map(|e| address(e, false)).unwrap_or_default(),
        Class::Web => observation.endpoint.as_ref().map(|e| address(e, true)).unwrap_or_default(),
        Class::Configuration if !observation.resource.is_empty() => observation.resource.clone(),
        Class::Crash => observation.frames.first().cloned().unwrap_or_else(file),
        _ => file(),
    };
    if place.is_empty() {
        place = [file(), observation.resource.clone(), observation.target.clone()]
            .into_iter()
            .find(|p| !p.is_empty())
            .unwrap_or_default();
    }
    if place.len() > MAX_PLACE {
        let end = (0..=MAX_PLACE).rev().find(|at| place.is_char_boundary(*at)).unwrap_or(0);
        place.truncate(end);
    }
    place
}

fn address(endpoint: &Endpoint, path: bool) -> String {
    let port = if endpoint.port == 0 { String::new() } else { format!(":{}", endpoint.port) };
    let path = if path { endpoint.path.as_str() } else { "" };
    format!("{}{port}{path}", endpoint.host)
}

fn versions(observations: &[Observation]) -> String {
    let mut found: Vec<&str> = observations
        .iter()
        .filter_map(|o| o.component.as_ref())
        .map(|c| c.version.as_str())
        .filter(|v| !v.is_empty())
        .collect();
    found.sort_unstable();
    found.dedup();
    let more = found.len().saturating_sub(MAX_VERSIONS);
    found.truncate(MAX_VERSIONS);
    let named = found.join(", ");
    if more > 0 { format!("{named} and {more} more") } else { named }
}

/// Kind and full name of a package, out of its purl where the record has no more.
pub(crate) fn package(component: &Component) -> (String, String) {
    let parsed = purl::parse(&component.purl);
    let kind = match (&parsed, component.kind.is_empty()) {
        (Some(parsed), true) => parsed.kind.clone(),
        _ => component.kind.to_ascii_lowercase(),
    };
    let name = match parsed {
        Some(parsed) if component.name.is_empty() => match (&parsed.namespace, kind.as_str()) {
            (Some(group), "maven") => format!("{group}:{}", parsed.name),
            (Some(namespace), "npm" | "golang" | "composer" | "swift" | "github") => {
                format!("{namespace}/{}", parsed.name)
            }
            _ => parsed.name,
        },
        _ => component.name.clone(),
    };
    (kind, name)
}

fn purl_without_version(component: &Component) -> String {
    let (kind, name) = package(component);
    if kind.is_empty() { name } else { format!("{kind}/{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(titles: &[&str], ids: &[&str], expect: (&str, &str)) {
        let observations: Vec<Observation> = titles
            .iter()
            .map(|t| Observation {
                title: (*t).to_owned(),
                rule: "r1".to_owned(),
                ..Observation::default()
            })
            .collect();
        let made = facts(&observations, ids.iter().map(|id| (*id).to_owned()).collect());
        assert_eq!((made.title.as_str(), made.ids.join(" ").as_str()), expect);
    }

    #[test]
    fn the_leading_id_and_the_shortest_title_that_tells() {
        check(
            &["Prototype pollution", "CVE-2020-1"],
            &["GHSA-b", "CVE-2020-1", "SNYK-1", "CVE-2019-9"],
            ("Prototype pollution", "CVE-2019-9 CVE-2020-1 GHSA-b SNYK-1"),
        );
        check(&["XSS"], &[], ("XSS", ""));
        check(
            &["XSS", "cross-site\n scripting in a form", "a very much longer title of the same"],
            &[],
            ("cross-site scripting in a form", ""),
        );
        check(&[""], &["RUSTSEC-1"], ("RUSTSEC-1", "RUSTSEC-1"));
        check(&[], &[], ("without a title", ""));
        check(&[""], &[], ("r1", ""));
    }

    #[test]
    fn a_package_is_named_by_its_purl_where_nothing_else_is() {
        let component = |purl: &str, kind: &str, name: &str| {
            package(&Component {
                purl: purl.to_owned(),
                kind: kind.to_owned(),
                name: name.to_owned(),
                ..Component::default()
            })
        };
        assert_eq!(
            component("pkg:npm/%40babel/core@7", "", ""),
            ("npm".to_owned(), "@babel/core".to_owned())
        );
        assert_eq!(
            component("pkg:maven/org.a/b@1", "", ""),
            ("maven".to_owned(), "org.a:b".to_owned())
        );
        assert_eq!(component("", "PyPI", "Django"), ("pypi".to_owned(), "Django".to_owned()));
    }
}
