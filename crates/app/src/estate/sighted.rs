//! When was each problem of an estate first seen? Carried from scan to scan, so that no clock starts anew.
//!
//! A scan of an estate keeps no findings, only this: for each finding, under every name of its alias
//! group, the second of its first sighting. What is no longer seen stays: it may come back, and a target
//! that could not be read today is read tomorrow. Two sightings of one problem are the earlier one. The
//! file is a magic, rows of twelve bytes sorted by key, and the xxh3-64 of all before.

use std::io::Write;

use vocab::Instant;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::kept::KeptError;
use crate::report::{Finding, Report};

const MAGIC: [u8; 8] = *b"GABISGT1";
/// xxh3-64 of asset, purl and one name of the alias group; seconds since 1970.
const ROW: usize = 12;

/// A first sighting: (key, seconds since 1970).
pub(crate) type Sighting = (u64, u32);

/// The first sightings of earlier scans.
#[derive(Debug, Default)]
pub struct Sighted {
    rows: Vec<u8>,
}

impl Sighted {
    /// Opens a file's bytes, all of them checked.
    ///
    /// # Errors
    /// Cut or altered.
    pub fn open(mut bytes: Vec<u8>) -> Result<Self, KeptError> {
        let damaged = || KeptError::Damaged("its first sightings cannot be read");
        let (body, sum) = bytes.split_last_chunk::<8>().ok_or_else(damaged)?;
        let rows = body.strip_prefix(&MAGIC).ok_or_else(damaged)?;
        let whole = xxh3_64(body) == u64::from_le_bytes(*sum) && rows.len().is_multiple_of(ROW);
        if !whole || !rows.as_chunks::<ROW>().0.is_sorted_by_key(key) {
            return Err(damaged());
        }
        bytes.truncate(body.len());
        Ok(Self { rows: bytes })
    }

    /// Several as one: of two of one key the earlier.
    pub(crate) fn merged(all: Vec<Self>) -> Self {
        let mut all = all.into_iter();
        let Some(first) = all.next() else { return Self::default() };
        let more: Vec<Sighting> = all
            .flat_map(|other| {
                other.rows().iter().map(|row| (key(row), time(row))).collect::<Vec<_>>()
            })
            .collect();
        if more.is_empty() {
            return first;
        }
        let mut bytes = Vec::new();
        match first.write(more, &mut bytes) {
            Ok(()) => Self::open(bytes).unwrap_or(first),
            Err(_) => first,
        }
    }

    /// When a problem was first seen: the earliest under any of its names now.
    pub(crate) fn first_seen(&self, identity: &str, aliases: &[String]) -> Option<Instant> {
        if self.rows().is_empty() {
            return None;
        }
        let found = keys(identity, aliases).filter_map(|key| self.at(key)).min()?;
        Instant::from_second(i64::from(found)).ok()
    }

    /// What a report saw that is not known as early.
    pub(crate) fn news(&self, report: &Report) -> Vec<Sighting> {
        let ignored = report.ignored.iter().map(|i| &i.finding);
        let stated = report.stated.iter().map(|s| &s.finding);
        let mut news = Vec::new();
        for finding in report.findings.iter().chain(ignored).chain(stated) {
            let at = seconds(finding);
            let keys = keys(&finding.identity, &finding.aliases);
            news.extend(
                keys.filter(|k| self.at(*k).is_none_or(|known| at < known)).map(|k| (k, at)),
            );
        }
        news
    }

    /// Writes these and further sightings: of two of one key the earlier.
    ///
    /// # Errors
    /// What the writer says.
    pub(crate) fn write(
        &self,
        mut news: Vec<Sighting>,
        out: &mut dyn Write,
    ) -> Result<(), KeptError> {
        news.sort_unstable();
        news.dedup_by_key(|(key, _)| *key);
        let mut news = news.into_iter().peekable();
        let mut known = self.rows().iter().map(|row| (key(row), time(row))).peekable();
        let mut sum = Xxh3::new();
        let mut put = |bytes: &[u8]| {
            sum.update(bytes);
            out.write_all(bytes)
        };
        put(&MAGIC)?;
        loop {
            let (key, at) = match (known.peek(), news.peek()) {
                (None, None) => break,
                (Some(old), Some(new)) if old.0 == new.0 => {
                    let earlier = (old.0, old.1.min(new.1));
                    known.next();
                    news.next();
                    earlier
                }
                (Some(old), Some(new)) if new.0 < old.0 => {
                    let next = *new;
                    news.next();
                    next
                }
                (Some(old), _) => {
                    let next = *old;
                    known.next();
                    next
                }
                (None, Some(new)) => {
                    let next = *new;
                    news.next();
                    next
                }
            };
            let mut row = [0; ROW];
            row[..8].copy_from_slice(&key.to_le_bytes());
            row[8..].copy_from_slice(&at.to_le_bytes());
            put(&row)?;
        }
        let sum = sum.digest();
        Ok(out.write_all(&sum.to_le_bytes())?)
    }

    fn rows(&self) -> &[[u8; ROW]] {
        self.rows.get(MAGIC.len()..).unwrap_or_default().as_chunks::<ROW>().0
    }

    fn at(&self, wanted: u64) -> Option<u32> {
        let rows = self.rows();
        let at = rows.binary_search_by_key(&wanted, key).ok()?;
        rows.get(at).map(time)
    }
}

fn key(row: &[u8; ROW]) -> u64 {
    row.first_chunk::<8>().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

fn time(row: &[u8; ROW]) -> u32 {
    row.last_chunk::<4>().map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

/// Rounded down: a clock may start a moment earlier, never later.
fn seconds(finding: &Finding) -> u32 {
    let seconds = finding.first_seen.as_second();
    u32::try_from(seconds.max(0)).unwrap_or(u32::MAX)
}

/// The keys of a problem: asset and purl with the name of its group, and with each alias.
fn keys<'a>(identity: &'a str, aliases: &'a [String]) -> impl Iterator<Item = u64> + 'a {
    let (subject, name) = identity.rsplit_once('|').unwrap_or((identity, ""));
    let others = aliases.iter().map(String::as_str).filter(move |alias| *alias != name);
    std::iter::once(name).chain(others).map(move |name| {
        let mut hash = Xxh3::new();
        for part in [subject, "|", name] {
            hash.update(part.as_bytes());
        }
        hash.digest()
    })
}

#[cfg(test)]
mod tests {
    use super::Sighted;

    fn file(sighted: &Sighted, news: &[(u64, u32)]) -> Vec<u8> {
        let mut bytes = Vec::new();
        sighted.write(news.to_vec(), &mut bytes).expect("written");
        bytes
    }

    #[test]
    fn of_two_sightings_the_earlier_stays_and_none_is_lost() {
        let first = file(&Sighted::default(), &[(5, 50), (1, 10), (9, 90), (5, 40)]);
        let sighted = Sighted::open(first).expect("whole");
        let second = Sighted::open(file(&sighted, &[(1, 20), (9, 80), (0, 1), (12, 2), (6, 6)]));
        let second = second.expect("whole");
        let at = |key| second.at(key);
        let found = [0, 1, 5, 6, 9, 12, 13].map(at);
        assert_eq!(found, [Some(1), Some(10), Some(40), Some(6), Some(80), Some(2), None]);
    }

    #[test]
    fn damage_is_told() {
        let bytes = file(&Sighted::default(), &[(5, 50), (1, 10)]);
        for cut in 0..bytes.len() {
            assert!(Sighted::open(bytes[..cut].to_vec()).is_err(), "cut at {cut}");
            let mut altered = bytes.clone();
            altered[cut] ^= 1;
            assert!(Sighted::open(altered).is_err(), "altered at {cut}");
        }
    }

    #[test]
    fn a_group_is_known_by_any_of_its_names() {
        let key = super::keys("a|pkg:npm/x|GHSA-1", &[]).next().expect("a key");
        let sighted = Sighted::open(file(&Sighted::default(), &[(key, 50)])).expect("whole");
        let names = ["CVE-1".to_owned(), "GHSA-1".to_owned()];
        let seen = |identity: &str, names: &[String]| {
            sighted.first_seen(identity, names).map(|at| at.as_second())
        };
        assert_eq!(seen("a|pkg:npm/x|CVE-1", &names), Some(50));
        assert_eq!(seen("a|pkg:npm/x|CVE-1", &names[..1]), None);
        assert_eq!(seen("b|pkg:npm/x|GHSA-1", &names), None);
    }
}
