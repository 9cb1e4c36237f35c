//! Does a sync replace the index whole or not at all, and does a damaged one get refused?

use app::intelligence::{Intelligence, IntelligenceError};
use app::sync::{self, SyncError};

use crate::world::{World, advisory, now};

fn world() -> World {
    World::knowing(&[(
        "crates.io",
        &advisory("RUSTSEC-2026-0001", &["CVE-2026-1000"], "left", "1.2.0"),
    )])
}

#[test]
fn a_folder_without_advisories_keeps_the_old_index() {
    let world = world();
    world.sync();
    let before = std::fs::read(world.data().index()).expect("an index");
    let mut request = world.sync_request();
    request.from = Some(world.path("empty"));
    std::fs::create_dir(world.path("empty")).expect("a folder");
    assert!(matches!(
        sync::sync(&request, now(), &mut |_| {}),
        Err(SyncError::NoAdvisories { .. })
    ));
    request.from = Some(world.path("absent"));
    assert!(matches!(sync::sync(&request, now(), &mut |_| {}), Err(SyncError::Folder { .. })));
    assert_eq!(std::fs::read(world.data().index()).expect("an index"), before);
}

#[test]
fn a_broken_feed_is_named_and_its_ecosystem_is_never_complete() {
    let world = world();
    world.write("feeds/osv/npm/all.zip", b"PK this is no archive");
    world.write("feeds/osv/coverage.json", br#"{"complete": ["crates.io", "npm"]}"#);
    world.write("feeds/kev/known_exploited_vulnerabilities.json", b"<html>gone</html>");
    let outcome = sync::sync(&world.sync_request(), now(), &mut |_| {}).expect("synced");
    let failed: Vec<_> = outcome.built.failed.iter().map(|(feed, _)| feed.as_str()).collect();
    assert_eq!(failed, ["osv/npm", "kev"]);
    assert!(!outcome.built.meta.coverage["npm"].complete);
    assert!(outcome.built.meta.coverage["crates.io"].complete);
}

#[test]
fn a_damaged_catalogue_leaves_the_earlier_one_in_place() {
    let world = world();
    let damaged = |world: &World| {
        world.write("feeds/kev/known_exploited_vulnerabilities.json", b"{\"vulnerabilities\": [{");
        sync::sync(&world.sync_request(), now(), &mut |_| {}).expect("synced")
    };
    // There is none.
    let outcome = damaged(&world);
    assert!(outcome.built.failed[0].1.contains("no earlier copy"), "{:?}", outcome.built.failed);
    assert!(!outcome.built.meta.sources.iter().any(|source| source.feed == "kev"));
    world.write(
        "feeds/kev/known_exploited_vulnerabilities.json",
        &crate::world::kev(&[("CVE-2026-1000", "2026-11-02")]),
    );
    world.sync();
    for _ in 0..2 {
        let outcome = damaged(&world);
        let (feed, why) = &outcome.built.failed[0];
        assert!(!outcome.complete() && feed == "kev");
        assert!(why.contains("the earlier catalogue, of 2026-11-21, stays"), "{why}");
        let mut sources = outcome.built.meta.sources.iter();
        let source = sources.find(|source| source.feed == "kev").expect("the earlier one");
        assert_eq!((source.records, source.fetched), (1, None));
    }
    // It acts: what it lists is an emergency still, and nothing is assumed.
    world.write("tree/Cargo.lock", crate::world::cargo_lock(&[("left", "1.0.0")]).as_bytes());
    let report = world.scan(&world.request());
    assert!(report.findings[0].emergency && report.findings[0].assumed.is_none(), "{report:?}");
}

#[test]
fn a_record_that_cannot_be_read_makes_its_ecosystem_partial() {
    let world = world();
    world.write(
        "feeds/osv/crates.io/RUSTSEC-2026-0009.json",
        b"{\"id\": \"RUSTSEC-2026-0009\", \"affected\": 3}",
    );
    let outcome = sync::sync(&world.sync_request(), now(), &mut |_| {}).expect("synced");
    assert_eq!(outcome.built.meta.problems_total, 1, "{:?}", outcome.built.meta.problems);
    assert!(!outcome.built.meta.coverage["crates.io"].complete);
}

#[test]
fn a_zip_that_unpacks_to_a_flood_is_refused() {
    let world = world();
    let path = world.path("feeds/osv/npm/all.zip");
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).expect("a file"));
    zip.start_file("A.json", zip::write::SimpleFileOptions::default()).expect("an entry");
    for _ in 0..40 {
        std::io::Write::write_all(&mut zip, &vec![b' '; 1 << 20]).expect("written");
    }
    zip.finish().expect("finished");
    let outcome = sync::sync(&world.sync_request(), now(), &mut |_| {}).expect("synced");
    assert_eq!(outcome.built.failed.len(), 1, "{:?}", outcome.built.failed);
    assert!(outcome.built.failed[0].1.contains("decompression bomb"), "{:?}", outcome.built.failed);
}

#[test]
fn a_newer_single_record_wins_over_the_archive() {
    let world = world();
    let path = world.path("feeds/osv/npm/all.zip");
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
    let old = advisory("GHSA-1", &[], "left", "1.0.0").replace("crates.io", "npm");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).expect("a file"));
    zip.start_file("GHSA-1.json", zip::write::SimpleFileOptions::default()).expect("an entry");
    std::io::Write::write_all(&mut zip, old.as_bytes()).expect("written");
    zip.finish().expect("finished");
    world
        .write("feeds/osv/npm/delta/GHSA-1.json", old.replace("1.0.0\"}]", "2.0.0\"}]").as_bytes());
    world.sync();
    let intelligence = Intelligence::open(&world.data()).expect("an index");
    let index = intelligence.index().expect("an index");
    let verdict =
        index.evaluate(&vocab::Ecosystem::parse("npm"), "left", "1.5.0").expect("read").verdict;
    assert_eq!(verdict, vocab::Verdict::Affected);
}

#[test]
fn a_truncated_or_altered_index_is_refused() {
    let world = world();
    world.sync();
    let whole = std::fs::read(world.data().index()).expect("an index");
    for length in [0, 1, 16, whole.len() / 2, whole.len() - 1] {
        std::fs::write(world.data().index(), &whole[..length]).expect("written");
        let opened = Intelligence::open(&world.data()).and_then(|i| i.index().map(|_| ()));
        assert!(
            matches!(
                opened,
                Err(IntelligenceError::Unusable { .. } | IntelligenceError::Read { .. })
            ),
            "{length} bytes"
        );
    }
    let mut altered = whole.clone();
    let middle = altered.len() - 100;
    altered[middle] ^= 0x40;
    std::fs::write(world.data().index(), &altered).expect("written");
    let intelligence = Intelligence::open(&world.data()).expect("mapped");
    assert!(
        intelligence
            .index()
            .and_then(|i| i.verify().map_err(|e| intelligence.unusable(e)))
            .is_err()
    );
}

#[test]
fn an_ecosystem_with_missing_records_is_partial() {
    let world = world();
    world.write("feeds/osv/crates.io/missing.txt", b"RUSTSEC-2026-0002");
    let outcome = sync::sync(&world.sync_request(), now(), &mut |_| {}).expect("synced");
    assert!(!outcome.built.meta.coverage["crates.io"].complete);
}

#[test]
fn one_release_does_not_make_its_distribution_complete() {
    let debian = |id: &str| advisory(id, &[], "left", "1.2.0").replace("crates.io", "Debian:12");
    let release = World::knowing(&[("Debian:12", &debian("DSA-1"))]);
    let complete = |world: &World| {
        let outcome = sync::sync(&world.sync_request(), now(), &mut |_| {}).expect("synced");
        outcome.built.meta.coverage["Debian"].complete
    };
    assert!(!complete(&release));
    let both = World::knowing(&[("Debian", &debian("DSA-2")), ("Debian:12", &debian("DSA-1"))]);
    assert!(complete(&both));
}

#[test]
fn an_ecosystem_that_is_not_there_is_told() {
    let world = world();
    let mut request = world.sync_request();
    request.ecosystems = Some(vec!["crates.io".into(), "nmp".into()]);
    let outcome = sync::sync(&request, now(), &mut |_| {}).expect("synced");
    let failed: Vec<_> = outcome.built.failed.iter().map(|(feed, _)| feed.as_str()).collect();
    assert_eq!(failed, ["osv/nmp"]);
    assert!(!outcome.complete());
}
