//! What has to be looked at before a claim can be said to have ended?

use serde::{Deserialize, Serialize};
use vocab::Severity;

use super::Target;
use crate::identity::full_port;
use crate::observation::{Class, Confidence, Observation};

/// Most places of a claim that are kept; what has more ends only by a run over everything.
pub const MAX_PLACES: usize = 64;

/// The claim's side of coverage. The ledger keeps it beside the claim.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Ground {
    /// The kind of problem.
    pub class: Class,
    /// The tool's rule; empty where it is a published problem of a package, which needs none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub rule: String,
    /// One line: of some tools the cap counts those of one text.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Image, project or account, as the document calls it; empty when it names none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub subject: String,
    /// The image's digest.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub digest: String,
    /// The one thing in its places that it is about, such as a resource of a cloud; empty where it is none or several.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub resource: String,
    /// The package that it is about (`npm/left-pad`, lower case); empty of several.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub package: String,
    /// Every place, each from the narrowest target to the widest, sorted.
    pub places: Vec<Vec<Target>>,
    /// There were more than are kept.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
    /// The run that reported it says of one of these places or things that its rule passed there too: two things share
    /// a name, and to pass there proves nothing of this one.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub shared: bool,
    /// As last rated.
    pub severity: Severity,
    /// As sure as the tool last was.
    #[serde(skip_serializing_if = "is_unknown")]
    pub confidence: Confidence,
    /// A package without a version that mends it, in one of its places.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unfixed: bool,
    /// Whether the run that reported it was signed in there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_in: Option<bool>,
}

fn is_unknown(confidence: &Confidence) -> bool {
    *confidence == Confidence::Unknown
}

/// The ground of a claim that these settled observations make. `subject` and `digest` are the document's own.
pub fn ground(observations: &[Observation], subject: &str, digest: &str) -> Ground {
    let Some(first) = observations.first() else { return Ground::default() };
    let mut all: Vec<Vec<Target>> = observations.iter().flat_map(places).collect();
    all.sort();
    all.dedup();
    let more = all.len() > MAX_PLACES;
    all.truncate(MAX_PLACES);
    let own = observations.iter().map(|o| o.target.trim()).find(|target| !target.is_empty());
    let alone = observations.iter().all(|o| o.resource == first.resource);
    let published = first.class == Class::Dependency && !first.ids.is_empty();
    Ground {
        class: first.class,
        rule: if published { String::new() } else { first.rule.trim().to_owned() },
        title: if published { String::new() } else { first.title.clone() },
        subject: own.unwrap_or(subject.trim()).to_owned(),
        digest: if own.is_none() { digest.trim().to_owned() } else { String::new() },
        resource: if alone { first.resource.clone() } else { String::new() },
        package: package(observations),
        places: all,
        more,
        shared: false,
        severity: observations.iter().map(|o| o.severity).min().unwrap_or_default(),
        confidence: observations.iter().map(|o| o.confidence).min().unwrap_or_default(),
        unfixed: observations.iter().any(is_unfixed),
        signed_in: None,
    }
}

/// The one package that observations of a claim name.
fn package(observations: &[Observation]) -> String {
    let named = |o: &Observation| {
        let component = o.component.as_ref().filter(|_| o.class == Class::Dependency)?;
        Some(format!("{}/{}", component.kind.trim(), component.name.trim()).to_lowercase())
    };
    let mut all = observations.iter().map(named);
    match all.next().flatten() {
        Some(first) if all.all(|other| other.as_ref() == Some(&first)) => first,
        _ => String::new(),
    }
}

/// Whether a package's problem has no version that mends it.
pub(super) fn is_unfixed(observation: &Observation) -> bool {
    let fixed = observation.component.as_ref().is_some_and(|c| !c.fixed_in.is_empty());
    observation.class == Class::Dependency && !fixed
}

/// The places of an observation, each from the narrowest target to the widest; never none.
pub(super) fn places(observation: &Observation) -> Vec<Vec<Target>> {
    let paths = || observation.locations.iter().map(|l| l.path.as_str()).filter(|p| !p.is_empty());
    let endpoint = observation.endpoint.as_ref().filter(|e| !e.host.trim().is_empty());
    let mut found: Vec<Vec<Target>> = match (observation.class, endpoint) {
        (Class::Dependency | Class::Licence, _) => {
            paths().map(|path| vec![Target::manifest(path)]).collect()
        }
        (Class::Web, Some(e)) => {
            let port = full_port(e);
            vec![vec![
                Target::site(&e.host, port),
                Target::port(&e.host, port, &e.protocol),
                Target::host(&e.host),
            ]]
        }
        (_, Some(e)) => {
            vec![vec![Target::port(&e.host, full_port(e), &e.protocol), Target::host(&e.host)]]
        }
        (_, None) => paths().map(|path| vec![Target::file(path)]).collect(),
    };
    found.sort();
    found.dedup();
    if found.is_empty() {
        // Without a place it is of the unit that the record names, or of the run.
        let target = observation.target.trim();
        found.push(vec![if target.is_empty() { Target::run() } else { Target::unit(target) }]);
    }
    found
}
