//! A small ledger of our own making: two assets, three reports, six findings.

use std::path::PathBuf;

use app::books::{Actor, Books, Database, Mode, Role};
use ledger::change::{AssetFacts, Claim, Clock, Counts, Document, Edge, Facts, FixFacts};
use ledger::{Author, Change, Ledger, Place};
use tempfile::TempDir;
use vocab::Instant;

/// The present of these tests.
pub const NOW: &str = "2026-11-21T17:00:00Z";

pub fn at(text: &str) -> Instant {
    vocab::instant::parse(text).expect("an instant")
}

/// A ledger in a folder of its own.
pub struct World {
    folder: TempDir,
    pub books: Books,
}

impl World {
    /// With nothing in it.
    pub fn empty() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database = Database::File(folder.path().join("data/ledger.db"));
        let books = Books::open(&database, Mode::Create).expect("a ledger");
        Self { folder, books }
    }

    /// With three reports: trivy and zap on `shop` (declared, internet, of web-team), lint on `tool`.
    pub fn seeded() -> Self {
        let Self { folder, books } = Self::empty();
        drop(books);
        let file = folder.path().join("data/ledger.db");
        seed(&file);
        let books = Books::open(&Database::File(file), Mode::Existing).expect("a ledger");
        Self { folder, books }
    }

    pub fn file(&self) -> PathBuf {
        self.folder.path().join("data/ledger.db")
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The end of the chain: what is refused must leave it where it is.
    pub fn entry(&mut self) -> i64 {
        let admin = Actor::person("ada", Role::Admin);
        app::queue::keep::head(&admin, &mut self.books).expect("a head").entry
    }
}

pub fn admin() -> Actor {
    Actor::person("ada", Role::Admin)
}

pub fn agent() -> Actor {
    Actor::person("model", Role::Agent)
}

fn write(ledger: &mut Ledger, when: &str, summary: &str, changes: &[Change]) {
    let author = Author { name: "pipeline".to_owned(), role: "admin".to_owned() };
    let mut write = ledger.write(author, at(when), &mut |_| {}).expect("the writer's place");
    for change in changes {
        write.append(change).expect("a change that fits");
    }
    write.commit("import", summary).expect("an entry");
}

fn key(kind: &str, number: i64) -> String {
    format!("{:0>16}{number:016x}", kind.bytes().map(|b| format!("{b:02x}")).collect::<String>())
}

fn asset(id: i64, name: &str, declared: bool, exposure: &str, owner: &str) -> Change {
    let facts = AssetFacts {
        name: name.to_owned(),
        declared,
        exposure: exposure.to_owned(),
        exposure_source: if declared { "gabion.toml".to_owned() } else { String::new() },
        owner: owner.to_owned(),
        ..AssetFacts::default()
    };
    Change::Asset { id, facts, was: None }
}

fn stream(id: i64, asset: i64, source: &str) -> Change {
    Change::Stream { id, asset, source: source.to_owned(), reference: "main".to_owned() }
}

fn document(id: i64, stream: i64, name: &str, when: &str, observations: u64, new: u64) -> Change {
    Change::Document(Document {
        id,
        stream,
        name: name.to_owned(),
        format: "sarif".to_owned(),
        sha256: format!("{id:064x}"),
        scanned_at: at(when),
        scope: String::new(),
        tool: "tool".to_owned(),
        tool_version: "1.0".to_owned(),
        incomplete: Vec::new(),
        counts: Counts { observations, new, ..Counts::default() },
        rules_version: String::new(),
        configuration: Vec::new(),
        version_said: false,
        part: None,
    })
}

struct Problem<'a> {
    id: i64,
    asset: i64,
    class: &'a str,
    title: &'a str,
    severity: &'a str,
    ids: &'a [&'a str],
    place: &'a str,
    rule: &'a str,
    clock: Option<Clock>,
    /// Key and action of its fix, and whether it is available.
    fix: (&'a str, &'a str, bool),
}

fn opened(problem: &Problem<'_>, seen: &str) -> Change {
    let (key, action, available) = problem.fix;
    Change::Opened {
        finding: problem.id,
        asset: problem.asset,
        class: problem.class.to_owned(),
        first_seen: at(seen),
        facts: Facts {
            title: problem.title.to_owned(),
            severity: problem.severity.to_owned(),
            rule: problem.rule.to_owned(),
            ids: problem.ids.iter().map(|id| (*id).to_owned()).collect(),
            place: problem.place.to_owned(),
            version: String::new(),
            ..Facts::default()
        },
        clock: problem.clock.clone(),
        fix: FixFacts {
            key: key.to_owned(),
            action: action.to_owned(),
            place: problem.place.to_owned(),
            available,
        },
        reference: String::new(),
    }
}

/// A claim of `number`: `(finding, stream, document)`, and by which rule it is tied.
fn attributed(number: i64, of: (i64, i64, i64), problem: &Problem<'_>, rule: &str) -> Change {
    let body = serde_json::json!([{
        "class": problem.class, "rule": problem.rule, "title": problem.title,
        "severity": problem.severity, "ids": problem.ids,
        "locations": [{"path": problem.place, "line": 12}],
    }]);
    Change::Attributed {
        attribution: number,
        finding: of.0,
        stream: of.1,
        document: of.2,
        claim: Claim {
            rule: problem.rule.to_owned(),
            path: problem.place.to_owned(),
            line: 12,
            standing: "reported".to_owned(),
            names: vec![key("name", number)],
            bucket: key("bucket", number),
            digest: key("digest", number),
            body: body.to_string(),
            ..Claim::default()
        },
        edge: Edge {
            rule: rule.to_owned(),
            evidence: if rule == "first" {
                String::new()
            } else {
                "npm/left CVE-2026-1".to_owned()
            },
            score: 1.0,
            author: "links 1".to_owned(),
        },
    }
}

fn clock(due: &str, band: i64, badges: &[&str], why: &str, exploit: Option<&str>) -> Option<Clock> {
    Some(Clock {
        start: at("2026-11-20T14:00:00Z"),
        due: Some(at(due)),
        band,
        emergency: band == 0,
        policy: format!("gabion-24h 1 row {}", band + 2),
        why: why.to_owned(),
        exploit_since: exploit.map(at),
        badges: badges.iter().map(|badge| (*badge).to_owned()).collect(),
        assumed: None,
        life: Some(Default::default()),
        moved_by: String::new(),
    })
}

/// The six problems.
fn problems() -> [Problem<'static>; 6] {
    let left = ("00000000000000000000000000000001", "upgrade left to 1.2.0", true);
    let kev = "CISA lists CVE-2026-1 as exploited and shop is reachable from the internet: 24 h.";
    let dependency = |id, title, severity, ids, clock| Problem {
        id,
        asset: 1,
        class: "dependency",
        title,
        severity,
        ids,
        place: "pkg:npm/left",
        rule: "",
        clock,
        fix: left,
    };
    [
        dependency(
            1,
            "left: remote code execution",
            "critical",
            &["CVE-2026-1", "GHSA-aaaa"],
            clock("2026-11-21T14:00:00Z", 0, &["kev", "exploit"], kev, Some("2026-11-18")),
        ),
        dependency(
            2,
            "left: denial of service",
            "medium",
            &["CVE-2026-2"],
            clock("2026-12-05T14:00:00Z", 5, &[], "medium, internet: 14 d.", None),
        ),
        Problem {
            id: 4,
            asset: 1,
            class: "web",
            title: "SQL injection in search",
            severity: "high",
            ids: &[],
            place: "GET shop.example/search (q)",
            rule: "40018",
            clock: clock("2026-11-22T12:00:00Z", 3, &[], "high, internet: 7 d.", None),
            fix: (
                "00000000000000000000000000000003",
                "mend SQL injection at GET shop.example/search (q)",
                false,
            ),
        },
        Problem {
            id: 3,
            asset: 1,
            class: "code",
            title: "SQL injection in search",
            severity: "medium",
            ids: &[],
            place: "src/search.py",
            rule: "python.sql-injection",
            clock: clock("2026-12-20T12:00:00Z", 6, &[], "medium elsewhere: 30 d.", None),
            fix: (
                "00000000000000000000000000000004",
                "mend python.sql-injection in src/search.py",
                false,
            ),
        },
        Problem {
            id: 5,
            asset: 2,
            class: "code",
            title: "Unused import",
            severity: "low",
            ids: &[],
            place: "a.py",
            rule: "F401",
            clock: None,
            fix: ("00000000000000000000000000000005", "mend F401 in a.py", false),
        },
        Problem {
            id: 6,
            asset: 2,
            class: "code",
            title: "Hard-coded \u{1b}[31mtemporary folder",
            severity: "low",
            ids: &[],
            place: "b.py",
            rule: "S108",
            clock: clock("2027-02-19T12:00:00Z", 8, &[], "low: 90 d.", None),
            fix: ("00000000000000000000000000000006", "mend S108 in b.py", false),
        },
    ]
}

fn seed(file: &std::path::Path) {
    let mut ledger =
        Ledger::open(&Place::File(file.to_owned()), ledger::Mode::Existing).expect("a ledger");
    let all = problems();
    let [one, two, web, code, five, six] = &all;
    let seen = "2026-11-20T14:00:00Z";
    write(
        &mut ledger,
        "2026-11-20T14:00:00Z",
        "trivy.json on shop",
        &[
            asset(1, "shop", true, "internet", "web-team"),
            stream(1, 1, "trivy"),
            document(1, 1, "trivy.json", seen, 3, 3),
            opened(one, seen),
            attributed(1, (1, 1, 1), one, "first"),
            opened(two, seen),
            attributed(2, (2, 1, 1), two, "first"),
            opened(code, seen),
            attributed(3, (3, 1, 1), code, "first"),
        ],
    );
    write(
        &mut ledger,
        "2026-11-20T15:00:00Z",
        "zap.xml on shop",
        &[
            stream(2, 1, "zap"),
            document(2, 2, "zap.xml", "2026-11-20T15:00:00Z", 2, 1),
            opened(web, seen),
            attributed(4, (4, 2, 2), web, "first"),
            attributed(5, (1, 2, 2), one, "package-alias"),
        ],
    );
    write(
        &mut ledger,
        "2026-11-21T09:00:00Z",
        "lint.sarif on undeclared:lint:tool",
        &[
            asset(2, "undeclared:lint:tool", false, "unknown", ""),
            stream(3, 2, "lint"),
            document(3, 3, "lint.sarif", "2026-11-21T08:00:00Z", 2, 2),
            opened(five, "2026-11-21T08:00:00Z"),
            attributed(6, (5, 3, 3), five, "first"),
            opened(six, "2026-11-21T08:00:00Z"),
            attributed(7, (6, 3, 3), six, "first"),
        ],
    );
}
