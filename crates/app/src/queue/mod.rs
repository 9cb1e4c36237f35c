//! What can a user ask of what is remembered? One use case per file.
//!
//! In: an [`Actor`](crate::books::Actor) first, the open [`Books`](crate::books::Books), the request, `now`. Out: report values with a
//! versioned schema, or an error with its remedy. Each use case asks `access` before it loads anything. Decisions are
//! entries of the record: what is refused appends nothing, and what was decided can be taken back.
//! Start reading at [`list`], then [`triage`].

pub mod call;
pub mod close;
pub mod comment;
mod decide;
pub mod ends;
pub mod export;
pub mod gated;
mod history;
pub mod keep;
mod links;
pub mod list;
mod meant;
pub mod names;
mod reclock;
pub mod reference;
pub mod reopen;
mod revive;
pub mod settings;
pub mod settle;
pub mod show;
pub mod source;
pub mod stats;
mod suggestions;
pub mod triage;
pub mod undo;
pub mod views;

use ledger::LedgerError;

use crate::books::BooksError;
use crate::settings::SettingsError;

pub use ledger::change::Assumed;
pub use ledger::row::Filter;

/// Why something around the queue could not be done.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// The ledger cannot be used, or the role does not allow it.
    #[error(transparent)]
    Books(#[from] BooksError),
    /// What was asked for does not fit what is there.
    #[error("{what}")]
    Unfit {
        /// One sentence.
        what: String,
        /// The next step.
        remedy: String,
    },
    /// It could not be written out.
    #[error("cannot write")]
    Write(#[from] std::io::Error),
}

impl QueueError {
    /// The next step, where there is one.
    pub fn remedy(&self) -> Option<&str> {
        match self {
            Self::Books(error) => error.remedy(),
            Self::Unfit { remedy, .. } => Some(remedy),
            Self::Write(_) => None,
        }
    }
}

impl From<SettingsError> for QueueError {
    fn from(error: SettingsError) -> Self {
        match error {
            SettingsError::Books(error) => error.into(),
            other => unfit(
                crate::sync::chain(&other),
                "`gabion settings` shows what is set; a newer gabion may read it",
            ),
        }
    }
}

impl From<LedgerError> for QueueError {
    fn from(error: LedgerError) -> Self {
        Self::Books(error.into())
    }
}

pub(crate) fn unfit(what: impl Into<String>, remedy: impl Into<String>) -> QueueError {
    QueueError::Unfit { what: what.into(), remedy: remedy.into() }
}
