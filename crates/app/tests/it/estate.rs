//! An estate: many targets, one result.

use std::path::Path;

use app::estate::kept::Kept;
use app::estate::place::Place;
use app::estate::watch::{self, WatchError, Watched};
use app::estate::{self, EstateReport, EstateRequest};
use app::intelligence::Intelligence;
use app::scan::{Request, Scanner};

use crate::world::{self, World, now};

fn scan(world: &World, text: &str) -> EstateReport {
    world.write("estate/estate.toml", text.as_bytes());
    if !world.data().index().exists() {
        world.sync();
    }
    let intelligence = Intelligence::open(&world.data()).expect("an index");
    let file = world.path("estate/estate.toml");
    let request = EstateRequest { file: &file, place: None, settings: Request::of(Vec::new()) };
    estate::scan(request, &intelligence, now(), &|_, _| {}).expect("a report")
}

fn world() -> World {
    let advisory = world::advisory("RUSTSEC-2026-1", &["CVE-2020-1000"], "bad", "1.2.0");
    let world = World::knowing(&[("crates.io", &advisory)]);
    for (name, version) in [("a", "1.0.0"), ("b", "1.1.0"), ("c", "1.2.0")] {
        let lock = world::cargo_lock(&[("bad", version), ("fine", "1.0.0")]);
        world.write(&format!("estate/repos/{name}/Cargo.lock"), lock.as_bytes());
    }
    world
}

const ALL: &str = "[[target]]\npath = \"repos/*\"\n";

#[test]
fn one_action_stands_once_over_all_assets_where_it_is_due() {
    let world = world();
    let report = scan(&world, ALL);
    assert!(report.complete, "{:?}", report.not_read);
    assert_eq!((report.assets.len(), report.components, report.findings), (3, 9, 2));
    let [fix] = report.fixes.as_slice() else { panic!("{:?}", report.fixes) };
    assert_eq!((fix.package.as_str(), fix.to.as_deref()), ("bad", Some("1.2.0")));
    assert_eq!(fix.from, ["1.0.0", "1.1.0"]);
    let assets: Vec<&str> = fix.assets.iter().map(|a| &**a).collect();
    assert_eq!((assets, fix.closes, fix.emergency), (vec!["repos/a", "repos/b"], 2, true));
    let [problem] = report.problems.as_slice() else { panic!("{:?}", report.problems) };
    assert_eq!((&*problem.advisory, problem.assets, problem.kev), ("CVE-2020-1000", 2, true));
}

#[test]
fn what_fails_is_named_and_the_rest_goes_on() {
    let world = world();
    world.write("estate/repos/d/Cargo.lock", b"version = ");
    world.write("estate/images/x.tar", b"no image");
    let text = format!("{ALL}[[target]]\npath = \"images/*\"\n[[target]]\npath = \"gone\"\n");
    let report = scan(&world, &text);
    assert!(!report.complete);
    assert_eq!((report.assets.len(), report.findings, report.unrecognised), (5, 2, 0));
    let problems: Vec<(&str, u32)> =
        report.not_read.iter().map(|u| (u.path.as_str(), u.line)).collect();
    let estate = world.path("estate/estate.toml");
    let named = |path: &Path| problems.iter().any(|(p, _)| Path::new(p) == path);
    assert!(named(&estate) && named(Path::new("repos/d/Cargo.lock")), "{problems:?}");
    assert!(named(Path::new("images/x.tar")), "{problems:?}");
    let incomplete: Vec<&str> =
        report.assets.iter().filter(|a| !a.complete).map(|a| &*a.id).collect();
    assert_eq!(incomplete, ["images/x.tar", "repos/d"]);
}

#[test]
fn an_estate_without_targets_is_not_clean() {
    let world = world();
    assert!(!scan(&world, "policies = []\n").complete);
}

#[test]
fn its_rules_describe_the_assets() {
    let world = world();
    let text = format!(
        "{ALL}[[asset]]\npath = \"repos/a\"\nname = \"shop\"\nexposure = \"internet\"\nowner = \"web\"\n"
    );
    let report = scan(&world, &text);
    let shop = report.assets.iter().find(|a| &*a.id == "shop").expect("an asset of that name");
    assert_eq!((shop.exposure, shop.owner.as_deref()), (vocab::Exposure::Internet, Some("web")));
    assert_eq!(report.fixes.len(), 2, "two owners are two actions: {:?}", report.fixes);
}

/// Scans an estate and keeps it.
fn keep(world: &World) -> Place {
    world.write("estate/estate.toml", ALL.as_bytes());
    world.sync();
    let intelligence = Intelligence::open(&world.data()).expect("an index");
    let file = world.path("estate/estate.toml");
    let place = Place::of(&world.data(), &file);
    let settings = Request::of(Vec::new());
    let request = EstateRequest { file: &file, place: Some(&place), settings };
    let report = estate::scan(request, &intelligence, now(), &|_, _| {}).expect("a report");
    assert_eq!(report.distinct, Some(4), "bad in three versions, fine in one");
    place
}

fn watch(world: &World, place: &Place, remember: bool) -> Watched {
    let intelligence = Intelligence::open(&world.data()).expect("an index");
    let mut request = Request::of(Vec::new());
    request.configs = vec![app::scan::Target::new(world.path("estate/estate.toml"))];
    let scanner = Scanner::new(&request, &intelligence, now()).expect("a scanner");
    let watched = watch::watch(place, &scanner).expect("news");
    if remember {
        watch::remember(place, &scanner).expect("remembered");
    }
    watched
}

fn told(watched: &Watched) -> Vec<(&str, Vec<&str>, Vec<&str>)> {
    let rows = watched.touched.iter().map(|t| {
        let assets = t.packages.iter().flat_map(|p| p.assets.iter().map(String::as_str)).collect();
        (t.advisory.as_str(), t.what.iter().map(String::as_str).collect(), assets)
    });
    rows.collect()
}

#[test]
fn news_name_the_assets_they_touch_once() {
    let world = world();
    let place = keep(&world);
    assert_eq!(watch(&world, &place, true).news, 0, "the scan told what was known");
    // A new advisory for what one asset has, one for what none has, and one that is now exploited.
    let new = world::advisory("RUSTSEC-2026-2", &["CVE-2026-1000"], "bad", "1.1.0");
    let other = world::advisory("RUSTSEC-2026-3", &[], "elsewhere", "9.0.0");
    for (id, json) in [("RUSTSEC-2026-2", new), ("RUSTSEC-2026-3", other)] {
        world.write(&format!("feeds/osv/crates.io/{id}.json"), json.as_bytes());
    }
    world.sync();
    let peeked = watch(&world, &place, false);
    assert_eq!((peeked.assets, peeked.news), (3, 2));
    assert_eq!(told(&peeked), [("CVE-2026-1000", vec!["new advisory"], vec!["repos/a"])]);
    assert_eq!(peeked.touched[0].packages[0].fixed_in, ["1.1.0"]);
    assert!(!peeked.touched[0].emergency && peeked.touched[0].due.is_some());
    assert_eq!(watch(&world, &place, true), peeked, "peeking changed nothing");
    assert_eq!(watch(&world, &place, true).touched, []);
    let kev = world::kev(&[("CVE-2020-1000", "2020-01-02"), ("CVE-2026-1000", "2026-11-20")]);
    world.write("feeds/kev/known_exploited_vulnerabilities.json", &kev);
    world.sync();
    let watched = watch(&world, &place, true);
    assert_eq!(told(&watched), [("CVE-2026-1000", vec!["known exploited (KEV)"], vec!["repos/a"])]);
    assert!(watched.touched[0].emergency, "{}", watched.touched[0].why);
}

#[test]
fn a_damaged_or_absent_kept_estate_is_told_and_never_silent() {
    let world = world();
    let place = keep(&world);
    let intelligence = Intelligence::open(&world.data()).expect("an index");
    let request = Request::of(Vec::new());
    let scanner = Scanner::new(&request, &intelligence, now()).expect("a scanner");
    let elsewhere = Place::of(&world.data(), &world.path("estate/other.toml"));
    let nothing = watch::watch(&elsewhere, &scanner).expect_err("nothing kept");
    assert!(matches!(nothing, WatchError::NothingKept), "{nothing}");
    let folder = world.data().0.join("estates");
    let mut kept =
        std::fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path());
    let kept = kept.find(|p| p.extension().is_some_and(|e| e == "kept")).expect("kept");
    let whole = std::fs::read(&kept).expect("bytes");
    for cut in (0..whole.len()).step_by(7) {
        assert!(Kept::open(whole[..cut].to_vec()).is_err(), "cut at {cut}");
        let mut altered = whole.clone();
        altered[cut] ^= 1;
        assert!(Kept::open(altered).is_err(), "altered at {cut}");
    }
    std::fs::write(&kept, &whole[..whole.len() / 2]).expect("written");
    let damaged = watch::watch(&place, &scanner).expect_err("damaged");
    assert!(matches!(damaged, WatchError::Kept(_)), "{damaged}");
}

#[test]
fn first_sightings_are_carried_from_scan_to_scan() {
    let world = world();
    let new = world::advisory("RUSTSEC-2026-2", &["GHSA-2"], "bad", "1.1.0");
    world.write("feeds/osv/crates.io/RUSTSEC-2026-2.json", new.as_bytes());
    world.write("estate/estate.toml", ALL.as_bytes());
    world.sync();
    let file = world.path("estate/estate.toml");
    let place = Place::of(&world.data(), &file);
    let scan = |at: &str| {
        let intelligence = Intelligence::open(&world.data()).expect("an index");
        let settings = Request::of(Vec::new());
        let request = EstateRequest { file: &file, place: Some(&place), settings };
        estate::scan(request, &intelligence, world::at(at), &|_, _| {}).expect("a report")
    };
    let due = |report: &EstateReport| {
        let row = report.problems.iter().find(|p| p.title.contains("bad") && !p.kev);
        row.and_then(|p| p.due).expect("a due instant")
    };
    let first = scan("2026-11-21T10:00:00Z");
    let says = |report: &EstateReport| report.warnings.iter().any(|w| w.contains("no earlier"));
    assert!(says(&first), "{:?}", first.warnings);
    // The asset is gone for a while, and the group has gained a name meanwhile.
    let lock = world.path("estate/repos/a");
    std::fs::rename(&lock, world.path("estate/away")).expect("moved");
    scan("2026-11-22T10:00:00Z");
    std::fs::rename(world.path("estate/away"), &lock).expect("moved back");
    let named = world::advisory("RUSTSEC-2026-2", &["GHSA-2", "CVE-2026-1000"], "bad", "1.1.0");
    world.write("feeds/osv/crates.io/RUSTSEC-2026-2.json", named.as_bytes());
    world.sync();
    let later = scan("2026-11-23T10:00:00Z");
    assert!(!says(&later), "{:?}", later.warnings);
    assert_eq!(due(&later), due(&first));
    // What cannot be read is said, and not written over.
    let folder = world.data().0.join("estates");
    let mut files = std::fs::read_dir(folder).expect("a folder").map(|e| e.expect("one").path());
    let sighted = files.find(|p| p.extension().is_some_and(|e| e == "sighted")).expect("kept");
    std::fs::write(&sighted, b"damaged").expect("written");
    let damaged = scan("2026-11-24T10:00:00Z");
    assert!(damaged.warnings.iter().any(|w| w.contains("first seen")), "{:?}", damaged.warnings);
    assert_eq!(std::fs::read(&sighted).expect("bytes"), b"damaged");
}

#[test]
fn news_of_what_has_no_version_or_an_odd_one_are_never_silent() {
    let world = world();
    let manifest = "[package]\nname = \"d\"\nversion = \"1.0.0\"\n[dependencies]\nloose = \"1\"\nevil = \"1\"\n";
    world.write("estate/repos/d/Cargo.toml", manifest.as_bytes());
    let odd = world::cargo_lock(&[("odd", "not-a-version")]);
    world.write("estate/repos/e/Cargo.lock", odd.as_bytes());
    world.write("estate/estate.toml", ALL.as_bytes());
    world.sync();
    let file = world.path("estate/estate.toml");
    let place = Place::of(&world.data(), &file);
    let intelligence = Intelligence::open(&world.data()).expect("an index");
    let settings = Request::of(Vec::new());
    let request = EstateRequest { file: &file, place: Some(&place), settings };
    estate::scan(request, &intelligence, now(), &|_, _| {}).expect("a report");
    drop(intelligence);
    let malicious = serde_json::json!({
        "schema_version": "1.7.0", "id": "MAL-2026-1", "summary": "evil",
        "published": "2026-11-20T00:00:00Z", "modified": "2026-11-20T00:00:00Z",
        "affected": [{ "package": { "ecosystem": "crates.io", "name": "evil" },
            "ranges": [{ "type": "SEMVER", "events": [{ "introduced": "0" }] }] }],
    });
    let notice = serde_json::json!({
        "schema_version": "1.7.0", "id": "RUSTSEC-2026-9", "summary": "unmaintained",
        "published": "2026-11-20T00:00:00Z", "modified": "2026-11-20T00:00:00Z",
        "affected": [{ "package": { "ecosystem": "crates.io", "name": "fine" },
            "database_specific": { "informational": "unmaintained" },
            "ranges": [{ "type": "SEMVER", "events": [{ "introduced": "0.0.0-0" }] }] }],
    });
    for (id, json) in [
        ("RUSTSEC-2026-7", world::advisory("RUSTSEC-2026-7", &[], "loose", "2.0.0")),
        ("RUSTSEC-2026-8", world::advisory("RUSTSEC-2026-8", &[], "odd", "2.0.0")),
        ("RUSTSEC-2026-9", notice.to_string()),
        ("MAL-2026-1", malicious.to_string()),
    ] {
        world.write(&format!("feeds/osv/crates.io/{id}.json"), json.as_bytes());
    }
    world.sync();
    let watched = watch(&world, &place, true);
    assert_eq!(told(&watched), [("MAL-2026-1", vec!["new advisory"], vec!["repos/d"])]);
    assert!(watched.touched[0].emergency);
    let untold: Vec<(&str, &str)> =
        watched.untold.iter().map(|u| (u.advisory.as_str(), u.name.as_str())).collect();
    assert_eq!(untold, [("RUSTSEC-2026-7", "loose"), ("RUSTSEC-2026-8", "odd")]);
    // A manifest without a lock file is not wholly read.
    assert_eq!(watched.unread, 1);
}

#[test]
fn a_target_that_fails_whole_kills_no_other_and_what_is_counted_twice_is_said() {
    let world = world();
    world.write("estate/repos/a/gabion.toml", b"policies = [\"no-such-table\"]\n");
    let inner = world::cargo_lock(&[("bad", "1.0.0")]);
    world.write("estate/repos/b/inner/Cargo.lock", inner.as_bytes());
    let text = format!(
        "{ALL}[[target]]\npath = \"repos/b/inner\"\n[[asset]]\npath = \"repos/c\"\nname = \"repos/b\"\n"
    );
    world.write("estate/estate.toml", text.as_bytes());
    world.sync();
    let intelligence = Intelligence::open(&world.data()).expect("an index");
    let file = world.path("estate/estate.toml");
    let settings = Request { trust_config: true, ..Request::of(Vec::new()) };
    let request = EstateRequest { file: &file, place: None, settings };
    let report = estate::scan(request, &intelligence, now(), &|_, _| {}).expect("a report");
    assert!(!report.complete);
    let failed: Vec<&str> = report.not_read.iter().map(|u| u.path.as_str()).collect();
    assert_eq!((failed, report.assets.len()), (vec!["repos/a"], 3));
    let said = |text: &str| report.warnings.iter().any(|w| w.contains(text));
    assert!(said("«repos/b/inner» in «repos/b»"), "{:?}", report.warnings);
    assert!(said("names are those of several assets («repos/b» first)"), "{:?}", report.warnings);
}

#[test]
fn a_rule_is_idle_where_it_fits_no_asset_of_all() {
    let world = world();
    let rule = |path: &str| format!("[[asset]]\npath = \"{path}\"\nexposure = \"internal\"\n");
    let text = format!("{ALL}{}{}{}", rule("repos/a"), rule("repos/b"), rule("repos/z"));
    let report = scan(&world, &text);
    let idle: Vec<&String> =
        report.warnings.iter().filter(|w| w.contains("fits no asset")).collect();
    assert!(matches!(idle.as_slice(), [only] if only.contains("«repos/z»")), "{idle:?}");
}
