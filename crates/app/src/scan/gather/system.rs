//! What is installed below a root: this machine's, a mounted image's, a chroot's?
//!
//! Only what is installed counts here: a lock file in a system says what somebody once wished for. The
//! walk follows no link and enters no file system of the kernel or of another machine, and says so.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use ignore::{DirEntry, WalkBuilder};
use inventory::system::{self, Fact, Installed, System, Want};
use rayon::prelude::*;

use super::{Distribution, Gathered, Home, Kind, Root, Settings, Source, Told, below, kind};
use crate::files::{mounts, read, walk};
use crate::report::Skipped;

/// Deepest folder entered below a root.
const MAX_DEPTH: usize = 128;
/// Most entries looked at below a root.
const MAX_ENTRIES: u64 = 20_000_000;
/// Folders in which container engines keep the files of images and containers, which are assets of
/// their own.
const CONTAINERS: &[&str] = &[
    "var/lib/docker",
    "var/lib/containers/storage",
    "var/lib/containerd",
    "var/lib/rancher",
    "var/lib/kubelet/pods",
];
/// Folders passed over by name.
const FOLDERS: &[&str] = &[".git", ".hg", ".svn", ".jj"];

/// One file that may tell of something.
struct Candidate {
    path: PathBuf,
    relative: String,
    want: Want,
}

/// Walks and reads a root.
pub(super) fn read(
    root: &Root<'_>,
    settings: Settings<'_>,
    gathered: &mut Gathered,
    told: &mut Vec<Told>,
) {
    let asset = gathered.add(root, Kind::System);
    gathered.homes.push(Home {
        root: root.display.to_owned(),
        relative: String::new(),
        path: root.path.to_path_buf(),
    });
    let candidates = candidates(root, settings, gathered);
    let facts: Vec<(Candidate, Result<Option<Fact>, String>)> = candidates
        .into_par_iter()
        .with_max_len(64)
        .map(|candidate| {
            let fact = fact(&candidate);
            (candidate, fact)
        })
        .collect();
    let mut system = System::default();
    let mut files = 0;
    let mut told_of_packages = false;
    for (candidate, fact) in facts {
        match fact {
            Ok(Some(fact)) => {
                files += u64::from(!matches!(fact, Fact::Owned(_)));
                told_of_packages |= matches!(fact, Fact::Packages(_) | Fact::Release(_));
                system.add(&candidate.relative, None, fact);
            }
            Ok(None) => {}
            Err(problem) => gathered.unread(below(root.display, &candidate.relative), 0, problem),
        }
    }
    // Links are not followed: what marks the system may lead elsewhere, as that of NixOS does.
    if !told_of_packages && kind::is_system(root.path) {
        let problem = "neither the distribution nor a database of its packages could be read; only programs and the packages of languages are evaluated";
        gathered.unread(root.display.to_owned(), 0, problem.to_owned());
    }
    add(asset, files, system.finish(), root.display, &[], gathered, told);
}

/// Takes over what a system turned out to hold. Places are joined to `prefix`.
pub(super) fn add(
    asset: u32,
    files: u64,
    installed: Installed,
    prefix: &str,
    layers: &[String],
    gathered: &mut Gathered,
    told: &mut Vec<Told>,
) {
    if let Some(added) = gathered.asset(asset) {
        added.files = files;
        added.distribution = installed.release.as_ref().map(|release| Distribution {
            name: if release.pretty.is_empty() {
                format!("{} {}", release.id, release.version)
            } else {
                release.pretty.clone()
            },
            ecosystem: installed.ecosystem.clone(),
            ends: installed.ends,
        });
    }
    let layers: Vec<Arc<str>> = layers.iter().map(|l| l.as_str().into()).collect();
    for file in installed.readings {
        let full = below(prefix, &file.path);
        for problem in &file.reading.problems {
            gathered.unread(full.clone(), problem.line, problem.what.clone());
        }
        let layer = file.layer.and_then(|l| layers.get(l as usize)).cloned();
        let source = Source { asset, shown: full.clone(), full, layer };
        told.push(Told { source, reading: file.reading });
    }
}

/// The files below a root that may tell of something.
fn candidates(root: &Root<'_>, settings: Settings<'_>, gathered: &mut Gathered) -> Vec<Candidate> {
    let passed = Arc::new(Mutex::new(Vec::<(PathBuf, String)>::new()));
    let mut builder = WalkBuilder::new(root.path);
    builder
        .standard_filters(false)
        .follow_links(false)
        .max_depth(Some(MAX_DEPTH))
        .sort_by_file_name(Ord::cmp);
    let rules = Rules {
        mounts: mounts::passed_over(root.path),
        exclude: settings.exclude.clone(),
        root: root.path.to_path_buf(),
    };
    let notes = passed.clone();
    builder.filter_entry(move |entry| {
        let Some(rule) = rules.pass(entry) else { return true };
        if let Ok(mut notes) = notes.lock() {
            notes.push((entry.path().to_path_buf(), rule));
        }
        false
    });
    let mut found = Vec::new();
    let mut locks = 0u64;
    for (count, entry) in (0u64..).zip(builder.build()) {
        if count >= MAX_ENTRIES {
            let problem = format!("more than {MAX_ENTRIES} entries; the rest was not looked at");
            gathered.unread(root.display.to_owned(), 0, problem);
            break;
        }
        match entry {
            // A system lives: what has gone since its folder was listed is not there.
            Err(error) if error.io_error().is_some_and(is_gone) => {}
            Err(error) => {
                let place = walk::error_path(&error).unwrap_or_else(|| root.path.to_path_buf());
                let relative = walk::relative(root.path, &place);
                gathered.unread(below(root.display, &relative), 0, walk::plain(&error));
            }
            Ok(entry) if entry.file_type().is_some_and(|t| t.is_file()) => {
                let relative = walk::relative(root.path, entry.path());
                locks += u64::from(inventory::recognise(&relative).is_some_and(|f| f.resolved));
                consider(root, entry, relative, gathered, &mut found);
            }
            Ok(entry)
                if entry.depth() == MAX_DEPTH && entry.file_type().is_some_and(|t| t.is_dir()) =>
            {
                let relative = walk::relative(root.path, entry.path());
                let problem = format!("deeper than {MAX_DEPTH} folders; not entered");
                gathered.unread(below(root.display, &relative), 0, problem);
            }
            Ok(_) => {}
        }
    }
    say_passed(root, &passed, locks, gathered);
    found
}

fn say_passed(
    root: &Root<'_>,
    passed: &Mutex<Vec<(PathBuf, String)>>,
    locks: u64,
    gathered: &mut Gathered,
) {
    let passed = passed.lock().map(|mut p| std::mem::take(&mut *p)).unwrap_or_default();
    let mut times: HashMap<String, u64> = HashMap::new();
    for (path, rule) in passed {
        match rule.strip_prefix("folder ") {
            Some(name) => *times.entry(name.to_owned()).or_default() += 1,
            None => {
                let path = below(root.display, &walk::relative(root.path, &path));
                gathered.skipped.push(Skipped { path, rule });
            }
        }
    }
    let mut times: Vec<_> = times.into_iter().collect();
    times.sort();
    for (name, count) in times {
        let path = below(root.display, &format!("**/{name}"));
        gathered.skipped.push(Skipped { path, rule: format!("built-in list ({count} times)") });
    }
    if locks > 0 {
        let rule = format!(
            "{locks} lock files: of a system, what is installed counts; scan their folders by themselves"
        );
        gathered.skipped.push(Skipped { path: root.display.to_owned(), rule });
    }
}

/// Which folders are not entered, and why.
struct Rules {
    mounts: HashMap<PathBuf, String>,
    exclude: globset::GlobSet,
    root: PathBuf,
}

impl Rules {
    fn pass(&self, entry: &DirEntry) -> Option<String> {
        let relative = entry.path().strip_prefix(&self.root).ok()?;
        if entry.depth() > 0 && self.exclude.is_match(relative) {
            return Some("--exclude".to_owned());
        }
        if entry.depth() == 0 || !entry.file_type().is_some_and(|t| t.is_dir()) {
            return None;
        }
        if let Some(rule) = self.mounts.get(entry.path()) {
            return Some(rule.clone());
        }
        if CONTAINERS.iter().any(|name| relative == Path::new(name)) {
            return Some("files of containers; scan their images by themselves".to_owned());
        }
        let name = entry.file_name().to_str()?;
        FOLDERS.contains(&name).then(|| format!("folder {name}"))
    }
}

fn is_gone(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

/// Asks whether a file is worth reading; its metadata is looked at only where its path may be.
fn consider(
    root: &Root<'_>,
    entry: DirEntry,
    relative: String,
    gathered: &mut Gathered,
    found: &mut Vec<Candidate>,
) {
    if system::wants(&relative, 0, true).is_none() {
        return;
    }
    let metadata = match entry.metadata() {
        Ok(metadata) => metadata,
        Err(error) if error.io_error().is_some_and(is_gone) => return,
        Err(error) => {
            return gathered.unread(below(root.display, &relative), 0, walk::plain(&error));
        }
    };
    let Some(want) = system::wants(&relative, metadata.len(), is_executable(&metadata)) else {
        return;
    };
    found.push(Candidate { path: entry.into_path(), relative, want });
}

#[cfg(unix)]
fn is_executable(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &std::fs::Metadata) -> bool {
    true
}

/// Reads one file; `None` when it tells nothing, or is no longer there.
fn fact(candidate: &Candidate) -> Result<Option<Fact>, String> {
    let bytes = match candidate.want {
        Want::Whole(limit) => read::bounded(&candidate.path, limit),
        Want::Program(limit) => match is_program(&candidate.path) {
            Ok(true) => read::bounded(&candidate.path, limit),
            Ok(false) => return Ok(None),
            Err(error) => Err(error),
        },
    };
    match bytes {
        Ok(bytes) => Ok(system::read(&candidate.relative, &bytes)),
        Err(error) if is_gone(&error) => Ok(None),
        Err(error) => Err(walk::describe(&error)),
    }
}

fn is_program(path: &Path) -> io::Result<bool> {
    let mut head = Vec::new();
    File::open(path)?.take(64).read_to_end(&mut head)?;
    Ok(system::is_program(&head))
}
