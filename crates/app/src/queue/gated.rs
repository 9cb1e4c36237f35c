//! Does the queue, or what a pull request alone reports, fail a pipeline?

use vocab::{Instant, Severity};

use super::list::{self, Request, Row};
use super::{Filter, QueueError, meant, reference, views};
use crate::books::{Actor, Books, UseCase, allow};
use crate::gate::Gate;

/// Rows looked at in one go.
const PAGE: u32 = 500;

/// Whether a row of what is asked for meets the gate. What is accepted whole waits, and meets none.
///
/// # Errors
/// As [`list::list`]; an asset or reference of which nothing was ever imported, since its silence says nothing.
pub fn is_hit(
    actor: &Actor,
    books: &mut Books,
    request: &Request,
    gate: &Gate,
    now: Instant,
) -> Result<bool, QueueError> {
    allow(actor, UseCase::Queue, true)?;
    let mut request = Request { skip: 0, ..request.clone() };
    meant::anywhere(books, &mut request.filter.sources)?;
    let (filter, _) = views::resolve(actor, books, &request)?;
    reference::known(books, &filter.reference, &filter.assets)?;
    let Some(filter) = narrowed(filter, gate) else { return Ok(false) };
    let mut at = 0;
    loop {
        let page = books.ledger.queue(&filter, now, at, PAGE)?;
        at += page.fixes.len() as u64;
        for fix in page.fixes {
            let accepted = fix.findings <= fix.accepted;
            let row = list::row(fix, now);
            if !accepted && meets(&row, gate, now) {
                return Ok(true);
            }
            if is_past(&row, gate, now) {
                return Ok(false);
            }
        }
        if !page.more {
            return Ok(false);
        }
    }
}

/// The filter with what the gate asks for; none where the two have nothing in common.
fn narrowed(mut filter: Filter, gate: &Gate) -> Option<Filter> {
    let only = match gate {
        Gate::Emergency => Some("emergency"),
        Gate::Overdue => Some("overdue"),
        _ => None,
    };
    if let Some(only) = only.filter(|only| !filter.only.iter().any(|known| known == only)) {
        filter.only.push(only.to_owned());
    }
    if let Gate::SeverityAtLeast(least) = gate {
        let fits = |severity: Severity| severity >= *least || severity == Severity::Unknown;
        let wanted = |word: &str| fits(Severity::from_word(word));
        if filter.severities.is_empty() {
            let all = ["critical", "high", "medium", "low", "none", "unknown"];
            filter.severities = all.iter().filter(|w| wanted(w)).map(|&w| w.to_owned()).collect();
        } else {
            filter.severities.retain(|word| wanted(word));
        }
        if filter.severities.is_empty() {
            return None;
        }
    }
    Some(filter)
}

fn meets(row: &Row, gate: &Gate, now: Instant) -> bool {
    match gate {
        Gate::Emergency => row.emergency,
        Gate::Overdue => row.overdue,
        Gate::Assumed => row.assumed.is_some(),
        Gate::DueWithin(hours) => row.overdue || row.due.is_some_and(|d| within(d, *hours, now)),
        Gate::SeverityAtLeast(_) | Gate::Any => true,
    }
}

/// Whether no row after this one meets it: behind what is overdue, rows stand by their date.
fn is_past(row: &Row, gate: &Gate, now: Instant) -> bool {
    let Gate::DueWithin(hours) = gate else { return false };
    !row.emergency && !row.overdue && !row.due.is_some_and(|due| within(due, *hours, now))
}

fn within(due: Instant, hours: i64, now: Instant) -> bool {
    due.duration_since(now).as_secs() <= hours.saturating_mul(3600)
}
