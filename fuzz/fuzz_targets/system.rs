#![no_main]
//! Package databases of distributions. The first byte chooses the file and the distribution, the rest is the
//! content; what it tells is put together.

use inventory::system::{System, read, wants};
use libfuzzer_sys::fuzz_target;

/// In the order of the seeds (`xtask/src/fuzz/seeds.rs`).
const FILES: [&str; 11] = [
    "etc/os-release",
    "var/lib/dpkg/status",
    "var/lib/dpkg/info/x:amd64.list",
    "var/lib/dpkg/status.d/x.md5sums",
    "lib/apk/db/installed",
    "var/lib/rpm/rpmdb.sqlite",
    "var/lib/rpm/Packages.db",
    "var/lib/rpm/Packages",
    "var/lib/rpmmanifest/container-manifest-2",
    "var/lib/pacman/local/x-1-1/desc",
    "var/db/pkg/a/x-1/PF",
];
const RELEASES: [&str; 5] = [
    "ID=debian\nVERSION_ID=12\n",
    "ID=alpine\nVERSION_ID=3.20.1\n",
    "ID=wolfi\n",
    "ID=rocky\nVERSION_ID=9.4\n",
    "ID=kali\n",
];

fuzz_target!(|data: &[u8]| {
    let Some((first, bytes)) = data.split_first() else { return };
    let first = usize::from(*first);
    let path = FILES[first % FILES.len()];
    assert!(wants(path, bytes.len() as u64, false).is_some());
    let mut system = System::default();
    if let Some(release) = RELEASES.get(first / FILES.len() % (RELEASES.len() + 1)) {
        system.add("usr/lib/os-release", None, read("usr/lib/os-release", release.as_bytes()).unwrap());
    }
    if let Some(fact) = read(path, bytes) {
        system.add(path, Some(1), fact);
    }
    for file in system.finish().readings {
        let count = file.reading.components.len();
        assert!(file.reading.details.keys().all(|index| (*index as usize) < count));
        assert!(file.reading.components.iter().all(|component| !component.name.is_empty()));
        assert!(count > 0 || !file.reading.problems.is_empty() || path.contains("dpkg"), "{path}");
    }
});
