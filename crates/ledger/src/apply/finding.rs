//! Changes of findings.

use super::{Batch, fix_key};
use crate::LedgerError;
use crate::change::{Change, FixFacts};
use crate::fixes::FixRow;
use crate::tables::{Details, FindingRow, State, instant};

impl Batch<'_> {
    pub(super) fn apply_to_finding(&mut self, change: &Change) -> Result<(), LedgerError> {
        match change {
            Change::Opened { .. } => self.open(change),
            Change::Facts { finding, facts, .. } => {
                self.changed_words.insert(*finding);
                self.with_finding(*finding, |row| row.details.facts = facts.clone())
            }
            Change::Clocked { finding, clock, .. } => {
                self.with_finding(*finding, |row| row.details.clock.clone_from(clock))
            }
            Change::Fix { finding, fix, .. } => {
                let row = self.finding(*finding)?;
                let (asset, reference) = (row.asset, row.reference.clone());
                let id = self.fix(asset, fix, &reference);
                self.with_finding(*finding, |row| {
                    row.fix = id;
                    row.details.fix = fix.clone();
                })
            }
            Change::Closed { finding, closure } => {
                let at = closure.at.unwrap_or_else(|| instant(self.entry.at));
                self.with_finding(*finding, |row| {
                    row.state = State::Closed;
                    row.details.closure = Some(closure.clone());
                    row.details.closed_at = Some(at);
                })
            }
            Change::Reopened { finding, .. } => self.with_finding(*finding, |row| {
                row.state = State::Open;
                row.details.closure = None;
                row.details.closed_at = None;
            }),
            Change::Decided { finding, decision, .. } => {
                self.with_finding(*finding, |row| row.details.decision = decision.clone())
            }
            Change::Entered { finding, was, .. } => {
                // Taken back, it leaves the queue again.
                let row = self.finding(*finding)?;
                let (asset, fix) = (row.asset, row.details.fix.clone());
                let reference = if row.reference.is_empty() { was.clone() } else { String::new() };
                let id = self.fix(asset, &fix, &reference);
                self.with_finding(*finding, |row| {
                    row.fix = id;
                    row.reference = reference;
                })
            }
            Change::Voided { finding } => {
                self.with_finding(*finding, |row| row.state = State::Void)
            }
            // A comment is in the record alone.
            Change::Commented { finding, .. } => self.finding(*finding).map(|_| ()),
            _ => Ok(()),
        }
    }

    fn open(&mut self, change: &Change) -> Result<(), LedgerError> {
        let Change::Opened { finding, asset, class, first_seen, facts, clock, fix, reference } =
            change
        else {
            return Ok(());
        };
        if *finding <= self.entry.sequences.last("finding") {
            return Err(LedgerError::Unfit(format!("finding {finding} is there already")));
        }
        self.entry.sequences.record("finding", *finding);
        let row = FindingRow {
            id: *finding,
            asset: *asset,
            class: class.clone(),
            state: State::Open,
            fix: self.fix(*asset, fix, reference),
            live: 0,
            unseen: 0,
            reference: reference.clone(),
            details: Details {
                facts: facts.clone(),
                first_seen: *first_seen,
                closure: None,
                closed_at: None,
                decision: Default::default(),
                clock: clock.clone(),
                fix: fix.clone(),
            },
        };
        self.count(&row, 1);
        self.entry.touched.add(row.fix);
        self.findings.insert(*finding, row);
        self.changed_findings.insert(*finding);
        self.changed_words.insert(*finding);
        Ok(())
    }

    pub(super) fn finding(&self, id: i64) -> Result<&FindingRow, LedgerError> {
        self.findings
            .get(&id)
            .ok_or_else(|| LedgerError::Unfit(format!("there is no finding {id}")))
    }

    /// Changes a finding and keeps up what is counted of it.
    pub(super) fn with_finding(
        &mut self,
        id: i64,
        change: impl FnOnce(&mut FindingRow),
    ) -> Result<(), LedgerError> {
        let before = self.finding(id)?.clone();
        let mut after = before.clone();
        change(&mut after);
        self.count(&before, -1);
        self.count(&after, 1);
        self.entry.touched.add(before.fix);
        self.entry.touched.add(after.fix);
        self.findings.insert(id, after);
        self.changed_findings.insert(id);
        Ok(())
    }

    fn count(&mut self, row: &FindingRow, by: i64) {
        // What only a pull request reports is no part of the queue.
        if row.state != State::Open || !row.reference.is_empty() {
            return;
        }
        let keys = [
            ("open", String::new()),
            ("severity", row.severity().to_owned()),
            ("asset", row.asset.to_string()),
        ];
        for key in keys {
            *self.entry.counters.entry(key).or_default() += by;
        }
    }

    /// The number of an action on an asset; a new one when it is met first.
    fn fix(&mut self, asset: i64, fix: &FixFacts, reference: &str) -> i64 {
        let key = (asset, fix_key(&fix.key, reference));
        if let Some(id) = self.fixes.get(&key) {
            return *id;
        }
        let id = self.entry.sequences.next("fix");
        self.entry.sequences.record("fix", id);
        self.new_fixes.push(FixRow::new(id, asset, key.1.clone(), reference));
        self.fixes.insert(key, id);
        id
    }
}
