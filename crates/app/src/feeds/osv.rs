//! How is one ecosystem kept current? The whole archive first, then single records.
//!
//! On disk: `all.zip`, `delta/ID.json` over it, `modified_id.csv`, which lists what those two hold for
//! certain, and `missing.txt` where the bucket has records that did not come. The next download
//! compares the bucket's list with that one. Every order of writing here keeps one rule through a kill
//! at any moment: **the list never claims a record that is not there**. Without a list the archive is
//! fetched anew; with `missing.txt` the ecosystem is partial in the index.

use fetch::{Address, Failure, Validators};
use jiff::{SignedDuration, fmt::rfc2822};
use vocab::Instant;

use super::changes::Records;
use super::download::{Change, Session, Shape};
use super::place;
use super::{Event, FeedError, names};
use crate::files::read;

/// Most records fetched one by one; for more the archive is cheaper.
pub(super) const MOST_RECORDS: usize = 500;
/// Most records that pile up over an archive before it is fetched anew.
const MOST_DELTAS: usize = 2_000;
/// Largest archive: npm's was some 210 MB in 2026.
const LARGEST_ARCHIVE: u64 = 2 << 30;
/// Largest list: a line is some 45 bytes, so over a million records.
const LARGEST_LIST: u64 = 64 << 20;
/// Largest record.
const LARGEST_RECORD: u64 = 16 << 20;
/// How long before its own date an archive may have been put together.
const EXPORT_TIME: SignedDuration = SignedDuration::from_hours(1);

/// Names the records of the bucket that are not here, one a line; not there when none is missing.
pub(crate) const MISSING: &str = "missing.txt";

/// The files of an ecosystem, by their path in the folder of feeds.
struct Files {
    feed: String,
    archive: String,
    list: String,
    deltas: String,
    missing: String,
}

/// Brings one ecosystem.
pub(super) fn ecosystem(
    session: &mut Session<'_>,
    bucket: &Address,
    name: &str,
) -> Result<Change, FeedError> {
    if !names::is_safe(name) {
        return Err(FeedError::Name(name.chars().take(80).collect()));
    }
    let feed = format!("osv/{name}");
    let files = Files {
        archive: format!("{feed}/all.zip"),
        list: format!("{feed}/modified_id.csv"),
        deltas: format!("{feed}/delta"),
        missing: format!("{feed}/{MISSING}"),
        feed,
    };
    let base = session.join(&files.feed, bucket, &[name])?;
    let list = session.join(&files.feed, &base, &["modified_id.csv"])?;
    let there = session.exists(&files.archive);
    let held = session.state.held(session.folder, &files.list, &list.to_string()).filter(|_| there);
    let (bytes, validators) = match session.bytes(&list, LARGEST_LIST, held.as_ref()) {
        Ok(Some(new)) => new,
        Ok(None) => {
            session.confirm(&files.list);
            session.confirm(&files.archive);
            return Ok(Change::Unchanged);
        }
        // A mirror with archives only.
        Err(error) if is_absent(&error) => return archive_only(session, &files, &base),
        Err(error) => return Err(error),
    };
    Shape::Text.check(&bytes, &list)?;
    let text = String::from_utf8_lossy(&bytes);
    let new = List { address: list, validators, records: Records::parse(&files.list, &text)? };
    if there && let Some(change) = increment(session, &files, &base, &new)? {
        return Ok(change);
    }
    whole(session, &files, &base, &new)
}

/// The bucket's list, as it came.
struct List<'a> {
    address: Address,
    validators: Validators,
    records: Records<'a>,
}

/// Brings the records that changed, one by one; `None` when the archive is the better way.
fn increment(
    session: &mut Session<'_>,
    files: &Files,
    base: &Address,
    new: &List<'_>,
) -> Result<Option<Change>, FeedError> {
    let Ok(bytes) = read::bounded(&session.folder.join(&files.list), LARGEST_LIST) else {
        return Ok(None);
    };
    let text = String::from_utf8_lossy(&bytes);
    let Ok(old) = Records::parse(&files.list, &text) else {
        return Ok(None);
    };
    let difference = new.records.since(&old);
    let piled_up = count(session, &files.deltas);
    let few = difference.changed.len() <= MOST_RECORDS
        && piled_up + difference.changed.len() <= MOST_DELTAS;
    let safe = difference.changed.iter().all(|id| names::is_safe(id));
    if difference.removed > 0 || !few || !safe {
        return Ok(None);
    }
    match records(session, files, base, &difference.changed) {
        Ok(()) => {}
        // Listed and not there: the archive knows.
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(error),
    }
    keep_list(session, files, new, &new.records.without(&[]), true)?;
    note_missing(session, files, &[])?;
    session.confirm(&files.archive);
    Ok(Some(if difference.changed.is_empty() { Change::Unchanged } else { Change::Updated }))
}

/// Brings the archive, and then the records that are younger than it.
fn whole(
    session: &mut Session<'_>,
    files: &Files,
    base: &Address,
    new: &List<'_>,
) -> Result<Change, FeedError> {
    let made =
        archive(session, files, base, None)?.and_then(|made| made.checked_sub(EXPORT_TIME).ok());
    let Some(made) = made else {
        // Which records are younger is not known, so that none is claimed.
        keep_list(session, files, new, "", false)?;
        note_missing(session, files, &[])?;
        return Ok(Change::Updated);
    };
    let late = new.records.after(made);
    let (missing, failed) = younger(session, files, base, &late);
    // What did not come stays out of the list, so that the next download asks for it.
    keep_list(session, files, new, &new.records.without(&missing), missing.is_empty())?;
    note_missing(session, files, &missing)?;
    failed.map_or(Ok(Change::Updated), Err)
}

/// Brings the records that are younger than the archive. Returns those that did not come, and the
/// failure that ended it; one that is listed and not there, or has no name for a file, ends nothing.
fn younger<'a>(
    session: &mut Session<'_>,
    files: &Files,
    base: &Address,
    ids: &[&'a str],
) -> (Vec<&'a str>, Option<FeedError>) {
    if ids.len() > MOST_DELTAS {
        return (ids.to_vec(), None);
    }
    let mut missing = Vec::new();
    for (done, &id) in ids.iter().enumerate() {
        match record(session, files, base, id) {
            Ok(()) => {
                session.tell(Event::Records { feed: &files.feed, done: done + 1, of: ids.len() });
            }
            Err(error) if is_absent(&error) || matches!(error, FeedError::Name(_)) => {
                missing.push(id);
            }
            Err(error) => {
                missing.extend(ids.iter().skip(done));
                return (missing, Some(error));
            }
        }
    }
    (missing, None)
}

/// Brings an archive that has no list beside it, unless the one here is current.
fn archive_only(
    session: &mut Session<'_>,
    files: &Files,
    base: &Address,
) -> Result<Change, FeedError> {
    let address = session.join(&files.feed, base, &["all.zip"])?;
    let listed = session.exists(&files.list);
    let held = session
        .state
        .held(session.folder, &files.archive, &address.to_string())
        .filter(|_| !listed);
    let before = session.state.files.get(&files.archive).map(|known| known.sha256.clone());
    archive(session, files, base, held.as_ref())?;
    note_missing(session, files, &[])?;
    let after = session.state.files.get(&files.archive).map(|known| known.sha256.clone());
    Ok(if before == after && before.is_some() { Change::Unchanged } else { Change::Updated })
}

/// Puts the archive in place and clears what lay over it. Returns when the server says it was made.
fn archive(
    session: &mut Session<'_>,
    files: &Files,
    base: &Address,
    held: Option<&Validators>,
) -> Result<Option<Instant>, FeedError> {
    let address = session.join(&files.feed, base, &["all.zip"])?;
    let bounds = (LARGEST_ARCHIVE, Shape::Zip);
    let Some((part, validators)) =
        session.part(&files.feed, &files.archive, &address, bounds, held)?
    else {
        session.confirm(&files.archive);
        return Ok(None);
    };
    // The list goes first: from here on nothing is claimed until it is written again.
    session.state.files.remove(&files.list);
    remove(session, &files.list)?;
    // Until the younger records are here too, whatever is built from this is partial.
    note_missing(session, files, &["not compared with the list yet"])?;
    let placed = part.place().map_err(|source| session.file_error(&files.archive, source))?;
    remove(session, &files.deltas)?;
    let date = validators.last_modified.clone();
    session.note(&files.archive, &address, validators, placed);
    let date = date.and_then(|date| rfc2822::DateTimeParser::new().parse_timestamp(&date).ok());
    Ok(date)
}

/// Brings single records over the archive.
fn records(
    session: &mut Session<'_>,
    files: &Files,
    base: &Address,
    ids: &[&str],
) -> Result<(), FeedError> {
    for (done, id) in ids.iter().enumerate() {
        record(session, files, base, id)?;
        session.tell(Event::Records { feed: &files.feed, done: done + 1, of: ids.len() });
    }
    Ok(())
}

fn record(
    session: &mut Session<'_>,
    files: &Files,
    base: &Address,
    id: &str,
) -> Result<(), FeedError> {
    if !names::is_safe(id) {
        return Err(FeedError::Name(id.chars().take(80).collect()));
    }
    let name = format!("{id}.json");
    let address = session.join(&files.feed, base, &[&name])?;
    // Without something held there is always a body.
    let (bytes, _) = session.bytes(&address, LARGEST_RECORD, None)?.unwrap_or_default();
    Shape::Json.check(&bytes, &address)?;
    let file = format!("{}/{name}", files.deltas);
    let written = place::write(&session.folder.join(&file), &bytes);
    written.map(|_| ()).map_err(|source| session.file_error(&file, source))
}

/// Writes what is claimed of the list. Unless that is all of it, it is not to be confirmed unread
/// next time.
fn keep_list(
    session: &mut Session<'_>,
    files: &Files,
    new: &List<'_>,
    claimed: &str,
    all: bool,
) -> Result<(), FeedError> {
    let failed = |source| FeedError::File { path: session.folder.join(&files.list), source };
    let placed =
        place::write(&session.folder.join(&files.list), claimed.as_bytes()).map_err(failed)?;
    let validators = if all { new.validators.clone() } else { Validators::default() };
    session.note(&files.list, &new.address, validators, placed);
    Ok(())
}

fn note_missing(session: &Session<'_>, files: &Files, ids: &[&str]) -> Result<(), FeedError> {
    if ids.is_empty() {
        return remove(session, &files.missing);
    }
    let written = place::write(&session.folder.join(&files.missing), ids.join("\n").as_bytes());
    written.map(|_| ()).map_err(|source| session.file_error(&files.missing, source))
}

fn remove(session: &Session<'_>, file: &str) -> Result<(), FeedError> {
    place::remove(&session.folder.join(file)).map_err(|source| session.file_error(file, source))
}

fn count(session: &Session<'_>, folder: &str) -> usize {
    std::fs::read_dir(session.folder.join(folder))
        .map_or(0, |entries| entries.take(MOST_DELTAS + 1).count())
}

fn is_absent(error: &FeedError) -> bool {
    matches!(error, FeedError::Fetch(error) if matches!(error.failure, Failure::Status { status: 404 | 410, .. }))
}
