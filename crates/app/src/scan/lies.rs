//! Where does what was scanned lie? Its place in its repository, in which two scans of one asset compare.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::gather::{AssetFiles, Kind};
use crate::report::Covered;

/// Most folders above that are asked whether they are a repository.
const MAX_ABOVE: usize = 64;
/// Longest configuration of a repository that is read, in bytes.
const MAX_CONFIG: u64 = 256 * 1024;

/// Where an asset lies and how its places are written.
pub(super) fn lies(files: &AssetFiles, several: bool) -> Covered {
    let single =
        files.kind == Kind::Repository && files.relative.is_empty() && files.path != files.root;
    let shown = if single { &files.root } else { &files.path };
    let mut covered = Covered {
        places_below: if several { shown.clone() } else { files.relative.clone() },
        single,
        itself: files.itself.clone(),
        ..Covered::default()
    };
    if files.kind == Kind::Repository
        && let Some(real) = files.real.as_deref()
        && let Some((repository, within)) = repository(real, single)
    {
        covered.within = Some(within);
        covered.repository = origin(&repository).unwrap_or_default();
        covered.branch = branch(&repository).unwrap_or_default();
    }
    covered
}

/// The root of the repository that a folder or file lies in; itself, where it lies in none.
pub(crate) fn root(real: &Path) -> PathBuf {
    let root = repository(real, real.is_file()).map_or_else(|| real.to_owned(), |(root, _)| root);
    // Without a slash at its end.
    root.components().collect()
}

/// The repository that a folder or file lies in, and where.
fn repository(real: &Path, single: bool) -> Option<(PathBuf, String)> {
    let folder = if single { real.parent()? } else { real };
    let above = folder.ancestors().take(MAX_ABOVE).find(|above| above.join(".git").exists())?;
    let within = folder.strip_prefix(above).ok()?;
    let within: Vec<_> = within.components().map(|c| c.as_os_str().to_string_lossy()).collect();
    Some((above.to_owned(), within.join("/")))
}

/// The address of `origin`, without scheme, user and `.git`: how it is asked for changes from clone to clone. A worktree
/// and a submodule have a file in its place, which leads elsewhere: it is not followed.
fn origin(repository: &Path) -> Option<String> {
    let git = repository.join(".git");
    if git.is_file() {
        return Some(text(&git)?.trim().to_owned()).filter(|text| !text.is_empty());
    }
    address(&text(&git.join("config"))?)
}

/// The branch that is checked out; none where a commit is.
fn branch(repository: &Path) -> Option<String> {
    let head = text(&repository.join(".git").join("HEAD"))?;
    Some(head.trim().strip_prefix("ref:")?.trim().trim_start_matches("refs/heads/").to_owned())
}

fn text(path: &Path) -> Option<String> {
    let file = std::fs::File::open(path).ok()?;
    let mut bytes = Vec::new();
    file.take(MAX_CONFIG).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn address(config: &str) -> Option<String> {
    let mut here = false;
    for line in config.lines().map(str::trim) {
        if line.starts_with('[') {
            here = line.replace(' ', "") == "[remote\"origin\"]";
        } else if let Some((name, value)) = line.split_once('=')
            && here
            && name.trim() == "url"
        {
            return plain(value.trim());
        }
    }
    None
}

/// `host/path` of `https://user:secret@host/path.git` and of `git@host:path.git`.
fn plain(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://").map_or(("", url), |(scheme, rest)| (scheme, rest));
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let host_ends = rest.find('/').unwrap_or(rest.len());
    let rest = match rest.get(..host_ends).and_then(|host| host.rfind('@')) {
        Some(at) => rest.get(at + 1..)?,
        None => rest,
    };
    // Of the short form the path begins after a colon; of an address what stands there is a port.
    let rest = if scheme.is_empty() { rest.replacen(':', "/", 1) } else { rest.to_owned() };
    let rest = rest.trim_end_matches('/');
    let rest = rest.strip_suffix(".git").unwrap_or(rest).to_lowercase();
    (!rest.is_empty()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::{address, repository};

    #[test]
    fn an_address_is_the_same_however_it_is_asked_for() {
        let check = |url: &str| {
            address(&format!("[core]\n\tbare = false\n[remote \"origin\"]\n\turl = {url}\n"))
        };
        let expect = Some("git.example/shop/web".to_owned());
        assert_eq!(check("https://git.example/shop/web.git"), expect);
        assert_eq!(check("https://me:secret@git.example/Shop/web"), expect);
        assert_eq!(check("git@git.example:shop/web.git"), expect);
        assert_eq!(check("ssh://git@git.example/shop/web.git/"), expect);
        assert_eq!(address("[remote \"fork\"]\nurl = https://a/b\n"), None);
        assert_eq!(address("[branch \"main\"]\nurl = https://a/b\n"), None);
    }

    #[test]
    fn the_nearest_repository_counts() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("a path");
        for made in ["repo/.git", "repo/web/src", "repo/lib/.git"] {
            std::fs::create_dir_all(root.join(made)).expect("a folder");
        }
        std::fs::write(root.join("repo/web/a.lock"), "").expect("a file");
        let check = |path: &str, single| {
            let (above, within) = repository(&root.join(path), single)?;
            let above = above.strip_prefix(&root).expect("below").to_string_lossy().into_owned();
            Some((above, within))
        };
        let of = |above: &str, within: &str| Some((above.to_owned(), within.to_owned()));
        assert_eq!(check("repo", false), of("repo", ""));
        assert_eq!(check("repo/web/src", false), of("repo", "web/src"));
        assert_eq!(check("repo/web/a.lock", true), of("repo", "web"));
        assert_eq!(check("repo/lib", false), of("repo/lib", ""));
    }
}
