//! What is set of assets: who wins, what moves, and what a command has tightened.

use app::books::{Actor, Books, Database, Mode, Role};
use app::intake::{Input, Request, import};
use app::queue::settings::{self, Set, Setting};
use app::queue::undo;
use serde_json::json;
use tempfile::TempDir;
use vocab::Exposure;

use crate::world::at;

const NOW: &str = "2026-11-21T10:00:00Z";

struct World {
    folder: TempDir,
    books: Books,
    actor: Actor,
}

impl World {
    /// A ledger with these assets, each as a command described it.
    fn with(assets: &[(&str, Option<Exposure>)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database = Database::File(folder.path().join("ledger.db"));
        let books = Books::open(&database, Mode::Create).expect("a ledger");
        let mut world = Self { folder, books, actor: Actor::person("ann", Role::Admin) };
        for (name, exposure) in assets {
            world.import(name, |request| request.exposure = *exposure);
        }
        world
    }

    fn import(&mut self, asset: &str, with: impl FnOnce(&mut Request)) {
        let path = self.folder.path().join("report.json");
        let report = json!({ "schema": "gabion.findings/1", "tool": "lint", "findings": [
            { "class": "code", "rule": "R1", "title": "bad", "severity": "high", "locations": [{ "path": "a.c", "line": 1 }] }] });
        std::fs::write(&path, report.to_string()).expect("written");
        let mut request = Request::of(Input::File(path));
        request.asset = Some(asset.to_owned());
        with(&mut request);
        import(&self.actor, &mut self.books, None, &request, at(NOW), &mut |_| {})
            .expect("an import");
    }

    fn set(&mut self, setting: &Setting) -> Set {
        settings::set(&self.actor, &mut self.books, None, setting, at(NOW)).expect("set")
    }

    fn exposure(&mut self, asset: &str, word: &str) -> Set {
        self.set(&Setting::Exposure(asset.to_owned(), word.to_owned()))
    }

    /// Exposure, owner and criticality of an asset.
    fn check(&mut self, asset: &str, expect: [&str; 3]) {
        let mut ledger = ledger::Ledger::open(
            &ledger::Place::File(self.folder.path().join("ledger.db")),
            ledger::Mode::ReadOnly,
        )
        .expect("a ledger");
        let (_, facts) = ledger.asset(asset).expect("read").expect("an asset");
        assert_eq!([facts.exposure, facts.owner, facts.criticality], expect, "{asset}");
    }
}

fn told(done: &Set, words: &str) -> bool {
    done.remarks.iter().any(|line| line.contains(words))
}

#[test]
fn a_rule_moves_only_what_the_rules_say_otherwise_now() {
    let mut world = World::with(&[("web", None), ("shop", None)]);
    world.exposure("*", "internal");
    world.set(&Setting::Owner("web".to_owned(), "web-team".to_owned()));
    // A command tightens one of them.
    world.import("web", |request| {
        request.exposure = Some(Exposure::Internet);
        request.criticality = Some("high".to_owned());
    });
    world.check("web", ["internet", "web-team", "high"]);
    // Another rule for others moves nothing of it.
    world.set(&Setting::Owner("shop".to_owned(), "shop-team".to_owned()));
    world.set(&Setting::Criticality("shop".to_owned(), "low".to_owned()));
    world.check("web", ["internet", "web-team", "high"]);
    world.check("shop", ["internal", "shop-team", "low"]);
    // A looser rule that fits it is kept for the others, and said.
    let done = world.exposure("*", "isolated");
    assert!(
        told(&done, "exposure of web stays internet, which gabion import --exposure gave"),
        "{done:?}"
    );
    world.check("web", ["internet", "web-team", "high"]);
    world.check("shop", ["isolated", "shop-team", "low"]);
    // Taken away, the rules take what was theirs.
    world.exposure("*", "");
    world.set(&Setting::Owner("web".to_owned(), String::new()));
    world.check("web", ["internet", "", "high"]);
    world.check("shop", ["unknown", "shop-team", "low"]);
}

#[test]
fn a_person_who_names_the_asset_may_loosen_what_a_command_gave_and_it_is_said() {
    let mut world = World::with(&[("web", Some(Exposure::Internet))]);
    world.exposure("web", "internet");
    let done = world.exposure("web", "internal");
    world.check("web", ["internal", "", ""]);
    world.import("web", |request| request.exposure = Some(Exposure::Internet));
    world.check("web", ["internet", "", ""]);
    assert!(done.entry.is_some());
    // The rules say it already; the asset is not so.
    let done = world.exposure("web", "internal");
    assert!(
        told(&done, "web was internet (gabion import --exposure); it is internal now"),
        "{done:?}"
    );
    world.check("web", ["internal", "", ""]);
    let entry = done.entry.expect("an entry");
    undo::undo(&world.actor, &mut world.books, entry, at(NOW)).expect("taken back");
    world.check("web", ["internet", "", ""]);
    let again = world.exposure("web", "internal");
    assert!(again.entry.is_some() && world.exposure("web", "internal").entry.is_none());
}

#[test]
fn a_name_wins_over_patterns_and_of_patterns_the_one_set_last() {
    let mut world = World::with(&[("web", None), ("web-2", None)]);
    world.exposure("web", "internet");
    world.exposure("web*", "internal");
    world.check("web", ["internet", "", ""]);
    world.check("web-2", ["internal", "", ""]);
    world.exposure("web", "isolated");
    world.check("web", ["isolated", "", ""]);
    world.set(&Setting::Owner("web*".to_owned(), "ann".to_owned()));
    world.exposure("*", "internet");
    world.check("web-2", ["internet", "ann", ""]);
    // Set anew, it stands after the other; what else it says stays where it was.
    world.set(&Setting::Owner("*".to_owned(), "bob".to_owned()));
    world.exposure("web*", "internal");
    world.check("web-2", ["internal", "bob", ""]);
}

#[test]
fn in_an_estate_file_the_last_that_fits_wins_also_over_a_name() {
    let mut world = World::with(&[("web", None)]);
    let file = world.folder.path().join("estate.toml");
    let text = "[[asset]]\npath = \"web\"\nexposure = \"internal\"\nowner = \"ann\"\n\n[[asset]]\npath = \"*\"\nexposure = \"internet\"\n";
    std::fs::write(&file, text).expect("written");
    world.set(&Setting::Estate(file));
    world.check("web", ["internet", "ann", ""]);
}

#[test]
fn a_name_that_nothing_has_is_said() {
    let mut world = World::with(&[("web", None)]);
    let done = world.exposure("wbe", "internet");
    assert!(told(&done, "nothing in the ledger has the name «wbe» yet"), "{done:?}");
    assert!(told(&done, "there is web") && done.entry.is_some(), "{done:?}");
    assert!(
        world.exposure("shop-*", "internal").remarks.iter().any(|line| line.contains("shop-*"))
    );
    assert!(!told(&world.exposure("w*", "internet"), "nothing in the ledger"));
}
