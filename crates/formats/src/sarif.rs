//! How does a scan look as SARIF 2.1.0 that code hosts accept?
//!
//! In: a [`Log`], plain data filled by the caller. Out: one JSON document (OASIS SARIF 2.1.0, errata
//! 01), inside the limits of GitHub's code scanning («SARIF results exceed one or more limits»). What
//! is split or left out for a limit is said in the run's notifications, never silently. Control
//! characters are escaped by JSON. Start reading at [`write()`].

mod document;
mod limits;
mod uri;

use std::collections::BTreeMap;
use std::io;

use serde_json::Value;

pub use limits::{LOCATIONS, NOTIFICATIONS, RESULTS, RUNS, SHOWN, TAGS};
pub use uri::encode as uri;

/// A scan, ready to be written.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Log {
    /// Gabion's own version, semantic.
    pub tool_version: String,
    /// Where the tool is described.
    pub information_uri: Option<String>,
    /// Keeps uploads of several scans of one repository apart (GitHub: «category»).
    pub category: String,
    /// Everything was read and evaluated. When false, `notifications` says what was not.
    pub complete: bool,
    /// The scan did its work; an incomplete scan still did.
    pub successful: bool,
    /// Rules that results name. Those no result names are left out.
    pub rules: Vec<Rule>,
    /// What was found, the most urgent first: limits cut at the end.
    pub results: Vec<Hit>,
    /// What was not read or not evaluated, and anything else that concerns the run.
    pub notifications: Vec<Notification>,
    /// Facts of the whole run, such as the age of the data.
    pub properties: BTreeMap<String, Value>,
}

/// What a result is an instance of: one advisory.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rule {
    /// The advisory's id.
    pub id: String,
    /// A name for people.
    pub name: String,
    /// One sentence.
    pub short: String,
    /// One paragraph; the short one is taken when it is empty.
    pub full: String,
    /// Help as plain text.
    pub help: String,
    /// The same as markdown; may be empty.
    pub help_markdown: String,
    /// A page about it; left out unless it is an absolute `https` or `http` address.
    pub help_uri: Option<String>,
    /// The level of results that say nothing else.
    pub level: Level,
    /// CVSS-like score 0.0 to 10.0, from which code hosts make their severity.
    pub security_severity: Option<f64>,
    /// Words to filter by; `security` is added in front.
    pub tags: Vec<String>,
}

/// SARIF's levels (section 3.27.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord)]
pub enum Level {
    /// Worth knowing.
    Note,
    /// A problem.
    #[default]
    Warning,
    /// A serious problem.
    Error,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Hit {
    /// The id of its rule. A rule that is not in the log is made up with its id alone.
    pub rule: String,
    /// How serious.
    pub level: Level,
    /// What was found and what to do, as plain text.
    pub message: String,
    /// Where, the most telling place first.
    pub places: Vec<Place>,
    /// The finding's identity: stable over scans and free of versions.
    pub identity: String,
    /// New against the baseline (true), seen before (false), or no baseline was given.
    pub new: Option<bool>,
    /// Ignores that apply.
    pub suppressions: Vec<Suppression>,
    /// Facts of the finding, such as its due instant.
    pub properties: BTreeMap<String, Value>,
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// The path relative to the scanned root, `/`-separated, as the bytes that the file system has.
    pub path: Vec<u8>,
    /// Counted from 1; 0 when the file has no lines worth naming (written as 1, which hosts demand).
    pub line: u32,
}

impl Place {
    /// A place at a path.
    pub fn at(path: impl AsRef<[u8]>, line: u32) -> Self {
        Self { path: path.as_ref().to_vec(), line }
    }
}

/// An ignore that applies to a finding.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Suppression {
    /// Why.
    pub justification: String,
    /// Where the ignore stands, so that a reader can check it.
    pub origin: String,
    /// Until when, in words or as a date; `None` when it has no end.
    pub until: Option<String>,
}

/// Something that concerns the run and not one finding.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notification {
    /// A short stable word for its kind, such as `not-evaluated`.
    pub id: String,
    /// How serious.
    pub level: Level,
    /// What happened.
    pub message: String,
    /// Where, if it has a place.
    pub place: Option<Place>,
}

/// Writes the document, indented, with a line break at its end.
///
/// # Errors
/// What the writer returns.
pub fn write(log: &Log, out: &mut dyn io::Write) -> io::Result<()> {
    let document = limits::fit(log);
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}

/// The same as a text.
pub fn render(log: &Log) -> String {
    let mut bytes = Vec::new();
    // A vector takes everything, and every map key is a text: there is nothing that can fail.
    let _ = write(log, &mut bytes);
    String::from_utf8(bytes).unwrap_or_default()
}
