//! Trees that are broken or built to break: a clear word in the report, and the rest is read.
#![cfg(unix)]

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use crate::world::{World, advisory, with_lock};

fn world() -> World {
    let world =
        World::knowing(&[("crates.io", &advisory("RUSTSEC-2026-0001", &[], "left", "1.2.0"))]);
    with_lock(&world, Path::new("good"), &[("left", "1.1.0")]);
    world
}

#[test]
fn link_loops_are_not_followed_and_linked_lock_files_are_named() {
    let world = world();
    symlink(world.path("tree"), world.path("tree/loop")).expect("a link");
    symlink(world.path("tree/good/Cargo.lock"), world.path("tree/Cargo.lock")).expect("a link");
    let report = world.scan(&world.request());
    assert_eq!(report.findings.len(), 1);
    let skipped: Vec<_> = report.skipped.iter().map(|s| s.path.as_str()).collect();
    assert_eq!(skipped, ["tree/Cargo.lock", "tree/loop"]);
    assert!(report.complete);
    // A lock file that lies elsewhere is one that nobody read.
    with_lock(&world, Path::new("../outside"), &[("left", "1.1.0")]);
    symlink(world.path("outside/Cargo.lock"), world.path("tree/good/package-lock.json"))
        .expect("a link");
    let report = world.scan(&world.request());
    assert!(
        !report.complete && report.not_read[0].path.ends_with("package-lock.json"),
        "{:?}",
        report.not_read
    );
}

#[test]
fn names_that_are_no_utf8_are_read_and_shown() {
    let world = world();
    let folder = world.path("tree").join(OsStr::from_bytes(b"odd\xff"));
    std::fs::create_dir(&folder).expect("a folder");
    std::fs::copy(world.path("tree/good/Cargo.lock"), folder.join("Cargo.lock")).expect("copied");
    let report = world.scan(&world.request());
    let places: Vec<_> = report.findings[0].places.iter().map(|p| &*p.path).collect();
    assert_eq!(places, ["good/Cargo.lock", "odd\u{fffd}/Cargo.lock"]);
}

#[test]
fn what_cannot_be_read_is_named_and_makes_the_scan_incomplete() {
    let world = world();
    world.write("tree/locked/Cargo.lock", b"");
    std::fs::set_permissions(world.path("tree/locked"), std::fs::Permissions::from_mode(0o000))
        .expect("set");
    // Root reads everything: there the folder is merely an empty lock file, which is refused as well.
    let report = world.scan(&world.request());
    std::fs::set_permissions(world.path("tree/locked"), std::fs::Permissions::from_mode(0o755))
        .expect("set");
    assert_eq!(report.findings.len(), 1);
    assert!(!report.complete);
    assert!(report.not_read[0].path.contains("locked"), "{:?}", report.not_read);
}

#[test]
fn a_binary_or_cut_file_is_a_problem_with_its_place_and_the_rest_goes_on() {
    let world = world();
    world.write(
        "tree/a/package-lock.json",
        b"{\"lockfileVersion\": 3, \"packages\": {\"node_modules/x\": {\"ver",
    );
    world.write("tree/b/Cargo.lock", &[0xff, 0xfe, 0, 1, 2, 3]);
    let report = world.scan(&world.request());
    assert_eq!(report.findings.len(), 1);
    let paths: Vec<_> = report.not_read.iter().map(|u| u.path.as_str()).collect();
    assert!(
        paths.contains(&"tree/a/package-lock.json") && paths.contains(&"tree/b/Cargo.lock"),
        "{paths:?}"
    );
}

#[test]
fn a_fifo_with_a_lock_files_name_does_not_hang_the_scan() {
    let world = world();
    let made = make_fifo(&world.path("tree/Cargo.lock"));
    assert!(made, "a fifo");
    let report = world.scan(&world.request());
    assert_eq!(report.findings.len(), 1);
    assert!(
        !report.complete && report.not_read[0].problem == "not a regular file",
        "{:?}",
        report.not_read
    );
}

/// A named pipe, made by the system's own tool: the standard library has no call for it.
fn make_fifo(path: &Path) -> bool {
    std::process::Command::new("mkfifo").arg(path).status().is_ok_and(|s| s.success())
}
