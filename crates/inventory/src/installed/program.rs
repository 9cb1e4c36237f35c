//! What was a program built from, by the list that its compiler left in it?
//!
//! In: the bytes of an ELF, PE or Mach-O file. Out: what [`super::go_build`] and [`super::auditable`] find;
//! `None` for anything else, which is not software that is known here. Of a Mach-O file for several
//! processors the first with a list speaks for all. Never: an instruction looked at.

use object::read::macho::{FatArch, MachOFatFile32, MachOFatFile64};
use object::{File, FileKind, Object, ObjectSection};

use super::{auditable, go_build};
use crate::Reading;

/// Most processors of a universal binary that are looked at.
const MAX_PROCESSORS: usize = 16;

/// Reads a program; `None` when it has no list or is no program.
pub(super) fn read(bytes: &[u8]) -> Option<Reading> {
    match FileKind::parse(bytes).ok()? {
        FileKind::Elf32
        | FileKind::Elf64
        | FileKind::Pe32
        | FileKind::Pe64
        | FileKind::MachO32
        | FileKind::MachO64 => one(bytes),
        FileKind::MachOFat32 => fat(MachOFatFile32::parse(bytes).ok()?.arches(), bytes),
        FileKind::MachOFat64 => fat(MachOFatFile64::parse(bytes).ok()?.arches(), bytes),
        _ => None,
    }
}

fn fat<A: FatArch>(processors: &[A], bytes: &[u8]) -> Option<Reading> {
    let slices = processors.iter().take(MAX_PROCESSORS).filter_map(|p| p.data(bytes).ok());
    slices.filter(|slice| slice.len() < bytes.len()).find_map(one)
}

fn one(bytes: &[u8]) -> Option<Reading> {
    let file = File::parse(bytes).ok()?;
    let go = go_build::find(&file, bytes).map(|build| build.reading());
    let rust = section(&file, &[".dep-v0", ".rust-deps-v0"]).and_then(auditable::read);
    match (go, rust) {
        (Some(go), Some(rust)) => Some(joined(go, rust)),
        (go, rust) => go.or(rust),
    }
}

/// The bytes of the first section with one of these names.
pub(super) fn section<'a>(file: &File<'a>, names: &[&str]) -> Option<&'a [u8]> {
    let section = names.iter().find_map(|name| file.section_by_name(name))?;
    section.data().ok().filter(|data| !data.is_empty())
}

/// A Go program with a library of Rust in it.
fn joined(mut first: Reading, second: Reading) -> Reading {
    let shift = u32::try_from(first.components.len()).unwrap_or(u32::MAX);
    second.components.into_iter().for_each(|component| {
        first.push(component);
    });
    let all = first.components.len();
    let within = |(from, to): &(u32, u32)| (*from as usize) < all && (*to as usize) < all;
    let edges =
        second.requires.iter().map(|(a, b)| (a.saturating_add(shift), b.saturating_add(shift)));
    first.requires.extend(edges.filter(within));
    second.problems.into_iter().for_each(|problem| first.note(problem));
    first
}
