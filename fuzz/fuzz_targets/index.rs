#![no_main]
//! The index reader on altered files. The input is a list of edits (place, byte) to a small valid index; the
//! checksums are put right again when the first bit says so, as a forger would. Whatever stands there, the
//! reader answers or refuses; it never panics and never reads outside.

use std::sync::LazyLock;

use intel::{AdvisoryRef, Builder, GroupRef, Index};
use libfuzzer_sys::fuzz_target;
use vocab::Ecosystem;
use xxhash_rust::xxh3::xxh3_64;

#[path = "../../crates/app/src/demo_files.rs"]
mod demo_files;

const BLOCK: usize = 4096;
const HEADER: usize = 48;
const ENTRY: usize = 24;

static WHOLE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut builder = Builder::new();
    for (path, bytes) in demo_files::FILES {
        if path.starts_with("feeds/osv/") && !path.ends_with("coverage.json") {
            let ecosystem = path.split('/').nth(2).expect("an ecosystem");
            builder.advisory(ecosystem, path, bytes).expect("a whole record");
            builder.coverage(ecosystem, true);
        }
    }
    let mut bytes = Vec::new();
    builder.finish(vocab::Instant::UNIX_EPOCH, &mut bytes).expect("written");
    bytes
});

fuzz_target!(|data: &[u8]| {
    let Some((how, edits)) = data.split_first() else { return };
    let mut bytes = WHOLE.clone();
    for edit in edits.chunks_exact(3).take(200) {
        let place = usize::from(u16::from_le_bytes([edit[0], edit[1]])) % bytes.len();
        bytes[place] = edit[2];
    }
    if how & 2 != 0 {
        bytes.truncate(bytes.len() - edits.len() % bytes.len());
    }
    if how & 1 != 0 {
        seal(&mut bytes);
    }
    let Ok(index) = Index::open(&bytes) else { return };
    let _ = index.verify();
    for (ecosystem, name, version) in [
        ("npm", "brightcart-session", "4.2.1"),
        ("npm", "brightcart-colour-log", "1.0.3"),
        ("PyPI", "brightcart-orm", "2.3.1"),
        ("crates.io", "brightcart-ring-buffer", "0.3.0"),
        ("Go", "example.org/brightcart/router", "v0.9.1"),
        ("GitHub Actions", "brightcart-actions/setup-store", "v1.2.3"),
        ("npm", "absent", "1.0.0"),
    ] {
        let ecosystem = Ecosystem::parse(ecosystem);
        let _ = index.candidates(&ecosystem, name, version);
        let Ok(answer) = index.evaluate(&ecosystem, name, version) else { continue };
        for found in answer.matches {
            if let Ok(advisory) = index.advisory(found.advisory) {
                let _ = index.group(advisory.group);
            }
            let _ = index.text(found.advisory);
        }
    }
    let _ = index.find("CVE-2026-900001");
    for number in [0, 1, 7, u32::MAX] {
        let _ = index.advisory(AdvisoryRef(number));
        let _ = index.group(GroupRef(number));
        let _ = index.text(AdvisoryRef(number));
    }
});

/// Puts every checksum right: the blocks', the checksum of the checksums, the header's.
fn seal(bytes: &mut [u8]) {
    let wide = |bytes: &[u8], at: usize| -> Option<u64> {
        Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
    };
    let Some(sections) = bytes.get(12..16).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])) else {
        return;
    };
    let data = HEADER + (sections as usize).min(64) * ENTRY;
    if data > bytes.len() || sections == 0 {
        return;
    }
    let last = data - ENTRY;
    let (Some(offset), Some(length)) = (wide(bytes, last + 8), wide(bytes, last + 16)) else { return };
    let (offset, length) = (offset as usize, length as usize);
    if offset < data || offset.checked_add(length).is_none_or(|end| end > bytes.len()) {
        return;
    }
    let sums: Vec<u64> = bytes[data..offset].chunks(BLOCK).map(xxh3_64).collect();
    for (place, sum) in bytes[offset..offset + length].chunks_exact_mut(8).zip(sums) {
        place.copy_from_slice(&sum.to_le_bytes());
    }
    let checks = xxh3_64(&bytes[offset..offset + length]);
    bytes[32..40].copy_from_slice(&checks.to_le_bytes());
    bytes[24..32].fill(0);
    let header = xxh3_64(&bytes[..data]);
    bytes[24..32].copy_from_slice(&header.to_le_bytes());
}
