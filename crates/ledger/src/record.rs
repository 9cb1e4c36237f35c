//! How a change stands in the record, and how entries make a chain.
//!
//! In: changes, entries. Out: what is stored and hashed. What a source said (the claim's body) is kept beside
//! the change; the change holds its digest. So a body can be pruned, and the chain still proves the rest.
//!
//! Digest of a change: SHA-256 of its stored JSON. Digest of an entry: SHA-256 over the digests of its
//! changes in their order. Hash of an entry: SHA-256 over the hash before it and every field, each with its
//! length before it. The first entry's `prev` is 32 zero bytes.

use sha2::{Digest, Sha256};

use crate::change::{Change, Claim};
use crate::pack::{Sum, hex, sum, unhex};

/// An entry with what it proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) seq: i64,
    /// Microseconds since 1970.
    pub(crate) at: i64,
    pub(crate) author: String,
    pub(crate) role: String,
    pub(crate) kind: String,
    pub(crate) summary: String,
    /// The first change's number.
    pub(crate) first: i64,
    pub(crate) changes: i64,
    pub(crate) digest: Sum,
    pub(crate) prev: Sum,
}

impl Entry {
    pub(crate) fn hash(&self) -> Sum {
        let mut hasher = Sha256::new();
        let mut field = |bytes: &[u8]| {
            hasher.update((bytes.len() as u64).to_be_bytes());
            hasher.update(bytes);
        };
        field(b"gabion.entry/1");
        field(&self.prev);
        for number in [self.seq, self.at, self.first, self.changes] {
            field(&number.to_be_bytes());
        }
        for text in [&self.author, &self.role, &self.kind, &self.summary] {
            field(text.as_bytes());
        }
        field(&self.digest);
        hasher.finalize().into()
    }
}

/// The running digest of an entry's changes.
#[derive(Clone, Default)]
pub(crate) struct Changes(Sha256);

impl Changes {
    pub(crate) fn add(&mut self, digest: &Sum) {
        self.0.update(digest);
    }

    pub(crate) fn digest(self) -> Sum {
        self.0.finalize().into()
    }
}

/// Where a claim's body is, and what it must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Said {
    /// Its row in `bodies`.
    pub(crate) row: i64,
    pub(crate) digest: Sum,
}

/// The digest that stands for no body.
pub(crate) const SILENT: Sum = [0; 32];

/// What a claim in the record says of its body; `None` when it has none or it does not read.
pub(crate) fn said(claim: &Claim) -> Option<Said> {
    let mut words = claim.body.strip_prefix("body ")?.split(' ');
    let row = words.next()?.parse().ok()?;
    let digest = unhex(words.next()?)?;
    Some(Said { row, digest })
}

/// Puts a body's place and digest in the body's place.
pub(crate) fn refer(claim: &mut Claim, said: Said) {
    claim.body = format!("body {} {}", said.row, hex(&said.digest));
}

/// The row of a change's new body.
pub(crate) fn new_row(change: i64) -> i64 {
    change.saturating_mul(2)
}

/// The row of the body that a change replaced, where it is not the one that was known.
pub(crate) fn was_row(change: i64) -> i64 {
    change.saturating_mul(2).saturating_add(1)
}

/// The claims that a change holds: the new one, and the one before it.
pub(crate) fn claims_of(change: &mut Change) -> (Option<&mut Claim>, Option<&mut Claim>) {
    match change {
        Change::Attributed { claim, .. } => (Some(claim), None),
        Change::Observed { claim, was, .. } => (Some(claim), Some(was)),
        _ => (None, None),
    }
}

/// A change's kind, finding and other finding, as the record's columns have them.
pub(crate) fn labels(change: &Change) -> (&'static str, Option<i64>, Option<i64>) {
    match change {
        Change::Asset { .. } => ("asset", None, None),
        Change::Stream { .. } => ("stream", None, None),
        Change::Document(_) => ("document", None, None),
        Change::Opened { finding, .. } => ("opened", Some(*finding), None),
        Change::Attributed { finding, .. } => ("attributed", Some(*finding), None),
        Change::Observed { .. } => ("observed", None, None),
        Change::Retired { .. } => ("retired", None, None),
        Change::Returned { .. } => ("returned", None, None),
        Change::Unseen { .. } => ("unseen", None, None),
        Change::Seen { .. } => ("seen", None, None),
        Change::Handed { .. } => ("handed", None, None),
        Change::Entered { finding, .. } => ("entered", Some(*finding), None),
        Change::Stated { .. } => ("stated", None, None),
        Change::Facts { finding, .. } => ("facts", Some(*finding), None),
        Change::Clocked { finding, .. } => ("clocked", Some(*finding), None),
        Change::Fix { finding, .. } => ("fix", Some(*finding), None),
        Change::Closed { finding, closure } => {
            let other = (closure.duplicate_of != 0).then_some(closure.duplicate_of);
            ("closed", Some(*finding), other)
        }
        Change::Reopened { finding, .. } => ("reopened", Some(*finding), None),
        Change::Decided { finding, .. } => ("decided", Some(*finding), None),
        Change::Commented { finding, .. } => ("commented", Some(*finding), None),
        Change::Proposed { finding, .. } => ("proposed", Some(*finding), None),
        Change::Settled { .. } => ("settled", None, None),
        Change::Linked { finding, was, .. } => ("linked", Some(*finding), Some(*was)),
        Change::KeptApart { finding, .. } => ("kept_apart", Some(*finding), None),
        Change::Undone { .. } => ("undone", None, None),
        Change::Voided { finding } => ("voided", Some(*finding), None),
        Change::Detached { .. } => ("detached", None, None),
        Change::View { .. } => ("view", None, None),
        Change::Setting { .. } => ("setting", None, None),
        Change::Role { .. } => ("role", None, None),
    }
}

/// The digest of a stored change.
pub(crate) fn digest(stored: &str) -> Sum {
    sum(stored.as_bytes())
}
