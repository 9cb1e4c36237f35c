//! The headers in rpm's own database, `Packages.db` (rpm, `lib/backend/ndb/rpmpkg.c`).
//!
//! In: its bytes. Out: each blob that a slot names. The first pages hold the head and slots of 16 bytes:
//! magic, package, offset and length of its blob in blocks of 16 bytes; before a blob stands its own head.
//! All numbers are little-endian. Bounds: every offset is checked; each slot is looked at once.

use super::MAX_HEADER;
use crate::system::MAX_PACKAGES;

const HEAD: &[u8] = b"RpmP";
const SLOT: &[u8] = b"Slot";
const BLOB: &[u8] = b"BlbS";
const PAGE: usize = 4096;
const BLOCK: usize = 16;
/// The head takes the room of two slots.
const FIRST_SLOT: usize = 2 * BLOCK;

/// Gives each header to `each`; the error says why there are no more.
pub(super) fn headers(bytes: &[u8], each: &mut dyn FnMut(&[u8])) -> Result<(), String> {
    let cut = || "the rpm database is cut or damaged; packages may be missing".to_owned();
    if !bytes.starts_with(HEAD) {
        return Err("expected a database of rpm («RpmP»); this is none".to_owned());
    }
    if number(bytes, 4) != Some(0) {
        return Err("a version of rpm's database that is not known".to_owned());
    }
    let pages = number(bytes, 12).ok_or_else(cut)?;
    let end = pages.checked_mul(PAGE).ok_or_else(cut)?;
    let slots = bytes.get(FIRST_SLOT..end).ok_or_else(cut)?;
    let (mut count, mut total) = (0, 0);
    for slot in slots.as_chunks::<BLOCK>().0 {
        if !slot.starts_with(SLOT) {
            return Err(cut());
        }
        let (Some(package), Some(block)) = (number(slot, 4), number(slot, 8)) else { continue };
        // An empty slot names no block.
        if block == 0 {
            continue;
        }
        count += 1;
        if count > MAX_PACKAGES + 1 {
            return Ok(());
        }
        let at = block.checked_mul(BLOCK).ok_or_else(cut)?;
        let blob = bytes.get(at..).ok_or_else(cut)?;
        if !blob.starts_with(BLOB) || number(blob, 4) != Some(package) {
            return Err(cut());
        }
        let length = number(blob, 12).filter(|length| *length <= MAX_HEADER).ok_or_else(cut)?;
        // Blobs of a sound database share no bytes.
        total += length;
        if total > bytes.len() {
            return Err(cut());
        }
        each(blob.get(BLOCK..BLOCK + length).ok_or_else(cut)?);
    }
    Ok(())
}

/// The little-endian number at a place.
fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let word = bytes.get(at..)?.first_chunk::<4>()?;
    usize::try_from(u32::from_le_bytes(*word)).ok()
}
