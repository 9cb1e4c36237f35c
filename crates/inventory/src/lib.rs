//! What do we have? Components out of lock files and manifests.
//!
//! In: a file's path (for its name only), its bytes, and a [`Tree`] for the few formats that name
//! other files (`-r base.txt`, a Maven parent). Out: a [`Reading`]: components, who requires whom, and
//! the problems met. Never: a file opened, a process started, a network asked, anything executed.
//! Start reading at [`format::recognise`] and [`read`]; each format is one file below its family.

pub mod actions;
pub mod apple;
pub mod beam;
pub mod conan;
pub mod dart;
pub mod dotnet;
pub mod format;
pub mod golang;
pub mod haskell;
pub mod image;
pub mod installed;
pub mod javascript;
pub mod json;
pub mod jvm;
pub mod node;
pub mod php;
pub mod python;
pub mod r;
pub mod reading;
pub mod ruby;
pub mod rust;
pub mod sbom;
pub mod source;
pub mod system;
pub mod text;
pub mod toml;
pub mod xml;
pub mod yaml;

pub use format::{Format, recognise};
pub use reading::{Details, Problem, Reading};

/// One file to read.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    /// The path relative to the scanned root, `/`-separated; only its words are used, never opened.
    pub path: &'a str,
    /// The content, already bounded by the caller.
    pub bytes: &'a [u8],
}

impl Document<'_> {
    /// The path of another file, given relative to this one's folder, with `.` and `..` taken out;
    /// `None` when it is absolute or leads above the root.
    pub fn beside(&self, name: &str) -> Option<String> {
        let mut parts: Vec<&str> = self.path.split('/').collect();
        parts.pop();
        if name.starts_with(['/', '\\']) {
            return None;
        }
        for part in name.split(['/', '\\']) {
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
}

/// Look-up of other files of the same root, for formats that name them. Confined: implementations
/// refuse every path that leaves the root (`..` above it, absolute, through a link), and files that
/// are too large, by answering `None`.
pub trait Tree {
    /// The bytes of a file, by path relative to the root; `None` when there is none to be had.
    fn read(&self, path: &str) -> Option<Vec<u8>>;
}

/// A tree without files.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoTree;

impl Tree for NoTree {
    fn read(&self, _: &str) -> Option<Vec<u8>> {
        None
    }
}

/// Reads one document in a format. Never fails as a whole: what could not be read is a [`Problem`]
/// with its place in the result, and the rest is there.
pub fn read(format: &Format, document: Document<'_>, tree: &dyn Tree) -> Reading {
    let mut reading = (format.read)(document, tree);
    reading.blank_credentials();
    reading
}
