//! The report as GitLab reads it: a vulnerability for each finding, and why an incomplete scan is one.

use std::collections::HashMap;

use app::report::{Finding, Fix, Report};
use formats::gitlab::{Log, Vulnerability};
use formats::page::words::when;

use super::{sarif, words};

/// Builds the log.
pub fn log(report: &Report) -> Log {
    let base = sarif::base(report);
    let mut messages = Vec::new();
    if !report.complete {
        messages.push(format!("incomplete: {}", words::missing(report).join(", ")));
    }
    messages.extend(words::set_aside(report));
    messages.extend(report.warnings.iter().cloned());
    for row in &report.not_read {
        messages.push(format!("not read: {}: {}", row.path, row.problem));
    }
    for row in &report.not_evaluated {
        messages.push(format!(
            "not evaluated: {} {} ({}): {}",
            row.name, row.version, row.ecosystem, row.detail
        ));
    }
    for path in &report.unrecognised {
        messages.push(format!("looks like a manifest and no reader knows it: {path}"));
    }
    let closed = report.fixes.iter().flat_map(|fix| fix.closes.iter().map(move |id| (id, fix)));
    let fixes: HashMap<&str, &Fix> = closed.map(|(id, fix)| (id.as_str(), fix)).collect();
    Log {
        tool_version: report.gabion.clone(),
        made: report.scanned_at,
        complete: report.complete,
        messages,
        vulnerabilities: report
            .findings
            .iter()
            .map(|f| vulnerability(f, fixes.get(f.id.as_str()).copied(), report, &base))
            .collect(),
    }
}

fn vulnerability(
    finding: &Finding,
    fix: Option<&Fix>,
    report: &Report,
    base: &str,
) -> Vulnerability {
    let due = when(report.scanned_at, finding.due, finding.overdue);
    let mut fixed = format!("{}.", words::fixed(finding));
    if let Some(first) = fixed.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let mut ids = vec![finding.advisory.to_string()];
    ids.extend(finding.aliases.iter().filter(|id| **id != *finding.advisory).cloned());
    let mut description = vec![format!("{due}. {}", finding.why)];
    description.extend(words::remarks(finding));
    Vulnerability {
        key: finding.id.clone(),
        name: if finding.title.is_empty() { &finding.advisory } else { &finding.title }.to_string(),
        description: description.join(" "),
        severity: finding.severity,
        solution: fix.map_or(fixed, |fix| fix.how.clone()),
        ids,
        cwes: finding.cwes.to_vec(),
        records: finding.records.to_vec(),
        file: finding.places.first().map(|p| format!("{base}{}", p.path)).unwrap_or_default(),
        package: finding.name.clone(),
        version: finding.version.clone(),
        ecosystem: finding.ecosystem.clone(),
        direct: finding.direct,
    }
}
