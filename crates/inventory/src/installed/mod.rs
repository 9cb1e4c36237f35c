//! Which software of programming languages is installed: Python, Node, Ruby, Java, R, PHP, .NET, in Go
//! and Rust programs?
//!
//! In: a path relative to the root of a machine, a container or an image, and bytes. Out: a [`Reading`]
//! of what lies there. What a file is, is told by its path, and for programs by their content. Lines are
//! 0 where a file has none. Never: code run, not even Ruby's gemspecs; a file found by name counted as
//! installed where its tool would not find it (a `package.json` that is no package's root, metadata that
//! pip moved aside); a requirement taken for something installed. Start reading at `Kind::of`.
//!
//! A program that carries no list of what it was built from is not software that is known here: it gives
//! no reading and no problem. A file that is known by its path and cannot be read gives a problem.

mod archive;
mod auditable;
mod description;
mod fields;
mod gem;
mod go_build;
mod go_list;
mod java;
mod java_names;
mod npm;
mod program;
mod python;

use crate::system::Want;
use crate::{Document, NoTree, Reading, dotnet, php};

/// Longest file of text, in bytes.
pub const MAX_TEXT: u64 = 16 << 20;
/// Longest archive of Java or Python, in bytes.
pub const MAX_ARCHIVE: u64 = 192 << 20;
/// Longest program, in bytes.
pub const MAX_PROGRAM: u64 = 192 << 20;

/// Whether a file tells of installed software of a language, and how far it is to be read. The size is
/// not compared here: a file longer than the limit is one that could not be read, and the caller says so.
///
/// A program is what may be executed, lies in a `bin` or `sbin` folder or ends in `.exe`: image builders
/// lose the permission now and then. Shared libraries are programs only where they may be executed.
pub fn wants(path: &str, size: u64, executable: bool) -> Option<Want> {
    match Kind::of(path) {
        Some(Kind::Archive | Kind::Egg) => Some(Want::Whole(MAX_ARCHIVE)),
        Some(_) => Some(Want::Whole(MAX_TEXT)),
        None if size > 0 && (executable || is_program_path(path)) => {
            Some(Want::Program(MAX_PROGRAM))
        }
        None => None,
    }
}

/// The software that a file tells of; `None` when it tells of none.
pub fn read(path: &str, bytes: &[u8]) -> Option<Reading> {
    let document = Document { path, bytes };
    match Kind::of(path) {
        Some(Kind::Metadata) => Some(python::metadata(document)),
        Some(Kind::DirectUrl) => Some(python::direct_url(document)),
        Some(Kind::Egg) => python::egg(document),
        Some(Kind::NodePackage) => Some(npm::read(document)),
        Some(Kind::Gemspec) => Some(gem::read(document)),
        Some(Kind::Description) => Some(description::read(document)),
        Some(Kind::DotnetDeps) => Some(dotnet::deps::read(document, &NoTree)),
        Some(Kind::Composer) => Some(php::composer::read_installed(document, &NoTree)),
        Some(Kind::Archive) => java::read(document),
        None => program::read(bytes),
    }
}

/// What a file is, by its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Core metadata of an installed Python distribution.
    Metadata,
    /// Where a Python distribution came from, if not from an index (PEP 610).
    DirectUrl,
    /// A zipped egg of Python.
    Egg,
    /// The manifest of an installed npm package.
    NodePackage,
    /// The specification of an installed gem.
    Gemspec,
    /// The description of an installed R package.
    Description,
    /// The list of what a .NET program carries.
    DotnetDeps,
    /// Composer's list of what is installed.
    Composer,
    /// An archive of Java.
    Archive,
}

impl Kind {
    fn of(path: &str) -> Option<Self> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let parent = last(folder);
        match name {
            "METADATA" | "direct_url.json" if parent.ends_with(".dist-info") => {
                let moved_aside = parent.starts_with('~');
                let kind = if name == "METADATA" { Self::Metadata } else { Self::DirectUrl };
                (!moved_aside).then_some(kind)
            }
            "PKG-INFO" if parent.ends_with(".egg-info") || parent == "EGG-INFO" => {
                (!parent.starts_with('~')).then_some(Self::Metadata)
            }
            "package.json" => npm::is_package(folder).then_some(Self::NodePackage),
            "DESCRIPTION" => description::is_package(folder).then_some(Self::Description),
            "installed.json" => (parent == "composer").then_some(Self::Composer),
            _ => Self::by_ending(folder, name),
        }
    }

    fn by_ending(folder: &str, name: &str) -> Option<Self> {
        let ending = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty())?.1;
        match ending {
            "egg-info" => {
                let other = name.starts_with('~') || python::is_of_python(folder, name);
                (!other).then_some(Self::Metadata)
            }
            "egg" => Some(Self::Egg),
            "gemspec" => gem::is_installed(folder).then_some(Self::Gemspec),
            "json" => name.ends_with(".deps.json").then_some(Self::DotnetDeps),
            _ => archive::is_java(name).then_some(Self::Archive),
        }
    }
}

/// The last part of a path.
fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn is_program_path(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let ending = name.len().checked_sub(4).and_then(|at| name.get(at..));
    folder.split('/').any(|part| matches!(part, "bin" | "sbin"))
        || ending.is_some_and(|ending| ending.eq_ignore_ascii_case(".exe"))
}
