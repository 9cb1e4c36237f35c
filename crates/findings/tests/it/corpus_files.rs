//! Reports to try things on: the samples of the formats, and the archive of real ones.

use std::io::Read;
use std::path::Path;

/// Name and bytes of each sample.
pub fn samples() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../findings/tests/it/samples");
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| (path.display().to_string(), std::fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}

/// Name and bytes of each file in the archive; `None` when the corpus is absent.
pub fn archive() -> Option<Vec<(String, Vec<u8>)>> {
    let folder = testkit::corpus("real reports")?.join("scanner-reports");
    let mut files = Vec::new();
    for name in ["defectdojo-scans.tar.zst", "sarif-other.tar.zst"] {
        let packed = std::fs::File::open(folder.join(name)).unwrap();
        let mut archive = tar::Archive::new(zstd::Decoder::new(packed).unwrap());
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            if !entry.header().entry_type().is_file() {
                continue;
            }
            let path = entry.path().unwrap().display().to_string();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            files.push((path, bytes));
        }
    }
    Some(files)
}
