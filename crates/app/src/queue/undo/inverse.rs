//! Which change takes a change back?
//!
//! In: the changes of an entry, the last one first, and the tables as they are. Out: their inverses, appended. What
//! somebody has changed since stays as it is, and is said.

use std::collections::BTreeSet;

use ledger::change::{Closure, Decision};
use ledger::row::Finding;
use ledger::{Change, Write};
use vocab::Instant;

use crate::queue::QueueError;
use crate::queue::names::{self, Letter};

/// Remarks that are told.
const MOST_REMARKS: usize = 20;

/// A compensation under way.
pub(super) struct Inverse<'w, 'l> {
    write: &'w mut Write<'l>,
    name: &'w str,
    waiting: BTreeSet<i64>,
    done: u64,
    remarks: Vec<String>,
}

impl<'w, 'l> Inverse<'w, 'l> {
    /// `waiting`: the proposals that nobody has settled.
    pub fn new(write: &'w mut Write<'l>, name: &'w str, waiting: BTreeSet<i64>) -> Self {
        Self { write, name, waiting, done: 0, remarks: Vec::new() }
    }

    /// How many changes compensate, and what is worth knowing.
    pub fn end(self) -> (u64, Vec<String>) {
        (self.done, self.remarks)
    }

    fn append(&mut self, change: &Change) -> Result<(), QueueError> {
        self.done += 1;
        Ok(self.write.append(change)?)
    }

    fn remark(&mut self, text: String) {
        if self.remarks.len() < MOST_REMARKS && !self.remarks.contains(&text) {
            self.remarks.push(text);
        }
    }

    fn finding(&mut self, id: i64) -> Result<Option<Finding>, QueueError> {
        Ok(self.write.findings(&[id])?.into_iter().next())
    }

    /// What somebody changed since stays.
    fn since(&mut self, finding: i64, what: &str) -> Result<(), QueueError> {
        let name = names::write(Letter::F, finding);
        self.remark(format!("{name}: {what} changed since and stays as it is"));
        Ok(())
    }

    /// Appends what takes one change back.
    pub fn take_back(&mut self, change: &Change) -> Result<(), QueueError> {
        match change {
            Change::Opened { finding, .. } => self.append(&Change::Voided { finding: *finding }),
            Change::Attributed { attribution, .. } => {
                self.append(&Change::Detached { attribution: *attribution })
            }
            Change::Observed { attribution, document, claim, was } => {
                self.append(&Change::Observed {
                    attribution: *attribution,
                    document: *document,
                    claim: (**was).clone(),
                    was: Box::new(claim.clone()),
                })
            }
            Change::Retired { attribution, document, .. } => {
                self.append(&Change::Returned { attribution: *attribution, document: *document })
            }
            Change::Returned { attribution, document } => {
                let evidence = format!("{} was taken back", self.name);
                self.append(&Change::Retired {
                    attribution: *attribution,
                    document: *document,
                    evidence,
                })
            }
            Change::Unseen { attribution, facts } => self.append(&Change::Seen {
                attribution: *attribution,
                document: facts.document,
                was: facts.clone(),
            }),
            Change::Seen { attribution, was, .. } => {
                self.append(&Change::Unseen { attribution: *attribution, facts: was.clone() })
            }
            Change::Handed { attribution, stream, was, .. } => self.append(&Change::Handed {
                attribution: *attribution,
                stream: *was,
                was: *stream,
                why: format!("{} was taken back", self.name),
            }),
            Change::Entered { finding, document, was } => self.append(&Change::Entered {
                finding: *finding,
                document: *document,
                was: was.clone(),
            }),
            Change::Linked { attribution, finding, edge, was, was_edge } => {
                let tied = self.write.attributions_of(*finding)?;
                if !tied.iter().any(|known| known.id == *attribution) {
                    return self.since(*finding, "a claim's tie");
                }
                self.append(&Change::Linked {
                    attribution: *attribution,
                    finding: *was,
                    edge: was_edge.clone(),
                    was: *finding,
                    was_edge: edge.clone(),
                })
            }
            Change::Closed { finding, closure } => self.closed(*finding, closure),
            Change::Reopened { finding, was, was_at, .. } => self.reopened(*finding, was, *was_at),
            Change::Decided { finding, decision, was, .. } => self.decided(*finding, decision, was),
            Change::Facts { .. } | Change::Clocked { .. } | Change::Fix { .. } => {
                self.computed(change)
            }
            Change::Proposed { proposal, .. } if self.waiting.contains(proposal) => {
                let reason = format!("{} was taken back", self.name);
                self.append(&Change::Settled { proposal: *proposal, taken: false, reason })
            }
            Change::Proposed { proposal, .. } => {
                let name = names::write(Letter::P, *proposal);
                self.remark(format!("{name} was settled since: take that entry back instead"));
                Ok(())
            }
            other => self.rest(other),
        }
    }

    fn closed(&mut self, id: i64, closure: &Closure) -> Result<(), QueueError> {
        let Some(finding) = self.finding(id)? else { return Ok(()) };
        if finding.state == "closed" && finding.closure.as_ref() == Some(closure) {
            let why = format!("{} was taken back", self.name);
            return self.append(&Change::Reopened {
                finding: id,
                why,
                was: closure.clone(),
                was_at: finding.closed_at,
                at: None,
            });
        }
        self.since(id, "its end")
    }

    fn reopened(
        &mut self,
        id: i64,
        was: &Closure,
        was_at: Option<Instant>,
    ) -> Result<(), QueueError> {
        let Some(finding) = self.finding(id)? else { return Ok(()) };
        if finding.state == "open" {
            // It ended when it had ended, not when the entry is taken back.
            let closure = Closure { at: was.at.or(was_at), ..was.clone() };
            return self.append(&Change::Closed { finding: id, closure });
        }
        self.since(id, "its state")
    }

    /// Field by field: what was decided otherwise since stays.
    fn decided(&mut self, id: i64, set: &Decision, was: &Decision) -> Result<(), QueueError> {
        let Some(finding) = self.finding(id)? else { return Ok(()) };
        let current = finding.decision;
        let mut back = current.clone();
        let mut kept = Vec::new();
        fn field<T: PartialEq + Clone>(
            back: &mut T,
            (set, was): (&T, &T),
            word: &'static str,
            kept: &mut Vec<&'static str>,
        ) {
            if set == was {
                return;
            }
            if back == set {
                back.clone_from(was);
            } else {
                kept.push(word);
            }
        }
        field(&mut back.confirmed, (&set.confirmed, &was.confirmed), "confirmation", &mut kept);
        field(
            &mut back.accepted_until,
            (&set.accepted_until, &was.accepted_until),
            "acceptance",
            &mut kept,
        );
        field(&mut back.owner, (&set.owner, &was.owner), "owner", &mut kept);
        field(&mut back.exposure, (&set.exposure, &was.exposure), "exposure", &mut kept);
        field(&mut back.severity, (&set.severity, &was.severity), "severity", &mut kept);
        if !kept.is_empty() {
            self.since(id, &kept.join(", "))?;
        }
        if back == current {
            return Ok(());
        }
        let reason = format!("{} was taken back", self.name);
        self.append(&Change::Decided { finding: id, decision: back, reason, was: current })
    }

    /// What was computed goes back where nothing was computed since.
    fn computed(&mut self, change: &Change) -> Result<(), QueueError> {
        match change {
            Change::Facts { finding: id, facts, was } => match self.finding(*id)? {
                Some(finding) if finding.facts == *facts => self.append(&Change::Facts {
                    finding: *id,
                    facts: (**was).clone(),
                    was: Box::new(facts.clone()),
                }),
                Some(_) => self.since(*id, "its facts"),
                None => Ok(()),
            },
            Change::Clocked { finding: id, clock, was } => match self.finding(*id)? {
                Some(finding) if finding.clock == *clock => self.append(&Change::Clocked {
                    finding: *id,
                    clock: was.clone(),
                    was: clock.clone(),
                }),
                Some(_) => self.since(*id, "its clock"),
                None => Ok(()),
            },
            Change::Fix { finding: id, fix, was } => match self.finding(*id)? {
                Some(finding) if finding.fix == *fix => {
                    self.append(&Change::Fix { finding: *id, fix: was.clone(), was: fix.clone() })
                }
                Some(_) => self.since(*id, "its fix"),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    fn rest(&mut self, change: &Change) -> Result<(), QueueError> {
        match change {
            Change::Asset { id, facts, was: Some(was) } => match self.write.asset(&facts.name)? {
                Some((_, current)) if current == *facts => {
                    self.append(&Change::Asset { id: *id, facts: was.clone(), was: Some(current) })
                }
                _ => {
                    self.remark(format!("{} changed since and stays as it is", facts.name));
                    Ok(())
                }
            },
            Change::View { name, filter, was } => self.append(&Change::View {
                name: name.clone(),
                filter: was.clone(),
                was: filter.clone(),
            }),
            Change::Setting { name, value, was } => self.append(&Change::Setting {
                name: name.clone(),
                value: was.clone(),
                was: value.clone(),
            }),
            Change::Stated { asset, source, statement, was, .. } => self.append(&Change::Stated {
                asset: *asset,
                source: source.clone(),
                statement: was.clone(),
                was: statement.clone(),
                reason: format!("{} was taken back", self.name),
            }),
            Change::Role { actor, role, was } => self.append(&Change::Role {
                actor: actor.clone(),
                role: was.clone(),
                was: role.clone(),
            }),
            Change::Commented { .. } => {
                self.remark("a remark stays in the record: write another one".to_owned());
                Ok(())
            }
            Change::Settled { proposal, .. } => {
                let name = names::write(Letter::P, *proposal);
                self.remark(format!("{name} stays settled; it can be proposed again"));
                Ok(())
            }
            // A new asset or stream without findings is nothing. The document counts no more, and nothing is
            // kept apart any more, with the entry.
            _ => Ok(()),
        }
    }
}
