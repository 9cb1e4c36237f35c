//! Which folder and which package manager does a fix concern?
//!
//! In: the scan's fixes and targets. Out: projects, each with its fixes in queue order, and the fixes
//! whose files no package manager here can change.

use std::path::{Path, PathBuf};

use remedy::edit;

use crate::report::Fix;
use crate::scan::Target;

/// A package manager and its files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    Cargo,
    Npm,
    Requirements,
    Pyproject,
    Poetry,
    Uv,
    Go,
    Maven,
    Bundler,
}

impl Family {
    /// The family of a file that a scan names; `exists` asks for another file of the same folder.
    fn of(file: &str, exists: &dyn Fn(&str) -> bool) -> Option<Self> {
        Some(match name(file) {
            "Cargo.lock" | "Cargo.toml" => Self::Cargo,
            "package-lock.json" | "npm-shrinkwrap.json" => Self::Npm,
            "package.json"
                if !["yarn.lock", "pnpm-lock.yaml", "bun.lock"].iter().any(|l| exists(l)) =>
            {
                Self::Npm
            }
            "poetry.lock" => Self::Poetry,
            "uv.lock" => Self::Uv,
            "pyproject.toml" if exists("poetry.lock") => Self::Poetry,
            "pyproject.toml" if exists("uv.lock") => Self::Uv,
            "pyproject.toml" => Self::Pyproject,
            "go.mod" | "go.sum" => Self::Go,
            "pom.xml" => Self::Maven,
            "Gemfile.lock" | "gems.locked" => Self::Bundler,
            _ if edit::Kind::of(file) == Some(edit::Kind::Requirements) => Self::Requirements,
            _ => return None,
        })
    }

    /// The word as written in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cargo => "cargo",
            Self::Npm => "npm",
            Self::Requirements => "requirements",
            Self::Pyproject => "pyproject",
            Self::Poetry => "poetry",
            Self::Uv => "uv",
            Self::Go => "go",
            Self::Maven => "maven",
            Self::Bundler => "bundler",
        }
    }

    /// Names of its lock file.
    pub fn locks(self) -> &'static [&'static str] {
        match self {
            Self::Cargo => &["Cargo.lock"],
            Self::Npm => &["package-lock.json", "npm-shrinkwrap.json"],
            Self::Poetry => &["poetry.lock"],
            Self::Uv => &["uv.lock"],
            Self::Go => &["go.sum"],
            Self::Bundler => &["Gemfile.lock", "gems.locked"],
            Self::Requirements | Self::Pyproject | Self::Maven => &[],
        }
    }

    /// The name of its manifest, and whether members below the folder have one each.
    pub fn manifest(self) -> Option<(&'static str, bool)> {
        match self {
            Self::Cargo => Some(("Cargo.toml", true)),
            Self::Npm => Some(("package.json", true)),
            Self::Uv => Some(("pyproject.toml", true)),
            Self::Poetry | Self::Pyproject => Some(("pyproject.toml", false)),
            Self::Go => Some(("go.mod", false)),
            Self::Bundler => Some(("Gemfile", false)),
            Self::Requirements | Self::Maven => None,
        }
    }
}

/// A folder and a package manager with what there is to do.
#[derive(Debug)]
pub struct Project<'r> {
    /// Where the target lies; everything else is below it.
    pub root: PathBuf,
    /// How people call the root; empty when it is where they stand.
    pub display: String,
    /// The folder below the root, `/`-separated; empty for the root itself.
    pub folder: String,
    pub family: Family,
    /// In queue order.
    pub fixes: Vec<&'r Fix>,
    /// The files that the fixes name, below the root.
    pub files: Vec<String>,
}

impl Project<'_> {
    /// A path below the root as people call it.
    pub fn shown(&self, path: &str) -> String {
        match (self.display.trim_end_matches('/'), path) {
            ("" | ".", "") => ".".to_owned(),
            ("" | ".", path) if !self.display.starts_with('/') => path.to_owned(),
            (base, "") => base.to_owned(),
            (base, path) => format!("{base}/{path}"),
        }
    }

    /// A file of the project's folder, below the root.
    pub fn below(&self, name: &str) -> String {
        beside(&self.folder, name)
    }
}

/// A name in a folder; both may be empty.
pub fn beside(folder: &str, name: &str) -> String {
    match (folder, name) {
        ("", name) => name.to_owned(),
        (folder, "") => folder.to_owned(),
        (folder, name) => format!("{folder}/{name}"),
    }
}

/// The last part of a path.
pub fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The folder of a path; empty for a bare name.
pub fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Groups fixes into projects, in the order of their most urgent fix. A fix may be in several.
pub fn group<'r>(fixes: &'r [Fix], targets: &[Target]) -> (Vec<Project<'r>>, Vec<&'r Fix>) {
    let mut projects: Vec<Project<'r>> = Vec::new();
    let mut left = Vec::new();
    for fix in fixes {
        let mut taken = false;
        for file in &fix.files {
            let Some((root, display, relative)) = locate(file, targets) else { continue };
            let own = root.join(folder(&relative));
            let exists = |name: &str| own.join(name).is_file();
            let Some(family) = Family::of(&relative, &exists) else { continue };
            taken = true;
            // POMs and requirement files name each other, so those of one target belong together.
            let at = match family {
                Family::Maven | Family::Requirements => String::new(),
                _ => folder(&relative).to_owned(),
            };
            let same =
                |p: &&mut Project<'r>| p.root == root && p.folder == at && p.family == family;
            let project = match projects.iter_mut().find(same) {
                Some(project) => project,
                None => {
                    let files = Vec::new();
                    projects.push(Project {
                        root,
                        display,
                        folder: at,
                        family,
                        fixes: Vec::new(),
                        files,
                    });
                    let Some(last) = projects.last_mut() else { continue };
                    last
                }
            };
            if !project.fixes.iter().any(|known| known.id == fix.id) {
                project.fixes.push(fix);
            }
            if !project.files.contains(&relative) {
                project.files.push(relative);
            }
        }
        if !taken {
            left.push(fix);
        }
    }
    (projects, left)
}

/// Where a file of the report lies: the target's folder, its name, and the path below it.
fn locate(file: &str, targets: &[Target]) -> Option<(PathBuf, String, String)> {
    let mut best: Option<(PathBuf, String, String)> = None;
    for target in targets {
        let display = target.display.trim_end_matches('/');
        if target.path.is_file() {
            if file == target.display {
                let root = target.path.parent().map(Path::to_path_buf).unwrap_or_default();
                let root = if root.as_os_str().is_empty() { PathBuf::from(".") } else { root };
                return Some((root, folder(display).to_owned(), name(file).to_owned()));
            }
            continue;
        }
        let relative = match display {
            "" if target.display.starts_with('/') => file.strip_prefix('/'),
            "" | "." => Some(file),
            base => file.strip_prefix(base).and_then(|rest| rest.strip_prefix('/')),
        };
        let Some(relative) = relative else { continue };
        let shorter = best.as_ref().is_none_or(|(.., known)| relative.len() < known.len());
        if shorter && target.path.join(relative).is_file() {
            best = Some((target.path.clone(), target.display.clone(), relative.to_owned()));
        }
    }
    best
}
