//! What has become of open findings since the world learned more?
//!
//! In: an actor, the ledger, the index. Out: clocks that moved, each recorded with what it was; findings closed because
//! every record of them was taken back; of the rest what evidence would close them. Nothing here closes because a
//! report is silent: that is an import's to prove.

use intel::{CveId, Index, IndexError};
use ledger::change::{Change, Clock, Closure};
use ledger::row::Finding;
use ledger::{LedgerError, Write};
use serde::Serialize;
use vocab::Instant;

use super::again::same;
use super::timing::{About, Timing};
use super::writing::WriteError;
use crate::books::{Actor, Books, BooksError, UseCase, allow};
use crate::config::{Config, ConfigError, Trust};
use crate::intelligence::{Intelligence, IntelligenceError};
use crate::policy::{self, PolicyChoiceError};
use crate::settings::{Settings, SettingsError};

/// Name and version of the JSON shape.
pub const SCHEMA: &str = "gabion.verify/1";
/// Most findings changed by one entry of the record.
const MAX_ENTRY: usize = 50_000;
/// Findings read at a time.
const PAGE: usize = 500;
/// Most rows told.
const MAX_TOLD: usize = 1_000;
/// Most ids of one finding that are looked up.
const MAX_IDS: usize = 64;

/// What to look at again.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// These findings; all open ones when empty.
    pub findings: Vec<i64>,
    /// Estate files that name policies.
    pub configs: Vec<std::path::PathBuf>,
}

/// A clock that moved.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Moved {
    /// `F-12`.
    pub finding: String,
    /// One line.
    pub title: String,
    /// The due instant before.
    pub was: Option<Instant>,
    /// The due instant now.
    pub due: Option<Instant>,
    /// One sentence.
    pub why: String,
}

/// What a finding waits for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Waits {
    /// `F-12`.
    pub finding: String,
    /// One line.
    pub title: String,
    /// `open`, `closed`, `void`, `unknown`.
    pub state: String,
    /// What would close it; of a closed one why it is.
    pub needs: String,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verified {
    /// Always [`SCHEMA`].
    pub schema: &'static str,
    /// Open findings looked at.
    pub looked_at: u64,
    /// Clocks that moved, in all.
    pub moved_total: u64,
    /// Of them those that kept their date: only the reason is another one.
    pub reworded_total: u64,
    /// Of them the first.
    pub moved: Vec<Moved>,
    /// Findings closed as withdrawn, in all.
    pub withdrawn_total: u64,
    /// Of them the first.
    pub withdrawn: Vec<Waits>,
    /// Of the findings asked for by name: what they wait for.
    pub waits: Vec<Waits>,
    /// What else is worth knowing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// The last entry of the record; absent when nothing was appended.
    pub entry: Option<i64>,
}

/// Why nothing could be verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The ledger, or the role.
    #[error(transparent)]
    Books(#[from] BooksError),
    /// An estate file cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A policy cannot be used.
    #[error(transparent)]
    Policy(#[from] PolicyChoiceError),
    /// The ledger's settings do not read.
    #[error(transparent)]
    Settings(SettingsError),
    /// The index is damaged.
    #[error(transparent)]
    Intelligence(#[from] IntelligenceError),
}

impl From<SettingsError> for VerifyError {
    fn from(error: SettingsError) -> Self {
        match error {
            SettingsError::Books(error) => Self::Books(error),
            other => Self::Settings(other),
        }
    }
}

impl From<LedgerError> for VerifyError {
    fn from(error: LedgerError) -> Self {
        Self::Books(error.into())
    }
}

/// Looks at open findings again.
///
/// # Errors
/// Not allowed, no usable index, or the ledger cannot be written.
pub fn verify(
    actor: &Actor,
    books: &mut Books,
    intelligence: &Intelligence,
    request: &Request,
    now: Instant,
) -> Result<Verified, VerifyError> {
    allow(actor, UseCase::Verify, true)?;
    let configs: Vec<Config> =
        request.configs.iter().map(|path| Config::load(path)).collect::<Result<_, _>>()?;
    let trust = Trust { trusted: configs, tree: Vec::new() };
    let chosen = policy::for_scan(&[], &trust)?;
    let settings = Settings::of(&mut books.ledger)?;
    let further = settings.further(chosen.asked());
    let remarks = further.iter().map(|table| format!(
        "the table {} does not act: which tables do is the ledger's setting; `gabion settings import FILE` takes it in",
        table.name()
    ));
    let remarks: Vec<String> = remarks.collect();
    let index = intelligence.index()?;
    let timing = Timing::new(Some(&index), &settings, None, now);
    let looking = Looking { index: &index, timing: &timing, actor };
    let mut verified = Verified {
        schema: SCHEMA,
        looked_at: 0,
        moved_total: 0,
        reworded_total: 0,
        moved: Vec::new(),
        withdrawn_total: 0,
        withdrawn: Vec::new(),
        waits: Vec::new(),
        remarks,
        entry: None,
    };
    let damaged = |error| VerifyError::Intelligence(intelligence.unusable(error));
    if request.findings.is_empty() {
        let mut after = 0;
        loop {
            let (ids, last) =
                looking.changed(books, after, &mut verified).map_err(damaged_or(&damaged))?;
            looking.write(books, &ids, now, &mut verified).map_err(damaged_or(&damaged))?;
            match last {
                Some(last) => after = last,
                None => return Ok(verified),
            }
        }
    }
    verified.looked_at = request.findings.len() as u64;
    looking.write(books, &request.findings, now, &mut verified).map_err(damaged_or(&damaged))?;
    for id in &request.findings {
        verified.waits.push(waits(books, *id)?);
    }
    Ok(verified)
}

fn damaged_or<'a>(
    damaged: &'a dyn Fn(IndexError) -> VerifyError,
) -> impl Fn(WriteError) -> VerifyError + 'a {
    move |error| match error {
        WriteError::Ledger(error) => error.into(),
        WriteError::Index(error) => damaged(error),
    }
}

/// What a verification looks with.
struct Looking<'a> {
    index: &'a Index<'a>,
    timing: &'a Timing<'a>,
    actor: &'a Actor,
}

/// What is to be done with a finding.
enum Step {
    Nothing,
    Clock(Option<Box<Clock>>),
    Withdrawn,
}

impl Looking<'_> {
    fn step(&self, finding: &Finding) -> Result<Step, IndexError> {
        if finding.state != "open" {
            return Ok(Step::Nothing);
        }
        if withdrawn(self.index, &finding.facts.ids)? {
            return Ok(Step::Withdrawn);
        }
        let clock = self.timing.clock(&About::finding(finding))?;
        // Words about how old a feed is change daily; a date that stays is no news.
        Ok(if same(clock.as_ref(), finding.clock.as_ref()) {
            Step::Nothing
        } else {
            Step::Clock(clock.map(Box::new))
        })
    }

    /// The open findings above `after` with which something is to be done, and where to go on.
    fn changed(
        &self,
        books: &mut Books,
        after: i64,
        verified: &mut Verified,
    ) -> Result<(Vec<i64>, Option<i64>), WriteError> {
        let mut ids = Vec::new();
        let (mut failed, mut last) = (None, None);
        let looked = &mut verified.looked_at;
        books.ledger.each_finding(None, true, &mut |finding| {
            if finding.id <= after {
                return true;
            }
            *looked += 1;
            match self.step(&finding) {
                Ok(Step::Nothing) => {}
                Ok(_) => ids.push(finding.id),
                Err(error) => failed = Some(error),
            }
            if ids.len() >= MAX_ENTRY {
                last = Some(finding.id);
            }
            failed.is_none() && last.is_none()
        })?;
        match failed {
            Some(error) => Err(error.into()),
            None => Ok((ids, last)),
        }
    }

    /// Does it, in one entry.
    fn write(
        &self,
        books: &mut Books,
        ids: &[i64],
        now: Instant,
        verified: &mut Verified,
    ) -> Result<(), WriteError> {
        if ids.is_empty() {
            return Ok(());
        }
        let mut write = books.write(self.actor, now)?;
        let (mut moved, mut gone) = (0, 0);
        for page in ids.chunks(PAGE) {
            for finding in write.findings(page)? {
                match self.step(&finding)? {
                    Step::Nothing => {}
                    Step::Clock(clock) => {
                        moved += 1;
                        self.clocked(&mut write, finding, clock.map(|clock| *clock), verified)?;
                    }
                    Step::Withdrawn => {
                        gone += 1;
                        self.withdraw(&mut write, finding, verified)?;
                    }
                }
            }
        }
        verified.moved_total += moved;
        verified.withdrawn_total += gone;
        if moved + gone > 0 {
            let head =
                write.commit("verify", &format!("{moved} clocks moved, {gone} withdrawn"))?;
            verified.entry = Some(head.entry);
        }
        Ok(())
    }

    fn clocked(
        &self,
        write: &mut Write<'_>,
        finding: Finding,
        clock: Option<Clock>,
        verified: &mut Verified,
    ) -> Result<(), LedgerError> {
        let was = finding.clock;
        let due = |clock: &Option<Clock>| clock.as_ref().map(|clock| clock.due);
        verified.reworded_total += u64::from(due(&was) == due(&clock));
        if verified.moved.len() < MAX_TOLD {
            verified.moved.push(Moved {
                finding: format!("F-{}", finding.id),
                title: finding.facts.title,
                was: was.as_ref().and_then(|clock| clock.due),
                due: clock.as_ref().and_then(|clock| clock.due),
                why: clock.as_ref().map(|clock| clock.why.clone()).unwrap_or_default(),
            });
        }
        write.append(&Change::Clocked { finding: finding.id, clock, was })
    }

    fn withdraw(
        &self,
        write: &mut Write<'_>,
        finding: Finding,
        verified: &mut Verified,
    ) -> Result<(), LedgerError> {
        let ids = finding.facts.ids.join(", ");
        let built = self.index.meta().built_at;
        let evidence = format!("every record of {ids} is withdrawn in the index built {built}");
        if verified.withdrawn.len() < MAX_TOLD {
            verified.withdrawn.push(Waits {
                finding: format!("F-{}", finding.id),
                title: finding.facts.title,
                state: "closed".to_owned(),
                needs: evidence.clone(),
            });
        }
        let closure = Closure { reason: "withdrawn".to_owned(), evidence, ..Closure::default() };
        write.append(&Change::Closed { finding: finding.id, closure })
    }
}

/// Whether every record that speaks of these ids was taken back (docs/ARCHITECTURE.md, «The clock», rule 7). Records
/// decide, for the queue as for a scan: an id that no record bears may be in force, unless it is a CVE that was rejected.
pub(crate) fn withdrawn(index: &Index<'_>, ids: &[String]) -> Result<bool, IndexError> {
    for id in ids.iter().take(MAX_IDS) {
        let Some(group) = index.find(id)? else {
            let signals = if CveId::parse(id).is_some() { index.signals(id)? } else { None };
            if signals.is_some_and(|signals| signals.rejected) {
                continue;
            }
            return Ok(false);
        };
        for member in index.group(group)?.members {
            if index.advisory(member)?.withdrawn.is_none() {
                return Ok(false);
            }
        }
    }
    Ok(!ids.is_empty() && ids.len() < MAX_IDS)
}

fn waits(books: &mut Books, id: i64) -> Result<Waits, LedgerError> {
    let name = format!("F-{id}");
    let Some(finding) = books.ledger.finding(id)? else {
        let (title, needs) = (String::new(), "there is no such finding".to_owned());
        return Ok(Waits { finding: name, title, state: "unknown".to_owned(), needs });
    };
    let needs = match &finding.closure {
        Some(closure) if finding.state == "closed" => {
            format!("{}: {}", closure.reason, closure.evidence)
        }
        _ => {
            let claims = books.ledger.claims(id)?;
            let mut sources: Vec<String> = claims
                .iter()
                .filter(|claim| claim.live)
                .map(|claim| match claim.reference.as_str() {
                    "" => claim.source.clone(),
                    reference => format!("{} on {reference}", claim.source),
                })
                .collect();
            sources.sort();
            sources.dedup();
            let runs = sources.join(", and of ");
            let inventory = match finding.class.as_str() {
                "dependency" => {
                    "; or a complete `gabion scan --record` with every instance at a version clear of it"
                }
                _ => "",
            };
            if runs.is_empty() {
                "a person's word: `gabion close`".to_owned()
            } else {
                format!(
                    "a whole run of {runs} that no longer has it{inventory}; or a person with a reason"
                )
            }
        }
    };
    Ok(Waits { finding: name, title: finding.facts.title, state: finding.state, needs })
}
