//! Every format whole, from the demo at a fixed instant: what a user sees, changed only on purpose.

use std::collections::BTreeSet;

use app::report::{EXCLUDED, Gone, Ignored, Reach, Report, Skipped, Stated, Statement, Unread};
use serde_json::Value;

use super::{Found, outputs::name, table, write};
use crate::args::Format;

fn demo() -> Report {
    let now = vocab::instant::parse("2026-11-21T10:00:00Z").expect("an instant");
    app::demo::demo(now).expect("the demo")
}

fn found(report: Report) -> Found {
    Found { report, bill: None, name: "demo".to_owned() }
}

fn rendered(format: Format, width: usize) -> String {
    let style = table::Style { limit: 0, verbose: false, colour: false, width };
    let mut out = Vec::new();
    write(&mut out, &found(demo()), format, style).expect("written");
    String::from_utf8(out).expect("text").replace(env!("CARGO_PKG_VERSION"), "VERSION")
}

#[test]
fn each_format_of_the_demo_is_as_it_was() {
    for format in FORMATS {
        insta::assert_snapshot!(format!("demo.{}", name(format)), rendered(format, 80));
    }
}

#[test]
fn nothing_in_a_fix_steers_the_terminal() {
    let hostile = || "x\u{1b}[2J\u{202e}\n".to_owned();
    let mut report = demo();
    for fix in &mut report.fixes {
        fix.to = Some(hostile());
        fix.brings = vec![hostile()];
        fix.step = "patch".to_owned();
        fix.ecosystem = hostile();
    }
    for finding in &mut report.findings {
        finding.origin = Some(hostile());
    }
    let style = table::Style { limit: 0, verbose: true, colour: false, width: 80 };
    let mut out = Vec::new();
    write(&mut out, &found(report), Format::Table, style).expect("written");
    let text = String::from_utf8(out).expect("text");
    assert!(text.contains("brings"), "{text}");
    assert_eq!(text.find(['\u{1b}', '\u{202e}']), None, "{text}");
}

#[test]
fn the_table_keeps_to_its_columns_but_for_commands() {
    for width in [40, 80, 120] {
        let table = rendered(Format::Table, width);
        let long =
            table.lines().filter(|l| !l.contains(" $ ") && l.chars().count() > width.max(60));
        assert_eq!(long.collect::<Vec<_>>(), Vec::<&str>::new(), "{width}");
    }
}

/// Every format that a report alone is enough for.
const FORMATS: [Format; 8] = [
    Format::Table,
    Format::Json,
    Format::Sarif,
    Format::Markdown,
    Format::Html,
    Format::Junit,
    Format::Github,
    Format::Gitlab,
];

fn of(report: Report, format: Format) -> String {
    let style = table::Style { limit: 0, verbose: false, colour: false, width: 80 };
    let mut out = Vec::new();
    write(&mut out, &found(report), format, style).expect("written");
    String::from_utf8(out).expect("text").replace(env!("CARGO_PKG_VERSION"), "VERSION")
}

/// The demo with one of everything that a repository alone does not have.
fn rich() -> Report {
    let mut report = demo();
    let at = |text: &str| vocab::instant::parse(text).expect("an instant");
    let asset = &mut report.assets[0];
    asset.kind = "image".to_owned();
    asset.digest = Some(format!("sha256:{}", "0123456789abcdef".repeat(4)));
    asset.distribution = Some("Debian GNU/Linux 10 (buster)".to_owned());
    asset.ends = Some(at("2024-06-30T00:00:00Z"));
    asset.owned = 31;
    let statement = |status: &str| Statement {
        status: status.to_owned(),
        justification: Some("vulnerable_code_not_in_execute_path".to_owned()),
        text: "the parser is never called".to_owned(),
        author: "security@brightcart.example".to_owned(),
        dated: Some(at("2026-11-01T00:00:00Z")),
        origin: "vex/shop.json".to_owned(),
    };
    let last = report.findings.len() - 1;
    for (rank, finding) in report.findings.iter_mut().enumerate() {
        finding.new = Some(rank % 3 == 0);
    }
    let finding = &mut report.findings[last];
    finding.installed = vec!["libyaml-0-2".to_owned(), "libyaml-dev".to_owned()];
    finding.statement = Some("will not fix".into());
    finding.disputed = true;
    finding.vex = vec![statement("under_investigation")];
    finding.places[0].layer = Some("sha256:feedfacecafe0123456789".into());
    finding.reach = Some(Reach {
        answer: "not_imported".to_owned(),
        detail: "no import of yamlish in 41 Python files".to_owned(),
        places: Vec::new(),
    });
    let ignored = report.findings[last - 1].clone();
    let stated = report.findings[last - 2].clone();
    report.ignored = vec![Ignored {
        finding: ignored,
        reason: "replaced in the next release".to_owned(),
        until: at("2026-12-24T00:00:00Z"),
        origin: "gabion.toml:40".to_owned(),
    }];
    report.stated = vec![Stated { finding: stated, statement: statement("not_affected") }];
    report.gone = vec![Gone {
        identity: "web shop|pkg:npm/left-pad|CVE-2026-900099".to_owned(),
        aliases: Vec::new(),
        first_seen: at("2026-10-01T00:00:00Z"),
    }];
    report.not_read = vec![Unread {
        path: "shop/yarn.lock".to_owned(),
        line: 12,
        problem: "expected a version, found «»».".to_owned(),
        code: String::new(),
    }];
    report.unrecognised = vec!["shop/odd.lock".to_owned()];
    report.warnings = vec!["the feed kev is 9 d old; its silence says nothing".to_owned()];
    report
}

#[test]
fn each_format_tells_what_images_statements_and_baselines_add() {
    for format in [Format::Table, Format::Markdown, Format::Html, Format::Junit, Format::Github] {
        insta::assert_snapshot!(format!("rich.{}", name(format)), of(rich(), format));
    }
    let sarif = of(rich(), Format::Sarif);
    for part in ["will not fix", "VEX of security@brightcart.example", "libyaml-0-2", "layers"] {
        assert!(sarif.contains(part), "{part}");
    }
}

const PAYLOAD: &str = "\"'><img src=x onerror=alert(1)></td></title></style></script><script>alert(1)</script>\
    &amp;<!--]]>|`@octocat #1 ![x](http://e.vil) [y](javascript:alert) https://e.vil www.e.vil GH-1\
    \u{1b}[2J\u{202e}\u{0}\u{fffe}\r\n::error::x\n# x\n- x\n</details>";

/// The report with something after every text in it that is no date and no word of a closed set.
fn with_all(report: &Report, payload: &str) -> Report {
    fn visit(value: &mut Value, payload: &str) {
        const WORDS: [&str; 15] = [
            "internet",
            "internal",
            "isolated",
            "unknown",
            "production",
            "staging",
            "development",
            "runtime",
            "optional",
            "none",
            "low",
            "medium",
            "high",
            "critical",
            "gabion.scan/1",
        ];
        match value {
            Value::String(text)
                if vocab::instant::parse(text).is_none() && !WORDS.contains(&text.as_str()) =>
            {
                text.push_str(payload);
            }
            Value::Array(all) => all.iter_mut().for_each(|v| visit(v, payload)),
            Value::Object(all) => all.values_mut().for_each(|v| visit(v, payload)),
            _ => {}
        }
    }
    let mut value = serde_json::to_value(report).expect("JSON");
    visit(&mut value, payload);
    serde_json::from_value(value).expect("a report")
}

/// The distinct tags of a document, each with the names of its attributes.
fn tags(text: &str) -> BTreeSet<String> {
    // What is inside a style or a script is no markup; both are our own.
    let text = text.split("<style>").map(|p| p.split_once("</style>").map_or(p, |(_, r)| r));
    let text: String = text.collect();
    let text = text.split("<script>").map(|p| p.split_once("</script>").map_or(p, |(_, r)| r));
    let text: String = text.collect();
    let mut all = BTreeSet::new();
    let mut rest = text.as_str();
    while let Some(start) = rest.find('<') {
        let tag = &rest[start + 1..];
        let (mut names, mut quoted, mut end) = (String::new(), false, tag.len());
        for (at, c) in tag.char_indices() {
            match c {
                '"' => quoted = !quoted,
                '>' if !quoted => {
                    end = at;
                    break;
                }
                _ if !quoted => names.push(c),
                _ => {}
            }
        }
        all.insert(names);
        rest = &tag[end..];
    }
    all
}

/// What is not inside a code span (CommonMark, section 6.1).
fn outside_code(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some(start) = rest.find('`') {
        out.push_str(&rest[..start]);
        let after = &rest[start..];
        let run = after.len() - after.trim_start_matches('`').len();
        let inner = &after[run..];
        let mut at = 0;
        let close = loop {
            let found = inner[at..].find('`').map(|f| at + f).expect("a closed span");
            let length = inner[found..].len() - inner[found..].trim_start_matches('`').len();
            if length == run {
                break found + length;
            }
            at = found + length;
        };
        rest = &inner[close..];
    }
    out + rest
}

/// With numeric character references as the characters they stand for.
fn unescaped(text: &str) -> String {
    let mut parts = text.split("&#");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (number, rest) = part.split_once(';').expect("a reference");
        out.extend(number.parse().ok().and_then(char::from_u32));
        out.push_str(rest);
    }
    out
}

#[test]
fn nothing_in_a_report_becomes_markup() {
    let (hostile, harmless) = (with_all(&rich(), PAYLOAD), with_all(&rich(), "x"));
    for format in [Format::Html, Format::Junit] {
        let (bad, good) = (of(hostile.clone(), format), of(harmless.clone(), format));
        assert_eq!(tags(&bad), tags(&good), "{format:?}");
        assert_eq!(bad.find(['\u{1b}', '\u{202e}', '\u{0}', '\u{fffe}']), None, "{format:?}");
    }
    let markdown = of(hostile.clone(), Format::Markdown);
    assert!(markdown.chars().count() < formats::page::markdown::MOST);
    let shown = outside_code(&markdown);
    for tag in shown.split('<').skip(1) {
        let ours = ["details>", "/details>", "summary>", "/summary>", "sub>", "/sub>"];
        assert!(ours.iter().any(|o| tag.starts_with(o)), "<{tag}");
    }
    for part in ["](", "\n# x", "\n- x", "\n::", "\u{202e}"] {
        assert!(!shown.contains(part), "{part}");
    }
    // What hosts look for in the text as it is shown, escapes undone.
    let shown = unescaped(&shown);
    for part in ["@oct", "#1", "://", "www.e", "GH-1", ":error:"] {
        assert!(!shown.contains(part), "{part}");
    }
    for row in markdown.lines().filter(|line| line.starts_with("| ")) {
        assert_eq!(row.replace("\\|", "").matches('|').count(), 6, "{row}");
    }
    for line in of(hostile.clone(), Format::Github).lines() {
        let command = line.strip_prefix("::").and_then(|rest| rest.split_once("::"));
        let (head, _) = command.expect("a command");
        let word = head.split(' ').next().unwrap_or_default();
        assert!(["error", "warning", "notice"].contains(&word), "{line}");
        assert!(head.matches(',').count() <= 2 && !head.contains(':'), "{line}");
    }
    let gitlab: Value = serde_json::from_str(&of(hostile, Format::Gitlab)).expect("JSON");
    for entry in gitlab["vulnerabilities"].as_array().expect("a list") {
        for key in ["description", "solution"] {
            let text = entry[key].as_str().expect("a text");
            assert!(text.len() < 7_000, "{}", text.len());
            assert_eq!(text.find(['<', '[', '`', '@']), None, "{text}");
        }
    }
}

/// The demo so often that its queue has at least so many fixes.
fn many(fixes: usize) -> Report {
    let report = demo();
    let copies = fixes.div_ceil(report.fixes.len());
    let mut all = report.clone();
    all.findings.clear();
    all.fixes.clear();
    for copy in 0..copies {
        let tell = |id: &String| format!("{id}#{copy}");
        all.findings.extend(report.findings.iter().cloned().map(|mut finding| {
            finding.id = tell(&finding.id);
            finding.name = format!("{}-{copy}", finding.name);
            finding.exposed_since = finding.exposed_since.and_then(|since| {
                since.checked_sub(jiff::SignedDuration::from_hours((copy as i64 % 900) * 24)).ok()
            });
            finding
        }));
        all.fixes.extend(report.fixes.iter().cloned().map(|mut fix| {
            fix.package = format!("{}-{copy}", fix.package);
            fix.asset = format!("{} {}", fix.asset, copy % 97);
            fix.closes = fix.closes.iter().map(tell).collect();
            fix.leaves = fix.leaves.iter().map(tell).collect();
            fix
        }));
    }
    all.fixes.truncate(fixes);
    all
}

#[test]
fn what_is_beyond_a_bound_is_counted() {
    let report = many(12_000);
    let html = of(report.clone(), Format::Html);
    assert!(html.len() < 40_000_000, "{}", html.len());
    assert!(html.contains("Fixes 9901 to 10000") && !html.contains("Fixes 10001"));
    assert!(html.contains("2000 further fixes are left out of this page"));
    let markdown = of(report.clone(), Format::Markdown);
    assert!(markdown.chars().count() < formats::page::markdown::MOST);
    assert!(markdown.contains("… and 11985 more fixes.") && markdown.contains("What was known"));
    assert_eq!(of(report.clone(), Format::Github).lines().count(), 30);
    let gitlab: Value = serde_json::from_str(&of(report, Format::Gitlab)).expect("JSON");
    assert_eq!(gitlab["vulnerabilities"].as_array().map(Vec::len), Some(10_000));
    assert_eq!(gitlab["scan"]["status"], "failure");
}

#[test]
fn a_comment_that_is_full_still_counts_what_it_left_out() {
    let markdown = of(with_all(&many(300), PAYLOAD), Format::Markdown);
    assert!(markdown.chars().count() < formats::page::markdown::MOST);
    // Of the table, and of the reasons.
    let told: Vec<&str> = markdown.lines().filter(|l| l.ends_with(" more fixes.")).collect();
    assert!(told.len() == 2 && told[0] == "… and 285 more fixes.", "{told:?}");
    assert_eq!(markdown.matches("<details>").count(), markdown.matches("\n</details>\n").count());
}

#[test]
fn what_was_set_aside_is_not_called_unaffected() {
    let mut report = rich();
    report.findings.clear();
    report.fixes.clear();
    report.not_evaluated.clear();
    report.not_read.clear();
    report.unrecognised.clear();
    report.complete = true;
    for format in [Format::Table, Format::Markdown, Format::Html] {
        let text = of(report.clone(), format);
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("2 findings set aside, ignored or stated"), "{format:?}: {text}");
        assert!(!text.contains("none affected"), "{format:?}: {text}");
    }
    for format in [Format::Github, Format::Gitlab] {
        let text = of(report.clone(), format);
        let aside = "2 findings set aside: 1 ignored, 1 stated not affected or fixed";
        assert!(text.contains(aside) && !text.contains("nothing due"), "{text}");
    }
    report.complete = false;
    report.unrecognised.push("odd.lock".to_owned());
    for format in [Format::Table, Format::Markdown, Format::Html] {
        let text = of(report.clone(), format);
        assert!(text.contains("not a clean"), "{format:?}: {text}");
    }
}

#[test]
fn an_advisory_of_several_versions_is_named_once() {
    let mut report = demo();
    let (first, id) = (report.findings[0].clone(), "again".to_owned());
    let fix = report.fixes.iter_mut().find(|f| f.closes.contains(&first.id)).expect("a fix");
    fix.closes.push(id.clone());
    let twice = app::report::Finding { id, version: "0.0.1".to_owned(), ..first };
    report.findings.push(twice.clone());
    let (once, again) = (of(demo(), Format::Markdown), of(report, Format::Markdown));
    let count = |text: &str| text.matches(&format!("`{}`", twice.advisory)).count();
    assert_eq!(count(&once), count(&again));
}

#[test]
fn warnings_beyond_a_bound_are_counted() {
    let mut report = demo();
    report.warnings = (0..8).map(|n| format!("warning {n}")).collect();
    let markdown = of(report, Format::Markdown);
    assert!(markdown.contains("warning 4") && markdown.contains("> … and 3 more warnings."));
}

#[test]
fn an_estate_keeps_to_its_columns_and_says_what_is_set_aside() {
    let estate = serde_json::json!({
        "schema": "gabion.estate/1", "gabion": "0", "scanned_at": "2026-11-21T10:00:00Z",
        "complete": true,
        "assets": [{"id": "shop", "path": "shop", "kind": "repository", "exposure": "internet",
            "components": 3, "findings": 1, "emergencies": 0, "overdue": 1,
            "due": "2026-11-22T10:00:00Z", "complete": true, "not_evaluated": 0}],
        "components": 3, "findings": 1, "ignored": 2, "stated": 0,
        "fixes": [{"action": "upgrade", "package": "left-pad", "ecosystem": "npm",
            "from": ["1.0.0"], "to": "1.0.2", "how": "", "owner": "team-a",
            "due": "2026-11-22T10:00:00Z", "overdue": true, "emergency": true,
            "closes": 1, "leaves": 0, "assets": ["shop"]}],
        "problems": [], "not_evaluated": [], "not_read": [], "not_read_total": 0,
        "unrecognised": 0, "intel": demo().intel, "policies": ["gabion-24h"],
        "warnings": ["the feed kev is old\u{1b}[2J and its silence says nothing of anything at all here"]
    });
    let mut report: app::estate::EstateReport = serde_json::from_value(estate).expect("an estate");
    let written = |report: &app::estate::EstateReport, colour| {
        let style = table::Style { limit: 0, verbose: false, colour, width: 60 };
        let mut out = Vec::new();
        super::estate::write(&mut out, report, style, "estate.toml").expect("written");
        String::from_utf8(out).expect("text")
    };
    let plain = written(&report, false);
    assert!(plain.lines().all(|l| l.chars().count() <= 60), "{plain}");
    assert_eq!(plain.find('\u{1b}'), None);
    insta::assert_snapshot!("estate.table", plain);
    // Colour moves no word to another line.
    let coloured = written(&report, true);
    assert!(coloured.contains('\u{1b}') && coloured.lines().count() == plain.lines().count());
    (report.findings, report.fixes, report.warnings) = Default::default();
    report.assets[0].findings = 0;
    let clean = written(&report, false);
    assert!(clean.contains("2 findings set aside") && !clean.contains("none affected"), "{clean}");
}

#[test]
fn assumed_emergencies_of_a_day_are_not_counted_as_known() {
    let mut report = demo();
    for finding in &mut report.findings {
        finding.emergency = false;
        finding.assumed = Some(app::report::Assumed {
            due: Some(report.scanned_at),
            emergency: true,
            policy: "gabion-24h".to_owned(),
            row: "2".to_owned(),
            because: "CISA KEV is missing".to_owned(),
        });
    }
    for fix in &mut report.fixes {
        (fix.emergency, fix.overdue) = (false, false);
    }
    for format in [Format::Table, Format::Markdown, Format::Html, Format::Json] {
        assert!(of(report.clone(), format).to_lowercase().contains("assumed"), "{format:?}");
    }
    let html = of(report, Format::Html);
    let (_, days) = html.split_once("id=\"when-title\"").expect("the section");
    let (days, _) = days.split_once("</section>").expect("its end");
    assert!(days.contains("△ ") && !days.contains('▲'), "{days}");
}

#[test]
fn the_most_urgent_finding_of_a_fix_is_named_first() {
    let mut report = demo();
    let first = report.findings[0].clone();
    let fix = report.fixes.iter_mut().find(|f| f.closes.contains(&first.id)).expect("a fix");
    let others: Vec<String> = (0..12).map(|n| format!("other-{n}")).collect();
    fix.closes = others.iter().cloned().chain([first.id.clone()]).collect();
    report.findings.extend(others.iter().map(|id| app::report::Finding {
        id: id.clone(),
        advisory: id.to_uppercase().into(),
        ..first.clone()
    }));
    for format in [Format::Table, Format::Markdown, Format::Html] {
        let text = of(report.clone(), format);
        let at = |name: &str| text.find(name).unwrap_or(usize::MAX);
        assert!(at(&first.advisory) < at("OTHER-0"), "{format:?}");
        assert!(text.contains("more"), "{format:?}");
    }
}

#[test]
fn what_was_left_out_stands_in_every_format() {
    let mut report = rich();
    report.skipped.push(Skipped { path: "shop/old".to_owned(), rule: EXCLUDED.to_owned() });
    report.warnings = report.left_out().into_iter().collect();
    for format in FORMATS {
        let text = of(report.clone(), format);
        assert!(text.contains("shop/old"), "{}: {text}", name(format));
    }
    let mut found = found(report);
    found.bill = Some(formats::sbom::Bill::default());
    super::say_holes(&mut found);
    let told =
        found.bill.is_some_and(|bill| bill.problems.iter().any(|p| p.what.contains("shop/old")));
    assert!(told);
}
