//! What do the sources of small trees use?

use std::path::Path;

use app::report::{Finding, Report};

use crate::world::{World, advisory, with_lock};

/// A world that knows a defect in each of these crates, all of one day and severity.
fn world(crates: &[&str]) -> World {
    let records: Vec<String> = crates
        .iter()
        .map(|name| advisory(&format!("RUSTSEC-2026-{name}"), &[], name, "9.0.0"))
        .collect();
    let records: Vec<(&str, &str)> = records.iter().map(|r| ("crates.io", r.as_str())).collect();
    World::knowing(&records)
}

fn scan(world: &World) -> Report {
    let mut request = world.request();
    request.reachability = true;
    world.scan(&request)
}

fn told(finding: &Finding) -> String {
    let reach = finding.reach.as_ref().expect("asked for");
    let places: Vec<String> =
        reach.places.iter().map(|p| format!(" {}:{}", p.path, p.line)).collect();
    format!("{} {}: {}{}", finding.name, reach.answer, reach.detail, places.concat())
}

#[test]
fn what_is_not_imported_comes_last_and_stays_as_due() {
    let world = world(&["aa", "bb", "cc"]);
    with_lock(&world, Path::new(""), &[("aa", "1.0.0"), ("bb", "1.0.0"), ("cc", "1.0.0")]);
    world.write("tree/src/main.rs", b"//! aa::x\nuse bb::x;\n\nfn main() { cc::y() }\n");
    let plain = world.scan(&world.request());
    assert!(plain.findings.iter().all(|f| f.reach.is_none()));
    let report = scan(&world);
    let rows: Vec<String> = report.findings.iter().map(told).collect();
    assert_eq!(
        rows,
        [
            "bb imported: bb is imported src/main.rs:2",
            "cc imported: cc is imported src/main.rs:4",
            "aa not_imported: none of 1 Rust files read imports aa",
        ]
    );
    // The order is all that changes; the fixes follow it.
    let mut same: Vec<Finding> =
        report.findings.iter().cloned().map(|f| Finding { reach: None, ..f }).collect();
    same.sort_by(|a, b| a.id.cmp(&b.id));
    assert_eq!(same, plain.findings);
    let fixes: Vec<&str> = report.fixes.iter().map(|f| f.package.as_str()).collect();
    assert_eq!(fixes, ["bb", "cc", "aa"]);
    assert_eq!(report.complete, plain.complete);
}

#[test]
fn what_others_bring_in_is_used_if_they_are() {
    let world = world(&["deep"]);
    let package = |name: &str, needs: &str| {
        format!(
            "\n[[package]]\nname = \"{name}\"\nversion = \"1.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\ndependencies = [\n{needs}]\n"
        )
    };
    let lock = |heads: &str| {
        format!(
            "version = 4\n\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\ndependencies = [\n{heads}]\n{}{}{}{}",
            package("one", " \"middle\",\n"),
            package("two", " \"deep\",\n"),
            package("middle", " \"deep\",\n"),
            package("deep", "")
        )
    };
    world.write("tree/Cargo.lock", lock(" \"one\",\n \"two\",\n").as_bytes());
    let check = |source: &str, expect: &str| {
        world.write("tree/src/lib.rs", source.as_bytes());
        assert_eq!(told(&scan(&world).findings[0]), expect, "{source}");
    };
    check("", "deep not_imported: deep is brought in by one and two, which are not imported");
    // The middle of a chain is not asked for by the project.
    check(
        "use middle::x;",
        "deep not_imported: deep is brought in by one and two, which are not imported",
    );
    check(
        "use one::x;",
        "deep imported: deep is brought in by one, which is imported src/lib.rs:1",
    );
    check(
        "use one::x;\nuse two::x;",
        "deep imported: deep is brought in by one and two, which are imported src/lib.rs:1",
    );
    check(
        "#[with = \"two\"]",
        "deep unknown: deep is brought in by two, and of that: two is not imported by its name, but named in a text src/lib.rs:1",
    );
    world.write("tree/Cargo.lock", lock(" \"one\",\n \"deep\",\n").as_bytes());
    check(
        "",
        "deep not_imported: none of 1 Rust files read imports deep, and none imports one, which need it too",
    );
    check(
        "use one::x;",
        "deep imported: deep is brought in by one, which is imported src/lib.rs:1",
    );
}

#[test]
fn functions_that_the_advisory_names_are_looked_for() {
    let mut record: serde_json::Value =
        serde_json::from_str(&advisory("RUSTSEC-2026-0001", &[], "left", "9.0.0"))
            .expect("a record");
    record["affected"][0]["ecosystem_specific"] =
        serde_json::json!({ "affects": { "functions": ["left::Pad::fill"] } });
    let world = World::knowing(&[("crates.io", &record.to_string())]);
    with_lock(&world, Path::new("a"), &[("left", "1.0.0")]);
    with_lock(&world, Path::new("b"), &[("left", "1.0.0")]);
    world.write("tree/a/x.rs", b"use left::Pad;\nfn f(p: Pad) { p.fill() }");
    world.write("tree/b/.git/HEAD", b"");
    world.write("tree/b/y.rs", b"use left::Pad;");
    let report = scan(&world);
    let rows: Vec<String> =
        report.findings.iter().map(|f| format!("{} {}", f.asset, told(f))).collect();
    assert_eq!(
        rows,
        [
            "tree/b left imported: left is imported; fill is not met in the files that do b/y.rs:1",
            "tree left named: «fill» of left::Pad is named, which the advisory is about a/x.rs:2",
        ]
    );
}

#[test]
fn what_was_not_looked_at_is_unknown() {
    let world = world(&["left"]);
    with_lock(&world, Path::new(""), &[("left", "1.0.0")]);
    let answer = || told(&scan(&world).findings[0]);
    assert_eq!(answer(), "left unknown: no Rust source was found");
    world.write("tree/a.rs", b"");
    // What Cargo built is no source of the project.
    world.write("tree/Cargo.toml", b"[package]\nname = \"app\"\n");
    world.write("tree/target/x.rs", b"use left;");
    world.write("tree/node_modules/x.rs", b"use left;");
    assert_eq!(answer(), "left not_imported: none of 1 Rust files read imports left");
    world.write("tree/big.rs", &vec![b' '; (1 << 20) + 1]);
    assert_eq!(
        answer(),
        "left unknown: left was not met, but 1 files that may import it were not read"
    );
    world.write("tree/big.rs", b"");
    #[cfg(unix)]
    {
        world.write("elsewhere/x.rs", b"use left;");
        std::os::unix::fs::symlink(world.path("elsewhere"), world.path("tree/linked"))
            .expect("a link");
        assert_eq!(answer(), "left unknown: left was not met, but not all files were read");
    }
    // A lock file alone has no sources beside it that anybody asked to read.
    let mut request = world.request();
    request.targets = vec![app::scan::Target::new(world.path("tree/Cargo.lock"))];
    request.reachability = true;
    let report = world.scan(&request);
    assert_eq!(told(&report.findings[0]), "left unknown: no Rust source was found");
}
