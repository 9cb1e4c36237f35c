//! How is a stream unpacked, bounded and digested on the way?
//!
//! In: bytes. Out: unpacked bytes; their number and SHA-256 on either side. gzip (several members too),
//! zstd and plain tar are told apart by their first bytes, never by a name or media type.

use std::cell::Cell;
use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Read};

use sha2::{Digest, Sha256};

use super::member::is_tar;

/// Largest window of zstd, as a power of two: 128 MiB.
pub const MAX_WINDOW_LOG: u32 = 27;
/// Most bytes that a layer, or the archive itself, unpacks to.
pub const MAX_UNPACKED: u64 = 64 << 30;
/// How many times its size a stream may unpack to: more than DEFLATE can (1,032), less than a zstd bomb.
pub const MAX_RATIO: u64 = 1_100;
/// What any stream may unpack to.
pub const FREE: u64 = 16 << 20;
/// How much is looked at to tell what a stream is.
pub(super) const HEAD: usize = 512;
const BUFFER: usize = 1 << 16;

/// How a stream is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Plain,
    Gzip,
    Zstd,
}

/// How a stream that begins so is packed.
///
/// # Errors
/// It is something else; says what.
pub(super) fn packing(head: &[u8]) -> Result<Packing, &'static str> {
    match head {
        [] => Err("is empty"),
        [0x1f, 0x8b, ..] => Ok(Packing::Gzip),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Ok(Packing::Zstd),
        // Frames of zstd that are to be skipped (RFC 8878, 3.1.2); estargz and zstd:chunked end with one.
        [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Ok(Packing::Zstd),
        head if is_tar(head) => Ok(Packing::Plain),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Err("is compressed with xz, which is not read"),
        [0x04, 0x22, 0x4d, 0x18, ..] => Err("is compressed with lz4, which is not read"),
        [b'B', b'Z', b'h', ..] => Err("is compressed with bzip2, which is not read"),
        [b'P', b'K', 3, 4, ..] => Err("is a zip archive, which is not read"),
        _ => Err("is neither tar nor gzip nor zstd; perhaps encrypted"),
    }
}

/// The first bytes of a stream, at most [`HEAD`].
pub(super) fn head(source: &mut dyn BufRead) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(HEAD);
    source.take(HEAD as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// The stream unpacked, with an error where it would be a bomb. `packed` counts what was read of it.
pub(super) fn unpack<'a>(
    source: impl BufRead + 'a,
    packing: Packing,
    packed: &'a Cell<u64>,
    most: u64,
) -> io::Result<Box<dyn BufRead + 'a>> {
    let inner: Box<dyn Read + 'a> = match packing {
        Packing::Plain => Box::new(source),
        Packing::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(source)),
        Packing::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(source)?;
            decoder.window_log_max(MAX_WINDOW_LOG)?;
            Box::new(decoder)
        }
    };
    let bounded = Bounded { inner, packed, unpacked: 0, most: most.min(MAX_UNPACKED) };
    Ok(Box::new(BufReader::with_capacity(BUFFER, bounded)))
}

struct Bounded<'a, R> {
    inner: R,
    packed: &'a Cell<u64>,
    unpacked: u64,
    most: u64,
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        self.unpacked += count as u64;
        let allowed = self.packed.get().saturating_mul(MAX_RATIO).saturating_add(FREE);
        if self.unpacked > allowed.min(self.most) {
            let what = "unpacks to more than any real image does; refused as a decompression bomb";
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        Ok(count)
    }
}

/// A stream that is counted and digested as it is consumed.
pub(super) struct Digesting<'a, R> {
    inner: R,
    hasher: Sha256,
    count: &'a Cell<u64>,
    /// Whether the digest is still wanted.
    on: &'a Cell<bool>,
}

impl<'a, R: BufRead> Digesting<'a, R> {
    pub(super) fn new(inner: R, count: &'a Cell<u64>, on: &'a Cell<bool>) -> Self {
        Self { inner, hasher: Sha256::new(), count, on }
    }

    /// `sha256:…` of what was consumed.
    pub(super) fn digest(self) -> String {
        name(&self.hasher.finalize())
    }
}

impl<R: BufRead> Read for Digesting<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        if let Some(read) = into.get(..count).filter(|_| self.on.get()) {
            self.hasher.update(read);
        }
        self.count.set(self.count.get() + count as u64);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Digesting<'_, R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        if count == 0 {
            return;
        }
        // What is in the buffer is there again for the asking.
        if let Some(read) = self.inner.fill_buf().ok().and_then(|b| b.get(..count))
            && self.on.get()
        {
            self.hasher.update(read);
        }
        self.count.set(self.count.get() + count as u64);
        self.inner.consume(count);
    }
}

/// Reads a stream to its end, at most so many bytes.
///
/// # Errors
/// The stream cannot be read, or goes on beyond that.
pub(super) fn drain(source: &mut dyn BufRead, most: u64) -> io::Result<()> {
    let mut left = most;
    loop {
        let there = source.fill_buf()?.len();
        if there == 0 {
            return Ok(());
        }
        left = left.checked_sub(there as u64).ok_or_else(|| {
            io::Error::new(io::ErrorKind::InvalidData, "goes on behind its end without an end")
        })?;
        source.consume(there);
    }
}

/// The digest of bytes, as OCI writes it.
pub(super) fn digest(bytes: &[u8]) -> String {
    name(&Sha256::digest(bytes))
}

fn name(digest: &[u8]) -> String {
    let mut name = String::from("sha256:");
    for byte in digest {
        // Writing into a string does not fail.
        let _ = write!(name, "{byte:02x}");
    }
    name
}
