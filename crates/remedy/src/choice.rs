//! Which version should one package move to?
//!
//! In: one affected package. Out: the smallest version that clears it, or the one that clears most of
//! what is due first, with what stays and what it brings along. Never a version at or below the
//! present one, never one that the index could not judge.

use std::cmp::{Ordering, Reverse};
use std::collections::HashSet;

use crate::order::{compare, prerelease};
use crate::{Affected, Candidate, FindingRef};

/// The version chosen for one package.
pub struct Choice<'a> {
    /// The version.
    pub version: &'a str,
    /// Findings that stay, by id.
    pub leaves: HashSet<&'a str>,
    /// What the version has and the present one has not.
    pub brings: Vec<&'a str>,
    /// It is a pre-release although the present version is none: no release closes anything.
    pub trial: bool,
}

impl Choice<'_> {
    /// Nothing stays and nothing new comes.
    pub fn clean(&self) -> bool {
        self.leaves.is_empty() && self.brings.is_empty()
    }
}

/// Chooses. `None` when no judged version above the present one closes anything.
pub fn choose(affected: &Affected) -> Option<Choice<'_>> {
    let eco = &affected.ecosystem;
    let above: Vec<&Candidate> = affected
        .candidates
        .iter()
        .filter(|c| c.evaluated && !c.malicious)
        .filter(|c| compare(eco, &c.version, &affected.version) == Some(Ordering::Greater))
        .collect();
    if prerelease(eco, &affected.version) {
        return best(affected, &above, false);
    }
    let (trials, releases): (Vec<_>, Vec<_>) =
        above.into_iter().partition(|c| prerelease(eco, &c.version));
    best(affected, &releases, false).or_else(|| best(affected, &trials, true))
}

/// The best of some candidates: what clears most, looking at what is due first; then what brings
/// least; then the smallest.
fn best<'a>(affected: &'a Affected, pool: &[&'a Candidate], trial: bool) -> Option<Choice<'a>> {
    let classes = classes(&affected.findings);
    let present: HashSet<&str> = affected.findings.iter().map(|f| f.id.as_str()).collect();
    let mut winner: Option<(Vec<usize>, Reverse<usize>, Choice<'a>)> = None;
    for candidate in pool {
        let has: HashSet<&str> = candidate.still_affected_by.iter().map(String::as_str).collect();
        let cleared: Vec<usize> = classes
            .iter()
            .map(|class| class.iter().filter(|f| !has.contains(f.id.as_str())).count())
            .collect();
        if cleared.iter().all(|&count| count == 0) {
            continue;
        }
        let mut brings: Vec<&str> = has.difference(&present).copied().collect();
        brings.sort_unstable();
        let score = (cleared, Reverse(brings.len()));
        let better = winner.as_ref().is_none_or(|(cleared, few, choice)| {
            match (&score.0, &score.1).cmp(&(cleared, few)) {
                Ordering::Greater => true,
                Ordering::Less => false,
                Ordering::Equal => {
                    compare(&affected.ecosystem, &candidate.version, choice.version)
                        == Some(Ordering::Less)
                }
            }
        });
        if better {
            let leaves = has.intersection(&present).copied().collect();
            let choice = Choice { version: &candidate.version, leaves, brings, trial };
            winner = Some((score.0, score.1, choice));
        }
    }
    winner.map(|(_, _, choice)| choice)
}

/// Findings of equal urgency together, the most urgent first.
fn classes(findings: &[FindingRef]) -> Vec<Vec<&FindingRef>> {
    let mut sorted: Vec<&FindingRef> = findings.iter().collect();
    sorted.sort_by_key(|f| urgency(f));
    let mut classes: Vec<Vec<&FindingRef>> = Vec::new();
    for finding in sorted {
        match classes.last_mut() {
            Some(class) if class.first().is_some_and(|f| urgency(f) == urgency(finding)) => {
                class.push(finding);
            }
            _ => classes.push(vec![finding]),
        }
    }
    classes
}

/// Emergencies first, then by due; what is due on the next upgrade comes last.
pub fn urgency(finding: &FindingRef) -> (bool, bool, Option<vocab::Instant>) {
    (!finding.emergency, finding.due.is_none(), finding.due)
}
