//! What did an earlier scan see? First sightings, by the version-free identity.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use vocab::Instant;

use crate::files::read;
use crate::report::{Finding, SCHEMA};

/// Largest earlier report read.
const MAX_BASELINE: u64 = 1 << 30;

/// First sightings of an earlier scan.
#[derive(Debug, Clone, Default)]
pub struct Baseline {
    seen: HashMap<String, Instant>,
}

/// Why an earlier report cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// The file cannot be read.
    #[error("cannot read baseline {path}")]
    Read {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// It is no scan report.
    #[error("baseline {path} is no JSON report of `gabion scan`")]
    Shape {
        /// Which.
        path: PathBuf,
        /// Where and what.
        #[source]
        source: serde_json::Error,
    },
    /// It is a report of another shape.
    #[error("baseline {path} has schema «{found}», expected «{SCHEMA}»")]
    Schema {
        /// Which.
        path: PathBuf,
        /// What it says it is.
        found: String,
    },
}

#[derive(Deserialize)]
struct Earlier {
    schema: String,
    findings: Vec<Sighted>,
    #[serde(default)]
    ignored: Vec<Left>,
}

#[derive(Deserialize)]
struct Left {
    finding: Sighted,
}

#[derive(Deserialize)]
struct Sighted {
    identity: String,
    first_seen: Instant,
}

impl Baseline {
    /// Reads an earlier scan's JSON.
    ///
    /// # Errors
    /// Not readable, or no report of this schema.
    pub fn load(path: &Path) -> Result<Self, BaselineError> {
        let at = || path.to_path_buf();
        let bytes = read::bounded(path, MAX_BASELINE)
            .map_err(|source| BaselineError::Read { path: at(), source })?;
        let earlier: Earlier = serde_json::from_slice(&bytes)
            .map_err(|source| BaselineError::Shape { path: at(), source })?;
        if earlier.schema != SCHEMA {
            return Err(BaselineError::Schema { path: at(), found: earlier.schema });
        }
        let all =
            earlier.findings.into_iter().chain(earlier.ignored.into_iter().map(|i| i.finding));
        Ok(Self::of(all.map(|f| (f.identity, f.first_seen))))
    }

    /// A baseline of these sightings; the earliest counts where an identity repeats.
    pub fn of(sightings: impl IntoIterator<Item = (String, Instant)>) -> Self {
        let mut seen = HashMap::new();
        for (identity, at) in sightings {
            let first = seen.entry(identity).or_insert(at);
            *first = at.min(*first);
        }
        Self { seen }
    }

    /// When this identity was first seen, if the earlier scan knew it.
    pub fn first_seen(&self, identity: &str) -> Option<Instant> {
        self.seen.get(identity).copied()
    }

    /// Identities of the earlier scan that are none of these, sorted.
    pub(super) fn gone<'a>(&self, now: impl Iterator<Item = &'a Finding>) -> Vec<String> {
        let present: std::collections::HashSet<&str> = now.map(|f| f.identity.as_str()).collect();
        let mut gone: Vec<String> =
            self.seen.keys().filter(|i| !present.contains(i.as_str())).cloned().collect();
        gone.sort();
        gone
    }
}
