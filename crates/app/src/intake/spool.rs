//! How is a document opened so that it can be read more than once?
//!
//! In: a path or standard input. Out: a seekable file, its name and the hash of its bytes. A plain file is read
//! where it lies; gzip, pipes and standard input go into an unnamed temporary file, bounded by [`MAX_UNPACKED`].
//! Never: the document in memory.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use findings::sink::Recorded;
use flate2::read::MultiGzDecoder;
use sha2::{Digest as _, Sha256};

/// Most bytes that a pipe or a packed file may unpack to.
pub const MAX_UNPACKED: u64 = findings::source::MAX_DOCUMENT;
const GZIP: &[u8] = &[0x1f, 0x8b];
const PIECE: usize = 1 << 16;

/// Where a document comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A file.
    File(PathBuf),
    /// Standard input.
    Stdin,
    /// What was read already.
    Told(ReadAlready),
}

/// A document that was read already.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadAlready {
    /// How people call it.
    pub name: String,
    /// The format's id.
    pub format: &'static str,
    /// What its reader told.
    pub document: Arc<Recorded>,
}

impl Input {
    /// How people call it.
    pub fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Stdin => "standard input".to_owned(),
            Self::Told(told) => told.name.clone(),
        }
    }

    /// The file's name without its folder and the ending of its packing.
    pub(crate) fn short(&self) -> String {
        match self {
            Self::File(path) => {
                let name = path
                    .file_name()
                    .map_or_else(|| self.name(), |n| n.to_string_lossy().into_owned());
                name.strip_suffix(".gz").map_or(name.clone(), str::to_owned)
            }
            Self::Stdin => "standard-input".to_owned(),
            Self::Told(told) => told.name.clone(),
        }
    }
}

/// A document that can be read from its beginning again and again.
pub(crate) struct Spooled {
    pub(crate) file: File,
    /// SHA-256 of the unpacked bytes, hexadecimal.
    pub(crate) sha256: String,
    /// Of a file read where it lies: its length and time, to see that it stayed the same.
    seen: Option<(u64, Option<std::time::SystemTime>)>,
}

impl Spooled {
    /// Whether the file is still what was hashed.
    pub(crate) fn unchanged(&self) -> bool {
        let Some((length, modified)) = self.seen else { return true };
        self.file.metadata().is_ok_and(|now| now.len() == length && now.modified().ok() == modified)
    }
}

/// Opens a document.
///
/// # Errors
/// Not there, a folder, not readable, broken gzip, larger than [`MAX_UNPACKED`], no room for temporary files.
pub(crate) fn open(input: &Input) -> io::Result<Spooled> {
    match input {
        Input::Stdin => spool(&mut io::stdin().lock(), MAX_UNPACKED),
        Input::File(path) => open_file(path, MAX_UNPACKED),
        Input::Told(told) => {
            let mut hash = Hashing { out: io::sink(), hash: Sha256::new(), left: MAX_UNPACKED };
            for told in &told.document.told {
                writeln!(hash, "{told:?}")?;
            }
            Ok(Spooled { file: tempfile::tempfile()?, sha256: hash.hex(), seen: None })
        }
    }
}

fn open_file(path: &Path, most: u64) -> io::Result<Spooled> {
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(invalid("it is a folder; name the report inside of it"));
    }
    if !metadata.is_file() {
        return spool(&mut file, most);
    }
    let mut head = Vec::new();
    (&mut file).take(GZIP.len() as u64).read_to_end(&mut head)?;
    file.seek(SeekFrom::Start(0))?;
    if head == GZIP {
        return spool(&mut file, most);
    }
    let mut hash = Hashing { out: io::sink(), hash: Sha256::new(), left: most };
    pour(&mut file, &mut hash)?;
    file.seek(SeekFrom::Start(0))?;
    let seen = Some((metadata.len(), metadata.modified().ok()));
    Ok(Spooled { file, sha256: hash.hex(), seen })
}

/// Copies a stream into an unnamed file, unpacked where it is gzip.
fn spool(from: &mut dyn Read, most: u64) -> io::Result<Spooled> {
    let mut head = Vec::new();
    from.take(GZIP.len() as u64).read_to_end(&mut head)?;
    let packed = head == GZIP;
    let mut whole = io::Cursor::new(head).chain(from);
    let mut hash = Hashing { out: tempfile::tempfile()?, hash: Sha256::new(), left: most };
    if packed {
        pour(&mut MultiGzDecoder::new(&mut whole), &mut hash)?;
    } else {
        pour(&mut whole, &mut hash)?;
    }
    hash.out.seek(SeekFrom::Start(0))?;
    let sha256 = hash.hex();
    Ok(Spooled { file: hash.out, sha256, seen: None })
}

fn pour<W: Write>(from: &mut dyn Read, to: &mut Hashing<W>) -> io::Result<()> {
    let mut piece = vec![0; PIECE];
    loop {
        let read = match from.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        to.write_all(piece.get(..read).unwrap_or_default())?;
    }
}

/// Counts, hashes and hands on.
struct Hashing<W> {
    out: W,
    hash: Sha256,
    left: u64,
}

impl<W> Hashing<W> {
    fn hex(&self) -> String {
        self.hash.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.left.checked_sub(bytes.len() as u64) {
            Some(left) => self.left = left,
            None => return Err(invalid("it unpacks to more than is read of one document")),
        }
        self.hash.update(bytes);
        self.out.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        out.write_all(bytes).unwrap();
        out.finish().unwrap()
    }

    fn read(spooled: &mut Spooled) -> Vec<u8> {
        let mut bytes = Vec::new();
        spooled.file.read_to_end(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn packed_or_not_it_is_the_same_document() {
        let plain = spool(&mut &b"report"[..], 100).unwrap();
        let twice = [gzip(b"rep"), gzip(b"ort")].concat();
        let mut packed = spool(&mut twice.as_slice(), 100).unwrap();
        assert_eq!(plain.sha256, packed.sha256);
        assert_eq!(read(&mut packed), b"report");
    }

    #[test]
    fn the_bound_holds_at_the_bound() {
        let packed = gzip(&[b'x'; 1000]);
        assert!(spool(&mut packed.as_slice(), 1000).is_ok());
        assert!(spool(&mut packed.as_slice(), 999).is_err());
        assert!(spool(&mut packed.get(..20).unwrap(), 1000).is_err(), "cut gzip is an error");
    }

    #[test]
    fn a_folder_and_nothing_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let error = |path: &Path| open_file(path, 10).err().unwrap().to_string();
        assert!(error(folder.path()).contains("folder"));
        assert!(error(&folder.path().join("x")).contains("No such file"));
    }
}
