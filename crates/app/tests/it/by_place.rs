//! A scan that is recorded ends what it read, and nothing else.

use std::path::PathBuf;

use app::books::{Books, Database, Mode};
use app::intake::record::{Asked, Inventory, record};
use app::intake::{Input, import};
use app::intelligence::Intelligence;
use app::queue::export::Form;
use app::queue::{Filter, export};
use app::scan::{Request, Target};

use crate::queue_world::admin;
use crate::world::{World, advisory, at, cargo_lock};

const BEFORE: &str = "2026-11-21T10:00:00Z";
const AFTER: &str = "2026-11-22T10:00:00Z";

/// Three packages in three folders of one repository; `unpinned` is one of PyPI's.
fn world(repository: bool) -> World {
    let pip = advisory("PYSEC-2026-1", &[], "right", "2.0.0")
        .replace("crates.io", "PyPI")
        .replace("SEMVER", "ECOSYSTEM")
        .replace("0.0.0-0", "0");
    let pip_too = pip.replace("PYSEC-2026-1", "PYSEC-2026-2").replace("right", "left");
    let advisories = [
        ("crates.io", advisory("RUSTSEC-2026-0001", &[], "one", "2.0.0")),
        ("crates.io", advisory("RUSTSEC-2026-0002", &[], "two", "2.0.0")),
        ("PyPI", pip),
        ("PyPI", pip_too),
    ];
    let told: Vec<(&str, &str)> = advisories.iter().map(|(e, a)| (*e, a.as_str())).collect();
    let world = World::knowing(&told);
    world.sync();
    world.write("tree/a/Cargo.lock", cargo_lock(&[("one", "1.0.0")]).as_bytes());
    world.write("tree/b/Cargo.lock", cargo_lock(&[("two", "1.0.0")]).as_bytes());
    world.write("tree/c/requirements.txt", b"left==1.0\nright==1.0\n");
    if repository {
        world.write("tree/.git/HEAD", b"ref: refs/heads/main\n");
    }
    world.write("shop.toml", b"[[asset]]\npath = \"tree\"\nname = \"shop\"\n");
    world
}

/// Nothing is left of what was found, wherever one looks.
fn mend(world: &World) {
    world.write("tree/a/Cargo.lock", cargo_lock(&[("one", "2.0.0")]).as_bytes());
    world.write("tree/b/Cargo.lock", cargo_lock(&[("two", "2.0.0")]).as_bytes());
    world.write("tree/c/requirements.txt", b"left==2.0\nright==2.0\n");
}

fn request(world: &World, paths: &[&str]) -> Request {
    let target = |path: &&str| Target::called(world.path(path), *path);
    Request {
        configs: vec![Target::new(world.path("shop.toml"))],
        ..Request::of(paths.iter().map(target).collect())
    }
}

/// Records a scan; what stands open then, by package.
fn open_after(world: &World, request: &Request, when: &str) -> String {
    let intelligence = Intelligence::open(&world.data()).expect("an index");
    let when = at(when);
    let scanned = app::scan::scan_whole(request, &intelligence, when).expect("a scan");
    let inventory = Inventory::of(&scanned);
    let report = scanned.into_report();
    let file: PathBuf = world.path("ledger.db");
    let mut books = Books::open(&Database::File(file), Mode::Create).expect("a ledger");
    let asked = Asked { inventory: &inventory, tables: Vec::new(), max_intel_age: None };
    record(&admin(), &mut books, &intelligence, &report, &asked, when, &mut |_| {}).expect("kept");
    let mut lines = Vec::new();
    let filter = Filter::default();
    export::export(&admin(), &mut books, &filter, Form::Lines, when, &mut lines).expect("lines");
    let place = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).expect(line);
        line["place"].as_str().unwrap_or_default().to_owned()
    };
    let mut open: Vec<String> =
        String::from_utf8(lines).expect("text").lines().map(place).collect();
    open.sort();
    open.join(" ")
}

const ALL: &str = "cargo/one cargo/two pypi/left pypi/right";

/// What a scan leaves open of all, once `change` was done to the tree.
fn check(repository: bool, paths: &[&str], exclude: &[&str], change: fn(&World), expect: &str) {
    let world = world(repository);
    assert_eq!(open_after(&world, &request(&world, &["tree"]), BEFORE), ALL);
    change(&world);
    let exclude = exclude.iter().map(|&pattern| pattern.to_owned()).collect();
    let again = Request { exclude, ..request(&world, paths) };
    let open = open_after(&world, &again, AFTER);
    assert_eq!(open, expect, "{paths:?} in a repository: {repository}");
}

#[test]
fn all_that_was_read_ends() {
    for repository in [true, false] {
        check(repository, &["tree"], &[], mend, "");
        let gone = |world: &World| {
            std::fs::remove_dir_all(world.path("tree/b")).expect("gone");
        };
        check(repository, &["tree"], &[], gone, "cargo/one pypi/left pypi/right");
    }
}

#[test]
fn what_is_left_out_stays() {
    check(true, &["tree"], &["a/**"], mend, "cargo/one");
    check(true, &["tree"], &["b/Cargo.lock"], mend, "cargo/two");
    check(false, &["tree"], &["c"], mend, "pypi/left pypi/right");
    check(true, &["tree"], &["**/Cargo.lock"], mend, "cargo/one cargo/two");
    // What lies nowhere leaves nothing out.
    check(true, &["tree"], &["d/**"], mend, "");
}

#[test]
fn a_part_of_it_ends_what_lies_in_it() {
    check(true, &["tree/a/Cargo.lock"], &[], mend, "cargo/two pypi/left pypi/right");
    check(true, &["tree/b"], &[], mend, "cargo/one pypi/left pypi/right");
    // Of a folder that lies in no repository nobody knows which part of the whole it is.
    check(false, &["tree/a/Cargo.lock"], &[], mend, ALL);
    check(false, &["tree/b"], &[], mend, ALL);
    // Files of one name are not one file.
    let swapped = |world: &World| {
        world.write("tree/b/Cargo.lock", cargo_lock(&[("three", "1.0.0")]).as_bytes());
    };
    check(true, &["tree/b/Cargo.lock"], &[], swapped, "cargo/one pypi/left pypi/right");
}

#[test]
fn what_could_not_be_read_keeps_its_own() {
    let broken = |world: &World| {
        mend(world);
        world.write("tree/a/Cargo.lock", b"[[package\nname = ");
    };
    check(true, &["tree"], &[], broken, "cargo/one");
    check(false, &["tree"], &[], broken, "cargo/one");
}

#[test]
fn what_could_not_be_evaluated_keeps_its_own() {
    let unpinned = |world: &World| {
        mend(world);
        world.write("tree/c/requirements.txt", b"left>=1.0\nright==2.0\n");
    };
    check(true, &["tree"], &[], unpinned, "pypi/left");
    let elsewhere = |world: &World| {
        mend(world);
        world.write("tree/d/requirements.txt", b"Left\n");
    };
    check(true, &["tree"], &[], elsewhere, "pypi/left");
}

/// What a later scan of the mended tree leaves open, once `before` and then `after` were done to it.
fn checked(before: fn(&World), after: fn(&World), expect: &str) {
    let world = world(true);
    before(&world);
    assert_eq!(open_after(&world, &request(&world, &["tree"]), BEFORE), ALL);
    mend(&world);
    after(&world);
    assert_eq!(open_after(&world, &request(&world, &["tree"]), AFTER), expect);
}

fn origin(world: &World, name: &str) {
    let config = format!("[remote \"origin\"]\n\turl = https://git.example/shop/{name}.git\n");
    world.write("tree/.git/config", config.as_bytes());
}

#[test]
fn another_repository_or_branch_is_another_thing() {
    let web = |world: &World| origin(world, "web");
    checked(web, web, "");
    checked(web, |world| origin(world, "api"), ALL);
    checked(|_| {}, web, ALL);
    let nothing = |_: &World| {};
    checked(nothing, |world| world.write("tree/.git/HEAD", b"ref: refs/heads/try\n"), ALL);
    // A commit that is checked out has no branch.
    let detached = |world: &World| world.write("tree/.git/HEAD", b"0123456789abcdef\n");
    checked(detached, detached, "");
}

#[test]
fn what_is_passed_over_and_what_is_gone_beside_a_manifest_stays() {
    let excluded_and_gone = |world: &World| {
        mend(world);
        std::fs::remove_dir_all(world.path("tree/a")).expect("gone");
    };
    check(true, &["tree"], &["a/Cargo.lock"], excluded_and_gone, "cargo/one");
    #[cfg(unix)]
    check(
        true,
        &["tree"],
        &[],
        |world| {
            mend(world);
            std::fs::rename(world.path("tree/a"), world.path("tree/b/elsewhere")).expect("moved");
            std::os::unix::fs::symlink("b/elsewhere", world.path("tree/a")).expect("a link");
        },
        "cargo/one",
    );
    let asks_only = |world: &World| {
        mend(world);
        std::fs::remove_file(world.path("tree/a/Cargo.lock")).expect("gone");
        world.write(
            "tree/a/Cargo.toml",
            b"[package]\nname = \"app\"\nversion = \"0.1.0\"\n[dependencies]\nother = \"1\"\n",
        );
    };
    check(true, &["tree"], &[], asks_only, "cargo/one");
    // Two assets of one name are called by their paths: neither is the one that it was.
    let own = |world: &World| {
        mend(world);
        world.write("tree/a/.git/HEAD", b"ref: refs/heads/main\n");
    };
    check(true, &["tree"], &[], own, ALL);
}

#[test]
fn what_the_index_knows_no_more_stays() {
    let world = world(true);
    assert_eq!(open_after(&world, &request(&world, &["tree"]), BEFORE), ALL);
    // A feed without the record: nothing in the tree has changed.
    std::fs::remove_file(world.path("feeds/osv/crates.io/RUSTSEC-2026-0001.json")).expect("gone");
    world.sync();
    assert_eq!(open_after(&world, &request(&world, &["tree"]), AFTER), ALL);
}

#[test]
fn a_pattern_leaves_out_what_it_means_and_no_namesake() {
    // A name alone is that of the root.
    check(true, &["tree"], &["Cargo.lock"], mend, "");
    check(true, &["tree"], &["?/Cargo.lock"], mend, "cargo/one cargo/two");
    check(true, &["tree"], &["a*"], mend, "cargo/one");
    check(true, &["tree"], &["{a,b}/**"], mend, "cargo/one cargo/two");
    // However many files it met, the rest ends.
    let many = |world: &World| {
        mend(world);
        for n in 0..250 {
            let lock = cargo_lock(&[("other", "1.0.0")]);
            world.write(&format!("tree/d{n}/Cargo.lock"), lock.as_bytes());
        }
    };
    check(true, &["tree"], &["**/Cargo.lock"], many, "cargo/one cargo/two");
}

#[test]
fn what_only_another_tool_knows_of_a_package_does_not_hold_our_own() {
    let world = world(true);
    assert_eq!(open_after(&world, &request(&world, &["tree"]), BEFORE), ALL);
    let found = r#"{"advisory":{"id":"RUSTSEC-2099-0001","title":"t","cvss":null},"versions":{"patched":[]},"package":{"name":"one","version":"2.0.0"}}"#;
    let audit = format!(
        r#"{{"settings":{{}},"database":{{}},"lockfile":{{"dependency-count":2}},"vulnerabilities":{{"found":true,"list":[{found}]}},"warnings":{{}}}}"#
    );
    world.write("audit.json", audit.as_bytes());
    let file = Database::File(world.path("ledger.db"));
    let mut books = Books::open(&file, Mode::Existing).expect("a ledger");
    let asked = app::intake::Request {
        asset: Some("shop".to_owned()),
        ..app::intake::Request::of(Input::File(world.path("audit.json")))
    };
    let made = import(&admin(), &mut books, None, &asked, at(BEFORE), &mut |_| {});
    assert_eq!(made.expect("an import").new, 1);
    drop(books);
    mend(&world);
    assert_eq!(open_after(&world, &request(&world, &["tree"]), AFTER), "cargo/one");
}
