#![no_main]
//! Installed software of languages. The first byte chooses the path, by which the reader is found; the rest
//! is the content.

use inventory::installed::{read, wants};
use libfuzzer_sys::fuzz_target;

/// In the order of the seeds (`xtask/src/fuzz/installed.rs`).
const FILES: [&str; 10] = [
    "usr/lib/python3/dist-packages/x-1.dist-info/METADATA",
    "usr/lib/python3/dist-packages/x-1.dist-info/direct_url.json",
    "usr/lib/node_modules/@s/x/package.json",
    "usr/lib/ruby/gems/3.1.0/specifications/x-1.gemspec",
    "usr/lib/R/site-library/x/DESCRIPTION",
    "srv/vendor/composer/installed.json",
    "srv/x.deps.json",
    "srv/x-1.0.jar",
    "srv/x-1.0.egg",
    "usr/bin/x",
];

fuzz_target!(|data: &[u8]| {
    let Some((first, bytes)) = data.split_first() else { return };
    let path = FILES[usize::from(*first) % FILES.len()];
    assert!(wants(path, 1, false).is_some(), "{path}");
    let Some(reading) = read(path, bytes) else { return };
    let count = reading.components.len();
    for (from, to) in &reading.requires {
        assert!((*from as usize) < count && (*to as usize) < count, "{path}: {from} -> {to}");
    }
    for component in &reading.components {
        assert!(!component.name.is_empty(), "{path}: a component without a name");
    }
    for index in reading.details.keys() {
        assert!((*index as usize) < count, "{path}: details of nothing");
    }
});
