//! What does a queue look like? A scan of the small invented estate that the program carries.
//!
//! The files are written to a temporary folder and taken through the same sync and scan as real ones,
//! so the demo shows what the program does, not what someone wrote down. The first sightings on one
//! asset are set back, so that an overdue fix can be seen.

use std::path::{Path, PathBuf};

use jiff::ToSpan;
use vocab::Instant;

use crate::demo_files::FILES;
use crate::feeds::Addresses;
use crate::intelligence::{DataDir, Intelligence, IntelligenceError};
use crate::report::{Gone, Report};
use crate::scan::{self, Baseline, Request, ScanError, Target};
use crate::sync::{self, Network, SyncError};

/// Days ago at which the demo's earlier scan took place.
const SEEN_DAYS_AGO: i64 = 20;
/// What that earlier scan had already seen: one asset's findings, as a prefix of their identities.
const SEEN_BEFORE: &str = "orders API|";

/// Why the demo failed.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The temporary folder cannot be written.
    #[error("cannot write the demo's files to {path}")]
    Write {
        /// Where.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The example feeds.
    #[error(transparent)]
    Sync(#[from] SyncError),
    /// The example index.
    #[error(transparent)]
    Intelligence(#[from] IntelligenceError),
    /// The example estate.
    #[error(transparent)]
    Scan(#[from] ScanError),
}

/// Scans the example estate as of `now`.
///
/// # Errors
/// The temporary folder cannot be written.
pub fn demo(now: Instant) -> Result<Report, DemoError> {
    let folder = tempfile::Builder::new().prefix("gabion-demo-").tempdir();
    let folder =
        folder.map_err(|source| DemoError::Write { path: std::env::temp_dir(), source })?;
    for (name, bytes) in FILES {
        write(folder.path(), name, bytes)?;
    }
    let data = DataDir(folder.path().join("data"));
    let request = sync::Request {
        data: data.clone(),
        from: Some(folder.path().join("feeds")),
        ecosystems: None,
        addresses: Addresses::default(),
        network: Network::default(),
        fetched: Some(now),
    };
    sync::sync(&request, now, &mut |_| {})?;
    let intelligence = Intelligence::open(&data)?;
    let target = Target::called(folder.path().join("estate"), "demo");
    let mut request = Request::of(vec![target]);
    request.configs = vec![Target::called(folder.path().join("gabion.toml"), "gabion.toml")];
    let first = scan::scan(&request, &intelligence, now)?;
    let earlier = now.checked_sub((SEEN_DAYS_AGO * 24).hours()).unwrap_or(now);
    let seen = first.findings.iter().filter(|f| f.identity.starts_with(SEEN_BEFORE));
    request.baseline = Some(Baseline::of(seen.map(|f| Gone {
        identity: f.identity.clone(),
        aliases: f.aliases.to_vec(),
        first_seen: earlier,
    })));
    let mut report = scan::scan(&request, &intelligence, now)?;
    // The temporary folder is gone when the report is read; its name would only mislead.
    let prefix = format!("{}/", folder.path().display());
    for source in &mut report.intel.sources {
        source.address = source.address.replace(&prefix, "demo/");
    }
    // What the earlier scan is for is the overdue fix; «new» on all the rest says nothing here.
    report.findings.iter_mut().for_each(|f| f.new = None);
    Ok(report)
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), DemoError> {
    let path = folder.join(name);
    let failed = |source| DemoError::Write { path: path.clone(), source };
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(failed)?;
    }
    std::fs::write(&path, bytes).map_err(failed)
}
