//! Which folders below a root are other file systems that hold nothing installed, or lie elsewhere?

use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Largest table of mounts read, in bytes.
const MAX_TABLE: u64 = 16 << 20;

/// File systems made by the kernel, and those that lie on another machine.
const PASSED: &[&str] = &[
    "proc",
    "sysfs",
    "devtmpfs",
    "devpts",
    "cgroup",
    "cgroup2",
    "securityfs",
    "debugfs",
    "tracefs",
    "pstore",
    "bpf",
    "configfs",
    "fusectl",
    "mqueue",
    "hugetlbfs",
    "efivarfs",
    "binfmt_misc",
    "autofs",
    "rpc_pipefs",
    "nsfs",
    "selinuxfs",
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "afs",
    "ceph",
    "glusterfs",
    "lustre",
    "gpfs",
    "ncpfs",
];

/// File systems of containers, snaps and the like, which are assets of their own. Some systems mount their
/// own folders so (systemd-sysext, immutable distributions): those are entered.
const LAYERED: &[&str] = &["overlay", "squashfs", "fuse.fuse-overlayfs"];
const OWN: &[&str] =
    &["usr", "etc", "opt", "var", "lib", "lib64", "bin", "sbin", "srv", "home", "root"];

/// The mounts below a root that are not entered, each with its kind of file system. Where the system
/// tells of no mounts (another kernel, a chroot without `/proc`), the folders that are always such ones.
pub fn passed_over(root: &Path) -> HashMap<PathBuf, String> {
    let real = root.canonicalize().unwrap_or_else(|_| root.to_path_buf());
    let mut passed = HashMap::new();
    if let Ok(bytes) = super::read::special(Path::new("/proc/self/mountinfo"), MAX_TABLE) {
        for (place, kind) in mounts(&String::from_utf8_lossy(&bytes)) {
            let Ok(below) = place.strip_prefix(&real) else { continue };
            if !below.as_os_str().is_empty() && is_passed(below, &kind) {
                passed.insert(root.join(below), format!("mounted {kind}"));
            }
        }
    }
    for name in ["proc", "sys", "dev"] {
        passed.entry(root.join(name)).or_insert_with(|| "of the kernel".to_owned());
    }
    passed
}

/// Whether a mount at this place below the root is not entered.
fn is_passed(below: &Path, kind: &str) -> bool {
    if LAYERED.contains(&kind) {
        return !OWN.iter().any(|own| below == Path::new(own));
    }
    kind.starts_with("fuse.") || PASSED.contains(&kind)
}

/// The mount points of a `mountinfo` table with their kinds (proc_pid_mountinfo(5): fields 5 and, after
/// the lone hyphen, the first).
fn mounts(table: &str) -> impl Iterator<Item = (PathBuf, String)> {
    table.lines().filter_map(|line| {
        let (own, rest) = line.split_once(" - ")?;
        let place = own.split(' ').nth(4)?;
        Some((PathBuf::from(unescaped(place)), rest.split(' ').next()?.to_owned()))
    })
}

/// Blanks stand as `\040` and the like.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let code = escape.get(1..4).and_then(|digits| u8::from_str_radix(digits, 8).ok());
        match code {
            Some(code) => {
                out.push(char::from(code));
                rest = escape.get(4..).unwrap_or_default();
            }
            None => {
                out.push('\\');
                rest = escape.get(1..).unwrap_or_default();
            }
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::{is_passed, mounts};
    use std::path::Path;

    #[test]
    fn a_system_s_own_folder_is_entered_whatever_it_is_made_of() {
        let passed = |below: &str, kind| is_passed(Path::new(below), kind);
        assert!(!passed("usr", "overlay") && !passed("mnt/data", "ext4"));
        assert!(passed("snap/core/1", "squashfs") && passed("usr/x", "overlay"));
        assert!(passed("usr", "nfs4") && passed("mnt/x", "fuse.sshfs"));
    }

    #[test]
    fn a_table_of_mounts_is_read_by_its_fields() {
        let table = "22 1 0:21 / /proc rw,relatime shared:12 - proc proc rw\n\
                     40 1 0:35 / /mnt/my\\040share rw - nfs4 server:/x rw\nnot a mount\n";
        let found: Vec<_> =
            mounts(table).map(|(p, k)| (p.to_string_lossy().into_owned(), k)).collect();
        let expect = [("/proc", "proc"), ("/mnt/my share", "nfs4")];
        assert_eq!(found, expect.map(|(p, k)| (p.to_owned(), k.to_owned())));
    }
}
