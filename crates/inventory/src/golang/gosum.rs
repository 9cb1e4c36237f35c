//! Which modules does go.sum hold content hashes of?
//!
//! In: go.sum or go.work.sum. Out: of each module the last version with a content hash. Never: a hash
//! checked. go.sum is no build list: it keeps hashes of go.mod files that were only looked at (those
//! lines end in `/go.mod` and are passed over) and of versions no longer used. It is sorted by version,
//! so the last one is the highest, which is what minimal version selection takes (Go Modules
//! Reference, «go.sum files»).

use std::collections::HashMap;

use vocab::Base;

use crate::reading::{Reading, pinned};
use crate::{Document, Tree, text};

/// Reads go.sum; direct or indirect is not told there.
pub fn read(document: Document<'_>, _: &dyn Tree) -> Reading {
    let text = match text::of(document.bytes) {
        Ok(text) => text,
        Err(problem) => return problem.into(),
    };
    let mut reading = Reading::default();
    let mut last: HashMap<&str, (&str, u32)> = HashMap::new();
    let mut order = Vec::new();
    for (line, row) in text::lines(text) {
        let words: Vec<&str> = row.split_whitespace().take(4).collect();
        match words.as_slice() {
            [] => {}
            [_, version, _] if version.ends_with("/go.mod") => {}
            [name, version, hash] if version.starts_with('v') && hash.starts_with("h1:") => {
                if last.insert(name, (version, line)).is_none() {
                    order.push(*name);
                }
            }
            _ => reading.problem(line, "expected «MODULE VERSION h1:HASH»"),
        }
    }
    for name in order {
        if let Some((version, line)) = last.get(name) {
            reading.push(pinned(Base::Go, name, *version, *line));
        }
    }
    reading
}
