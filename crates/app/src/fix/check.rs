//! Is a changed copy better than it was? It is scanned, as the tree itself would be.

use std::collections::BTreeSet;
use std::path::Path;

use vocab::Instant;

use crate::intelligence::Intelligence;
use crate::report::Report;
use crate::scan::{self, Request, ScanError, Target};

/// One problem of one package version, whatever the asset is called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    pub ecosystem: String,
    pub name: String,
    pub version: String,
    pub advisory: String,
}

impl Key {
    /// Of a finding.
    pub fn of(finding: &crate::report::Finding) -> Self {
        Self {
            ecosystem: finding.ecosystem.clone(),
            name: normal(&finding.ecosystem, &finding.name),
            version: finding.version.clone(),
            advisory: finding.advisory.to_string(),
        }
    }

    /// `package: advisory`.
    pub fn shown(&self) -> String {
        format!("{} {}: {}", self.name, self.version, self.advisory)
    }

    /// The same advisory on the same package, at whatever version.
    pub fn same_problem(&self, other: &Self) -> bool {
        self.problem() == other.problem()
    }

    fn problem(&self) -> (&str, &str, &str) {
        (&self.ecosystem, &self.name, &self.advisory)
    }
}

/// A name as its ecosystem compares names.
pub fn normal(ecosystem: &str, name: &str) -> String {
    vocab::Ecosystem::parse(ecosystem).normal_name(name).into_owned()
}

/// What a scan of a copy shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    pub keys: BTreeSet<Key>,
    /// What could not be read; more of it than before means that an edit broke something.
    pub unread: BTreeSet<String>,
    /// Packages at versions met.
    pub components: u64,
}

/// Scans a copy.
pub fn look(tree: &Path, intelligence: &Intelligence, now: Instant) -> Result<Seen, ScanError> {
    let target = Target::called(tree, ".");
    Ok(seen(&scan::scan(&Request::of(vec![target]), intelligence, now)?))
}

fn seen(report: &Report) -> Seen {
    Seen {
        keys: report.findings.iter().map(Key::of).collect(),
        unread: report.not_read.iter().map(|u| format!("{}: {}", u.path, u.problem)).collect(),
        components: report.components,
    }
}

/// Whether a problem has ended: it is gone, and it did not move to a version that was not there before.
pub fn ended(key: &Key, before: &Seen, after: &Seen) -> bool {
    let moved = |k: &&Key| k.problem() == key.problem() && !before.keys.contains(*k);
    !after.keys.contains(key) && !after.keys.iter().any(|k| moved(&k))
}

/// How two looks at a copy differ.
#[derive(Debug, Default)]
pub struct Difference {
    pub closed: Vec<String>,
    pub open: Vec<String>,
    pub brought: Vec<String>,
}

/// Compares: what matched before and no longer does, what still does, what does only now. A problem
/// that moved to another version of the same package is still open.
pub fn compare(before: &Seen, after: &Seen) -> Difference {
    let problems: BTreeSet<_> = before.keys.iter().map(Key::problem).collect();
    let mut difference = Difference::default();
    for key in before.keys.difference(&after.keys) {
        if !after.keys.iter().any(|k| k.problem() == key.problem()) {
            difference.closed.push(key.shown());
        }
    }
    for key in &after.keys {
        let list = if problems.contains(&key.problem()) {
            &mut difference.open
        } else {
            &mut difference.brought
        };
        list.push(key.shown());
    }
    difference
}

/// Whether a change is worth keeping: fewer findings, and nothing that could be read no longer can.
///
/// # Errors
/// It is not; the reason in words.
pub fn better(before: &Seen, after: &Seen) -> Result<(), String> {
    if let Some(problem) = after.unread.difference(&before.unread).next() {
        return Err(format!("the changed files could not be read: {problem}"));
    }
    if before.components > 1 && after.components * 2 < before.components {
        return Err(format!(
            "the changed lock file would name {} packages instead of {}, so it is not taken",
            after.components, before.components
        ));
    }
    if after.keys.len() >= before.keys.len() {
        let difference = compare(before, after);
        return Err(match difference.brought.first() {
            Some(new) => format!("it would bring {new} and close no more than it brings"),
            None => {
                "the findings stay: something else still asks for the present version".to_owned()
            }
        });
    }
    Ok(())
}
