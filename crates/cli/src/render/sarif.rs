//! The report as SARIF: a rule per advisory, a result per finding and place, and what was not
//! evaluated as notifications, so that a code host shows an incomplete run as what it is.

use std::collections::BTreeMap;

use app::report::{self, Finding, Report};
use formats::sarif::{Hit, Level, Log, Notification, Place, Rule, Suppression};
use serde_json::json;
use vocab::Severity;

use super::words;

/// Most notifications of one sort; the count of the rest is a notification of its own.
const MOST: usize = 500;

/// Builds the log.
pub fn log(report: &Report) -> Log {
    let mut rules: BTreeMap<String, Rule> = BTreeMap::new();
    let mut results = Vec::new();
    let base = base(report);
    let ignored = report.ignored.iter().map(|i| (&i.finding, Some(suppression(i))));
    let stated = report.stated.iter().map(|s| (&s.finding, Some(statement(&s.statement))));
    let all = report.findings.iter().map(|f| (f, None)).chain(ignored).chain(stated);
    for (finding, suppression) in all {
        rules.entry(finding.advisory.to_string()).or_insert_with(|| rule(finding));
        results.push(Hit {
            rule: finding.advisory.to_string(),
            level: level(finding),
            message: message(finding, report),
            places: finding.places.iter().map(|p| at(&base, p)).collect(),
            identity: finding.identity.clone(),
            new: finding.new,
            suppressions: suppression.into_iter().collect(),
            properties: properties(finding),
        });
    }
    for notice in &report.notices {
        let id = format!("notice/{}", notice.advisory);
        rules.entry(id.clone()).or_insert_with(|| Rule {
            id: id.clone(),
            name: notice.kind.clone(),
            short: notice.title.clone(),
            full: notice.title.clone(),
            help: notice.title.clone(),
            help_markdown: String::new(),
            help_uri: uri(&notice.records),
            level: Level::Note,
            security_severity: None,
            tags: vec!["supply-chain".into(), notice.kind.clone()],
        });
        results.push(Hit {
            rule: id,
            level: Level::Note,
            message: format!(
                "{} {}: {} ({})",
                notice.name, notice.version, notice.title, notice.kind
            ),
            places: notice.places.iter().map(|p| at(&base, p)).collect(),
            identity: format!("{}|{}|{}", notice.asset, notice.name, notice.advisory),
            new: None,
            suppressions: Vec::new(),
            properties: BTreeMap::new(),
        });
    }
    Log {
        tool_version: report.gabion.clone(),
        information_uri: None,
        category: "gabion/scan".into(),
        complete: report.complete,
        successful: true,
        rules: rules.into_values().collect(),
        results,
        notifications: notifications(report),
        properties: BTreeMap::from([
            ("components".into(), json!(report.components)),
            ("scannedAt".into(), json!(report.scanned_at)),
        ]),
    }
}

fn suppression(ignored: &report::Ignored) -> Suppression {
    Suppression {
        justification: ignored.reason.clone(),
        origin: ignored.origin.clone(),
        until: Some(formats::text::day(ignored.until)),
    }
}

/// A VEX statement has no end; whoever reads the log sees who made it, and when.
fn statement(statement: &report::Statement) -> Suppression {
    let dated = statement.dated.map(|at| format!(", {}", formats::text::day(at)));
    Suppression {
        justification: format!(
            "{}: {}",
            words::status(&statement.status),
            words::reason(statement)
        ),
        origin: format!(
            "VEX of {} ({}{})",
            statement.author,
            statement.origin,
            dated.unwrap_or_default()
        ),
        until: None,
    }
}

/// What stands before a place so that it is relative to where the scan was started, which is where a
/// code host looks: a single relative path as given. Places of several paths have theirs already.
pub fn base(report: &Report) -> String {
    let mut roots: Vec<&str> = report.assets.iter().map(|a| a.root.as_str()).collect();
    roots.dedup();
    match roots.as_slice() {
        [root] if !root.starts_with('/') && report.assets.iter().any(|a| a.files > 0) => {
            let root = root.trim_start_matches("./").trim_end_matches('/');
            if root.is_empty() || root == "." { String::new() } else { format!("{root}/") }
        }
        _ => String::new(),
    }
}

fn at(base: &str, place: &report::Place) -> Place {
    Place::at(format!("{base}{}", place.path), place.line)
}

fn rule(finding: &Finding) -> Rule {
    let title =
        if finding.title.is_empty() { &finding.advisory } else { &finding.title }.to_string();
    let help = format!("{title}\n\nKnown as {}.", finding.aliases.join(", "));
    Rule {
        id: finding.advisory.to_string(),
        name: finding.kind.clone(),
        short: title.clone(),
        full: title,
        help_markdown: help.clone(),
        help,
        help_uri: uri(&finding.records),
        level: level(finding),
        security_severity: security_severity(finding),
        tags: ["security", "supply-chain"]
            .iter()
            .map(|t| (*t).to_owned())
            .chain(finding.cwes.iter().map(|c| format!("external/cwe/{}", c.to_lowercase())))
            .collect(),
    }
}

fn uri(records: &[String]) -> Option<String> {
    records
        .first()
        .map(|id| format!("https://osv.dev/vulnerability/{}", formats::sarif::uri(id.as_bytes()).0))
}

/// Serious when it is urgent or severe.
pub fn level(finding: &Finding) -> Level {
    match (finding.emergency || finding.overdue, finding.severity) {
        (true, _) | (_, Severity::Critical | Severity::High) => Level::Error,
        (_, Severity::Low | Severity::None) => Level::Note,
        _ => Level::Warning,
    }
}

/// A representative number of the severity's band, for hosts that sort by it; a malicious package is
/// as bad as it gets.
fn security_severity(finding: &Finding) -> Option<f64> {
    match (finding.kind.as_str(), finding.severity) {
        ("malicious", _) => Some(10.0),
        (_, Severity::Critical) => Some(9.5),
        (_, Severity::High) => Some(8.0),
        (_, Severity::Medium) => Some(5.5),
        (_, Severity::Low) => Some(2.0),
        (_, Severity::None) => Some(0.0),
        (_, Severity::Unknown) => None,
    }
}

fn message(finding: &Finding, report: &Report) -> String {
    let due = super::table::when(report.scanned_at, finding.due, finding.overdue);
    let fixed = if finding.fixed_in.is_empty() {
        "no fix is published".to_owned()
    } else {
        format!("fixed in {}", finding.fixed_in.join(", "))
    };
    format!(
        "{} {} is affected by {}; {fixed}; {due}. {}",
        finding.name, finding.version, finding.advisory, finding.why
    )
}

fn properties(finding: &Finding) -> BTreeMap<String, serde_json::Value> {
    let mut properties: BTreeMap<String, serde_json::Value> = BTreeMap::from([
        ("purl".into(), json!(finding.purl)),
        ("due".into(), json!(finding.due)),
        ("exposedSince".into(), json!(finding.exposed_since)),
        ("policy".into(), json!(finding.policy)),
        ("row".into(), json!(finding.row)),
        ("records".into(), json!(finding.records)),
        ("scope".into(), json!(finding.scope)),
    ]);
    let mut add = |name: &str, value: serde_json::Value| properties.insert(name.into(), value);
    if !finding.installed.is_empty() {
        add("installed", json!(finding.installed));
    }
    let layers: Vec<_> = finding.places.iter().filter_map(|p| p.layer.as_deref()).collect();
    if !layers.is_empty() {
        add("layers", json!(layers));
    }
    let remarks = words::remarks(finding);
    if !remarks.is_empty() {
        add("remarks", json!(remarks));
    }
    properties
}

fn notifications(report: &Report) -> Vec<Notification> {
    let mut out: Vec<Notification> = Vec::new();
    let mut add = |id: &str, level: Level, message: String, place: Option<Place>| {
        out.push(Notification { id: id.to_owned(), level, message, place });
    };
    for row in report.not_evaluated.iter().take(MOST) {
        let message = format!(
            "not evaluated: {} {} ({}): {}",
            row.name, row.version, row.ecosystem, row.detail
        );
        add("not-evaluated", Level::Warning, message, Some(Place::at(&row.path, row.line)));
    }
    if report.not_evaluated.len() > MOST {
        add(
            "not-evaluated",
            Level::Warning,
            format!("not evaluated: {} further components", report.not_evaluated.len() - MOST),
            None,
        );
    }
    for row in report.not_read.iter().take(MOST) {
        add("not-read", Level::Error, format!("not read: {}: {}", row.path, row.problem), None);
    }
    if report.not_read.len() > MOST {
        add(
            "not-read",
            Level::Error,
            format!("not read: {} further places", report.not_read.len() - MOST),
            None,
        );
    }
    for path in report.unrecognised.iter().take(MOST) {
        add(
            "unrecognised",
            Level::Warning,
            format!("looks like a manifest and no reader knows it: {path}"),
            None,
        );
    }
    for warning in &report.warnings {
        add("warning", Level::Warning, warning.clone(), None);
    }
    out
}
