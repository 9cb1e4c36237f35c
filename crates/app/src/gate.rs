//! When does a scan, or the queue, fail a pipeline? `--fail-on`, and durations as people write them.

use crate::report::{Finding, Report};
use vocab::{Instant, Severity};

/// One condition of the gate; several are OR-ed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gate {
    /// A known emergency is in the queue.
    Emergency,
    /// A feed that never came could bring a date forward.
    Assumed,
    /// Something is past due.
    Overdue,
    /// Something is due within this many hours (or past due).
    DueWithin(i64),
    /// A finding is at least this severe; unknown counts, since it is never taken for safe.
    SeverityAtLeast(Severity),
    /// Any finding at all.
    Any,
}

/// Reads `emergency`, `assumed`, `overdue`, `due<=DURATION`, `severity>=WORD` or `any`.
///
/// # Errors
/// Anything else; the message lists what there is.
pub fn parse(text: &str) -> Result<Gate, String> {
    let text = text.replace(' ', "");
    if let Some(duration) = text.strip_prefix("due<=") {
        return hours(duration).map(Gate::DueWithin);
    }
    if let Some(word) = text.strip_prefix("severity>=") {
        return match Severity::from_word(word) {
            Severity::Unknown | Severity::None => {
                Err(format!("«{word}»: expected low, medium, high or critical"))
            }
            severity => Ok(Gate::SeverityAtLeast(severity)),
        };
    }
    match text.as_str() {
        "emergency" => Ok(Gate::Emergency),
        "assumed" => Ok(Gate::Assumed),
        "overdue" => Ok(Gate::Overdue),
        "any" => Ok(Gate::Any),
        other => Err(format!(
            "«{other}»: expected emergency, assumed, overdue, due<=DURATION, severity>=WORD or any"
        )),
    }
}

/// Reads a duration such as `24h`, `3d` or `2w` as hours.
///
/// # Errors
/// No number with one of these letters, or more than ten years.
pub fn hours(text: &str) -> Result<i64, String> {
    let expected = || format!("«{text}»: expected a duration such as 24h, 3d or 2w");
    let unit = text.chars().last().ok_or_else(expected)?;
    let factor = match unit {
        'h' => 1,
        'd' => 24,
        'w' => 24 * 7,
        _ => return Err(expected()),
    };
    let number: i64 = text[..text.len() - 1].parse().map_err(|_| expected())?;
    let hours = number.checked_mul(factor).filter(|h| (0..=24 * 3660).contains(h));
    hours.ok_or_else(|| format!("«{text}»: from 0 to ten years"))
}

impl Gate {
    /// Whether the report hits this condition.
    pub fn is_hit(&self, report: &Report) -> bool {
        report.findings.iter().any(|finding| self.meets(finding, report.scanned_at))
    }

    fn meets(&self, finding: &Finding, now: Instant) -> bool {
        match self {
            Self::Emergency => finding.emergency,
            Self::Assumed => finding.is_assumed(),
            Self::Overdue => finding.overdue,
            // Overdue by an earlier row counts, however far the present row's date is.
            Self::DueWithin(hours) => {
                let within =
                    |due: Instant| due.duration_since(now).as_secs() <= hours.saturating_mul(3600);
                finding.overdue || finding.due.is_some_and(within)
            }
            Self::SeverityAtLeast(least) => {
                finding.severity >= *least || finding.severity == Severity::Unknown
            }
            Self::Any => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Gate, hours, parse};
    use vocab::{Severity, instant};

    #[test]
    fn what_an_earlier_row_made_overdue_is_due_within_any_time() {
        let now = instant::parse("2026-11-21T10:00:00Z").expect("an instant");
        let mut report = crate::demo::demo(now).expect("the demo");
        report.findings.truncate(1);
        report.findings[0].due = instant::parse("2026-12-31");
        report.findings[0].overdue = false;
        assert!(!Gate::DueWithin(24).is_hit(&report));
        report.findings[0].overdue = true;
        assert!(Gate::DueWithin(24).is_hit(&report) && Gate::DueWithin(0).is_hit(&report));
        report.findings[0].due = None;
        assert!(Gate::DueWithin(24).is_hit(&report));
    }

    #[test]
    fn what_is_assumed_has_a_gate_of_its_own_and_is_no_emergency() {
        let now = instant::parse("2026-11-21T10:00:00Z").expect("an instant");
        let mut report = crate::demo::demo(now).expect("the demo");
        report.findings.retain(|finding| !finding.emergency);
        report.findings.truncate(1);
        assert!(!Gate::Assumed.is_hit(&report));
        report.findings[0].assumed = Some(crate::report::Assumed {
            due: Some(now),
            emergency: true,
            policy: "gabion-24h".to_owned(),
            row: "2".to_owned(),
            because: "CISA KEV is missing".to_owned(),
        });
        assert!(Gate::Assumed.is_hit(&report) && !Gate::Emergency.is_hit(&report));
    }

    #[test]
    fn gates_read_as_they_are_written() {
        assert_eq!(parse("emergency"), Ok(Gate::Emergency));
        assert_eq!(parse("assumed"), Ok(Gate::Assumed));
        assert_eq!(parse("due <= 3d"), Ok(Gate::DueWithin(72)));
        assert_eq!(parse("severity>=high"), Ok(Gate::SeverityAtLeast(Severity::High)));
        assert!(parse("severity>=bad").is_err());
        assert!(parse("due<=3").is_err());
        assert!(parse("").is_err());
        assert_eq!(hours("2w"), Ok(336));
        assert!(hours("é").is_err());
        assert!(hours("-1d").is_err());
        assert!(hours("99999999999999999d").is_err());
    }
}
