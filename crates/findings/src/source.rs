//! How are the bytes of a document read, more than once if need be?
//!
//! In: something readable and seekable. Out: passes from its beginning, as UTF-8 whatever its encoding
//! (byte order mark, XML declaration, NUL bytes of UTF-16), bounded by [`MAX_DOCUMENT`]. A document can be a
//! member of a zip archive (Fortify's FPR); it is unpacked as it is read, never as a whole.

use std::cell::Cell;
use std::io::{Read, Seek, SeekFrom};
use std::rc::Rc;

use encoding_rs::Encoding;
use encoding_rs_io::DecodeReaderBytesBuilder;
use zip::ZipArchive;

use crate::sink::Stop;

/// Most bytes of a document that are read, after unpacking.
pub const MAX_DOCUMENT: u64 = 8 << 30;
/// How much of the beginning tells the encoding.
const SNIFFED: usize = 256;

/// What a document's bytes come from.
pub trait Bytes: Read + Seek {}
impl<T: Read + Seek> Bytes for T {}

/// Most bytes of an archive that are read to learn its members: they are held together.
const MAX_LISTING: u64 = 64 << 20;

/// A document that can be read from its beginning again and again.
pub struct Source<'a> {
    inner: Inner<'a>,
}

enum Inner<'a> {
    Bytes(&'a mut dyn Bytes),
    Member(Box<ZipArchive<Counted<'a>>>, usize),
}

impl<'a> Source<'a> {
    /// A document of these bytes.
    pub fn new(bytes: &'a mut dyn Bytes) -> Self {
        Self { inner: Inner::Bytes(bytes) }
    }

    /// One pass from the beginning, as UTF-8; what is not valid becomes U+FFFD.
    ///
    /// # Errors
    /// When the bytes cannot be read.
    pub fn pass(&mut self) -> Result<Box<dyn Read + '_>, Stop> {
        let mut head = Vec::new();
        self.plain()?.take(SNIFFED as u64).read_to_end(&mut head).map_err(Stop::Io)?;
        let encoding = encoding_of(&head);
        let plain = self.plain()?;
        let decoded = DecodeReaderBytesBuilder::new()
            .encoding(Some(encoding))
            .bom_override(true)
            .build(plain);
        Ok(Box::new(Bounded { inner: decoded, left: MAX_DOCUMENT }))
    }

    /// One pass over the bytes as they are.
    ///
    /// # Errors
    /// When the bytes cannot be read.
    pub fn plain(&mut self) -> Result<Box<dyn Read + '_>, Stop> {
        match &mut self.inner {
            Inner::Bytes(bytes) => {
                bytes.seek(SeekFrom::Start(0)).map_err(Stop::Io)?;
                Ok(Box::new(bytes))
            }
            Inner::Member(archive, index) => {
                let member = archive.by_index(*index).map_err(zip_broken)?;
                Ok(Box::new(member))
            }
        }
    }

    /// Names of the members, where the document is a zip archive; at most 10,000.
    ///
    /// # Errors
    /// When it is none.
    pub fn members(&mut self) -> Result<Vec<String>, Stop> {
        let Inner::Bytes(bytes) = &mut self.inner else { return Ok(Vec::new()) };
        let archive = archive(&mut **bytes)?;
        let count = archive.len().min(10_000);
        Ok((0..count)
            .filter_map(|at| archive.name_for_index(at)?.ok().map(std::borrow::Cow::into_owned))
            .collect())
    }

    /// The member of that name as a document of its own.
    ///
    /// # Errors
    /// When the document is no zip archive or has no such member.
    pub fn member(&mut self, name: &str) -> Result<Source<'_>, Stop> {
        let Inner::Bytes(bytes) = &mut self.inner else {
            return Err(Stop::broken(name, "an archive inside an archive is not read"));
        };
        let archive = archive(&mut **bytes)?;
        let index = archive
            .index_for_name(name)
            .ok_or_else(|| Stop::broken(name, "the archive has no such member"))?;
        Ok(Source { inner: Inner::Member(Box::new(archive), index) })
    }
}

/// The bytes of an archive, with a bound on how many may be read.
struct Counted<'a> {
    bytes: &'a mut dyn Bytes,
    left: Rc<Cell<u64>>,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.bytes.read(buffer)?;
        match self.left.get().checked_sub(read as u64) {
            Some(left) => self.left.set(left),
            None => return Err(std::io::Error::other("the list of its members has no end")),
        }
        Ok(read)
    }
}

impl Seek for Counted<'_> {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.bytes.seek(to)
    }
}

fn archive(bytes: &mut dyn Bytes) -> Result<ZipArchive<Counted<'_>>, Stop> {
    let left = Rc::new(Cell::new(MAX_LISTING));
    let archive = ZipArchive::new(Counted { bytes, left: Rc::clone(&left) }).map_err(zip_broken)?;
    // What a member unpacks to has a bound of its own.
    left.set(u64::MAX);
    Ok(archive)
}

fn zip_broken(error: zip::result::ZipError) -> Stop {
    match error {
        zip::result::ZipError::Io(error) => Stop::Io(error),
        other => Stop::broken("zip archive", other.to_string()),
    }
}

/// The encoding by the declaration or the NUL bytes; UTF-8 without either. A byte order mark overrides it.
fn encoding_of(head: &[u8]) -> &'static Encoding {
    match head {
        [0, second, ..] if *second != 0 => return encoding_rs::UTF_16BE,
        [first, 0, ..] if *first != 0 => return encoding_rs::UTF_16LE,
        _ => {}
    }
    let text = String::from_utf8_lossy(head);
    let declared = text.trim_start_matches('\u{feff}').strip_prefix("<?xml").and_then(|rest| {
        let declaration = rest.split("?>").next()?;
        let (_, value) = declaration.split_once("encoding=")?;
        let quote = value.chars().next()?;
        value.get(1..)?.split(quote).next()
    });
    match declared.and_then(|label| Encoding::for_label(label.as_bytes())) {
        // The bytes show no NUL, so a declaration of UTF-16 is wrong: tools write it into UTF-8 files.
        Some(found) if found == encoding_rs::UTF_16LE || found == encoding_rs::UTF_16BE => {
            encoding_rs::UTF_8
        }
        Some(found) => found,
        None => encoding_rs::UTF_8,
    }
}

/// Fails at its bound instead of ending as if the document ended there.
struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        match self.left.checked_sub(read as u64) {
            Some(left) => self.left = left,
            None => return Err(std::io::Error::other("the document is larger than the bound")),
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn check(bytes: &[u8], expect: &str) {
        let mut cursor = Cursor::new(bytes.to_vec());
        let mut source = Source::new(&mut cursor);
        for _ in 0..2 {
            let mut text = String::new();
            source.pass().unwrap().read_to_string(&mut text).unwrap();
            assert_eq!(text, expect);
        }
    }

    #[test]
    fn whatever_the_encoding() {
        check(b"\xef\xbb\xbf{}", "{}");
        check(b"\xff\xfe{\0}\0", "{}");
        check(b"{\0}\0", "{}");
        check(
            b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xe9</a>",
            "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>é</a>",
        );
        check(
            b"<?xml version='1.0' encoding='UTF-16'?><a/>",
            "<?xml version='1.0' encoding='UTF-16'?><a/>",
        );
        check(b"a\xffb", "a\u{fffd}b");
    }
}
