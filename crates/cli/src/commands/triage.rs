//! `gabion triage F-n… DECISION`: what people decide and agents propose.

use anyhow::anyhow;
use app::books::Mode;
use app::intelligence::Intelligence;
use app::queue::call::Call;
use app::queue::names::{self, Letter};
use app::queue::{settle, triage};
use vocab::Instant;

use super::books::{named, open, queue_failed, say};
use crate::args::Global;
use crate::args::queue::{Decision, Reason, TriageArgs};
use crate::exit::{Exit, usage};
use crate::terminal::Terminal;

/// Decides, or proposes.
pub fn run(args: TriageArgs, global: &Global, terminal: &Terminal) -> anyhow::Result<Exit> {
    let now = super::now();
    let targets = named(&args.what)?;
    // Without an index a clock still follows from severity and exposure.
    let intelligence = super::data_dir(global).and_then(|data| Ok(Intelligence::open(&data)?)).ok();
    let intelligence = intelligence.as_ref();
    if let Decision::Approve { proposal, reason } | Decision::Reject { proposal, reason } =
        &args.decision
    {
        if !targets.is_empty() {
            let hint = "gabion triage approve P-2".to_owned();
            return Err(usage(anyhow!("a proposal is named by its own number alone"), hint));
        }
        let proposal = names::read(Letter::P, proposal).map_err(queue_failed)?;
        let (mut books, actor) = open(global, Mode::Existing, terminal)?;
        let why = reason.reason.as_str();
        let approved = matches!(args.decision, Decision::Approve { .. });
        let done = if approved {
            settle::approve(&actor, &mut books, proposal, why, intelligence, now)
        } else {
            settle::reject(&actor, &mut books, proposal, why, now)
        };
        return say(&done.map_err(queue_failed)?, terminal);
    }
    let (call, reason) = call(args.decision, now)?;
    let request = triage::Request { targets, call, reason: reason.reason, intelligence };
    let (mut books, actor) = open(global, Mode::Existing, terminal)?;
    let done = triage::triage(&actor, &mut books, &request, now).map_err(queue_failed)?;
    say(&done, terminal)
}

/// `-` takes away what a person set.
fn or_nothing(word: String) -> String {
    if word.trim() == "-" { String::new() } else { word.trim().to_owned() }
}

fn call(decision: Decision, now: Instant) -> anyhow::Result<(Call, Reason)> {
    let finding = |text: &str| names::read(Letter::F, text).map_err(queue_failed);
    Ok(match decision {
        Decision::Confirm(reason) => (Call::Confirm, reason),
        Decision::FalsePositive(reason) => (Call::FalsePositive, reason),
        Decision::DuplicateOf { of, reason } => (Call::Duplicate { of: finding(&of)? }, reason),
        Decision::Accept { until, reason } => {
            (Call::Accept { until: self::until(&until, now)? }, reason)
        }
        Decision::Assign { who, reason } => (Call::Assign { owner: or_nothing(who) }, reason),
        Decision::Exposure { exposure, reason } => {
            (Call::Exposure { exposure: or_nothing(exposure).to_lowercase() }, reason)
        }
        Decision::Severity { severity, reason } => {
            (Call::Severity { severity: or_nothing(severity).to_lowercase() }, reason)
        }
        Decision::Link { to, reason } => (Call::Link { to: finding(&to)? }, reason),
        Decision::Split { source, reason } => (Call::Split { source }, reason),
        Decision::Approve { .. } | Decision::Reject { .. } => {
            return Err(anyhow!("a proposal is settled by its own number"));
        }
    })
}

/// A date, an instant (UTC where no zone is named), or a duration from now.
fn until(text: &str, now: Instant) -> anyhow::Result<Instant> {
    if let Some(until) = vocab::instant::parse(text) {
        return Ok(until);
    }
    let hours = app::gate::hours(text).ok();
    let until = hours.and_then(|hours| {
        now.as_second().checked_add(hours.checked_mul(3_600)?).map(Instant::from_second)?.ok()
    });
    until.ok_or_else(|| {
        usage(
            anyhow!("--until «{text}» is no date"),
            format!("write 30d, or {}", vocab::instant::ACCEPTED),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::until;

    #[test]
    fn dates_are_utc_unless_they_say_otherwise() {
        let now = "2026-11-21T17:00:00Z".parse().expect("an instant");
        let read = |text| until(text, now).ok().map(|at| at.to_string());
        assert_eq!(read("2027-01-31").as_deref(), Some("2027-01-31T00:00:00Z"));
        assert_eq!(read("2027-01-31T12:00").as_deref(), Some("2027-01-31T12:00:00Z"));
        assert_eq!(read("2027-01-31T12:00:00+01:00").as_deref(), Some("2027-01-31T11:00:00Z"));
        assert_eq!(read("30d").as_deref(), Some("2026-12-21T17:00:00Z"));
        assert_eq!(read("tomorrow"), None);
        // Eleven o'clock in UTC, says a database that is not here; noon it is not.
        assert_eq!(read("2027-01-31T12:00[Europe/Berlin]"), None);
        assert_eq!(read("99999999999999d"), None);
    }
}
