//! What does one layer hold that matters, and what does it replace?
//!
//! In: the members of a layer's tar, in their order. Out: [`Contents`]: what the interesting files tell,
//! links, whiteouts, and for every other path no more than a hash, so that a layer of a million files is
//! held in some megabytes. Never: the bytes of a file, once it is read.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher};
use std::io::{self, Read};
use std::rc::Rc;

use crate::system::{self, Fact, Want};

use super::member::{Kind, Member};

/// Most members of all layers together.
pub const MAX_MEMBERS: u64 = 8_000_000;
/// Most bytes of paths that are kept: of interesting files, links and whiteouts.
pub const MAX_NAMES: u64 = 96 << 20;
/// Most bytes that facts may take, roughly.
pub const MAX_FACTS: u64 = 128 << 20;
/// Largest file that is looked into, whatever was asked for: it has to be held while it is read.
pub const MAX_FILE: u64 = 128 << 20;
/// Most problems that are kept.
pub const MAX_PROBLEMS: usize = 1_000;

/// What could not be read: path and why.
pub(super) type Problem = (String, String);

/// How files are looked into: the reader of installed software, or a test's own.
pub trait Look {
    /// As [`system::wants`].
    fn wants(&self, path: &str, size: u64, executable: bool) -> Option<Want>;
    /// As [`system::is_program`].
    fn is_program(&self, head: &[u8]) -> bool;
    /// As [`system::read`].
    fn read(&self, path: &str, bytes: &[u8]) -> Option<Fact>;
    /// The key of the hashes by which paths are told apart. It must not be known to who made the image:
    /// two paths with one hash could hide each other.
    fn key(&self) -> u64;
}

/// The reader of installed software, with a key that nobody else knows ([`Look::key`]).
#[derive(Debug, Clone, Copy)]
pub struct Software {
    /// As [`Look::key`].
    pub key: u64,
}

impl Look for Software {
    fn wants(&self, path: &str, size: u64, executable: bool) -> Option<Want> {
        system::wants(path, size, executable)
    }

    fn is_program(&self, head: &[u8]) -> bool {
        system::is_program(head)
    }

    fn read(&self, path: &str, bytes: &[u8]) -> Option<Fact> {
        system::read(path, bytes)
    }

    fn key(&self) -> u64 {
        self.key
    }
}

/// What may still be kept.
#[derive(Debug)]
pub(super) struct Budget {
    members: u64,
    names: u64,
    facts: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self { members: MAX_MEMBERS, names: MAX_NAMES, facts: MAX_FACTS }
    }
}

fn take(left: &mut u64, count: u64) -> bool {
    let enough = *left >= count;
    *left = left.saturating_sub(count);
    enough
}

/// The low bits of a mark: what lies at the path whose hash the high bits are.
pub(super) mod mark {
    /// A folder: nothing below it is hidden.
    pub const FOLDER: u64 = 0;
    /// Anything else, which hides what was below.
    pub const OTHER: u64 = 1;
    /// A whiteout: it and all below are gone.
    pub const GONE: u64 = 2;
    /// An opaque folder: all below is gone.
    pub const OPAQUE: u64 = 3;
    /// Added to [`OTHER`]: its content was looked into.
    pub const LOOKED: u64 = 4;
    /// Without [`LOOKED`].
    pub const KIND: u64 = 3;
    /// All of these.
    pub const BITS: u64 = 7;
}

/// What one layer holds that matters.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// Hashes of paths with a [`mark`], sorted when the layer is at its end.
    pub marks: Vec<u64>,
    pub facts: BTreeMap<String, Rc<Fact>>,
    pub symlinks: BTreeMap<String, String>,
    /// Hard links to what is not in this layer: path to target.
    pub links: BTreeMap<String, String>,
    pub problems: Vec<(String, String)>,
}

/// Reads a layer member by member.
pub(super) struct Layer<'a> {
    look: &'a dyn Look,
    hashes: Hashes,
    contents: Contents,
    hard: BTreeMap<String, String>,
    full: bool,
}

impl<'a> Layer<'a> {
    pub(super) fn new(look: &'a dyn Look) -> Self {
        let (contents, hashes) = (Contents::default(), Hashes::of(look));
        Self { look, hashes, contents, hard: BTreeMap::new(), full: false }
    }

    pub(super) fn look(&self) -> &'a dyn Look {
        self.look
    }

    /// Something is at a path; what it is was read otherwise.
    pub(super) fn present(&mut self, path: &str) {
        self.contents.marks.push(self.hashes.path(path) & !mark::BITS | mark::OTHER);
    }

    /// Takes one member in, and reads its content as far as it is worth it.
    ///
    /// # Errors
    /// The content cannot be read.
    pub(super) fn member(
        &mut self,
        member: &Member,
        content: &mut dyn Read,
        budget: &mut Budget,
    ) -> io::Result<()> {
        let Some(path) = &member.path else {
            self.problem(&member.shown, "leads out of the image or is too long; passed over");
            return Ok(());
        };
        if !take(&mut budget.members, 1) {
            self.over("members than are kept of an image; the rest was not read");
            return Ok(());
        }
        if path.is_empty() && member.kind != Kind::Directory {
            self.problem(&member.shown, "stands where the root is, and is no folder; passed over");
            return Ok(());
        }
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        if let Some(hidden) = name.strip_prefix(".wh.") {
            return self.whiteout(folder, hidden);
        }
        self.forget(path);
        let looked = match member.kind {
            Kind::File => self.file(path, member, content, budget)?,
            Kind::Symlink => self.keep(budget, path, &member.link, |c| &mut c.symlinks),
            Kind::HardLink => self.hard_link(path, member, budget),
            Kind::Directory | Kind::Other => false,
        };
        let kind = match member.kind {
            Kind::Directory => mark::FOLDER,
            Kind::File if looked => mark::OTHER | mark::LOOKED,
            _ => mark::OTHER,
        };
        self.contents.marks.push(self.hashes.path(path) & !mark::BITS | kind);
        Ok(())
    }

    /// OCI image specification 1.1, layer.md, «Whiteouts». Those of aufs itself (`.wh..wh.`) say nothing.
    fn whiteout(&mut self, folder: &str, hidden: &str) -> io::Result<()> {
        if hidden == ".wh..opq" {
            self.contents.marks.push(self.hashes.path(folder) & !mark::BITS | mark::OPAQUE);
        } else if !matches!(hidden, "" | "." | "..") && !hidden.starts_with(".wh.") {
            let path = if folder.is_empty() { hidden.into() } else { format!("{folder}/{hidden}") };
            self.contents.marks.push(self.hashes.path(&path) & !mark::BITS | mark::GONE);
        }
        Ok(())
    }

    /// Of members with the same path the last one counts.
    fn forget(&mut self, path: &str) {
        self.contents.facts.remove(path);
        self.contents.symlinks.remove(path);
        self.hard.remove(path);
    }

    /// Reads a file as far as it is wanted; true when it was looked into, whatever it told.
    fn file(
        &mut self,
        path: &str,
        member: &Member,
        content: &mut dyn Read,
        budget: &mut Budget,
    ) -> io::Result<bool> {
        let Some(want) = self.look.wants(path, member.size, member.executable) else {
            return Ok(false);
        };
        let mut bytes = Vec::new();
        let limit = match want {
            Want::Whole(limit) => limit,
            Want::Program(limit) => {
                content.take(4096).read_to_end(&mut bytes)?;
                if !self.look.is_program(&bytes) {
                    return Ok(true);
                }
                limit
            }
        };
        if member.sparse {
            self.problem(path, "a sparse file in the archive; not read");
            return Ok(false);
        }
        let limit = limit.min(MAX_FILE);
        if member.size > limit {
            self.problem(path, format!("{} bytes, more than {limit}; not read", member.size));
            return Ok(false);
        }
        content.take(limit).read_to_end(&mut bytes)?;
        if let Some(fact) = self.look.read(path, &bytes) {
            drop(bytes);
            self.fact(path, Rc::new(fact), budget);
        }
        Ok(true)
    }

    fn fact(&mut self, path: &str, fact: Rc<Fact>, budget: &mut Budget) {
        if !take(&mut budget.names, cost(path, "")) || !take(&mut budget.facts, weight(&fact)) {
            self.over("facts than are kept of an image; the rest is missing");
            return;
        }
        self.contents.facts.insert(path.to_owned(), fact);
    }

    fn keep(
        &mut self,
        budget: &mut Budget,
        path: &str,
        target: &str,
        place: fn(&mut Contents) -> &mut BTreeMap<String, String>,
    ) -> bool {
        if take(&mut budget.names, cost(path, target)) {
            place(&mut self.contents).insert(path.to_owned(), target.to_owned());
        } else {
            self.over("links than are kept of an image; the rest is missing");
        }
        false
    }

    /// A link to a file whose path would have been read is read as that file.
    fn hard_link(&mut self, path: &str, member: &Member, budget: &mut Budget) -> bool {
        if self.look.wants(path, 1, member.executable).is_none() {
            return false;
        }
        let Some(target) = lexical("", &member.link).filter(|t| !t.is_empty()) else {
            self.problem(path, "a hard link that leads out of the image; passed over");
            return false;
        };
        if take(&mut budget.names, cost(path, &target)) {
            self.hard.insert(path.to_owned(), target);
        } else {
            self.over("links than are kept of an image; the rest is missing");
        }
        false
    }

    /// The layer is at its end.
    pub(super) fn finish(mut self, budget: &mut Budget) -> Contents {
        self.contents.marks.sort_unstable();
        self.contents.marks.dedup();
        self.contents.marks.shrink_to_fit();
        for (path, target) in std::mem::take(&mut self.hard) {
            if let Some(fact) = self.contents.facts.get(&target).cloned() {
                self.fact(&path, fact, budget);
            } else if !self.looked_into(&target) {
                self.contents.links.insert(path, target);
            }
        }
        self.contents
    }

    fn looked_into(&self, path: &str) -> bool {
        let wanted = self.hashes.path(path) & !mark::BITS | mark::OTHER | mark::LOOKED;
        self.contents.marks.binary_search(&wanted).is_ok()
    }

    pub(super) fn problem(&mut self, path: &str, what: impl Into<String>) {
        note(&mut self.contents.problems, path, what);
    }

    /// Says once that a bound was met.
    fn over(&mut self, what: &str) {
        if !std::mem::replace(&mut self.full, true) {
            self.problem("", format!("more {what}"));
        }
    }
}

/// Adds a problem; after [`MAX_PROBLEMS`] one that stands for all others.
pub(super) fn note(problems: &mut Vec<(String, String)>, path: &str, what: impl Into<String>) {
    match problems.len() {
        ..MAX_PROBLEMS => problems.push((path.to_owned(), what.into())),
        MAX_PROBLEMS => {
            let what = format!("more than {MAX_PROBLEMS} problems; the others are not listed");
            problems.push((String::new(), what));
        }
        _ => {}
    }
}

/// How paths become hashes: part by part, so that those of the folders above fall out on the way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hashes {
    key: u64,
}

impl Hashes {
    pub(super) fn of(look: &dyn Look) -> Self {
        Self { key: look.key() }
    }

    /// The hash of a path.
    pub(super) fn path(self, path: &str) -> u64 {
        self.above(path).last().unwrap_or_default()
    }

    /// The hashes of the root, of every folder above a path, and of the path itself.
    pub(super) fn above(self, path: &str) -> impl Iterator<Item = u64> + '_ {
        let parts = path.split('/').filter(|part| !part.is_empty());
        std::iter::once(0).chain(parts.scan(0u64, move |above, part| {
            *above = self.below(*above, part);
            Some(*above)
        }))
    }

    /// The hash of what lies in a folder under this name.
    pub(super) fn below(self, folder: u64, name: &str) -> u64 {
        let mut hasher = DefaultHasher::new();
        hasher.write_u64(self.key);
        hasher.write_u64(folder);
        hasher.write(name.as_bytes());
        hasher.finish()
    }
}

/// A link's target as a path relative to the root, by words alone; `None` when it leads above it.
pub(super) fn lexical(folder: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = if target.starts_with('/') {
        Vec::new()
    } else {
        folder.split('/').filter(|part| !part.is_empty()).collect()
    };
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// How many bytes a path and what it leads to take, with what is needed to look up its folders.
fn cost(path: &str, target: &str) -> u64 {
    let folders = path.matches('/').count() + target.matches('/').count() + 2;
    (path.len() + target.len() + folders * 24 + 64) as u64
}

/// How many bytes a fact takes, roughly.
fn weight(fact: &Fact) -> u64 {
    let strings = |list: &[String]| list.iter().map(|s| s.len() + 24).sum::<usize>();
    let bytes = match fact {
        Fact::Release(_) => 512,
        Fact::Owned(owned) => 64 + owned.package.len() + strings(&owned.files),
        Fact::Packages(list) => list
            .packages
            .iter()
            .map(|p| {
                256 + p.name.len()
                    + p.version.len()
                    + p.licence.len()
                    + p.vendor.len()
                    + strings(&p.files)
            })
            .sum(),
        Fact::Software(reading) => {
            reading.components.iter().map(|c| 192 + c.name.len()).sum::<usize>()
                + reading.requires.len() * 8
                + reading.problems.iter().map(|p| 32 + p.what.len()).sum::<usize>()
                + reading.details.len() * 512
        }
    };
    bytes as u64 + 64
}

#[cfg(test)]
mod tests {
    use super::Hashes;

    #[test]
    fn hashes_depend_on_the_key_and_on_every_part() {
        let (a, b) = (Hashes { key: 1 }, Hashes { key: 2 });
        assert_eq!(a.path("x/y"), a.below(a.path("x"), "y"));
        assert_eq!(a.path("/x//y"), a.path("x/y"));
        assert_eq!(a.above("x/y").collect::<Vec<_>>(), [0, a.path("x"), a.path("x/y")]);
        assert_ne!(a.path("x/y"), b.path("x/y"));
        assert_ne!(a.path("x/y"), a.path("xy"));
        assert_ne!(a.path("x/y"), a.path("y/x"));
    }
}
