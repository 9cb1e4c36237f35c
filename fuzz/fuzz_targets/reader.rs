#![no_main]
//! Reports of scanners: every reader, and the identity of what it read. The reader is named by
//! `GABION_READER`, or else by the first byte; `cargo xtask fuzz readers` runs one after the other.

use std::io::Cursor;
use std::sync::LazyLock;

use findings::identity::{Knowledge, identify};
use findings::sink::Kept;
use findings::walk::shape::{HEAD, Shape};
use findings::{Format, Source, formats};
use libfuzzer_sys::fuzz_target;

static CHOSEN: LazyLock<Option<&'static Format>> = LazyLock::new(|| {
    let id = std::env::var("GABION_READER").ok()?;
    Some(findings::format::by_id(&id).expect("GABION_READER names a format"))
});
static ALL: LazyLock<Vec<&'static Format>> = LazyLock::new(|| formats().collect());

fuzz_target!(|data: &[u8]| {
    let (format, bytes) = match (*CHOSEN, data.split_first()) {
        (Some(format), _) => (format, data),
        (None, Some((first, rest))) => (ALL[usize::from(*first) % ALL.len()], rest),
        (None, None) => return,
    };
    let mut cursor = Cursor::new(bytes);
    let mut source = Source::new(&mut cursor);
    if let Ok(shape) = Shape::of(&mut source, HEAD) {
        // Recognition by any format must not fall over either.
        let _ = formats().filter(|format| (format.detects)(&shape)).count();
    }
    let mut kept = Kept::default();
    if let Err(stop) = format.read(&mut source, &mut kept) {
        assert!(!stop.to_string().is_empty(), "a reason");
    }
    assert!(kept.dropped.iter().all(|(_, why)| !why.is_empty()), "a reason");
    let knowledge = Knowledge { secrets: &[7; 32], aliases: &|id| vec![id.to_owned()] };
    for observation in &kept.observations {
        let mut again = observation.clone();
        again.settle();
        assert_eq!(&again, observation, "settled is settled");
        let identity = identify(observation, &knowledge);
        assert_eq!(identity, identify(&again, &knowledge), "the same claim has one identity");
    }
});
