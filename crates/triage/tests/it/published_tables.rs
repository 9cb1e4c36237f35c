//! The built-in tables against the files that CISA and CERT/CC publish, columns read by name.

use std::collections::HashMap;
use std::path::Path;

use triage::{Exploitation, Facts, MissionImpact, SafetyImpact, Ssvc, Stated};
use vocab::Exposure;

use crate::given::{Given, acting, at, facts};

type Line = HashMap<String, String>;

/// The rows of a CSV file, keyed by the column's name without its version.
fn read(path: &Path) -> Vec<Line> {
    let mut reader = csv::Reader::from_path(path).expect("a table");
    let names: Vec<String> = reader
        .headers()
        .expect("column names")
        .iter()
        .map(|name| name.split(" v").next().unwrap_or(name).to_owned())
        .collect();
    let line = |record: csv::StringRecord| {
        names.iter().cloned().zip(record.iter().map(str::to_owned)).collect()
    };
    reader.records().map(|record| line(record.expect("a row"))).collect()
}

fn decided(facts: Facts, automatable: bool, total: Option<bool>, e: Exploitation) -> Facts {
    facts.first(|cve| {
        cve.ssvc = Some(Ssvc {
            exploitation: Some(e),
            automatable: Some(automatable),
            technical_impact_total: total,
            as_of: at("2026-11-19"),
        });
    })
}

/// Facts of one combination of BOD 26-04, for each exposure that means it.
fn bod(kev: bool, exposed: bool, automatable: bool, total: bool) -> Vec<Facts> {
    let exposures: &[Exposure] =
        if exposed { &[Exposure::Internet] } else { &[Exposure::Internal, Exposure::Isolated] };
    let one = |exposure: &Exposure| {
        let facts = if kev { facts().kev("2026-11-10") } else { facts() };
        let facts = facts.exposure(*exposure);
        decided(facts, automatable, Some(total), Exploitation::None)
    };
    exposures.iter().map(one).collect()
}

fn check_bod(combination: [bool; 4], row: Option<&str>, expect: &str) {
    let [kev, exposed, automatable, total] = combination;
    for facts in bod(kev, exposed, automatable, total) {
        let clock = acting(&facts, "cisa-bod-26-04");
        let days = clock.allowed.map(|allowed| allowed.as_hours() / 24);
        let said = match (days, clock.forensics) {
            (None, _) => "fix on system upgrade".to_owned(),
            (Some(days), false) => format!("{days} days"),
            (Some(days), true) => format!("{days} days & forensic investigation"),
        };
        assert_eq!(said, expect, "{combination:?}: {}", clock.why);
        assert!(row.is_none_or(|row| row == clock.row), "{combination:?}: {}", clock.why);
        assert_eq!(clock.due, clock.allowed.map(|allowed| clock.start + allowed));
    }
}

#[test]
fn bod_26_04_allows_what_the_directive_says() {
    let (upgrade, forensics) = ("fix on system upgrade", "3 days & forensic investigation");
    let (n, y) = (false, true);
    // In KEV, publicly exposed, automatable, total technical impact.
    for (combination, expect) in [
        ([n, n, n, n], upgrade),
        ([n, n, n, y], upgrade),
        ([n, n, y, n], "60 days"),
        ([n, n, y, y], "60 days"),
        ([n, y, n, n], "60 days"),
        ([n, y, n, y], "14 days"),
        ([n, y, y, n], "14 days"),
        ([n, y, y, y], "3 days"),
        ([y, n, n, n], "14 days"),
        ([y, n, n, y], "14 days"),
        ([y, n, y, n], "14 days"),
        ([y, n, y, y], forensics),
        ([y, y, n, n], "14 days"),
        ([y, y, n, y], forensics),
        ([y, y, y, n], "3 days"),
        ([y, y, y, y], forensics),
    ] {
        check_bod(combination, None, expect);
    }
}

#[test]
fn bod_26_04_is_the_published_file_row_by_row() {
    let Some(corpus) = testkit::corpus("bod_26_04_is_the_published_file_row_by_row") else {
        return;
    };
    let lines = read(&corpus.join("cve/ssvc-cisa_bod_26_04_1_0_0.csv"));
    assert_eq!(lines.len(), 16);
    for line in lines {
        let yes = |name: &str| match line[name].as_str() {
            "yes" | "total" => true,
            "no" | "partial" => false,
            other => unreachable!("{name} {other}"),
        };
        let combination =
            ["In KEV", "Publicly Exposed", "Automatable", "Technical Impact"].map(yes);
        check_bod(combination, Some(&line["row"]), &line["CISA BOD 26-04 Remediation Timelines"]);
    }
}

fn mission(word: &str) -> MissionImpact {
    match word {
        "degraded" => MissionImpact::Degraded,
        "mef support crippled" => MissionImpact::SupportCrippled,
        "mef failure" => MissionImpact::FunctionFailure,
        "mission failure" => MissionImpact::MissionFailure,
        other => unreachable!("mission impact {other}"),
    }
}

fn safety(word: &str) -> SafetyImpact {
    match word {
        "negligible" => SafetyImpact::Negligible,
        "marginal" => SafetyImpact::Marginal,
        "critical" => SafetyImpact::Critical,
        "catastrophic" => SafetyImpact::Catastrophic,
        other => unreachable!("safety impact {other}"),
    }
}

fn stated<T>(value: T) -> Option<Stated<T>> {
    Some(Stated { value, source: "gabion.toml line 14".to_owned() })
}

#[test]
fn the_deployer_table_is_the_published_file_row_by_row() {
    let Some(corpus) = testkit::corpus("the_deployer_table_is_the_published_file_row_by_row")
    else {
        return;
    };
    let folder = testkit::unpack(&corpus.join("cve/ssvc-decision-tables.tar.zst"));
    let folder = folder.path().join("data/csv/ssvc");
    let lines = read(&folder.join("deployer_patch_application_priority_1_0_0.csv"));
    let human = read(&folder.join("human_impact_1_0_0.csv"));
    assert_eq!((lines.len(), human.len()), (72, 16));
    for line in lines {
        let exploitation = match line["Exploitation"].as_str() {
            "none" => Exploitation::None,
            "public poc" => Exploitation::Poc,
            "active" => Exploitation::Active,
            other => unreachable!("exploitation {other}"),
        };
        let exposure = match line["System Exposure"].as_str() {
            "small" => Exposure::Isolated,
            "controlled" => Exposure::Internal,
            "open" => Exposure::Internet,
            other => unreachable!("exposure {other}"),
        };
        let hours = match line["Defer, Scheduled, Out-of-Cycle, Immediate"].as_str() {
            "defer" => None,
            "scheduled" => Some(30 * 24),
            "out-of-cycle" => Some(7 * 24),
            "immediate" => Some(24),
            other => unreachable!("outcome {other}"),
        };
        for pair in human.iter().filter(|pair| pair["Human Impact"] == line["Human Impact"]) {
            let mut facts = facts().exposure(exposure);
            facts.mission_impact = stated(mission(&pair["Mission Impact"]));
            facts.safety_impact = stated(safety(&pair["Safety Impact"]));
            let facts = decided(facts, line["Automatable"] == "yes", None, exploitation);
            let clock = acting(&facts, "cert-cc-deployer");
            assert_eq!(clock.row, line["row"], "{line:?} {pair:?}: {}", clock.why);
            assert_eq!(clock.allowed.map(|allowed| allowed.as_hours()), hours, "{}", clock.why);
        }
    }
}
