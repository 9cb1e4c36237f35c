//! How is an earlier report read? Bounded, and only if it is one.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use vocab::Instant;

use crate::files::read;
use crate::report::{Finding, Report, SCHEMA};

/// Largest report read.
const MAX_REPORT: u64 = 1 << 30;

/// Why a report cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The file cannot be read.
    #[error("cannot read report {path}")]
    Read {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// It is no scan report.
    #[error("{path} is no JSON report of `gabion scan`")]
    Shape {
        /// Which.
        path: PathBuf,
        /// Where and what.
        #[source]
        source: serde_json::Error,
    },
    /// It is a report of another shape.
    #[error("report {path} has schema «{found}», expected «{SCHEMA}»")]
    Schema {
        /// Which.
        path: PathBuf,
        /// What it says it is.
        found: String,
    },
}

/// What of a report its dates are compared by.
#[derive(Debug, Clone)]
pub struct EarlierReport {
    /// How people call it.
    pub name: String,
    /// When it was made.
    pub scanned_at: Instant,
    /// Whether everything was read and evaluated.
    pub complete: bool,
    /// The queue.
    pub(super) findings: Vec<Finding>,
    /// Findings that a rule ignores or a VEX statement takes out.
    pub(super) aside: Vec<Finding>,
}

/// A shape is only looked at when the schema is the right one: its errors would mislead.
#[derive(Deserialize)]
struct Head {
    schema: String,
}

#[derive(Deserialize)]
struct Body {
    scanned_at: Instant,
    complete: bool,
    findings: Vec<Finding>,
    #[serde(default)]
    ignored: Vec<Aside>,
    #[serde(default)]
    stated: Vec<Aside>,
}

#[derive(Deserialize)]
struct Aside {
    finding: Finding,
}

impl EarlierReport {
    /// Reads the JSON of an earlier scan.
    ///
    /// # Errors
    /// Not readable, larger than 1 GiB, or no report of this schema.
    pub fn load(path: &Path) -> Result<Self, ReportError> {
        let at = || path.to_path_buf();
        let bytes = read::bounded(path, MAX_REPORT)
            .map_err(|source| ReportError::Read { path: at(), source })?;
        let shape = |source| ReportError::Shape { path: at(), source };
        let head: Head = serde_json::from_slice(&bytes).map_err(shape)?;
        if head.schema != SCHEMA {
            return Err(ReportError::Schema { path: at(), found: head.schema });
        }
        let body: Body = serde_json::from_slice(&bytes).map_err(shape)?;
        let aside = body.ignored.into_iter().chain(body.stated).map(|aside| aside.finding);
        Ok(Self {
            name: path.to_string_lossy().into_owned(),
            scanned_at: body.scanned_at,
            complete: body.complete,
            findings: body.findings,
            aside: aside.collect(),
        })
    }

    /// A report that was just made.
    pub fn of(name: String, report: Report) -> Self {
        let ignored = report.ignored.into_iter().map(|i| i.finding);
        let stated = report.stated.into_iter().map(|s| s.finding);
        Self {
            name,
            scanned_at: report.scanned_at,
            complete: report.complete,
            findings: report.findings,
            aside: ignored.chain(stated).collect(),
        }
    }
}
