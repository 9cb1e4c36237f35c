//! What all pages share: words, ages, escapes; and the other report formats at their bounds.

use formats::page::markdown::{code, prose};
use formats::page::words::{plural, when};
use formats::page::{Finding, age};
use formats::{gitlab, junit, workflow};
use proptest::prelude::*;
use serde_json::Value;
use vocab::{Exposure, Instant, Severity, instant};

fn at(text: &str) -> Instant {
    instant::parse(text).expect("an instant")
}

#[test]
fn what_an_earlier_row_made_overdue_is_said_to_be() {
    let now = at("2026-11-21T10:00:00Z");
    let check = |due: Option<&str>, overdue, expect: &str| {
        assert_eq!(when(now, due.map(at), overdue), expect);
    };
    check(Some("2026-11-21T21:00:00Z"), false, "due in 11 h (Sat 21 Nov 21:00 UTC)");
    let said = "overdue by an earlier row; now due in 11 h (Sat 21 Nov 21:00 UTC)";
    check(Some("2026-11-21T21:00:00Z"), true, said);
    check(Some("2026-11-21T09:00:00Z"), true, "overdue by 1 h (Sat 21 Nov 09:00 UTC)");
    check(None, true, "overdue by an earlier row; now on the next upgrade");
    check(None, false, "on the next upgrade");
}

#[test]
fn counts_take_their_nouns_along() {
    assert_eq!(plural(1, "more fix"), "1 more fix");
    assert_eq!(plural(2, "more fix"), "2 more fixes");
    assert_eq!(plural(0, "emergency"), "0 emergencies");
    assert_eq!(plural(3, "day"), "3 days");
}

#[test]
fn prose_shows_what_it_is_given_and_nothing_acts() {
    let check = |text: &str, expect: &str| assert_eq!(prose(text), expect);
    check("row 2: due 12:00, a.toml:13", "row 2: due 12:00, a.toml:13");
    check("@octocat", "&#64;&#8203;octocat");
    check("a@b.example", "a&#64;&#8203;b.example");
    check("#1 and GH-1", "&#35;&#8203;1 and GH&#8203;-1");
    check("https://e", "https&#58;&#8203;//e");
    check("www.e", "www&#8203;.e");
    check("[a](b) <b> *c*", "&#91;a&#93;(b) &#60;b&#62; &#42;c&#42;");
    check("a|b\n- c", "a&#124;b&#92;n- c");
    check("97 % of", "97 &#37; of");
}

#[test]
fn a_code_span_closes_where_it_should() {
    assert_eq!(code("a"), "`a`");
    assert_eq!(code("a`b"), "``a`b``");
    assert_eq!(code("``"), "``` `` ```");
    assert_eq!(code(""), "—");
    assert_eq!(code(" \n"), "`\\n`");
}

proptest! {
    #[test]
    fn no_text_leaves_its_code_span(text in ".*|[`a| ]*") {
        let span = code(&text);
        let run = span.len() - span.trim_start_matches('`').len();
        if run > 0 {
            let inner = &span[run..span.len() - run];
            let longest = inner.split(|c| c != '`').map(str::len).max().unwrap_or(0);
            prop_assert!(longest < run && span.ends_with(&"`".repeat(run)), "{}", span);
        }
        prop_assert!(!span.contains('\n'));
    }

    #[test]
    fn prose_has_no_markup_left(text in ".*|[@#<>a`*|:/w.]*") {
        prop_assert_eq!(prose(&text).find(['<', '>', '[', '`', '*', '_', '@', '|', '\\', '\n']), None);
    }
}

#[test]
fn ages_are_counted_by_exposure_and_never_guessed() {
    let now = at("2026-11-21T00:00:00Z");
    let finding = |exposure, since: Option<&str>, due: Option<&str>| Finding {
        exposure,
        exposed_since: since.map(at),
        clock_start: Some(at("2026-11-20T00:00:00Z")),
        due: due.map(at),
        ..Finding::default()
    };
    let all = [
        finding(Exposure::Isolated, Some("2026-11-18T00:00:00Z"), Some("2026-11-27T00:00:00Z")),
        finding(Exposure::Internet, Some("2026-11-17T00:00:00Z"), Some("2026-11-23T00:00:00Z")),
        finding(Exposure::Internet, Some("2026-01-01T00:00:00Z"), None),
        finding(Exposure::Internet, None, Some("2026-11-23T00:00:00Z")),
    ];
    let rows = age::rows(&all, now);
    let told: Vec<_> = rows
        .iter()
        .map(|r| (r.exposure, r.findings, r.bands, r.undated, r.longer, r.oldest))
        .collect();
    assert_eq!(
        told,
        [
            (Exposure::Internet, 3, [0, 1, 0, 0, 0, 1], 1, 1, Some(324)),
            (Exposure::Isolated, 1, [1, 0, 0, 0, 0, 0], 0, 0, Some(3)),
        ]
    );
    let points = age::points(&all, now);
    let points: Vec<_> = points.iter().map(|p| (p.exposed, p.allowed, p.count)).collect();
    assert_eq!(points, [(3, 7, 1), (4, 3, 1)]);
}

fn annotation(level: workflow::Level, title: &str) -> workflow::Annotation {
    let message = "100 %\r\n::error::x".to_owned();
    let file = Some("a:b,c.lock".to_owned());
    workflow::Annotation { level, file, line: 3, title: title.to_owned(), message }
}

#[test]
fn a_level_has_at_most_ten_annotations_and_counts_the_rest() {
    let write = |count: usize| {
        let all = vec![annotation(workflow::Level::Error, "t"); count];
        let mut out = Vec::new();
        workflow::write(&all, &mut out).expect("written");
        String::from_utf8(out).expect("text")
    };
    assert_eq!(write(1), "::error file=a%3Ab%2Cc.lock,line=3,title=t::100 %25\\r\\n::error::x\n");
    assert_eq!(write(workflow::SHOWN).lines().count(), workflow::SHOWN);
    let more = write(workflow::SHOWN + 1);
    assert_eq!(more.lines().count(), workflow::SHOWN);
    assert!(more.lines().last().is_some_and(|l| l.starts_with("::error title=2 more::2 further")));
}

#[test]
fn cases_beyond_the_bound_are_one_case_of_the_worst_outcome() {
    let case = |outcome| junit::Case { name: "n".into(), class: "c".into(), outcome };
    let write = |count: usize, last: junit::Outcome| {
        let mut cases = vec![case(junit::Outcome::Passed); count - 1];
        cases.push(case(last));
        let mut out = Vec::new();
        let suite = junit::Suite { name: "s\u{0}<".into(), cases };
        junit::write(&[suite], at("2026-11-21T10:00:00Z"), &mut out).expect("written");
        String::from_utf8(out).expect("text")
    };
    let error = || junit::Outcome::Error(junit::Detail::default());
    let fits = write(junit::CASES, error());
    assert!(
        fits.contains("tests=\"10000\" failures=\"0\" errors=\"1\"") && !fits.contains("further")
    );
    assert!(fits.contains("<testsuite name=\"s\\u{0}&lt;\""));
    let more = write(junit::CASES + 2, error());
    assert!(more.contains("tests=\"10001\" failures=\"0\" errors=\"1\""));
    assert!(more.contains("2 further cases are not listed"));
}

/// What the schema demands (dependency-scanning-report-format.json, 15.2.1 and 15.0): the required
/// keys, their patterns and lengths.
#[test]
fn a_gitlab_report_has_what_its_schema_demands() {
    let empty = gitlab::Vulnerability::default();
    let full = gitlab::Vulnerability {
        key: "k".into(),
        name: "n".repeat(300),
        description: "see @octocat".into(),
        severity: Severity::Critical,
        solution: "*".repeat(9_000),
        ids: vec!["CVE-2026-1".into(), "GHSA-x".into(), "DEBIAN-1".into()],
        cwes: vec!["CWE-79".into(), "odd".into()],
        records: vec!["GHSA x".into()],
        file: "a/package-lock.json".into(),
        package: "left".into(),
        version: "1.1.0".into(),
        ecosystem: "npm".into(),
        direct: Some(true),
    };
    let log = gitlab::Log {
        tool_version: String::new(),
        made: at("2026-11-21T10:00:00.5Z"),
        complete: false,
        messages: vec![String::new(), "not read: x".into()],
        vulnerabilities: vec![full, empty],
    };
    let mut out = Vec::new();
    gitlab::write(&log, &mut out).expect("written");
    let document: Value = serde_json::from_slice(&out).expect("JSON");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    assert_eq!(document["version"], "15.2.1");
    let scan = &document["scan"];
    assert_eq!([&scan["start_time"], &scan["end_time"]], ["2026-11-21T10:00:00"; 2]);
    assert_eq!(
        [&scan["status"], &scan["type"], &scan["messages"][0]["value"]],
        ["failure", "dependency_scanning", "not read: x"]
    );
    for tool in ["analyzer", "scanner"] {
        for key in ["id", "name", "version"] {
            assert_ne!(text(&scan[tool][key]), "", "{tool}.{key}");
        }
        assert_ne!(text(&scan[tool]["vendor"]["name"]), "");
    }
    for entry in document["vulnerabilities"].as_array().expect("a list") {
        assert_eq!(text(&entry["id"]).len(), 36);
        assert!(text(&entry["name"]).chars().count() <= 255);
        assert!(text(&entry["solution"]).chars().count() <= 7_000);
        assert_ne!(text(&entry["location"]["file"]), "");
        assert!(entry["location"]["dependency"]["package"]["name"].is_string());
        assert!(entry["location"]["dependency"]["version"].is_string());
        let identifiers = entry["identifiers"].as_array().expect("a list");
        assert!(!identifiers.is_empty());
        for identifier in identifiers {
            for key in ["type", "name", "value"] {
                assert_ne!(text(&identifier[key]), "", "{identifier}");
            }
            assert!(
                identifier["url"].is_null() || text(&identifier["url"]).starts_with("https://")
            );
        }
    }
    let first = &document["vulnerabilities"][0];
    assert_eq!(first["description"], "see &#64;&#8203;octocat");
    assert_eq!(first["identifiers"][3]["value"], "79");
    assert_eq!(first["links"][0]["url"], "https://osv.dev/vulnerability/GHSA%20x");
    for file in document["dependency_files"].as_array().expect("a list") {
        assert!(file["dependencies"].is_array() && !text(&file["path"]).is_empty());
        assert_ne!(text(&file["package_manager"]), "");
    }
    assert_eq!(gitlab::uuid("k"), first["id"]);
    assert!(gitlab::uuid("k").chars().nth(14) == Some('8'), "{}", gitlab::uuid("k"));
}
