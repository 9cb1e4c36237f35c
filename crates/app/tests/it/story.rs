//! The story of an asset's reports: taken in, repeated, changed, partial, older, gone, back again; several sources;
//! decisions; and all of it taken back.

use std::path::PathBuf;

use app::books::{Actor, Books, Database, Mode, Role};
use app::intake::{Imported, Input, Request, import, scope};
use app::queue::call::Call;
use app::queue::names::{Letter, finding_or_fix, write as name_of};
use serde_json::{Value, json};
use tempfile::TempDir;
use vocab::Instant;

use crate::world::at;

/// A ledger of its own, and documents beside it.
struct Story {
    folder: TempDir,
    books: Books,
    actor: Actor,
    hour: i64,
}

impl Story {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database = Database::File(folder.path().join("ledger.db"));
        let books = Books::open(&database, Mode::Create).expect("a ledger");
        Self { folder, books, actor: Actor::person("ann", Role::Admin), hour: 0 }
    }

    /// Each step happens an hour after the last.
    fn now(&mut self) -> Instant {
        self.hour += 1;
        at("2026-11-21T10:00:00Z") + jiff::SignedDuration::from_hours(self.hour)
    }

    fn file(&self, name: &str, document: &Value) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, document.to_string()).expect("written");
        path
    }

    fn take(&mut self, document: &Value, with: impl FnOnce(&mut Request)) -> Imported {
        let path = self.file("report.json", document);
        let mut request = Request::of(Input::File(path));
        request.asset = Some("web".to_owned());
        with(&mut request);
        let now = self.now();
        import(&self.actor, &mut self.books, None, &request, now, &mut |_| {}).expect("an import")
    }

    /// Takes it in for the asset `web`, and tells new, changed, closed, reopened, unchanged.
    fn check(&mut self, document: &Value, expect: [u64; 5]) -> Imported {
        self.checked(document, |_| {}, expect)
    }

    fn checked(
        &mut self,
        document: &Value,
        with: impl FnOnce(&mut Request),
        expect: [u64; 5],
    ) -> Imported {
        let made = self.take(document, with);
        let counts = [made.new, made.changed, made.closed, made.reopened, made.unchanged];
        assert_eq!(counts, expect, "{made:#?}");
        made
    }

    fn head(&mut self) -> i64 {
        app::queue::keep::head(&self.actor, &mut self.books).expect("a head").entry
    }

    /// State and closing sentence of a finding.
    fn state(&mut self, id: i64) -> (String, String) {
        let now = self.now();
        let name = name_of(Letter::F, id);
        let shown =
            app::queue::show::show(&self.actor, &mut self.books, &name, now).expect("shown");
        let shown = serde_json::to_value(&shown).expect("JSON");
        let finding = &shown["finding"];
        let closure = &finding["closure"];
        let evidence = closure["evidence"].as_str().unwrap_or_default().to_owned();
        (finding["state"].as_str().expect("a state").to_owned(), evidence)
    }

    fn decide(&mut self, id: i64, call: Call) {
        let now = self.now();
        let targets = vec![finding_or_fix(&name_of(Letter::F, id)).expect("a name")];
        let request = app::queue::triage::Request {
            targets,
            call,
            reason: "looked at it".to_owned(),
            intelligence: None,
        };
        app::queue::triage::triage(&self.actor, &mut self.books, &request, now).expect("decided");
    }
}

/// A SARIF document of one run: (rule, file, line, the code there).
fn sarif(time: &str, results: &[(&str, &str, u32, &str)]) -> Value {
    let result = |(rule, file, line, code): &(&str, &str, u32, &str)| {
        json!({ "ruleId": rule, "level": "error", "message": { "text": format!("{rule} in line {line}") },
            "locations": [{ "physicalLocation": { "artifactLocation": { "uri": file },
                "region": { "startLine": line, "snippet": { "text": code } } } }] })
    };
    let results: Vec<Value> = results.iter().map(result).collect();
    json!({ "version": "2.1.0", "runs": [{
        "tool": { "driver": { "name": "lint", "version": "1.0" } },
        "invocations": [{ "executionSuccessful": true, "endTimeUtc": time }],
        "results": results }] })
}

/// A report of Trivy: (id, package, version, fixed version).
fn trivy(time: &str, rows: &[(&str, &str, &str, &str)]) -> Value {
    let row = |(id, name, version, fixed): &(&str, &str, &str, &str)| {
        json!({ "VulnerabilityID": id, "PkgName": name, "InstalledVersion": version,
            "FixedVersion": fixed, "Severity": "HIGH", "Title": format!("{name}: a defect of some size") })
    };
    let rows: Vec<Value> = rows.iter().map(row).collect();
    json!({ "SchemaVersion": 2, "CreatedAt": time, "ArtifactName": "web", "ArtifactType": "filesystem",
        "Results": [{ "Target": "package-lock.json", "Class": "lang-pkgs", "Type": "npm", "Vulnerabilities": rows }] })
}

/// A report of Grype: (id, its alias, package, version).
fn grype(time: &str, rows: &[(&str, &str, &str, &str)]) -> Value {
    let row = |(id, alias, name, version): &(&str, &str, &str, &str)| {
        json!({ "vulnerability": { "id": id, "severity": "Critical", "fix": { "versions": ["4.17.21"], "state": "fixed" } },
            "relatedVulnerabilities": [{ "id": alias }],
            "matchDetails": [],
            "artifact": { "name": name, "version": version, "type": "npm", "purl": format!("pkg:npm/{name}@{version}"), "locations": [{ "path": "/package-lock.json" }] } })
    };
    let rows: Vec<Value> = rows.iter().map(row).collect();
    json!({ "matches": rows, "source": { "type": "directory", "target": "/web" },
        "descriptor": { "name": "grype", "version": "0.80.0", "timestamp": time } })
}

const A: (&str, &str, u32, &str) = ("sqli", "src/db.py", 10, "cursor.execute(a + name)");
const B: (&str, &str, u32, &str) = ("sqli", "src/db.py", 50, "cursor.execute(b + other)");
const C: (&str, &str, u32, &str) = ("xss", "src/page.py", 7, "return Markup(text_of_user)");

#[test]
fn a_report_is_taken_in_once_and_closes_with_evidence() {
    let mut story = Story::new();
    let first = story.check(&sarif("2026-11-01T00:00:00Z", &[A, B, C]), [3, 0, 0, 0, 0]);
    assert_eq!((first.format, first.source.as_str(), first.entry), ("sarif", "lint", Some(1)));
    let again = story.check(&sarif("2026-11-01T00:00:00Z", &[A, B, C]), [0, 0, 0, 0, 3]);
    assert!(again.repeat);
    assert_eq!((again.entry, story.head()), (None, 1), "a repeat appends nothing");
    // Reserialised, reordered, later: nothing helps but knowing it again.
    let reordered = story.check(&sarif("2026-11-02T00:00:00Z", &[C, B, A]), [0, 0, 0, 0, 3]);
    assert!(!reordered.repeat);
    // Without B: the rule still finds A, so B has ended.
    story.check(&sarif("2026-11-03T00:00:00Z", &[A, C]), [0, 0, 1, 0, 2]);
    let (state, evidence) = story.state(2);
    assert_eq!(state, "closed");
    assert!(evidence.contains("2026-11-03") && evidence.contains("sqli"), "{evidence}");
    // It returns.
    story.check(&sarif("2026-11-04T00:00:00Z", &[A, B, C]), [0, 0, 0, 1, 2]);
    assert_eq!(story.state(2).0, "open");
}

#[test]
fn lines_texts_and_files_move_and_the_finding_stays() {
    let mut story = Story::new();
    story.check(&sarif("2026-11-01T00:00:00Z", &[A, B, C]), [3, 0, 0, 0, 0]);
    let shifted = [("sqli", "src/db.py", 18, A.3), ("sqli", "src/db.py", 58, B.3), C];
    story.check(&sarif("2026-11-02T00:00:00Z", &shifted), [0, 2, 0, 0, 1]);
    let renamed = [shifted[0], shifted[1], ("xss", "src/view.py", 7, C.3)];
    story.check(&sarif("2026-11-03T00:00:00Z", &renamed), [0, 1, 0, 0, 2]);
    let mut rescored = sarif("2026-11-04T00:00:00Z", &renamed);
    rescored["runs"][0]["results"][0]["level"] = json!("note");
    story.check(&rescored, [0, 1, 0, 0, 2]);
}

#[test]
fn partial_older_empty_and_pull_request_runs_close_nothing() {
    let mut story = Story::new();
    story.check(&sarif("2026-11-10T00:00:00Z", &[A, B, C]), [3, 0, 0, 0, 0]);
    let part = |r: &mut Request| r.scope = scope("src/page.py");
    story.checked(&sarif("2026-11-11T00:00:00Z", &[C]), part, [0, 0, 0, 0, 1]);
    let mut failed = sarif("2026-11-12T00:00:00Z", &[C]);
    failed["runs"][0]["invocations"][0]["executionSuccessful"] = json!(false);
    let failed = story.check(&failed, [0, 0, 0, 0, 1]);
    assert!(!failed.whole());
    story.check(&sarif("2026-11-13T00:00:00Z", &[]), [0, 0, 0, 0, 0]);
    let older = story.check(&sarif("2026-11-05T00:00:00Z", &[C]), [0, 0, 0, 0, 1]);
    assert!(older.remarks.iter().any(|r| r.contains("older")), "{older:?}");
    let pull = |r: &mut Request| r.reference = Some("refs/pull/7/merge".to_owned());
    story.checked(&sarif("2026-11-14T00:00:00Z", &[C]), pull, [0, 0, 0, 0, 1]);
    // The whole, at last.
    story.check(&sarif("2026-11-15T00:00:00Z", &[A, C]), [0, 0, 1, 0, 2]);
}

#[test]
fn a_false_positive_stays_one() {
    let mut story = Story::new();
    story.check(&sarif("2026-11-10T00:00:00Z", &[A, B, C]), [3, 0, 0, 0, 0]);
    story.decide(3, Call::FalsePositive);
    assert_eq!(story.state(3).0, "closed");
    story.check(&sarif("2026-11-20T00:00:00Z", &[A, B, C]), [0, 0, 0, 0, 3]);
    story.check(&sarif("2026-11-21T00:00:00Z", &[A, B]), [0, 0, 0, 0, 2]);
    // The claim stands again, and the finding stays what a person called it.
    story.check(&sarif("2026-11-21T01:00:00Z", &[A, B, C]), [0, 0, 0, 0, 3]);
    assert_eq!(story.state(3).0, "closed");
}

#[test]
fn two_sources_tell_of_one_problem_on_a_declared_asset_only() {
    let first =
        trivy("2026-11-01T00:00:00Z", &[("CVE-2021-23337", "lodash", "4.17.20", "4.17.21")]);
    let second = grype(
        "2026-11-02T00:00:00Z",
        &[("GHSA-35jh-r3h4-6jhm", "CVE-2021-23337", "lodash", "4.17.20")],
    );
    let mut story = Story::new();
    story.check(&first, [1, 0, 0, 0, 0]);
    let linked = story.check(&second, [0, 1, 0, 0, 0]);
    assert_eq!((linked.source.as_str(), linked.linked), ("Grype", 1));
    // One source no longer has it, and the other still does: open.
    let other = ("CVE-2020-28500", "minimist", "1.0.0", "1.2.6");
    story.check(&trivy("2026-11-03T00:00:00Z", &[other]), [1, 0, 0, 0, 0]);
    assert_eq!(story.state(1).0, "open");
    story.check(
        &grype(
            "2026-11-04T00:00:00Z",
            &[("GHSA-xvch-5gv4-984h", "CVE-2021-44906", "minimist", "1.0.0")],
        ),
        [1, 0, 1, 0, 0],
    );
    assert_eq!(story.state(1).0, "closed");

    let mut story = Story::new();
    let nobody = |r: &mut Request| r.asset = None;
    story.checked(&first, nobody, [1, 0, 0, 0, 0]);
    let apart = story.checked(&second, nobody, [1, 0, 0, 0, 0]);
    assert!(!apart.declared && apart.linked == 0, "{apart:?}");
    assert!(apart.remarks.iter().any(|r| r.contains("--asset")), "{apart:?}");
}

#[test]
fn a_bumped_version_that_is_still_affected_is_the_same_problem() {
    let mut story = Story::new();
    story.check(
        &trivy("2026-11-01T00:00:00Z", &[("CVE-2021-23337", "lodash", "4.17.19", "4.17.21")]),
        [1, 0, 0, 0, 0],
    );
    story.check(
        &trivy("2026-11-02T00:00:00Z", &[("CVE-2021-23337", "lodash", "4.17.20", "4.17.21")]),
        [0, 1, 0, 0, 0],
    );
}

#[test]
fn a_whole_import_is_taken_back() {
    let mut story = Story::new();
    story.check(&sarif("2026-11-01T00:00:00Z", &[A, C]), [2, 0, 0, 0, 0]);
    story.check(&sarif("2026-11-02T00:00:00Z", &[A, B, C]), [1, 0, 0, 0, 2]);
    let now = story.now();
    app::queue::undo::undo(&story.actor, &mut story.books, 2, now).expect("taken back");
    // As if it had never been: it is new again, and the short cut does not hold.
    story.check(&sarif("2026-11-02T00:00:00Z", &[A, B, C]), [1, 0, 0, 0, 2]);
}

#[test]
fn a_dry_run_keeps_nothing_and_tells_the_same() {
    let mut story = Story::new();
    let dry = |r: &mut Request| r.dry_run = true;
    story.checked(&sarif("2026-11-01T00:00:00Z", &[A, B]), dry, [2, 0, 0, 0, 0]);
    assert_eq!(story.head(), 0);
    story.check(&sarif("2026-11-01T00:00:00Z", &[A, B]), [2, 0, 0, 0, 0]);
}

#[test]
fn an_agent_may_not_import() {
    let mut story = Story::new();
    let path = story.file("a.json", &sarif("2026-11-01T00:00:00Z", &[A]));
    let agent = Actor::person("bot", Role::Agent);
    let request = Request::of(Input::File(path));
    let refused = import(&agent, &mut story.books, None, &request, at("2026-11-21"), &mut |_| {});
    assert!(refused.expect_err("refused").to_string().contains("may not import"));
}

#[test]
fn secrets_are_stored_nowhere() {
    let mut story = Story::new();
    let token = format!("ghp_{}", "a1B2c3D4".repeat(5));
    let leak = ("leak", "src/keys.py", 3, format!("token = '{token}'"));
    let mut document = sarif("2026-11-01T00:00:00Z", &[(leak.0, leak.1, leak.2, &leak.3)]);
    document["runs"][0]["results"][0]["message"]["text"] = json!(format!("found {token} here"));
    story.check(&document, [1, 0, 0, 0, 0]);
    for name in ["ledger.db", "ledger.db-wal"] {
        let bytes = std::fs::read(story.folder.path().join(name)).unwrap_or_default();
        let found = bytes.windows(token.len()).any(|window| window == token.as_bytes());
        assert!(!found, "{name} holds the token");
    }
}

#[test]
fn a_duplicate_stands_for_itself_once_the_other_has_ended() {
    let mut story = Story::new();
    story.check(&sarif("2026-11-01T00:00:00Z", &[A, B, C]), [3, 0, 0, 0, 0]);
    story.decide(3, Call::Duplicate { of: 1 });
    let without = |time| sarif(time, &[B, C]);
    story.check(&without("2026-11-21T12:30:00Z"), [0, 0, 1, 0, 2]);
    assert_eq!((story.state(1).0.as_str(), story.state(3).0.as_str()), ("closed", "closed"));
    // What it was a duplicate of is mended, and it is still reported: nobody else would show it.
    story.check(&without("2026-11-21T14:30:00Z"), [0, 0, 0, 1, 1]);
    assert_eq!(story.state(3).0, "open");

    // A duplicate of what is no problem is none either.
    let mut story = Story::new();
    story.check(&sarif("2026-11-01T00:00:00Z", &[A, B, C]), [3, 0, 0, 0, 0]);
    story.decide(3, Call::Duplicate { of: 1 });
    story.decide(1, Call::FalsePositive);
    story.check(&sarif("2026-11-21T13:30:00Z", &[A, B, C]), [0, 0, 0, 0, 3]);
    assert_eq!(story.state(3).0, "closed");
}

#[test]
fn an_import_whose_finding_has_a_duplicate_is_not_taken_back() {
    let mut story = Story::new();
    story.check(&sarif("2026-11-01T00:00:00Z", &[A]), [1, 0, 0, 0, 0]);
    let other = |r: &mut Request| r.source = Some("other".to_owned());
    story.checked(&sarif("2026-11-01T00:00:00Z", &[C]), other, [1, 0, 0, 0, 0]);
    story.decide(2, Call::Duplicate { of: 1 });
    let now = story.now();
    let refused = app::queue::undo::undo(&story.actor, &mut story.books, 1, now);
    let why = format!("{:?}", refused.expect_err("F-2 would be a duplicate of nothing"));
    assert!(why.contains("F-1 has a duplicate: F-2"), "{why}");
}

#[test]
fn reports_of_two_projects_with_one_file_name_close_nothing_of_each_other() {
    let mut story = Story::new();
    let nobody = |r: &mut Request| r.asset = None;
    story.checked(&sarif("2026-11-01T00:00:00Z", &[A, B]), nobody, [2, 0, 0, 0, 0]);
    let other = story.checked(&sarif("2026-11-02T00:00:00Z", &[C]), nobody, [1, 0, 0, 0, 0]);
    assert!(other.remarks.iter().any(|r| r.contains("something else")), "{other:?}");
    // A run of the same project has something in common with what stands.
    story.checked(&sarif("2026-11-03T00:00:00Z", &[A, C]), nobody, [0, 0, 1, 0, 2]);
}

#[test]
fn what_a_document_tells_of_its_target_keeps_no_password() {
    let mut story = Story::new();
    let mut document = sarif("2026-11-01T00:00:00Z", &[A]);
    document["runs"][0]["versionControlProvenance"] =
        json!([{ "repositoryUri": "https://bob:correct-horse@host.example/x.git" }]);
    let made = story.take(&document, |r| r.asset = None);
    assert!(!format!("{made:?}").contains("correct-horse"), "{made:?}");
    assert!(made.asset.contains("host.example"), "{made:?}");
}

#[test]
fn an_owner_takes_nobody_elses_asset() {
    let mut story = Story::new();
    let ann = |r: &mut Request| r.owner = Some("ann".to_owned());
    story.checked(&sarif("2026-11-01T00:00:00Z", &[A]), ann, [1, 0, 0, 0, 0]);
    let path = story.file("b.json", &sarif("2026-11-02T00:00:00Z", &[A]));
    let mut request = Request::of(Input::File(path));
    request.asset = Some("web".to_owned());
    request.owner = Some("bob".to_owned());
    let bob = Actor::person("bob", Role::Owner);
    let now = story.now();
    let refused = import(&bob, &mut story.books, None, &request, now, &mut |_| {});
    assert!(refused.expect_err("refused").to_string().contains("its own assets"));
}

#[test]
fn a_pull_request_or_a_broken_run_ends_nothing_by_its_word() {
    let mut story = Story::new();
    story.check(&sarif("2026-11-01T00:00:00Z", &[A, B, C]), [3, 0, 0, 0, 0]);
    let absent = |time| {
        let mut document = sarif(time, &[A, B, C]);
        document["runs"][0]["results"][1]["baselineState"] = json!("absent");
        document
    };
    let pull = |r: &mut Request| r.scope = scope("pull-request");
    story.checked(&absent("2026-11-02T00:00:00Z"), pull, [0, 0, 0, 0, 3]);
    let mut failed = absent("2026-11-03T00:00:00Z");
    failed["runs"][0]["invocations"][0]["executionSuccessful"] = json!(false);
    story.check(&failed, [0, 0, 0, 0, 3]);
    assert_eq!(story.state(2).0, "open");
    story.take(&absent("2026-11-04T00:00:00Z"), |_| {});
    assert_eq!(story.state(2).0, "closed");
}

#[test]
fn an_undo_of_an_import_is_not_taken_back_over_later_documents() {
    let mut story = Story::new();
    story.check(&sarif("2026-11-01T00:00:00Z", &[A, B, C]), [3, 0, 0, 0, 0]);
    story.check(&sarif("2026-11-02T00:00:00Z", &[A, C]), [0, 0, 1, 0, 2]);
    let now = story.now();
    app::queue::undo::undo(&story.actor, &mut story.books, 2, now).expect("taken back");
    story.check(&sarif("2026-11-03T00:00:00Z", &[A, B, C]), [0, 0, 0, 0, 3]);
    let now = story.now();
    let refused = app::queue::undo::undo(&story.actor, &mut story.books, 3, now);
    assert!(refused.is_err(), "it would close what was reported since");
    assert_eq!(story.state(2).0, "open");
}
