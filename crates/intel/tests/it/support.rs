//! Hand-made records and indices.

use intel::{Builder, Index};
use vocab::{Ecosystem, Verdict};

/// The time at which test indices are built.
pub fn now() -> vocab::Instant {
    vocab::instant::parse("2026-08-22").unwrap()
}

/// Builds an index of records, all of ecosystems that are complete.
pub fn build(records: &[&str]) -> Vec<u8> {
    let mut builder = Builder::new();
    for (number, record) in records.iter().enumerate() {
        builder.advisory("PyPI", &format!("{number}.json"), record.as_bytes()).unwrap();
    }
    for base in ["PyPI", "crates.io", "npm", "Debian", "Wolfi", "Maven", "Nowhere"] {
        builder.coverage(base, true);
    }
    finish(builder)
}

/// Writes a builder's index into memory.
pub fn finish(builder: Builder) -> Vec<u8> {
    let mut bytes = Vec::new();
    let summary = builder.finish(now(), &mut bytes).unwrap();
    assert_eq!(summary.bytes, bytes.len() as u64);
    bytes
}

/// The verdict in one line: ids that matched with their fixes, or the reason.
pub fn ask(index: &Index<'_>, ecosystem: &str, name: &str, version: &str) -> String {
    let answer = index.evaluate(&Ecosystem::parse(ecosystem), name, version).unwrap();
    match answer.verdict {
        Verdict::Clear => "clear".into(),
        Verdict::NotEvaluated(reason) => format!("{reason:?}"),
        Verdict::Affected => {
            let told: Vec<String> = answer
                .matches
                .iter()
                .map(|m| {
                    let id = index.advisory(m.advisory).unwrap().id;
                    match (&m.fixed, &m.last_affected) {
                        (Some(fixed), _) => format!("{id} <{fixed}"),
                        (None, Some(last)) => format!("{id} <={last}"),
                        _ => id,
                    }
                })
                .collect();
            told.join(", ")
        }
    }
}
