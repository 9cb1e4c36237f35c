#![no_main]
//! Image archives. The first byte chooses whether a platform is asked for, and whether the checksums of
//! headers are repaired, so that edits reach what is behind them. Digests need no repair: where they do not
//! fit, the image is read all the same and the problem told.

use inventory::image::{bounds, read};
use libfuzzer_sys::fuzz_target;

const BLOCK: usize = 512;

fuzz_target!(|data: &[u8]| {
    let Some((first, bytes)) = data.split_first() else { return };
    let mut bytes = bytes.to_vec();
    if first & 1 == 0 {
        bytes.chunks_exact_mut(BLOCK).filter(|block| &block[257..262] == b"ustar").for_each(repair);
    }
    let platform = (first & 2 != 0).then_some("linux/amd64");
    let Ok(image) = read(&mut bytes.as_slice(), platform, 7) else { return };
    assert!(image.layers.len() <= bounds::MAX_LAYERS);
    for placed in &image.placed {
        assert!((placed.layer as usize) < image.layers.len(), "{}", placed.path);
        assert!(!placed.path.split('/').any(|part| matches!(part, "" | "." | "..")), "{}", placed.path);
    }
});

/// Gives a header the checksum of its content.
fn repair(block: &mut [u8]) {
    block[148..156].fill(b' ');
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
}
