#![no_main]
//! A kept estate: whatever its bytes, it is refused or answers. The check at its end is made right, so that
//! what is behind it is reached.

use app::estate::kept::Kept;
use libfuzzer_sys::fuzz_target;
use vocab::{Base, Ecosystem};

fuzz_target!(|data: &[u8]| {
    let mut bytes = b"GABIKEPT\x01\0\0\0".to_vec();
    bytes.extend_from_slice(data);
    let sum = xxhash_rust::xxh3::xxh3_64(&bytes);
    bytes.extend_from_slice(&sum.to_le_bytes());
    let Ok(kept) = Kept::open(bytes) else { return };
    for name in ["a", "bad", ""] {
        let _ = kept.named(&Ecosystem::from(Base::CratesIo), name);
    }
});
