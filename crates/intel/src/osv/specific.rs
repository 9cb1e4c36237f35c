//! What does a database say in fields of its own: the distribution's word on a package, the functions
//! that an advisory is about?
//!
//! In: `ecosystem_specific` of one `affected[]` entry. Out: short sentences and names. The fields are no
//! part of the OSV schema; what has another shape than the known one counts as absent, since nothing
//! here decides a verdict. The shapes: Debian's tracker (`urgency`), Canonical's feed (`availability`,
//! `priority_reason`), AlmaLinux (`rpm_modularity`), Go's and RustSec's databases.

use serde::Deserialize;
use vocab::{Base, Ecosystem};

use super::{Affected, Rating, Record, Text, lenient, lenient_list};
use crate::cve::CveId;

/// The most modules or paths that are kept of one record's names.
pub const MAX_NAMED: usize = 256;
/// The most functions that are kept of one record's names, all paths together.
pub const MAX_SYMBOLS: usize = 2_000;
/// The longest name of a module or function that is kept, in bytes.
const MAX_SYMBOL: usize = 512;
/// The longest statement, in bytes.
const MAX_STATEMENT: usize = 300;

/// The fields of `ecosystem_specific` that Gabion knows.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct EcosystemSpecific<'a> {
    /// Debian's urgency (`unimportant`, `end-of-life`, `low` …).
    #[serde(borrow, deserialize_with = "lenient")]
    pub urgency: Option<Text<'a>>,
    /// Canonical's priority, where it stands here and not among the ratings.
    #[serde(borrow, deserialize_with = "lenient")]
    pub ubuntu_priority: Option<Text<'a>>,
    /// Why Canonical gave it that priority.
    #[serde(borrow, deserialize_with = "lenient")]
    pub priority_reason: Option<Text<'a>>,
    /// Who gets Canonical's fix.
    #[serde(borrow, deserialize_with = "lenient")]
    pub availability: Option<Text<'a>>,
    /// The module stream that the package is of (AlmaLinux).
    #[serde(borrow, deserialize_with = "lenient")]
    pub rpm_modularity: Option<Text<'a>>,
    /// The import paths and functions of a Go module.
    #[serde(borrow, deserialize_with = "lenient_list")]
    pub imports: Vec<Import<'a>>,
    /// RustSec's functions.
    #[serde(borrow, deserialize_with = "lenient")]
    pub affects: Affects<'a>,
    /// The same in GitHub's records of Rust packages.
    #[serde(borrow, deserialize_with = "lenient_list")]
    pub affected_functions: Vec<Text<'a>>,
}

/// One import path of a Go module.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Import<'a> {
    /// The import path.
    #[serde(borrow, deserialize_with = "lenient")]
    pub path: Text<'a>,
    /// Functions and methods (`Parse`, `Auth.ServeHTTP`); none means all of it.
    #[serde(borrow, deserialize_with = "lenient_list")]
    pub symbols: Vec<Text<'a>>,
}

/// RustSec's `affects`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Affects<'a> {
    /// Paths of functions (`smallvec::SmallVec::grow`).
    #[serde(borrow, deserialize_with = "lenient_list")]
    pub functions: Vec<Text<'a>>,
}

/// A module or type that an advisory names, and what of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    /// Go: the import path. Rust: the path before the last segment (`smallvec::SmallVec`).
    pub path: String,
    /// Functions and methods; empty when the advisory is about all of it.
    pub symbols: Vec<String>,
}

/// The CVEs that a record speaks of without being their alias.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Upstream<'r> {
    /// Named as such, sorted.
    pub cves: Vec<CveId>,
    /// Other records that it was made from (`GHSA-…`).
    pub records: Vec<&'r str>,
}

impl<'a> Record<'a> {
    /// The CVEs whose signals count for this record (docs/decisions/0009-upstream-signals.md): those of
    /// `upstream`, those in ids of the form `DEBIAN-CVE-…`, and for a distribution's record that names
    /// none otherwise, those of `related`.
    pub fn upstream_cves(&self) -> Upstream<'_> {
        let mut found = Upstream::default();
        let upstream = self.upstream.iter().map(Text::as_str);
        for id in std::iter::once(self.id.as_str()).chain(upstream) {
            match CveId::ending(id) {
                Some(cve) => found.cves.push(cve),
                None if id != self.id.as_str() && !id.is_empty() => found.records.push(id),
                None => {}
            }
        }
        let by_alias = || self.aliases.iter().any(|id| CveId::parse(id.as_str()).is_some());
        if found.cves.is_empty() && !by_alias() && self.is_of_a_distribution() {
            let related = self.related.iter().take(super::MAX_UPSTREAM);
            found.cves.extend(related.filter_map(|id| CveId::parse(id.as_str())));
        }
        found.cves.sort_unstable();
        found.cves.dedup();
        found
    }

    /// Are all its packages a distribution's?
    fn is_of_a_distribution(&self) -> bool {
        let mut packages = self.affected.iter().filter_map(|a| a.package.as_ref()).peekable();
        packages.peek().is_some()
            && packages.all(|p| {
                let purl_type = Ecosystem::parse(p.ecosystem.as_str()).base().purl_type();
                matches!(purl_type, "deb" | "apk" | "rpm")
            })
    }

    /// The modules and functions that the record names, in the order of the paths.
    pub fn named(&self) -> Vec<Named> {
        let mut left = MAX_SYMBOLS;
        let mut named: Vec<Named> = Vec::new();
        let mut take = |path: &str, symbols: &mut dyn Iterator<Item = &str>| {
            if left == 0 || path.is_empty() || path.len() > MAX_SYMBOL {
                return;
            }
            let at = match named.iter().position(|n| n.path == path) {
                Some(at) => at,
                None if named.len() < MAX_NAMED => {
                    named.push(Named { path: path.to_owned(), symbols: Vec::new() });
                    named.len() - 1
                }
                None => return,
            };
            let Some(place) = named.get_mut(at) else { return };
            let before = place.symbols.len();
            let symbols = symbols.filter(|s| !s.is_empty() && s.len() <= MAX_SYMBOL);
            place.symbols.extend(symbols.take(left).map(str::to_owned));
            left -= place.symbols.len() - before;
        };
        for specific in self.affected.iter().map(|a| &a.ecosystem_specific) {
            for import in &specific.imports {
                take(import.path.as_str(), &mut import.symbols.iter().map(Text::as_str));
            }
            let functions = specific.affects.functions.iter().chain(&specific.affected_functions);
            for function in functions.map(Text::as_str) {
                if let Some((path, symbol)) = function.rsplit_once("::") {
                    take(path, &mut std::iter::once(symbol));
                }
            }
        }
        for name in &mut named {
            name.symbols.sort_unstable();
            name.symbols.dedup();
        }
        named.sort_unstable();
        named
    }
}

impl Affected<'_> {
    /// What the distribution says of this package beside the ranges, in plain words. `ratings` are the
    /// record's own.
    pub fn statement(&self, ratings: &[Rating<'_>]) -> Option<String> {
        let base = Ecosystem::parse(self.package.as_ref()?.ecosystem.as_str()).base();
        let specific = &self.ecosystem_specific;
        let mut said: Vec<String> = Vec::new();
        match base {
            Base::Debian => said.extend(specific.urgency.as_ref().and_then(|u| debian(u.as_str()))),
            Base::Ubuntu => said.extend(self.ubuntu(ratings)),
            _ => {}
        }
        if let Some(stream) = text(&specific.rpm_modularity) {
            said.push(format!("{}: of the module {stream}", base.name()));
        }
        let said = said.join("; ").replace(char::is_control, " ");
        (!said.is_empty()).then(|| crate::index::cut(&said, MAX_STATEMENT).to_owned())
    }

    fn ubuntu(&self, ratings: &[Rating<'_>]) -> Vec<String> {
        let specific = &self.ecosystem_specific;
        let rated = self.severity.iter().chain(ratings).find(|r| r.kind.as_str() == "Ubuntu");
        let rated = rated.map(|r| r.score.as_str().trim()).filter(|word| !word.is_empty());
        let mut said = Vec::new();
        match (text(&specific.ubuntu_priority).or(rated), text(&specific.priority_reason)) {
            (Some(word), Some(reason)) => said.push(format!("Ubuntu priority: {word} ({reason})")),
            (Some(word), None) => said.push(format!("Ubuntu priority: {word}")),
            (None, Some(reason)) => said.push(format!("Ubuntu: {reason}")),
            (None, None) => {}
        }
        if text(&specific.availability).is_some_and(|who| who.contains("Ubuntu Pro")) {
            said.push("Ubuntu: the fix needs Ubuntu Pro".to_owned());
        }
        said
    }
}

/// The Debian security tracker's words (security-tracker.debian.org, «urgency»). A trailing `**` says
/// that no person chose it. «Not yet assigned» and «undetermined» say nothing.
fn debian(urgency: &str) -> Option<String> {
    let urgency = urgency.trim();
    Some(match urgency.trim_end_matches('*') {
        "end-of-life" => "Debian: end of life, no fix will come".to_owned(),
        "unimportant" => "Debian: unimportant".to_owned(),
        "" | "not yet assigned" | "undetermined" => return None,
        word if urgency.ends_with('*') => format!("Debian urgency: {word} (set by rule)"),
        word => format!("Debian urgency: {word}"),
    })
}

fn text<'t>(field: &'t Option<Text<'_>>) -> Option<&'t str> {
    field.as_ref().map(|text| text.as_str().trim()).filter(|text| !text.is_empty())
}
