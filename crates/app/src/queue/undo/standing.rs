//! What rests on an entry, so that it cannot be taken back?
//!
//! In: the entry, and the tables as they are. Out: sentences, empty when nothing does. For an import: a later document of the
//! same source, asset and branch; a decision, an end or another source's claim on a finding that it opened. For an
//! earlier undo of an import: the document is read again instead.

use std::collections::BTreeSet;

use ledger::change::Decision;
use ledger::row::{EntryRow, Finding};
use ledger::{Change, Write};

use crate::books::Books;
use crate::queue::QueueError;
use crate::queue::call::reason_words;
use crate::queue::keep::MOST_IMPORTS;
use crate::queue::names::{self, Letter};

/// Sentences that are told.
const TOLD: usize = 5;
/// Findings loaded at once.
const AT_ONCE: usize = 500;

/// What stands in the way, as far as the record's lists tell.
pub(super) fn listed(
    books: &mut Books,
    row: &EntryRow,
    changes: &[Change],
) -> Result<Vec<String>, QueueError> {
    let of_import = |change: &Change| match change {
        Change::Voided { .. } | Change::Detached { .. } => true,
        // What it put back may have been reported or missed by documents since.
        Change::Retired { .. } | Change::Returned { .. } | Change::Observed { .. } => {
            row.kind == "undo"
        }
        _ => false,
    };
    if changes.iter().any(of_import) {
        let text = "  it took an import back: import the document again instead";
        return Ok(vec![text.to_owned()]);
    }
    let mut way = Vec::new();
    for change in changes {
        let (what, now, set) = match change {
            Change::View { name, filter, .. } => {
                let views = books.ledger.views()?;
                let now = views.into_iter().find(|(known, _)| known == name).map(|(_, f)| f);
                (format!("the view {name}"), now, filter)
            }
            Change::Setting { name, value, .. } => {
                (format!("the setting {name}"), books.ledger.setting(name)?, value)
            }
            Change::Role { actor, role, .. } => {
                (format!("the role of {actor}"), books.ledger.role(actor)?, role)
            }
            _ => continue,
        };
        if now.unwrap_or_default() != *set {
            way.push(format!("  {what} has changed since"));
        }
    }
    if row.kind == "import" {
        documents(books, row.entry, changes, &mut way)?;
    }
    Ok(way)
}

/// Later documents of the same streams; and whether the entry's own documents still count.
fn documents(
    books: &mut Books,
    entry: i64,
    changes: &[Change],
    way: &mut Vec<String>,
) -> Result<(), QueueError> {
    let streams: BTreeSet<i64> = changes
        .iter()
        .filter_map(|change| match change {
            Change::Document(document) => Some(document.stream),
            _ => None,
        })
        .collect();
    for import in books.ledger.imports(MOST_IMPORTS)? {
        if import.entry > entry && streams.contains(&import.document.stream) && way.len() < TOLD {
            way.push(format!(
                "  {} read a later document of the same source: {} (take it back first)",
                names::write(Letter::E, import.entry),
                import.document.name
            ));
        }
    }
    Ok(())
}

/// What stands in the way on the findings that the entry opened.
pub(super) fn on_findings(
    write: &mut Write<'_>,
    changes: &[Change],
) -> Result<Vec<String>, QueueError> {
    let (mut opened, mut own) = (Vec::new(), BTreeSet::new());
    for change in changes {
        match change {
            Change::Opened { finding, .. } => opened.push(*finding),
            Change::Attributed { attribution, .. } | Change::Linked { attribution, .. } => {
                own.insert(*attribution);
            }
            _ => {}
        }
    }
    let (mut way, mut more) = (Vec::new(), 0_usize);
    // What retention has taken out cannot stand again: a standing claim always has its words.
    let pruned = |change: &&Change| matches!(change, Change::Observed { was, claim, .. } if was.body.is_empty() && !claim.body.is_empty());
    let pruned = changes.iter().filter(pruned).count();
    if pruned > 0 {
        let claims = if pruned == 1 { "1 claim" } else { &format!("{pruned} claims") };
        way.push(format!("  what was said before of {claims} was pruned (`gabion ledger prune`)"));
    }
    for ids in opened.chunks(AT_ONCE) {
        for finding in write.findings(ids)? {
            let Some(why) = rests(write, &finding, &own)? else { continue };
            if way.len() < TOLD {
                way.push(format!("  {} {why}", names::write(Letter::F, finding.id)));
            } else {
                more += 1;
            }
        }
    }
    if more > 0 {
        way.push(format!("  and {more} more findings"));
    }
    Ok(way)
}

fn rests(
    write: &mut Write<'_>,
    finding: &Finding,
    own: &BTreeSet<i64>,
) -> Result<Option<String>, QueueError> {
    if finding.state == "void" {
        return Ok(Some("is void already: the entry was taken back before".to_owned()));
    }
    if finding.decision != Decision::default() {
        return Ok(Some("was decided on since (`gabion show` names the entry)".to_owned()));
    }
    if let Some(closure) = finding.closure.as_ref().filter(|_| finding.state == "closed") {
        return Ok(Some(format!("was closed since as {}", reason_words(&closure.reason))));
    }
    if let Some(duplicate) = write.duplicates_of(finding.id)?.first() {
        return Ok(Some(format!("has a duplicate: {}", names::write(Letter::F, *duplicate))));
    }
    let others = write.attributions_of(finding.id)?.into_iter().any(|c| !own.contains(&c.id));
    Ok(others.then(|| "is reported by another document too".to_owned()))
}

/// The finding that a change is about, where it names one.
pub(super) fn finding_of(change: &Change) -> Option<i64> {
    match change {
        Change::Opened { finding, .. }
        | Change::Attributed { finding, .. }
        | Change::Facts { finding, .. }
        | Change::Clocked { finding, .. }
        | Change::Fix { finding, .. }
        | Change::Closed { finding, .. }
        | Change::Reopened { finding, .. }
        | Change::Decided { finding, .. }
        | Change::Commented { finding, .. }
        | Change::Proposed { finding, .. }
        | Change::Linked { finding, .. }
        | Change::KeptApart { finding, .. }
        | Change::Entered { finding, .. }
        | Change::Voided { finding } => Some(*finding),
        _ => None,
    }
}
