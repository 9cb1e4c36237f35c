//! How does the index get built and replaced?
//!
//! Two steps with one seam: feeds come into a folder (downloaded by `feeds`, or already there with
//! `--from`), and the folder becomes one index file. The file is written beside the old one, flushed,
//! and renamed over it: at every instant, kill -9 included, either the old or the new index is whole.
//! One sync at a time per data folder.

pub mod bounded;
mod build;
mod download;
pub mod folder;
mod kept;
mod replace;
pub mod status;

use std::path::PathBuf;

use vocab::Instant;

use download::{Brought, Known};

pub use build::Built;
pub use download::sizes;
pub use fetch::Proxies;

use crate::feeds::Addresses;
use crate::intelligence::DataDir;

/// What to sync.
#[derive(Debug, Clone)]
pub struct Request {
    /// Where the index goes.
    pub data: DataDir,
    /// A folder of feeds to read instead of the network.
    pub from: Option<PathBuf>,
    /// When the feeds in `from` were fetched, if that is known; else a feed is as old as it says.
    pub fetched: Option<Instant>,
    /// Only these ecosystems; all when absent.
    pub ecosystems: Option<Vec<String>>,
    /// Where the feeds are.
    pub addresses: Addresses,
    /// Proxies and certificates.
    pub network: Network,
}

/// How to reach the network, as `cli` read it from the environment.
#[derive(Debug, Clone, Default)]
pub struct Network {
    /// Proxies.
    pub proxies: fetch::Proxies,
    /// A file with further certificates to trust, in PEM.
    pub extra_ca: Option<PathBuf>,
}

/// What a sync is doing, for a progress display.
#[derive(Debug, Clone, Copy)]
pub enum Progress<'a> {
    /// Bytes of a feed have come in.
    Downloading {
        /// The feed.
        feed: &'a str,
        /// Bytes so far.
        received: u64,
        /// Bytes in all, if the server said.
        total: Option<u64>,
    },
    /// A feed is being read into the index.
    Reading {
        /// The feed.
        feed: &'a str,
        /// Counted from 0.
        number: usize,
        /// Feeds in all.
        of: usize,
    },
    /// The index is being written.
    Writing,
}

/// What came of a sync.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The index that is now in place.
    pub built: Built,
    /// Feeds that could not be fetched; their earlier copy, if there was one, went into the index.
    pub not_fetched: Vec<(String, String)>,
    /// Where the index is.
    pub index: PathBuf,
}

impl Outcome {
    /// Whether every feed was fetched and read.
    pub fn complete(&self) -> bool {
        self.built.failed.is_empty() && self.not_fetched.is_empty()
    }
}

/// Why a sync left the old index in place.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// Another sync holds the lock.
    #[error("another sync is running in {0}")]
    Running(PathBuf),
    /// The data folder cannot be written.
    #[error("cannot write in the data folder {path}")]
    Data {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The folder of feeds cannot be read.
    #[error("cannot read the folder of feeds {path}")]
    Folder {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The folder of feeds has nothing to build an index from.
    #[error("no advisories in {path}: expected osv/ECOSYSTEM/all.zip")]
    NoAdvisories {
        /// Which.
        path: PathBuf,
    },
    /// The marker of partial ecosystems cannot be read.
    #[error("cannot read {path}")]
    Coverage {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        #[source]
        source: serde_json::Error,
    },
    /// The index could not be built or written.
    #[error("cannot build the index")]
    Build {
        /// Why.
        #[source]
        source: intel::BuildError,
    },
    /// The network client could not be set up.
    #[error("cannot set up the network client: {0}")]
    Network(String),
    /// No feed at all could be fetched.
    #[error("no feed could be fetched")]
    NothingFetched {
        /// Each feed with its reason.
        failed: Vec<(String, String)>,
    },
}

/// Builds a new index and puts it in place of the old one.
///
/// # Errors
/// The old index stays, and the reason is told.
pub fn sync(
    request: &Request,
    now: Instant,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Outcome, SyncError> {
    let lock = replace::lock(&request.data)?;
    let brought = match &request.from {
        Some(folder) => {
            Brought { folder: folder.clone(), known: Known::default(), failed: Vec::new() }
        }
        None => download::download(request, now, progress)?,
    };
    let earlier = kept::earlier(&request.data);
    let plan = build::Plan {
        earlier: &earlier,
        folder: &brought.folder,
        ecosystems: request.ecosystems.as_deref(),
        fetched: &|file| brought.known.fetched(file).or(request.fetched),
        address: &|file| brought.known.address(file),
    };
    let built = replace::replace(&request.data, &mut |out| {
        let built = build::build(&plan, now, out, progress)?;
        kept::keep(&request.data, &brought.folder, &built)?;
        Ok(built)
    })?;
    drop(lock);
    Ok(Outcome { built, not_fetched: brought.failed, index: request.data.index() })
}

/// An error with its causes in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let next_text = next.to_string();
        if !text.contains(&next_text) {
            text = format!("{text}: {next_text}");
        }
        cause = next.source();
    }
    text
}
