//! What does one OSV record say?
//!
//! In: the bytes of one JSON record (OSV schema 1.7, ossf.github.io/osv-schema). Out: a [`Record`] that
//! borrows from them. Unknown fields are passed over, `null` counts as absent; sizes and counts are
//! bounded. Nothing is compared or decided here; `index::affected` evaluates, `index::builder` stores.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Visitor};
use vocab::{Instant, Severity};

mod specific;

pub use specific::{Affects, EcosystemSpecific, Import, MAX_NAMED, MAX_SYMBOLS, Named, Upstream};

/// The largest record that is read, in bytes. The largest public ones (kernel, Red Hat) are near 5 MiB.
pub const MAX_RECORD: usize = 16 << 20;
/// The most `affected` entries of a record.
pub const MAX_AFFECTED: usize = 50_000;
/// The most enumerated versions and range events of a record, all entries together.
pub const MAX_VERSIONS: usize = 1_000_000;
/// The most aliases of a record.
pub const MAX_ALIASES: usize = 1_000;
/// The most ids of records that a record was made from; notices of a kernel name hundreds.
pub const MAX_UPSTREAM: usize = 10_000;
/// The longest id, package name or version, in bytes.
pub const MAX_NAME: usize = 4_096;

/// Why a record was not read.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The bytes are more than [`MAX_RECORD`].
    #[error("the record has {0} bytes, more than {MAX_RECORD}")]
    TooLarge(usize),
    /// The bytes are no JSON, or the JSON has another shape than OSV's.
    #[error("not an OSV record")]
    Shape(#[source] serde_json::Error),
    /// A count is past its bound.
    #[error("more than {limit} {what}")]
    TooMany {
        /// What there are too many of.
        what: &'static str,
        /// The bound.
        limit: usize,
    },
    /// A field that the schema requires is absent or empty.
    #[error("no {0}")]
    Missing(&'static str),
    /// A name is past [`MAX_NAME`].
    #[error("a name of {0} bytes, more than {MAX_NAME}")]
    LongName(usize),
}

/// A string that borrows from the record where JSON has no escapes in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text<'a>(pub Cow<'a, str>);

impl Text<'_> {
    /// The characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Borrowing;
        impl<'de> Visitor<'de> for Borrowing {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_borrowed_str<E>(self, v: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(v)))
            }
            fn visit_str<E>(self, v: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(v.to_owned())))
            }
            fn visit_string<E>(self, v: String) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(v)))
            }
        }
        deserializer.deserialize_str(Borrowing)
    }
}

/// `null` counts as absent.
fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(d: D) -> Result<T, D::Error> {
    Ok(Option::<T>::deserialize(d)?.unwrap_or_default())
}

/// What has no meaning for us in another shape than the expected counts as absent.
fn lenient<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(d: D) -> Result<T, D::Error> {
    let raw = <&serde_json::value::RawValue>::deserialize(d)?;
    Ok(serde_json::from_str(raw.get()).unwrap_or_default())
}

/// As [`lenient`], element by element: one of another shape takes none of the others with it.
fn lenient_list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(d: D) -> Result<Vec<T>, D::Error> {
    let elements: Vec<&serde_json::value::RawValue> = lenient(d)?;
    Ok(elements.into_iter().filter_map(|raw| serde_json::from_str(raw.get()).ok()).collect())
}

/// One record, as far as Gabion uses it.
#[derive(Debug, Deserialize)]
pub struct Record<'a> {
    /// The id in its database (`RUSTSEC-2024-0001`, `GHSA-…`, `MAL-…`).
    #[serde(borrow)]
    pub id: Text<'a>,
    /// When it was published, as written.
    #[serde(borrow, default)]
    pub published: Option<Text<'a>>,
    /// When it last changed, as written.
    #[serde(borrow, default)]
    pub modified: Option<Text<'a>>,
    /// When it was withdrawn, as written; present means withdrawn.
    #[serde(borrow, default)]
    pub withdrawn: Option<Text<'a>>,
    /// Other ids of the same problem: symmetric and transitive.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub aliases: Vec<Text<'a>>,
    /// Ids that this record was made from (a distribution's record of a CVE): no aliases.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub upstream: Vec<Text<'a>>,
    /// Ids of kindred problems: symmetric, not transitive, no aliases.
    #[serde(borrow, default, deserialize_with = "lenient_list")]
    pub related: Vec<Text<'a>>,
    /// One line for people.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub summary: Text<'a>,
    /// Markdown for people.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub details: Text<'a>,
    /// CVSS vectors or rating words.
    #[serde(borrow, default, deserialize_with = "lenient_list")]
    pub severity: Vec<Rating<'a>>,
    /// Where to read more.
    #[serde(borrow, default, deserialize_with = "lenient_list")]
    pub references: Vec<Reference<'a>>,
    /// The packages.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub affected: Vec<Affected<'a>>,
    /// The database's own fields.
    #[serde(borrow, default, deserialize_with = "lenient")]
    pub database_specific: DatabaseSpecific<'a>,
}

/// One entry of `severity[]`.
#[derive(Debug, Deserialize)]
pub struct Rating<'a> {
    /// `CVSS_V3`, `CVSS_V4`, `Ubuntu` …; empty when absent or no text.
    #[serde(borrow, default, rename = "type", deserialize_with = "lenient")]
    pub kind: Text<'a>,
    /// A vector or a word.
    #[serde(borrow, default, deserialize_with = "lenient")]
    pub score: Text<'a>,
}

/// One entry of `references[]`.
#[derive(Debug, Deserialize)]
pub struct Reference<'a> {
    /// The address.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub url: Text<'a>,
}

/// One entry of `affected[]`.
#[derive(Debug, Deserialize)]
pub struct Affected<'a> {
    /// The package; records of git repositories have none.
    #[serde(borrow, default)]
    pub package: Option<Package<'a>>,
    /// Ranges, OR-ed with each other and with `versions`.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub ranges: Vec<Range<'a>>,
    /// Versions by name.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub versions: Vec<Text<'a>>,
    /// Ratings of this package alone.
    #[serde(borrow, default, deserialize_with = "lenient_list")]
    pub severity: Vec<Rating<'a>>,
    /// The ecosystem's own fields.
    #[serde(borrow, default, deserialize_with = "lenient")]
    pub ecosystem_specific: EcosystemSpecific<'a>,
    /// The database's own fields.
    #[serde(borrow, default, deserialize_with = "lenient")]
    pub database_specific: DatabaseSpecific<'a>,
}

/// The package of an `affected[]` entry.
#[derive(Debug, Deserialize)]
pub struct Package<'a> {
    /// The ecosystem with its suffix.
    #[serde(borrow)]
    pub ecosystem: Text<'a>,
    /// The name as the ecosystem spells it.
    #[serde(borrow)]
    pub name: Text<'a>,
}

/// One range: a set of intervals told as events.
#[derive(Debug, Deserialize)]
pub struct Range<'a> {
    /// `ECOSYSTEM`, `SEMVER`, `GIT`; anything else cannot be evaluated.
    #[serde(borrow, default, rename = "type", deserialize_with = "nullable")]
    pub kind: Text<'a>,
    /// The events in any order.
    #[serde(borrow, default, deserialize_with = "nullable")]
    pub events: Vec<Event<'a>>,
}

/// One event of a range; the schema wants exactly one field set.
#[derive(Debug, Deserialize)]
pub struct Event<'a> {
    /// The first affected version; `0` means the very first.
    #[serde(borrow, default)]
    pub introduced: Option<Text<'a>>,
    /// The first version that is not affected any more.
    #[serde(borrow, default)]
    pub fixed: Option<Text<'a>>,
    /// The last affected version, itself affected.
    #[serde(borrow, default)]
    pub last_affected: Option<Text<'a>>,
    /// Up to here the range speaks.
    #[serde(borrow, default)]
    pub limit: Option<Text<'a>>,
}

/// The fields of `database_specific` that Gabion knows, of the record or of one package.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DatabaseSpecific<'a> {
    /// A rating word (GitHub, Bitnami).
    #[serde(borrow, deserialize_with = "lenient")]
    pub severity: Option<Text<'a>>,
    /// CWE names (GitHub).
    #[serde(borrow, deserialize_with = "lenient_list")]
    pub cwe_ids: Vec<Text<'a>>,
    /// `unmaintained`, `unsound` or `notice` (RustSec).
    #[serde(borrow, deserialize_with = "lenient")]
    pub informational: Option<Text<'a>>,
    /// A CVSS vector (RustSec).
    #[serde(borrow, deserialize_with = "lenient")]
    pub cvss: Option<Text<'a>>,
    /// Present in records of malicious packages (ossf/malicious-packages).
    #[serde(borrow, rename = "malicious-packages-origins", deserialize_with = "lenient")]
    pub malicious_origins: Option<&'a serde_json::value::RawValue>,
}

/// What sort of advisory a record is: it decides how a match is treated (docs/ARCHITECTURE.md, «The
/// clock», rules 8 and 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A vulnerability.
    Vulnerability,
    /// The package itself is malicious.
    Malicious,
    /// Nobody maintains the package; a notice.
    Unmaintained,
    /// The package's interface lets safe code break memory safety; a notice.
    Unsound,
    /// Any other notice.
    Notice,
}

impl Kind {
    /// The word as written in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Vulnerability => "vulnerability",
            Self::Malicious => "malicious",
            Self::Unmaintained => "unmaintained",
            Self::Unsound => "unsound",
            Self::Notice => "notice",
        }
    }

    /// True for the kinds that are shown and start no clock.
    pub fn is_informational(self) -> bool {
        matches!(self, Self::Unmaintained | Self::Unsound | Self::Notice)
    }
}

impl<'a> Record<'a> {
    /// Reads one record.
    pub fn parse(json: &'a [u8]) -> Result<Self, RecordError> {
        if json.len() > MAX_RECORD {
            return Err(RecordError::TooLarge(json.len()));
        }
        let record: Self = serde_json::from_slice(json).map_err(RecordError::Shape)?;
        record.check()?;
        Ok(record)
    }

    fn check(&self) -> Result<(), RecordError> {
        let bound = |count: usize, limit: usize, what: &'static str| {
            if count > limit { Err(RecordError::TooMany { what, limit }) } else { Ok(()) }
        };
        if self.id.as_str().is_empty() {
            return Err(RecordError::Missing("id"));
        }
        long(&self.id)?;
        bound(self.affected.len(), MAX_AFFECTED, "affected entries")?;
        bound(self.aliases.len(), MAX_ALIASES, "aliases")?;
        bound(self.upstream.len(), MAX_UPSTREAM, "upstream ids")?;
        self.aliases.iter().chain(&self.upstream).try_for_each(long)?;
        let mut versions = 0usize;
        for affected in &self.affected {
            if let Some(package) = &affected.package {
                if package.name.as_str().is_empty() || package.ecosystem.as_str().is_empty() {
                    return Err(RecordError::Missing("package name or ecosystem"));
                }
                long(&package.name)?;
                long(&package.ecosystem)?;
            }
            affected.versions.iter().try_for_each(long)?;
            versions += affected.versions.len();
            for range in &affected.ranges {
                versions += range.events.len();
                for event in &range.events {
                    let fields =
                        [&event.introduced, &event.fixed, &event.last_affected, &event.limit];
                    fields.into_iter().flatten().try_for_each(long)?;
                }
            }
        }
        bound(versions, MAX_VERSIONS, "versions and events")
    }

    /// What sort of advisory this is. Informational only when every package entry says so.
    pub fn kind(&self) -> Kind {
        let malicious = self.id.as_str().starts_with("MAL-")
            || self.database_specific.malicious_origins.is_some_and(|raw| raw.get() != "null");
        if malicious {
            return Kind::Malicious;
        }
        let mut words = self.affected.iter().map(|a| {
            a.database_specific.informational.as_ref().map(|word| match word.as_str() {
                "unmaintained" => Kind::Unmaintained,
                "unsound" => Kind::Unsound,
                _ => Kind::Notice,
            })
        });
        match words.next() {
            Some(Some(first)) => {
                words.try_fold(first, |_, next| next).unwrap_or(Kind::Vulnerability)
            }
            _ => Kind::Vulnerability,
        }
    }

    /// The worst severity of all CVSS vectors, else of all rating words, with the vectors that were
    /// read, each once.
    pub fn severity(&self) -> (Severity, Vec<&str>) {
        let mut vectors: Vec<&str> = Vec::new();
        let (mut scored, mut worded) = (Severity::Unknown, Severity::Unknown);
        let of_packages = self.affected.iter().flat_map(|a| &a.severity);
        let ratings = self.severity.iter().chain(of_packages).map(|r| r.score.as_str());
        let own = self.affected.iter().filter_map(|a| a.database_specific.cvss.as_ref());
        for text in ratings.chain(own.map(Text::as_str)) {
            if vectors.contains(&text) {
                continue;
            }
            match cvss_severity(text) {
                Some(severity) if vectors.len() < 64 => {
                    vectors.push(text);
                    scored = scored.max(severity);
                }
                Some(severity) => scored = scored.max(severity),
                None => worded = worded.max(Severity::from_word(text)),
            }
        }
        let packages = self.affected.iter().map(|a| &a.database_specific);
        for database in std::iter::once(&self.database_specific).chain(packages) {
            if let Some(word) = &database.severity {
                worded = worded.max(Severity::from_word(word.as_str()));
            }
        }
        (if scored == Severity::Unknown { worded } else { scored }, vectors)
    }
}

/// The metrics that a CVSS v3.x vector must have (CVSS v3.1 specification, table 15).
const BASE_3: [&str; 8] = ["AV:", "AC:", "PR:", "UI:", "S:", "C:", "I:", "A:"];
/// The metrics that a CVSS v4.0 vector must have (CVSS v4.0 specification, table 23).
const BASE_4: [&str; 11] =
    ["AV:", "AC:", "AT:", "PR:", "UI:", "VC:", "VI:", "VA:", "SC:", "SI:", "SA:"];

/// The severity of a CVSS v3.x or v4.0 vector; `None` when the text is no such vector. One that lacks a
/// base metric is none: scored as it stands, it would come out harmless.
pub fn cvss_severity(vector: &str) -> Option<Severity> {
    if vector.len() > 1_024 {
        return None;
    }
    let (version, metrics) = vector.strip_prefix("CVSS:")?.split_once('/')?;
    let base: &[&str] = if version.starts_with("4.") { &BASE_4 } else { &BASE_3 };
    if !base.iter().all(|name| metrics.split('/').any(|metric| metric.starts_with(name))) {
        return None;
    }
    let parsed: cvss::Cvss = vector.parse().ok()?;
    Some(Severity::from_score(parsed.score()))
}

/// The instant that a field holds, if any.
pub fn instant(field: &Option<Text<'_>>) -> Option<Instant> {
    field.as_ref().and_then(|text| vocab::instant::parse(text.as_str()))
}

fn long(text: &Text<'_>) -> Result<(), RecordError> {
    match text.as_str().len() {
        length if length > MAX_NAME => Err(RecordError::LongName(length)),
        _ => Ok(()),
    }
}

/// What can still be told of a record that does not read: its id and its packages. For these packages
/// nobody may say «clear» (`NotEvaluated::UnreadableAdvisory`).
#[derive(Debug, Deserialize)]
pub struct Remains<'a> {
    /// The id.
    #[serde(borrow)]
    pub id: Text<'a>,
    /// The packages.
    #[serde(borrow, default)]
    pub affected: Vec<RemainsOfAffected<'a>>,
}

/// The package of one entry of a record that does not read.
#[derive(Debug, Deserialize)]
pub struct RemainsOfAffected<'a> {
    /// The package.
    #[serde(borrow)]
    pub package: Package<'a>,
}

impl<'a> Remains<'a> {
    /// What is left of a record that [`Record::parse`] refused; `None` when not even its packages read.
    pub fn parse(json: &'a [u8]) -> Option<Self> {
        if json.len() > MAX_RECORD {
            return None;
        }
        let remains: Self = serde_json::from_slice(json).ok()?;
        let sound = |t: &Text<'_>| !t.as_str().is_empty() && t.as_str().len() <= MAX_NAME;
        let whole = sound(&remains.id)
            && !remains.affected.is_empty()
            && remains.affected.len() <= MAX_AFFECTED
            && remains
                .affected
                .iter()
                .all(|a| sound(&a.package.name) && sound(&a.package.ecosystem));
        whole.then_some(remains)
    }
}
