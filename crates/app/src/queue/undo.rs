//! How is an entry taken back?
//!
//! Nothing is removed: compensating changes follow in an entry of their own. A decision goes back to what was before it,
//! field by field, unless somebody has changed the same field since. An import is taken back whole, and only while no later
//! document of its stream and no decision rests on it; else the answer says what stands in the way. Never half.

mod inverse;
mod standing;

use ledger::row::EntryRow;
use ledger::{Change, Write};
use serde::Serialize;
use vocab::Instant;

use super::decide::owns;
use super::names::{self, Letter};
use super::{QueueError, unfit};
use crate::books::{Actor, Books, Role, UseCase, allow};

/// Most findings of which the assets' owners are compared with an owner who asks.
const MOST_OWNED: usize = 10_000;

/// What was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Undone {
    /// The entry that holds the compensating changes.
    pub entry: i64,
    /// What was taken back, in the words of its summary.
    pub what: String,
    /// How many changes compensate it.
    pub changes: u64,
    /// What could not be taken back, and what stays.
    pub remarks: Vec<String>,
}

/// Takes an entry back.
///
/// # Errors
/// Refused, no such entry, it was taken back already, something rests on it, the ledger's.
pub fn undo(
    actor: &Actor,
    books: &mut Books,
    entry: i64,
    now: Instant,
) -> Result<Undone, QueueError> {
    allow(actor, UseCase::Undo, true)?;
    let name = names::write(Letter::E, entry);
    let before = books.ledger.head()?.entry;
    if entry > before {
        let what = match before {
            0 => "the ledger is empty".to_owned(),
            last => format!("the last entry is {}", names::write(Letter::E, last)),
        };
        return Err(unfit(format!("there is no {name}: {what}"), HOW));
    }
    let (row, changes) = read(books, actor, entry, now)?;
    let refuse = |way: Vec<String>| match way.as_slice() {
        [] => Ok(()),
        way => {
            let what = format!("{name} ({}) cannot be taken back", row.summary);
            Err(unfit(what, format!("in the way stands:\n{}", way.join("\n"))))
        }
    };
    refuse(standing::listed(books, &row, &changes)?)?;
    let waiting = books.ledger.proposals(None)?.into_iter().map(|row| row.id).collect();
    let mut write = books.write(actor, now)?;
    // What stood in the way was looked for before the transaction; nobody may have written since.
    if write.entry(before + 1)?.is_some() {
        return Err(unfit("somebody has written to the ledger meanwhile", "try again"));
    }
    permit(&mut write, actor, &changes)?;
    refuse(standing::on_findings(&mut write, &changes)?)?;
    write.append(&Change::Undone { entry })?;
    let mut inverse = inverse::Inverse::new(&mut write, &name, waiting);
    for change in changes.iter().rev() {
        inverse.take_back(change)?;
    }
    let (done, remarks) = inverse.end();
    // A report that changed nothing is still taken back: its document counts no more.
    if done == 0 && row.kind != "import" {
        let what = format!("nothing of {name} ({}) can be taken back", row.summary);
        let remedy = if remarks.is_empty() { HOW.to_owned() } else { remarks.join("\n") };
        return Err(unfit(what, remedy));
    }
    let summary = format!("{name} taken back: {}", row.summary);
    let head = write.commit("undo", &summary)?;
    Ok(Undone { entry: head.entry, what: row.summary, changes: done, remarks })
}

const HOW: &str =
    "`gabion show F-n` names the entries of a finding, `gabion ledger imports` those of reports";

fn read(
    books: &mut Books,
    actor: &Actor,
    entry: i64,
    now: Instant,
) -> Result<(EntryRow, Vec<Change>), QueueError> {
    let name = names::write(Letter::E, entry);
    let mut write = books.write(actor, now)?;
    write.entry(entry)?.ok_or_else(|| unfit(format!("there is no {name}"), HOW))
}

/// An owner takes back only what is about its own assets; settings and roles are an admin's.
fn permit(write: &mut Write<'_>, actor: &Actor, changes: &[Change]) -> Result<(), QueueError> {
    let (mut findings, mut assets) = (Vec::new(), false);
    for change in changes {
        match change {
            Change::Setting { .. } | Change::Role { .. } => {
                allow(actor, UseCase::Settings, true)?;
            }
            Change::View { .. } => {
                allow(actor, UseCase::SaveView, true)?;
            }
            Change::Asset { .. } | Change::Stated { .. } => assets = true,
            change => findings.extend(standing::finding_of(change)),
        }
    }
    if actor.acts_as() != Role::Owner {
        return Ok(());
    }
    findings.sort_unstable();
    findings.dedup();
    let few = findings.len() <= MOST_OWNED;
    let loaded = if few { write.findings(&findings)? } else { Vec::new() };
    let own = few && !assets && loaded.iter().all(|finding| owns(actor, finding));
    allow(actor, UseCase::Undo, own)?;
    Ok(())
}
