//! Two tables beside each other: what is told of their difference is what clocks do.

use proptest::prelude::*;
use triage::{DiffError, Direction, Facts, Policy, TableDiff, clock, diff};
use vocab::{Exposure, Severity};

use crate::given::{Given, builtin, facts, now};

const GABION: &str = include_str!("../../policies/gabion-24h.toml");

fn changed(from: &str, to: &str) -> Policy {
    let text = GABION.replacen(from, to, 1);
    assert_ne!(text, GABION);
    Policy::parse("changed.toml", &text).expect("a sound table")
}

fn told(diff: &TableDiff) -> String {
    let mut text = format!("{} combinations, {} the same", diff.combinations, diff.same);
    for change in &diff.changes {
        text.push_str(&format!(
            "\n{:?} {}: {} (rows {}) -> {} (rows {})",
            change.direction,
            change.combinations,
            change.from.outcome,
            change.from.rows.join(" "),
            change.to.outcome,
            change.to.rows.join(" "),
        ));
        change.when.iter().for_each(|case| text.push_str(&format!("\n  {case}")));
    }
    text
}

#[test]
fn a_table_does_not_differ_from_itself() {
    for name in Policy::BUILTIN {
        let found = diff(&builtin(name), &builtin(name)).expect("compared");
        assert_eq!((found.same, found.changes.len()), (found.combinations, 0), "{name}");
        assert!(found.combinations > 0);
    }
}

#[test]
fn one_row_that_moves_is_one_condition() {
    let slower = changed(
        "due = \"3d\"\nsays = \"critical, internet\"",
        "due = \"14d\"\nsays = \"critical, internet\"",
    );
    insta::assert_snapshot!(told(&diff(&builtin("gabion-24h"), &slower).expect("compared")), @r#"
    384 combinations, 383 the same
    Looser 1: 3 d (rows 7) -> 14 d (rows 7)
      malicious no, kev no, exploit no, exposure internet, epss percentile below 0.95, severity critical
    "#);
    insta::assert_snapshot!(told(&diff(&slower, &builtin("gabion-24h")).expect("compared")), @r#"
    384 combinations, 383 the same
    Stricter 1: 14 d (rows 7) -> 3 d (rows 7)
      malicious no, kev no, exploit no, exposure internet, epss percentile below 0.95, severity critical
    "#);
}

#[test]
fn less_time_without_the_emergency_is_neither() {
    let both =
        changed("due = \"24h\"\nemergency = true\nsays = \"KEV", "due = \"12h\"\nsays = \"KEV");
    insta::assert_snapshot!(told(&diff(&builtin("gabion-24h"), &both).expect("compared")), @r#"
    384 combinations, 312 the same
    Mixed 72: 24 h, emergency (rows 2) -> 12 h (rows 2)
      malicious no, kev yes, exposure internal or internet or unknown
    "#);
}

#[test]
fn an_unknown_that_only_one_table_names_counts_as_the_strictest_in_the_other() {
    let silent =
        GABION.replace(r#"["internal", "unknown", "internet"]"#, r#"["internal", "internet"]"#);
    let silent = silent.replace(r#"["internal", "unknown"]"#, r#""internal""#);
    let silent = Policy::parse("silent.toml", &silent).expect("a sound table");
    insta::assert_snapshot!(told(&diff(&builtin("gabion-24h"), &silent).expect("compared")), @r#"
    384 combinations, 369 the same
    Stricter 12: 3 d (rows 5) -> 24 h (rows 4)
      malicious no, kev no, exploit yes, exposure unknown
    Stricter 1: 7 d (rows 8) -> 3 d (rows 7)
      malicious no, kev no, exploit no, exposure unknown, epss percentile below 0.95, severity critical
    Stricter 1: 14 d (rows 9) -> 7 d (rows 8)
      malicious no, kev no, exploit no, exposure unknown, epss percentile below 0.95, severity high
    Stricter 1: 30 d (rows 10) -> 14 d (rows 9)
      malicious no, kev no, exploit no, exposure unknown, epss percentile below 0.95, severity medium
    "#);
}

#[test]
fn what_cannot_occur_is_no_combination() {
    let found = diff(&builtin("cisa-bod-26-04"), &builtin("cert-cc-deployer")).expect("compared");
    // KEV takes part in one table and exploitation in the other: listed is active.
    assert_eq!(found.combinations, (3 + 1) * 3 * 2 * 2 * 4);
    let all = found.count(Direction::Looser)
        + found.count(Direction::Stricter)
        + found.count(Direction::Mixed);
    assert_eq!(all + found.same, found.combinations);
    let listed = |name: &str| found.columns.iter().any(|c| c == name);
    assert!(listed("kev") && listed("exploitation"));
}

#[test]
fn every_pair_of_built_in_tables_can_be_compared() {
    for one in Policy::BUILTIN {
        for two in Policy::BUILTIN {
            let (there, back) = (builtin(one), builtin(two));
            let there_and_back =
                (diff(&there, &back).expect("compared"), diff(&back, &there).expect("compared"));
            let (there, back) = there_and_back;
            assert_eq!(there.combinations, back.combinations);
            assert_eq!(
                there.count(Direction::Looser),
                back.count(Direction::Stricter),
                "{one} {two}"
            );
        }
    }
}

#[test]
fn what_is_too_large_is_refused() {
    let table = |column: &str, count: u32, from: u32| {
        let mut text = "name = \"t\"\nversion = \"1\"\n".to_owned();
        for i in 0..count {
            text.push_str(&format!(
                "[[row]]\nid = \"{i}\"\nwhen = {{ {column} = \"< 0.{}\" }}\ndue = \"1d\"\n",
                from + i
            ));
        }
        text.push_str("[[row]]\nid = \"rest\"\nwhen = {}\ndue = \"2d\"\n");
        Policy::parse("t.toml", &text).expect("a sound table")
    };
    assert!(diff(&table("epss_score", 7, 11), &table("epss_score", 7, 21)).is_ok());
    assert_eq!(
        diff(&table("epss_score", 7, 11), &table("epss_score", 8, 21)),
        Err(DiffError::TooManyCuts { column: "epss_score", count: 15 })
    );
    let one = |rows: &str| {
        let text = format!(
            "name = \"t\"\nversion = \"1\"\n{rows}[[row]]\nid = \"rest\"\nwhen = {{}}\ndue = \"2d\"\n"
        );
        Policy::parse("t.toml", &text).expect("a sound table")
    };
    let a = one(
        "[[row]]\nid = \"a\"\nwhen = { kev = \"unknown\", ransomware = \"unknown\", exploit = \"unknown\", exploitation = \"unknown\", exposure = \"unknown\", severity = \"unknown\", automatable = \"unknown\" }\ndue = \"1d\"\n",
    );
    let b = one(
        "[[row]]\nid = \"b\"\nwhen = { technical_impact = \"unknown\", human_impact = \"unknown\", epss_score = [\"< 0.1\", \"unknown\"], epss_percentile = [\"< 0.1\", \"unknown\"], malicious = \"no\" }\ndue = \"1d\"\n",
    );
    assert!(
        matches!(diff(&a, &b), Err(DiffError::TooLarge { combinations }) if combinations > 1_000_000)
    );
}

/// Facts of which everything is known but, sometimes, exposure and severity.
fn any_facts() -> impl Strategy<Value = Facts> {
    let exposures =
        vec![Exposure::Unknown, Exposure::Isolated, Exposure::Internal, Exposure::Internet];
    let severities = vec![
        Severity::Unknown,
        Severity::None,
        Severity::Low,
        Severity::Medium,
        Severity::High,
        Severity::Critical,
    ];
    let (exposure, severity) = (prop::sample::select(exposures), prop::sample::select(severities));
    (any::<bool>(), any::<bool>(), any::<bool>(), exposure, severity).prop_map(
        |(kev, exploit, likely, exposure, severity)| {
            let mut facts = facts().exposure(exposure).severity(severity);
            facts = facts.percentile(if likely { 0.97 } else { 0.4 });
            facts = if exploit { facts.exploit("2026-11-10") } else { facts };
            if kev { facts.kev("2026-11-10") } else { facts }
        },
    )
}

proptest! {
    #[test]
    fn what_is_told_is_what_clocks_do(facts in any_facts(), line in 0usize..11) {
        let (before, _) = GABION.match_indices("due = \"").nth(line).expect("a row");
        let rest = &GABION[before..];
        let end = rest.find('\n').expect("a line");
        let text = format!("{}due = \"5d\"{}", &GABION[..before], &rest[end..]);
        let (old, new) = (builtin("gabion-24h"), Policy::parse("new.toml", &text).expect("sound"));
        let acting = |policy: &Policy| clock(&facts, std::slice::from_ref(policy), now()).acting.expect("a clock");
        let (was, is) = (acting(&old), acting(&new));
        let found = diff(&old, &new).expect("compared");
        let holds = |case: &triage::Case| case.values.iter().all(|(name, values)| {
            let input = was.inputs.iter().find(|i| i.name == *name).expect("an input");
            let value = match (name.as_str(), input.value.parse::<f32>()) {
                ("epss_percentile", Ok(number)) if number >= 0.95 => "at least 0.95",
                ("epss_percentile", _) => "below 0.95",
                _ => input.value.as_str(),
            };
            values.split(" or ").any(|v| v == value)
        });
        let told: Vec<_> = found.changes.iter().filter(|c| c.when.iter().any(holds)).collect();
        if was.allowed == is.allowed && was.emergency == is.emergency {
            prop_assert!(told.is_empty(), "{told:?}");
        } else {
            prop_assert_eq!(told.len(), 1);
            let change = told[0];
            prop_assert_eq!(change.from.outcome.allowed, was.allowed);
            prop_assert_eq!(change.to.outcome.allowed, is.allowed);
            prop_assert!(change.from.rows.contains(&was.row) && change.to.rows.contains(&is.row));
            prop_assert_eq!(change.when.iter().filter(|case| holds(case)).count(), 1);
        }
    }
}
