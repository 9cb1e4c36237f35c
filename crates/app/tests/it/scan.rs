//! What does a scan say of small trees whose answer is known?

use std::path::Path;

use app::report::{Gone, Report};
use app::scan::{Baseline, Target};
use vocab::Exposure;

use crate::world::{World, advisory, at, cargo_lock, kev, now, with_lock};

fn one_advisory() -> World {
    World::knowing(&[(
        "crates.io",
        &advisory("RUSTSEC-2026-0001", &["CVE-2026-1000"], "left", "1.2.0"),
    )])
}

fn names(report: &Report) -> Vec<String> {
    report.findings.iter().map(|f| format!("{} {} {}", f.advisory, f.name, f.version)).collect()
}

#[test]
fn an_affected_version_is_found_and_the_fix_is_the_smallest() {
    let world = one_advisory();
    with_lock(&world, Path::new(""), &[("left", "1.1.0"), ("right", "1.0.0")]);
    let report = world.scan(&world.request());
    assert!(report.complete, "{:?}", report.not_evaluated);
    assert_eq!(names(&report), ["CVE-2026-1000 left 1.1.0"]);
    let finding = &report.findings[0];
    assert_eq!(finding.records[..], ["RUSTSEC-2026-0001"]);
    assert_eq!(finding.aliases[..], ["CVE-2026-1000", "RUSTSEC-2026-0001"]);
    assert_eq!(finding.identity, "tree|pkg:cargo/left|CVE-2026-1000");
    assert_eq!(finding.id, "tree|pkg:cargo/left|CVE-2026-1000@1.1.0");
    assert_eq!(finding.purl, "pkg:cargo/left@1.1.0");
    assert_eq!((&*finding.places[0].path, finding.places[0].line), ("Cargo.lock", 12));
    assert_eq!(finding.exposed_since, Some(at("2026-11-01")));
    assert_eq!((&*finding.policy, &*finding.row), ("gabion-24h 1", "9"));
    assert_eq!(finding.due, Some(at("2026-12-05T10:00:00Z")));
    assert_eq!(report.fixes[0].to.as_deref(), Some("1.2.0"));
    assert_eq!(report.fixes[0].closes, std::slice::from_ref(&finding.id));
}

#[test]
fn a_known_exploited_one_is_an_emergency_unless_the_asset_is_isolated() {
    let world = one_advisory();
    world.write(
        "feeds/kev/known_exploited_vulnerabilities.json",
        &kev(&[("CVE-2026-1000", "2026-11-20")]),
    );
    with_lock(&world, Path::new("a"), &[("left", "1.1.0")]);
    with_lock(&world, Path::new("b"), &[("left", "1.1.0")]);
    world.write("estate.toml", b"[[asset]]\npath = \"a\"\nexposure = \"internet\"\nowner = \"web\"\n[[asset]]\npath = \"b\"\nexposure = \"isolated\"\n");
    let mut request = world.request();
    request.configs = vec![Target::new(world.path("estate.toml"))];
    let report = world.scan(&request);
    let rows: Vec<_> =
        report.findings.iter().map(|f| (&*f.asset, &*f.row, f.emergency, f.due)).collect();
    let (day, three) = (Some(at("2026-11-22T10:00:00Z")), Some(at("2026-11-24T10:00:00Z")));
    assert_eq!(rows, [("tree/a", "2", true, day), ("tree/b", "3", false, three)]);
    assert_eq!(report.fixes[0].owner.as_deref(), Some("web"));
    assert_eq!(report.findings[0].exposed_since, Some(at("2026-11-20")));
}

#[test]
fn what_comes_from_elsewhere_is_treated_by_its_origin() {
    let world = one_advisory();
    let git =
        "source = \"git+https://example.org/left?rev=1#0123456789012345678901234567890123456789\"";
    let lock = cargo_lock(&[("left", "1.1.0")])
        .replace("source = \"registry+https://github.com/rust-lang/crates.io-index\"", git)
        + &format!("\n[[package]]\nname = \"other\"\nversion = \"1.0.0\"\n{git}\n");
    world.write("tree/Cargo.lock", lock.as_bytes());
    let report = world.scan(&world.request());
    assert_eq!(names(&report), ["CVE-2026-1000 left 1.1.0"]);
    assert_eq!(report.findings[0].origin.as_deref(), Some("a git commit"));
    assert!(!report.complete);
    let rows: Vec<_> =
        report.not_evaluated.iter().map(|n| (n.name.as_str(), n.reason.as_str())).collect();
    assert_eq!(rows, [("other", "git_source")]);
}

#[test]
fn the_project_itself_is_a_notice_by_name_and_never_a_finding() {
    let world =
        World::knowing(&[("crates.io", &advisory("RUSTSEC-2026-0001", &[], "app", "9.0.0"))]);
    with_lock(&world, Path::new(""), &[("right", "1.0.0")]);
    let report = world.scan(&world.request());
    assert_eq!((report.findings.len(), report.first_party), (0, 1));
    assert_eq!(report.notices[0].kind, "first_party");
    assert!(report.complete);
}

#[test]
fn informational_is_a_notice_and_malicious_an_emergency() {
    let informational = advisory("RUSTSEC-2026-0002", &[], "left", "9.0.0").replace(
        "\"package\":{",
        "\"database_specific\":{\"informational\":\"unmaintained\"},\"package\":{",
    );
    let malicious = advisory("MAL-2026-1", &[], "right", "9.0.0");
    let world = World::knowing(&[("crates.io", &informational), ("crates.io", &malicious)]);
    with_lock(&world, Path::new(""), &[("left", "1.0.0"), ("right", "1.0.0")]);
    let report = world.scan(&world.request());
    assert_eq!(
        report.notices.iter().map(|n| n.kind.as_str()).collect::<Vec<_>>(),
        ["unmaintained"]
    );
    assert_eq!(names(&report), ["MAL-2026-1 right 1.0.0"]);
    assert!(report.findings[0].emergency);
    assert_eq!(report.fixes[0].action, "remove");
}

#[test]
fn an_ignore_outside_the_tree_holds_until_its_date_and_inside_it_is_refused() {
    let ignore = |until: &str| {
        format!(
            "[[ignore]]\nid = \"RUSTSEC-2026-0001\"\nreason = \"never called\"\nuntil = {until}\n"
        )
    };
    let world = one_advisory();
    with_lock(&world, Path::new(""), &[("left", "1.1.0")]);
    world.write("outside.toml", ignore("2026-12-01").as_bytes());
    let mut request = world.request();
    request.configs = vec![Target::new(world.path("outside.toml"))];
    let report = world.scan(&request);
    assert_eq!((report.findings.len(), report.ignored.len()), (0, 1));
    assert!(report.ignored[0].origin.ends_with("outside.toml:1"), "{}", report.ignored[0].origin);

    world.write("outside.toml", ignore("2026-11-20").as_bytes());
    let report = world.scan(&request);
    assert_eq!((report.findings.len(), report.ignored.len()), (1, 0));
    assert!(
        report.warnings.iter().any(|w| w.contains("the finding is back")),
        "{:?}",
        report.warnings
    );

    world.write("tree/gabion.toml", ignore("2026-12-01").as_bytes());
    let report = world.scan(&world.request());
    assert_eq!((report.findings.len(), report.ignored.len()), (1, 0));
    assert!(report.warnings.iter().any(|w| w.contains("not applied")), "{:?}", report.warnings);

    let mut trusting = world.request();
    trusting.trust_config = true;
    assert_eq!(world.scan(&trusting).ignored.len(), 1);
    // Naming the same file with --config does not make it lie outside.
    let mut named = world.request();
    named.configs = vec![Target::new(world.path("tree/gabion.toml"))];
    assert_eq!(world.scan(&named).ignored.len(), 0);
}

#[test]
fn a_baseline_carries_first_sightings_forward() {
    let world = one_advisory();
    with_lock(&world, Path::new(""), &[("left", "1.1.0")]);
    let first = world.scan(&world.request());
    let identity = first.findings[0].identity.clone();
    let mut request = world.request();
    let gone =
        |identity: &str, at| Gone { identity: identity.into(), aliases: vec![], first_seen: at };
    let earlier =
        [gone(&identity, at("2026-11-05")), gone("tree|pkg:cargo/old|X-1", at("2026-10-01"))];
    request.baseline = Some(Baseline::of(earlier));
    // The version moved and is still affected: the same problem, with its first start.
    with_lock(&world, Path::new(""), &[("left", "1.1.5")]);
    let report = world.scan(&request);
    let finding = &report.findings[0];
    assert_eq!((finding.first_seen, finding.new), (at("2026-11-05"), Some(false)));
    assert_eq!(finding.due, Some(at("2026-11-19")));
    assert!(finding.overdue);
    assert_eq!(
        report.gone.iter().map(|g| g.identity.as_str()).collect::<Vec<_>>(),
        ["tree|pkg:cargo/old|X-1"]
    );
    let mut signal = world.request();
    signal.from_signal = true;
    assert_eq!(world.scan(&signal).findings[0].due, Some(at("2026-11-15")));
}

#[test]
fn a_stale_catalogue_is_taken_at_its_word_and_the_scan_is_blind() {
    let world = one_advisory();
    let old = String::from_utf8(kev(&[("CVE-2020-1000", "2020-01-02")]))
        .expect("text")
        .replace("2026-11-21", "2026-10-01");
    world.write("feeds/kev/known_exploited_vulnerabilities.json", old.as_bytes());
    with_lock(&world, Path::new(""), &[("left", "1.1.0")]);
    let mut request = world.sync_request();
    request.fetched = None;
    app::sync::sync(&request, now(), &mut |_| {}).expect("synced");
    let report = world.scan(&world.request());
    let finding = &report.findings[0];
    assert_eq!((&*finding.row, finding.emergency, finding.signals.kev_known), ("9", false, false));
    assert!(finding.could_be_emergency && finding.assumed.is_none(), "{}", finding.why);
    assert!(!report.complete && report.blind.len() == 1, "{:?}", report.blind);
    let told: Vec<_> = report.warnings.iter().filter(|w| w.contains("KEV catalogue")).collect();
    assert!(
        matches!(told.as_slice(), [one] if one.contains("51 d old") && one.contains("1 of the fixes")),
        "{told:?}"
    );
    let mut accepting = world.request();
    accepting.max_intel_age = Some(24 * 365);
    let report = world.scan(&accepting);
    assert!(report.complete && !report.findings[0].could_be_emergency);
}

#[test]
fn a_catalogue_that_never_came_is_assumed_beside_and_has_no_say_in_the_place() {
    let world = one_advisory();
    std::fs::remove_dir_all(world.path("feeds/kev")).expect("no catalogue");
    with_lock(&world, Path::new(""), &[("left", "1.1.0")]);
    app::sync::sync(&world.sync_request(), now(), &mut |_| {}).expect("synced");
    let report = world.scan(&world.request());
    let finding = &report.findings[0];
    assert_eq!((&*finding.row, finding.emergency), ("9", false));
    let assumed = finding.assumed.as_ref().expect("what is assumed");
    assert_eq!((assumed.row.as_str(), assumed.emergency), ("2", true));
    assert_eq!(assumed.due, Some(at("2026-11-22T10:00:00Z")));
    assert!(report.complete && !report.fixes[0].emergency);
}

#[test]
fn development_scope_counts_as_isolated() {
    let world = World::knowing(&[(
        "npm",
        &advisory("GHSA-aaaa-bbbb-cccc", &["CVE-2026-1000"], "left", "1.2.0")
            .replace("crates.io", "npm"),
    )]);
    world.write(
        "feeds/kev/known_exploited_vulnerabilities.json",
        &kev(&[("CVE-2026-1000", "2026-11-20")]),
    );
    world.write(
        "tree/package-lock.json",
        br#"{"name":"a","lockfileVersion":3,"packages":{"":{"name":"a","devDependencies":{"left":"1"}},
        "node_modules/left":{"version":"1.1.0","resolved":"https://registry.npmjs.org/left/-/left-1.1.0.tgz","dev":true}}}"#,
    );
    let mut request = world.request();
    world.write("estate.toml", b"[[asset]]\npath = \".\"\nexposure = \"internet\"\n");
    request.configs = vec![Target::new(world.path("estate.toml"))];
    let report = world.scan(&request);
    assert_eq!(report.assets[0].exposure, Exposure::Internet);
    assert_eq!((&*report.findings[0].row, report.findings[0].emergency), ("3", false));
}

#[test]
fn a_range_is_not_a_version_and_a_partial_ecosystem_is_never_clear() {
    let world = one_advisory();
    world.write("feeds/osv/coverage.json", br#"{"complete": [], "partial": ["crates.io"]}"#);
    with_lock(&world, Path::new("a"), &[("right", "1.0.0")]);
    world.write(
        "tree/b/Cargo.toml",
        b"[package]\nname = \"b\"\nversion = \"0.1.0\"\n[dependencies]\nleft = \"1\"\n",
    );
    let report = world.scan(&world.request());
    let mut rows: Vec<_> =
        report.not_evaluated.iter().map(|n| (n.name.as_str(), n.reason.as_str())).collect();
    rows.sort_unstable();
    assert_eq!(rows, [("left", "not_pinned"), ("right", "partial_advisories")]);
    assert!(!report.complete && report.findings.is_empty());
}

#[test]
fn nothing_to_scan_is_incomplete_and_says_what_was_looked_for() {
    let world = one_advisory();
    world.write("tree/README.txt", b"nothing here");
    let report = world.scan(&world.request());
    assert!(!report.complete);
    assert!(report.not_read[0].problem.contains("Cargo.lock"), "{:?}", report.not_read);
    world.write("tree/flake.lock", b"{}");
    assert_eq!(world.scan(&world.request()).unrecognised, ["tree/flake.lock"]);
}

#[test]
fn one_problem_under_two_names_is_one_finding_and_each_version_has_its_own() {
    let other = advisory("GHSA-aaaa-bbbb-cccc", &["CVE-2026-1000"], "left", "1.2.0");
    let world = World::knowing(&[
        ("crates.io", &advisory("RUSTSEC-2026-0001", &["CVE-2026-1000"], "left", "1.2.0")),
        ("crates.io", &other),
    ]);
    with_lock(&world, Path::new(""), &[("left", "1.1.0"), ("left", "0.9.0")]);
    let report = world.scan(&world.request());
    assert_eq!(report.findings.len(), 2);
    assert_eq!(report.findings[0].identity, report.findings[1].identity);
    assert_eq!(report.findings[0].records[..], ["GHSA-aaaa-bbbb-cccc", "RUSTSEC-2026-0001"]);
    let closed: usize = report.fixes.iter().map(|f| f.closes.len()).sum();
    assert_eq!(closed, 2);
}

#[test]
fn a_lock_file_above_covers_its_members_and_nobody_else() {
    let world = one_advisory();
    with_lock(&world, Path::new(""), &[("right", "1.0.0")]);
    let manifest = |name: &str| {
        format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\n[dependencies]\nleft = \"=1.1.0\"\n"
        )
    };
    world.write("tree/member/Cargo.toml", manifest("app").as_bytes());
    assert!(world.scan(&world.request()).complete);
    world.write("tree/stray/Cargo.toml", manifest("stray").as_bytes());
    let report = world.scan(&world.request());
    assert!(!report.complete);
    assert_eq!(
        report.not_read.iter().map(|u| u.path.as_str()).collect::<Vec<_>>(),
        ["tree/stray/Cargo.toml"]
    );
}

#[test]
fn a_range_never_hides_the_version_of_the_same_text() {
    for (manifest, lock) in [("a", "b"), ("b", "a")] {
        let world = one_advisory();
        world.write(
            &format!("tree/{manifest}/Cargo.toml"),
            b"[package]\nname = \"m\"\n[dependencies]\nleft = \"1.1.0\"\n",
        );
        with_lock(&world, Path::new(lock), &[("left", "1.1.0")]);
        let report = world.scan(&world.request());
        assert_eq!(names(&report), ["CVE-2026-1000 left 1.1.0"]);
        assert_eq!(report.not_evaluated.len(), 1);
    }
}

#[test]
fn a_package_whose_every_version_is_malicious_is_found_without_a_version() {
    let all = advisory("MAL-2026-1", &[], "left", "9").replace(",{\"fixed\":\"9\"}", "");
    let some = advisory("MAL-2026-2", &[], "right", "9.0.0");
    let world = World::knowing(&[("crates.io", &all), ("crates.io", &some)]);
    world.write(
        "tree/Cargo.toml",
        b"[package]\nname = \"m\"\n[dependencies]\nleft = \"1\"\nright = \"1\"\n",
    );
    let report = world.scan(&world.request());
    assert_eq!(names(&report), ["MAL-2026-1 left 1"]);
    assert!(report.findings[0].emergency && !report.complete);
    assert_eq!(report.not_evaluated.len(), 2);
}

#[test]
fn a_marker_file_in_the_tree_silences_nothing() {
    let world = one_advisory();
    with_lock(&world, Path::new("app"), &[("left", "1.1.0")]);
    world.write("tree/app/CACHEDIR.TAG", b"Signature: 8a477f597d28d172789f06886806bc55");
    assert_eq!(world.scan(&world.request()).findings.len(), 1);
}

#[test]
fn an_alias_that_arrives_later_keeps_the_first_sighting() {
    let world =
        World::knowing(&[("crates.io", &advisory("GHSA-aaaa-bbbb-cccc", &[], "left", "1.2.0"))]);
    with_lock(&world, Path::new(""), &[("left", "1.1.0")]);
    let first = world.scan(&world.request());
    let earlier = first.findings.iter().map(|f| Gone {
        identity: f.identity.clone(),
        aliases: f.aliases.to_vec(),
        first_seen: at("2026-11-03"),
    });
    let mut request = world.request();
    request.baseline = Some(Baseline::of(earlier));
    let record = advisory("GHSA-aaaa-bbbb-cccc", &["CVE-2026-1000"], "left", "1.2.0");
    world.write("feeds/osv/crates.io/GHSA-aaaa-bbbb-cccc.json", record.as_bytes());
    world.sync();
    let report = world.scan(&request);
    assert_eq!(report.findings[0].identity, "tree|pkg:cargo/left|CVE-2026-1000");
    assert_eq!(
        (report.findings[0].first_seen, report.findings[0].new),
        (at("2026-11-03"), Some(false))
    );
    assert!(report.gone.is_empty());
}

#[test]
fn a_file_in_the_tree_renames_and_splits_nothing() {
    let world = one_advisory();
    with_lock(&world, Path::new("sub"), &[("left", "1.1.0")]);
    let plain = world.scan(&world.request()).findings[0].identity.clone();
    world.write(
        "tree/gabion.toml",
        b"[[asset]]\npath = \".\"\nname = \"zz\"\nowner = \"me\"\n[[asset]]\npath = \"sub\"\n",
    );
    world.write("estate.toml", b"[[asset]]\npath = \"sub/**\"\nexposure = \"internal\"\n[[asset]]\npath = \".\"\nowner = \"us\"\n[[asset]]\npath = \"typo\"\n");
    let mut request = world.request();
    request.configs = vec![Target::new(world.path("estate.toml"))];
    let report = world.scan(&request);
    assert_eq!(report.findings[0].identity, plain);
    assert_eq!(report.assets[0].owner.as_deref(), Some("us"));
    assert!(
        report.warnings.iter().any(|w| w.contains("«typo» fits no asset")),
        "{:?}",
        report.warnings
    );
}

#[test]
fn each_repository_below_a_folder_speaks_for_itself() {
    let world = one_advisory();
    for name in ["a", "b"] {
        with_lock(&world, Path::new(name), &[("left", "1.1.0")]);
        world.write(&format!("tree/{name}/.git/HEAD"), b"");
    }
    world.write("tree/a/gabion.toml", b"[[asset]]\npath = \".\"\nexposure = \"internet\"\n");
    world.write("tree/b/gabion.toml", b"not toml");
    world.write("tree/c/.git/HEAD", b"");
    let report = world.scan(&world.request());
    let exposures: Vec<_> = report.assets.iter().map(|a| (a.id.as_str(), a.exposure)).collect();
    assert_eq!(
        exposures,
        [
            ("tree/a", Exposure::Internet),
            ("tree/b", Exposure::Unknown),
            ("tree/c", Exposure::Unknown)
        ]
    );
    let unread: Vec<_> = report.not_read.iter().map(|u| u.path.as_str()).collect();
    assert_eq!(unread, ["tree/b/gabion.toml", "tree/c"]);
}

#[test]
fn the_same_path_twice_is_read_once_and_equal_names_take_their_paths() {
    let world = one_advisory();
    for name in ["x/api", "y/api"] {
        with_lock(&world, Path::new(name), &[("left", "1.1.0")]);
    }
    let mut request = world.request();
    let target = |name: &str| Target::called(world.path("tree").join(name), name);
    request.targets =
        vec![target("x/api"), target("y/api"), target("x/api"), target("x/api/Cargo.lock")];
    let report = world.scan(&request);
    assert_eq!(report.assets.iter().map(|a| a.id.as_str()).collect::<Vec<_>>(), ["x/api", "y/api"]);
    assert_eq!(report.findings.len(), 2);
}

#[test]
fn a_malicious_version_is_no_upgrade_under_whatever_name() {
    let all = advisory("MAL-2026-9", &["GHSA-mmmm-mmmm-mmmm"], "left", "9").replace(
        "{\"introduced\":\"0.0.0-0\"},{\"fixed\":\"9\"}",
        "{\"introduced\":\"2.0.0\"},{\"fixed\":\"2.0.1\"}",
    );
    let world = World::knowing(&[
        ("crates.io", &all),
        ("crates.io", &advisory("GHSA-mmmm-mmmm-mmmm", &[], "left", "2.0.1")),
        ("crates.io", &advisory("GHSA-hhhh-hhhh-hhhh", &[], "left", "2.0.0")),
    ]);
    with_lock(&world, Path::new(""), &[("left", "1.0.0")]);
    let report = world.scan(&world.request());
    assert_eq!(report.fixes[0].to.as_deref(), Some("2.0.1"));
}

#[test]
fn a_git_package_is_not_hidden_by_a_release_of_the_same_number() {
    let world = one_advisory();
    with_lock(&world, Path::new("a"), &[("right", "1.0.0")]);
    let git = cargo_lock(&[("right", "1.0.0")]).replace(
        "registry+https://github.com/rust-lang/crates.io-index",
        "git+https://example.org/right?rev=1#0123456789012345678901234567890123456789",
    );
    world.write("tree/b/Cargo.lock", git.as_bytes());
    let report = world.scan(&world.request());
    assert_eq!(
        report.not_evaluated.iter().map(|n| n.reason.as_str()).collect::<Vec<_>>(),
        ["git_source"]
    );
}

#[test]
fn a_configuration_in_the_tree_opens_nothing_outside_it() {
    let world = one_advisory();
    with_lock(&world, Path::new(""), &[("left", "1.1.0")]);
    world.write("secret", b"token = \"hunter2\"\n");
    world.write("tree/gabion.toml", b"policies = [\"secret\", \"cisa-bod-26-04\"]\npolicy_files = [\"../secret\", \"absent.toml\"]\n");
    let report = world.scan(&world.request());
    assert_eq!(report.policies, ["gabion-24h", "cisa-bod-26-04"]);
    let problems: Vec<_> = report.not_read.iter().map(|u| u.problem.as_str()).collect();
    assert_eq!(problems.len(), 3, "{problems:?}");
    assert!(!format!("{report:?}").contains("hunter2"));
    assert!(!report.complete);
}

#[test]
fn a_build_folder_is_passed_over_beside_its_manifest_only_and_told() {
    let world = one_advisory();
    with_lock(&world, Path::new("app/target/package"), &[("left", "1.1.0")]);
    assert_eq!(world.scan(&world.request()).findings.len(), 1);
    world.write("tree/app/Cargo.toml", b"[package]\nname = \"app\"\nversion = \"0.1.0\"\n");
    with_lock(&world, Path::new("app"), &[("right", "1.0.0")]);
    let report = world.scan(&world.request());
    assert!(report.findings.is_empty());
    assert!(report.skipped.iter().any(|s| s.path == "tree/**/target"), "{:?}", report.skipped);
}

#[test]
fn what_a_statement_took_out_keeps_its_first_sighting() {
    let json = advisory("RUSTSEC-2026-1", &["CVE-2026-1000"], "bad", "1.2.0");
    let world = World::knowing(&[("crates.io", &json)]);
    with_lock(&world, Path::new("app"), &[("bad", "1.0.0")]);
    let vex = r#"{"@context": "https://openvex.dev/ns", "author": "us", "timestamp": "2026-11-20T00:00:00Z", "statements": [
        {"vulnerability": "CVE-2026-1000", "status": "not_affected", "justification": "component_not_present", "products": ["pkg:cargo/bad@1.0.0"]}]}"#;
    world.write("said.json", vex.as_bytes());
    let mut request = world.request();
    request.vex = vec![Target::new(world.path("said.json"))];
    let mut first = world.scan(&request);
    let [stated] = first.stated.as_mut_slice() else { panic!("{:?}", first.findings) };
    let earlier = at("2026-11-10T00:00:00Z");
    stated.finding.first_seen = earlier;
    let json = serde_json::to_vec(&first).expect("JSON");
    world.write("earlier.json", &json);
    let mut request = world.request();
    let path = world.path("earlier.json");
    request.baseline = Some(Baseline::load(&path).expect("a baseline"));
    let second = world.scan(&request);
    assert_eq!(second.findings[0].first_seen, earlier, "the statement is gone, the clock stays");
}
