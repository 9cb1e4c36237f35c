//! Which findings are known not to be the one that is asked about?
//!
//! What the same tool reports side by side it tells apart itself, under whatever name, format or branch it was imported.
//! What a person took apart, or refused to join, is not asked again.
//!
//! Reports that people write are the exception: an inbox or a bounty programme numbers what comes in, and its numbers
//! tell submissions apart, not problems. Two of them about one problem are its commonest duplicate, so they are compared
//! like any others, whatever their numbers.

use std::collections::{BTreeMap, BTreeSet};

use findings::observation::Class;
use ledger::Tied;
use ledger::row::Finding;

use crate::books::Books;
use crate::queue::QueueError;
use crate::queue::call::Call;

/// Words that tell the editions of one tool apart, and no tools.
const EDITIONS: &[&str] = &[
    "ce",
    "cli",
    "cloud",
    "community",
    "edition",
    "ee",
    "engine",
    "enterprise",
    "free",
    "json",
    "oss",
    "owasp",
    "pro",
    "professional",
    "sarif",
    "scanner",
    "the",
];

/// Whether a finding's class is what people report in words.
pub(super) fn is_told(class: &str) -> bool {
    serde_json::from_value::<Class>(class.into()).is_ok_and(|class| class == Class::Report)
}

/// Who reports findings.
pub(super) struct Sources {
    /// Of each stream the tools, and the source in its own words.
    streams: BTreeMap<i64, BTreeSet<String>>,
    /// Of each finding its streams.
    findings: BTreeMap<i64, BTreeSet<i64>>,
}

impl Sources {
    pub(super) fn of(books: &mut Books, tied: &[Tied]) -> Result<Self, QueueError> {
        let streams: BTreeSet<i64> = tied.iter().map(|claim| claim.stream).collect();
        let sources = books.ledger.sources(&streams)?;
        let mut findings: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
        for claim in tied {
            findings.entry(claim.finding).or_default().insert(claim.stream);
        }
        let names = |(source, tool): (String, String)| names(&source, &tool);
        let streams = sources.into_iter().map(|(id, said)| (id, names(said))).collect();
        Ok(Self { streams, findings })
    }

    /// Whether a source reports both.
    pub(super) fn share(&self, a: i64, b: i64) -> bool {
        let of_b = self.names_of(b);
        self.names_of(a).iter().any(|name| of_b.contains(name))
    }

    fn names_of(&self, finding: i64) -> BTreeSet<&str> {
        let streams = self.findings.get(&finding).into_iter().flatten();
        let names = streams.filter_map(|stream| self.streams.get(stream));
        names.flatten().map(String::as_str).collect()
    }
}

/// The names by which a source is known: its own, and its tools'.
fn names(source: &str, tool: &str) -> BTreeSet<String> {
    let of_target = source.split_once(" of ").map_or(source, |(tool, _)| tool);
    let tools = tool.split('+').chain(of_target.split('+'));
    tools.map(tool_name).filter(|name| !name.is_empty()).collect()
}

/// A tool's name without its maker, edition and version: `aquasecurity/Trivy 0.58` is `trivy`.
fn tool_name(tool: &str) -> String {
    let name = tool.trim().rsplit('/').next().unwrap_or_default().to_lowercase();
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let version = |word: &str| {
        let digits = word.strip_prefix('v').unwrap_or(word);
        !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
    };
    let telling: String =
        words.clone().filter(|word| !EDITIONS.contains(word) && !version(word)).collect();
    if telling.is_empty() { words.collect() } else { telling }
}

/// Findings that a person has taken apart from this one.
pub(super) fn by_people(
    books: &mut Books,
    finding: &Finding,
    others: &[i64],
) -> Result<BTreeSet<i64>, QueueError> {
    let mut apart = books.ledger.split_from(finding.id)?;
    let mut pair = |a: i64, b: i64| match (a == finding.id, b == finding.id) {
        (true, _) => drop(apart.insert(b)),
        (_, true) => drop(apart.insert(a)),
        _ => {}
    };
    for (one, of) in books.ledger.reopened(finding.id)? {
        pair(one, of);
    }
    let mut asked = others.to_vec();
    asked.push(finding.id);
    for (one, what) in books.ledger.refused(&asked)? {
        match serde_json::from_value::<Call>(what) {
            Ok(Call::Link { to }) => pair(one, to),
            Ok(Call::Duplicate { of }) => pair(one, of),
            _ => {}
        }
    }
    Ok(apart)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_tool_has_many_names() {
        let check = |a: (&str, &str), b: (&str, &str), expect: bool| {
            let (of_a, of_b) = (names(a.0, a.1), names(b.0, b.1));
            assert_eq!(!of_a.is_disjoint(&of_b), expect, "{of_a:?} {of_b:?}");
        };
        check(("semgrep", "semgrep"), ("Semgrep OSS", "Semgrep OSS"), true);
        check(("nightly", "Trivy"), ("trivy of shop:1.2", "trivy"), true);
        check(("aquasecurity/trivy", ""), ("Trivy 0.58", ""), true);
        check(("OWASP ZAP", ""), ("zap", "ZAP"), true);
        check(("nightly", "trivy"), ("nightly", "grype"), true);
        check(("gosec+trivy", "gosec+trivy"), ("gosec", "gosec"), true);
        check(("trivy", "Trivy"), ("grype", "Grype"), false);
        check(("GitLab SAST", ""), ("GitLab DAST", ""), false);
        check(("pro", ""), ("enterprise", ""), false);
    }
}
