//! Which published ids name the problem of an observation?
//!
//! Aliases of one another name one problem. An advisory of a distribution bundles several (RHSA, USN, DSA
//! …): beside an id of its own it names nothing. More than one CVE that are no aliases are several problems.

use std::collections::BTreeSet;

use super::Knowledge;
use crate::observation::{MAX_MEMBERS, Observation};

/// Advisories that bundle problems.
const BUNDLES: &[&str] = &[
    "DSA-",
    "DLA-",
    "USN-",
    "RHSA-",
    "RHBA-",
    "RHEA-",
    "RLSA-",
    "RXSA-",
    "ALSA-",
    "ELSA-",
    "ALAS",
    "SUSE-SU-",
    "SUSE-RU-",
    "OPENSUSE-SU-",
    "FEDORA-",
    "GLSA-",
    "MGASA-",
    "CESA-",
];

/// The ids of an observation.
pub struct Ids {
    /// The alias group as far as it is known, sorted.
    pub all: Vec<String>,
    /// Those that name the problem, sorted; one entry that joins all of them where they are several problems;
    /// empty without ids.
    pub names: Vec<String>,
    /// Whether they name one problem; false also without ids.
    pub one: bool,
}

impl Ids {
    pub fn of(observation: &Observation, knowledge: &Knowledge<'_>) -> Self {
        let own: BTreeSet<String> = observation.ids.iter().map(|id| canonical(id)).collect();
        let mut all = own.clone();
        let mut one = own.iter().filter(|id| is_cve(id)).count() <= 1;
        for id in &own {
            let aliases: Vec<String> =
                (knowledge.aliases)(id).iter().map(|id| canonical(id)).take(MAX_MEMBERS).collect();
            // Two CVEs of one alias group are one problem.
            one |= own.iter().filter(|id| is_cve(id)).all(|cve| aliases.contains(cve));
            all.extend(aliases);
        }
        let naming = |ids: &BTreeSet<String>| -> Vec<String> {
            let plain: Vec<String> = ids.iter().filter(|id| !is_bundle(id)).cloned().collect();
            if plain.is_empty() { ids.iter().cloned().collect() } else { plain }
        };
        let names = if one { naming(&all) } else { vec![naming(&own).join(" ")] };
        Self { one: one && !own.is_empty(), names, all: all.into_iter().collect() }
    }

    /// The CVE, if one names the problem, else the first id; for people.
    pub fn leading(&self) -> Option<&str> {
        let cve = self.names.iter().find(|id| is_cve(id));
        cve.or_else(|| self.names.first()).map(String::as_str)
    }
}

/// The ids of an observation that its source calls aliases of each other, in the spelling in which they are
/// compared: all that name one problem. None where they are several problems, and none that bundles.
pub fn aliases_told(observation: &Observation) -> Vec<String> {
    let mut ids: Vec<String> = observation.ids.iter().map(|id| canonical(id)).collect();
    ids.retain(|id| !is_bundle(id));
    ids.sort_unstable();
    ids.dedup();
    if ids.iter().filter(|id| is_cve(id)).count() > 1 { Vec::new() } else { ids }
}

/// The spelling in which ids are compared: upper case, of GHSA only the prefix; ids that a distribution makes
/// by a prefix before the CVE (OSV's `DEBIAN-CVE-…`, `UBUNTU-CVE-…`, `ALPINE-CVE-…`) are that CVE.
pub fn canonical(id: &str) -> String {
    let upper = id.trim().to_ascii_uppercase();
    if let Some(rest) = upper.strip_prefix("GHSA-") {
        return format!("GHSA-{}", rest.to_ascii_lowercase());
    }
    for prefix in ["DEBIAN-", "UBUNTU-", "ALPINE-"] {
        if let Some(rest) = upper.strip_prefix(prefix).filter(|rest| rest.starts_with("CVE-")) {
            return rest.to_owned();
        }
    }
    upper
}

fn is_cve(id: &str) -> bool {
    id.starts_with("CVE-")
}

fn is_bundle(id: &str) -> bool {
    BUNDLES.iter().any(|prefix| id.starts_with(prefix))
}
