//! Where is what was kept of an estate, and how is it replaced?

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use intel::Census;
use sha2::{Digest, Sha256};

use super::kept::{Kept, KeptError};
use super::sighted::{Sighted, Sighting};
use crate::files::{self, read};
use crate::intelligence::DataDir;

/// Largest kept estate read.
const MAX_KEPT: u64 = 16 << 30;
/// Largest census read.
const MAX_CENSUS: u64 = 1 << 30;
const CENSUS_MAGIC: [u8; 8] = *b"GABISEEN";

/// The files of one estate in a data folder.
#[derive(Debug, Clone)]
pub struct Place {
    kept: PathBuf,
    seen: PathBuf,
    sighted: PathBuf,
}

impl Place {
    /// Of an estate file: by its real path, so that two of one name do not meet.
    pub fn of(data: &DataDir, estate: &Path) -> Self {
        Self::in_folder(data, "estates", estate)
    }

    /// Of a target that is scanned by itself: by its real path.
    pub(crate) fn of_target(data: &DataDir, target: &Path) -> Self {
        Self::in_folder(data, "sightings", target)
    }

    fn in_folder(data: &DataDir, folder: &str, estate: &Path) -> Self {
        let real = estate.canonicalize().unwrap_or_else(|_| estate.to_path_buf());
        let digest = Sha256::digest(real.to_string_lossy().as_bytes());
        let hex: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let stem = estate.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        let name: String = stem.chars().take(40).map(plain).collect();
        let folder = data.0.join(folder);
        let at = |ending: &str| folder.join(format!("{name}-{hex}.{ending}"));
        Self { kept: at("kept"), seen: at("seen"), sighted: at("sighted") }
    }

    /// Puts what a scan met in the place of what was kept.
    ///
    /// # Errors
    /// The folder cannot be written, or there is too much; the old file is untouched then.
    pub fn keep(
        &self,
        write: impl FnOnce(&mut dyn Write) -> Result<(), KeptError>,
    ) -> Result<(), KeptError> {
        replace(&self.kept, write)
    }

    /// What was kept; `None` when nothing was.
    ///
    /// # Errors
    /// Not readable, or damaged.
    pub fn kept(&self) -> Result<Option<Kept>, KeptError> {
        match read::bounded(&self.kept, MAX_KEPT) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
            Ok(bytes) => Kept::open(bytes).map(Some),
        }
    }

    /// The first sightings of earlier scans; `None` when there was none.
    ///
    /// # Errors
    /// Not readable, or damaged.
    pub fn sighted(&self) -> Result<Option<Sighted>, KeptError> {
        match read::bounded(&self.sighted, MAX_KEPT) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
            Ok(bytes) => Sighted::open(bytes).map(Some),
        }
    }

    /// Adds first sightings to those on disk, also to what another scan wrote meanwhile.
    ///
    /// # Errors
    /// What is on disk is damaged, or the folder cannot be written; nothing is lost then.
    pub(crate) fn sight(&self, news: Vec<Sighting>) -> Result<(), KeptError> {
        let known = self.sighted()?.unwrap_or_default();
        replace(&self.sighted, |out| known.write(news, out))
    }

    /// Remembers what an index said.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn remember(&self, census: &Census) -> Result<(), KeptError> {
        replace(&self.seen, |out| {
            let rows = census.advisories.iter().chain(&census.signals).flatten();
            let mut body = CENSUS_MAGIC.to_vec();
            body.extend_from_slice(&(census.advisories.len() as u64).to_le_bytes());
            rows.for_each(|number| body.extend_from_slice(&number.to_le_bytes()));
            let sum = xxhash_rust::xxh3::xxh3_64(&body);
            out.write_all(&body)?;
            Ok(out.write_all(&sum.to_le_bytes())?)
        })
    }

    /// What the index said when it was last asked; `None` when it never was.
    ///
    /// # Errors
    /// Not readable, or damaged.
    pub fn remembered(&self) -> Result<Option<Census>, KeptError> {
        match read::bounded(&self.seen, MAX_CENSUS) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
            Ok(bytes) => census(&bytes).map(Some),
        }
    }
}

fn census(bytes: &[u8]) -> Result<Census, KeptError> {
    let damaged = KeptError::Damaged("what the index last said cannot be read");
    let Some((body, sum)) = bytes.split_last_chunk::<8>() else { return Err(damaged) };
    let rest = body.strip_prefix(&CENSUS_MAGIC).and_then(<[u8]>::split_first_chunk::<8>);
    let Some((count, rows)) = rest else { return Err(damaged) };
    if xxhash_rust::xxh3::xxh3_64(body) != u64::from_le_bytes(*sum) {
        return Err(damaged);
    }
    let (rows, left) = rows.as_chunks::<16>();
    let pair = |row: &[u8; 16]| {
        let (low, high) = row.split_at(8);
        [low, high].map(|half| half.first_chunk::<8>().map_or(0, |h| u64::from_le_bytes(*h)))
    };
    let mut rows = rows.iter().map(pair);
    let count = usize::try_from(u64::from_le_bytes(*count)).unwrap_or(usize::MAX);
    if !left.is_empty() || count > rows.len() {
        return Err(damaged);
    }
    let advisories = rows.by_ref().take(count).collect();
    Ok(Census { advisories, signals: rows.collect() })
}

/// Writes beside, flushes, and renames: the old file is whole until the new one is.
fn replace(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<(), KeptError>,
) -> Result<(), KeptError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let unfinished = path.with_extension(format!("{}.part", std::process::id()));
    files::replace::replace(path, &unfinished, &KeptError::Io, write)
}

#[cfg(test)]
mod tests {
    use super::{Place, census};
    use crate::intelligence::DataDir;
    use intel::Census;

    #[test]
    fn what_is_remembered_is_read_as_it_was_and_damage_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let data = DataDir(folder.path().join("data"));
        let place = Place::of(&data, &folder.path().join("estate.toml"));
        assert_eq!(place.remembered().expect("nothing yet"), None);
        let said = Census { advisories: vec![[1, 2], [3, 4]], signals: vec![[5, 6]] };
        place.remember(&said).expect("written");
        assert_eq!(place.remembered().expect("read"), Some(said));
        let bytes = crate::files::read::bounded(&place.seen, 1 << 20).expect("bytes");
        for cut in 0..bytes.len() {
            assert!(census(&bytes[..cut]).is_err(), "{cut}");
        }
    }
}
