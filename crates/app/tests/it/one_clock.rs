//! A scan, a scan that is recorded and the queue give one date, row and reason for every finding.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use app::books::{Actor, Books, Database, Mode, Role};
use app::intake::memory::LedgerMemory;
use app::intake::record::{Asked, Inventory, record};
use app::intelligence::{DataDir, Intelligence};
use app::queue::export::{Form, export};
use app::queue::{Filter, settings};
use app::report::Report;
use app::scan::{Request, Target, scan_whole};
use app::sync::{self, Network};
use vocab::Instant;

use crate::world::{World, advisory, at, now};

fn admin() -> Actor {
    Actor::person("ada", Role::Admin)
}

fn books(file: &Path, mode: Mode) -> Books {
    Books::open(&Database::File(file.to_owned()), mode).expect("a ledger")
}

/// Scans as the program does: with what the ledger knows.
fn scan(
    request: &Request,
    ledger: &Path,
    intelligence: &Intelligence,
    now: Instant,
    keep: bool,
) -> Report {
    let mut request = request.clone();
    let mode = if keep { Mode::Create } else { Mode::ReadOnly };
    if ledger.exists() || keep {
        let memory = LedgerMemory::of(&admin(), books(ledger, mode)).expect("settings");
        request.memory = Some(Arc::new(memory));
    }
    let scanned = scan_whole(&request, intelligence, now).expect("a scan");
    if keep {
        let mut books = books(ledger, Mode::Existing);
        let inventory = &Inventory::of(&scanned);
        let (tables, max_intel_age) = (scanned.asked().to_vec(), request.max_intel_age);
        let asked = Asked { inventory, tables, max_intel_age };
        let report = &scanned.report;
        record(&admin(), &mut books, intelligence, report, &asked, now, &mut |_| {})
            .expect("recorded");
    }
    scanned.report
}

/// Due, row, reason of every finding of the queue, by asset, package and leading id.
fn queue(ledger: &Path, now: Instant) -> BTreeMap<String, (Option<String>, String, String)> {
    let mut books = books(ledger, Mode::Existing);
    let mut out = Vec::new();
    export(&admin(), &mut books, &Filter::default(), Form::Lines, now, &mut out).expect("lines");
    let mut found = BTreeMap::new();
    for line in String::from_utf8(out).expect("text").lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        for id in line["ids"].as_array().expect("ids") {
            let id = id.as_str().expect("an id");
            let key = format!("{} {} {id}", text("asset"), text("place").to_lowercase());
            let due = line["due"].as_str().map(str::to_owned);
            found.insert(key, (due, text("policy"), text("why")));
        }
    }
    found
}

/// Every row of the report against the queue; of several versions the first by the order of the queue.
fn equal(report: &Report, ledger: &Path, now: Instant, what: &str) -> usize {
    let queue = queue(ledger, now);
    let mut first: BTreeMap<String, &app::report::Finding> = BTreeMap::new();
    for finding in &report.findings {
        let kind = finding.purl.strip_prefix("pkg:").and_then(|p| p.split('/').next());
        let name = finding.name.to_lowercase();
        let place = kind.map_or(name.clone(), |kind| format!("{kind}/{name}"));
        let key = format!("{} {place} {}", finding.asset, finding.advisory);
        let place = |f: &app::report::Finding| (f.urgency().rank(now), f.urgency().band);
        match first.get(&key) {
            Some(held) if place(held) <= place(finding) => {}
            _ => {
                first.insert(key, finding);
            }
        }
    }
    for (key, finding) in &first {
        let Some((due, policy, why)) = queue.get(key) else { panic!("{what}: {key} is not there") };
        let earliest = finding.urgency().due.map(|due| due.to_string());
        assert_eq!(*due, earliest, "{what}: {key}: {why} | {}", finding.why);
        assert_eq!(*policy, format!("{} row {}", finding.policy, finding.row), "{what}: {key}");
        assert_eq!(*why, *finding.why, "{what}: {key}");
    }
    first.len()
}

/// On an empty ledger, and on one with a history of forty days.
fn everywhere(request: &Request, intelligence: &Intelligence, now: Instant, what: &str) -> usize {
    let folder = tempfile::tempdir().expect("a folder");
    let ledger = folder.path().join("ledger.db");
    let hours = |hours: i64| Instant::from_second(now.as_second() + hours * 3_600).expect("later");
    let first = scan(request, &ledger, intelligence, now, true);
    equal(&first, &ledger, now, what);
    // Of many findings the later scan alone: recording them takes its time.
    let laters: &[i64] = if first.findings.len() > 1_000 { &[40 * 24] } else { &[1, 40 * 24] };
    for later in laters.iter().copied() {
        let then = hours(later);
        let plain = scan(request, &ledger, intelligence, then, false);
        let kept = scan(request, &ledger, intelligence, then, true);
        let both = |report: &Report| -> Vec<_> {
            let row =
                |f: &app::report::Finding| (f.id.clone(), f.due, f.row.clone(), f.why.clone());
            report.findings.iter().map(row).collect()
        };
        assert_eq!(both(&plain), both(&kept), "{what}, {later} h later");
        equal(&kept, &ledger, then, what);
        assert!(kept.findings.iter().all(|f| f.first_seen_from == "ledger"), "{what}");
    }
    first.findings.len()
}

fn synced(data: &Path, feeds: &Path, now: Instant) -> Intelligence {
    let request = sync::Request {
        data: DataDir(data.to_owned()),
        from: Some(feeds.to_owned()),
        fetched: Some(now),
        ecosystems: None,
        addresses: Default::default(),
        network: Network::default(),
    };
    sync::sync(&request, now, &mut |_| {}).expect("synced");
    Intelligence::open(&DataDir(data.to_owned())).expect("an index")
}

#[test]
fn over_the_demo_estate() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in app::demo_files::FILES {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, bytes).expect("written");
    }
    let intelligence = synced(&folder.path().join("data"), &folder.path().join("feeds"), now());
    let target = Target::called(folder.path().join("estate"), "demo");
    let mut request = Request::of(vec![target]);
    request.configs = vec![Target::called(folder.path().join("gabion.toml"), "gabion.toml")];
    assert!(everywhere(&request, &intelligence, now(), "demo") > 5);
    request.policies = vec!["cisa-bod-26-04".to_owned()];
    everywhere(&request, &intelligence, now(), "demo under another table too");
    request.max_intel_age = Some(1);
    everywhere(&request, &intelligence, now(), "demo with stale feeds");
}

#[test]
fn over_the_lock_files() {
    let Some(data) = testkit::corpus("one clock over the lock files") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let now = at("2026-12-01T00:00:00Z");
    let intelligence = synced(folder.path(), &data, now);
    let tree = testkit::unpack(&data.join("lockfiles/lockfiles-current.tar.zst"));
    let request = Request::of(vec![Target::called(tree.path(), "lockfiles")]);
    let found = everywhere(&request, &intelligence, now, "lock files");
    testkit::tell(&format!("one clock over the lock files: {found} findings"));
    assert!(found > 100, "{found}");
}

const PIPFILE: &str = r#"{"_meta":{"hash":{"sha256":"x"},"pipfile-spec":6,"requires":{},"sources":[]},
"default":{"right":{"version":"==1.0"}},"develop":{"left":{"version":"==1.0"}}}"#;

fn two_scopes() -> World {
    let of = |id: &str, cve: &str, name: &str| {
        advisory(id, &[cve], name, "2.0")
            .replace("crates.io", "PyPI")
            .replace("SEMVER", "ECOSYSTEM")
    };
    let (left, right) = (of("A-1", "CVE-2026-1001", "left"), of("A-2", "CVE-2026-1002", "right"));
    let world = World::knowing(&[("PyPI", &left), ("PyPI", &right)]);
    world.write(
        "feeds/kev/known_exploited_vulnerabilities.json",
        &crate::world::kev(&[("CVE-2026-1001", "2026-11-20")]),
    );
    world.write("tree/Pipfile.lock", PIPFILE.as_bytes());
    world
}

#[test]
fn with_scope_criticality_and_vex() {
    let world = two_scopes();
    world.write("estate.toml", b"[[asset]]\npath = \".\"\nexposure = \"internet\"\ncriticality = \"high\"\nowner = \"ann\"\n");
    let vex = serde_json::json!({ "@context": "https://openvex.dev/ns/v0.2.0", "@id": "v", "author": "a",
        "timestamp": "2026-11-20T00:00:00Z", "version": 1, "statements": [{ "vulnerability": { "name": "CVE-2026-1002" },
        "products": [{ "@id": "pkg:pypi/right@1.0" }], "status": "not_affected", "justification": "component_not_present" }] });
    world.write("v.json", vex.to_string().as_bytes());
    world.sync();
    let intelligence = Intelligence::open(&world.data()).expect("an index");
    let mut request = world.request();
    request.configs = vec![Target::new(world.path("estate.toml"))];
    request.policies = vec!["cert-cc-deployer".to_owned(), "gabion-24h".to_owned()];
    assert_eq!(everywhere(&request, &intelligence, now(), "scopes"), 2);
    let dev = scan(&request, &world.path("none.db"), &intelligence, now(), false);
    let dev = dev.findings.iter().find(|f| f.name == "left").expect("the exploited one");
    assert!(dev.why.contains("development scope"), "{}", dev.why);
    request.vex = vec![Target::new(world.path("v.json"))];
    assert_eq!(everywhere(&request, &intelligence, now(), "with VEX"), 1);
}

#[test]
fn what_people_and_other_tools_say_acts_in_a_scan_too() {
    use app::queue::call::Call;
    use app::queue::names::Named;
    use app::queue::triage;
    let world = two_scopes();
    world.sync();
    let intelligence = Intelligence::open(&world.data()).expect("an index");
    let (ledger, request) = (world.path("ledger.db"), world.request());
    scan(&request, &ledger, &intelligence, now(), true);
    let decide = |finding: i64, call: Call| {
        let mut books = books(&ledger, Mode::Existing);
        let known = Some(&intelligence);
        let targets = vec![Named::Finding(finding)];
        let request =
            triage::Request { targets, call, reason: "r".to_owned(), intelligence: known };
        triage::triage(&admin(), &mut books, &request, now()).expect("decided")
    };
    decide(1, Call::Exposure { exposure: "internet".to_owned() });
    decide(2, Call::Severity { severity: "critical".to_owned() });
    let later = at("2026-11-22T10:00:00Z");
    let plain = scan(&request, &ledger, &intelligence, later, false);
    assert_eq!(equal(&plain, &ledger, later, "decided"), 2);
    let mut book = books(&ledger, Mode::Existing);
    let set = |books: &mut Books, setting| {
        settings::set(&admin(), books, Some(&intelligence), &setting, later).expect("set")
    };
    let done =
        set(&mut book, settings::Setting::Exposure("tree".to_owned(), "internal".to_owned()));
    assert!(done.entry.is_some(), "{done:?}");
    let done = set(&mut book, settings::Setting::Policies(vec!["cisa-bod-26-04".to_owned()]));
    assert!(done.moved > 0, "{done:?}");
    let plain = scan(&request, &ledger, &intelligence, later, false);
    assert_eq!(equal(&plain, &ledger, later, "set"), 2);
    assert!(plain.findings.iter().all(|f| f.policy.starts_with("cisa-bod-26-04")));
    // What a tree or a command says can only tighten.
    world.write("loose.toml", b"[[asset]]\npath = \".\"\nexposure = \"isolated\"\n");
    let mut loose = request.clone();
    loose.configs = vec![Target::new(world.path("loose.toml"))];
    let report = scan(&loose, &ledger, &intelligence, later, true);
    assert_eq!(report.assets[0].exposure.as_str(), "internal");
    assert!(
        report.warnings.iter().any(|w| w.contains("may only tighten")),
        "{:?}",
        report.warnings
    );
    equal(&report, &ledger, later, "not loosened");
    let mut tight = request.clone();
    tight.policies = vec!["gabion-24h".to_owned()];
    let report = scan(&tight, &ledger, &intelligence, later, true);
    equal(&report, &ledger, later, "tightened");
    // The next command does not forget it.
    let report = scan(&request, &ledger, &intelligence, later, false);
    equal(&report, &ledger, later, "tightened before");
    assert_eq!(report.policies, ["cisa-bod-26-04", "gabion-24h"]);
}

#[test]
fn first_sightings_are_kept_beside_the_ledger_for_every_scan() {
    let world = two_scopes();
    world.sync();
    let intelligence = Intelligence::open(&world.data()).expect("an index");
    let mut request = world.request();
    request.sightings = Some(world.data());
    let run = |at: Instant| scan_whole(&request, &intelligence, at).expect("a scan").report;
    let first = run(now());
    let lost = |report: &Report| report.warnings.iter().any(|w| w.contains("no earlier scan"));
    assert!(lost(&first), "{:?}", first.warnings);
    let later = run(at("2026-12-20T10:00:00Z"));
    assert!(!lost(&later), "{:?}", later.warnings);
    assert!(later.findings.iter().all(|f| f.first_seen == now() && f.overdue), "{later:?}");
    assert!(later.findings.iter().all(|f| f.first_seen_from == "earlier scan"));
    std::fs::remove_dir_all(world.path("data/sightings")).expect("lost");
    let anew = run(at("2026-12-20T10:00:00Z"));
    assert!(lost(&anew) && anew.findings.iter().all(|f| !f.overdue), "{:?}", anew.warnings);
}

#[test]
fn what_returns_soon_keeps_its_start_and_later_begins_anew_with_its_former_life_in_view() {
    let days = |after: i64| {
        let world = two_scopes();
        world.sync();
        let intelligence = Intelligence::open(&world.data()).expect("an index");
        let (ledger, request) = (world.path("ledger.db"), world.request());
        let at = |day: i64| Instant::from_second(now().as_second() + day * 86_400).expect("later");
        scan(&request, &ledger, &intelligence, at(0), true);
        world.write("tree/Pipfile.lock", PIPFILE.replace("==1.0", "==2.0").as_bytes());
        scan(&request, &ledger, &intelligence, at(1), true);
        assert!(queue(&ledger, at(1)).is_empty(), "all is mended");
        world.write("tree/Pipfile.lock", PIPFILE.as_bytes());
        let then = at(1 + after);
        let plain = scan(&request, &ledger, &intelligence, then, false);
        let kept = scan(&request, &ledger, &intelligence, then, true);
        assert_eq!(equal(&kept, &ledger, then, "returned"), 2);
        let start = |report: &Report| {
            let of = report.findings.iter().find(|f| f.name == "right");
            of.and_then(|f| f.clock_start)
        };
        assert_eq!(start(&plain), start(&kept));
        let mut books = books(&ledger, Mode::Existing);
        let stats = app::queue::stats::stats(&admin(), &mut books, then).expect("figures");
        (start(&kept), stats.opened, stats.closed.get("fixed").copied().unwrap_or(0))
    };
    assert_eq!(days(29), (Some(now()), 2, 0));
    let (start, opened, fixed) = days(30);
    assert_eq!((start, opened, fixed), (Some(at("2026-12-22T10:00:00Z")), 4, 2));
}
