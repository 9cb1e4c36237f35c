//! Which files does a project's package manager need, and which of them are edited?

use std::collections::{BTreeMap, BTreeSet};

use super::project::{Family, Project, beside, folder};
use super::tree::{self, Changed};

/// Most files that a list of requirements may include.
const MAX_INCLUDED: usize = 64;

/// What goes into the copy.
pub struct Files {
    /// All of them, by path below the root.
    pub texts: BTreeMap<String, Vec<u8>>,
    /// Those that are edited.
    pub manifests: Vec<String>,
    /// The lock file, written by its tool only.
    pub lock: Option<String>,
}

/// Reads them.
///
/// # Errors
/// There is no manifest to edit; in words.
pub fn of(project: &Project<'_>, changed: &Changed) -> Result<Files, String> {
    let read = |path: &str| changed.read(&project.root, path);
    let mut files = Files { texts: BTreeMap::new(), manifests: Vec::new(), lock: None };
    let manifests = match (project.family, project.family.manifest()) {
        (Family::Requirements, _) => included(project, &read),
        (Family::Maven, _) => tree::named(&project.root, "", "pom.xml"),
        (_, Some((name, members))) => members_of(project, name, members),
        (_, None) => Vec::new(),
    };
    for path in manifests {
        if let Some(bytes) = read(&path) {
            files.texts.insert(path.clone(), bytes);
            files.manifests.push(path);
        }
    }
    for name in project.family.locks() {
        let path = project.below(name);
        if let Some(bytes) = read(&path) {
            files.texts.insert(path.clone(), bytes);
            files.lock = Some(path);
            break;
        }
    }
    if files.manifests.is_empty() {
        let name = project.family.manifest().map_or("manifest", |(name, _)| name);
        return Err(format!("there is no readable {name} beside the lock file"));
    }
    Ok(files)
}

/// Manifests of the folder and of its members, those of nested projects with a lock file aside.
fn members_of(project: &Project<'_>, name: &str, members: bool) -> Vec<String> {
    let own = project.below(name);
    if !members {
        return vec![own];
    }
    let locked: BTreeSet<String> = project
        .family
        .locks()
        .iter()
        .flat_map(|lock| tree::named(&project.root, &project.folder, lock))
        .map(|lock| folder(&lock).to_owned())
        .filter(|at| *at != project.folder)
        .collect();
    let nested = |path: &str| {
        locked.iter().any(|at| path.strip_prefix(at.as_str()).is_some_and(|r| r.starts_with('/')))
    };
    let mut all = tree::named(&project.root, &project.folder, name);
    all.retain(|path| !nested(path));
    // The folder's own comes first: without it there is no project.
    all.sort_by_key(|path| (*path != own, path.clone()));
    if all.first() == Some(&own) { all } else { Vec::new() }
}

/// The lists that the fixes name, and what they include with `-r` and `-c`, below the root.
fn included(project: &Project<'_>, read: &dyn Fn(&str) -> Option<Vec<u8>>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut open: Vec<String> = project.files.clone();
    while let Some(path) = open.pop() {
        if all.contains(&path) || all.len() >= MAX_INCLUDED + project.files.len() {
            continue;
        }
        let Some(bytes) = read(&path) else { continue };
        for line in String::from_utf8_lossy(&bytes).lines() {
            let line = line.trim();
            let options = ["-r", "--requirement", "-c", "--constraint"];
            let named = options.iter().find_map(|option| {
                let rest = line.strip_prefix(option)?;
                rest.starts_with([' ', '=', '\t'])
                    .then(|| rest.trim_start_matches([' ', '=', '\t']))
            });
            let Some(named) = named else { continue };
            let named = named.split(" #").next().unwrap_or(named).trim().trim_matches(['"', '\'']);
            open.extend(joined(folder(&path), named));
        }
        all.push(path);
    }
    all.sort();
    all
}

/// A path beside another one, `..` taken out; `None` when it leaves the root.
fn joined(at: &str, named: &str) -> Option<String> {
    if named.contains("://") || named.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = at.split('/').filter(|part| !part.is_empty()).collect();
    for part in named.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(beside("", &parts.join("/")))
}
