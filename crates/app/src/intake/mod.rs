//! How does a report get into the ledger, and what follows from it?
//!
//! [`import()`] is the use case: open the document, read it into claims, know again what is known, open what is
//! new, close what a covering run no longer has. [`verify`] closes by what the world and the inventory say
//! since. The engines decide (`findings`, `intel`, `triage`); here their words are mapped and the changes
//! appended, all of a document in one transaction. Never: a secret's value past `taking`.

pub(crate) mod again;
mod arrival;
mod belongs;
mod branches;
mod claims;
mod closing;
pub(crate) mod facts;
pub(crate) mod fixes;
mod handing;
pub mod import;
pub(crate) mod kept;
mod looks;
mod matching;
pub mod memory;
mod parts;
pub mod record;
mod redact;
pub mod spool;
mod taking;
pub(crate) mod timing;
mod tools;
mod uniting;
pub(crate) mod upgrades;
pub mod verify;
pub(crate) mod writing;

pub use belongs::{is_pull_request, normal_reference};
/// Before it no scanner looked.
pub use findings::sink::EARLIEST;
pub use import::{ImportError, Imported, Progress, Request, SCHEMA, import, scope};
pub use spool::{Input, ReadAlready};

/// Every format that can be read: its id and its title, in the order of recognition.
pub fn formats() -> impl Iterator<Item = (&'static str, &'static str)> {
    findings::formats().map(|format| (format.id, format.title))
}
