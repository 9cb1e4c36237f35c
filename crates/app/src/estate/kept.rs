//! What does an estate hold? Kept after a scan, so that news is matched without reading it again.
//!
//! Components are held once for all assets, sorted by ecosystem and name, each with the assets that have
//! it: the way from an advisory to the assets that it touches. The file:
//!
//! ```text
//! header      magic «GABIKEPT», format u32, reserved u32, then u64 each: bytes of assets, components,
//!             instances, bytes of texts
//! assets      JSON: [`Held`]: the assets, and how many targets were not wholly read
//! components  five u32 a row: place of the text, lengths of ecosystem and name (u16 each), length of the
//!             version and flags (u16 each), first instance, instances
//! instances   u32: the asset; the highest bit is set where it is needed for development only
//! texts       ecosystem, name as advisories spell it, version; UTF-8
//! check       xxh3-64 of all before
//! ```

use std::cmp::Ordering;
use std::collections::HashMap;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use vocab::{Declared, Ecosystem, Scope};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use crate::report::Asset;
use crate::scan::Gathered;

/// Why a kept estate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeptError {
    /// Cut, altered, or no such file.
    #[error("the kept estate is damaged: {0}")]
    Damaged(&'static str),
    /// Another build wrote it.
    #[error("the kept estate has format {0}, this program reads format {FORMAT}")]
    Format(u32),
    /// There is more than the format can hold.
    #[error("the estate has more than {0}")]
    TooLarge(&'static str),
    /// It could not be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// The format that this build writes and reads.
const FORMAT: u32 = 2;
const MAGIC: [u8; 8] = *b"GABIKEPT";
const HEADER: usize = 48;
const ROW: usize = 20;
/// Set in an instance that is needed for development only.
const DEVELOPMENT: u32 = 1 << 31;
/// Set in the flags of a component that has a version; else the text is a range, or nothing.
const EXACT: u16 = 1;

/// What stands in the file as JSON.
#[derive(Serialize, Deserialize)]
struct Held {
    assets: Vec<Asset>,
    unread: u64,
}

/// Gathers what is to be kept, asset by asset.
#[derive(Default)]
pub struct Keeping {
    assets: Vec<Asset>,
    known: HashMap<Box<str>, u32, foldhash::fast::RandomState>,
    components: Vec<Row>,
    unread: u64,
    key: String,
}

struct Row {
    ecosystem: u16,
    name: u16,
    version: u16,
    flags: u16,
    instances: Vec<u32>,
}

impl Keeping {
    /// Adds the assets of a scan with all their packages but the project's own, and those that a
    /// distribution's package speaks for.
    pub fn add(&mut self, gathered: &Gathered, assets: &[Asset]) {
        let first = u32::try_from(self.assets.len()).unwrap_or(u32::MAX);
        self.assets.extend_from_slice(assets);
        let (mut spelled, mut ecosystem) = (None, String::new());
        for package in &gathered.packages {
            if package.owned || package.is_first_party() {
                continue;
            }
            // Neighbours mostly have one ecosystem.
            if spelled != Some(&package.ecosystem) {
                spelled = Some(&package.ecosystem);
                ecosystem = package.ecosystem.to_string();
            }
            let name = package.ecosystem.normal_name(&package.name);
            let version = package.version.text();
            let lengths = [ecosystem.len(), name.len(), version.len()].map(u16::try_from);
            let [Ok(ecosystem_length), Ok(name_length), Ok(version_length)] = lengths else {
                continue;
            };
            let flags = if matches!(package.version, Declared::Exact(_)) { EXACT } else { 0 };
            self.key.clear();
            self.key.push(char::from(b'0' + flags as u8));
            for part in [&*ecosystem, "\0", &name, "\0", version] {
                self.key.push_str(part);
            }
            // No registry has a name with a NUL, so no advisory speaks of it.
            if self.key.bytes().filter(|byte| *byte == 0).count() != 2 {
                continue;
            }
            let at = match self.known.get(self.key.as_str()) {
                Some(at) => *at,
                None => {
                    let at = u32::try_from(self.components.len()).unwrap_or(u32::MAX);
                    self.known.insert(self.key.as_str().into(), at);
                    self.components.push(Row {
                        ecosystem: ecosystem_length,
                        name: name_length,
                        version: version_length,
                        flags,
                        instances: Vec::new(),
                    });
                    at
                }
            };
            let asset = first.saturating_add(package.asset) & !DEVELOPMENT;
            let development = if package.scope == Scope::Development { DEVELOPMENT } else { 0 };
            if let Some(held) = self.components.get_mut(at as usize) {
                held.instances.push(asset | development);
            }
        }
    }

    /// Counts targets of which something was not read: nobody can tell what news mean for that.
    pub fn unread(&mut self, targets: u64) {
        self.unread += targets;
    }

    /// Distinct components so far.
    pub fn distinct(&self) -> u64 {
        self.components.len() as u64
    }

    /// Writes the file.
    ///
    /// # Errors
    /// More than the format can hold, or what the writer says.
    pub fn write(self, out: &mut dyn Write) -> Result<(), KeptError> {
        let Self { assets, known, components, unread, .. } = self;
        let mut order: Vec<(Box<str>, u32)> = known.into_iter().collect();
        order.sort_unstable_by(|(a, _), (b, _)| sort_key(a).cmp(&sort_key(b)));
        let json = serde_json::to_vec(&Held { assets, unread }).map_err(io::Error::from)?;
        let instances: u64 = components.iter().map(|held| held.instances.len() as u64).sum();
        let texts: u64 = order.iter().map(|(key, _)| key.len() as u64 - 3).sum();
        for (what, count) in [("4 GiB of names", texts), ("4,294,967,295 instances", instances)] {
            if u32::try_from(count).is_err() {
                return Err(KeptError::TooLarge(what));
            }
        }
        let mut out = Checked { out, sum: Xxh3::new() };
        out.put(&MAGIC)?;
        out.put(&FORMAT.to_le_bytes())?;
        out.put(&[0; 4])?;
        for count in [json.len() as u64, order.len() as u64, instances, texts] {
            out.put(&count.to_le_bytes())?;
        }
        out.put(&json)?;
        let (mut text, mut first) = (0u32, 0u32);
        for (key, at) in &order {
            let Some(held) = components.get(*at as usize) else { continue };
            let count = u32::try_from(held.instances.len()).unwrap_or(u32::MAX);
            let pair = |low: u16, high: u16| u32::from(high) << 16 | u32::from(low);
            let row = [
                text,
                pair(held.ecosystem, held.name),
                pair(held.version, held.flags),
                first,
                count,
            ];
            for number in row {
                out.put(&number.to_le_bytes())?;
            }
            text += u32::try_from(key.len() - 3).unwrap_or(0);
            first += count;
        }
        for (_, at) in &order {
            for instance in components.get(*at as usize).into_iter().flat_map(|h| &h.instances) {
                out.put(&instance.to_le_bytes())?;
            }
        }
        for (key, _) in &order {
            for part in key.get(1..).unwrap_or_default().split('\0') {
                out.put(part.as_bytes())?;
            }
        }
        let sum = out.sum.digest();
        Ok(out.out.write_all(&sum.to_le_bytes())?)
    }
}

/// Base of the ecosystem, name, ecosystem, version: what one look-up wants lies together.
fn sort_key(key: &str) -> (&str, &str, &str, &str) {
    let mut parts = key.get(1..).unwrap_or_default().splitn(3, '\0');
    let mut next = || parts.next().unwrap_or_default();
    let (ecosystem, name, version) = (next(), next(), next());
    (base(ecosystem), name, ecosystem, version)
}

fn base(ecosystem: &str) -> &str {
    ecosystem.split_once(':').map_or(ecosystem, |(base, _)| base)
}

struct Checked<'a> {
    out: &'a mut dyn Write,
    sum: Xxh3,
}

impl Checked<'_> {
    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.sum.update(bytes);
        self.out.write_all(bytes)
    }
}

/// A kept estate, opened.
pub struct Kept {
    bytes: Vec<u8>,
    /// The assets, as instances number them.
    pub assets: Vec<Asset>,
    /// Targets of which something was not read.
    pub unread: u64,
    rows: usize,
    components: usize,
    instances: usize,
    texts: usize,
}

/// One component of a kept estate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptComponent {
    /// The ecosystem.
    pub ecosystem: Ecosystem,
    /// As advisories spell it.
    pub name: String,
    /// The version, if it has one.
    pub version: Option<String>,
    /// Where: the asset, and whether it is needed for development only.
    pub instances: Vec<(u32, bool)>,
}

impl Kept {
    /// Opens a file's bytes, all of them checked.
    ///
    /// # Errors
    /// Cut, altered, or written by another build.
    pub fn open(bytes: Vec<u8>) -> Result<Self, KeptError> {
        let damaged = KeptError::Damaged;
        let (body, sum) = bytes.split_last_chunk::<8>().ok_or(damaged("too short"))?;
        if body.get(..8) != Some(&MAGIC) {
            return Err(damaged("it does not begin as one"));
        }
        let format = number(body, 8).ok_or(damaged("too short"))?;
        if format != FORMAT {
            return Err(KeptError::Format(format));
        }
        if xxh3_64(body) != u64::from_le_bytes(*sum) {
            return Err(damaged("its bytes have changed"));
        }
        let count = |at: usize| -> Option<usize> {
            let bytes = body.get(at..at + 8)?.first_chunk::<8>()?;
            usize::try_from(u64::from_le_bytes(*bytes)).ok()
        };
        let lengths = (|| {
            let (json, components, instances) = (count(16)?, count(24)?, count(32)?);
            let rows = HEADER.checked_add(json)?;
            let first = rows.checked_add(components.checked_mul(ROW)?)?;
            let texts = first.checked_add(instances.checked_mul(4)?)?;
            (texts.checked_add(count(40)?)? == body.len())
                .then_some((rows, components, first, texts))
        })();
        let (rows, components, instances, texts) =
            lengths.ok_or(damaged("its lengths do not fit"))?;
        let json = body.get(HEADER..rows).ok_or(damaged("too short"))?;
        let held = serde_json::from_slice(json).map_err(|_| damaged("its assets do not read"))?;
        let Held { assets, unread } = held;
        Ok(Self { assets, unread, rows, components, instances, texts, bytes })
    }

    /// The components of a package, whatever the release of its ecosystem.
    ///
    /// # Errors
    /// A row that leads nowhere.
    pub fn named(
        &self,
        ecosystem: &Ecosystem,
        name: &str,
    ) -> Result<Vec<KeptComponent>, KeptError> {
        let wanted = (ecosystem.base_name(), name);
        let (mut low, mut high) = (0, self.components);
        while low < high {
            let middle = low + (high - low) / 2;
            let (ecosystem, found, _) = self.texts(middle)?;
            match (base(ecosystem), found).cmp(&wanted) {
                Ordering::Less => low = middle + 1,
                _ => high = middle,
            }
        }
        let mut found = Vec::new();
        while low < self.components {
            let (ecosystem, name, version) = self.texts(low)?;
            if (base(ecosystem), name) != wanted {
                break;
            }
            found.push(self.component(low, ecosystem, name, version)?);
            low += 1;
        }
        Ok(found)
    }

    fn component(
        &self,
        at: usize,
        ecosystem: &str,
        name: &str,
        version: &str,
    ) -> Result<KeptComponent, KeptError> {
        let [_, _, flags, first, count] = self.row(at)?;
        let first = self.instances + first as usize * 4;
        let place = first..first + count as usize * 4;
        let bytes = self.bytes.get(place).filter(|_| first + count as usize * 4 <= self.texts);
        let bytes = bytes.ok_or(KeptError::Damaged("an instance that is not there"))?;
        let instances = bytes.as_chunks::<4>().0.iter().map(|four| {
            let instance = u32::from_le_bytes(*four);
            (instance & !DEVELOPMENT, instance & DEVELOPMENT != 0)
        });
        Ok(KeptComponent {
            ecosystem: Ecosystem::parse(ecosystem),
            name: name.to_owned(),
            version: ((flags >> 16) as u16 & EXACT != 0).then(|| version.to_owned()),
            instances: instances.collect(),
        })
    }

    fn row(&self, at: usize) -> Result<[u32; 5], KeptError> {
        let mut row = [0; 5];
        for (place, slot) in row.iter_mut().enumerate() {
            let value = number(&self.bytes, self.rows + at * ROW + place * 4);
            *slot = value.ok_or(KeptError::Damaged("a row that is not there"))?;
        }
        Ok(row)
    }

    /// Ecosystem, name and version of a component.
    fn texts(&self, at: usize) -> Result<(&str, &str, &str), KeptError> {
        let [text, names, version, ..] = self.row(at)?;
        let mut at = self.texts + text as usize;
        let mut next = |length: u32| {
            let bytes = self.bytes.get(at..at + length as usize)?;
            at += length as usize;
            std::str::from_utf8(bytes).ok()
        };
        let found = (next(names & 0xffff), next(names >> 16), next(version & 0xffff));
        match found {
            (Some(ecosystem), Some(name), Some(version)) => Ok((ecosystem, name, version)),
            _ => Err(KeptError::Damaged("a text that is not there")),
        }
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk::<4>()?))
}
