//! When does a finding end, or open again, by what a source says of its claim? What is for a person to decide is
//! proposed.

use findings::Standing;
use intel::IndexError;
use ledger::change::{Change, Closure};
use ledger::row::{Finding, Ids};

use super::{WriteError, Writing};
use crate::intake::claims::Group;
use crate::intake::timing::{self, About};

impl Writing<'_, '_, '_> {
    /// A source says that its own claim has ended: its claim goes, and the finding when none stands any more.
    /// Of a finding that others still claim it is a proposal.
    pub(super) fn ended(
        &mut self,
        attribution: i64,
        finding: i64,
        group: &Group,
    ) -> Result<(), WriteError> {
        let word = if group.standing == Standing::Fixed { "fixed" } else { "not_affected" };
        let evidence = self.says(group, if word == "fixed" { "fixed" } else { "not affected" });
        let retired =
            Change::Retired { attribution, document: self.document, evidence: evidence.clone() };
        self.write.append(&retired)?;
        let closure = Closure {
            reason: word.to_owned(),
            evidence: evidence.clone(),
            document: self.document,
            at: Some(self.belongs.scanned_at),
            ..Closure::default()
        };
        if !self.close_if_alone(finding, closure)? {
            let what = serde_json::json!({ "call": "close", "ending": word });
            self.propose_once(finding, what, evidence)?;
        }
        Ok(())
    }

    /// Closes a finding none of whose claims stands; whether it is closed now.
    pub(crate) fn close_if_alone(&mut self, id: i64, closure: Closure) -> Result<bool, WriteError> {
        let Some(finding) = self.write.findings(&[id])?.pop() else { return Ok(true) };
        if finding.state != "open" {
            return Ok(true);
        }
        if finding.live > 0 {
            return Ok(false);
        }
        self.write.append(&Change::Closed { finding: id, closure })?;
        self.touch(&finding.class, &finding.fix);
        self.counts.closed += 1;
        Ok(true)
    }

    pub(super) fn says(&self, group: &Group, what: &str) -> String {
        let reason = match group.standing_reason() {
            "" => String::new(),
            reason => format!(": {reason}"),
        };
        let at = self.belongs.scanned_at;
        format!("{} says «{what}» in {} of {at}{reason}", self.belongs.source, self.name)
    }

    /// Proposes what was not proposed before: a repeat of what waits, or of what a person refused, says nothing new.
    pub(crate) fn propose_once(
        &mut self,
        finding: i64,
        what: serde_json::Value,
        reason: String,
    ) -> Result<(), WriteError> {
        // Of an acceptance the day is no part of what is proposed.
        let same = |known: &serde_json::Value| {
            let key = |value: &serde_json::Value| {
                let mut value = value.clone();
                value.as_object_mut().map(|fields| fields.remove("until"));
                value
            };
            key(known) == key(&what)
        };
        if self.write.proposals_of(finding)?.iter().any(|(_, _, known)| same(known)) {
            return Ok(());
        }
        let proposal = self.write.next(Ids::Proposal)?;
        self.write.append(&Change::Proposed { proposal, finding, what, reason })?;
        self.proposed += 1;
        Ok(())
    }

    /// Opens a closed finding again where its claim says that it is there. What a person called no problem
    /// stays none; what a person closed as fixed is only opened by a run after that.
    pub(super) fn reopen(
        &mut self,
        id: i64,
        was_live: bool,
        group: &Group,
    ) -> Result<bool, WriteError> {
        let Some(finding) = self.write.findings(&[id])?.pop() else { return Ok(false) };
        let Some(closure) = finding.closure.clone().filter(|_| finding.state == "closed") else {
            return Ok(false);
        };
        let by_person = closure.document == 0;
        let final_word = match closure.reason.as_str() {
            "duplicate" => !self.left_alone(&closure)?,
            _ => self.is_final(&finding, &closure)?,
        };
        // A duplicate is open again by when the one that spoke for it ended, not by when somebody said so.
        let after = closure.reason == "duplicate"
            || finding.closed_at.is_none_or(|at| self.belongs.scanned_at > at);
        let quiet = matches!(group.standing, Standing::Suppressed | Standing::FalsePositive);
        if final_word || quiet || ((was_live || by_person) && !after) {
            return Ok(false);
        }
        let why = format!(
            "{} reports it again in {} of {}",
            self.belongs.source, self.name, self.belongs.scanned_at
        );
        self.touch(&finding.class, &finding.fix);
        let life = timing::returned(&finding, &closure, self.belongs.scanned_at);
        self.write.append(&Change::Reopened {
            finding: id,
            why,
            was: closure,
            was_at: finding.closed_at,
            at: Some(self.belongs.scanned_at),
        })?;
        let clock = self.timing.clock(&About { life, ..About::finding(&finding) })?;
        if clock != finding.clock {
            let was = finding.clock;
            self.write.append(&Change::Clocked { finding: id, clock, was })?;
        }
        Ok(true)
    }

    /// Whether no report opens what was closed so.
    pub(crate) fn is_final(
        &self,
        finding: &Finding,
        closure: &Closure,
    ) -> Result<bool, WriteError> {
        Ok(closure.reason == "false_positive"
            || (closure.reason == "not_affected" && closure.document == 0)
            || (closure.reason == "withdrawn" && self.still_withdrawn(finding)?))
    }

    /// A scanner that does not know yet that a record was withdrawn brings it back to nobody.
    fn still_withdrawn(&self, finding: &Finding) -> Result<bool, IndexError> {
        match self.timing.index() {
            Some(index) => crate::intake::verify::withdrawn(index, &finding.facts.ids),
            // Without an index nothing is said to be withdrawn.
            None => Ok(false),
        }
    }
}
