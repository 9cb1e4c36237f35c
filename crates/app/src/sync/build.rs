//! From a folder of feeds to one index file.
//!
//! Every feed is read bounded; a record that cannot be read is counted and named in the index, a feed
//! that cannot be read is named in the summary, and its ecosystem is never called complete.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc;

use intel::{Builder, FeedError, FeedSummary, Source};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use vocab::{Instant, instant};

use super::bounded::{self, Bounded};
use super::folder::{self, Feed, Kind};
use super::kept;
use super::{Progress, SyncError};
use crate::feeds::osv::MISSING;
use crate::feeds::place::hex;
use crate::files::read;

/// Largest single record (OSV advisory or CVE record).
const MAX_RECORD: u64 = 16 << 20;
/// Largest KEV, nuclei or Metasploit file, unpacked.
pub(super) const MAX_DOCUMENT: u64 = 512 << 20;
/// Most entries in one archive.
const MAX_ENTRIES: usize = 4_000_000;
/// Most dated copies of the catalogue.
const MAX_COPIES: usize = 1_000;
/// Records that wait between the unpacking thread and the indexing one.
const QUEUE: usize = 256;

/// What to build from, and what is known of the files beyond their content.
pub struct Plan<'a> {
    /// The folder of feeds.
    pub folder: &'a Path,
    /// Only these ecosystems (by base name); all when absent.
    pub ecosystems: Option<&'a [String]>,
    /// When a feed file was fetched, by its path relative to the folder.
    pub fetched: &'a dyn Fn(&str) -> Option<Instant>,
    /// Where earlier copies of the catalogue may lie, for when this one is damaged.
    pub earlier: &'a [PathBuf],
    /// Where a feed file came from, by its path relative to the folder.
    pub address: &'a dyn Fn(&str) -> Option<String>,
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Built {
    /// The index's own summary of itself.
    pub meta: intel::Meta,
    /// Bytes of the index.
    pub bytes: u64,
    /// Feeds that could not be read, with the reason.
    pub failed: Vec<(String, String)>,
}

#[derive(Deserialize)]
struct CoverageMarker {
    #[serde(default)]
    complete: Vec<String>,
    #[serde(default)]
    partial: Vec<String>,
}

/// Reads the feeds and writes the index to `out`.
///
/// # Errors
/// The folder holds no advisories at all, or `out` cannot be written. A single feed that cannot be
/// read is in [`Built::failed`].
pub fn build(
    plan: &Plan<'_>,
    now: Instant,
    out: &mut dyn Write,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Built, SyncError> {
    let feeds = folder::feeds(plan.folder)
        .map_err(|source| SyncError::Folder { path: plan.folder.into(), source })?;
    let chosen: Vec<&Feed> = feeds.iter().filter(|f| wanted(f, plan.ecosystems)).collect();
    if !chosen.iter().any(|f| f.kind == Kind::Osv) {
        return Err(SyncError::NoAdvisories { path: plan.folder.into() });
    }
    let marker = marker(plan.folder)?;
    let mut builder = Builder::new();
    let mut built = Built::default();
    for name in plan.ecosystems.unwrap_or_default() {
        let feed = format!("osv/{name}");
        if !chosen.iter().any(|f| f.name == feed) {
            let why = "no such ecosystem among the feeds; names are spelled as in OSV's bucket (npm, PyPI)";
            built.failed.push((feed, why.to_owned()));
        }
    }
    for (number, feed) in chosen.iter().enumerate() {
        progress(Progress::Reading { feed: &feed.name, number, of: chosen.len() });
        let read = match feed.kind {
            Kind::Osv => osv(&mut builder, feed, &chosen, marker.as_ref()),
            _ => single(&mut builder, feed),
        };
        match read {
            Ok(taken) => {
                let relative = relative(plan.folder, &taken.file);
                let fetched = (plan.fetched)(&relative);
                builder.source(Source {
                    feed: feed.name.clone(),
                    address: (plan.address)(&relative)
                        .unwrap_or_else(|| taken.file.display().to_string()),
                    data_time: taken
                        .data_time
                        .or_else(|| fetched.map_or_else(|| undated(feed), |_| None)),
                    fetched,
                    sha256: taken.sha256,
                    records: taken.records,
                });
            }
            Err(error) => {
                if let Some(ecosystem) = feed.name.strip_prefix("osv/") {
                    builder.coverage(ecosystem, false);
                }
                let mut why = error.to_string();
                if feed.kind == Kind::Kev {
                    let stands = kept::stand_in(&mut builder, &feed.path, plan.earlier);
                    why = format!("{why}; {stands}");
                }
                built.failed.push((feed.name.clone(), why));
            }
        }
    }
    progress(Progress::Writing);
    let summary = builder.finish(now, out).map_err(|source| SyncError::Build { source })?;
    built.meta = summary.meta;
    built.bytes = summary.bytes;
    Ok(built)
}

/// The path below the folder of feeds, `/`-separated.
fn relative(folder: &Path, file: &Path) -> String {
    crate::files::walk::relative(folder, file)
}

fn wanted(feed: &Feed, ecosystems: Option<&[String]>) -> bool {
    match (feed.name.strip_prefix("osv/"), ecosystems) {
        (Some(name), Some(chosen)) => chosen.iter().any(|c| c == name),
        _ => true,
    }
}

fn marker(folder: &Path) -> Result<Option<CoverageMarker>, SyncError> {
    let path = folder.join("osv/coverage.json");
    let bytes = match read::bounded(&path, MAX_RECORD) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(SyncError::Folder { path, source }),
    };
    serde_json::from_slice(&bytes).map(Some).map_err(|source| SyncError::Coverage { path, source })
}

struct Taken {
    records: u64,
    data_time: Option<Instant>,
    sha256: String,
    file: std::path::PathBuf,
}

/// One ecosystem: its archive, the newer single records over it, or single records alone.
fn osv(
    builder: &mut Builder,
    feed: &Feed,
    chosen: &[&Feed],
    marker: Option<&CoverageMarker>,
) -> io::Result<Taken> {
    let name = feed.name.trim_start_matches("osv/");
    let archive = feed.path.join("all.zip");
    let has_archive = archive.is_file();
    // Only a whole archive can be a whole ecosystem; a marker may say that even it is not.
    let complete = has_archive
        && marker.is_none_or(|m| {
            m.complete.iter().any(|n| n == name) && !m.partial.iter().any(|n| n == name)
        });
    let singles = marker.is_some_and(|m| m.complete.iter().any(|n| n == name)) && !has_archive;
    let missing = feed.path.join(MISSING).exists();
    if missing {
        builder.problem(&feed.name, "records that the bucket lists did not come".to_owned());
    }
    // One release is never its whole distribution; where that has a folder of its own, that one tells.
    match name.split_once(':') {
        Some((base, _)) if chosen.iter().any(|f| f.name.strip_prefix("osv/") == Some(base)) => {}
        Some(_) => builder.coverage(name, false),
        None => builder.coverage(name, (complete || singles) && !missing),
    }
    let mut records = 0;
    let mut newer = HashSet::new();
    let delta = feed.path.join("delta");
    for (folder, from_delta) in [(delta.as_path(), true), (feed.path.as_path(), false)] {
        for file in folder::entries(folder)? {
            let Some(id) = file.strip_suffix(".json") else { continue };
            if newer.contains(id) {
                continue;
            }
            let bytes = read::bounded(&folder.join(&file), MAX_RECORD)?;
            records += u64::from(builder.advisory(name, &file, &bytes).is_ok());
            if from_delta {
                newer.insert(id.to_owned());
            }
        }
    }
    if has_archive {
        records += zipped(&archive, |entry, bytes| {
            let id = entry.strip_suffix(".json").unwrap_or(entry);
            !newer.contains(id)
                && builder.advisory(name, &format!("all.zip:{entry}"), bytes).is_ok()
        })?;
    }
    Ok(Taken {
        records,
        data_time: newest(&feed.path.join("modified_id.csv")),
        sha256: if has_archive { digest(&archive)? } else { String::new() },
        file: if has_archive { archive } else { feed.path.clone() },
    })
}

/// The first column of the first line of `modified_id.csv`: the newest change.
fn newest(path: &Path) -> Option<Instant> {
    let mut line = String::new();
    BufReader::new(File::open(path).ok()?).take(4096).read_line(&mut line).ok()?;
    instant::parse(line.split(',').next()?)
}

/// Hands over every `.json` of an archive; unpacking runs beside in a thread of its own. Counts the
/// records for which `take` says true.
fn zipped(path: &Path, mut take: impl FnMut(&str, &[u8]) -> bool) -> io::Result<u64> {
    let file = File::open(path)?;
    let allowance = bounded::allowance(file.metadata()?.len());
    let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(io::Error::other)?;
    if archive.len() > MAX_ENTRIES {
        return Err(io::Error::other(format!(
            "{} entries; at most {MAX_ENTRIES} are read",
            archive.len()
        )));
    }
    let (send, receive) = mpsc::sync_channel::<(String, Vec<u8>)>(QUEUE);
    std::thread::scope(|scope| {
        let unpacking = scope.spawn(move || -> io::Result<()> {
            let mut left = allowance;
            for number in 0..archive.len() {
                let entry = archive.by_index(number).map_err(io::Error::other)?;
                let name = entry.name().map_err(io::Error::other)?.into_owned();
                if !name.ends_with(".json") {
                    continue;
                }
                let mut bytes =
                    Vec::with_capacity(usize::try_from(entry.size().min(1 << 20)).unwrap_or(0));
                let unnamed = Bounded::new(entry, left.min(MAX_RECORD)).read_to_end(&mut bytes);
                unnamed.map_err(|e| io::Error::new(e.kind(), format!("{name}: {e}")))?;
                left = left.saturating_sub(bytes.len() as u64);
                if send.send((name, bytes)).is_err() {
                    break;
                }
            }
            Ok(())
        });
        let mut records = 0;
        for (name, bytes) in receive {
            records += u64::from(take(&name, &bytes));
        }
        match unpacking.join() {
            Ok(result) => result.map(|()| records),
            Err(_) => Err(io::Error::other("unpacking the archive failed")),
        }
    })
}

/// A feed that is one file. Records in it that could not be read are noted in the index.
fn single(builder: &mut Builder, feed: &Feed) -> io::Result<Taken> {
    let refused = |e: FeedError| io::Error::new(io::ErrorKind::InvalidData, super::chain(&e));
    let stream = || bounded::open(&feed.path);
    let summary = match feed.kind {
        Kind::Kev => builder.kev(&document(&feed.path)?),
        Kind::KevHistory => kev_history(builder, &feed.path),
        Kind::Epss => builder.epss(&mut stream()?),
        Kind::ExploitLines => builder.exploits_jsonl(&mut stream()?),
        Kind::Nuclei => builder.nuclei(&mut stream()?),
        Kind::Metasploit => builder.metasploit(&document(&feed.path)?),
        Kind::ExploitDb => builder.exploitdb(&mut stream()?),
        Kind::CveLines => builder.cve_records(&mut stream()?),
        Kind::CveRows => builder.cve_rows(&mut stream()?),
        Kind::CveZip => cve_archive(builder, &feed.path),
        Kind::Osv => Ok(FeedSummary::default()),
    };
    let summary = summary.map_err(refused)?;
    if let Some(first) = summary.first_skipped {
        builder.problem(
            &feed.name,
            format!("{} records were not read; the first: {first}", summary.skipped),
        );
    }
    Ok(Taken {
        records: summary.records,
        data_time: summary.data_time,
        sha256: digest(&feed.path)?,
        file: feed.path.clone(),
    })
}

/// When a list that carries no date of its own was last written. KEV and EPSS say their date themselves,
/// and a copy of them without one is not taken on the file system's word.
fn undated(feed: &Feed) -> Option<Instant> {
    if matches!(feed.kind, Kind::Kev | Kind::KevHistory | Kind::Epss | Kind::Osv) {
        return None;
    }
    let modified = std::fs::metadata(&feed.path).ok()?.modified().ok()?;
    Instant::try_from(modified).ok()
}

/// An archive with one CVE record a file.
fn cve_archive(builder: &mut Builder, path: &Path) -> Result<FeedSummary, FeedError> {
    let mut summary = FeedSummary::default();
    let records = zipped(path, |entry, bytes| {
        let name = entry.rsplit('/').next().unwrap_or(entry);
        if !name.starts_with("CVE-") {
            return false;
        }
        let read = builder.cve_record(bytes);
        if let Err(error) = &read {
            summary.skip(entry, error);
        }
        read.is_ok()
    });
    summary.records = records.map_err(FeedError::Read)?;
    Ok(summary)
}

pub(super) fn document(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    Bounded::new(bounded::open(path)?, MAX_DOCUMENT).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Dated copies of the catalogue: a tar whose members carry a date in their names.
fn kev_history(builder: &mut Builder, path: &Path) -> Result<FeedSummary, FeedError> {
    let mut archive = tar::Archive::new(bounded::open(path).map_err(FeedError::Read)?);
    let mut whole = FeedSummary::default();
    for entry in archive.entries().map_err(FeedError::Read)?.take(MAX_COPIES) {
        let entry = entry.map_err(FeedError::Read)?;
        let name = entry.path().map_err(FeedError::Read)?.to_string_lossy().into_owned();
        let Some(date) = date_in(&name).filter(|_| name.ends_with(".json")) else { continue };
        let mut bytes = Vec::new();
        Bounded::new(entry, MAX_DOCUMENT).read_to_end(&mut bytes).map_err(FeedError::Read)?;
        match builder.kev_history(date, &bytes) {
            Ok(_) => whole.records += 1,
            Err(error) => whole.skip(&name, error),
        }
    }
    Ok(whole)
}

/// The first `YYYY-MM-DD` in a name.
fn date_in(name: &str) -> Option<Instant> {
    (0..name.len()).filter_map(|at| name.get(at..at + 10)).find_map(|part| {
        let shaped = part
            .bytes()
            .enumerate()
            .all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
        if shaped { instant::parse(part) } else { None }
    })
}

/// SHA-256 of a file, in hexadecimal.
pub(super) fn digest(path: &Path) -> io::Result<String> {
    let mut hasher = Sha256::new();
    let mut file = File::open(path)?;
    let mut buffer = vec![0u8; 1 << 16];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hasher.update(buffer.get(..read).unwrap_or_default());
    }
    Ok(hex(hasher))
}

#[cfg(test)]
mod tests {
    use super::date_in;

    #[test]
    fn the_date_of_a_copy_is_in_its_name() {
        let date = |n: &str| date_in(n).map(|d| d.to_string());
        assert_eq!(date("kev/2023-04-22.json").as_deref(), Some("2023-04-22T00:00:00Z"));
        assert_eq!(date("a-2026-13-99-b.json"), None);
        assert_eq!(date("é2026-08-08é"), Some("2026-08-08T00:00:00Z".into()));
    }
}
