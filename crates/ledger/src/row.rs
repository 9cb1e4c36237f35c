//! What is read back.

use serde::{Deserialize, Serialize};
use vocab::Instant;

use crate::change::{
    AssetFacts, Clock, Closure, Counts, Decision, Document, Edge, Facts, FixFacts, Key, Missing,
    UnseenFacts,
};

/// The end of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Entries so far; 0 is an empty ledger.
    pub entry: i64,
    /// SHA-256 of the last entry, hexadecimal.
    pub hash: String,
}

/// An entry of the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryRow {
    /// Its place in the chain, from 1.
    pub entry: i64,
    /// When.
    pub at: Instant,
    /// Who.
    pub author: String,
    /// In which role.
    pub role: String,
    /// `import`, `decision`, `proposal`, `closure`, `verify`, `undo`, `setting`.
    pub kind: String,
    /// One line.
    pub summary: String,
    /// How many changes it holds.
    pub changes: i64,
}

/// What numbers are given out for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ids {
    /// Assets.
    Asset,
    /// Streams.
    Stream,
    /// Documents.
    Document,
    /// Findings.
    Finding,
    /// Attributions.
    Attribution,
    /// Proposals.
    Proposal,
}

/// A stream with its last document.
#[derive(Debug, Clone, PartialEq)]
pub struct Stream {
    /// Its number.
    pub id: i64,
    /// The asset.
    pub asset: i64,
    /// The latest document by `scanned_at` that was not taken back.
    pub last: Option<Document>,
}

/// A standing claim, as far as matching needs it.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribution {
    /// Its number.
    pub id: i64,
    /// The finding.
    pub finding: i64,
    /// The tool's rule.
    pub rule: String,
    /// The path of its first place.
    pub path: String,
    /// The line.
    pub line: u32,
    /// Content.
    pub content: Option<Key>,
    /// Content without the file.
    pub moved: Option<Key>,
    /// Digest of what was last read.
    pub digest: Key,
    /// Whether it stands (false: retired).
    pub live: bool,
    /// What the source says of it.
    pub standing: String,
    /// The stream.
    pub stream: i64,
    /// What has to be looked at before it can be said to have ended; empty when an earlier version kept it.
    pub ground: String,
    /// Since when it is unseen.
    pub unseen: Option<UnseenFacts>,
}

/// A finding with everything the tables know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Its number.
    pub id: i64,
    /// The asset's number.
    pub asset: i64,
    /// The asset.
    pub asset_facts: AssetFacts,
    /// The kind of problem.
    pub class: String,
    /// Facts.
    pub facts: Facts,
    /// When it was first seen.
    pub first_seen: Instant,
    /// `open`, `closed`, `void`.
    pub state: String,
    /// Of closed ones.
    pub closure: Option<Closure>,
    /// When it was closed.
    pub closed_at: Option<Instant>,
    /// What people set.
    pub decision: Decision,
    /// The clock.
    pub clock: Option<Clock>,
    /// The action.
    pub fix: FixFacts,
    /// How many sources' claims stand.
    pub live: i64,
    /// Of them, those that later runs neither have nor cover.
    pub unseen: i64,
    /// The pull request that alone reports it; empty: it is part of the queue.
    pub reference: String,
}

/// A row of the queue: one action on one asset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fix {
    /// Its number.
    pub id: i64,
    /// The asset.
    pub asset: AssetFacts,
    /// The action.
    pub fix: FixFacts,
    /// Open findings that it ends.
    pub findings: i64,
    /// Of them, with a standing acceptance (paused).
    pub accepted: i64,
    /// The finding that gives the due instant.
    pub leading: i64,
    /// Its facts.
    pub facts: Facts,
    /// Its clock.
    pub clock: Option<Clock>,
    /// Who fixes; empty when nobody is named.
    pub owner: String,
    /// Exposure that acts.
    pub exposure: String,
    /// How many sources report it.
    pub sources: i64,
    /// Of the findings, those that later runs of all their sources neither have nor cover.
    pub unseen: i64,
    /// The pull request that alone reports it; empty: it is part of the queue.
    pub reference: String,
}

/// What is asked of the queue. Empty fields ask nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// Asset names.
    pub assets: Vec<String>,
    /// Owners; `-` for nobody.
    pub owners: Vec<String>,
    /// Classes.
    pub classes: Vec<String>,
    /// Severities.
    pub severities: Vec<String>,
    /// Sources.
    pub sources: Vec<String>,
    /// Exposures.
    pub exposures: Vec<String>,
    /// `overdue`, `due` (within 72 h), `emergency`, `unowned`, `accepted`, `proposals`, `available`, `unseen`.
    pub only: Vec<String>,
    /// What this pull request alone reports, instead of the queue.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reference: String,
    /// Full-text search.
    pub search: String,
    /// Also closed ones.
    pub closed: bool,
}

/// A page of the queue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// In the order of the queue: overdue first by band and due, then the rest by due, no due instant last.
    pub fixes: Vec<Fix>,
    /// Open findings in the whole ledger (a maintained counter).
    pub open: i64,
    /// Overdue fixes in the whole ledger at `now`.
    pub overdue: i64,
    /// Whether more follow.
    pub more: bool,
}

/// A claim with its edge and its last words, for `show`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClaimRow {
    /// The attribution's number.
    pub attribution: i64,
    /// The source.
    pub source: String,
    /// The branch.
    pub reference: String,
    /// Whether it stands.
    pub live: bool,
    /// What the source says of it.
    pub standing: String,
    /// What has to be looked at before it can be said to have ended.
    pub ground: String,
    /// Since when it is unseen, and in how many runs.
    pub unseen: Option<UnseenRow>,
    /// Why it belongs to the finding.
    pub edge: Edge,
    /// The observations as JSON, descriptions put back.
    pub body: String,
}

/// Since when a claim is unseen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnseenRow {
    /// The time of the first run that neither had nor covered it.
    pub since: Option<Instant>,
    /// How many runs of its source there were since, that one among them.
    pub runs: i64,
    /// What was missing, then.
    pub missing: Vec<Missing>,
}

/// A line of a finding's history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryRow {
    /// The entry.
    pub entry: i64,
    /// When.
    pub at: Instant,
    /// Who.
    pub author: String,
    /// The change.
    pub change: crate::Change,
}

/// A proposal that waits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProposalRow {
    /// Its number.
    pub id: i64,
    /// The finding.
    pub finding: i64,
    /// What is proposed.
    pub what: serde_json::Value,
    /// Why.
    pub reason: String,
    /// Who.
    pub author: String,
    /// When.
    pub at: Instant,
}

/// An import in the record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportRow {
    /// The entry.
    pub entry: i64,
    /// The document.
    pub document: Document,
    /// Its counts.
    pub counts: Counts,
}
