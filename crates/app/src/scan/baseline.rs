//! What did an earlier scan see? First sightings, by the version-free identity.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use vocab::Instant;

use super::gather::{Gathered, Kind};
use crate::files::read;
use crate::report::{Asset, Finding, Gone, SCHEMA};

/// Largest earlier report read.
const MAX_BASELINE: u64 = 1 << 30;

/// First sightings of an earlier scan.
#[derive(Debug, Clone, Default)]
pub struct Baseline {
    /// By asset and purl; the alias group's name may change when an advisory gains an alias.
    seen: HashMap<String, Vec<Gone>>,
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
    findings: Vec<Gone>,
    #[serde(default)]
    ignored: Vec<Left>,
    #[serde(default)]
    stated: Vec<Left>,
    #[serde(default)]
    gone: Vec<Gone>,
}

#[derive(Deserialize)]
struct Left {
    finding: Gone,
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
        let left = earlier.ignored.into_iter().chain(earlier.stated).map(|left| left.finding);
        Ok(Self::of(earlier.findings.into_iter().chain(left).chain(earlier.gone)))
    }

    /// A baseline of these sightings.
    pub fn of(sightings: impl IntoIterator<Item = Gone>) -> Self {
        let mut seen: HashMap<String, Vec<Gone>> = HashMap::new();
        for sighting in sightings {
            let (subject, _) = parts(&sighting.identity);
            seen.entry(subject.to_owned()).or_default().push(sighting);
        }
        Self { seen }
    }

    /// When this problem was first seen on this asset, if the earlier scan knew it: under this name, or
    /// under any that is an alias now.
    pub fn first_seen(&self, identity: &str, aliases: &[String]) -> Option<Instant> {
        let (subject, _) = parts(identity);
        let same = |s: &&Gone| s.is(aliases);
        self.seen.get(subject)?.iter().filter(same).map(|s| s.first_seen).min()
    }

    /// What the earlier scan knew and this one does not see, sorted; carried on, so that a problem that
    /// returns keeps its first start.
    pub(super) fn gone<'a>(&self, now: impl Iterator<Item = &'a Finding>) -> Vec<Gone> {
        let mut present: HashMap<&str, Vec<&Finding>> = HashMap::new();
        for finding in now {
            present.entry(parts(&finding.identity).0).or_default().push(finding);
        }
        let is_present = |s: &&Gone| {
            let same = present.get(parts(&s.identity).0);
            same.is_some_and(|found| found.iter().any(|f| s.is(&f.aliases)))
        };
        let absent = self.seen.values().flatten().filter(|s| !is_present(s));
        let mut gone: Vec<Gone> = absent.cloned().collect();
        gone.sort_by(|a, b| (&a.identity, a.first_seen).cmp(&(&b.identity, b.first_seen)));
        gone.dedup_by(|a, b| a.identity == b.identity);
        gone
    }

    /// Assets of which the earlier scan held nothing although it may have known them by another name: an
    /// image's name changes with its tag, and a name that several have now is no longer anyone's.
    pub(super) fn renamed(&self, gathered: &Gathered, assets: &[Asset]) -> Vec<String> {
        let mut warnings = Vec::new();
        for (files, asset) in gathered.assets.iter().zip(assets) {
            let shared = asset.id != files.name && self.knows_asset(&[&files.name]);
            let image = files.kind == Kind::Image;
            if self.seen.is_empty() || !(shared || image) || self.knows_asset(&[&asset.id]) {
                continue;
            }
            warnings.push(format!(
                "the baseline holds nothing of «{}», so its clocks start anew; if it knew it by another name, give it that name in a file given with --config",
                asset.id
            ));
        }
        warnings
    }

    /// Whether the earlier scan knew anything of one of these assets, or nothing at all.
    pub(super) fn knows_asset(&self, ids: &[&str]) -> bool {
        let asset = |subject: &String| subject.split('|').next().is_some_and(|a| ids.contains(&a));
        self.seen.is_empty() || self.seen.keys().any(asset)
    }
}

/// An identity as (asset and purl, name of the alias group).
fn parts(identity: &str) -> (&str, &str) {
    identity.rsplit_once('|').unwrap_or((identity, ""))
}

impl Gone {
    /// Whether it is the problem that has these names now.
    fn is(&self, aliases: &[String]) -> bool {
        let (_, name) = parts(&self.identity);
        aliases.iter().any(|a| a == name || self.aliases.contains(a))
    }
}
