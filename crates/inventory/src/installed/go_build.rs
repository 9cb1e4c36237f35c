//! Where in a Go program is the list of its modules?
//!
//! In: a program. Out: Go's version and the module list as the linker wrote them (Go source,
//! `debug/buildinfo`; the layout is described at `cmd/link/internal/ld/data.go`, `buildinfo`): a magic
//! text on a 16-byte boundary, then, since Go 1.18, two strings with their lengths before them; before
//! that, two pointers to string headers, in the word size and byte order of the program. It is looked for
//! in the section of its name, then on every boundary of the file, since packers drop sections. What
//! begins like one and does not name a version of Go is none: the magic also stands in programs that read
//! others'.

use object::{File, Object, ObjectSegment};

use super::{go_list, program};
use crate::Reading;

const MAGIC: &[u8] = b"\xff Go buildinf:";
const ALIGN: usize = 16;
const HEADER: usize = 32;
/// Longest version of Go, in bytes.
const MAX_VERSION: usize = 1 << 10;
/// Longest list of modules, in bytes.
const MAX_LIST: usize = 16 << 20;
/// Most places of a file without the section that are tried.
const MAX_PLACES: usize = 256;
/// The list has this many bytes before and behind it, for programs that search memory.
const SENTINEL: usize = 16;

/// What the linker left.
pub(super) struct Build<'a> {
    version: &'a [u8],
    list: &'a [u8],
}

impl Build<'_> {
    pub fn reading(&self) -> Reading {
        go_list::read(&String::from_utf8_lossy(self.version), &String::from_utf8_lossy(self.list))
    }
}

/// The build information of a Go program; `None` when it is none.
pub(super) fn find<'a>(file: &File<'a>, bytes: &'a [u8]) -> Option<Build<'a>> {
    let section = program::section(file, &[".go.buildinfo", "__go_buildinfo"]);
    section.and_then(|data| within(file, data)).or_else(|| within(file, bytes))
}

/// The first that can be read on a boundary.
fn within<'a>(file: &File<'a>, data: &'a [u8]) -> Option<Build<'a>> {
    let on_boundary = data.chunks(ALIGN).enumerate();
    let begun = on_boundary.filter(|(_, chunk)| chunk.starts_with(MAGIC));
    begun.take(MAX_PLACES).find_map(|(at, _)| decode(file, data.get(at * ALIGN..)?))
}

fn decode<'a>(file: &File<'a>, data: &'a [u8]) -> Option<Build<'a>> {
    let (header, rest) = data.split_at_checked(HEADER)?;
    let [size, flags] = [*header.get(14)?, *header.get(15)?];
    let (version, list) = if flags & 2 != 0 {
        let (version, rest) = counted(rest)?;
        (version, counted(rest).map_or(&[][..], |(list, _)| list))
    } else {
        let words = Words { size: usize::from(size), big: flags & 1 != 0 };
        let pointers = header.get(16..)?;
        let text = |place| words.string(file, words.read(pointers, place)?);
        (text(0)?, text(1).unwrap_or_default())
    };
    let is_go = version.starts_with(b"go") || version.starts_with(b"devel");
    // A list too long is told of as one that is not there.
    let list = if list.len() <= MAX_LIST { bare(list) } else { &[] };
    (is_go && version.len() <= MAX_VERSION).then_some(Build { version, list })
}

/// A string with its length before it, and what follows it (encoding/binary, `Uvarint`).
fn counted(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut length = 0u64;
    for (at, byte) in data.iter().enumerate().take(9) {
        length |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            let rest = data.get(at + 1..)?;
            return rest.split_at_checked(usize::try_from(length).ok()?);
        }
    }
    None
}

/// The list without its sentinels.
fn bare(list: &[u8]) -> &[u8] {
    let end = list.len().saturating_sub(SENTINEL);
    list.get(SENTINEL..end).filter(|inner| inner.last() == Some(&b'\n')).unwrap_or_default()
}

/// How a program writes numbers.
struct Words {
    size: usize,
    big: bool,
}

impl Words {
    /// The word at a place, counted in words.
    fn read(&self, data: &[u8], place: usize) -> Option<u64> {
        let at = place.checked_mul(self.size)?;
        let bytes = data.get(at..at.checked_add(self.size)?)?;
        let add = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        match (self.size, self.big) {
            (4 | 8, true) => Some(bytes.iter().fold(0, add)),
            (4 | 8, false) => Some(bytes.iter().rev().fold(0, add)),
            _ => None,
        }
    }

    /// The string whose header (address, length) is at this address.
    fn string<'a>(&self, file: &File<'a>, address: u64) -> Option<&'a [u8]> {
        let header = memory(file, address)?;
        let length = usize::try_from(self.read(header, 1)?).ok()?;
        memory(file, self.read(header, 0)?)?.get(..length)
    }
}

/// The bytes from an address on, to the end of its segment.
fn memory<'a>(file: &File<'a>, address: u64) -> Option<&'a [u8]> {
    file.segments().find_map(|segment| {
        let at = usize::try_from(address.checked_sub(segment.address())?).ok()?;
        segment.data().ok()?.get(at..).filter(|rest| !rest.is_empty())
    })
}
