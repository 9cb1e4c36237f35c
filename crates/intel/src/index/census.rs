//! What changed between two indexes?
//!
//! A [`Census`] marks every advisory and every CVE with signals. It is kept beside an estate; against
//! it, a later index tells its [`News`] in one pass over both, without the earlier index.

use std::collections::BTreeMap;

use xxhash_rust::xxh3::xxh3_64;

use super::advisories::AdvisoryRef;
use super::layout::{ADVISORY, CVE, EPSS, EXPLOIT, KEV, Section};
use super::signals::{HAS_SSVC, LISTED};
use super::{Index, IndexError};
use crate::cve::CveId;
use crate::signals::epss;

/// EPSS percentile from which on a CVE counts as likely to be exploited (`gabion-24h`, row 6).
const LIKELY: f64 = 0.95;
const IN_KEV: u64 = 1;
const HAS_EXPLOIT: u64 = 2;
const IS_LIKELY: u64 = 4;
const IS_ACTIVE: u64 = 8;

/// Marks of all that an index holds; each list is sorted by its first number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Census {
    /// (xxh3-64 of the id, xxh3-64 of what would make the record another).
    pub advisories: Vec<[u64; 2]>,
    /// (key of a CVE, what is known of its exploitation).
    pub signals: Vec<[u64; 2]>,
}

/// Something that an earlier index did not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// An advisory that was not there.
    Published,
    /// An advisory with another date of modification or withdrawal, or another rating.
    Changed,
    /// Now in KEV.
    Exploited,
    /// Now with a public exploit.
    Exploit,
    /// Now among the likeliest by EPSS.
    Likely,
    /// Now «active» in CISA's decision points.
    Active,
}

impl Change {
    /// In words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Published => "new advisory",
            Self::Changed => "advisory changed",
            Self::Exploited => "known exploited (KEV)",
            Self::Exploit => "public exploit",
            Self::Likely => "EPSS percentile at least 0.95",
            Self::Active => "exploitation active (SSVC)",
        }
    }
}

/// What is new, by advisory.
pub type News = BTreeMap<AdvisoryRef, Vec<Change>>;

impl Index<'_> {
    /// The marks of this index.
    ///
    /// # Errors
    /// Damage.
    pub fn census(&self) -> Result<Census, IndexError> {
        let mut advisories: Vec<[u64; 2]> =
            self.marks()?.into_iter().map(|(id, mark, _)| [id, mark]).collect();
        advisories.sort_unstable();
        let signals = self.exploitation()?.into_iter().map(|(key, mark)| [key, mark]);
        Ok(Census { advisories, signals: signals.collect() })
    }

    /// What this index says that an earlier one did not. What is no longer said is no news.
    ///
    /// # Errors
    /// Damage.
    pub fn news(&self, before: &Census) -> Result<News, IndexError> {
        let mut news = News::new();
        for (id, mark, advisory) in self.marks()? {
            let change = match known(&before.advisories, id) {
                None => Change::Published,
                Some(old) if old != mark => Change::Changed,
                Some(_) => continue,
            };
            news.entry(advisory).or_default().push(change);
        }
        for (key, mark) in self.exploitation()? {
            let risen = mark & !known(&before.signals, key).unwrap_or_default();
            if risen != 0 {
                self.risen(key, risen, &mut news)?;
            }
        }
        Ok(news)
    }

    /// Tells all advisories of a CVE what is newly known of it.
    fn risen(&self, key: u64, risen: u64, news: &mut News) -> Result<(), IndexError> {
        let cve = CveId::from_key(key);
        let mut groups = self.downstream(cve)?;
        groups.extend(self.find(&cve.to_string())?);
        for group in groups {
            for member in self.group(group)?.members {
                let changes = news.entry(member).or_default();
                for (bit, change) in [
                    (IN_KEV, Change::Exploited),
                    (HAS_EXPLOIT, Change::Exploit),
                    (IS_LIKELY, Change::Likely),
                    (IS_ACTIVE, Change::Active),
                ] {
                    if risen & bit != 0 && !changes.contains(&change) {
                        changes.push(change);
                    }
                }
            }
        }
        Ok(())
    }

    /// Each advisory: mark of its id, mark of its content, its number.
    fn marks(&self) -> Result<Vec<(u64, u64, AdvisoryRef)>, IndexError> {
        let count = self.file.rows::<ADVISORY>(Section::Advisories);
        let mut marks = Vec::with_capacity(count);
        for number in 0..count {
            let row: [u32; ADVISORY] = self.file.row(Section::Advisories, number)?;
            let id = xxh3_64(self.file.text(row[0])?.as_bytes());
            // Kind, severity and flags; modified; withdrawn (see `builder`).
            let content = [row[1], row[4], row[5], row[6], row[7]];
            let mut bytes = [0u8; 20];
            for (place, number) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(content) {
                *place = number.to_le_bytes();
            }
            let advisory = AdvisoryRef(u32::try_from(number).unwrap_or(u32::MAX));
            marks.push((id, xxh3_64(&bytes), advisory));
        }
        Ok(marks)
    }

    /// What is known of exploitation, by CVE; those without any of it are not there.
    fn exploitation(&self) -> Result<BTreeMap<u64, u64>, IndexError> {
        let mut known: BTreeMap<u64, u64> = BTreeMap::new();
        let key = |low: u32, high: u32| u64::from(high) << 32 | u64::from(low);
        let mut add = |key: u64, bit: u64| *known.entry(key).or_default() |= bit;
        for index in 0..self.file.rows::<KEV>(Section::Kev) {
            let row: [u32; KEV] = self.file.row(Section::Kev, index)?;
            if row[6] & LISTED != 0 {
                add(key(row[0], row[1]), IN_KEV);
            }
        }
        for index in 0..self.file.rows::<EXPLOIT>(Section::Exploits) {
            let row: [u32; EXPLOIT] = self.file.row(Section::Exploits, index)?;
            add(key(row[0], row[1]), HAS_EXPLOIT);
        }
        for index in 0..self.file.rows::<EPSS>(Section::Epss) {
            let row: [u32; EPSS] = self.file.row(Section::Epss, index)?;
            if f64::from(row[3]) / epss::UNIT >= LIKELY {
                add(key(row[0], row[1]), IS_LIKELY);
            }
        }
        for index in 0..self.file.rows::<CVE>(Section::Cves) {
            let row: [u32; CVE] = self.file.row(Section::Cves, index)?;
            if row[2] & HAS_SSVC != 0 && row[3] & 0xff == 3 {
                add(key(row[0], row[1]), IS_ACTIVE);
            }
        }
        Ok(known)
    }
}

fn known(marks: &[[u64; 2]], key: u64) -> Option<u64> {
    let at = marks.binary_search_by_key(&key, |[k, _]| *k).ok()?;
    marks.get(at).map(|[_, mark]| *mark)
}
