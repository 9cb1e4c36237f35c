//! What do the lock files and manifests of a repository, or of a folder of them, say?

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use inventory::{Document, Format, NoTree, Reading, Tree};
use rayon::prelude::*;
use vocab::Origin;

use super::members::Members;
use super::{
    AssetFiles, Gathered, Home, Kind, Root, Settings, Source, Told, below, index, own_name,
};
use crate::config::Trust;
use crate::files::read;
use crate::files::tree::FolderTree;
use crate::files::walk::{self, Found};
use crate::report::{Skipped, UNRESOLVED, Unread};

/// One file to read.
pub(super) struct Job {
    asset: u32,
    path: PathBuf,
    pub relative: String,
    /// For places: relative to the scanned root; with several roots, as `full`.
    shown: String,
    /// As named on the command line, joined with the place below it.
    full: String,
    pub format: &'static Format,
    pub root: usize,
    /// The lock file above that covers this manifest, if it has its package as a member.
    pub member_of: Option<String>,
}

/// The files of all repositories, read together once each is known.
#[derive(Default)]
pub(super) struct Repositories {
    jobs: Vec<Job>,
    trees: Vec<Box<dyn Tree + Sync>>,
}

impl Repositories {
    /// Walks a folder.
    pub fn folder(&mut self, root: &Root<'_>, settings: Settings<'_>, gathered: &mut Gathered) {
        let index = self.tree(root);
        folder(root, settings, index, gathered, &mut self.jobs);
    }

    /// Takes one file.
    pub fn single(
        &mut self,
        root: &Root<'_>,
        format: &'static Format,
        settings: Settings<'_>,
        gathered: &mut Gathered,
    ) {
        let index = self.tree(root);
        single(root, format, settings.several, index, gathered, &mut self.jobs);
    }

    fn tree(&mut self, root: &Root<'_>) -> usize {
        let tree_root = if root.path.is_dir() { Some(root.path) } else { root.path.parent() };
        let tree_root =
            tree_root.map(|p| if p.as_os_str().is_empty() { Path::new(".") } else { p });
        self.trees.push(match tree_root.and_then(FolderTree::new) {
            Some(tree) => Box::new(tree),
            None => Box::new(NoTree),
        });
        self.trees.len() - 1
    }

    /// Reads all files, in parallel.
    pub fn read(self, gathered: &mut Gathered, told: &mut Vec<Told>) {
        let Self { jobs, trees } = self;
        let results: Vec<(Job, Result<Reading, String>)> = jobs
            .into_par_iter()
            .map(|job| {
                let result = read_one(&job, trees[job.root].as_ref());
                (job, result)
            })
            .collect();
        let members = Members::of(&results);
        for (job, result) in results {
            match result {
                Ok(reading) if members.covers(&job, &reading) => {}
                Ok(reading) => {
                    note_problems(&job, &reading, &mut gathered.unread);
                    gathered.assets[job.asset as usize].files += 1;
                    let Job { asset, shown, full, .. } = job;
                    told.push(Told { source: Source { asset, shown, full, layer: None }, reading });
                }
                Err(problem) => gathered.unread(job.full, 0, problem),
            }
        }
    }
}

fn note_problems(job: &Job, reading: &Reading, unread: &mut Vec<Unread>) {
    let mut note = |line, problem: &str, code: &str| {
        let (path, problem, code) = (job.full.clone(), problem.to_owned(), code.to_owned());
        unread.push(Unread { path, line, problem, code });
    };
    reading.problems.iter().for_each(|p| note(p.line, &p.what, ""));
    let asks = reading.components.iter().any(|c| c.origin != Origin::FirstParty);
    if !job.format.resolved && asks {
        note(
            0,
            "names what the project asks for; what that brings in is not known without a lock file",
            UNRESOLVED,
        );
    }
}

fn folder(
    root: &Root<'_>,
    settings: Settings<'_>,
    index_of_root: usize,
    gathered: &mut Gathered,
    jobs: &mut Vec<Job>,
) {
    let Found { files, unrecognised, skipped, skipped_folders, unread, repositories } =
        walk::walk(root.path, settings.exclude);
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
        let relative =
            owner_folder(&file.relative, &repositories, settings.trust, &assets, &mut boundaries);
        let asset = assets.at(relative, gathered);
        let full = below(display, &file.relative);
        let shown = if settings.several { full.clone() } else { file.relative.clone() };
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
    gathered.unread.extend(unread.into_iter().map(|unread| Unread {
        path: match Path::new(&unread.path).strip_prefix(root.path) {
            Ok(rest) if rest.as_os_str().is_empty() => display.to_owned(),
            Ok(rest) => below(display, &rest.to_string_lossy()),
            Err(_) => unread.path,
        },
        ..unread
    }));
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
            kind: Kind::Repository,
            digest: None,
            references: Vec::new(),
            itself: String::new(),
            distribution: None,
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
    format: &'static Format,
    several: bool,
    index_of_root: usize,
    gathered: &mut Gathered,
    jobs: &mut Vec<Job>,
) {
    let display = root.display.to_owned();
    let name = root.path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let asset = gathered.add(root, Kind::Repository);
    if let Some(added) = gathered.asset(asset) {
        added.root =
            root.path.parent().map(|p| p.to_string_lossy().into_owned()).unwrap_or_default();
    }
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

fn read_one(job: &Job, tree: &dyn Tree) -> Result<Reading, String> {
    let bytes = read::bounded(&job.path, read::MAX_FILE).map_err(|e| walk::describe(&e))?;
    Ok(inventory::read(job.format, Document { path: &job.relative, bytes: &bytes }, tree))
}
