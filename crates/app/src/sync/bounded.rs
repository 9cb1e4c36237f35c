//! Compressed feeds, unpacked as streams with a bound on what comes out.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// Largest content of one compressed feed file.
pub const MAX_UNPACKED: u64 = 16 << 30;
/// Largest growth by unpacking, beyond a start of [`FREE`] bytes: real feeds stay under 30.
pub const MAX_RATIO: u64 = 200;
/// What a file may unpack to whatever its size.
pub const FREE: u64 = 64 << 20;
/// Largest zstd window accepted, as a power of two: the default limit of decoders.
const MAX_WINDOW_LOG: u32 = 27;

/// How many bytes a file of this size may unpack to.
pub fn allowance(compressed: u64) -> u64 {
    compressed.saturating_mul(MAX_RATIO).saturating_add(FREE).min(MAX_UNPACKED)
}

/// A reader that ends with an error past its allowance, instead of ending quietly.
pub struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Bounded<R> {
    /// At most `allowance` bytes may be read.
    pub fn new(inner: R, allowance: u64) -> Self {
        Self { inner, left: allowance }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| {
            let what = "unpacks to more than any real feed does; refused as a decompression bomb";
            io::Error::new(io::ErrorKind::InvalidData, what)
        })?;
        Ok(read)
    }
}

/// Opens a feed file by its ending (`.gz`, `.zst`, else as it is), bounded.
///
/// # Errors
/// The file cannot be opened, or its compression cannot be read.
pub fn open(path: &Path) -> io::Result<Box<dyn BufRead + Send>> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    let unpacked: Box<dyn Read + Send> = match ending {
        "gz" => Box::new(flate2::bufread::MultiGzDecoder::new(BufReader::new(file))),
        "zst" => {
            let mut decoder = zstd::stream::read::Decoder::new(file)?;
            decoder.window_log_max(MAX_WINDOW_LOG)?;
            Box::new(decoder)
        }
        _ => Box::new(file),
    };
    Ok(Box::new(BufReader::with_capacity(1 << 16, Bounded::new(unpacked, allowance(size)))))
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use super::{Bounded, open};

    #[test]
    fn past_the_allowance_is_an_error_and_at_it_is_not() {
        let mut out = Vec::new();
        assert!(Bounded::new(&[7u8; 10][..], 10).read_to_end(&mut out).is_ok());
        assert!(Bounded::new(&[7u8; 11][..], 10).read_to_end(&mut out).is_err());
    }

    #[test]
    fn a_bomb_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("bomb.csv.gz");
        let mut packer = flate2::write::GzEncoder::new(
            std::fs::File::create(&path).expect("a file"),
            flate2::Compression::best(),
        );
        for _ in 0..128 {
            packer.write_all(&[0u8; 1 << 20]).expect("written");
        }
        packer.finish().expect("finished");
        let error = std::io::copy(&mut open(&path).expect("opened"), &mut std::io::sink())
            .expect_err("refused");
        assert!(error.to_string().contains("decompression bomb"), "{error}");
    }
}
