//! Which files below a path are worth reading, and what was left out?
//!
//! Hidden files are seen and `.gitignore` is not obeyed: it is no statement about what runs. What is
//! passed over by Gabion's own list, by `--exclude`, because it is a link or because it cannot be read
//! is said. Links are never followed, so a loop of them is harmless.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use globset::GlobSet;
use ignore::WalkBuilder;
use inventory::Format;

use crate::report::{EXCLUDED, Skipped, Unread};

/// Folders passed over by name: version control, and what package managers unpack (installed software
/// is read from lock files here, not from its copies).
const FOLDERS: &[&str] =
    &[".git", ".hg", ".svn", ".jj", "node_modules", "__pycache__", ".tox", ".venv"];
/// Deepest folder entered below a root.
const MAX_DEPTH: usize = 128;
/// Most entries looked at below a root.
const MAX_ENTRIES: u64 = 20_000_000;

/// What a walk found below one root.
#[derive(Default)]
pub struct Found {
    /// Files with a reader, sorted by path.
    pub files: Vec<Claimed>,
    /// Files that look like manifests and have no reader, relative to the root.
    pub unrecognised: Vec<String>,
    /// Passed over by rule; folders of the built-in list are not named one by one but counted in
    /// `skipped_folders`.
    pub skipped: Vec<Skipped>,
    /// How many folders each built-in rule passed over.
    pub skipped_folders: HashMap<String, u64>,
    /// What could not be read.
    pub unread: Vec<Unread>,
    /// Folders that are repositories by themselves (they hold `.git`), relative to the root.
    pub repositories: Vec<String>,
}

/// A file and the format that claims it.
pub struct Claimed {
    /// Where to read it.
    pub path: PathBuf,
    /// Relative to the root, `/`-separated, for people and reports.
    pub relative: String,
    /// The reader.
    pub format: &'static Format,
    /// A lock file in a folder above that speaks for this manifest if it has its package as a member.
    pub member_of: Option<String>,
}

/// Walks one folder.
pub fn walk(root: &Path, exclude: &GlobSet) -> Found {
    let mut found = Found::default();
    let mut names: Vec<(PathBuf, String)> = Vec::new();
    let mut entries = 0u64;
    let passed = std::sync::Mutex::new(Vec::<(PathBuf, String)>::new());
    let mut builder = WalkBuilder::new(root);
    builder
        .standard_filters(false)
        .follow_links(false)
        .max_depth(Some(MAX_DEPTH))
        .sort_by_file_name(Ord::cmp);
    // `filter_entry` must own what it uses; the passed-over folders come back through the mutex.
    let passed = std::sync::Arc::new(passed);
    let (notes, excluded, base) = (passed.clone(), exclude.clone(), root.to_path_buf());
    builder.filter_entry(move |entry| {
        let is_folder = entry.file_type().is_some_and(|t| t.is_dir());
        let rule = folder_rule(entry.path(), is_folder && entry.depth() > 0).or_else(|| {
            (entry.depth() > 0).then(|| exclude_rule(&excluded, &base, entry.path())).flatten()
        });
        let Some(rule) = rule else { return true };
        if let Ok(mut notes) = notes.lock() {
            notes.push((entry.path().to_path_buf(), rule));
        }
        false
    });
    for entry in builder.build() {
        entries += 1;
        if entries > MAX_ENTRIES {
            found.unread.push(unread(
                root,
                format!("more than {MAX_ENTRIES} entries; the rest was not looked at"),
            ));
            break;
        }
        match entry {
            Err(error) => found
                .unread
                .push(unread(&error_path(&error).unwrap_or(root.to_path_buf()), plain(&error))),
            Ok(entry)
                if entry.depth() == MAX_DEPTH && entry.file_type().is_some_and(|t| t.is_dir()) =>
            {
                found.unread.push(unread(
                    entry.path(),
                    format!("deeper than {MAX_DEPTH} folders; not entered"),
                ));
            }
            Ok(entry) => {
                let Some(kind) = entry.file_type() else { continue };
                let relative = relative(root, entry.path());
                if kind.is_symlink() {
                    found.link(root, entry.path(), relative);
                } else if kind.is_file() {
                    names.push((entry.path().to_path_buf(), relative));
                } else if kind.is_dir() {
                    if entry.path().join(".git").symlink_metadata().is_ok() {
                        found.repositories.push(relative);
                    }
                } else if inventory::recognise(&relative).is_some() {
                    found.unread.push(unread(entry.path(), "not a regular file".into()));
                }
            }
        }
    }
    let passed = passed.lock().map(|mut p| std::mem::take(&mut *p)).unwrap_or_default();
    for (path, rule) in passed {
        match rule.strip_prefix("folder ") {
            Some(name) => *found.skipped_folders.entry(name.to_owned()).or_default() += 1,
            None => found.skipped.push(Skipped { path: relative(root, &path), rule }),
        }
    }
    claim(names, &mut found);
    found
}

impl Found {
    /// A link is never followed. One to something inside the root is only noted, since that is read in
    /// its own place; a lock file that lies elsewhere is one that was not read.
    fn link(&mut self, root: &Path, path: &Path, relative: String) {
        let target = path.canonicalize().ok();
        let inside = match (&target, root.canonicalize()) {
            (Some(target), Ok(root)) => target.starts_with(root),
            _ => false,
        };
        let is_folder = target.as_ref().is_some_and(|t| t.is_dir());
        let recognised = inventory::recognise(&relative).is_some();
        match (inside, recognised, is_folder) {
            (true, true, _) | (_, _, true) => {
                self.skipped
                    .push(Skipped { path: relative, rule: "link; links are not followed".into() });
            }
            (false, true, false) => {
                let problem =
                    "a link that leads out of the scanned folder, or nowhere; not followed";
                self.unread.push(unread(path, problem.into()));
            }
            _ => {}
        }
    }
}

/// Decides which of the files are read.
fn claim(names: Vec<(PathBuf, String)>, found: &mut Found) {
    let present: HashSet<&str> = names.iter().map(|(_, r)| r.as_str()).collect();
    for (path, relative) in &names {
        let Some(format) = inventory::recognise(relative) else {
            if looks_like_manifest(relative, &present) {
                found.unrecognised.push(relative.clone());
            }
            continue;
        };
        let member_of = match covered(format, relative, &present) {
            Cover::Beside => continue,
            Cover::Above(lock) => Some(lock),
            Cover::None => None,
        };
        let (path, relative) = (path.clone(), relative.clone());
        found.files.push(Claimed { path, relative, format, member_of });
    }
}

/// Which lock file speaks for a manifest.
enum Cover {
    /// One in the same folder.
    Beside,
    /// This one in a folder above, perhaps.
    Above(String),
    /// None.
    None,
}

fn covered(format: &Format, relative: &str, present: &HashSet<&str>) -> Cover {
    let own = relative.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut folder = own;
    loop {
        let in_folder = |lock: &&str| {
            if folder.is_empty() { (*lock).to_owned() } else { format!("{folder}/{lock}") }
        };
        let locks = if folder == own { format.covered_by } else { format.covered_above };
        let lock = locks.iter().map(in_folder).find(|l| present.contains(l.as_str()));
        match lock {
            Some(_) if folder == own => return Cover::Beside,
            Some(lock) => return Cover::Above(lock),
            None if format.covered_above.is_empty() || folder.is_empty() => return Cover::None,
            None => folder = folder.rsplit_once('/').map_or("", |(above, _)| above),
        }
    }
}

/// Names by which people know package manifests and lock files of tools without a reader here. One
/// beside which a read lock file lies is covered by that and not listed.
fn looks_like_manifest(relative: &str, present: &HashSet<&str>) -> bool {
    const COVERED: &[(&str, &[&str])] = &[
        (
            "setup.py",
            &[
                "poetry.lock",
                "uv.lock",
                "pdm.lock",
                "pylock.toml",
                "Pipfile.lock",
                "requirements.txt",
            ],
        ),
        ("build.gradle", &["gradle.lockfile"]),
        ("build.gradle.kts", &["gradle.lockfile"]),
        ("build.sbt", &["build.sbt.lock"]),
        ("Package.swift", &["Package.resolved"]),
        ("mix.exs", &["mix.lock"]),
        ("rebar.config", &["rebar.lock"]),
        ("pubspec.yaml", &["pubspec.lock"]),
        ("Podfile", &["Podfile.lock"]),
        ("Gemfile", &["Gemfile.lock", "gems.locked"]),
        ("composer.json", &["composer.lock"]),
        ("conanfile.txt", &["conan.lock"]),
        ("conanfile.py", &["conan.lock"]),
        ("stack.yaml", &["stack.yaml.lock"]),
        ("deno.json", &["deno.lock"]),
        ("deno.jsonc", &["deno.lock"]),
        ("Project.toml", &["Manifest.toml"]),
        ("package.yaml", &["stack.yaml.lock", "cabal.project.freeze"]),
    ];
    const ALONE: &[&str] = &[
        "MODULE.bazel.lock",
        "MODULE.bazel",
        "WORKSPACE",
        "Cartfile.resolved",
        "cpanfile.snapshot",
        "cpanfile",
        "environment.yml",
        "environment.yaml",
        "vcpkg.json",
        "elm.json",
        "flake.lock",
        "Chart.lock",
        ".terraform.lock.hcl",
        "paket.lock",
        "DESCRIPTION",
        "shard.lock",
        "opam.locked",
        "bun.lockb",
        "npm-shrinkwrap.yaml",
        "bower.json",
        "conda-lock.yml",
    ];
    let (folder, name) = relative.rsplit_once('/').unwrap_or(("", relative));
    if let Some((_, locks)) = COVERED.iter().find(|(n, _)| *n == name) {
        let at = |lock: &&str| {
            if folder.is_empty() { (*lock).to_owned() } else { format!("{folder}/{lock}") }
        };
        return !locks.iter().any(|lock| present.contains(at(lock).as_str()));
    }
    ALONE.contains(&name)
        || name.ends_with(".lock")
        || name.ends_with(".lockfile")
        || name.ends_with(".cabal")
        || name.ends_with(".gemspec")
}

/// The built-in rule by which a folder is passed over.
pub fn folder_rule(path: &Path, is_folder: bool) -> Option<String> {
    if !is_folder {
        return None;
    }
    let name = path.file_name()?.to_str()?;
    // What Cargo and Maven build lies beside their manifest, and holds copies of other projects' files.
    let beside = |manifest: &str| path.parent().is_some_and(|p| p.join(manifest).is_file());
    let built = name == "target" && (beside("Cargo.toml") || beside("pom.xml"));
    (built || FOLDERS.contains(&name)).then(|| format!("folder {name}"))
}

fn exclude_rule(exclude: &GlobSet, root: &Path, path: &Path) -> Option<String> {
    let relative = path.strip_prefix(root).ok()?;
    exclude.is_match(relative).then(|| EXCLUDED.to_owned())
}

/// The path below the root, `/`-separated; bytes that are no UTF-8 are shown as U+FFFD.
pub fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root)
        .unwrap_or(path)
        .to_string_lossy()
        .replace(std::path::MAIN_SEPARATOR, "/")
}

fn unread(path: &Path, problem: String) -> Unread {
    Unread { path: path.to_string_lossy().into_owned(), line: 0, problem, code: String::new() }
}

/// The path that an error of the walk speaks of.
pub fn error_path(error: &ignore::Error) -> Option<PathBuf> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path.clone()),
        ignore::Error::WithDepth { err, .. } => error_path(err),
        ignore::Error::Loop { child, .. } => Some(child.clone()),
        _ => None,
    }
}

/// An error of the walk in plain words.
pub fn plain(error: &ignore::Error) -> String {
    error.io_error().map_or_else(|| error.to_string(), describe)
}

/// An operating system's error in plain words.
pub fn describe(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::PermissionDenied => "permission denied".into(),
        std::io::ErrorKind::NotFound => "no such file or folder".into(),
        _ => error.to_string(),
    }
}
