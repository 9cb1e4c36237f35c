//! The headers in rpm's old database, `Packages`: a hash of Berkeley DB (its `db_page.h`).
//!
//! In: its bytes. Out: the value of each key but 0, which counts. Every page bears its type: pages of the
//! hash hold keys and values by turns, a long value lies on a chain of pages of its own. The pages are
//! taken one after the other, not by their hash, so each is looked at once. Bounds: every offset is
//! checked; all values together are not longer than the file, so that no chain runs in a circle.

use super::MAX_HEADER;

const MAGIC: [u8; 4] = 0x0006_1561_u32.to_le_bytes();
/// Head of every page.
const HEAD: usize = 26;
/// Types of pages.
const HASH_UNSORTED: u8 = 2;
const OVERFLOW: u8 = 7;
const META: u8 = 8;
const HASH: u8 = 13;
/// Types of values: on the page itself, on pages of its own.
const ON_PAGE: u8 = 1;
const OFF_PAGE: u8 = 3;

/// The pages of the file.
struct Pages<'a> {
    bytes: &'a [u8],
    size: usize,
    /// Bytes of values that may still be given out.
    room: usize,
}

/// Gives each header to `each`; the error says why there are no more.
pub(super) fn headers(bytes: &[u8], each: &mut dyn FnMut(&[u8])) -> Result<(), String> {
    let cut = || "the rpm database is cut or damaged; packages may be missing".to_owned();
    let magic = bytes.get(12..16).unwrap_or_default();
    if magic.iter().rev().eq(MAGIC.iter()) {
        return Err(
            "an rpm database of a machine with the other order of bytes: its packages are not \
                    evaluated; convert a copy of it with «rpmdb --rebuilddb»"
                .to_owned(),
        );
    }
    let kind = bytes.get(25).copied();
    if magic != MAGIC || kind != Some(META) {
        return Err("expected a hash of Berkeley DB; this is none".to_owned());
    }
    // Neither is written by rpm: pages with checksums have a longer head.
    if bytes.get(24) != Some(&0) || bytes.get(26).is_none_or(|flags| flags & 1 != 0) {
        return Err(
            "a Berkeley DB with encryption or checksums: its packages are not evaluated".to_owned()
        );
    }
    let size = long(bytes, 20).filter(|s| s.is_power_of_two() && (512..=65536).contains(s));
    let size = size.ok_or_else(cut)?;
    let last = long(bytes, 32).ok_or_else(cut)?;
    let mut pages = Pages { bytes, size, room: bytes.len() };
    for number in 1..=last {
        let page = pages.page(number).ok_or_else(cut)?;
        if matches!(page.get(25), Some(&(HASH | HASH_UNSORTED))) {
            pages.values(page, each).ok_or_else(cut)?;
        }
    }
    Ok(())
}

impl<'a> Pages<'a> {
    fn page(&self, number: usize) -> Option<&'a [u8]> {
        self.bytes.get(number.checked_mul(self.size)?..)?.get(..self.size)
    }

    /// The values of one page; `None` when something does not fit.
    fn values(&mut self, page: &[u8], each: &mut dyn FnMut(&[u8])) -> Option<()> {
        let count = short(page, 20)?;
        // Items grow down from the end of the page, each up to where the one before it begins.
        let item = |index: usize| {
            let place = |index: usize| short(page, HEAD + 2 * index);
            let end = if index == 0 { self.size } else { place(index - 1)? };
            page.get(place(index)?..end)
        };
        let mut values = Vec::new();
        for index in (0..count).step_by(2) {
            let (key, value) = (item(index)?, item(index + 1)?);
            // The key 0 holds the highest number given.
            if key != [ON_PAGE, 0, 0, 0, 0] {
                values.push(value);
            }
        }
        for value in values {
            match *value.first()? {
                ON_PAGE => {
                    let value = value.get(1..)?;
                    self.room = self.room.checked_sub(value.len())?;
                    each(value);
                }
                OFF_PAGE => each(&self.chain(long(value, 4)?, long(value, 8)?)?),
                _ => return None,
            }
        }
        Some(())
    }

    /// A value on pages of its own.
    fn chain(&mut self, first: usize, length: usize) -> Option<Vec<u8>> {
        if length > MAX_HEADER {
            return None;
        }
        self.room = self.room.checked_sub(length)?;
        let mut value = Vec::with_capacity(length);
        let mut next = first;
        while value.len() < length {
            let page = self.page(next).filter(|page| page.get(25) == Some(&OVERFLOW))?;
            let part = page.get(HEAD..)?.get(..short(page, 22)?).filter(|part| !part.is_empty())?;
            value.extend_from_slice(part.get(..length - value.len()).unwrap_or(part));
            next = long(page, 16)?;
        }
        Some(value)
    }
}

/// The little-endian numbers at a place.
fn long(bytes: &[u8], at: usize) -> Option<usize> {
    let word = bytes.get(at..)?.first_chunk::<4>()?;
    usize::try_from(u32::from_le_bytes(*word)).ok()
}

fn short(bytes: &[u8], at: usize) -> Option<usize> {
    let word = bytes.get(at..)?.first_chunk::<2>()?;
    Some(usize::from(u16::from_le_bytes(*word)))
}
