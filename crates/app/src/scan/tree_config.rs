//! Which estate files speak in this scan, and which of them lie inside what is scanned?

use std::path::{Path, PathBuf};

use super::gather::{Gathered, Home};
use super::{Request, ScanError, Target};
use crate::config::{Config, Scope, Trust};
use crate::report::Unread;

/// The name by which an estate file is found in a scanned folder.
pub const NAME: &str = "gabion.toml";

/// Loads the files the user named. One that lies in a scanned tree, or in the repository around it, is
/// a statement of that tree.
pub(super) fn named(request: &Request) -> Result<Trust, ScanError> {
    let mut trust = Trust::default();
    trust.trusted.extend(request.estate.clone());
    let trees: Vec<PathBuf> = request.targets.iter().filter_map(|t| tree_of(&t.path)).collect();
    for Target { path, display, .. } in &request.configs {
        let mut config = Config::load(path)?;
        config.rename(display);
        let real = path.canonicalize().ok();
        let inside = real.is_some_and(|real| trees.iter().any(|tree| real.starts_with(tree)));
        let trusted = request.trust_config || !inside;
        if trusted { &mut trust.trusted } else { &mut trust.tree }.push(config);
    }
    Ok(trust)
}

/// The repository around a path, else the folder itself or the one that the file lies in.
pub(super) fn tree_of(path: &Path) -> Option<PathBuf> {
    let real = path.canonicalize().ok()?;
    let folder = if real.is_dir() { real.as_path() } else { real.parent()? };
    let repository = folder.ancestors().find(|f| f.join(".git").symlink_metadata().is_ok());
    Some(repository.unwrap_or(folder).to_path_buf())
}

/// What holds once the `gabion.toml` of each scanned folder and of each repository below it is heard,
/// each for its own part; `None` where there are none. One that cannot be used is named, and the rest
/// goes on.
pub(super) fn of_trees(trust: &Trust, request: &Request, gathered: &mut Gathered) -> Option<Trust> {
    let mut own: Option<Trust> = None;
    let mut named: Option<Vec<PathBuf>> = None;
    for Home { root, relative, path } in std::mem::take(&mut gathered.homes) {
        let path = path.join(NAME);
        if !path.symlink_metadata().is_ok_and(|m| m.is_file()) {
            continue;
        }
        let named = named.get_or_insert_with(|| {
            request.configs.iter().filter_map(|c| c.path.canonicalize().ok()).collect()
        });
        if path.canonicalize().is_ok_and(|real| named.contains(&real)) {
            continue;
        }
        let display = called(request, &root, &relative);
        match Config::load(&path) {
            Ok(mut config) => {
                config.rename(&display);
                config.scope = Some(Scope { root, folder: relative });
                let own = own.get_or_insert_with(|| trust.clone());
                if request.trust_config { &mut own.trusted } else { &mut own.tree }.push(config);
            }
            Err(error) => {
                let problem = crate::sync::chain(&error);
                gathered.unread.push(Unread {
                    path: display,
                    line: 0,
                    problem,
                    code: String::new(),
                });
            }
        }
    }
    own
}

/// How people call the estate file of a folder.
fn called(request: &Request, root: &str, relative: &str) -> String {
    if request.targets.len() == 1 && relative.is_empty() {
        return NAME.to_owned();
    }
    let root = if root == "." { "" } else { root.trim_end_matches('/') };
    let parts = [root, relative, NAME];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
}
