//! Look-up of other files of one root, for formats that name them; nothing outside the root is read.

use std::path::{Component, Path, PathBuf};

use inventory::Tree;

use super::read;

/// Largest file read because another file names it.
const MAX_REFERENCED: u64 = 32 << 20;

/// The files below one folder.
#[derive(Debug)]
pub struct FolderTree {
    /// Canonical, so that a link that leaves it is seen.
    root: PathBuf,
}

impl FolderTree {
    /// A tree rooted at a folder; `None` when it cannot be resolved.
    pub fn new(root: &Path) -> Option<Self> {
        Some(Self { root: root.canonicalize().ok()? })
    }
}

impl Tree for FolderTree {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        let relative = Path::new(path);
        if path.len() > 4096
            || !relative.components().all(|c| matches!(c, Component::Normal(_) | Component::CurDir))
        {
            return None;
        }
        let real = self.root.join(relative).canonicalize().ok()?;
        if !real.starts_with(&self.root) {
            return None;
        }
        read::bounded(&real, MAX_REFERENCED).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::FolderTree;
    use inventory::Tree;

    #[test]
    fn nothing_outside_the_root_is_read() {
        let outer = tempfile::tempdir().expect("a folder");
        let root = outer.path().join("root");
        std::fs::create_dir_all(root.join("sub")).expect("a folder");
        std::fs::write(outer.path().join("secret"), "x").expect("written");
        std::fs::write(root.join("sub/base.txt"), "a==1").expect("written");
        std::os::unix::fs::symlink(outer.path().join("secret"), root.join("link")).expect("a link");
        let tree = FolderTree::new(&root).expect("a root");
        assert_eq!(tree.read("sub/base.txt").as_deref(), Some(b"a==1".as_slice()));
        assert_eq!(tree.read("../secret"), None);
        assert_eq!(tree.read("sub/../../secret"), None);
        assert_eq!(tree.read("link"), None);
        assert_eq!(tree.read("/etc/passwd"), None);
        assert_eq!(tree.read("sub"), None);
    }
}
