//! The report as test cases: a suite per asset, a failure per finding, an error for what was not read
//! or not evaluated, and one case that passes only when an asset was evaluated whole.

use std::collections::BTreeMap;

use app::report::{Finding, Report};
use formats::junit::{Case, Detail, Outcome, Suite};
use formats::page::words::when;

use super::words;

/// The suite for what belongs to no asset.
const SCAN: &str = "scan";

/// Builds the suites.
pub fn suites(report: &Report) -> Vec<Suite> {
    let mut suites: BTreeMap<&str, Vec<Case>> = BTreeMap::new();
    for asset in &report.assets {
        suites.entry(&asset.id).or_default();
    }
    for finding in &report.findings {
        suites.entry(&finding.asset).or_default().push(case(
            finding,
            Outcome::Failed(Detail {
                kind: kind(finding).to_owned(),
                message: message(finding, report),
                text: text(finding),
            }),
        ));
    }
    for ignored in &report.ignored {
        let until = formats::text::day(ignored.until);
        let why = format!("ignored until {until}: {} ({})", ignored.reason, ignored.origin);
        let cases = suites.entry(&ignored.finding.asset).or_default();
        cases.push(case(&ignored.finding, Outcome::Skipped(why)));
    }
    for stated in &report.stated {
        let statement = &stated.statement;
        let why = format!(
            "stated {} by {} ({}): {}",
            words::status(&statement.status),
            statement.author,
            statement.origin,
            words::reason(statement)
        );
        let cases = suites.entry(&stated.finding.asset).or_default();
        cases.push(case(&stated.finding, Outcome::Skipped(why)));
    }
    for row in &report.not_evaluated {
        suites.entry(&row.asset).or_default().push(Case {
            name: format!("{} {} is evaluated", row.name, row.version),
            class: format!("{}.{}", row.asset, row.ecosystem),
            outcome: Outcome::Error(Detail {
                kind: row.reason.clone(),
                message: format!("not evaluated: {}", row.detail),
                text: format!("{}:{}", row.path, row.line),
            }),
        });
    }
    let mut all: Vec<Suite> = suites
        .into_iter()
        .map(|(asset, cases)| Suite { name: asset.to_owned(), cases: whole(asset, cases) })
        .collect();
    all.push(Suite { name: SCAN.to_owned(), cases: whole(SCAN, unread(report)) });
    all
}

/// The cases behind one that fails with them when something is not known, so that no suite is empty.
fn whole(asset: &str, mut cases: Vec<Case>) -> Vec<Case> {
    let unknown = cases.iter().filter(|case| matches!(case.outcome, Outcome::Error(_))).count();
    let outcome = if unknown == 0 {
        Outcome::Passed
    } else {
        Outcome::Error(Detail {
            kind: "incomplete".to_owned(),
            message: format!("incomplete: {unknown} of these cases cannot be told"),
            text: String::new(),
        })
    };
    let name = "everything met was read and evaluated".to_owned();
    cases.insert(0, Case { name, class: asset.to_owned(), outcome });
    cases
}

fn unread(report: &Report) -> Vec<Case> {
    let error = |name: String, kind: &str, message: String| Case {
        name,
        class: SCAN.to_owned(),
        outcome: Outcome::Error(Detail { kind: kind.to_owned(), message, text: String::new() }),
    };
    let unread = report.not_read.iter().map(|row| {
        let place = format!("{}:{} is read", row.path, row.line);
        error(place, "not_read", format!("not read whole: {}", row.problem))
    });
    let odd = report.unrecognised.iter().map(|path| {
        let message = "looks like a manifest and no reader knows it".to_owned();
        error(format!("{path} is read"), "unrecognised", message)
    });
    let mut cases: Vec<Case> = unread.chain(odd).collect();
    if cases.is_empty() && report.not_evaluated.is_empty() && !report.complete {
        let message = report.warnings.join("; ");
        cases.push(error("the scan is complete".to_owned(), "incomplete", message));
    }
    cases.extend(report.left_out().map(|what| Case {
        name: "all that was named is read".to_owned(),
        class: SCAN.to_owned(),
        outcome: Outcome::Skipped(what),
    }));
    cases
}

fn case(finding: &Finding, outcome: Outcome) -> Case {
    Case {
        name: format!("{} {} and {}", finding.name, finding.version, finding.advisory),
        class: format!("{}.{}", finding.asset, finding.ecosystem),
        outcome,
    }
}

fn kind(finding: &Finding) -> &str {
    if finding.kind == "malicious" { "malicious" } else { finding.severity.as_str() }
}

fn message(finding: &Finding, report: &Report) -> String {
    let due = when(report.scanned_at, finding.due, finding.overdue);
    format!("{} ({}); {due}", finding.title, kind(finding))
}

fn text(finding: &Finding) -> String {
    let places: Vec<String> = finding.places.iter().take(5).map(words::place).collect();
    let mut lines = vec![format!("why: {}", finding.why), words::fixed(finding), places.join(", ")];
    lines.extend(words::remarks(finding));
    lines.join("\n")
}
