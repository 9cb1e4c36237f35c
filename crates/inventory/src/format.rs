//! Which format is this file, by its name?

use crate::{Document, Reading, Tree};

/// One file format: how it is called, by which names it is known, and its reader.
pub struct Format {
    /// The name for `--as`, in the words of its tool (`Cargo.lock`, `package-lock.json`).
    pub id: &'static str,
    /// What file names it has: exact, or with one `*` for any characters. Compared to the last part of
    /// the path, or to the last parts when the pattern has a `/`.
    pub names: &'static [&'static str],
    /// Lock files beside which this manifest is covered and need not be read; empty for lock files.
    pub covered_by: &'static [&'static str],
    /// Those of `covered_by` that may also lie in any folder above (of Cargo, npm and uv workspaces,
    /// Maven and Gradle builds): a member's manifest is resolved in the lock file of its root. A tool
    /// without workspaces (Poetry, Pipenv) covers the manifest beside its lock file only.
    pub covered_above: &'static [&'static str],
    /// True where the file names all that is brought in, not only what the project asks for itself. A
    /// reading of any other file is incomplete by nature, however well it went.
    pub resolved: bool,
    /// The reader.
    pub read: Reader,
}

/// Reads one document; the tree is for formats that name other files.
pub type Reader = fn(Document<'_>, &dyn Tree) -> Reading;

impl Format {
    /// A file that names resolved packages by itself.
    pub const fn lock(id: &'static str, names: &'static [&'static str], read: Reader) -> Self {
        Self { id, names, covered_by: &[], covered_above: &[], resolved: true, read }
    }

    /// A file that names what is wished for; not read where one of `covered_by` lies beside it.
    pub const fn manifest(
        id: &'static str,
        names: &'static [&'static str],
        covered_by: &'static [&'static str],
        read: Reader,
    ) -> Self {
        Self { id, names, covered_by, covered_above: &[], resolved: false, read }
    }

    /// The same, of a file that names only what is asked for although no lock file would cover it.
    pub const fn asks_only(mut self) -> Self {
        self.resolved = false;
        self
    }

    /// The same, of a file that names all that is brought in although a better one would cover it.
    pub const fn names_all(mut self) -> Self {
        self.resolved = true;
        self
    }

    /// The same, covered by each of its lock files also from any folder above.
    pub const fn or_in_parents(self) -> Self {
        let all = self.covered_by;
        self.or_in_parents_by(all)
    }

    /// The same, covered by these of its lock files also from any folder above.
    pub const fn or_in_parents_by(mut self, locks: &'static [&'static str]) -> Self {
        self.covered_above = locks;
        self
    }
}

/// Every format, by family. Order matters: the first whose name fits is taken.
pub const FAMILIES: &[&[Format]] = &[
    crate::rust::FORMATS,
    crate::javascript::FORMATS,
    crate::python::FORMATS,
    crate::actions::FORMATS,
    crate::jvm::FORMATS,
    crate::golang::FORMATS,
    crate::ruby::FORMATS,
    crate::php::FORMATS,
    crate::dotnet::FORMATS,
    crate::dart::FORMATS,
    crate::beam::FORMATS,
    crate::apple::FORMATS,
    crate::conan::FORMATS,
    crate::r::FORMATS,
    crate::haskell::FORMATS,
];

/// All formats in the order in which they are tried.
pub fn all() -> impl Iterator<Item = &'static Format> {
    FAMILIES.iter().flat_map(|family| family.iter())
}

/// The format of a path by its name; `None` when no format claims it.
pub fn recognise(path: &str) -> Option<&'static Format> {
    all().find(|format| format.names.iter().any(|pattern| fits(pattern, path)))
}

/// The format with this `--as` name, compared without case.
pub fn by_id(id: &str) -> Option<&'static Format> {
    all().find(|format| format.id.eq_ignore_ascii_case(id))
}

fn fits(pattern: &str, path: &str) -> bool {
    let parts = pattern.matches('/').count() + 1;
    let start = path.rmatch_indices('/').nth(parts - 1).map_or(0, |(at, _)| at + 1);
    let tail = &path[start..];
    match pattern.split_once('*') {
        Some((begin, end)) => {
            tail.len() >= begin.len() + end.len() && tail.starts_with(begin) && tail.ends_with(end)
        }
        None => tail == pattern,
    }
}
