//! How is a remark kept with a finding? As words of its author, which change nothing else.

use ledger::Change;
use vocab::Instant;

use super::call::MAX_WORDS;
use super::decide::no_such;
use super::names::{self, Letter};
use super::{QueueError, unfit};
use crate::books::{Actor, Books, UseCase, allow};

/// Writes a remark; gives the entry.
///
/// # Errors
/// Refused, an empty or too long text, no such finding, the ledger's.
pub fn comment(
    actor: &Actor,
    books: &mut Books,
    finding: i64,
    text: &str,
    now: Instant,
) -> Result<i64, QueueError> {
    allow(actor, UseCase::Comment, true)?;
    let text = text.trim();
    if text.is_empty() {
        return Err(unfit("there is no text", "gabion comment F-12 \"what others should know\""));
    }
    if text.len() > MAX_WORDS {
        return Err(unfit("the text is longer than 16 KiB", "say it shorter"));
    }
    let mut write = books.write(actor, now)?;
    if write.findings(&[finding])?.is_empty() {
        return Err(no_such(Letter::F, finding));
    }
    write.append(&Change::Commented { finding, text: text.to_owned() })?;
    let summary = format!("comment on {}", names::write(Letter::F, finding));
    Ok(write.commit("decision", &summary)?.entry)
}
