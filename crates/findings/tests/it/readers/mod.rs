//! One file per group; each sample's whole output is a snapshot.
//!
//! `check("trivy", "trivy.json")` reads `samples/trivy.json`, demands that its content alone is recognised as
//! that format and as no other, and compares everything that the reader said with the snapshot.

use std::io::Cursor;

use findings::sink::Kept;
use findings::walk::shape::{HEAD, Shape};
use findings::{Source, formats};

mod code;
mod dependency;
mod network;
mod posture;

/// Reads a sample and compares its whole output.
pub fn check(id: &str, sample: &str) {
    let path = format!("{}/tests/it/samples/{sample}", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let said = said(id, &bytes);
    insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "../snapshots" }, {
        insta::assert_snapshot!(sample.replace('.', "-"), said);
    });
}

/// Everything that the format's reader says of a document, as text.
pub fn said(id: &str, bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut cursor = Cursor::new(bytes);
    let mut source = Source::new(&mut cursor);
    let shape = Shape::of(&mut source, HEAD).unwrap();
    let claimed: Vec<&str> = formats().filter(|f| (f.detects)(&shape)).map(|f| f.id).collect();
    assert_eq!(claimed, [id], "recognised by its content, and by one format only");
    let format = findings::format::by_id(id).unwrap();
    let mut kept = Kept::default();
    let end = format.read(&mut source, &mut kept);
    let mut text = String::new();
    for fact in &kept.facts {
        writeln!(text, "{fact:?}").unwrap();
    }
    for observation in &kept.observations {
        let secret = if observation.secret.is_some() { " with a secret" } else { "" };
        let json = serde_json::to_string_pretty(observation).unwrap();
        writeln!(text, "{}{secret} {json}", observation.place).unwrap();
    }
    for (place, why) in &kept.dropped {
        writeln!(text, "dropped: {place}: {why}").unwrap();
    }
    match end {
        Ok(()) => {}
        Err(stop) => writeln!(text, "stopped: {stop}").unwrap(),
    }
    text
}
