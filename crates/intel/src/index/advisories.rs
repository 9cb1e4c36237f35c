//! What is known of one advisory, and which others speak of the same problem?
//!
//! In: a reference out of an evaluation, or any id. Out: the facts of the record, its group, its text.

use vocab::{Ecosystem, Instant, Severity};

use super::builder::UNREADABLE;
use super::file::File;
use super::layout::{ADVISORY, GROUP, ID, NO_TIME, PACKAGE, Section, UPSTREAM};
use super::{Index, IndexError, texts};
use crate::cve::CveId;
use crate::osv::{Kind, Named};

/// An advisory of one index, by its number. Numbers ascend with the ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AdvisoryRef(pub u32);

/// An alias group of one index, by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupRef(pub u32);

/// The facts of one record.
#[derive(Debug, Clone, PartialEq)]
pub struct Advisory {
    /// The id in its database.
    pub id: String,
    /// One line: the summary, else the first line of the details; may be cut, may be empty.
    pub title: String,
    /// What sort of advisory it is.
    pub kind: Kind,
    /// When it was published.
    pub published: Option<Instant>,
    /// When it last changed; never the start of a clock.
    pub modified: Option<Instant>,
    /// When it was withdrawn; a withdrawn record never matches.
    pub withdrawn: Option<Instant>,
    /// The worst of its CVSS vectors, else its rating word, else unknown.
    pub severity: Severity,
    /// Its CVSS v3.x and v4.0 vectors.
    pub vectors: Vec<String>,
    /// Its CWE names.
    pub cwes: Vec<String>,
    /// Ids that the record was made from: a distribution's record names the CVE here. No aliases.
    pub upstream: Vec<String>,
    /// The modules and functions that it is about, where its database names them (Go, RustSec).
    pub symbols: Vec<Named>,
    /// Its alias group.
    pub group: GroupRef,
    /// Its packages.
    pub packages: Vec<Package>,
    /// Something of the record could not be evaluated.
    pub unreadable: bool,
}

/// A package of an advisory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// The ecosystem with its suffix.
    pub ecosystem: Ecosystem,
    /// The normalised name.
    pub name: String,
}

/// The advisories that speak of one problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The advisories, ascending; withdrawn ones included.
    pub members: Vec<AdvisoryRef>,
    /// All ids and aliases, sorted.
    pub aliases: Vec<String>,
    /// Those that are CVE names, sorted.
    pub cves: Vec<String>,
    /// CVEs that records in force were made from and that are no aliases, sorted: their signals count
    /// for the group (docs/decisions/0009-upstream-signals.md).
    pub upstream: Vec<CveId>,
}

/// What an advisory tells people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text {
    /// One line.
    pub summary: String,
    /// Markdown, cut where it is very long.
    pub details: String,
    /// Addresses.
    pub references: Vec<String>,
}

impl Index<'_> {
    /// The facts of an advisory.
    pub fn advisory(&self, advisory: AdvisoryRef) -> Result<Advisory, IndexError> {
        let row = self.row(advisory)?;
        let owned = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect::<Vec<_>>();
        let mut packages = Vec::new();
        for package in self.file.list(row[14])? {
            let row: [u32; PACKAGE] = self.file.row(Section::Packages, package as usize)?;
            let ecosystem = Ecosystem::parse(self.file.text(row[1])?);
            packages.push(Package { ecosystem, name: self.file.text(row[2])?.to_owned() });
        }
        Ok(Advisory {
            id: self.file.text(row[0])?.to_owned(),
            title: self.file.optional_text(row[16])?.unwrap_or_default().to_owned(),
            kind: kind(row[1] & 0xff)?,
            severity: severity(row[1] >> 8 & 0xff)?,
            unreadable: row[1] & UNREADABLE != 0,
            published: time(row[2], row[3])?,
            modified: time(row[4], row[5])?,
            withdrawn: time(row[6], row[7])?,
            group: GroupRef(row[8]),
            vectors: owned(self.file.texts(row[12])?),
            cwes: owned(self.file.texts(row[13])?),
            upstream: owned(self.file.texts(row[15])?),
            symbols: self.named(row[17])?,
            packages,
        })
    }

    /// The text of an advisory. Decompresses one block.
    pub fn text(&self, advisory: AdvisoryRef) -> Result<Text, IndexError> {
        let row = self.row(advisory)?;
        texts::read(&self.file, row[9], row[10], row[11])
    }

    /// The group of any advisory id or alias. CVE names are found in any case.
    pub fn find(&self, id: &str) -> Result<Option<GroupRef>, IndexError> {
        if let Some(found) = find(&self.file, id.trim())? {
            return Ok(Some(found));
        }
        match CveId::parse(id) {
            Some(cve) => find(&self.file, &cve.to_string()),
            None => Ok(None),
        }
    }

    /// The advisories and ids of a group.
    pub fn group(&self, group: GroupRef) -> Result<Group, IndexError> {
        let [members, ids, upstream]: [u32; GROUP] =
            self.file.row(Section::Groups, group.0 as usize)?;
        let members = self.file.list(members)?.into_iter().map(AdvisoryRef).collect();
        let texts = self.file.texts(ids)?;
        let aliases: Vec<String> = texts.into_iter().map(str::to_owned).collect();
        let cves = aliases.iter().filter(|id| CveId::parse(id).is_some()).cloned().collect();
        let upstream = self.file.list(upstream)?;
        let upstream = upstream.as_chunks::<2>().0.iter().map(|[low, high]| cve(*low, *high));
        Ok(Group { members, aliases, cves, upstream: upstream.collect() })
    }

    /// The groups with records that were made from a CVE without being its alias: what distributions
    /// say of it. Ascending.
    pub fn downstream(&self, cve: CveId) -> Result<Vec<GroupRef>, IndexError> {
        let mut groups = Vec::new();
        let first = self.file.lower_bound::<UPSTREAM>(Section::Upstreams, cve.key())?;
        for index in first..self.file.rows::<UPSTREAM>(Section::Upstreams) {
            let [low, high, group]: [u32; UPSTREAM] = self.file.row(Section::Upstreams, index)?;
            if self::cve(low, high) != cve {
                break;
            }
            groups.push(GroupRef(group));
        }
        Ok(groups)
    }

    fn named(&self, place: u32) -> Result<Vec<Named>, IndexError> {
        let mut named = Vec::new();
        for [path, symbols] in self.file.list(place)?.as_chunks::<2>().0 {
            let symbols = self.file.texts(*symbols)?.into_iter().map(str::to_owned).collect();
            named.push(Named { path: self.file.text(*path)?.to_owned(), symbols });
        }
        Ok(named)
    }

    fn row(&self, advisory: AdvisoryRef) -> Result<[u32; ADVISORY], IndexError> {
        self.file.row(Section::Advisories, advisory.0 as usize)
    }
}

fn cve(low: u32, high: u32) -> CveId {
    CveId::from_key(u64::from(high) << 32 | u64::from(low))
}

fn find(file: &File<'_>, id: &str) -> Result<Option<GroupRef>, IndexError> {
    let (mut low, mut high) = (0, file.rows::<ID>(Section::Ids));
    while low < high {
        let middle = low + (high - low) / 2;
        let [place, group]: [u32; ID] = file.row(Section::Ids, middle)?;
        match file.text(place)?.cmp(id) {
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
            std::cmp::Ordering::Equal => return Ok(Some(GroupRef(group))),
        }
    }
    Ok(None)
}

/// The two halves of an instant in seconds, as rows keep it.
pub(super) fn halves(instant: Option<Instant>) -> [u32; 2] {
    let seconds = instant.map_or(NO_TIME, |i| i.as_second()) as u64;
    [seconds as u32, (seconds >> 32) as u32]
}

/// The instant that two halves make.
pub(super) fn time(low: u32, high: u32) -> Result<Option<Instant>, IndexError> {
    match (u64::from(high) << 32 | u64::from(low)) as i64 {
        NO_TIME => Ok(None),
        seconds => Instant::from_second(seconds)
            .map(Some)
            .map_err(|_| IndexError::Malformed { what: "an instant out of range" }),
    }
}

const KINDS: [Kind; 5] =
    [Kind::Vulnerability, Kind::Malicious, Kind::Unmaintained, Kind::Unsound, Kind::Notice];
const SEVERITIES: [Severity; 6] = [
    Severity::Unknown,
    Severity::None,
    Severity::Low,
    Severity::Medium,
    Severity::High,
    Severity::Critical,
];

fn kind(code: u32) -> Result<Kind, IndexError> {
    KINDS.get(code as usize).copied().ok_or(IndexError::Malformed { what: "a kind of advisory" })
}

fn severity(code: u32) -> Result<Severity, IndexError> {
    SEVERITIES.get(code as usize).copied().ok_or(IndexError::Malformed { what: "a severity" })
}

/// The number of a kind and a severity in a row.
pub(super) fn codes(kind: Kind, severity: Severity) -> u32 {
    let place = |found: Option<usize>| found.unwrap_or(0) as u32;
    place(KINDS.iter().position(|k| *k == kind))
        | place(SEVERITIES.iter().position(|s| *s == severity)) << 8
}
