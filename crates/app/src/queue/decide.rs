//! How does a decision get into the record?
//!
//! One path for all of them: the matrix is asked, the findings are loaded inside the writer's transaction, the matrix is
//! asked again for each now that its asset is known, and then every finding gets its changes, or none does. An agent's
//! decision becomes a proposal. One entry holds it all, so that one `undo` takes it back.

use ledger::Change;
use ledger::Write;
use ledger::change::{Clock, Closure, Decision};
use ledger::row::{ClaimRow, Finding, Ids};
use serde::Serialize;
use vocab::Instant;

use super::call::{Call, reason_words};
use super::names::{self, Letter, Named};
use super::{QueueError, links, reclock, unfit};
use crate::books::{Actor, Books, Leave, allow};
use crate::intake::again::same;
use crate::intake::upgrades::{self, Judge};
use crate::intake::writing::WriteError;
use crate::intelligence::Intelligence;
use crate::settings::Settings;

/// Most findings of one decision.
pub const MOST_FINDINGS: usize = 10_000;
/// Most claims of one finding that are moved by one decision.
const MOST_CLAIMS: usize = 10_000;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Done {
    /// The entry; none when nothing changed.
    pub entry: Option<i64>,
    /// Whether it waits for a person.
    pub proposed: bool,
    /// Each finding, with what happened to it.
    pub outcomes: Vec<Outcome>,
    /// What else is worth knowing.
    pub remarks: Vec<String>,
}

/// One finding of a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// `F-12`; of proposals `P-2 for F-12`.
    pub name: String,
    /// One sentence's end: «confirmed», «was confirmed already».
    pub words: String,
}

/// What is decided, by whom.
pub(super) struct Deciding<'a> {
    pub actor: &'a Actor,
    pub call: &'a Call,
    pub reason: &'a str,
    pub now: Instant,
    /// For clocks that move.
    pub intelligence: Option<&'a Intelligence>,
    /// The proposal that this settles, if it is one's approval.
    pub settles: Option<i64>,
}

/// Decides on all of the targets, or on none.
pub(super) fn decide(
    books: &mut Books,
    deciding: &Deciding<'_>,
    targets: &[Named],
) -> Result<Done, QueueError> {
    let case = deciding.call.case();
    let leave = allow(deciding.actor, case, true)?;
    deciding.call.check(deciding.reason, deciding.now)?;
    let ids = expand(books, targets)?;
    let waiting = if leave == Leave::Propose { books.ledger.proposals(None)? } else { Vec::new() };
    let claims = claims(books, deciding.call, &ids)?;
    let settings = Settings::of(&mut books.ledger)?;
    let mut write = books.write(deciding.actor, deciding.now)?;
    let findings = load(&mut write, &ids)?;
    for finding in &findings {
        allow(deciding.actor, case, owns(deciding.actor, finding))?;
    }
    let mut done = Done { proposed: leave == Leave::Propose, ..Done::default() };
    if let Some(proposal) = deciding.settles {
        let reason = deciding.reason.to_owned();
        write.append(&Change::Settled { proposal, taken: true, reason })?;
    }
    let mut changed = 0_usize;
    for finding in &findings {
        let (name, words, acted) = if leave == Leave::Propose {
            propose(&mut write, deciding, finding, &waiting)?
        } else {
            let mut act = Acting {
                write: &mut write,
                deciding,
                claims: &claims,
                settings: &settings,
                remarks: &mut done.remarks,
            };
            let (words, acted) = act.on(finding)?;
            (names::write(Letter::F, finding.id), words, acted)
        };
        changed += usize::from(acted);
        done.outcomes.push(Outcome { name, words });
    }
    done.remarks.dedup();
    if changed > 0 && leave == Leave::Act {
        let touched = findings.iter().filter(|f| f.class == "dependency");
        let touched = touched.map(|f| (f.asset, f.fix.key.clone())).collect();
        let index = deciding.intelligence.and_then(|known| known.index().ok());
        let judge = index.as_ref().map(Judge::new);
        upgrades::settle(&mut write, judge.as_ref(), &touched).map_err(|error| match error {
            WriteError::Ledger(error) => error.into(),
            WriteError::Index(error) => {
                unfit(error.to_string(), "`gabion sync` builds the index anew")
            }
        })?;
    }
    if changed > 0 || deciding.settles.is_some() {
        let kind = match (leave, deciding.call) {
            (Leave::Propose, _) => "proposal",
            (_, Call::Close { .. } | Call::FalsePositive | Call::Duplicate { .. }) => "closure",
            _ => "decision",
        };
        let verb = if leave == Leave::Propose { "proposed to " } else { "" };
        let summary = format!("{verb}{}: {}", deciding.call.words(), names::list(Letter::F, &ids));
        done.entry = Some(write.commit(kind, &summary)?.entry);
    }
    Ok(done)
}

/// Whether the actor owns the finding's asset.
pub(super) fn owns(actor: &Actor, finding: &Finding) -> bool {
    finding.asset_facts.owner == actor.name
}

/// The findings that were named; of a fix its open ones.
fn expand(books: &mut Books, targets: &[Named]) -> Result<Vec<i64>, QueueError> {
    let mut ids = Vec::new();
    for target in targets {
        match target {
            Named::Finding(id) => ids.push(*id),
            Named::Fix(id) => {
                if books.ledger.fix(*id)?.is_none() {
                    return Err(no_such(Letter::X, *id));
                }
                let most = u32::try_from(MOST_FINDINGS + 1).unwrap_or(u32::MAX);
                let findings = books.ledger.findings_of_fix(*id, most)?;
                let open = findings.iter().filter(|finding| finding.state == "open");
                let before = ids.len();
                ids.extend(open.map(|finding| finding.id));
                if ids.len() == before {
                    let what = format!("{} has no open finding", names::write(Letter::X, *id));
                    return Err(unfit(what, "name its findings by themselves, as F-12"));
                }
            }
        }
    }
    ids.sort_unstable();
    ids.dedup();
    match ids.len() {
        0 => Err(unfit("no finding is named", "name one or more, such as F-12 F-13 or X-3")),
        1..=MOST_FINDINGS => Ok(ids),
        _ => Err(unfit("more than 10,000 findings are named", "decide on them in parts")),
    }
}

fn load(write: &mut Write<'_>, ids: &[i64]) -> Result<Vec<Finding>, QueueError> {
    let findings = write.findings(ids)?;
    for id in ids {
        match findings.iter().find(|finding| finding.id == *id) {
            None => return Err(no_such(Letter::F, *id)),
            Some(finding) if finding.state == "void" => {
                let what = format!(
                    "{} is void: the import that opened it was taken back",
                    names::write(Letter::F, *id)
                );
                return Err(unfit(what, "`gabion show` tells in which entry"));
            }
            Some(_) => {}
        }
    }
    Ok(findings)
}

/// Nothing has this number.
pub(super) fn no_such(letter: Letter, id: i64) -> QueueError {
    unfit(
        format!("there is no {}", names::write(letter, id)),
        "`gabion queue` lists what there is; `gabion queue --closed` with what was closed",
    )
}

/// The claims with their edges, where a decision moves them; read before the transaction and checked in it.
fn claims(
    books: &mut Books,
    call: &Call,
    ids: &[i64],
) -> Result<Vec<(i64, Vec<ClaimRow>)>, QueueError> {
    if !matches!(call, Call::Link { .. } | Call::Split { .. }) {
        return Ok(Vec::new());
    }
    let mut all = Vec::new();
    for id in ids {
        let claims = books.ledger.claims(*id)?;
        if claims.len() > MOST_CLAIMS {
            let what = format!("{} has more than 10,000 claims", names::write(Letter::F, *id));
            return Err(unfit(what, "this cannot be moved in one decision"));
        }
        all.push((*id, claims));
    }
    Ok(all)
}

fn propose(
    write: &mut Write<'_>,
    deciding: &Deciding<'_>,
    finding: &Finding,
    waiting: &[ledger::row::ProposalRow],
) -> Result<(String, String, bool), QueueError> {
    let what = serde_json::to_value(deciding.call)
        .map_err(|e| unfit(format!("the proposal cannot be kept: {e}"), "change it"))?;
    let name = |proposal| {
        format!("{} for {}", names::write(Letter::P, proposal), names::write(Letter::F, finding.id))
    };
    // A repeat appends nothing.
    let same = |row: &&ledger::row::ProposalRow| row.finding == finding.id && row.what == what;
    if let Some(row) = waiting.iter().find(same) {
        let words = format!("{} proposed it already", row.author);
        return Ok((name(row.id), words, false));
    }
    let proposal = write.next(Ids::Proposal)?;
    let reason = deciding.reason.to_owned();
    write.append(&Change::Proposed { proposal, finding: finding.id, what, reason })?;
    Ok((name(proposal), format!("proposed to {}", deciding.call.words()), true))
}

/// One decision under way.
pub(super) struct Acting<'a, 'w, 'l> {
    pub write: &'w mut Write<'l>,
    pub deciding: &'a Deciding<'a>,
    pub claims: &'a [(i64, Vec<ClaimRow>)],
    pub settings: &'a Settings,
    pub remarks: &'w mut Vec<String>,
}

impl Acting<'_, '_, '_> {
    /// Decides on one finding: what happened in words, and whether anything changed.
    fn on(&mut self, finding: &Finding) -> Result<(String, bool), QueueError> {
        let mut decision = finding.decision.clone();
        match self.deciding.call {
            Call::FalsePositive => return self.close(finding, "false_positive", 0),
            Call::Duplicate { of } => {
                let root = self.root(finding.id, *of)?;
                return self.close(finding, "duplicate", root);
            }
            Call::Close { ending } => return self.close(finding, ending.as_str(), 0),
            Call::Reopen => return self.reopen(finding),
            Call::Link { to } => return links::merge(self, finding, *to),
            Call::Split { source } => return links::split(self, finding, source),
            Call::Confirm => decision.confirmed = true,
            Call::Accept { until } => decision.accepted_until = Some(*until),
            Call::Assign { owner } => decision.owner.clone_from(owner),
            Call::Exposure { exposure } => decision.exposure.clone_from(exposure),
            Call::Severity { severity } => decision.severity.clone_from(severity),
        }
        if finding.state == "closed" {
            let reason = finding.closure.as_ref().map(|c| reason_words(&c.reason));
            let name = names::write(Letter::F, finding.id);
            let what = format!("{name} is closed as {}", reason.unwrap_or_default());
            return Err(unfit(what, format!("`gabion reopen {name} --reason …` opens it again")));
        }
        if decision == finding.decision {
            return Ok(("is so already".to_owned(), false));
        }
        self.set(finding, decision)?;
        Ok((self.deciding.call.words(), true))
    }

    fn set(&mut self, finding: &Finding, decision: Decision) -> Result<(), QueueError> {
        let was = &finding.decision;
        let moves = (&was.exposure, &was.severity) != (&decision.exposure, &decision.severity);
        self.write.append(&Change::Decided {
            finding: finding.id,
            decision: decision.clone(),
            reason: self.deciding.reason.to_owned(),
            was: was.clone(),
        })?;
        if !moves {
            return Ok(());
        }
        let Deciding { intelligence, now, .. } = self.deciding;
        let moved = reclock::clock(finding, &decision, *intelligence, self.settings, *now);
        match moved {
            Ok(clock) if !same(clock.as_ref(), finding.clock.as_ref()) => {
                let due = |clock: Option<&Clock>| clock.map(|clock| clock.due);
                if due(clock.as_ref()) != due(finding.clock.as_ref()) {
                    self.remarks.push(reclock::moved(finding, clock.as_ref(), self.deciding.now));
                }
                self.write.append(&Change::Clocked {
                    finding: finding.id,
                    clock,
                    was: finding.clock.clone(),
                })?;
            }
            Ok(_) => {}
            Err(why) => self.remarks.push(why),
        }
        Ok(())
    }

    fn close(
        &mut self,
        finding: &Finding,
        reason: &str,
        duplicate_of: i64,
    ) -> Result<(String, bool), QueueError> {
        let Deciding { actor, reason: because, .. } = self.deciding;
        let closure = Closure {
            reason: reason.to_owned(),
            evidence: format!("{}: {because}", actor.name),
            duplicate_of,
            ..Closure::default()
        };
        if let Some(closed) = finding.closure.as_ref().filter(|_| finding.state == "closed") {
            let same = closed.reason == closure.reason && closed.duplicate_of == duplicate_of;
            if same {
                return Ok(("is so already".to_owned(), false));
            }
            let name = names::write(Letter::F, finding.id);
            let what = format!("{name} is closed as {}", reason_words(&closed.reason));
            return Err(unfit(what, format!("`gabion reopen {name} --reason …` opens it again")));
        }
        self.write.append(&Change::Closed { finding: finding.id, closure })?;
        let of = match duplicate_of {
            0 => String::new(),
            of => format!(" of {}", names::write(Letter::F, of)),
        };
        Ok((format!("closed as {}{of}", reason_words(reason)), true))
    }

    fn reopen(&mut self, finding: &Finding) -> Result<(String, bool), QueueError> {
        let Some(was) = finding.closure.clone().filter(|_| finding.state == "closed") else {
            return Ok(("is open already".to_owned(), false));
        };
        let why = format!("{}: {}", self.deciding.actor.name, self.deciding.reason);
        let was_at = finding.closed_at;
        self.write.append(&Change::Reopened { finding: finding.id, why, was, was_at, at: None })?;
        Ok(("open again, with its first start".to_owned(), true))
    }

    /// The finding that a duplicate points to in the end: duplicates of duplicates lead to one.
    pub(super) fn root(&mut self, id: i64, of: i64) -> Result<i64, QueueError> {
        let mut at = of;
        for _ in 0..32 {
            if at == id {
                let name = names::write(Letter::F, id);
                let what = format!("{name} cannot be a duplicate of itself");
                return Err(unfit(what, "name the finding that stays"));
            }
            let target = self.other(at)?;
            match target.closure.filter(|c| target.state == "closed" && c.duplicate_of > 0) {
                Some(closure) => at = closure.duplicate_of,
                None => return Ok(at),
            }
        }
        Err(unfit("the duplicates lead on and on", "name the finding that stays"))
    }

    /// Another finding that the decision touches: the actor must be allowed to decide on it too.
    pub(super) fn other(&mut self, id: i64) -> Result<Finding, QueueError> {
        let found = load(self.write, &[id])?.into_iter().next();
        let finding = found.ok_or_else(|| no_such(Letter::F, id))?;
        let Deciding { actor, call, .. } = self.deciding;
        allow(actor, call.case(), owns(actor, &finding))?;
        Ok(finding)
    }
}
