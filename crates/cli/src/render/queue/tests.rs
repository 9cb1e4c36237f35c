//! The tables of the queue at 80 columns, whole.

use app::queue::Filter;
use app::queue::list::{LastImport, Queue, Row, SCHEMA};
use app::queue::stats::{Gap, Overdue, Stats, Waiting, Week};
use formats::text::width;
use vocab::Instant;

use super::super::table::Style;

const STYLE: Style = Style { limit: 0, verbose: false, colour: false, width: 80 };

fn at(text: &str) -> Instant {
    vocab::instant::parse(text).expect("an instant")
}

fn row(fix: i64, due: Option<&str>, change: impl FnOnce(&mut Row)) -> Row {
    let mut row = Row {
        fix: format!("X-{fix}"),
        action: "upgrade lodash to 4.17.21".into(),
        place: "pkg:npm/lodash".into(),
        asset: "shop".into(),
        declared: true,
        exposure: "internet".into(),
        owner: "web-team".into(),
        leading: "F-12".into(),
        title: "Prototype pollution".into(),
        severity: "high".into(),
        ids: vec!["CVE-2026-1000".into(), "GHSA-aaaa-bbbb-cccc".into(), "SNYK-1".into()],
        due: due.map(at),
        clocked: due.is_some(),
        overdue: due.is_some_and(|due| at(due) < at("2026-11-21T17:00:00Z")),
        emergency: false,
        assumed: None,
        why: "CISA lists CVE-2026-1000 as exploited and shop is reachable from the internet: 24 h."
            .into(),
        policy: "gabion-24h 1 row 2".into(),
        badges: Vec::new(),
        sources: 1,
        findings: 1,
        unseen: 0,
        reference: String::new(),
        accepted: 0,
        accepted_until: None,
        fix_available: true,
    };
    change(&mut row);
    row
}

fn queue(rows: Vec<Row>) -> Queue {
    Queue {
        schema: SCHEMA,
        at: at("2026-11-21T17:00:00Z"),
        entry: 9,
        open: 5,
        overdue: 1,
        emergencies: 1,
        view: None,
        filter: Filter::default(),
        skip: 0,
        more: false,
        rows,
        last_import: Some(LastImport {
            entry: "E-9".into(),
            name: "trivy.json".into(),
            scanned_at: at("2026-11-21T14:00:00Z"),
        }),
    }
}

fn write(queue: &Queue) -> String {
    let mut out = Vec::new();
    super::write(&mut out, queue, STYLE).expect("written");
    let text = String::from_utf8(out).expect("text");
    assert!(text.lines().all(|line| width(line) <= 80), "{text}");
    text
}

#[test]
fn a_page_of_the_queue() {
    let mut page = queue(vec![
        row(3, Some("2026-11-21T14:00:00Z"), |row| {
            row.emergency = true;
            row.badges = vec!["kev".into(), "exploit".into()];
            (row.sources, row.findings) = (3, 4);
        }),
        row(4, Some("2026-11-22T12:00:00Z"), |row| {
            row.action = "mend SQL injection in src/search.py".into();
            row.place = "src/search.py".into();
            (row.ids, row.title) = (Vec::new(), "SQL \u{1b}[31minjection in search".into());
            (row.fix_available, row.owner) = (false, String::new());
            (row.exposure, row.declared) = ("unknown".into(), false);
            row.why = "high elsewhere: 14 d.".into();
        }),
        row(5, Some("2026-12-05T12:00:00Z"), |row| {
            row.accepted = 1;
            row.accepted_until = Some(at("2027-01-31"));
            row.exposure = "internal".into();
        }),
        row(6, None, |row| row.why = String::new()),
    ]);
    page.filter.severities = vec!["high".into()];
    page.filter.only = vec!["unowned".into()];
    page.more = true;
    insta::assert_snapshot!(write(&page));
}

#[test]
fn nothing_to_list_says_what_to_do() {
    let mut empty = queue(Vec::new());
    (empty.open, empty.overdue, empty.emergencies) = (0, 0, 0);
    let closed = write(&empty);
    empty.last_import = None;
    let first = write(&empty);
    let mut filtered = queue(Vec::new());
    filtered.filter.search = "lodash".into();
    let paused = write(&queue(Vec::new()));
    insta::assert_snapshot!([first, closed, write(&filtered), paused].join("----\n"));
}

#[test]
fn figures() {
    let gap = |exposure: &str, findings, median, p90| Gap {
        exposure: exposure.into(),
        findings,
        median,
        p90,
    };
    let week = |from: &str, arrived, closed| Week { from: at(from), arrived, closed };
    let stats = Stats {
        schema: app::queue::stats::SCHEMA,
        at: at("2026-11-21T17:00:00Z"),
        entries: 12,
        head: "0123456789abcdef0123".into(),
        opened: 40,
        open: 25,
        accepted: 2,
        closed: [("fixed".into(), 13), ("false_positive".into(), 2)].into(),
        closure_rate: Some(0.375),
        patch_gap: vec![
            gap("all", 3, Some(40), Some(200)),
            gap("internet", 2, Some(26), Some(40)),
            gap("internal", 1, Some(200), Some(200)),
            gap("unknown", 0, None, None),
        ],
        exploited_open: Waiting { findings: 2, longest: 100 },
        weeks: vec![week("2026-11-09", 30, 5), week("2026-11-16", 10, 10)],
        overdue: vec![
            Overdue { owner: "web-team".into(), findings: 3, emergencies: 1, longest: 30 },
            Overdue { owner: String::new(), findings: 1, emergencies: 0, longest: 3 },
        ],
    };
    let mut out = Vec::new();
    crate::render::stats::write(&mut out, &stats, STYLE).expect("written");
    let text = String::from_utf8(out).expect("text");
    assert!(text.lines().all(|line| width(line) <= 80), "{text}");
    insta::assert_snapshot!(text);
}
