//! From what was asked for to packages: find out what each target is, read it, tell assets apart, and
//! merge what is the same.
//!
//! [`kind`] tells what a target is; `folder` walks a repository, `system` an installed system, `image`
//! reads an archive layer by layer, `bill` a bill of materials. Each tells of assets and readings;
//! `merge` makes packages of them.

mod bill;
mod folder;
mod image;
mod kind;
mod members;
mod merge;
mod system;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::GlobSet;
use inventory::{Details, Reading};
use vocab::{Declared, Ecosystem, Instant, Origin, Scope};

pub use kind::{Kind, ReadAs};

use crate::config::Trust;
use crate::config::trust::Spelled;
use crate::report::{Place, Skipped, Unread};

/// Most places kept for one package on one asset; the count beyond is not needed to fix it.
const MAX_PLACES: usize = 100;
/// Of a file that is nothing that is read.
const NOTHING_KNOWN: &str = "nothing to scan: it has no lock file's name, and its content is no image and no bill of materials; --as tells what it is";
/// Everything met below the given paths.
#[derive(Default)]
pub struct Gathered {
    /// In the order of the paths.
    pub assets: Vec<AssetFiles>,
    /// Distinct (asset, ecosystem, name, version), in the order met.
    pub packages: Vec<Package>,
    /// The files read, for dependency paths and places; `Package::seen` points into them.
    pub readings: Vec<FileReading>,
    /// What could not be read.
    pub unread: Vec<Unread>,
    /// What was passed over.
    pub skipped: Vec<Skipped>,
    /// Files that look like manifests and were not read.
    pub unrecognised: Vec<String>,
    /// Folders that may hold an estate file of their own: the roots, and repositories below them.
    pub homes: Vec<Home>,
    /// As [`Settings::several`].
    pub several: bool,
}

/// A folder that may hold an estate file.
#[derive(Debug, Clone)]
pub struct Home {
    /// The scanned root, as given.
    pub root: String,
    /// Relative to the root; empty for the root itself.
    pub relative: String,
    /// Where to read it.
    pub path: PathBuf,
}

/// One asset: a folder that is a repository, that the configuration names, or the path as given.
#[derive(Debug, Clone)]
pub struct AssetFiles {
    /// As named on the command line, joined with the folder below it.
    pub path: String,
    /// What to call it where nobody says: the root's own name, joined with the folder below it. It does
    /// not depend on where the root lies, so that findings keep their identity on another machine.
    pub name: String,
    /// Relative to the scanned root; empty for the root itself.
    pub relative: String,
    /// The scanned root, as given.
    pub root: String,
    /// Its real path, where it could be resolved.
    pub real: Option<PathBuf>,
    /// What it is.
    pub kind: Kind,
    /// Of an image: its digest.
    pub digest: Option<String>,
    /// Of an image: its names, as the archive has them.
    pub references: Vec<String>,
    /// What tells it from another one of its name: of a bill what it is about, of an image its platform.
    pub itself: String,
    /// The distribution installed in it.
    pub distribution: Option<Distribution>,
    /// Files read in it.
    pub files: u64,
}

/// The distribution of a system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distribution {
    /// In its own words.
    pub name: String,
    /// The ecosystem of its packages, if advisories name it.
    pub ecosystem: Option<Ecosystem>,
    /// When its release ends or ended, if that is known.
    pub ends: Option<Instant>,
}

/// One file that was read. Its components have become packages.
pub struct FileReading {
    /// The asset's index.
    pub asset: u32,
    /// For people: relative to the scanned root; with several roots, joined to the root as given.
    pub path: Arc<str>,
    /// As named on the command line, joined with the place below it: where a command finds it.
    pub full: String,
    /// Which package each component became.
    pub packages: Vec<u32>,
    /// Who requires whom, as indices of components.
    pub requires: Vec<(u32, u32)>,
    /// What the document tells of a component besides, by its index.
    pub details: BTreeMap<u32, Details>,
    /// Of an image: the digest of the layer that holds it.
    pub layer: Option<Arc<str>>,
}

/// A package at a version on an asset, with all its places.
#[derive(Debug, Clone)]
pub struct Package {
    /// Index into [`Gathered::assets`].
    pub asset: u32,
    /// The ecosystem.
    pub ecosystem: Ecosystem,
    /// As the first file spells it.
    pub name: String,
    /// As declared.
    pub version: Declared,
    /// What each declaration says, once.
    pub origins: Vec<Origin>,
    /// The strictest: runtime over development.
    pub scope: Scope,
    /// Direct if any file says so.
    pub direct: Option<bool>,
    /// Each declaration, in order; at most [`MAX_PLACES`].
    pub seen: Vec<Seen>,
    /// There were more declarations.
    pub more: bool,
    /// A distribution's package brought it, whose advisories speak for it.
    pub owned: bool,
}

impl Package {
    /// The project itself or a member of it.
    pub fn is_first_party(&self) -> bool {
        self.origins.contains(&Origin::FirstParty)
    }
}

impl Distribution {
    /// Whether a package is one of the distribution's own.
    pub fn speaks_of(&self, package: &Package) -> bool {
        self.ecosystem.as_ref() == Some(&package.ecosystem)
    }
}

/// Where a package is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Index into [`Gathered::readings`].
    pub reading: u32,
    /// Which component of that reading.
    pub component: u32,
    /// Counted from 1; 0 when unknown.
    pub line: u32,
}

impl AssetFiles {
    /// As rules of the configuration may spell it.
    pub fn spelled(&self) -> Spelled<'_> {
        Spelled {
            root: &self.root,
            relative: &self.relative,
            given: &self.path,
            real: self.real.as_deref(),
        }
    }
}

impl Gathered {
    /// Each place of a package once, in order, as many as were kept.
    pub fn places(&self, package: &Package) -> Vec<Place> {
        let mut places: Vec<Place> = Vec::new();
        for seen in &package.seen {
            let Some(file) = self.readings.get(seen.reading as usize) else { continue };
            let place =
                Place { path: file.path.clone(), line: seen.line, layer: file.layer.clone() };
            if places.last() != Some(&place) {
                places.push(place);
            }
        }
        places
    }

    /// The installed packages that bear a source package's name in advisories, sorted.
    pub fn installed(&self, package: &Package) -> Vec<String> {
        let details = package.seen.iter().filter_map(|seen| {
            self.readings.get(seen.reading as usize)?.details.get(&seen.component)
        });
        let names = details.filter_map(|d| d.package.clone());
        names.filter(|name| *name != package.name).collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// One path to scan and how to read it.
pub struct Root<'a> {
    /// Where to read; `-` is standard input.
    pub path: &'a Path,
    /// How people call it: as given on the command line.
    pub display: &'a str,
    /// `--as`.
    pub read_as: Option<ReadAs>,
    /// Of an image: which of several (`linux/arm64`).
    pub platform: Option<&'a str>,
}

impl Root<'_> {
    /// Whether it is standard input.
    fn is_stdin(&self) -> bool {
        self.path.as_os_str() == "-"
    }
}

/// What holds for every target.
#[derive(Clone, Copy)]
pub struct Settings<'a> {
    /// Paths to leave out, relative to each target.
    pub exclude: &'a GlobSet,
    /// What the named configurations say.
    pub trust: &'a Trust,
    /// There are several targets, so that places need the target's name.
    pub several: bool,
}

/// Where a reading comes from.
struct Source {
    asset: u32,
    /// For places: relative to the scanned root; with several roots, as `full`.
    shown: String,
    /// As named on the command line, joined with the place below it.
    full: String,
    /// Of an image: the digest of the layer.
    layer: Option<Arc<str>>,
}

/// What one file told.
struct Told {
    source: Source,
    reading: Reading,
}

/// Reads and merges. Nothing here fails as a whole: what was not read is in the result.
pub fn gather(roots: &[Root<'_>], settings: Settings<'_>) -> Gathered {
    let mut gathered = Gathered { several: settings.several, ..Gathered::default() };
    let mut told = Vec::new();
    let mut repositories = folder::Repositories::default();
    for root in roots {
        let found = kind::of(root);
        if let Some(doubt) = kind::doubt(root, &found) {
            gathered.unread(root.display.to_owned(), 0, doubt);
        }
        match found {
            kind::Found::Repository => repositories.folder(root, settings, &mut gathered),
            kind::Found::File(format) => repositories.single(root, format, settings, &mut gathered),
            kind::Found::System => system::read(root, settings, &mut gathered, &mut told),
            kind::Found::Layout => image::layout(root, &mut gathered, &mut told),
            kind::Found::Image(bytes) => {
                image::archive(root, bytes, &mut gathered, &mut told);
            }
            kind::Found::Bill(bytes) => bill::read(root, bytes, settings, &mut gathered, &mut told),
            kind::Found::Nothing => {
                gathered.add(root, Kind::Repository);
                gathered.unread(root.display.to_owned(), 0, NOTHING_KNOWN.to_owned());
            }
            kind::Found::Unreadable(problem) => {
                gathered.add(root, Kind::Repository);
                gathered.unread(root.display.to_owned(), 0, problem);
            }
        }
    }
    repositories.read(&mut gathered, &mut told);
    (gathered.packages, gathered.readings) = merge::merge(told);
    gathered
}

impl Gathered {
    /// Adds the asset that a target as a whole is; its index.
    fn add(&mut self, root: &Root<'_>, kind: Kind) -> u32 {
        self.assets.push(AssetFiles {
            path: root.display.to_owned(),
            name: own_name(root),
            relative: String::new(),
            real: root.path.canonicalize().ok(),
            root: root.display.to_owned(),
            kind,
            digest: None,
            references: Vec::new(),
            itself: String::new(),
            distribution: None,
            files: 0,
        });
        index(self.assets.len() - 1)
    }

    /// The asset at an index that [`Gathered::add`] gave.
    fn asset(&mut self, at: u32) -> Option<&mut AssetFiles> {
        self.assets.get_mut(at as usize)
    }

    /// Notes what could not be read.
    fn unread(&mut self, path: String, line: u32, problem: String) {
        self.unread.push(Unread { path, line, problem, code: String::new() });
    }
}

/// The last part of a root's real path.
fn own_name(root: &Root<'_>) -> String {
    if root.is_stdin() {
        return root.display.to_owned();
    }
    let real = root.path.canonicalize().unwrap_or_else(|_| root.path.to_path_buf());
    real.file_name().map_or_else(|| root.display.to_owned(), |n| n.to_string_lossy().into_owned())
}

/// A path below a root, as people see it.
fn below(display: &str, relative: &str) -> String {
    match display.trim_end_matches('/') {
        "" if display.starts_with('/') => format!("/{relative}"),
        "" | "." => relative.to_owned(),
        base => format!("{base}/{relative}"),
    }
}

/// Indices are bounded by `inventory::reading::MAX_COMPONENTS` and the walk's own bounds.
fn index(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
