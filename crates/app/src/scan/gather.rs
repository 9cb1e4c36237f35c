//! From paths to packages: walk, read in parallel, tell assets apart, and merge what is the same.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::GlobSet;
use inventory::{Document, Format, NoTree, Reading, Tree};
use rayon::prelude::*;
use vocab::{Declared, Ecosystem, Origin, Scope};

use crate::config::Trust;
use crate::config::trust::Spelled;
use crate::files::read;
use crate::files::tree::FolderTree;
use crate::files::walk::{self, Found};
use crate::report::{Place, Skipped, Unread};

/// Most places kept for one package on one asset; the count beyond is not needed to fix it.
const MAX_PLACES: usize = 100;
/// Most origins kept for one package; a further one cannot make it less certain.
const MAX_ORIGINS: usize = 16;

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
    /// Files read in it.
    pub files: u64,
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
}

impl Package {
    /// The project itself or a member of it.
    pub fn is_first_party(&self) -> bool {
        self.origins.contains(&Origin::FirstParty)
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
            let place = Place { path: file.path.clone(), line: seen.line, layer: None };
            if places.last() != Some(&place) {
                places.push(place);
            }
        }
        places
    }
}

/// One path to scan and how to read it.
pub struct Root<'a> {
    /// Where to read.
    pub path: &'a Path,
    /// How people call it: as given on the command line.
    pub display: &'a str,
    /// `--as`, for a path that is a file.
    pub as_format: Option<&'static Format>,
}

struct Job {
    asset: u32,
    path: PathBuf,
    relative: String,
    /// For places: relative to the scanned root; with several roots, as `full`.
    shown: String,
    /// As named on the command line, joined with the place below it.
    full: String,
    format: &'static Format,
    root: usize,
    /// The lock file above that covers this manifest, if it has its package as a member.
    member_of: Option<String>,
}

/// Walks, reads and merges. Nothing here fails as a whole: what was not read is in the result.
pub fn gather(roots: &[Root<'_>], exclude: &GlobSet, trust: &Trust) -> Gathered {
    let mut gathered = Gathered::default();
    let mut jobs = Vec::new();
    let mut trees: Vec<Box<dyn Tree + Sync>> = Vec::new();
    for root in roots {
        let tree_root = if root.path.is_dir() { Some(root.path) } else { root.path.parent() };
        let tree_root =
            tree_root.map(|p| if p.as_os_str().is_empty() { Path::new(".") } else { p });
        trees.push(match tree_root.and_then(FolderTree::new) {
            Some(tree) => Box::new(tree),
            None => Box::new(NoTree),
        });
        let index = trees.len() - 1;
        if root.path.is_dir() {
            folder(root, roots.len() > 1, exclude, trust, index, &mut gathered, &mut jobs);
        } else {
            single(root, roots.len() > 1, index, &mut gathered, &mut jobs);
        }
    }
    let results: Vec<(Job, Result<Reading, String>)> = jobs
        .into_par_iter()
        .map(|job| {
            let result = read_one(&job, trees[job.root].as_ref());
            (job, result)
        })
        .collect();
    let members = Members::of(&results);
    let mut read = Vec::with_capacity(results.len());
    for (job, result) in results {
        match result {
            Ok(reading) if members.covers(&job, &reading) => {}
            Ok(reading) => {
                note_problems(&job, &reading, &mut gathered.unread);
                gathered.assets[job.asset as usize].files += 1;
                read.push((job, reading));
            }
            Err(problem) => gathered.unread.push(Unread { path: job.full, line: 0, problem }),
        }
    }
    (gathered.packages, gathered.readings) = merge(read);
    gathered
}

fn note_problems(job: &Job, reading: &Reading, unread: &mut Vec<Unread>) {
    let mut note = |line, problem: &str| {
        unread.push(Unread { path: job.full.clone(), line, problem: problem.to_owned() });
    };
    reading.problems.iter().for_each(|p| note(p.line, &p.what));
    let asks = reading.components.iter().any(|c| c.origin != Origin::FirstParty);
    if !job.format.resolved && asks {
        note(
            0,
            "names what the project asks for; what that brings in is not known without a lock file",
        );
    }
}

/// The packages that the lock files of workspaces have as their own, by root and path.
struct Members(HashMap<(usize, String), Option<HashSet<String>>>);

impl Members {
    /// Lock formats that name every member; what one of another format covers is taken on trust.
    const NAMING: [&str; 3] = ["Cargo.lock", "package-lock.json", "uv.lock"];

    fn of(results: &[(Job, Result<Reading, String>)]) -> Self {
        let wanted: HashSet<(usize, &str)> = results
            .iter()
            .filter_map(|(job, _)| Some((job.root, job.member_of.as_deref()?)))
            .collect();
        let locks = results.iter().filter(|(job, _)| wanted.contains(&(job.root, &job.relative)));
        let members = locks.filter_map(|(job, result)| {
            let own =
                result.as_ref().ok()?.components.iter().filter(|c| c.origin == Origin::FirstParty);
            let names = own.map(|c| c.name.clone()).collect();
            let naming = Self::NAMING.contains(&job.format.id);
            Some(((job.root, job.relative.clone()), naming.then_some(names)))
        });
        Self(members.collect())
    }

    /// Whether the lock file above a manifest was read and has the manifest's package as a member. One
    /// that lies below a workspace without being of it has its own packages, which nobody locked.
    fn covers(&self, job: &Job, manifest: &Reading) -> bool {
        let Some(lock) = &job.member_of else { return false };
        let Some(members) = self.0.get(&(job.root, lock.clone())) else { return false };
        // A manifest begins with its own package, if it names one.
        let own = manifest.components.first().filter(|c| c.origin == Origin::FirstParty);
        match (members, own) {
            (Some(members), Some(own)) => members.contains(&own.name),
            (Some(_), None) => manifest.components.is_empty(),
            (None, _) => true,
        }
    }
}

/// The last part of a root's real path.
fn own_name(root: &Root<'_>) -> String {
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

fn folder(
    root: &Root<'_>,
    several: bool,
    exclude: &GlobSet,
    trust: &Trust,
    index_of_root: usize,
    gathered: &mut Gathered,
    jobs: &mut Vec<Job>,
) {
    let Found { files, unrecognised, skipped, skipped_folders, unread, repositories } =
        walk::walk(root.path, exclude);
    let display = root.display;
    let home = |relative: &str| Home {
        root: display.to_owned(),
        relative: relative.to_owned(),
        path: root.path.join(relative),
    };
    gathered.homes.push(home(""));
    gathered.homes.extend(repositories.iter().filter(|r| !r.is_empty()).map(|r| home(r)));
    let mut assets = Assets {
        root,
        own: own_name(root),
        real: root.path.canonicalize().ok(),
        known: HashMap::new(),
    };
    let repositories: HashSet<String> = repositories.into_iter().collect();
    let mut boundaries: HashMap<String, bool> = HashMap::new();
    for file in files {
        let relative = owner_folder(&file.relative, &repositories, trust, &assets, &mut boundaries);
        let asset = assets.at(relative, gathered);
        let full = below(display, &file.relative);
        let shown = if several { full.clone() } else { file.relative.clone() };
        jobs.push(Job {
            asset,
            path: file.path,
            relative: file.relative,
            shown,
            full,
            format: file.format,
            root: index_of_root,
            member_of: file.member_of,
        });
    }
    // A repository without a single file to read is an asset of which nothing is known.
    let mut empty: Vec<String> = repositories.into_iter().filter(|r| !r.is_empty()).collect();
    empty.sort();
    for relative in empty {
        assets.at(relative, gathered);
    }
    if assets.known.is_empty() {
        assets.at(String::new(), gathered);
    }
    gathered.unread.extend(unread);
    gathered.unrecognised.extend(unrecognised.into_iter().map(|r| below(display, &r)));
    gathered.skipped.extend(
        skipped.into_iter().map(|s| Skipped { path: below(display, &s.path), rule: s.rule }),
    );
    let mut folders: Vec<_> = skipped_folders.into_iter().collect();
    folders.sort();
    for (name, count) in folders {
        gathered.skipped.push(Skipped {
            path: below(display, &format!("**/{name}")),
            rule: format!("built-in list ({count} times)"),
        });
    }
}

/// The assets of one root, made as files are met in them.
struct Assets<'a> {
    root: &'a Root<'a>,
    own: String,
    real: Option<PathBuf>,
    known: HashMap<String, u32>,
}

impl Assets<'_> {
    /// The asset at a folder below the root.
    fn at(&mut self, relative: String, gathered: &mut Gathered) -> u32 {
        if let Some(known) = self.known.get(&relative) {
            return *known;
        }
        gathered.assets.push(self.make(&relative));
        let at = index(gathered.assets.len() - 1);
        self.known.insert(relative, at);
        at
    }

    fn make(&self, relative: &str) -> AssetFiles {
        let display = self.root.display;
        let whole = relative.is_empty();
        AssetFiles {
            path: if whole { display.to_owned() } else { below(display, relative) },
            name: if whole { self.own.clone() } else { format!("{}/{relative}", self.own) },
            relative: relative.to_owned(),
            root: display.to_owned(),
            real: self.real.as_ref().map(|real| real.join(relative)),
            files: 0,
        }
    }
}

/// The nearest folder at or above a file that is an asset of its own; empty for the root.
fn owner_folder(
    file: &str,
    repositories: &HashSet<String>,
    trust: &Trust,
    assets: &Assets<'_>,
    boundaries: &mut HashMap<String, bool>,
) -> String {
    let mut folder = file;
    while let Some((above, _)) = folder.rsplit_once('/') {
        folder = above;
        let boundary = *boundaries.entry(folder.to_owned()).or_insert_with(|| {
            repositories.contains(folder) || trust.names_asset(assets.make(folder).spelled())
        });
        if boundary {
            return folder.to_owned();
        }
    }
    String::new()
}

fn single(
    root: &Root<'_>,
    several: bool,
    index_of_root: usize,
    gathered: &mut Gathered,
    jobs: &mut Vec<Job>,
) {
    let display = root.display.to_owned();
    let name = root.path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    gathered.assets.push(AssetFiles {
        path: display.clone(),
        name: own_name(root),
        relative: String::new(),
        real: root.path.canonicalize().ok(),
        root: root.path.parent().map(|p| p.to_string_lossy().into_owned()).unwrap_or_default(),
        files: 0,
    });
    let asset = index(gathered.assets.len() - 1);
    // A path such as `.github/workflows/ci.yml` is known by more than its last part.
    match root.as_format.or_else(|| inventory::recognise(&display.replace('\\', "/"))) {
        Some(format) => {
            let shown = if several { display.clone() } else { name.clone() };
            jobs.push(Job {
                asset,
                path: root.path.to_path_buf(),
                relative: name,
                shown,
                full: display,
                format,
                root: index_of_root,
                member_of: None,
            });
        }
        None => gathered.unrecognised.push(display),
    }
}

fn read_one(job: &Job, tree: &dyn Tree) -> Result<Reading, String> {
    let bytes = read::bounded(&job.path, read::MAX_FILE).map_err(|e| walk::describe(&e))?;
    Ok(inventory::read(job.format, Document { path: &job.relative, bytes: &bytes }, tree))
}

/// Asset, ecosystem, normal name, the version's text, whether that is a version, whether it is the
/// project's own: a range is not the version of the same text.
type Key<'a> = (u32, &'a Ecosystem, std::borrow::Cow<'a, str>, &'a str, bool, bool);

/// Merges declarations of the same package version on the same asset.
fn merge(read: Vec<(Job, Reading)>) -> (Vec<Package>, Vec<FileReading>) {
    let (count, ids) = numbered(&read);
    let mut packages: Vec<Package> = Vec::with_capacity(count);
    let mut readings = Vec::with_capacity(read.len());
    for ((at, (job, reading)), ids) in read.into_iter().enumerate().zip(ids) {
        let asset = job.asset;
        for ((number, component), id) in reading.components.into_iter().enumerate().zip(&ids) {
            let seen = Seen { reading: index(at), component: index(number), line: component.line };
            match packages.get_mut(*id as usize) {
                Some(package) => add(package, &component, seen),
                None => packages.push(Package {
                    asset,
                    ecosystem: component.ecosystem,
                    name: component.name,
                    version: component.version,
                    origins: vec![component.origin],
                    scope: component.scope,
                    direct: component.direct,
                    seen: vec![seen],
                    more: false,
                }),
            }
        }
        readings.push(FileReading {
            asset,
            path: job.shown.into(),
            full: job.full,
            packages: ids,
            requires: reading.requires,
        });
    }
    (packages, readings)
}

/// Which package each component is, counted in the order in which packages are first met.
fn numbered(read: &[(Job, Reading)]) -> (usize, Vec<Vec<u32>>) {
    let most = read.iter().map(|(_, r)| r.components.len()).sum();
    let mut known: HashMap<Key<'_>, u32, foldhash::fast::RandomState> = HashMap::default();
    known.reserve(most);
    let ids = read.iter().map(|(job, reading)| {
        let components = reading.components.iter().map(|component| {
            let name = component.ecosystem.normal_name(&component.name);
            let version = &component.version;
            let key = (
                job.asset,
                &component.ecosystem,
                name,
                version.text(),
                version.exact().is_some(),
                component.origin == Origin::FirstParty,
            );
            let next = index(known.len());
            *known.entry(key).or_insert(next)
        });
        components.collect()
    });
    let ids = ids.collect();
    (known.len(), ids)
}

fn add(package: &mut Package, component: &vocab::Component, seen: Seen) {
    package.scope = package.scope.min(component.scope);
    package.direct = match (package.direct, component.direct) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (a, b) => a.or(b),
    };
    if !package.origins.contains(&component.origin) && package.origins.len() < MAX_ORIGINS {
        package.origins.push(component.origin.clone());
    }
    if package.seen.len() < MAX_PLACES {
        package.seen.push(seen);
    } else {
        package.more = true;
    }
}

/// Indices are bounded by `inventory::reading::MAX_COMPONENTS` and the walk's own bounds.
fn index(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
