//! Real advisories as truth: a version that a record enumerates lies inside the same record's ranges.
//!
//! The records of the corpus enumerate some 196,000 versions beside their ranges; whoever wrote the lists used
//! the native orders. Records that contradict themselves, or that we read otherwise, are named.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde_json::Value;
use versions::Scheme;
use versions::range::{Event, contains, intervals};
use vocab::ecosystem::Ecosystem;

/// Records with an enumerated version outside their ranges.
const OUTSIDE: &[(&str, &str)] = &[
    ("GHSA-f4qf-m5gf-8jm8", OLD_MAVEN),
    ("GHSA-qmgj-5h75-jr67", OLD_MAVEN),
    ("GHSA-wmwf-9ccg-fff5", OLD_MAVEN),
    ("PYSEC-2021-114", "the list names the fixed version"),
    ("PYSEC-2023-177", "the list names the fixed version"),
    ("PYSEC-2023-61", "the list names pre-releases of the introduced versions"),
];
const OLD_MAVEN: &str =
    "the list was made with Maven's old order (9.0.0-M11 < 9.0.0.M1): see the corpus test";

/// Records with a range that cannot be read.
const UNREAD: &[(&str, &str)] = &[
    ("PYSEC-2019-125", "a date as the fixed version"),
    ("PYSEC-2021-371", "a legacy version as the fixed one"),
    ("BIT-mastodon-2026-47777", "a nightly build as the introduced version"),
];

#[derive(Default)]
struct Found {
    ranges: usize,
    inside: usize,
    outside: BTreeSet<String>,
    unread: BTreeSet<String>,
    /// Versions that have no place, by scheme.
    refused: BTreeMap<String, usize>,
}

#[test]
fn enumerated_versions_lie_inside_their_ranges() {
    let Some(corpus) = testkit::corpus("enumerated_versions_lie_inside_their_ranges") else {
        return;
    };
    let osv = corpus.join("osv");
    let mut found = Found::default();
    for archive in testkit::files(&osv).iter().filter(|p| p.ends_with("all.zip")) {
        for record in records(&osv.join(archive)) {
            look(&record, &mut found);
        }
    }
    let named = |list: &[(&str, &str)]| list.iter().map(|(id, _)| (*id).to_owned()).collect();
    assert_eq!(found.outside, named(OUTSIDE));
    assert_eq!(found.unread, named(UNREAD));
    assert_eq!(found.refused.keys().collect::<Vec<_>>(), ["PyPI"], "only legacy ones are refused");
    assert!(found.ranges > 19_000, "{} ranges", found.ranges);
    assert!(found.inside > 195_000, "{} versions", found.inside);
}

fn records(archive: &Path) -> Vec<Value> {
    let file = File::open(archive).unwrap_or_else(|e| panic!("{}: {e}", archive.display()));
    let mut archive = zip::ZipArchive::new(file).expect("an archive");
    let mut found = Vec::new();
    for i in 0..archive.len() {
        let mut bytes = Vec::new();
        archive.by_index(i).expect("an entry").read_to_end(&mut bytes).expect("its bytes");
        found.extend(serde_json::from_slice::<Value>(&bytes).ok());
    }
    found
}

fn look(record: &Value, found: &mut Found) {
    let id = record["id"].as_str().expect("an id");
    for affected in list(&record["affected"]) {
        let Some(ecosystem) = affected["package"]["ecosystem"].as_str() else { continue };
        let Some(scheme) = Scheme::of(&Ecosystem::parse(ecosystem)) else { continue };
        let mut all = Vec::new();
        let mut whole = true;
        for range in list(&affected["ranges"]) {
            if !matches!(range["type"].as_str(), Some("SEMVER" | "ECOSYSTEM")) {
                continue;
            }
            found.ranges += 1;
            let events: Vec<Event<'_>> = list(&range["events"]).iter().filter_map(event).collect();
            match intervals(scheme, &events) {
                Ok(intervals) => all.extend(intervals),
                Err(_) => {
                    whole = false;
                    found.unread.insert(id.to_owned());
                }
            }
        }
        if !whole || all.is_empty() {
            continue;
        }
        for text in list(&affected["versions"]).iter().filter_map(Value::as_str) {
            let version = scheme.parse(text).unwrap_or_else(|e| panic!("{id}: {e}"));
            let answers: Result<Vec<bool>, _> =
                all.iter().map(|interval| contains(scheme, interval, &version)).collect();
            match answers {
                Ok(answers) if answers.contains(&true) => found.inside += 1,
                Ok(_) => {
                    found.outside.insert(id.to_owned());
                }
                Err(_) => *found.refused.entry(format!("{scheme:?}")).or_default() += 1,
            }
        }
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn event(value: &Value) -> Option<Event<'_>> {
    let text = |name: &str| value[name].as_str();
    text("introduced")
        .map(Event::Introduced)
        .or_else(|| text("fixed").map(Event::Fixed))
        .or_else(|| text("last_affected").map(Event::LastAffected))
        .or_else(|| text("limit").map(Event::Limit))
}
