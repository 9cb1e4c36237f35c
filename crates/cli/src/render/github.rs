//! The report as annotations of a workflow run: what is not known first, so that no limit hides it,
//! then the findings in the order of the queue.

use app::report::{Finding, Report};
use formats::page::words::when;
use formats::sarif::Level as Serious;
use formats::workflow::{Annotation, Level};

use super::{sarif, words};

/// Builds the annotations.
pub fn annotations(report: &Report) -> Vec<Annotation> {
    let mut all = Vec::new();
    let whole = |level, title: &str, message: String| Annotation {
        level,
        file: None,
        line: 0,
        title: title.to_owned(),
        message,
    };
    if !report.complete {
        let missing = words::missing(report).join(", ");
        let message = format!("{missing}. This is not a clean result.");
        all.push(whole(Level::Warning, "Gabion: incomplete", message));
    }
    for warning in &report.warnings {
        all.push(whole(Level::Warning, "Gabion", warning.clone()));
    }
    let base = sarif::base(report);
    for finding in &report.findings {
        all.push(annotation(finding, report, &base));
    }
    let aside = words::set_aside(report);
    if report.findings.is_empty() && report.complete && aside.is_none() {
        let message = "nothing due: everything met was read and evaluated".to_owned();
        all.push(whole(Level::Notice, "Gabion", message));
    }
    // Before the findings of its level, so that no limit hides it.
    let first = all.iter().position(|a| a.level == Level::Notice).unwrap_or(all.len());
    if let Some(aside) = aside {
        all.insert(first, whole(Level::Notice, "Gabion: set aside", aside));
    }
    all
}

fn annotation(finding: &Finding, report: &Report, base: &str) -> Annotation {
    let place = finding.places.first();
    let fixed = words::fixed(finding);
    let due = when(report.scanned_at, finding.due, finding.overdue);
    Annotation {
        level: match sarif::level(finding) {
            Serious::Error => Level::Error,
            Serious::Warning => Level::Warning,
            Serious::Note => Level::Notice,
        },
        file: place.map(|place| format!("{base}{}", place.path)),
        line: place.map_or(0, |place| place.line),
        title: format!("{} {}: {}", finding.name, finding.version, finding.advisory),
        message: format!("{}; {due}; {fixed}. {}", finding.title, finding.why),
    }
}
