//! What `show` suggests as the same, through a ledger: whose findings, and whose never.

use std::collections::BTreeMap;

use app::books::{Actor, Books, Database, Mode, Role};
use app::intake::{Input, Request, import};
use app::queue::call::Call;
use app::queue::names::Named;
use app::queue::show::{self, Told};
use app::queue::{reopen, settle, triage};
use serde_json::{Value, json};
use tempfile::TempDir;
use vocab::Instant;

use crate::world::at;

struct Shop {
    folder: TempDir,
    books: Books,
    hour: i64,
}

fn ann() -> Actor {
    Actor::person("ann", Role::Admin)
}

fn model() -> Actor {
    Actor::person("model", Role::Agent)
}

impl Shop {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database = Database::File(folder.path().join("ledger.db"));
        let books = Books::open(&database, Mode::Create).expect("a ledger");
        Self { folder, books, hour: 0 }
    }

    fn now(&mut self) -> Instant {
        self.hour += 1;
        at("2026-11-21T10:00:00Z") + jiff::SignedDuration::from_hours(self.hour)
    }

    fn take(&mut self, tool: &str, findings: Value) {
        self.take_as(tool, findings, |_| {});
    }

    fn take_as(&mut self, tool: &str, findings: Value, with: impl FnOnce(&mut Request)) {
        let document = json!({ "schema": "gabion.findings/1", "tool": tool, "findings": findings });
        let path = self.folder.path().join("report.json");
        std::fs::write(&path, document.to_string()).expect("written");
        let mut request = Request::of(Input::File(path));
        request.asset = Some("shop".to_owned());
        with(&mut request);
        let now = self.now();
        import(&ann(), &mut self.books, None, &request, now, &mut |_| {}).expect("an import");
    }

    fn told(&mut self, id: i64) -> Told {
        let now = self.now();
        let shown = show::show(&ann(), &mut self.books, &format!("F-{id}"), now).expect("shown");
        *shown.finding.expect("a finding")
    }

    /// The number of the finding that a source reports with these words in its title, or at this place.
    fn of(&mut self, source: &str, words: &str) -> i64 {
        let now = self.now();
        let books = &mut self.books;
        let one = |id: i64| show::show(&ann(), books, &format!("F-{id}"), now).ok()?.finding;
        let all: Vec<Told> = (1..).map_while(one).map(|told| *told).collect();
        let is = |told: &&Told| {
            let places = told.claims.iter().flat_map(|claim| &claim.places);
            told.claims.iter().any(|claim| claim.source == source)
                && (told.title.contains(words) || places.into_iter().any(|at| at == words))
        };
        let found = all.iter().find(is).unwrap_or_else(|| panic!("{source} reports {words}"));
        found.finding.trim_start_matches("F-").parse().expect("a number")
    }

    /// Numbers of what is suggested for a finding, and with what its evidence begins.
    fn check(&mut self, id: i64, expect: &[(i64, &str)]) {
        let told = self.told(id);
        let said: Vec<(&str, &str)> =
            told.suggestions.iter().map(|s| (s.finding.as_str(), s.evidence.as_str())).collect();
        let names: Vec<String> = expect.iter().map(|(id, _)| format!("F-{id}")).collect();
        let expect: Vec<(&str, &str)> =
            names.iter().zip(expect).map(|(name, (_, why))| (name.as_str(), *why)).collect();
        let fits = said.len() == expect.len()
            && said
                .iter()
                .zip(&expect)
                .all(|(said, due)| said.0 == due.0 && said.1.starts_with(due.1));
        assert!(fits, "F-{id}: {expect:?}, not {:?}", told.suggestions);
    }

    fn decide(&mut self, actor: &Actor, id: i64, call: Call) {
        let request = triage::Request {
            targets: vec![Named::Finding(id)],
            call,
            reason: "read both".to_owned(),
            intelligence: None,
        };
        let now = self.now();
        triage::triage(actor, &mut self.books, &request, now).expect("decided");
    }
}

fn sql(path: &str, line: u32) -> Value {
    json!({ "class": "code", "rule": "a.sql", "title": "SQL Injection", "severity": "high",
        "cwes": ["CWE-89"], "locations": [{ "path": path, "line": line }],
        "description": "A statement is put together from a value of the request. \
                        See https://cwe.mitre.org/data/definitions/89.html" })
}

fn query(path: &str, line: u32) -> Value {
    json!({ "class": "code", "rule": "js/sql-injection", "severity": "high", "cwes": ["CWE-89"],
        "title": "Query built from user-controlled sources",
        "description": "This query depends on a user-provided value. \
                        See https://cwe.mitre.org/data/definitions/89.html",
        "locations": [{ "path": path, "line": line }] })
}

fn many(first: Value, others: impl Iterator<Item = Value>) -> Value {
    Value::Array([first].into_iter().chain(others).collect())
}

const BOTH: &str = "routes/a.ts:17; both are SQL injection";

/// Two findings that one tool reports are two, and a page to read is no place.
#[test]
fn the_other_tools_finding_is_not_crowded_out_by_the_own_tools() {
    let mut shop = Shop::new();
    let elsewhere = (0..6).map(|n| sql(&format!("routes/o{n}.ts"), 5 + n));
    shop.take("A", many(sql("routes/a.ts", 17), elsewhere));
    shop.take("B", json!([query("routes/a.ts", 17)]));
    let (of_a, of_b) = (shop.of("A", "routes/a.ts:17"), shop.of("B", "routes/a.ts:17"));
    shop.check(of_a, &[(of_b, BOTH)]);
    shop.check(of_b, &[(of_a, BOTH)]);
    let elsewhere = shop.of("A", "routes/o1.ts:6");
    shop.check(elsewhere, &[]);
}

#[test]
fn a_tool_is_the_same_under_another_name_and_branch() {
    let mut shop = Shop::new();
    shop.take("acme/Linter", json!([sql("routes/a.ts", 17)]));
    shop.take_as("Linter OSS 2.1", json!([sql("routes/a.ts", 17)]), |request| {
        request.source = Some("nightly".to_owned());
        request.reference = Some("release".to_owned());
    });
    shop.check(1, &[]);
    shop.check(2, &[]);
}

/// The right one of a hot file is told by its line, which no list of words knows.
#[test]
fn a_file_full_of_findings_hides_nothing() {
    let mut shop = Shop::new();
    let secret = |line: u32| {
        json!({ "class": "secret", "rule": "HS-LEAKS-1", "severity": "high",
            "title": "Hard-coded password", "locations": [{ "path": "data/users.yml", "line": line }] })
    };
    shop.take("A", Value::Array((1..=1_200).map(|n| secret(n * 10)).collect()));
    shop.take(
        "B",
        json!([{ "class": "code", "rule": "js/hardcoded-credentials", "severity": "high",
            "title": "The value is used as password", "locations": [{ "path": "./data/users.yml", "line": 2011 }] }]),
    );
    let told = shop.told(1_201);
    assert_eq!(told.claims[0].source, "B");
    let first = &told.suggestions[0];
    assert!(first.evidence.starts_with("data/users.yml, 1 line apart; both"), "{first:?}");
}

fn report(title: &str, text: &str) -> Value {
    json!({ "class": "report", "title": title, "description": text, "severity": "high" })
}

/// Titles and places say nothing here: the texts are compared before anything is cut off.
#[test]
fn what_people_tell_is_compared_by_its_text() {
    let mut shop = Shop::new();
    let text = "The reset form accepts two e-mail parameters. The token for the first address is mailed to both";
    let mail = "Password reset mail can be sent to an attacker";
    shop.take(
        "inbox",
        json!([
            report(mail, &format!("{text}. Anyone can take over an account by adding an own address as second parameter.")),
            report("Stored script in the nickname", "A nickname with a script element is shown unescaped on the \
                members page and runs for everybody who opens it."),
        ]),
    );
    shop.take(
        "bounty",
        json!([
            report("Account takeover through duplicated email field in forgotten-password flow",
                "When the forgotten password request carries the email field twice, the mail with the reset token \
                 goes out to each address, so an attacker who appends an own address receives the token of the victim \
                 and takes over the account."),
            report(mail, &format!("{text} of them. Anyone can take over an account by adding an own address.")),
        ]),
    );
    let ids =
        [("inbox", mail), ("inbox", "Stored script"), ("bounty", mail), ("bounty", "takeover")];
    let [first, script, again, reworded] = ids.map(|(source, title)| shop.of(source, title));
    let mut check = |id: i64, expect: &[i64]| {
        let found: Vec<String> = shop.told(id).suggestions.into_iter().map(|s| s.finding).collect();
        let expect: Vec<String> = expect.iter().map(|id| format!("F-{id}")).collect();
        assert_eq!(found, expect, "F-{id}");
    };
    check(first, &[again, reworded]);
    check(script, &[]);
    // The numbers of one inbox tell submissions apart, not problems.
    check(again, &[first, reworded]);
    check(reworded, &[first, again]);
}

/// A person names the place in the text alone, and a finding of a tool is found by it, both ways.
#[test]
fn a_report_meets_what_a_tool_found_at_the_place_it_names() {
    let mut shop = Shop::new();
    shop.take(
        "A",
        many(sql("src/routes/a.ts", 17), (0..40).map(|n| sql(&format!("src/o{n}.ts"), 3))),
    );
    shop.take(
        "inbox",
        json!([report(
            "SQL injection in the search",
            "Look at https://github.com/acme/shop/blob/main/src/routes/a.ts#L18"
        )]),
    );
    let evidence = "src/routes/a.ts, 1 line apart; both are SQL injection";
    let (tool, person) = (shop.of("A", "src/routes/a.ts:17"), shop.of("inbox", "SQL"));
    shop.check(person, &[(tool, evidence)]);
    shop.check(tool, &[(person, evidence)]);
}

#[test]
fn what_a_person_took_apart_or_refused_is_not_suggested_again() {
    let mut shop = Shop::new();
    shop.take("A", json!([sql("routes/a.ts", 17)]));
    shop.take("B", json!([query("routes/a.ts", 17)]));
    shop.take("C", json!([query("routes/a.ts", 18)]));
    let names = |shop: &mut Shop| -> BTreeMap<i64, Vec<String>> {
        let of = |shop: &mut Shop, id| shop.told(id).suggestions.into_iter().map(|s| s.finding);
        (1..=3).map(|id| (id, of(shop, id).collect())).collect()
    };
    let list = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<String>>();
    let mut expect: BTreeMap<i64, Vec<String>> = BTreeMap::from([
        (1, list(&["F-2", "F-3"])),
        (2, list(&["F-3", "F-1"])),
        (3, list(&["F-2", "F-1"])),
    ]);
    assert_eq!(names(&mut shop), expect);
    // Refused: 1 and 3.
    shop.decide(&model(), 3, Call::Link { to: 1 });
    let now = shop.now();
    settle::reject(&ann(), &mut shop.books, 1, "two statements", now).expect("rejected");
    expect.insert(1, list(&["F-2"]));
    expect.insert(3, list(&["F-2"]));
    assert_eq!(names(&mut shop), expect);
    // Called a duplicate, and opened again: 2 and 3.
    shop.decide(&ann(), 3, Call::Duplicate { of: 2 });
    let now = shop.now();
    reopen::reopen(&ann(), &mut shop.books, &[Named::Finding(3)], "it is not", now).expect("open");
    expect.insert(2, list(&["F-1"]));
    expect.insert(3, list(&[]));
    assert_eq!(names(&mut shop), expect);
    // Merged, and split: 1 and 2, which is 4 now.
    shop.decide(&ann(), 2, Call::Link { to: 1 });
    shop.decide(&ann(), 1, Call::Split { source: "B".to_owned() });
    shop.check(1, &[]);
    let of_four: Vec<String> = shop.told(4).suggestions.into_iter().map(|s| s.finding).collect();
    assert!(!of_four.contains(&"F-1".to_owned()), "{of_four:?}");
}
