//! What do the versions of an inventory prove of the findings of any source?

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use findings::coverage::Target;
use intel::{GroupRef, Index, IndexError};
use ledger::LedgerError;
use ledger::change::{Change, Closure};
use ledger::row::{ClaimRow, Finding, Ids};
use vocab::{Ecosystem, Instant, NotEvaluated};

use super::inventory::Instance;
use super::known::{instances, names};
use super::{Recorded, SOURCE};
use crate::books::{Actor, Books};
use crate::intake::kept;
use crate::report::Asset;

/// Most instances named in an evidence.
const NAMED: usize = 5;
/// Of a finding with so many ids some may be left out: nothing is proved of all of them.
const MAX_IDS: usize = 64;
/// Most package versions whose evaluation is remembered.
const MAX_EVALUATED: usize = 50_000;

pub(super) enum Failed {
    Ledger(LedgerError),
    Index(IndexError),
}

impl From<LedgerError> for Failed {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(error)
    }
}

/// What the inventory of an asset says of a finding.
enum Said {
    Nothing,
    /// Every instance is clear: the evidence.
    Clear(String),
    /// No instance is left: the evidence.
    Gone(String),
}

/// Groups that cover a version, by ecosystem, package and version.
pub(super) type Evaluated = HashMap<(Ecosystem, String, String), Option<Rc<[GroupRef]>>>;

pub(super) struct Proving<'a> {
    pub(super) index: &'a Index<'a>,
    /// What was evaluated so far, for any asset.
    pub(super) evaluated: &'a RefCell<Evaluated>,
    pub(super) packages: &'a HashMap<String, Vec<Instance>>,
    pub(super) scanned_at: Instant,
    pub(super) asset: &'a Asset,
    /// Files that were read.
    pub(super) read: HashSet<String>,
    /// Nothing was passed over that may hold an instance of anything.
    pub(super) whole: bool,
}

impl Proving<'_> {
    pub(super) fn all(
        &self,
        actor: &Actor,
        books: &mut Books,
        asset: &str,
        now: Instant,
        done: &mut Recorded,
    ) -> Result<(), Failed> {
        let Some((asset, _)) = books.ledger.asset(asset)? else { return Ok(()) };
        let (mut said, mut failed) = (Vec::new(), None);
        books.ledger.each_finding(Some(asset), true, &mut |finding| {
            match self.says(&finding) {
                Ok(Said::Nothing) => {}
                Ok(other) => said.push((finding.id, other)),
                Err(error) => failed = Some(error),
            }
            failed.is_none()
        })?;
        if let Some(error) = failed {
            return Err(Failed::Index(error));
        }
        let mut closes = Vec::new();
        let mut proposes = Vec::new();
        for (finding, said) in said {
            let rows = books.ledger.claims(finding)?;
            if !self.covers(&rows)? {
                continue;
            }
            match said {
                Said::Clear(evidence) => closes.push((finding, evidence)),
                Said::Gone(evidence) => {
                    let ours = rows.iter().all(|c| !c.live || c.source == SOURCE);
                    if ours { &mut closes } else { &mut proposes }.push((finding, evidence));
                }
                Said::Nothing => {}
            }
        }
        // A repeat proposes nothing twice.
        let what = serde_json::json!({ "call": "close", "ending": "fixed" });
        let mut fresh = Vec::new();
        for (finding, evidence) in proposes {
            if !books.ledger.proposals(Some(finding))?.iter().any(|row| row.what == what) {
                fresh.push((finding, evidence));
            }
        }
        if closes.is_empty() && fresh.is_empty() {
            return Ok(());
        }
        let mut write = books.write(actor, now)?;
        let stream = write.stream(asset, SOURCE, "")?;
        let document = stream.and_then(|s| s.last).map_or(0, |document| document.id);
        // What a person has ended since it was looked at stays ended so.
        let ids: Vec<i64> = closes.iter().map(|(finding, _)| *finding).collect();
        let found = write.findings(&ids)?;
        closes.retain(|(id, _)| found.iter().any(|f| f.id == *id && f.state == "open"));
        for (finding, evidence) in &closes {
            let closure = Closure {
                reason: "fixed".to_owned(),
                evidence: evidence.clone(),
                document,
                at: Some(self.scanned_at),
                ..Closure::default()
            };
            write.append(&Change::Closed { finding: *finding, closure })?;
        }
        for (finding, reason) in &fresh {
            let proposal = write.next(Ids::Proposal)?;
            let (what, reason) = (what.clone(), reason.clone());
            write.append(&Change::Proposed { proposal, finding: *finding, what, reason })?;
        }
        (done.proved, done.proposed) = (closes.len() as u64, fresh.len() as u64);
        let summary =
            format!("{} closed and {} proposed by the inventory", done.proved, done.proposed);
        done.imported.entry = Some(write.commit("closure", &summary)?.entry);
        Ok(())
    }

    /// Whether the scan looked where the claims are. What it left unseen of its own, it did not look at; another source's
    /// claim may be of another image or folder of the asset.
    fn covers(&self, rows: &[ClaimRow]) -> Result<bool, LedgerError> {
        for claim in rows.iter().filter(|claim| claim.live) {
            if claim.source == SOURCE {
                if claim.unseen.is_some() {
                    return Ok(false);
                }
                continue;
            }
            let Some(ground) = kept::ground(claim.attribution, &claim.ground)? else {
                return Ok(false);
            };
            let named = [self.asset.id.as_str(), self.asset.path.as_str(), ""];
            let same = named.iter().any(|name| ground.subject.trim().eq_ignore_ascii_case(name));
            let is_read = |chain: &Vec<Target>| {
                chain.first().is_some_and(|at| match at.is_manifest() {
                    true => self.read.contains(at.name()),
                    // Without a place it is of what was scanned as a whole.
                    false => {
                        self.whole
                            && same
                            && (at.is_part() || at.name() == ground.subject.to_lowercase())
                    }
                })
            };
            if ground.more || ground.places.is_empty() || !ground.places.iter().all(is_read) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn says(&self, finding: &Finding) -> Result<Said, IndexError> {
        if finding.class != "dependency"
            || finding.facts.ids.is_empty()
            || finding.facts.ids.len() >= MAX_IDS
        {
            return Ok(Said::Nothing);
        }
        let Some(instances) = instances(self.packages, &finding.facts.place) else {
            return Ok(Said::Nothing);
        };
        let place = &finding.facts.place;
        let ids = finding.facts.ids.join(", ");
        let scan = format!("the complete scan of {}", self.scanned_at);
        if instances.is_empty() {
            return Ok(Said::Gone(format!("{scan} has no instance of {place} left")));
        }
        let mut groups: Vec<GroupRef> = Vec::new();
        for id in &finding.facts.ids {
            groups.extend(self.index.find(id)?);
        }
        let mut versions: Vec<&str> = Vec::new();
        for instance in instances {
            let Some(version) = instance.version.as_deref() else { return Ok(Said::Nothing) };
            if !self.clear(&groups, instance, version)?
                || !names(self.index, &groups, instance, false)?
            {
                return Ok(Said::Nothing);
            }
            versions.push(version);
        }
        versions.sort_unstable();
        versions.dedup();
        let more = versions.len().saturating_sub(NAMED);
        versions.truncate(NAMED);
        let named = versions.join(", ");
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        Ok(Said::Clear(format!(
            "{scan} has {place} at {named}{more} only, clear of {ids} in the index built {}",
            self.index.meta().built_at
        )))
    }

    /// Whether no record of the groups covers the version, and nothing was left unevaluated.
    fn clear(
        &self,
        groups: &[GroupRef],
        instance: &Instance,
        version: &str,
    ) -> Result<bool, IndexError> {
        Ok(match self.covered(instance, version)? {
            Some(covered) => !groups.iter().any(|group| covered.contains(group)),
            None => false,
        })
    }

    /// The groups of which a record covers the version; `None` where something was left unevaluated. A package has
    /// many findings, and many assets have the package: it is evaluated once.
    fn covered(
        &self,
        instance: &Instance,
        version: &str,
    ) -> Result<Option<Rc<[GroupRef]>>, IndexError> {
        let Instance { ecosystem, name, .. } = instance;
        let key = (ecosystem.clone(), name.clone(), version.to_owned());
        if let Some(known) = self.evaluated.borrow().get(&key) {
            return Ok(known.clone());
        }
        let evaluation = self.index.evaluate(ecosystem, name, version)?;
        // Of an ecosystem that is known in part, its own records still speak for themselves.
        let told = matches!(evaluation.beside, None | Some(NotEvaluated::PartialAdvisories));
        let groups = evaluation.matches.iter().map(|m| Ok(self.index.advisory(m.advisory)?.group));
        let covered = told.then(|| groups.collect::<Result<Rc<[GroupRef]>, _>>()).transpose()?;
        let mut evaluated = self.evaluated.borrow_mut();
        if evaluated.len() >= MAX_EVALUATED {
            evaluated.clear();
        }
        evaluated.insert(key, covered.clone());
        Ok(covered)
    }
}
