//! How does a file look in which the plan holds?
//!
//! In: the kind of a manifest, its bytes, and the changes wanted. Out: the bytes after, and for every
//! change whether it was made, was not needed, does not concern this file, or was refused and why.
//! Everything that is not replaced stays byte for byte: comments, order, quotes, indentation, line ends
//! and the end of the file. Lock files are never edited here: their tools write them.
//! Start reading at [`edit`]; each kind of file finds its own places, and `splice` replaces them.

mod cargo;
mod gemfile;
mod gomod;
mod json;
mod package_json;
mod pom;
mod pyproject;
mod requirement;
mod requirements;
mod splice;
mod toml;

use vocab::Ecosystem;

use splice::Draft;

/// Largest manifest that is edited, in bytes.
pub const MAX_TEXT: usize = 8 << 20;
/// Most changes taken for one file.
pub const MAX_CHANGES: usize = 10_000;

/// One package to move, or to take out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The package's ecosystem.
    pub ecosystem: Ecosystem,
    /// The package, as any file spells it.
    pub name: String,
    /// The versions now present that are to go. A place that asks for none of them is left alone.
    pub from: Vec<String>,
    /// The version to reach; `None` takes the package out.
    pub to: Option<String>,
}

/// The kinds of manifests that can be edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// `requirements.txt` and its kin, constraints too (pip, «Requirements File Format»).
    Requirements,
    /// `pyproject.toml`: PEP 621, dependency groups (PEP 735), Poetry's and uv's tables.
    Pyproject,
    /// `Cargo.toml`.
    CargoToml,
    /// `package.json`.
    PackageJson,
    /// `go.mod`.
    GoMod,
    /// `pom.xml`.
    Pom,
    /// `Gemfile`.
    Gemfile,
}

impl Kind {
    /// The kind of a file by its name.
    pub fn of(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        Some(match name {
            "Cargo.toml" => Self::CargoToml,
            "package.json" => Self::PackageJson,
            "pyproject.toml" => Self::Pyproject,
            "go.mod" => Self::GoMod,
            "pom.xml" => Self::Pom,
            "Gemfile" | "gems.rb" => Self::Gemfile,
            _ if name.ends_with(".txt")
                && (name.contains("requirements") || name.contains("constraints")) =>
            {
                Self::Requirements
            }
            _ => return None,
        })
    }
}

/// One line of a file before and after, without its line end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// Counted from 1.
    pub line: u32,
    /// As it was.
    pub before: String,
    /// As it is now; empty where it was taken out.
    pub after: String,
}

/// What became of one change in one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Made, at these lines.
    Edited(Vec<Line>),
    /// The file asks for the package in a way that takes the target already.
    Admits,
    /// The file does not name the package, or asks for none of the versions that are to go.
    NotNamed,
    /// Not made in this file; the reason in words.
    Refused(String),
}

/// A file after the changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// The bytes; the same as before when nothing was edited.
    pub text: Vec<u8>,
    /// One for each change, in their order.
    pub outcomes: Vec<Outcome>,
}

/// Why a file could not be edited at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// No UTF-8.
    #[error("the file is not UTF-8, so it is not edited")]
    Encoding,
    /// Too large, or too many changes.
    #[error("the file has more than {MAX_TEXT} bytes or {MAX_CHANGES} changes; it is not edited")]
    TooLarge,
    /// Not what its name says.
    #[error("line {line}: {what}")]
    Syntax {
        /// Counted from 1; 0 when unknown.
        line: u32,
        /// What was met.
        what: String,
    },
}

/// Makes the changes in one file.
///
/// # Errors
/// The file cannot be read as its kind; nothing is edited then.
pub fn edit(kind: Kind, text: &[u8], changes: &[Change]) -> Result<Edited, EditError> {
    if text.len() > MAX_TEXT || changes.len() > MAX_CHANGES {
        return Err(EditError::TooLarge);
    }
    let text = std::str::from_utf8(text).map_err(|_| EditError::Encoding)?;
    let mut draft = Draft::new(text, changes);
    match kind {
        Kind::Requirements => requirements::find(&mut draft),
        Kind::Pyproject => pyproject::find(&mut draft)?,
        Kind::CargoToml => cargo::find(&mut draft)?,
        Kind::PackageJson => package_json::find(&mut draft)?,
        Kind::GoMod => gomod::find(&mut draft),
        Kind::Pom => pom::find(&mut draft)?,
        Kind::Gemfile => gemfile::find(&mut draft),
    }
    Ok(draft.finish())
}
