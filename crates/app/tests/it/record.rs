//! A scan of several repositories is put into the ledger: each asset gets what was said of it, and nothing else.

use app::books::{Books, Database, Mode};
use app::intake::record::{Asked, Inventory, Recorded, record};
use app::intelligence::Intelligence;
use app::queue::export::Form;
use app::queue::{Filter, export};
use app::report::Report;

use crate::queue_world::admin;
use crate::world::{World, advisory, at, with_lock};

/// Package and version of each of three repositories; and what another repository has of the same.
const BEFORE: &[(&str, &[(&str, &str)])] = &[
    ("one", &[("left", "1.0.0"), ("right", "1.0.0")]),
    ("two", &[("left", "1.1.0")]),
    ("three", &[("middle", "1.0.0")]),
];

fn world() -> World {
    let advisories = [
        advisory("RUSTSEC-2026-0001", &["CVE-2026-1000"], "left", "1.2.0"),
        advisory("RUSTSEC-2026-0002", &[], "right", "2.0.0"),
        advisory("RUSTSEC-2026-0003", &[], "left", "1.3.0"),
    ];
    let told: Vec<(&str, &str)> = advisories.iter().map(|a| ("crates.io", a.as_str())).collect();
    let world = World::knowing(&told);
    world.sync();
    for (folder, packages) in BEFORE {
        world.write(&format!("tree/{folder}/.git/HEAD"), b"ref: refs/heads/main\n");
        with_lock(&world, folder.as_ref(), packages);
    }
    world
}

fn recorded(world: &World, when: &str) -> (Report, Vec<Recorded>, Vec<String>) {
    let intelligence = Intelligence::open(&world.data()).expect("an index");
    let when = at(when);
    let scanned = app::scan::scan_whole(&world.request(), &intelligence, when).expect("a scan");
    let inventory = Inventory::of(&scanned);
    let report = scanned.into_report();
    let database = Database::File(world.path("ledger.db"));
    let mut books = Books::open(&database, Mode::Create).expect("a ledger");
    let quiet = &mut |_| {};
    let asked = Asked { inventory: &inventory, tables: Vec::new(), max_intel_age: None };
    let done =
        record(&admin(), &mut books, &intelligence, &report, &asked, when, quiet).expect("kept");
    let mut lines = Vec::new();
    let filter = Filter { closed: true, ..Filter::default() };
    export::export(&admin(), &mut books, &filter, Form::Lines, when, &mut lines).expect("lines");
    let lines = String::from_utf8(lines).expect("text");
    (report, done, lines.lines().map(of_line).collect())
}

/// `asset package id: state` of an exported line.
fn of_line(line: &str) -> String {
    let line: serde_json::Value = serde_json::from_str(line).expect(line);
    let word = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
    let ids = line["ids"].as_array().map_or(0, Vec::len);
    format!("{} {} of {ids}: {} {}", word("asset"), word("place"), word("state"), word("closure"))
        .trim_end()
        .to_owned()
}

#[test]
fn each_repository_gets_its_own_findings() {
    let world = world();
    let (report, done, lines) = recorded(&world, "2026-11-21T10:00:00Z");
    assert_eq!(report.assets.len(), 3);
    let of = |asset: &str| report.findings.iter().filter(|f| &*f.asset == asset).count() as u64;
    for (asset, done) in report.assets.iter().zip(&done) {
        assert_eq!((&done.imported.asset, &done.imported.file), (&asset.id, &asset.path));
        assert_eq!((done.imported.new, done.imported.observations), (of(&asset.id), of(&asset.id)));
        assert!(done.imported.declared && done.imported.whole());
    }
    let before = [
        "tree/one cargo/left of 2: open",
        "tree/one cargo/left of 1: open",
        "tree/one cargo/right of 1: open",
        "tree/two cargo/left of 2: open",
        "tree/two cargo/left of 1: open",
    ];
    assert_eq!(lines, before);
    // One of them is mended; the others stand as they were, and nothing of theirs is taken for it.
    with_lock(&world, "one".as_ref(), &[("left", "1.3.0"), ("right", "1.0.0")]);
    let (_, done, lines) = recorded(&world, "2026-11-22T10:00:00Z");
    let closed: Vec<u64> = done.iter().map(|done| done.imported.closed + done.proved).collect();
    assert_eq!(closed.iter().sum::<u64>(), 2);
    assert_eq!(done.iter().map(|done| done.imported.new).sum::<u64>(), 0);
    let after =
        ["tree/one cargo/left of 2: closed fixed", "tree/one cargo/left of 1: closed fixed"];
    assert_eq!(lines, [&after[..], &before[2..]].concat());
}
