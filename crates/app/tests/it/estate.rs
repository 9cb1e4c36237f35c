//! An estate: many targets, one result.

use std::path::Path;

use app::estate::{self, EstateReport, EstateRequest};
use app::intelligence::Intelligence;
use app::scan::Request;

use crate::world::{self, World, now};

fn scan(world: &World, text: &str) -> EstateReport {
    world.write("estate/estate.toml", text.as_bytes());
    if !world.data().index().exists() {
        world.sync();
    }
    let intelligence = Intelligence::open(&world.data()).expect("an index");
    let file = world.path("estate/estate.toml");
    let request = EstateRequest { file: &file, settings: Request::of(Vec::new()) };
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
    assert_eq!((report.assets.len(), report.findings, report.unrecognised), (5, 2, 1));
    let problems: Vec<(&str, u32)> =
        report.not_read.iter().map(|u| (u.path.as_str(), u.line)).collect();
    let estate = world.path("estate/estate.toml");
    let named = |path: &Path| problems.iter().any(|(p, _)| Path::new(p) == path);
    assert!(named(&estate) && named(Path::new("repos/d/Cargo.lock")), "{problems:?}");
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
