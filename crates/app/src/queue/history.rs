//! What happened to a finding, in words?
//!
//! In: lines of the record. Out: one sentence each, as a reader wants to know them; ids as people type them.

use ledger::Change;
use ledger::change::{Clock, Decision, Facts, UnseenFacts};
use ledger::row::HistoryRow;
use serde::Serialize;
use vocab::Instant;

use super::call::{Call, reason_words, until_words};
use super::names::{self, Letter};

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// `E-7`.
    pub entry: String,
    /// When.
    pub at: Instant,
    /// Who.
    pub author: String,
    /// What.
    pub words: String,
}

/// A line of the record in words, as the finding `of` sees it.
pub(super) fn line(row: &HistoryRow, of: i64) -> Line {
    Line {
        entry: names::write(Letter::E, row.entry),
        at: row.at,
        author: row.author.clone(),
        words: words(&row.change, of),
    }
}

fn words(change: &Change, of: i64) -> String {
    match change {
        Change::Opened { first_seen, clock, .. } => {
            format!("opened, first seen {}{}", formats::text::day(*first_seen), due(clock.as_ref()))
        }
        Change::Attributed { document, claim, edge, .. } => {
            let tied = if edge.rule == "first" {
                String::new()
            } else {
                format!(", tied by {} ({})", edge.rule, edge.evidence)
            };
            format!("reported in document {document}{}{tied}", at(&claim.path, claim.line))
        }
        Change::Observed { document, claim, was, .. } => {
            let rule = match (was.rule.as_str(), claim.rule.as_str()) {
                ("", _) | (_, "") => String::new(),
                (was, now) if was == now => String::new(),
                (was, now) => format!("; its rule {was} is {now} now"),
            };
            format!("document {document} says it otherwise{}{rule}", at(&claim.path, claim.line))
        }
        Change::Retired { evidence, .. } => format!("no longer reported: {evidence}"),
        Change::Unseen { facts, .. } => unseen(facts),
        Change::Seen { document, .. } => format!("seen again in document {document}"),
        Change::Handed { why, .. } => format!("a claim went to another source: {why}"),
        Change::Entered { document, was, .. } => {
            format!("in the queue since document {document}; before, {was} alone reported it")
        }
        Change::Stated { source, reason, .. } => format!("a statement on {source}: {reason}"),
        Change::Returned { document, .. } => format!("reported again in document {document}"),
        Change::Facts { facts, was, .. } => facts_words(facts, was),
        Change::Clocked { clock, was, .. } => clocked(clock.as_ref(), was.as_ref()),
        Change::Fix { fix, .. } => format!("the fix is now «{}»", fix.action),
        Change::Closed { closure, .. } => {
            let of = match closure.duplicate_of {
                0 => String::new(),
                of => format!(" of {}", names::write(Letter::F, of)),
            };
            format!("closed as {}{of}: {}", reason_words(&closure.reason), closure.evidence)
        }
        Change::Reopened { why, .. } => format!("open again: {why}"),
        Change::Decided { decision, reason, was, .. } => decided(decision, was, reason),
        Change::Commented { text, .. } => format!("says: {text}"),
        Change::Proposed { proposal, what, reason, .. } => {
            let what = serde_json::from_value::<Call>(what.clone())
                .map_or_else(|_| what.to_string(), |call| call.words());
            format!(
                "proposes to {what} ({}){}",
                names::write(Letter::P, *proposal),
                because(reason)
            )
        }
        Change::Settled { proposal, taken, reason } => {
            let verb = if *taken { "approves" } else { "rejects" };
            format!("{verb} {}{}", names::write(Letter::P, *proposal), because(reason))
        }
        Change::Linked { finding, edge, was, .. } => {
            let way = if *finding == of {
                format!("a claim was tied to it, from {}", names::write(Letter::F, *was))
            } else {
                format!("a claim was tied to {}", names::write(Letter::F, *finding))
            };
            format!("{way} by {} ({})", edge.rule, edge.evidence)
        }
        Change::KeptApart { finding, reason, .. } => {
            let name = names::write(Letter::F, *finding);
            format!("a claim is kept apart from {name}{}", because(reason))
        }
        Change::Undone { entry } => format!("{} was taken back", names::write(Letter::E, *entry)),
        Change::Voided { .. } => "void: the import that opened it was taken back".to_owned(),
        Change::Detached { .. } => "a claim went with its import, which was taken back".to_owned(),
        Change::Asset { facts, .. } => format!("its asset is {} now", facts.exposure),
        Change::Stream { .. }
        | Change::Document(_)
        | Change::View { .. }
        | Change::Setting { .. }
        | Change::Role { .. } => "noted".to_owned(),
    }
}

fn unseen(facts: &UnseenFacts) -> String {
    let missing = facts.missing.iter().map(|missing| {
        let word = if missing.no { "no" } else { "not said" };
        format!("{} {word} ({})", missing.which, missing.why)
    });
    let missing: Vec<String> = missing.collect();
    format!("unseen since document {}: {}", facts.document, missing.join("; "))
}

fn clocked(clock: Option<&Clock>, was: Option<&Clock>) -> String {
    let why = clock.map(|clock| format!(": {}", clock.why)).unwrap_or_default();
    let was = was.map(|_| format!(", was{}", due(was).replace(", due", "")));
    let by = clock.map(|clock| clock.moved_by.as_str()).unwrap_or_default();
    let by = if by.is_empty() { String::new() } else { format!(", for {by}") };
    format!("clock{}{}{by}{why}", due(clock), was.unwrap_or_default())
}

fn at(path: &str, line: u32) -> String {
    match (path, line) {
        ("", _) => String::new(),
        (path, 0) => format!(" at {path}"),
        (path, line) => format!(" at {path}:{line}"),
    }
}

fn because(reason: &str) -> String {
    if reason.is_empty() { String::new() } else { format!(": {reason}") }
}

fn due(clock: Option<&Clock>) -> String {
    match clock.map(|clock| clock.due) {
        Some(Some(due)) => format!(", due {}", until_words(due)),
        Some(None) => ", due on the next upgrade".to_owned(),
        None => ", without a date".to_owned(),
    }
}

fn facts_words(facts: &Facts, was: &Facts) -> String {
    let mut parts = Vec::new();
    if facts.severity != was.severity {
        parts.push(format!("severity {} → {}", was.severity, facts.severity));
    }
    if facts.version != was.version {
        parts.push(format!("version {} → {}", was.version, facts.version));
    }
    if facts.ids != was.ids {
        parts.push(format!("ids {}", facts.ids.join(", ")));
    }
    if facts.place != was.place {
        parts.push(format!("place {}", facts.place));
    }
    if facts.title != was.title {
        parts.push(format!("«{}»", facts.title));
    }
    if parts.is_empty() { "facts changed".to_owned() } else { parts.join("; ") }
}

fn decided(decision: &Decision, was: &Decision, reason: &str) -> String {
    let mut parts = Vec::new();
    if decision.confirmed != was.confirmed {
        let word = if decision.confirmed { "confirmed" } else { "no longer confirmed" };
        parts.push(word.to_owned());
    }
    if decision.accepted_until != was.accepted_until {
        parts.push(match decision.accepted_until {
            Some(until) => format!("accepted until {}", until_words(until)),
            None => "no longer accepted".to_owned(),
        });
    }
    let set = |word: &str, now: &str, before: &str, else_: &str| {
        (now != before).then(|| match now {
            "" => format!("{word} as {else_}"),
            now => format!("{word} {now}"),
        })
    };
    parts.extend(set("owner", &decision.owner, &was.owner, "its asset's"));
    parts.extend(set("exposure", &decision.exposure, &was.exposure, "its asset's"));
    parts.extend(set("severity", &decision.severity, &was.severity, "the sources say"));
    let what = if parts.is_empty() { "decided".to_owned() } else { parts.join(", ") };
    format!("{what}{}", because(reason))
}
