//! What follows from each claim of a document?
//!
//! In: the matched stage. Out: changes in the ledger's transaction and the counts of the document. A claim that says
//! the same appends nothing; a new one opens a finding, or is tied to one by a rule where the asset is declared; one
//! that returns opens its finding again. Never: a change of what people have set.

mod life;

use std::collections::{BTreeSet, HashMap, HashSet};

use findings::coverage::Coverage;
use findings::identity::Key;
use findings::observation::Observation;
use findings::{Class, Standing};
use intel::IndexError;
use ledger::change::{
    AssetFacts, Change, Counts, Edge, Facts, FixFacts, Key as Bytes, Life, Missing, UnseenFacts,
};
use ledger::row::{Attribution, Finding, Ids};
use ledger::{LedgerError, Stage, Write};
use vocab::Instant;

use super::belongs::Belongs;
use super::branches::Branch;
use super::claims::{self, Group};
use super::timing::{About, Timing};
use super::upgrades::Touched;
use super::{facts, fixes};
use super::{kept, matching};

/// How long what a tool's user suppressed is proposed to be accepted.
const PAUSE: std::time::Duration = std::time::Duration::from_secs(90 * 86_400);
/// The author of what rules do, with the rules' version.
pub(crate) const RULES: &str = "rules/1";

/// What went wrong on the way to the ledger.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The index is damaged.
    #[error(transparent)]
    Index(#[from] IndexError),
}

/// One document on its way into the ledger.
pub(crate) struct Writing<'a, 'w, 'l> {
    pub(crate) write: &'w mut Write<'l>,
    pub(crate) timing: &'a Timing<'a>,
    pub(crate) asset: (i64, AssetFacts),
    pub(crate) stream: i64,
    pub(crate) document: i64,
    pub(crate) belongs: &'a Belongs,
    /// The document's name, for evidence.
    pub(crate) name: &'a str,
    /// Older than the last one: it opens, and changes nothing else.
    pub(crate) older: bool,
    /// The last document, where this one is older: what only this one has is unseen since that one.
    pub(crate) later: Option<i64>,
    /// Whether it may say that something has ended: not where it looked at a pull request only, or broke off.
    pub(crate) ends: bool,
    /// What the run looked at.
    pub(crate) coverage: &'a Coverage,
    /// What the document calls what it looked at.
    pub(crate) subject: &'a str,
    pub(crate) counts: Counts,
    /// The source's other branches on the asset.
    pub(crate) branches: Vec<Branch>,
    /// The first claim that this document brought.
    pub(crate) first_new: Option<i64>,
    /// How many claims it brought.
    pub(crate) fresh: u64,
    /// Claims tied to findings of other claims.
    pub(crate) linked: u64,
    /// Proposals made.
    pub(crate) proposed: u64,
    /// Statements that something unknown here has ended.
    pub(crate) unknown_ended: u64,
    /// Claims that are unseen from now on.
    pub(crate) began: u64,
    /// Claims that the run neither has nor covers.
    pub(crate) unseen_now: u64,
    /// Claims that were unseen and are reported again.
    pub(crate) seen_again: u64,
    /// Fixes of packages of which findings came, changed or went.
    pub(crate) touched: Touched,
    /// Findings of several claims that are to follow them, each once.
    pub(crate) following: BTreeSet<i64>,
}

/// What a page of claims needs of the ledger.
#[derive(Default)]
struct Page {
    attributions: HashMap<i64, Attribution>,
    findings: HashMap<i64, Finding>,
    /// Findings by keys across sources.
    linked: HashMap<Bytes, Vec<i64>>,
    /// Findings that other branches have, by the claim's first row.
    elsewhere: HashMap<i64, i64>,
    /// Names that the ledger has.
    names: HashSet<(Bytes, i64)>,
}

impl Writing<'_, '_, '_> {
    /// Writes all claims.
    pub(crate) fn all(
        &mut self,
        stage: &mut Stage,
        step: &mut dyn FnMut(u64),
    ) -> Result<(), WriteError> {
        self.branches = self.branches()?;
        matching::pages(stage, step, &mut |mut groups| {
            groups.iter_mut().for_each(|group| group.grounded(self.subject, self.coverage));
            self.page(&groups)
        })?;
        self.followed()
    }

    fn page(&mut self, groups: &[Group]) -> Result<(), WriteError> {
        let mut page = self.read(groups)?;
        for group in groups {
            let known = group.attribution.and_then(|id| page.attributions.get(&id).cloned());
            match (known, group.attribution) {
                (Some(attribution), _) => self.known(&mut page, group, &attribution)?,
                (None, None) => self.fresh(&mut page, group)?,
                (None, Some(id)) => {
                    let what = "a matched claim is not there any more".to_owned();
                    return Err(LedgerError::Broken { table: "attributions", id, what }.into());
                }
            }
        }
        Ok(())
    }

    /// Reads what a page needs, in a few questions.
    fn read(&mut self, groups: &[Group]) -> Result<Page, LedgerError> {
        let mut page = Page::default();
        let matched: Vec<&Group> = groups.iter().filter(|g| g.attribution.is_some()).collect();
        for (name, found) in matching::by_names(self.write, self.stream, groups)? {
            page.names.extend(found.iter().map(|attribution| (name, attribution.id)));
        }
        let ids: Vec<i64> = matched.iter().filter_map(|group| group.attribution).collect();
        page.attributions = self.write.claims_of(&ids)?.into_iter().map(|a| (a.id, a)).collect();
        if self.asset.1.declared {
            let fresh = groups.iter().filter(|g| g.attribution.is_none());
            let keys: Vec<Bytes> =
                fresh.flat_map(|g| g.links.iter().map(|(_, k, _)| k.0)).collect();
            let found = if keys.is_empty() {
                Vec::new()
            } else {
                self.write.by_links(self.asset.0, &keys)?
            };
            for (key, finding) in found {
                page.linked.entry(key).or_default().push(finding);
            }
        }
        if !self.branches.is_empty() {
            page.elsewhere = self.elsewhere(groups)?;
        }
        let wanted = matched.iter().filter_map(|g| page.attributions.get(&g.attribution?));
        let mut ids: Vec<i64> =
            wanted.map(|a| a.finding).chain(page.linked.values().flatten().copied()).collect();
        ids.sort_unstable();
        ids.dedup();
        page.findings = self.write.findings(&ids)?.into_iter().map(|f| (f.id, f)).collect();
        Ok(page)
    }

    /// A claim that the stream had already.
    fn known(
        &mut self,
        page: &mut Page,
        group: &Group,
        attribution: &Attribution,
    ) -> Result<(), WriteError> {
        if self.older {
            self.counts.unchanged += 1;
            return Ok(());
        }
        let id = attribution.id;
        let differs = differs(group, attribution)?
            || group.came.names.iter().any(|(name, _)| !page.names.contains(&(name.0, id)));
        let live = attribution.live;
        if group.ended() && !(live && self.ends) {
            self.counts.unchanged += 1;
            return Ok(());
        }
        if !live {
            self.write.append(&Change::Returned { attribution: id, document: self.document })?;
        } else if let Some(was) = attribution.unseen.clone() {
            self.seen_again += 1;
            self.write.append(&Change::Seen { attribution: id, document: self.document, was })?;
        }
        if differs {
            let was = self.write.claim(id)?.unwrap_or_default();
            let changed = Change::Observed {
                attribution: id,
                document: self.document,
                claim: group.claim()?,
                was: Box::new(was),
            };
            self.write.append(&changed)?;
        }
        if group.ended() {
            self.ended(id, attribution.finding, group)?;
            return self.again(page, attribution.finding);
        }
        let mut finding = attribution.finding;
        if differs && let Some(oldest) = self.unite_late(id, finding, group)? {
            finding = oldest;
        }
        // Most are open: asking for each again would cost more than all the rest.
        let open = page.findings.get(&finding).is_some_and(|f| f.state == "open");
        let reopened = !(open && live) && self.reopen(finding, live, group)?;
        if differs || !live || reopened {
            let alone = finding == attribution.finding && live;
            self.follow(finding, alone.then_some(group))?;
            self.again(page, finding)?;
        }
        if attribution.standing != claims::word(group.standing) {
            self.marked(finding, group)?;
        }
        match (reopened, differs || !live) {
            (true, _) => self.counts.reopened += 1,
            (false, true) => self.counts.changed += 1,
            (false, false) => self.counts.unchanged += 1,
        }
        Ok(())
    }

    /// A claim that the stream did not have.
    fn fresh(&mut self, page: &mut Page, group: &Group) -> Result<(), WriteError> {
        let elsewhere =
            group.came.ordinals.first().and_then(|first| page.elsewhere.get(first).copied());
        // A pull request's run adds nothing to what its base has.
        let base = elsewhere.filter(|_| self.belongs.pull);
        if let Some(base) = base
            && self.write.findings(&[base])?.first().is_some_and(|f| f.reference.is_empty())
        {
            self.counts.unchanged += 1;
            return Ok(());
        }
        if group.ended() && !self.ends {
            self.unknown_ended += 1;
            return Ok(());
        }
        let fitting = match elsewhere {
            Some(finding) => Some((finding, self.branch_edge())),
            None => self.fitting(page, group)?,
        };
        let Some((finding, edge)) = fitting else {
            if group.ended() {
                self.unknown_ended += 1;
                return Ok(());
            }
            let finding = self.open(group)?;
            if self.asset.1.declared {
                for (_, key, _) in &group.links {
                    page.linked.entry(key.0).or_default().push(finding);
                }
            }
            return Ok(());
        };
        let attribution = self.attribute(finding, group, edge)?;
        self.linked += 1;
        self.entered(finding)?;
        if group.ended() {
            self.ended(attribution, finding, group)?;
            self.counts.unchanged += 1;
        } else if self.reopen(finding, false, group)? {
            self.follow(finding, None)?;
            self.counts.reopened += 1;
        } else {
            self.follow(finding, None)?;
            self.counts.changed += 1;
        }
        self.again(page, finding)
    }

    /// Opens a finding of its own.
    fn open(&mut self, group: &Group) -> Result<i64, WriteError> {
        let finding = self.write.next(Ids::Finding)?;
        let facts = facts::facts(&group.observations, self.ids(&group.ids)?);
        let first_seen = self.first_seen(&group.observations);
        let clock = self.timing.clock(&About {
            facts: &facts,
            asset: &self.asset.1,
            decision: &Default::default(),
            first_seen,
            life: Life::default(),
        })?;
        let fix = fixes::fix(&facts, &group.observations, &group.came.tuple);
        let class = group.observations.first().map_or(Class::default(), |o| o.class).as_str();
        self.touch(class, &fix);
        self.write.append(&Change::Opened {
            finding,
            asset: self.asset.0,
            class: class.to_owned(),
            first_seen,
            facts,
            clock,
            fix,
            reference: if self.belongs.pull {
                self.belongs.reference.clone()
            } else {
                String::new()
            },
        })?;
        let evidence = format!("first claimed by {} in {}", self.belongs.source, self.name);
        let edge =
            Edge { rule: "first".to_owned(), evidence, score: 1.0, author: RULES.to_owned() };
        self.attribute(finding, group, edge)?;
        self.counts.new += 1;
        self.marked(finding, group)?;
        Ok(finding)
    }

    /// What the tool's user has set in the tool becomes a proposal.
    fn marked(&mut self, finding: i64, group: &Group) -> Result<(), WriteError> {
        let (what, why) = match group.standing {
            Standing::FalsePositive => (
                serde_json::json!({ "call": "false_positive" }),
                self.says(group, "a false positive"),
            ),
            Standing::Suppressed => {
                let until = self.belongs.scanned_at.checked_add(PAUSE).ok();
                let what = serde_json::json!({ "call": "accept", "until": until });
                (what, self.says(group, "suppressed"))
            }
            _ => return Ok(()),
        };
        self.propose_once(finding, what, why)
    }

    /// What only a pull request reported enters the queue once what runs has it.
    fn entered(&mut self, id: i64) -> Result<(), WriteError> {
        if self.belongs.pull {
            return Ok(());
        }
        let found = self.write.findings(&[id])?.pop();
        let Some(was) = found.map(|f| f.reference).filter(|reference| !reference.is_empty()) else {
            return Ok(());
        };
        let document = self.document;
        Ok(self.write.append(&Change::Entered { finding: id, document, was })?)
    }

    /// When the source or this document first saw it; never in the future.
    fn first_seen(&self, observations: &[Observation]) -> Instant {
        let told = observations.iter().filter_map(|o| o.first_seen).min();
        told.map_or(self.belongs.scanned_at, |at| at.min(self.belongs.scanned_at))
    }

    fn attribute(&mut self, finding: i64, group: &Group, edge: Edge) -> Result<i64, LedgerError> {
        let attribution = self.write.next(Ids::Attribution)?;
        self.first_new.get_or_insert(attribution);
        self.write.append(&Change::Attributed {
            attribution,
            finding,
            stream: self.stream,
            document: self.document,
            claim: group.claim()?,
            edge,
        })?;
        self.fresh += 1;
        // Later runs of its source do not mention it.
        if let Some(later) = self.later.filter(|_| !group.ended()) {
            let why = "a later run of its source does not mention it".to_owned();
            let missing = vec![Missing { which: "order".to_owned(), no: true, why }];
            let facts = UnseenFacts { document: later, reported: self.document, missing };
            self.write.append(&Change::Unseen { attribution, facts })?;
        }
        Ok(attribution)
    }

    /// The finding to which a rule ties a new claim, with the edge; others that fit are united with it.
    fn fitting(
        &mut self,
        page: &mut Page,
        group: &Group,
    ) -> Result<Option<(i64, Edge)>, WriteError> {
        let mut found: Vec<i64> = Vec::new();
        let mut edge = None;
        for (rule, key, fact) in &group.links {
            let Some(ids) = page.linked.get(&key.0) else { continue };
            found.extend(ids);
            edge.get_or_insert_with(|| rule_edge(rule, fact));
        }
        found.sort_unstable();
        found.dedup();
        let Some(edge) = edge else { return Ok(None) };
        let missing: Vec<i64> =
            found.iter().filter(|id| !page.findings.contains_key(id)).copied().collect();
        page.findings.extend(self.write.findings(&missing)?.into_iter().map(|f| (f.id, f)));
        let fits: Vec<&Finding> = found.iter().filter_map(|id| page.findings.get(id)).collect();
        let fits: Vec<Finding> = fits.into_iter().cloned().collect();
        let Some(oldest) = self.unite(&fits, &edge)? else { return Ok(None) };
        for united in fits.iter().filter(|f| f.id != oldest) {
            self.again(page, united.id)?;
        }
        Ok(Some((oldest, edge)))
    }

    /// The action of a package's fix hangs on all of its open findings.
    fn touch(&mut self, class: &str, fix: &FixFacts) {
        if class == "dependency" {
            self.touched.insert((self.asset.0, fix.key.clone()));
        }
    }

    /// Lets a finding's facts, clock and action follow its standing claims. `alone`: its only claim, where that is known;
    /// of several all are read, once for each finding (see [`Self::followed`]).
    pub(crate) fn follow(&mut self, id: i64, alone: Option<&Group>) -> Result<(), WriteError> {
        let Some(group) = alone else {
            self.following.insert(id);
            return Ok(());
        };
        let Some(finding) = self.write.findings(&[id])?.pop() else { return Ok(()) };
        if finding.live != 1 {
            self.following.insert(id);
            return Ok(());
        }
        self.follows(&finding, &group.observations, &group.ids, &group.came.tuple)
    }

    /// Lets those follow that wait for it.
    pub(crate) fn followed(&mut self) -> Result<(), WriteError> {
        for id in std::mem::take(&mut self.following) {
            let Some(finding) = self.write.findings(&[id])?.pop() else { continue };
            let observations = self.claimed(id)?;
            let ids: BTreeSet<String> =
                observations.iter().flat_map(|o| o.ids.iter().cloned()).collect();
            let ids: Vec<String> = ids.into_iter().collect();
            self.follows(&finding, &observations, &ids, &Key([0; 16]))?;
        }
        Ok(())
    }

    fn follows(
        &mut self,
        finding: &Finding,
        observations: &[Observation],
        ids: &[String],
        own: &Key,
    ) -> Result<(), WriteError> {
        if observations.is_empty() {
            return Ok(());
        }
        let facts = facts::facts(observations, self.ids(ids)?);
        let mut fix = fixes::fix(&facts, observations, own);
        if matches!(finding.class.as_str(), "report" | "crash") {
            // Known by itself: its key stays, whoever claims it.
            fix.key.clone_from(&finding.fix.key);
        }
        self.settle(finding, facts, fix)
    }

    /// Appends what differs from the finding as it stands.
    fn settle(&mut self, finding: &Finding, facts: Facts, fix: FixFacts) -> Result<(), WriteError> {
        let id = finding.id;
        if facts != finding.facts {
            let of =
                |f: &Facts| (f.ids.clone(), f.severity.clone(), f.met.clone(), f.rated.clone());
            let asked = of(&finding.facts) != of(&facts);
            let was = Box::new(finding.facts.clone());
            self.write.append(&Change::Facts { finding: id, facts: facts.clone(), was })?;
            if asked {
                let about = About { facts: &facts, ..About::finding(finding) };
                let clock = self.timing.clock(&about)?;
                if clock != finding.clock {
                    let was = finding.clock.clone();
                    self.write.append(&Change::Clocked { finding: id, clock, was })?;
                }
            }
        }
        // Of a package, `upgrades` gives all findings of the row one action.
        self.touch(&finding.class, &finding.fix);
        self.touch(&finding.class, &fix);
        let of_row = finding.class == "dependency" && fix.key == finding.fix.key;
        if fix != finding.fix && !of_row {
            self.write.append(&Change::Fix { finding: id, fix, was: finding.fix.clone() })?;
        }
        Ok(())
    }

    /// The observations of all standing claims of a finding.
    fn claimed(&mut self, finding: i64) -> Result<Vec<Observation>, LedgerError> {
        let mut observations = Vec::new();
        for attribution in self.write.attributions_of(finding)?.iter().filter(|a| a.live) {
            if let Some(claim) = self.write.claim(attribution.id)? {
                observations.extend(kept::observations(attribution.id, &claim.body)?);
            }
        }
        Ok(observations)
    }

    fn ids(&self, ids: &[String]) -> Result<Vec<String>, IndexError> {
        let mut all = Vec::new();
        for id in ids {
            all.extend(self.timing.aliases(id)?);
        }
        Ok(all)
    }

    /// Reads a finding of the page again after it changed.
    fn again(&mut self, page: &mut Page, id: i64) -> Result<(), WriteError> {
        if let Some(finding) = self.write.findings(&[id])?.pop() {
            page.findings.insert(id, finding);
        }
        Ok(())
    }
}

/// Whether the claim says it otherwise than what was last read.
fn differs(group: &Group, attribution: &Attribution) -> Result<bool, LedgerError> {
    let path = group
        .observations
        .first()
        .and_then(|o| o.locations.first())
        .map_or("", |l| l.path.as_str());
    Ok(attribution.digest != group.came.digest.0
        || attribution.standing != claims::word(group.standing)
        || attribution.content != group.came.content.map(|key| key.0)
        || attribution.line != group.came.line
        || attribution.path != path
        || attribution.ground != kept::ground_text(&group.ground)?)
}

/// The edge of a rule.
pub(crate) fn rule_edge(rule: &str, fact: &str) -> Edge {
    Edge { rule: rule.to_owned(), evidence: fact.to_owned(), score: 1.0, author: RULES.to_owned() }
}
