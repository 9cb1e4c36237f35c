//! Which catalogue of exploited vulnerabilities acts where the one that came is damaged?
//!
//! The last whole one, which each sync keeps beside the index: without it every fix would be an assumed emergency until the
//! next sync. In: the damaged feed's folder of feeds, the data folder. Out: the earlier catalogue in the index, under its own date.

use std::path::{Path, PathBuf};

use intel::{Builder, Source};

use super::SyncError;
use super::build::{Built, MAX_DOCUMENT, digest, document};
use super::folder;
use crate::files::{read, replace};
use crate::intelligence::DataDir;

/// The feed.
const KEV: &str = "kev";

/// Where earlier copies may lie, the newest first.
pub(super) fn earlier(data: &DataDir) -> Vec<PathBuf> {
    vec![data.catalogue(), data.feeds().join(folder::KEV)]
}

/// Puts the earlier catalogue into the index; what stands in it now, in words.
pub(super) fn stand_in(builder: &mut Builder, damaged: &Path, earlier: &[PathBuf]) -> String {
    for path in earlier.iter().filter(|path| *path != damaged) {
        let Ok((json, sha256)) = document(path).and_then(|json| Ok((json, digest(path)?))) else {
            continue;
        };
        let Ok(summary) = builder.kev(&json) else { continue };
        builder.source(Source {
            feed: KEV.to_owned(),
            address: path.display().to_string(),
            data_time: summary.data_time,
            fetched: None,
            sha256,
            records: summary.records,
        });
        let of = summary.data_time.map(|at| at.strftime(", of %Y-%m-%d,").to_string());
        return format!("the earlier catalogue{} stays", of.unwrap_or_default());
    }
    "no earlier copy of it is kept".to_owned()
}

/// Keeps the catalogue that was read, if it is whole, for a sync that meets a damaged one.
pub(super) fn keep(data: &DataDir, feeds: &Path, built: &Built) -> Result<(), SyncError> {
    let read = built.meta.sources.iter().any(|source| source.feed == KEV)
        && !built.failed.iter().any(|(feed, _)| feed == KEV)
        && !built.meta.kev_incomplete;
    if !read {
        return Ok(());
    }
    let path = data.catalogue();
    let failed = |source| SyncError::Data { path: path.clone(), source };
    let json = read::bounded(&feeds.join(folder::KEV), MAX_DOCUMENT).map_err(failed)?;
    replace::replace(&path, &path.with_extension("part"), &failed, |out| {
        out.write_all(&json).map_err(failed)
    })
}
