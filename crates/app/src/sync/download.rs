//! Brings the public feeds into the data folder, for [`super::sync`] to build from.

use std::path::{Path, PathBuf};

use fetch::{Cancel, Client, Config, ConfigError};
use vocab::{Instant, instant};

use super::{Progress, Request, SyncError, chain};
use crate::feeds::{self, Event, State};
use crate::files::read;

/// Largest file of certificates read.
const MAX_CERTIFICATES: u64 = 16 << 20;

/// What is remembered of the files of a download; of a folder given with `--from`, nothing.
#[derive(Default)]
pub(super) struct Known(Option<State>);

impl Known {
    /// When a file was last asked for with success.
    pub fn fetched(&self, file: &str) -> Option<Instant> {
        self.0
            .as_ref()
            .and_then(|s| s.files.get(file))
            .and_then(|f| instant::parse(&f.fetched.to_string()))
    }

    /// Where a file came from.
    pub fn address(&self, file: &str) -> Option<String> {
        self.0.as_ref().and_then(|s| s.files.get(file)).map(|f| f.address.clone())
    }
}

/// What a download left behind.
pub(super) struct Brought {
    /// Where the feeds lie.
    pub folder: PathBuf,
    /// What is remembered of the files.
    pub known: Known,
    /// Feeds that did not come, with the reason.
    pub failed: Vec<(String, String)>,
}

/// Downloads; a feed that fails keeps its earlier copy.
pub(super) fn download(
    request: &Request,
    now: Instant,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Brought, SyncError> {
    let client = client(request)?;
    let folder = request.data.feeds();
    std::fs::create_dir_all(&folder)
        .map_err(|source| SyncError::Data { path: folder.clone(), source })?;
    let plan = feeds::Plan {
        addresses: request.addresses.clone(),
        ecosystems: request.ecosystems.clone(),
    };
    let outcome = feeds::download(&plan, &client, &folder, now, &mut |event| match event {
        Event::Started { feed } => {
            progress(Progress::Downloading { feed, received: 0, total: None })
        }
        Event::Progress { feed, received, total } => {
            progress(Progress::Downloading { feed, received, total })
        }
        Event::Records { feed, done, of } => {
            progress(Progress::Downloading { feed, received: done as u64, total: Some(of as u64) });
        }
        Event::Updated { .. } | Event::Unchanged { .. } | Event::Failed { .. } => {}
    });
    let failed: Vec<(String, String)> =
        outcome.failed.iter().map(|(feed, error)| (feed.clone(), chain(error))).collect();
    if outcome.updated.is_empty() && outcome.unchanged.is_empty() {
        return Err(SyncError::NothingFetched { failed });
    }
    let skipped = outcome.skipped.into_iter().map(|name| {
        (format!("osv/{name}"), "not a name of an ecosystem; never asked for".to_owned())
    });
    let failed = failed.into_iter().chain(skipped).collect();
    Ok(Brought { known: Known(Some(State::load(&folder))), folder, failed })
}

/// Names and sizes in bytes of the ecosystems that a download would bring; a size is absent where the
/// server does not tell.
///
/// # Errors
/// The network client cannot be set up, or the bucket does not answer.
pub fn sizes(request: &Request) -> Result<Vec<(String, Option<u64>)>, SyncError> {
    let client = client(request)?;
    let failed =
        |e: feeds::FeedError| SyncError::NothingFetched { failed: vec![("osv".into(), chain(&e))] };
    let names = match &request.ecosystems {
        Some(names) => names.clone(),
        None => feeds::ecosystems(&client, &request.addresses).map_err(failed)?,
    };
    feeds::sizes(&client, &request.addresses, &names).map_err(failed)
}

fn client(request: &Request) -> Result<Client, SyncError> {
    let allow = request.addresses.allowed().map_err(|e| SyncError::Network(chain(&e)))?;
    let certificates = request.network.extra_ca.as_deref().map(certificates).transpose()?;
    let config = Config {
        allow,
        proxies: request.network.proxies.clone(),
        extra_ca_pem: certificates,
        ..Config::default()
    };
    Client::new(config, Cancel::default()).map_err(|e: ConfigError| SyncError::Network(chain(&e)))
}

fn certificates(path: &Path) -> Result<Vec<u8>, SyncError> {
    read::bounded(path, MAX_CERTIFICATES)
        .map_err(|e| SyncError::Network(format!("cannot read {}: {e}", path.display())))
}
