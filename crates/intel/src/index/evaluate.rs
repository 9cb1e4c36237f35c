//! Is this package at this version affected?
//!
//! In: an ecosystem, a name and a version as a file spells them. Out: a three-valued verdict with the
//! advisories that matched. On a miss nothing is allocated; the component's version is parsed once.
//!
//! Which records a component meets:
//! - a suffix that is an address (`Maven:https://…`) is another registry: it meets only its own records;
//! - any other suffix is a release (`Debian:12`): it meets its own records and those without a suffix;
//! - `:LTS` behind an Ubuntu release makes no other release of it;
//! - a component without a suffix meets records without one. Many files do not tell the registry: a name
//!   of which only records of other registries speak is taken to be theirs, and meets those. Where the ecosystem's records are told by
//!   release, nobody can say «clear» of it: it is not evaluated.

use std::cmp::Ordering;

use versions::range::{self, End, Interval};
use versions::{Scheme, Version};
use vocab::{Base, Ecosystem, NotEvaluated, Verdict};

use super::advisories::AdvisoryRef;
use super::layout::{
    self, ADVISORY, END_FIXED, END_LAST, END_LIMIT, END_NONE, INTERVAL, PACKAGE, POSTING,
    POSTING_STATEMENT, POSTING_UNREADABLE, POSTING_WITHDRAWN, Section, number,
};
use super::{Index, IndexError};

/// The answer for one component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// The verdict; affected also when all matches are informational.
    pub verdict: Verdict,
    /// The advisories that cover the version, ascending.
    pub matches: Vec<Match>,
    /// What the verdict would be without the matches, when that is «not evaluated»: for components whose
    /// matches are all notices, and for what could not be evaluated beside a match.
    pub beside: Option<NotEvaluated>,
}

/// One advisory that covers the version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// The advisory.
    pub advisory: AdvisoryRef,
    /// The version that fixes it, going up from this one; `None` when none is told.
    pub fixed: Option<String>,
    /// The last affected version, where the record tells that instead of a fix.
    pub last_affected: Option<String>,
    /// What the distribution says of the package besides (`Debian: end of life, no fix will come`).
    pub statement: Option<String>,
}

/// A component's version: its text, and its place in the order if it has one.
struct Asked<'v> {
    text: &'v str,
    scheme: Option<Scheme>,
    version: Option<Version<'v>>,
}

/// What one posting says of a version.
enum Said {
    Nothing,
    Covered(Match),
    Unparsable,
}

impl Index<'_> {
    /// Evaluates one component. The name is normalised here.
    pub fn evaluate(
        &self,
        ecosystem: &Ecosystem,
        name: &str,
        version: &str,
    ) -> Result<Evaluation, IndexError> {
        let scheme = Scheme::of(ecosystem);
        let found = self.packages(ecosystem, name)?;
        let mut matches = Vec::new();
        let mut doubt: Option<NotEvaluated> = None;
        if !found.is_empty() {
            let version = version.trim_ascii();
            let parsed = scheme.and_then(|scheme| placed(scheme, version));
            let asked = Asked { text: version, scheme, version: parsed };
            for package in found {
                self.ask(package, &asked, &mut matches, &mut doubt)?;
            }
            matches.sort_by_key(|m| m.advisory);
            matches.dedup_by_key(|m| m.advisory);
        }
        let beside = match (scheme, doubt) {
            (None, _) => Some(NotEvaluated::UnknownEcosystem),
            (_, Some(doubt)) => Some(doubt),
            (Some(_), None) => self.not_covered(ecosystem)?,
        };
        let verdict = match &beside {
            _ if !matches.is_empty() => Verdict::Affected,
            Some(reason) => Verdict::NotEvaluated(reason.clone()),
            None => Verdict::Clear,
        };
        Ok(Evaluation { verdict, matches, beside })
    }

    /// True when any record speaks of the package, withdrawn ones aside. For components that are not
    /// from the registry but bear a name that advisories know.
    pub fn known(&self, ecosystem: &Ecosystem, name: &str) -> Result<bool, IndexError> {
        for package in self.packages(ecosystem, name)? {
            if self.in_force(package)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Every distinct version above `version` that some record of the package names as a fix, ascending:
    /// the places where an upgrade may go. Empty when the version has no place in the order.
    pub fn candidates(
        &self,
        ecosystem: &Ecosystem,
        name: &str,
        version: &str,
    ) -> Result<Vec<String>, IndexError> {
        let Some(scheme) = Scheme::of(ecosystem) else { return Ok(Vec::new()) };
        let Some(version) = placed(scheme, version) else { return Ok(Vec::new()) };
        let mut above: Vec<Version<'_>> = Vec::new();
        for package in self.packages(ecosystem, name)? {
            for posting in self.postings(package)? {
                let [_, flags, first, count, ..] = posting?;
                if flags & POSTING_WITHDRAWN != 0 {
                    continue;
                }
                for index in rows(first, count) {
                    let [_, end, kind]: [u32; INTERVAL] =
                        self.file.row(Section::Intervals, index)?;
                    if kind != END_FIXED {
                        continue;
                    }
                    if let Ok(fix) = scheme.parse(self.file.text(end)?)
                        && fix.compare(&version) == Ordering::Greater
                    {
                        above.push(fix);
                    }
                }
            }
        }
        above.sort_by(Version::compare);
        above.dedup_by(|a, b| a.compare(b) == Ordering::Equal);
        Ok(above.into_iter().map(|fix| fix.text().to_owned()).collect())
    }

    /// The packages that a component meets; none takes no memory.
    fn packages(
        &self,
        ecosystem: &Ecosystem,
        name: &str,
    ) -> Result<Vec<[u32; PACKAGE]>, IndexError> {
        let name = ecosystem.normal_name(name);
        if name.is_empty() {
            return Ok(Vec::new());
        }
        let base = ecosystem.base_name();
        let Some(suffix) = suffix(ecosystem) else { return self.without_suffix(base, &name) };
        let mut found = Vec::new();
        found.extend(self.package(base, Some(suffix), &name)?);
        if !is_registry(suffix) {
            found.extend(self.package(base, None, &name)?);
        }
        Ok(found)
    }

    /// The base's own package; where no record of it is in force, also those of other registries.
    fn without_suffix(&self, base: &str, name: &str) -> Result<Vec<[u32; PACKAGE]>, IndexError> {
        let mut found = Vec::new();
        for row in self.bucket(layout::hash(base, None, name))? {
            let row = row?;
            if self.file.text(row[2])? != name {
                continue;
            }
            let ecosystem = self.file.text(row[1])?;
            if is_named(ecosystem, base, None) {
                if self.in_force(row)? {
                    return Ok(vec![row]);
                }
                found.push(row);
            } else if is_elsewhere(ecosystem, base) {
                found.push(row);
            }
        }
        Ok(found)
    }

    /// Is a record of the package not withdrawn?
    fn in_force(&self, package: [u32; PACKAGE]) -> Result<bool, IndexError> {
        for posting in self.postings(package)? {
            if posting?[1] & POSTING_WITHDRAWN == 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The row of one package; the empty name stands for the ecosystem itself.
    pub(super) fn package(
        &self,
        base: &str,
        suffix: Option<&str>,
        name: &str,
    ) -> Result<Option<[u32; PACKAGE]>, IndexError> {
        for row in self.bucket(layout::hash(base, suffix, name))? {
            let row = row?;
            if self.file.text(row[2])? == name && is_named(self.file.text(row[1])?, base, suffix) {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    /// The packages under a hash; what else has its 32 bits is among them.
    fn bucket(
        &self,
        hash: u64,
    ) -> Result<impl Iterator<Item = Result<[u32; PACKAGE], IndexError>>, IndexError> {
        let at = layout::bucket(hash, self.bits) * 4;
        let range = self.file.get(Section::Buckets, at, 8)?;
        let rows = number(range, 0)..number(range, 4);
        let rows = rows.map(|index| self.file.row::<PACKAGE>(Section::Packages, index as usize));
        Ok(rows.filter(move |row| row.as_ref().map_or(true, |row| row[0] == hash as u32)))
    }

    fn postings(
        &self,
        package: [u32; PACKAGE],
    ) -> Result<impl Iterator<Item = Result<[u32; POSTING], IndexError>>, IndexError> {
        let [_, _, _, first, count] = package;
        Ok(rows(first, count).map(|index| self.file.row(Section::Postings, index)))
    }

    /// Asks every record of a package.
    fn ask(
        &self,
        package: [u32; PACKAGE],
        asked: &Asked<'_>,
        matches: &mut Vec<Match>,
        doubt: &mut Option<NotEvaluated>,
    ) -> Result<(), IndexError> {
        for posting in self.postings(package)? {
            let posting = posting?;
            if posting[1] & POSTING_WITHDRAWN != 0 {
                continue;
            }
            match self.posting(posting, asked)? {
                Said::Covered(found) => {
                    matches.push(Match { statement: self.statement(posting[1])?, ..found });
                }
                // The version is the reason that a person can mend; it goes before the record's.
                Said::Unparsable => *doubt = Some(NotEvaluated::UnparsableVersion),
                Said::Nothing if posting[1] & POSTING_UNREADABLE != 0 && doubt.is_none() => {
                    let row: [u32; ADVISORY] =
                        self.file.row(Section::Advisories, posting[0] as usize)?;
                    let id = self.file.text(row[0])?.to_owned();
                    *doubt = Some(NotEvaluated::UnreadableAdvisory(id));
                }
                Said::Nothing => {}
            }
        }
        Ok(())
    }

    fn posting(&self, posting: [u32; POSTING], asked: &Asked<'_>) -> Result<Said, IndexError> {
        let [advisory, _, first, count, first_exact, exacts] = posting;
        let advisory = AdvisoryRef(advisory);
        let mut said = Said::Nothing;
        let mut unparsable =
            asked.version.is_none() && asked.scheme.is_some() && (count > 0 || exacts > 0);
        for index in rows(first, count) {
            let (Some(scheme), Some(version)) = (asked.scheme, &asked.version) else { break };
            let (interval, kind) = self.interval(index)?;
            match range::contains(scheme, &interval, version) {
                Ok(true) => said = later(scheme, said, ending(advisory, &interval, kind)),
                Ok(false) => {}
                Err(_) => unparsable = true,
            }
        }
        if matches!(said, Said::Covered(_)) {
            return Ok(said);
        }
        for index in rows(first_exact, exacts) {
            let [place] = self.file.row::<1>(Section::Exacts, index)?;
            if self.is_same(self.file.text(place)?, asked) {
                return Ok(Said::Covered(covered(advisory)));
            }
        }
        Ok(if unparsable { Said::Unparsable } else { Said::Nothing })
    }

    /// The statement that a posting's flags name.
    fn statement(&self, flags: u32) -> Result<Option<String>, IndexError> {
        let Some(row) = (flags >> POSTING_STATEMENT).checked_sub(1) else { return Ok(None) };
        let [place] = self.file.row::<1>(Section::Statements, row as usize)?;
        Ok(Some(self.file.text(place)?.to_owned()))
    }

    /// The same text, another spelling of the same version, or a local build of it.
    fn is_same(&self, exact: &str, asked: &Asked<'_>) -> bool {
        exact == asked.text
            || asked
                .version
                .as_ref()
                .zip(asked.scheme)
                .is_some_and(|(version, scheme)| range::lists(scheme, exact, version))
    }

    fn interval(&self, index: usize) -> Result<(Interval<'_>, u32), IndexError> {
        let [from, end, kind]: [u32; INTERVAL] = self.file.row(Section::Intervals, index)?;
        let end = match kind {
            END_NONE => End::Open,
            END_LAST => End::UpTo(self.file.text(end)?),
            END_FIXED | END_LIMIT => End::Before(self.file.text(end)?),
            _ => return Err(IndexError::Malformed { what: "how an interval ends" }),
        };
        let from = self.file.optional_text(from)?;
        Ok((Interval { from, end }, kind))
    }

    /// Why «no match» is not «clear» for this ecosystem; `None` when it is.
    fn not_covered(&self, ecosystem: &Ecosystem) -> Result<Option<NotEvaluated>, IndexError> {
        let Some(coverage) = self.coverage(ecosystem).filter(|c| c.records > 0) else {
            return Ok(Some(NotEvaluated::NoAdvisories));
        };
        if !coverage.complete {
            return Ok(Some(NotEvaluated::PartialAdvisories));
        }
        let base = ecosystem.base_name();
        if let Some(suffix) = suffix(ecosystem) {
            // A release or registry of which no record speaks is not one without problems.
            let own = self.package(base, Some(suffix), "")?;
            return Ok(own.is_none().then_some(NotEvaluated::NoAdvisories));
        }
        // The row of the ecosystem itself tells whether some records are bound to a release.
        let by_release = self.package(base, None, "")?.is_none_or(|row| row[3] != 0);
        Ok(by_release.then_some(NotEvaluated::PartialAdvisories))
    }
}

/// The version, if it names a release that has a place in the order: some texts (a branch, a legacy
/// version) are ordered and yet no verdict may rest on their place, which only a range tells.
fn placed(scheme: Scheme, version: &str) -> Option<Version<'_>> {
    let everything = Interval { from: None, end: End::Open };
    let version = scheme.parse(version).ok()?;
    range::contains(scheme, &everything, &version).ok()?;
    Some(version)
}

/// What narrows the ecosystem, in the one spelling under which records and components meet. Ubuntu's
/// releases come both with and without `:LTS` (`Ubuntu:22.04`, `Ubuntu:22.04:LTS`) and are the same; its
/// `Pro:` releases are others.
pub(super) fn suffix(ecosystem: &Ecosystem) -> Option<&str> {
    let suffix = ecosystem.suffix()?;
    match ecosystem.base() {
        Base::Ubuntu => Some(suffix.strip_suffix(":LTS").unwrap_or(suffix)),
        _ => Some(suffix),
    }
}

/// Does the suffix name another registry, not a release?
pub(super) fn is_registry(suffix: &str) -> bool {
    suffix.contains("://")
}

/// Is `text` the ecosystem of these parts?
fn is_named(text: &str, base: &str, suffix: Option<&str>) -> bool {
    match (text.strip_prefix(base), suffix) {
        (Some(rest), None) => rest.is_empty(),
        (Some(rest), Some(suffix)) => rest.strip_prefix(':') == Some(suffix),
        (None, _) => false,
    }
}

/// Is `text` another registry of the base?
fn is_elsewhere(text: &str, base: &str) -> bool {
    let rest = text.strip_prefix(base).and_then(|rest| rest.strip_prefix(':'));
    rest.is_some_and(is_registry)
}

/// The row numbers of a stretch; a forged one ends at the numbers' end and fails at its first bad row.
fn rows(first: u32, count: u32) -> std::ops::Range<usize> {
    first as usize..first.saturating_add(count) as usize
}

fn ending(advisory: AdvisoryRef, interval: &Interval<'_>, kind: u32) -> Match {
    let mut found = covered(advisory);
    match interval.end {
        End::Before(text) if kind == END_FIXED => found.fixed = Some(text.to_owned()),
        End::UpTo(text) => found.last_affected = Some(text.to_owned()),
        _ => {}
    }
    found
}

fn covered(advisory: AdvisoryRef) -> Match {
    Match { advisory, fixed: None, last_affected: None, statement: None }
}

/// Of two intervals of one record that both hold the version, the one that ends later tells the fix; one
/// without a fix ends latest.
fn later(scheme: Scheme, said: Said, next: Match) -> Said {
    let Said::Covered(known) = said else { return Said::Covered(next) };
    let order = match (&known.fixed, &next.fixed) {
        (Some(a), Some(b)) => scheme.compare(a, b).unwrap_or(Ordering::Equal),
        (a, b) => b.is_some().cmp(&a.is_some()),
    };
    Said::Covered(if order == Ordering::Less { next } else { known })
}
