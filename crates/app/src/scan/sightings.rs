//! When did earlier scans of these targets first see each problem?
//!
//! In: a request that says where sightings are kept. Out: those of its targets, and after the scan the new ones on
//! disk. Each target has a file of its own, by its real path, as an estate has (docs/ARCHITECTURE.md, «The
//! clock», rule 1). Where the ledger knows a finding its date counts, and this is not asked. That nothing was
//! kept, that it was lost or cannot be kept is said: then clocks start at this scan.

use std::path::Path;

use super::{Request, Scanner};
use crate::estate::Sighted;
use crate::estate::place::Place;
use crate::report::Report;

/// The first sightings of the targets, and what is said where problems are first seen by this scan.
pub(super) fn known(request: &Request) -> (Sighted, Option<String>) {
    let Some(data) = &request.sightings else { return (Sighted::default(), None) };
    let (mut all, mut absent, mut damaged) = (Vec::new(), Vec::new(), Vec::new());
    for target in &request.targets {
        match Place::of_target(data, &target.path).sighted() {
            Ok(Some(sighted)) => all.push(sighted),
            Ok(None) => absent.push(target.display.as_str()),
            Err(error) => {
                damaged.push(format!("{} ({})", target.display, crate::sync::chain(&error)))
            }
        }
    }
    let said = if !damaged.is_empty() {
        Some(format!("when problems of {} were first seen cannot be read", damaged.join(", ")))
    } else if !absent.is_empty() {
        Some(format!(
            "no earlier scan of {} is known here, or what it kept is lost",
            absent.join(", ")
        ))
    } else {
        None
    };
    (Sighted::merged(all), said)
}

/// Keeps what was first seen, and says where clocks start at this scan.
pub(super) fn keep(
    request: &Request,
    scanner: &Scanner<'_>,
    said: Option<String>,
    report: &mut Report,
) {
    let Some(data) = &request.sightings else { return };
    let anew = report.findings.iter().filter(|f| f.first_seen_from == "this scan").count();
    if let Some(said) = said.filter(|_| anew > 0 && !request.from_signal) {
        let clocks = if anew == 1 { "1 clock starts" } else { &format!("{anew} clocks start") };
        report.warnings.push(format!(
            "{said}: {clocks} at this scan, so that nothing of these is overdue; the same --data-dir, --baseline, or a ledger (--record) carries first sightings on"
        ));
    }
    let news = scanner.sighted().news(report);
    if news.is_empty() {
        return;
    }
    for target in &request.targets {
        let path: &Path = &target.path;
        if let Err(error) = Place::of_target(data, path).sight(news.clone()) {
            let why = crate::sync::chain(&error);
            report.warnings.push(format!(
                "when problems of {} were first seen was not kept ({why}): in the next scan their clocks start anew",
                target.display
            ));
        }
    }
}
