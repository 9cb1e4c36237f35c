//! What ends a finding, through the import: only a run that is known to have looked.

mod gates;
mod names;
mod parts;

use app::books::{Actor, Books, Database, Mode, Role};
use app::intake::{Imported, Input, Request, import, scope};
use app::queue::names::{Letter, write as name_of};
use app::queue::{Filter, call, close, export, list, reference, show, source, undo};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::world::at;

/// A ledger, and a clock that is an argument.
struct World {
    folder: TempDir,
    books: Books,
    actor: Actor,
}

/// A finding of the generic format.
fn code(rule: &str, path: &str, line: u32) -> Value {
    json!({ "class": "code", "rule": rule, "title": format!("{rule} here"), "severity": "high",
        "locations": [{ "path": path, "line": line, "snippet": format!("call_{rule}({line}, value);") }] })
}

/// A run of a linter that lists its rules, with a line for each finding.
fn sarif(name: &str, when: &str, rules: &[&str], results: &[(&str, &str, u32)]) -> Value {
    let rules: Vec<Value> = rules.iter().map(|id| json!({ "id": id })).collect();
    let results: Vec<Value> = results
        .iter()
        .map(|(rule, path, line)| {
            json!({ "ruleId": rule, "level": "error", "message": { "text": format!("{rule} is bad") },
                "locations": [{ "physicalLocation": { "artifactLocation": { "uri": path },
                    "region": { "startLine": line, "snippet": { "text": format!("call_{rule}({line}, value);") } } } }] })
        })
        .collect();
    json!({ "version": "2.1.0", "runs": [{
        "tool": { "driver": { "name": name, "version": "1.0", "rules": rules } },
        "invocations": [{ "executionSuccessful": true, "endTimeUtc": when }],
        "results": results }] })
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database = Database::File(folder.path().join("ledger.db"));
        let books = Books::open(&database, Mode::Create).expect("a ledger");
        Self { folder, books, actor: Actor::person("ann", Role::Admin) }
    }

    fn take(&mut self, document: &Value, now: &str, with: impl FnOnce(&mut Request)) -> Imported {
        let path = self.folder.path().join("report.json");
        std::fs::write(&path, document.to_string()).expect("written");
        let mut request = Request::of(Input::File(path));
        request.asset = Some("web".to_owned());
        with(&mut request);
        import(&self.actor, &mut self.books, None, &request, at(now), &mut |_| {})
            .expect("an import")
    }

    /// New, closed, reopened, unseen.
    fn check(&mut self, document: &Value, now: &str, expect: [u64; 4]) -> Imported {
        self.checked(document, now, |_| {}, expect)
    }

    fn checked(
        &mut self,
        document: &Value,
        now: &str,
        with: impl FnOnce(&mut Request),
        expect: [u64; 4],
    ) -> Imported {
        let made = self.take(document, now, with);
        assert_eq!([made.new, made.closed, made.reopened, made.unseen], expect, "{made:#?}");
        made
    }

    fn told(&mut self, id: i64, now: &str) -> show::Told {
        let name = name_of(Letter::F, id);
        let shown = show::show(&self.actor, &mut self.books, &name, at(now)).expect("shown");
        *shown.finding.expect("a finding")
    }

    fn rows(&mut self, filter: Filter, now: &str) -> Vec<String> {
        let request = list::Request { filter, most: 100, ..Default::default() };
        let queue = list::list(&self.actor, &mut self.books, request, at(now)).expect("a queue");
        queue.rows.into_iter().map(|row| row.leading).collect()
    }

    /// Where what is unseen is.
    fn unseen(&mut self, now: &str) -> Vec<String> {
        let rows = self.rows(Filter { only: vec!["unseen".to_owned()], ..Filter::default() }, now);
        let mut places: Vec<String> = rows
            .iter()
            .map(|name| {
                self.told(name.trim_start_matches("F-").parse().expect("a number"), now).place
            })
            .collect();
        places.sort();
        places
    }

    /// The finding at a place.
    fn at(&mut self, place: &str) -> i64 {
        let found = (1..99).find(|id| self.told(*id, "2026-12-01T00:00:00Z").place == place);
        found.expect("a finding there")
    }

    fn source(&self) -> source::Request {
        source::Request {
            source: "lint".to_owned(),
            asset: "web".to_owned(),
            kinds: Vec::new(),
            reason: "nightly over the whole repository".to_owned(),
        }
    }
}

const R: &[&str] = &["R1", "R2", "R3"];

#[test]
fn what_a_run_does_not_cover_is_unseen_until_it_is_reported_or_confirmed() {
    let mut world = World::new();
    let all = [("R1", "a.c", 1), ("R2", "b.c", 2), ("R3", "c.c", 3)];
    world.check(
        &sarif("lint", "2026-11-01T00:00:00Z", R, &all),
        "2026-11-01T01:00:00Z",
        [3, 0, 0, 0],
    );
    let told = world.check(
        &sarif("lint", "2026-11-02T00:00:00Z", R, &all[..1]),
        "2026-11-02T01:00:00Z",
        [0, 0, 0, 2],
    );
    assert!(told.remarks.iter().any(|line| line.contains("target not said of 2")), "{told:#?}");
    assert!(
        told.remarks.iter().any(|line| line.contains("gabion source set 'lint' --asset 'web'"))
    );
    assert_eq!(world.unseen("2026-11-02T02:00:00Z"), ["b.c", "c.c"]);
    // The same again: a further run, and no further change of the record.
    world.check(
        &sarif("lint", "2026-11-03T00:00:00Z", R, &all[..1]),
        "2026-11-03T01:00:00Z",
        [0, 0, 0, 2],
    );
    let second = world.at("b.c");
    let claim = world.told(second, "2026-11-03T02:00:00Z").claims.remove(0);
    let unseen = claim.unseen.expect("unseen");
    assert_eq!((unseen.runs, unseen.since), (2, Some(at("2026-11-02T00:00:00Z"))));
    assert_eq!(
        unseen.missing.iter().map(|m| (m.which.as_str(), m.no)).collect::<Vec<_>>(),
        [("target", false)]
    );
    let history = world.told(second, "2026-11-03T02:00:00Z").history;
    assert_eq!(history.iter().filter(|line| line.words.starts_with("unseen")).count(), 1);
    // Reported again, it is seen.
    world.check(
        &sarif("lint", "2026-11-04T00:00:00Z", R, &all[..2]),
        "2026-11-04T01:00:00Z",
        [0, 0, 0, 1],
    );
    assert_eq!(world.unseen("2026-11-04T02:00:00Z"), ["c.c"]);
    // A person confirms what is left, with one reason.
    let (actor, now) = (world.actor.clone(), at("2026-11-05T00:00:00Z"));
    let targets = close::unseen(&actor, &mut world.books, "web", Some("lint")).expect("targets");
    let done =
        close::close(&actor, &mut world.books, &targets, call::Ending::Fixed, "looked myself", now);
    assert_eq!(done.expect("closed").outcomes.len(), 1);
    assert!(world.unseen("2026-11-05T00:00:00Z").is_empty());
    assert!(close::unseen(&actor, &mut world.books, "web", None).is_err());
    // A slip of the finger is not «nothing», and case is none.
    let error = close::unseen(&actor, &mut world.books, "web", Some("lnit")).expect_err("a typo");
    assert_eq!(error.to_string(), "web has no source «lnit»");
    let remedy = error.remedy().expect("a remedy");
    assert!(remedy.contains("did you mean lint?") && remedy.contains("its sources are: lint"));
    let by = |source: &str| list::Request {
        filter: Filter { sources: vec![source.to_owned()], closed: true, ..Filter::default() },
        most: 100,
        ..Default::default()
    };
    let known = list::list(&actor, &mut world.books, by("LINT"), now).expect("a queue");
    assert_eq!(known.filter.sources, ["lint"]);
    let error = list::list(&actor, &mut world.books, by("trivy"), now).expect_err("no source");
    assert_eq!(error.remedy(), Some("there are: lint"), "{error}");
}

#[test]
fn a_statement_stands_in_the_evidence_and_falls_with_what_rests_on_it() {
    let mut world = World::new();
    let all = [("R1", "a.c", 1), ("R2", "b.c", 2)];
    world.check(
        &sarif("lint", "2026-11-01T00:00:00Z", R, &all),
        "2026-11-01T01:00:00Z",
        [2, 0, 0, 0],
    );
    let (actor, request) = (world.actor.clone(), world.source());
    let viewer = Actor::person("vic", Role::Triager);
    let now = at("2026-11-01T02:00:00Z");
    assert!(source::set(&viewer, &mut world.books, &request, now).is_err(), "no triager vouches");
    let unknown = source::Request { source: "lnit".to_owned(), ..request.clone() };
    let error = source::set(&actor, &mut world.books, &unknown, now).expect_err("a typo");
    assert!(error.remedy().is_some_and(|r| r.contains("lint")));
    let stated = source::set(&actor, &mut world.books, &request, now).expect("stated");
    assert!(source::set(&actor, &mut world.books, &request, now).expect("again").entry.is_none());
    world.check(
        &sarif("lint", "2026-11-02T00:00:00Z", R, &all[..1]),
        "2026-11-02T01:00:00Z",
        [0, 1, 0, 0],
    );
    let second = world.at("b.c");
    let closed = world.told(second, "2026-11-02T02:00:00Z");
    let closure = closed.closure.expect("closed");
    assert!(closure.evidence.contains("ann stated on 2026-11-01"), "{}", closure.evidence);
    assert_eq!(closure.statement, stated.entry.expect("an entry"));
    assert_eq!(closed.closed_at, Some(at("2026-11-02T00:00:00Z")), "dated by its evidence");
    // The last one closes too.
    world.check(
        &sarif("lint", "2026-11-03T00:00:00Z", R, &[]),
        "2026-11-03T01:00:00Z",
        [0, 1, 0, 0],
    );
    // What the document says still decides.
    world.check(
        &sarif("lint", "2026-11-04T00:00:00Z", R, &all),
        "2026-11-04T01:00:00Z",
        [0, 0, 2, 0],
    );
    let mut failed = sarif("lint", "2026-11-05T00:00:00Z", R, &all[..1]);
    failed["runs"][0]["invocations"][0]["executionSuccessful"] = json!(false);
    world.check(&failed, "2026-11-05T01:00:00Z", [0, 0, 0, 1]);
    world.check(
        &sarif("lint", "2026-11-06T00:00:00Z", R, &all[..1]),
        "2026-11-06T01:00:00Z",
        [0, 1, 0, 0],
    );
    // Withdrawn, it names what rested on it, and opens it again.
    let stated =
        source::unset(&actor, &mut world.books, &request, true, at("2026-11-07T00:00:00Z"));
    let stated = stated.expect("withdrawn");
    assert_eq!((stated.rest, stated.reopened), (vec![name_of(Letter::F, second)], true));
    assert_eq!(world.told(second, "2026-11-07T01:00:00Z").state, "open");
    assert!(source::unset(&actor, &mut world.books, &request, true, now).is_err());
    let undone = undo::undo(&actor, &mut world.books, stated.entry.expect("an entry"), now);
    undone.expect("taken back");
    let sources = source::sources(&actor, &mut world.books, Some("web")).expect("sources");
    assert!(sources.sources[0].statement.is_some());
}

#[test]
fn a_withdrawn_statement_gives_back_all_that_was_closed_on_the_source() {
    let mut world = World::new();
    let all = [("R1", "a.c", 1), ("R2", "b.c", 2), ("R3", "c.c", 3)];
    let run = |day: u32, command: &str, results: &[(&str, &str, u32)]| {
        let mut run = sarif("lint", &format!("2026-11-{day:02}T00:00:00Z"), R, results);
        run["runs"][0]["invocations"][0]["commandLine"] = json!(command);
        (run, format!("2026-11-{day:02}T01:00:00Z"))
    };
    let take = |world: &mut World, day, command, results: &[_], expect| {
        let (document, now) = run(day, command, results);
        world.check(&document, &now, expect)
    };
    take(&mut world, 1, "lint .", &all, [3, 0, 0, 0]);
    let (actor, request) = (world.actor.clone(), world.source());
    let first = source::set(&actor, &mut world.books, &request, at("2026-11-01T02:00:00Z"));
    take(&mut world, 2, "lint .", &all[..2], [0, 1, 0, 0]);
    // Another configuration ends its effect; it is stated anew, and more is closed on it.
    take(&mut world, 3, "lint --all .", &all[..2], [0, 0, 0, 0]);
    let second = source::set(&actor, &mut world.books, &request, at("2026-11-03T02:00:00Z"));
    assert!(first.expect("stated").entry < second.expect("stated anew").entry);
    take(&mut world, 4, "lint --all .", &all[..1], [0, 1, 0, 0]);
    let now = at("2026-11-05T00:00:00Z");
    let told = source::unset(&actor, &mut world.books, &request, false, now).expect("withdrawn");
    let mut names = ["b.c", "c.c"].map(|place| name_of(Letter::F, world.at(place)));
    names.sort();
    assert_eq!((told.rest, told.reopened), (names.to_vec(), false));
    // Also afterwards they can be had back, and each stands on its claim.
    let told = source::unset(&actor, &mut world.books, &request, true, now).expect("opened again");
    assert_eq!((told.rest, told.reopened), (names.to_vec(), true));
    assert_eq!(world.unseen("2026-11-05T01:00:00Z"), ["b.c", "c.c"]);
    let second = world.at("b.c");
    let claim = world.told(second, "2026-11-05T01:00:00Z").claims.remove(0);
    assert!(claim.unseen.expect("unseen").missing[0].why.contains("withdrawn"));
    take(&mut world, 6, "lint --all .", &all[..1], [0, 0, 0, 2]);
    let made = take(&mut world, 7, "lint --all .", &all, [0, 0, 0, 0]);
    assert_eq!((made.unchanged, made.changed), (3, 0));
    assert!(source::unset(&actor, &mut world.books, &request, true, now).is_err());
    let entry = told.entry.expect("an entry");
    let verified = app::queue::keep::verify(&actor, &mut world.books, true, None, &mut |_, _| {});
    assert!(verified.expect("verified").faults.is_empty(), "E-{entry}");
}

#[test]
fn a_run_that_would_end_most_of_its_source_proposes() {
    let mut world = World::new();
    let all: Vec<(&str, &str, u32)> = (0..14).map(|n| ("R1", "a.c", n * 9 + 1)).collect();
    world.check(
        &sarif("lint", "2026-11-01T00:00:00Z", R, &all),
        "2026-11-01T01:00:00Z",
        [14, 0, 0, 0],
    );
    // Ten are few enough, eleven are too many.
    let few = world.checked(
        &sarif("lint", "2026-11-02T00:00:00Z", R, &all[10..]),
        "2026-11-02T01:00:00Z",
        |r| r.dry_run = true,
        [0, 10, 0, 0],
    );
    assert_eq!(few.braked, 0);
    let many = world.take(
        &sarif("lint", "2026-11-02T00:00:00Z", R, &all[11..]),
        "2026-11-02T01:00:00Z",
        |r| {
            r.scope = scope("whole");
        },
    );
    assert_eq!((many.closed, many.braked, many.proposed), (0, 11, 11));
    // The same once more proposes nothing twice.
    let again = world.take(
        &sarif("lint", "2026-11-03T00:00:00Z", R, &all[11..]),
        "2026-11-03T01:00:00Z",
        |_| {},
    );
    assert_eq!((again.closed, again.proposed), (0, 0));
}

#[test]
fn what_a_pull_request_alone_reports_stands_beside_the_queue() {
    let mut world = World::new();
    let on = |name: &'static str| move |r: &mut Request| r.reference = Some(name.to_owned());
    let base = [("R1", "a.c", 1)];
    let pull = [("R1", "a.c", 1), ("R3", "c.c", 3), ("R2", "b.c", 2)];
    world.checked(
        &sarif("lint", "2026-11-01T00:00:00Z", R, &base),
        "2026-11-01T01:00:00Z",
        on("refs/heads/main"),
        [1, 0, 0, 0],
    );
    world.checked(
        &sarif("lint", "2026-11-02T00:00:00Z", R, &pull),
        "2026-11-02T01:00:00Z",
        on("refs/pull/7/merge"),
        [2, 0, 0, 0],
    );
    let now = "2026-11-02T02:00:00Z";
    assert_eq!(world.rows(Filter::default(), now), ["F-1"]);
    let of_pull = Filter { reference: "refs/pull/7/merge".to_owned(), ..Filter::default() };
    assert_eq!(world.rows(of_pull.clone(), now).len(), 2);
    let mut lines = Vec::new();
    export::export(
        &world.actor,
        &mut world.books,
        &Filter::default(),
        export::Form::Lines,
        at(now),
        &mut lines,
    )
    .expect("exported");
    assert_eq!(String::from_utf8_lossy(&lines).lines().count(), 1);
    // The base has one of them: it enters the queue, under the number and with the first sighting that it has.
    world.checked(
        &sarif("lint", "2026-11-03T00:00:00Z", R, &pull[..2]),
        "2026-11-03T01:00:00Z",
        on("main"),
        [0, 0, 0, 0],
    );
    let now = "2026-11-03T02:00:00Z";
    let (rows, left) = (world.rows(Filter::default(), now), world.rows(of_pull.clone(), now));
    assert_eq!((rows.len(), left.len()), (2, 1));
    let entered = rows.iter().find(|row| *row != "F-1").expect("entered").clone();
    let entered: i64 = entered.trim_start_matches("F-").parse().expect("a number");
    assert_eq!(world.told(entered, now).first_seen, at("2026-11-02T00:00:00Z"));
    // The rest ends with the reference.
    let (actor, later) = (world.actor.clone(), at("2026-11-04T00:00:00Z"));
    let wrong = reference::end(&actor, &mut world.books, "main", None, "merged", later);
    assert!(wrong.is_err(), "a branch is no pull request");
    let ended =
        reference::end(&actor, &mut world.books, "refs/pull/7/merge", None, "merged", later);
    assert_eq!(ended.expect("ended").closed, 1);
    assert!(world.rows(of_pull, now).is_empty());
    assert_eq!(world.rows(Filter::default(), now).len(), 2);
}

#[test]
fn a_report_from_the_future_opens_and_does_nothing_else() {
    let mut world = World::new();
    let all = [("R1", "a.c", 1), ("R1", "a.c", 20)];
    world.check(
        &sarif("lint", "2026-11-01T00:00:00Z", R, &all),
        "2026-11-01T01:00:00Z",
        [2, 0, 0, 0],
    );
    let future = sarif("lint", "2099-01-01T00:00:00Z", R, &[("R1", "a.c", 1), ("R3", "z.c", 9)]);
    let told = world.check(&future, "2026-11-02T00:00:00Z", [1, 0, 0, 0]);
    assert!(told.incomplete.iter().any(|why| why.contains("in the future")), "{told:#?}");
    // A clock that is a few minutes ahead is none.
    let ahead = sarif("lint", "2026-11-03T00:10:00Z", R, &all[..1]);
    world.check(&ahead, "2026-11-03T00:00:00Z", [0, 1, 0, 1]);
    let again = sarif("lint", "2026-11-03T12:00:00Z", R, &all);
    world.check(&again, "2026-11-04T00:00:00Z", [0, 0, 1, 1]);
}

#[test]
fn an_older_report_opens_what_later_runs_do_not_mention_as_unseen() {
    let mut world = World::new();
    world.check(
        &sarif("lint", "2026-11-10T00:00:00Z", R, &[("R1", "a.c", 1)]),
        "2026-11-10T01:00:00Z",
        [1, 0, 0, 0],
    );
    let old = sarif("lint", "2026-11-05T00:00:00Z", R, &[("R1", "a.c", 1), ("R2", "a.c", 40)]);
    world.check(&old, "2026-11-11T00:00:00Z", [1, 0, 0, 0]);
    assert_eq!(world.unseen("2026-11-11T01:00:00Z"), ["a.c"]);
    // A later run that covers it ends it: it compares itself with the run that reported it.
    world.check(
        &sarif("lint", "2026-11-12T00:00:00Z", R, &[("R1", "a.c", 1)]),
        "2026-11-12T01:00:00Z",
        [0, 1, 0, 0],
    );
}

#[test]
fn runs_of_one_document_are_sources_of_their_own() {
    let mut world = World::new();
    let alpha = sarif("alpha", "2026-11-01T00:00:00Z", &["A1"], &[("A1", "a.c", 1)]);
    let beta = sarif("beta", "2026-11-01T00:00:00Z", &["Z1"], &[("Z1", "b.c", 1)]);
    let mut merged = alpha.clone();
    merged["runs"].as_array_mut().expect("runs").push(beta["runs"][0].clone());
    let made = world.check(&merged, "2026-11-01T01:00:00Z", [2, 0, 0, 0]);
    assert_eq!(made.source, "alpha, beta");
    world.check(
        &sarif("alpha", "2026-11-02T00:00:00Z", &["A1"], &[("A1", "a.c", 1)]),
        "2026-11-02T01:00:00Z",
        [0, 0, 0, 0],
    );
    assert!(world.unseen("2026-11-02T02:00:00Z").is_empty(), "beta did not run");
}

#[test]
fn a_tool_under_another_name_goes_on_and_two_tools_stay_two() {
    let mut world = World::new();
    let all = [("R1", "a.c", 1), ("R2", "b.c", 2), ("R3", "c.c", 3)];
    world.check(
        &sarif("oldlint", "2026-11-01T00:00:00Z", R, &all),
        "2026-11-01T01:00:00Z",
        [3, 0, 0, 0],
    );
    let made = world.check(
        &sarif("newlint pro", "2026-11-02T00:00:00Z", R, &all),
        "2026-11-02T01:00:00Z",
        [0, 0, 0, 0],
    );
    assert!(made.remarks.iter().any(|line| line.contains("another name")), "{made:#?}");
    let other = sarif(
        "third",
        "2026-11-03T00:00:00Z",
        &["T1"],
        &[("T1", "a.c", 1), ("T1", "b.c", 2), ("T1", "c.c", 3)],
    );
    world.check(&other, "2026-11-03T01:00:00Z", [3, 0, 0, 0]);
    // Packages are the same for every scanner: none takes the other's place.
    let packages = |tool: &str| {
        let finding = |id: &str, name: &str| {
            json!({ "class": "dependency", "rule": id, "title": id, "severity": "high", "ids": [id],
            "component": { "kind": "npm", "name": name, "version": "1.0.0" }, "locations": [{ "path": "package-lock.json" }] })
        };
        let findings =
            ["lattice", "quark", "merge"].map(|n| finding(&format!("CVE-2031-1{}", n.len()), n));
        json!({ "schema": "gabion.findings/1", "tool": tool, "findings": findings })
    };
    world.take(&packages("scan-a"), "2026-11-04T00:00:00Z", |_| {});
    let second = world.take(&packages("scan-b"), "2026-11-05T00:00:00Z", |_| {});
    assert!(!second.remarks.iter().any(|line| line.contains("another name")), "{second:#?}");
}

#[test]
fn marks_of_the_tool_are_proposed_once_also_when_they_come_later() {
    let mut world = World::new();
    let of = |standing: Option<&str>| {
        let mut finding = code("R1", "a.c", 1);
        if let Some(standing) = standing {
            finding["standing"] = json!(standing);
        }
        json!({ "schema": "gabion.findings/1", "tool": "lint", "findings": [finding, code("R2", "b.c", 2)] })
    };
    assert_eq!(world.take(&of(None), "2026-11-01T00:00:00Z", |_| {}).proposed, 0);
    assert_eq!(world.take(&of(Some("suppressed")), "2026-11-02T00:00:00Z", |_| {}).proposed, 1);
    assert_eq!(world.take(&of(Some("suppressed")), "2026-11-03T00:00:00Z", |_| {}).proposed, 0);
    let proposal = world.told(1, "2026-11-03T01:00:00Z").proposals.remove(0);
    assert!(proposal.what.starts_with("accept until"), "{}", proposal.what);
    let number = app::queue::names::read(Letter::P, &proposal.proposal).expect("a proposal");
    let (actor, now) = (world.actor.clone(), at("2026-11-03T02:00:00Z"));
    app::queue::settle::reject(&actor, &mut world.books, number, "it is live", now)
        .expect("refused");
    world.take(&of(None), "2026-11-04T00:00:00Z", |_| {});
    let again = world.take(&of(Some("suppressed")), "2026-11-05T00:00:00Z", |_| {});
    assert_eq!(again.proposed, 0, "a person refused it");
    let other = world.take(&of(Some("false_positive")), "2026-11-06T00:00:00Z", |_| {});
    assert_eq!(other.proposed, 1, "that was not proposed before");
}

/// Six weeks of three scanners on one asset: a nightly linter, a weekly scan of packages, a network scan by parts.
#[test]
fn six_weeks_of_three_scanners() {
    let mut world = World::new();
    let start = at("2026-10-01T02:00:00Z");
    let day = |n: i64| (start + jiff::SignedDuration::from_hours(24 * n)).to_string();
    let mut closed = 0;
    let mut truth: Vec<(&str, &str, u32)> =
        (0..12).map(|n| (R[n % 3], ["a.c", "b.c", "c.c"][n % 3], n as u32 * 10 + 1)).collect();
    let network = |hosts: &[&str], bad: &[&str], when: &str| {
        let findings: Vec<Value> = bad
            .iter()
            .filter(|host| hosts.contains(host))
            .map(|host| {
                json!({
            "class": "host", "rule": "42873", "title": "weak cipher", "severity": "medium",
            "endpoint": { "host": host, "port": 443, "protocol": "tcp" } })
            })
            .collect();
        json!({ "schema": "gabion.findings/1", "tool": "netscan", "scanned_at": when, "tool_version": "9", "findings": findings })
    };
    for n in 0..42 {
        let when = day(n);
        // One thing is mended every fourth night, and none of what is left is lost.
        if n % 4 == 3 && truth.len() > 4 {
            truth.remove(0);
        }
        let night = world.take(&sarif("lint", &when, R, &truth), &when, |_| {});
        assert_eq!(
            (night.new, night.braked),
            (if n == 0 { 12 } else { 0 }, 0),
            "night {n}: {night:#?}"
        );
        closed += night.closed;
        if n % 7 == 0 {
            let packages: Vec<Value> = ["CVE-2031-1001", "CVE-2031-1002", "CVE-2031-1003"].iter().skip((n / 21) as usize).map(|id| json!({
                "class": "dependency", "rule": id, "title": id, "severity": "high", "ids": [id],
                "component": { "kind": "npm", "name": format!("p{id}"), "version": "1.0.0", "fixed_in": ["2.0.0"] },
                "locations": [{ "path": "package-lock.json" }] })).collect();
            let week = json!({ "schema": "gabion.findings/1", "tool": "packages", "scanned_at": when, "findings": packages });
            let week = world.take(&week, &when, |_| {});
            assert_eq!(
                (week.closed, week.reopened),
                (u64::from(n == 21), 0),
                "week {n}: {week:#?}"
            );
            // Two halves of the network in turn: neither ends what the other found.
            let half: &[&str] =
                if n % 2 == 0 { &["10.0.0.1", "10.0.0.2"] } else { &["10.0.0.3", "10.0.0.4"] };
            let part = world.take(&network(half, &["10.0.0.1", "10.0.0.3"], &when), &when, |_| {});
            assert_eq!(part.closed, 0, "part {n}: {part:#?}");
        }
    }
    let stats =
        app::queue::stats::stats(&world.actor, &mut world.books, at(&day(42))).expect("stats");
    assert_eq!((stats.opened, closed), (12 + 3 + 2, 8));
    // Each closure stands in the week of its evidence.
    assert_eq!(stats.weeks.iter().map(|week| week.closed).sum::<u64>(), closed + 1);
    let verified =
        app::queue::keep::verify(&world.actor, &mut world.books, true, None, &mut |_, _| {});
    assert!(verified.expect("verified").faults.is_empty());
}
