//! What can happen, as the record keeps it.
//!
//! Each change has what is needed to apply it to the tables and to take it back: `was` holds what it
//! replaced. Written as JSON; fields are only ever added (docs/decisions). Ids are numbers that the ledger
//! gives out in the transaction ([`crate::row::Ids`]), so that a replay gives the same ones.

use serde::{Deserialize, Serialize};
use vocab::Instant;

/// A 128-bit key of `findings`, in the ledger's words.
pub type Key = [u8; 16];

/// One change.
#[expect(missing_docs, reason = "the line of each change says what its fields are")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// An asset was met or declared, or its facts changed.
    Asset { id: i64, facts: AssetFacts, was: Option<AssetFacts> },
    /// A source on an asset and branch, met for the first time.
    Stream { id: i64, asset: i64, source: String, reference: String },
    /// A document was read.
    Document(Document),
    /// A problem that was not known.
    Opened {
        finding: i64,
        asset: i64,
        class: String,
        first_seen: Instant,
        facts: Facts,
        clock: Option<Clock>,
        fix: FixFacts,
        /// The pull request that alone reports it; empty: it is part of the queue.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reference: String,
    },
    /// What only a pull request reported enters the queue: what runs has it too.
    Entered { finding: i64, document: i64, was: String },
    /// A source's standing claim begins, tied to a finding by its edge.
    Attributed {
        attribution: i64,
        finding: i64,
        stream: i64,
        document: i64,
        claim: Claim,
        edge: Edge,
    },
    /// The source says it otherwise than before.
    Observed { attribution: i64, document: i64, claim: Claim, was: Box<Claim> },
    /// A covering run no longer has it.
    Retired { attribution: i64, document: i64, evidence: String },
    /// A later run of its source neither mentions nor covers it: it stays open, unseen.
    Unseen { attribution: i64, facts: UnseenFacts },
    /// It is reported again, or a person has confirmed that it stands.
    Seen { attribution: i64, document: i64, was: UnseenFacts },
    /// A claim goes over to another source of the same tool.
    Handed { attribution: i64, stream: i64, was: i64, why: String },
    /// It is reported again.
    Returned { attribution: i64, document: i64 },
    /// The finding's own facts, which follow from its claims, changed.
    Facts { finding: i64, facts: Facts, was: Box<Facts> },
    /// The due instant or what it rests on changed.
    Clocked { finding: i64, clock: Option<Clock>, was: Option<Clock> },
    /// The action that ends it changed.
    Fix { finding: i64, fix: FixFacts, was: FixFacts },
    /// It ended.
    Closed { finding: i64, closure: Closure },
    /// It is open again, with its history and its first start.
    Reopened {
        finding: i64,
        why: String,
        was: Closure,
        /// When it was closed before, for its life until then.
        #[serde(default)]
        was_at: Option<Instant>,
        /// When it was seen again: the evidence's time.
        #[serde(default)]
        at: Option<Instant>,
    },
    /// A person decided.
    Decided { finding: i64, decision: Decision, reason: String, was: Decision },
    /// Somebody wrote something.
    Commented { finding: i64, text: String },
    /// An agent or model proposes; a person settles it.
    Proposed { proposal: i64, finding: i64, what: serde_json::Value, reason: String },
    /// A proposal was taken or refused.
    Settled { proposal: i64, taken: bool, reason: String },
    /// A claim was tied to another finding (merge, split, duplicate): the old edge ends.
    Linked { attribution: i64, finding: i64, edge: Edge, was: i64, was_edge: Edge },
    /// Two claims must not be tied by a rule again (after a split).
    KeptApart { attribution: i64, finding: i64, reason: String },
    /// An earlier entry was taken back; its inverse changes follow in the same entry.
    Undone { entry: i64 },
    /// What was opened by an import that was taken back.
    Voided { finding: i64 },
    /// A claim of an import that was taken back.
    Detached { attribution: i64 },
    /// What a person states of a source on an asset; none: it is withdrawn.
    Stated {
        asset: i64,
        source: String,
        statement: Option<Statement>,
        was: Option<Statement>,
        reason: String,
    },
    /// A saved view of the queue; an empty filter removes it.
    View { name: String, filter: String, was: String },
    /// A setting (retention); an empty value removes it.
    Setting { name: String, value: String, was: String },
    /// A role given to an actor; an empty role removes it.
    Role { actor: String, role: String, was: String },
}

/// What is known of an asset.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AssetFacts {
    /// Its name.
    pub name: String,
    /// Whether somebody declared it; a name taken out of a report is not declared, and nothing is linked across sources on it.
    pub declared: bool,
    /// `internet`, `internal`, `isolated`, `unknown`.
    pub exposure: String,
    /// Who says so.
    pub exposure_source: String,
    /// Who fixes; empty when nobody is named.
    pub owner: String,
    /// How much depends on it: `low`, `medium`, `high`; empty when nobody said.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub criticality: String,
    /// Tables that act on it beside the ledger's own, by the settings that keep their text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<String>,
}

/// A document that was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// Its number.
    pub id: i64,
    /// Where it belongs.
    pub stream: i64,
    /// The file's name without its folder.
    pub name: String,
    /// The format's id.
    pub format: String,
    /// SHA-256 of its bytes, hexadecimal.
    pub sha256: String,
    /// When the tool looked; when it was received, where the document does not tell.
    pub scanned_at: Instant,
    /// `findings::close::Scope` as text: empty for the whole, `pull-request`, or parts joined by line breaks.
    pub scope: String,
    /// The tool's name and version.
    pub tool: String,
    /// The tool's version.
    pub tool_version: String,
    /// Why it is not whole; empty when it is.
    pub incomplete: Vec<String>,
    /// What it gave.
    pub counts: Counts,
    /// The version of the tool's rules; empty when not told.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rules_version: String,
    /// Its configuration, in lines that can be compared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub configuration: Vec<String>,
    /// A person said the tool's version: it stands for the rules too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub version_said: bool,
    /// What divides the runs of its source's name, target and category, as it ends the name; absent where an earlier version
    /// read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
}

/// One of the five things that a run did not show of a claim.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Missing {
    /// `target`, `kind`, `rule`, `filter`, `order`.
    pub which: String,
    /// It is known not to be so; else it is not said.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub no: bool,
    /// In words.
    pub why: String,
}

/// Since when a claim is unseen, and why.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct UnseenFacts {
    /// The first document that neither has nor covers it.
    pub document: i64,
    /// The document that last had it.
    pub reported: i64,
    /// What was missing, then.
    pub missing: Vec<Missing>,
}

/// A person's word on a source: its runs are whole and with one configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Statement {
    /// The entry of the record in which it was made.
    pub entry: i64,
    /// Who.
    pub author: String,
    /// When.
    pub at: Option<Instant>,
    /// Kinds of problem that it speaks of; none: all.
    pub kinds: Vec<String>,
    /// The configuration that it holds for, in comparable lines; taken from the source's last run.
    pub configuration: Vec<String>,
    /// Whether a run has given it that configuration: before the first run there is none to hold to.
    pub bound: bool,
    /// A run with another configuration ended its effect: which, in words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub ended: String,
    /// Why.
    pub reason: String,
}

/// What a document gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Claims read.
    pub observations: u64,
    /// Findings that were not known.
    pub new: u64,
    /// Claims that say it otherwise.
    pub changed: u64,
    /// Findings closed.
    pub closed: u64,
    /// Findings open again.
    pub reopened: u64,
    /// Claims that say the same.
    pub unchanged: u64,
    /// Records that could not be used.
    pub dropped: u64,
}

/// What one source says of a problem, as last read.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Claim {
    /// The tool's rule.
    pub rule: String,
    /// The path of its first place.
    pub path: String,
    /// The line of its first place; 0 when unknown.
    pub line: u32,
    /// What the source says of its own claim: `reported`, `suppressed`, `fixed` …
    pub standing: String,
    /// Names, hexadecimal: by each of them it is known again.
    pub names: Vec<String>,
    /// Bucket, hexadecimal.
    pub bucket: String,
    /// Content, hexadecimal; empty without.
    pub content: String,
    /// Content without the file, hexadecimal; empty without.
    pub moved: String,
    /// Keys across sources, hexadecimal.
    pub links: Vec<String>,
    /// Digest of the observations, hexadecimal.
    pub digest: String,
    /// The observations as JSON, secrets left out, their descriptions.
    pub body: String,
    /// What has to be looked at before it can be said to have ended: `findings::coverage::Ground` as JSON; empty of
    /// claims that an earlier version kept.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub ground: String,
}

/// The finding's own facts.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// One line.
    pub title: String,
    /// `critical`, `high`, `medium`, `low`, `none`, `unknown`.
    pub severity: String,
    /// The tool's rule; of dependencies empty.
    pub rule: String,
    /// The alias group, the leading id first.
    pub ids: Vec<String>,
    /// Package (purl without version), file, endpoint or resource in one line.
    pub place: String,
    /// The version found, where there is one.
    pub version: String,
    /// Of packages: the versions found, with what fixes each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<Found>,
    /// The ways in which our own scan met it; empty where no claim of ours stands.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub met: Vec<Met>,
    /// The worst rating of the other sources, where `met` tells ours; empty without.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub rated: String,
}

/// A version at which a package was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Found {
    /// The version.
    pub version: String,
    /// The ecosystem in OSV's words, its release with it; empty where only our own scan could tell.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub ecosystem: String,
    /// The versions that are told to fix it there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fixed_in: Vec<String>,
}

/// One way in which our own scan met a problem: what its clock is computed from beside ids and asset.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Met {
    /// What the package is needed for (`runtime`, `development` …).
    pub scope: String,
    /// The advisories that themselves matched.
    pub records: Vec<String>,
}

/// The clock, computed by `triage`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Clock {
    /// When it started.
    pub start: Instant,
    /// The due instant; none means «on the next upgrade».
    pub due: Option<Instant>,
    /// Order of bands: 0 is the most urgent.
    pub band: i64,
    /// Whether the acting row is an emergency.
    pub emergency: bool,
    /// Policy, version and row.
    pub policy: String,
    /// One sentence.
    pub why: String,
    /// Since when attackers have it, as far as it is known.
    pub exploit_since: Option<Instant>,
    /// Signals worth a badge: `kev`, `exploit`, `malicious`.
    pub badges: Vec<String>,
    /// What acts if a feed that never came would say the worst; it has no say in the place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assumed: Option<Assumed>,
    /// What of its lives the clock keeps. Absent only where version 1 wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub life: Option<Life>,
    /// Why it was computed again, where something other than the problem itself moved it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub moved_by: String,
}

/// What acts if a feed that never came would say the worst.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assumed {
    /// When it would be due.
    pub due: Option<Instant>,
    /// Whether it would be an emergency.
    pub emergency: bool,
    /// Policy and row.
    pub policy: String,
}

/// What a clock keeps of the lives of its finding.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Life {
    /// The first start, kept since it returned soon after its closure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<Instant>,
    /// When it returned long after its closure: this life was first seen then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seen: Option<Instant>,
    /// The lives that had ended long before it returned, the first one first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<Former>,
}

/// A life of a finding that ended long before the finding returned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Former {
    /// When it was first seen.
    pub seen: Instant,
    /// When it was closed.
    pub closed_at: Instant,
    /// As what.
    pub reason: String,
    /// Since when attackers had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exploit_since: Option<Instant>,
}

/// The action that ends a finding; findings of one asset with the same key are one row of the queue.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FixFacts {
    /// Hexadecimal.
    pub key: String,
    /// One line: «upgrade lodash to 4.17.21», «mend sql-injection in src/db.py».
    pub action: String,
    /// What it acts on.
    pub place: String,
    /// Whether a fixed version or a patch is known.
    pub available: bool,
}

/// Why a claim belongs to a finding.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Edge {
    /// `first`, `package-alias`, `secret-value`, `host-port-alias`, `top-frames`, `person`.
    pub rule: String,
    /// The fact, in words.
    pub evidence: String,
    /// From 0 to 1; rules are 1.
    pub score: f64,
    /// Who: a rule's name and version, or an actor.
    pub author: String,
}

/// Why a finding ended.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Closure {
    /// `fixed`, `not_affected`, `withdrawn`, `false_positive`, `duplicate`, `asset_gone`.
    pub reason: String,
    /// One sentence that can be checked: the document and what it covered, the version in the inventory, the person's reason.
    pub evidence: String,
    /// The document that proves it; 0 when none does.
    pub document: i64,
    /// The finding it is a duplicate of; 0 when none.
    pub duplicate_of: i64,
    /// When the evidence is of; the entry's instant where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Instant>,
    /// The entry of the statement on a source that it rests on; 0 when on none.
    #[serde(skip_serializing_if = "is_zero")]
    pub statement: i64,
}

fn is_zero(number: &i64) -> bool {
    *number == 0
}

/// What people have set on a finding. Reports never overwrite it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Decision {
    /// Confirmed by a person.
    pub confirmed: bool,
    /// A pause: accepted until then.
    pub accepted_until: Option<Instant>,
    /// Who fixes; empty means the asset's owner.
    pub owner: String,
    /// Exposure of this finding; empty means the asset's.
    pub exposure: String,
    /// Severity set by a person; empty means the sources'.
    pub severity: String,
}
