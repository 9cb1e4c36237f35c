//! Reading tables: what is refused, with the place and what was expected.

use triage::Policy;

const HEAD: &str = "name = \"t\"\nversion = \"1\"\n";

fn check(rows: &str, expect: &str) {
    let error = Policy::parse("t.toml", &format!("{HEAD}{rows}")).expect_err("a refused table");
    assert_eq!(error.to_string(), expect);
}

fn row(id: &str, when: &str, due: &str) -> String {
    format!("[[row]]\nid = \"{id}\"\nwhen = {when}\ndue = \"{due}\"\n")
}

#[test]
fn what_comes_with_gabion_is_sound() {
    for name in Policy::BUILTIN {
        let policy = Policy::builtin(name).expect("a sound table");
        assert_eq!(policy.name(), *name);
        assert!(!policy.version().is_empty() && !policy.source().is_empty());
    }
    let rows = |name: &str| Policy::builtin(name).expect("a sound table").rows().count();
    assert_eq!(Policy::BUILTIN.iter().map(|n| rows(n)).collect::<Vec<_>>(), [11, 16, 72]);
    assert_eq!(Policy::builtin("nobody"), None);
}

#[test]
fn the_example_is_sound() {
    let example = include_str!("../../policies/example.toml");
    let policy = Policy::parse("example.toml", example).expect("a sound table");
    assert_eq!(policy.rows().count(), 6);
}

#[test]
fn a_gap_is_told_with_a_combination() {
    let rows = row("a", "{ kev = \"yes\" }", "24h") + &row("b", "{ severity = \"low\" }", "90d");
    check(&rows, "t.toml: no row for kev no, severity none; expected a row for every combination");
}

#[test]
fn only_unknown_may_be_without_a_row() {
    let known = row("a", "{ kev = \"yes\" }", "24h") + &row("b", "{ kev = \"no\" }", "90d");
    assert!(Policy::parse("t.toml", &format!("{HEAD}{known}")).is_ok());
    let partly = row("c", "{ kev = \"unknown\", severity = \"critical\" }", "3d") + &known;
    assert!(Policy::parse("t.toml", &format!("{HEAD}{partly}")).is_ok());
}

#[test]
fn a_row_that_never_acts_is_told_with_those_that_hide_it() {
    let rows = row("a", "{ kev = \"yes\" }", "24h")
        + &row("b", "{ kev = \"no\", severity = [\"critical\", \"high\"] }", "3d")
        + &row("c", "{ severity = \"high\" }", "7d")
        + &row("d", "{}", "90d");
    let expect = "t.toml line 11: row c is never reached, hidden by rows a and b; \
                  expected every row to be reachable";
    check(&rows, expect);
    let rows = row("a", "{}", "24h") + &row("b", "{}", "3d");
    let expect = "t.toml line 7: row b is never reached, hidden by row a; \
                  expected every row to be reachable";
    check(&rows, expect);
}

#[test]
fn a_slip_is_told_with_its_line() {
    let columns = "malicious, kev, ransomware, exploit, exploitation, exposure, epss_percentile, \
                   epss_score, severity, automatable, technical_impact, human_impact";
    let expect = format!("t.toml line 5: no column is called `kve`; expected one of {columns}");
    check(&row("a", "{ kve = \"yes\" }", "24h"), &expect);
    check(
        &row("a", "{ kev = \"maybe\" }", "24h"),
        "t.toml line 5: `maybe` in column kev; expected one of no, yes, unknown",
    );
    check(
        &row("a", "{ malicious = \"unknown\" }", "24h"),
        "t.toml line 5: `unknown` in column malicious; expected one of no, yes",
    );
    check(
        &row("a", "{ kev = 1 }", "24h"),
        "t.toml line 5: a integer; expected a word or a list of words",
    );
    check(&row("a", "{ kev = [] }", "24h"), "t.toml line 5: 0 values; expected 1 to 16");
    let threshold = "expected `>= N` or `< N` with N above 0 and at most 1, or unknown";
    for word in ["0.95", ">= 95", "> 0.5", ">= NaN", "< 0", ">=", "high"] {
        let when = format!("{{ epss_percentile = \"{word}\" }}");
        check(&row("a", &when, "24h"), &format!("t.toml line 5: `{word}`; {threshold}"));
    }
    let due = "expected hours (`24h`), days (`3d`) or `next-upgrade`";
    for word in
        ["", "soon", "0d", "-3d", "3", "99999999999999999999h", "4000d", "9223372036854775807d"]
    {
        check(&row("a", "{}", word), &format!("t.toml line 6: due `{word}`; {due}"));
    }
    let twice = row("a", "{}", "1d") + &row("a", "{}", "2d");
    check(&twice, "t.toml line 7: a second row a; expected an id of its own");
    check("", "t.toml line 1: no row; expected one or more [[row]]");
    check("row = 3", "t.toml line 3: `row` is not a list; expected one or more [[row]]");
    check("row = []", "t.toml line 3: 0 rows; expected 1 to 512 rows");
    let known = "expected one of id, when, due, emergency, forensics, says";
    check(
        &(row("a", "{}", "1d") + "urgent = true\n"),
        &format!("t.toml line 7: `urgent`; {known}"),
    );
    let flag = "t.toml line 7: `emergency` is no flag; expected true or false";
    check(&(row("a", "{}", "1d") + "emergency = \"yes\"\n"), flag);
    let text = "`says` is no short line of text; expected a string of at most 200 bytes";
    check(&(row("a", "{}", "1d") + "says = \"\\u001b[2J\"\n"), &format!("t.toml line 7: {text}"));
    let long = format!("says = \"{}\"\n", "x".repeat(201));
    check(&(row("a", "{}", "1d") + &long), &format!("t.toml line 7: {text}"));
    let emergency = "t.toml line 6: row a is an emergency without a time; \
                     expected hours (`24h`) or days (`3d`)";
    check(&(row("a", "{}", "next-upgrade") + "emergency = true\n"), emergency);
    let no_name = Policy::parse("t.toml", &row("a", "{}", "1d")).expect_err("a refused table");
    assert_eq!(no_name.to_string(), "t.toml line 1: no `name`; expected a string");
    let no_toml = Policy::parse("t.toml", "name = \"t\"\n\nversion = = 1").expect_err("refused");
    assert!(no_toml.to_string().starts_with("t.toml line 3: "), "{no_toml}");
}

#[test]
fn sizes_are_bounded() {
    let text = |rows: &str| Policy::parse("t.toml", &format!("{HEAD}{rows}"));
    let large = " ".repeat(1 << 20);
    let error = text(&large).expect_err("too large").to_string();
    assert!(error.ends_with("bytes; expected at most 1 MiB"), "{error}");
    let many: String = (0..513).map(|i| row(&i.to_string(), "{}", "1d")).collect();
    assert_eq!(
        text(&many).expect_err("too many rows").to_string(),
        "t.toml line 3: 513 rows; expected 1 to 512 rows"
    );
    let cuts = |n: u32| {
        (1..=n)
            .map(|i| row(&i.to_string(), &format!("{{ epss_score = \"< 0.{i}\" }}"), "1d"))
            .collect::<String>()
    };
    assert!(text(&(cuts(8) + &row("rest", "{}", "2d"))).is_ok());
    assert_eq!(
        text(&(cuts(9) + &row("rest", "{}", "2d"))).expect_err("too many cuts").to_string(),
        "t.toml line 37: a ninth cut point; expected at most 8"
    );
    let all = "{ kev = \"unknown\", ransomware = \"unknown\", exploit = \"unknown\", exploitation = \"unknown\", \
               exposure = \"unknown\", severity = \"unknown\", automatable = \"unknown\", \
               technical_impact = \"unknown\", human_impact = \"unknown\", \
               epss_score = [\">= 0.1\", \"unknown\"], epss_percentile = [\">= 0.1\", \"unknown\"] }";
    let error =
        text(&(row("a", all, "1d") + &row("b", "{}", "2d"))).expect_err("too many combinations");
    assert!(error.to_string().contains("too many to check"), "{error}");
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(text(&format!("x = {deep}")).is_err());
}
