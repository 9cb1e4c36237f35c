//! How are all feeds brought, one after the other, so that one failure costs one feed?

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use fetch::{Address, Client, Fetched, Request, Validators};
use vocab::Instant;

use super::addresses::{Addresses, parse};
use super::place::{Part, Placed};
use super::state::{FileState, STATE_FILE, State};
use super::{Event, FeedError, Outcome, Plan, osv, size};
use crate::files::read;

const MIB: u64 = 1 << 20;

/// Brings what `plan` asks for into `folder`. `now` is stamped on what came or was confirmed.
pub fn download(
    plan: &Plan,
    client: &Client,
    folder: &Path,
    now: Instant,
    events: &mut dyn FnMut(Event<'_>),
) -> Outcome {
    let state = State::load(folder);
    let mut session = Session { client, folder, now, state, events, outcome: Outcome::default() };
    for single in singles(&plan.addresses) {
        session.feed(single.feed, &mut |session| session.single(&single));
    }
    if !plan.addresses.osv.is_empty() {
        ecosystems(&mut session, plan);
    }
    session.outcome
}

/// Whether a feed has new content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Updated,
    Unchanged,
}

/// What a file has to look like, told by its first bytes: enough to refuse a login page.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    Zip,
    Gzip,
    Json,
    Text,
}

/// A feed of one file.
struct Single<'a> {
    feed: &'static str,
    file: &'static str,
    address: &'a str,
    limit: u64,
    shape: Shape,
}

fn singles(addresses: &Addresses) -> Vec<Single<'_>> {
    let single =
        |feed, file, address, mib, shape| Single { feed, file, address, limit: mib * MIB, shape };
    let all = vec![
        single("kev", "kev/known_exploited_vulnerabilities.json", &*addresses.kev, 64, Shape::Json),
        single("epss", "epss/epss_scores-current.csv.gz", &*addresses.epss, 64, Shape::Gzip),
        single("exploits/nuclei", "exploits/nuclei-cves.json", &*addresses.nuclei, 64, Shape::Json),
        single(
            "exploits/metasploit",
            "exploits/modules_metadata_base.json",
            &*addresses.metasploit,
            256,
            Shape::Json,
        ),
        single(
            "exploits/exploit-db",
            "exploits/files_exploits.csv",
            &*addresses.exploit_db,
            256,
            Shape::Text,
        ),
        single(
            "cve/vulnrichment",
            "cve/vulnrichment.zip",
            &*addresses.vulnrichment,
            2048,
            Shape::Zip,
        ),
    ];
    all.into_iter().filter(|single| !single.address.is_empty()).collect()
}

/// The list of ecosystems, then each of them.
fn ecosystems(session: &mut Session<'_>, plan: &Plan) {
    const LIST: &str = "osv/ecosystems.txt";
    let Ok(bucket) = parse("osv", &plan.addresses.osv) else {
        // The same error, told where failures are told.
        session.feed("osv", &mut |_| parse("osv", &plan.addresses.osv).map(|_| Change::Unchanged));
        return;
    };
    let chosen = match &plan.ecosystems {
        Some(chosen) => chosen.clone(),
        None => {
            session.feed("osv", &mut |session| {
                let list = session.join("osv", &bucket, &["ecosystems.txt"])?;
                session.file("osv", LIST, &list, size::LARGEST_LIST, Shape::Text)
            });
            // Where a new list did not come, the previous one serves.
            let list =
                read::bounded(&session.folder.join(LIST), size::LARGEST_LIST).unwrap_or_default();
            let (taken, refused) = size::listed(&String::from_utf8_lossy(&list));
            session.outcome.skipped.extend(refused);
            taken
        }
    };
    for ecosystem in chosen {
        let feed = format!("osv/{ecosystem}");
        session.feed(&feed, &mut |session| osv::ecosystem(session, &bucket, &ecosystem));
    }
}

/// One download: what every feed of it needs.
pub(super) struct Session<'a> {
    pub(super) client: &'a Client,
    pub(super) folder: &'a Path,
    pub(super) now: Instant,
    pub(super) state: State,
    events: &'a mut dyn FnMut(Event<'_>),
    outcome: Outcome,
}

impl Session<'_> {
    /// Runs one feed and notes what came of it; the state is saved after each, so that a kill costs
    /// at most one transfer.
    fn feed(&mut self, feed: &str, run: &mut dyn FnMut(&mut Self) -> Result<Change, FeedError>) {
        (self.events)(Event::Started { feed });
        let result = run(self);
        let result = match (self.state.save(self.folder), result) {
            (Err(error), Ok(_)) => Err(error),
            (_, result) => result,
        };
        match result {
            Ok(Change::Updated) => {
                (self.events)(Event::Updated { feed });
                self.outcome.updated.push(feed.to_owned());
            }
            Ok(Change::Unchanged) => {
                (self.events)(Event::Unchanged { feed });
                self.outcome.unchanged.push(feed.to_owned());
            }
            Err(error) => {
                (self.events)(Event::Failed { feed, error: &error });
                self.outcome.failed.push((feed.to_owned(), error));
            }
        }
    }

    fn single(&mut self, single: &Single<'_>) -> Result<Change, FeedError> {
        let address = parse(single.feed, single.address)?;
        self.file(single.feed, single.file, &address, single.limit, single.shape)
    }

    /// Brings one file, unless what is there is current.
    fn file(
        &mut self,
        feed: &str,
        file: &str,
        address: &Address,
        limit: u64,
        shape: Shape,
    ) -> Result<Change, FeedError> {
        let held = self.state.held(self.folder, file, &address.to_string());
        let Some((part, validators)) =
            self.part(feed, file, address, (limit, shape), held.as_ref())?
        else {
            self.confirm(file);
            return Ok(Change::Unchanged);
        };
        let placed = part.place().map_err(|source| self.file_error(file, source))?;
        let same = self.state.files.get(file).is_some_and(|known| known.sha256 == placed.sha256);
        self.note(file, address, validators, placed);
        Ok(if same { Change::Unchanged } else { Change::Updated })
    }

    /// Brings one file beside its place; `None` when what is held is current.
    pub(super) fn part(
        &mut self,
        feed: &str,
        file: &str,
        address: &Address,
        (limit, shape): (u64, Shape),
        held: Option<&Validators>,
    ) -> Result<Option<(Part, Validators)>, FeedError> {
        let mut part =
            Part::begin(&self.folder.join(file)).map_err(|source| self.file_error(file, source))?;
        // An archive that a server labels as gzip is the archive; a JSON file would not be JSON.
        let accept_gzip = matches!(shape, Shape::Gzip);
        let request = Request { address, limit, held, accept_gzip };
        let fetched = self.client.get(&request, &mut part, &mut |progress| {
            let (received, total) = (progress.received, progress.total);
            (self.events)(Event::Progress { feed, received, total });
            ControlFlow::Continue(())
        })?;
        match fetched {
            Fetched::NotModified => Ok(None),
            Fetched::Body(received) => {
                shape.check(part.head(), address)?;
                Ok(Some((part, received.validators)))
            }
        }
    }

    /// Brings one small document into memory; `None` when what is held is current.
    pub(super) fn bytes(
        &mut self,
        address: &Address,
        limit: u64,
        held: Option<&Validators>,
    ) -> Result<Option<(Vec<u8>, Validators)>, FeedError> {
        let mut bytes = Vec::new();
        let request = Request { address, limit, held, accept_gzip: false };
        let fetched = self.client.get(&request, &mut bytes, &mut |_| ControlFlow::Continue(()))?;
        Ok(match fetched {
            Fetched::NotModified => None,
            Fetched::Body(received) => Some((bytes, received.validators)),
        })
    }

    /// Notes that a file is still current.
    pub(super) fn confirm(&mut self, file: &str) {
        if let Some(known) = self.state.files.get_mut(file) {
            known.fetched = self.now;
        }
    }

    /// Notes a file that was placed.
    pub(super) fn note(
        &mut self,
        file: &str,
        address: &Address,
        validators: Validators,
        placed: Placed,
    ) {
        let known = self.state.files.get(file);
        let changed = known
            .filter(|known| known.sha256 == placed.sha256)
            .map_or(self.now, |known| known.changed);
        let state = FileState {
            address: address.to_string(),
            etag: validators.etag,
            last_modified: validators.last_modified,
            fetched: self.now,
            changed,
            bytes: placed.bytes,
            sha256: placed.sha256,
        };
        self.state.files.insert(file.to_owned(), state);
    }

    pub(super) fn tell(&mut self, event: Event<'_>) {
        (self.events)(event);
    }

    pub(super) fn join(
        &self,
        feed: &str,
        base: &Address,
        segments: &[&str],
    ) -> Result<Address, FeedError> {
        base.join(segments).map_err(|source| FeedError::Address { feed: feed.to_owned(), source })
    }

    pub(super) fn file_error(&self, file: &str, source: std::io::Error) -> FeedError {
        FeedError::File { path: self.folder.join(file), source }
    }

    pub(super) fn exists(&self, file: &str) -> bool {
        debug_assert_ne!(file, STATE_FILE);
        fs::metadata(self.folder.join(file)).is_ok_and(|there| there.is_file())
    }
}

impl Shape {
    pub(super) fn check(self, head: &[u8], address: &Address) -> Result<(), FeedError> {
        let text = head.trim_ascii_start();
        let (right, expected) = match self {
            Self::Zip => (
                head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06"),
                "a zip archive",
            ),
            Self::Gzip => (head.starts_with(&[0x1f, 0x8b]), "a gzip file"),
            Self::Json => (text.starts_with(b"{") || text.starts_with(b"["), "JSON"),
            Self::Text => (!text.is_empty() && !text.starts_with(b"<"), "a list"),
        };
        if right {
            Ok(())
        } else {
            Err(FeedError::Shape { address: address.to_string(), expected })
        }
    }
}
