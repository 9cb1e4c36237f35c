//! What does a document that was read come to in the ledger?
//!
//! In: the staged claims, where they belong, the writer's transaction. Out: the changes appended in their order (asset,
//! stream, claims, closures, document), and what was done in figures. A document that was taken in before appends
//! nothing. Never: a commit; that is the import's.

use std::time::Duration;

use std::collections::BTreeSet;

use findings::Format;
use findings::assign::{Eligible, Stands};
use findings::close::{Run, Scope, Statement, refused};
use findings::tools::{Tool, canonical};
use ledger::change::{AssetFacts, Change, Counts, Document};
use ledger::row::{Ids, Stream};
use ledger::{LedgerError, Write};
use vocab::Instant;

use super::belongs::{Belongs, scope_text};
use super::branches;
use super::closing::{Judging, Left, Stated, kinds, may_move};
use super::handing::{self, Place};
use super::import::{Dropped, Imported, Progress, Request, SCHEMA};
use super::matching;
use super::spool::Spooled;
use super::taking::Taken;
use super::timing::Timing;
use super::upgrades::{self, Touched};
use super::writing::{WriteError, Writing};
use crate::settings::joined;

/// How much earlier than the last one a document is kept that is dated in the future.
const EARLIER: Duration = Duration::from_micros(1);

/// A document that was read, and where it goes.
pub(super) struct Arrival<'a> {
    pub(super) request: &'a Request,
    pub(super) format: &'static Format,
    pub(super) spooled: &'a Spooled,
    pub(super) belongs: &'a Belongs,
    pub(super) timing: &'a Timing<'a>,
}

/// What the claims of a run came to.
struct Done {
    counts: Counts,
    left: Left,
    linked: u64,
    proposed: u64,
    unknown: u64,
    /// Whether a claim became unseen, or is seen again.
    turned: bool,
}

impl Arrival<'_> {
    /// Appends all of it; the summary for the record, or none where nothing is to be kept.
    pub(super) fn all(
        &self,
        write: &mut Write<'_>,
        mut taken: Taken,
        tell: &mut dyn FnMut(Progress),
    ) -> Result<(Imported, Option<String>), WriteError> {
        let belongs = self.belongs;
        let scope = scope_text(&belongs.scope);
        let (asset, unapplied) = self.asset(write)?;
        let place = handing::place(write, &mut taken.stage, asset.0, belongs)?;
        let stream = &place.stream;
        if let Some(known) = self.repeat(write, stream, &scope, &taken)? {
            let moved =
                asset.2.is_some().then(|| format!("{}: the asset's facts", belongs.asset.name));
            let mut imported = self.imported(&taken, known, true);
            imported.remarks.extend(unapplied);
            imported.moved = asset.2.flatten();
            return Ok((imported, moved));
        }
        let mut remarks: Vec<String> = place.said.clone().into_iter().collect();
        if let Some(future) = belongs.future {
            taken.told.incomplete.push(format!(
                "it is dated in the future, {future}: it opens what is not known, and does nothing else"
            ));
        }
        let last = stream.last.as_ref();
        let known = self.known(write, stream, &taken)?;
        let older = belongs.future.is_some()
            || known.is_some()
            || last.is_some_and(|last| belongs.scanned_at < last.scanned_at);
        let mut document = self.document(write.next(Ids::Document)?, stream, &scope, &taken);
        if let Some(known) = known {
            remarks.push(format!(
                "these bytes were taken in before, and tell no time of their own: they show nothing that has changed \
                 since {known}; where this run is a new one, --scanned-at says so"
            ));
            document.scanned_at = known;
        }
        let (statement, said) = self.statement(write, asset.0, &document)?;
        remarks.extend(said);
        let done =
            self.claims(write, &mut taken, &asset, &place, &document, older, statement, tell)?;
        document.counts =
            Counts { observations: taken.observations, dropped: taken.dropped, ..done.counts };
        let counts = document.counts;
        let said = done.proposed > 0 || done.linked > 0 || done.turned || place.said.is_some();
        let changes = counts.new + counts.changed + counts.closed + counts.reopened > 0 || said;
        let further = last.is_none_or(|last| differs(last, &document));
        let keep = changes || (!older && further) || asset.2.is_some();
        if changes || (!older && further) {
            write.append(&Change::Document(document))?;
        }
        let mut imported = self.imported(&taken, counts, false);
        (imported.linked, imported.proposed) = (done.linked, done.proposed);
        (imported.unseen, imported.braked) = (done.left.claims, done.left.braked);
        imported.remarks = remarks;
        imported.remarks.extend(unapplied);
        imported.moved = asset.2.flatten();
        self.say(&mut imported, older, &done);
        let summary = format!(
            "{}: {} new, {} closed, {} reopened, {} changed from {} on {}",
            self.request.input.short(),
            counts.new,
            counts.closed,
            counts.reopened,
            counts.changed,
            belongs.source,
            belongs.asset.name
        );
        Ok((imported, keep.then_some(summary)))
    }

    /// Matches the claims, writes them, and ends what the run proves to have ended.
    #[expect(clippy::too_many_arguments, reason = "each is read once, in the order of the steps")]
    fn claims(
        &self,
        write: &mut Write<'_>,
        taken: &mut Taken,
        asset: &Asset,
        place: &Place,
        document: &Document,
        older: bool,
        statement: Stated,
        tell: &mut dyn FnMut(Progress),
    ) -> Result<Done, WriteError> {
        let belongs = self.belongs;
        let run = self.run(document, taken);
        let (total, stage) = (taken.stage.len(), &mut taken.stage);
        let covers = refused(&run).is_none() && !older;
        // Of a list that is cut, what is missing has moved nowhere.
        let moves = |stands: &Stands| {
            may_move(&belongs.scope, &stands.path)
                && !run.coverage.may_be_cut(&stands.rule, &run.caps)
        };
        let moves: Option<&Eligible<'_>> = if covers { Some(&moves) } else { None };
        let base = branches::base(write, asset.0, belongs, place.stream.id)?;
        matching::matched(stage, write, place.stream.id, &base, moves, &mut |done| {
            tell(Progress::Matched(done, total));
        })?;
        let last = place.stream.last.as_ref();
        let stranger = !asset.1.declared && last.is_some() && !stage.is_any_matched()?;
        let mut writing = Writing {
            write,
            timing: self.timing,
            asset: (asset.0, asset.1.clone()),
            stream: place.stream.id,
            document: document.id,
            belongs,
            name: &self.request.input.short(),
            older,
            later: last.filter(|_| older).map(|last| last.id),
            ends: belongs.scope != Scope::PullRequest && taken.told.incomplete.is_empty(),
            coverage: &run.coverage,
            subject: &taken.told.target,
            counts: Counts::default(),
            branches: Vec::new(),
            first_new: None,
            fresh: 0,
            linked: 0,
            proposed: 0,
            unknown_ended: 0,
            began: 0,
            unseen_now: 0,
            seen_again: 0,
            touched: Touched::new(),
            following: BTreeSet::new(),
        };
        writing.all(stage, &mut |done| tell(Progress::Written(done, total)))?;
        let judging = Judging {
            run: &run,
            last,
            sha256: &self.spooled.sha256,
            statement,
            handed: place.handed.as_ref(),
            braked: !self.request.by_inventory,
        };
        let mut left = Left::default();
        if stranger && !older {
            left = writing.strange(stage, &judging)?;
        } else if !older && (last.is_some() || place.handed.is_some()) {
            left = writing.close(stage, &judging)?;
        }
        writing.followed()?;
        let touched = std::mem::take(&mut writing.touched);
        upgrades::settle(writing.write, self.timing.judge(), &touched)?;
        Ok(Done {
            counts: writing.counts,
            left,
            linked: writing.linked,
            proposed: writing.proposed,
            unknown: writing.unknown_ended,
            turned: writing.began + writing.seen_again > 0,
        })
    }

    /// The run as the engine judges it.
    fn run(&self, document: &Document, taken: &mut Taken) -> Run {
        // Of several tools nobody knows which one found what: what holds of all, and what bounds any.
        let mut tools: Vec<Tool> = taken.told.tools.iter().map(|tool| canonical(tool)).collect();
        if tools.is_empty() {
            tools.push(canonical(self.format.id));
        }
        Run {
            scanned_at: document.scanned_at,
            scope: self.belongs.scope.clone(),
            incomplete: document.incomplete.clone(),
            observations: taken.observations,
            tool_version: document.tool_version.clone(),
            rules_version: document.rules_version.clone(),
            // A version that a person says is that of tool and rules.
            rules_built_in: tools.iter().all(|tool| tool.rules_built_in) || document.version_said,
            feed: tools.iter().any(|tool| tool.feed),
            caps: tools.iter().flat_map(|tool| tool.caps).copied().collect(),
            coverage: std::mem::take(&mut taken.coverage),
        }
    }

    /// What a person states of the source, where it acts on this run; and what is to be said of it. Another
    /// configuration ends its effect.
    fn statement(
        &self,
        write: &mut Write<'_>,
        asset: i64,
        document: &Document,
    ) -> Result<(Stated, Option<String>), LedgerError> {
        let source = &self.belongs.source;
        let Some(kept) = write.statement(asset, source)?.filter(|kept| kept.ended.is_empty())
        else {
            return Ok((None, None));
        };
        let at = kept.at.map(|at| at.strftime(" on %Y-%m-%d").to_string()).unwrap_or_default();
        let by = format!(
            "{} stated{at} that the runs of {source} are whole (E-{})",
            kept.author, kept.entry
        );
        let acts = (kept.entry, Statement { by, kinds: kinds(kept.entry, &kept.kinds)? });
        let state = |write: &mut Write<'_>, now: ledger::change::Statement, reason: String| {
            let (source, was) = (source.clone(), Some(kept.clone()));
            write.append(&Change::Stated { asset, source, statement: Some(now), was, reason })
        };
        if !kept.bound {
            let configuration = document.configuration.clone();
            let now = ledger::change::Statement { configuration, bound: true, ..kept.clone() };
            state(write, now, "its first run gives it its configuration".to_owned())?;
            return Ok((Some(acts), None));
        }
        let Some(other) = another(&kept.configuration, &document.configuration) else {
            return Ok((Some(acts), None));
        };
        let now = ledger::change::Statement { ended: other.clone(), ..kept.clone() };
        let said = format!(
            "the statement E-{} on {source} acts no more: this run has another configuration ({other}); \
             `gabion source set` states it anew",
            kept.entry
        );
        state(write, now, said.clone())?;
        Ok((None, Some(said)))
    }

    /// The asset's number and facts, and where they were appended what moves its findings' clocks; and what was
    /// asked for and is not applied.
    fn asset(&self, write: &mut Write<'_>) -> Result<(Asset, Vec<String>), LedgerError> {
        let said = &self.belongs.asset;
        let settings = self.timing.settings();
        let found = write.asset(&said.name)?;
        let mut base = AssetFacts { name: said.name.clone(), ..AssetFacts::default() };
        base.exposure.clone_from(&said.exposure);
        match &found {
            Some((_, known)) => base.clone_from(known),
            None => {
                base.exposure = vocab::Exposure::Unknown.as_str().to_owned();
                settings.describe(&mut base);
            }
        }
        let (facts, refused) = joined(&base, said);
        let (id, was) = match found {
            Some((id, known)) if known == facts => return Ok(((id, known, None), refused)),
            Some((id, known)) => (id, Some(known)),
            None => (write.next(Ids::Asset)?, None),
        };
        for table in facts.tables.iter().filter(|table| !settings.kept.contains(table)) {
            let value = settings.tables.text(table).unwrap_or_default().to_owned();
            write.append(&Change::Setting { name: table.clone(), value, was: String::new() })?;
        }
        let moved = was.as_ref().and_then(|was| moved(was, &facts)).map(|reason| (id, reason));
        write.append(&Change::Asset { id, facts: facts.clone(), was })?;
        Ok(((id, facts, Some(moved)), refused))
    }

    /// The short cut: these bytes were taken in by this stream with this scope, and nothing later was that they
    /// could change.
    fn repeat(
        &self,
        write: &mut Write<'_>,
        stream: &Stream,
        scope: &str,
        taken: &Taken,
    ) -> Result<Option<Counts>, LedgerError> {
        let Some(last) = &stream.last else { return Ok(None) };
        let known = write.document_known(stream.id, &self.spooled.sha256, Some(scope))?;
        let Some(known) = known.filter(|known| known.format == self.format.id) else {
            return Ok(None);
        };
        let dated = self.request.scanned_at.or(taken.told.scanned_at).is_some();
        let holds = match self.belongs.future {
            Some(_) => true,
            None if dated => known.scanned_at == self.belongs.scanned_at,
            None => known.id == last.id,
        };
        let counts = Counts {
            observations: known.counts.observations,
            unchanged: known.counts.observations,
            dropped: known.counts.dropped,
            ..Counts::default()
        };
        Ok(holds.then_some(counts))
    }

    /// When these bytes were taken in, where that was before the stream's last run and they tell no time: it is the run of
    /// then, whenever it is imported again.
    fn known(
        &self,
        write: &mut Write<'_>,
        stream: &Stream,
        taken: &Taken,
    ) -> Result<Option<Instant>, LedgerError> {
        if self.request.scanned_at.or(taken.told.scanned_at).is_some() {
            return Ok(None);
        }
        let Some(last) = &stream.last else { return Ok(None) };
        let known = write.document_known(stream.id, &self.spooled.sha256, None)?;
        Ok(known.filter(|known| known.id != last.id).map(|known| known.scanned_at))
    }

    fn document(&self, id: i64, stream: &Stream, scope: &str, taken: &Taken) -> Document {
        let mut incomplete = taken.told.incomplete.clone();
        if taken.dropped > 0 {
            let first =
                taken.named.first().map(|(place, why)| format!(", the first at {place}: {why}"));
            let first = first.unwrap_or_default();
            let records = if taken.dropped == 1 { "record" } else { "records" };
            incomplete.push(format!("{} {records} could not be used{first}", taken.dropped));
        }
        // What is dated in the future does not move the source's last time.
        let before = || stream.last.as_ref().map_or(Instant::UNIX_EPOCH, |last| last.scanned_at);
        let scanned_at = match self.belongs.future {
            Some(_) => before().checked_sub(EARLIER).unwrap_or(Instant::UNIX_EPOCH),
            None => self.belongs.scanned_at,
        };
        Document {
            id,
            stream: stream.id,
            name: self.request.input.short(),
            format: self.format.id.to_owned(),
            sha256: self.spooled.sha256.clone(),
            scanned_at,
            scope: scope.to_owned(),
            tool: taken.told.tools.iter().cloned().collect::<Vec<_>>().join("+"),
            tool_version: match &self.request.tool_version {
                Some(version) => version.clone(),
                None => taken.told.tool_version.clone(),
            },
            incomplete,
            counts: Counts { observations: taken.observations, ..Counts::default() },
            rules_version: taken.coverage.rules_version.clone(),
            configuration: taken.coverage.configuration(),
            version_said: self.request.tool_version.is_some(),
            part: Some(self.belongs.part.clone()),
        }
    }

    fn imported(&self, taken: &Taken, counts: Counts, repeat: bool) -> Imported {
        let named = taken.named.iter();
        let dropped = named.map(|(place, why)| Dropped { place: place.clone(), why: why.clone() });
        Imported {
            schema: SCHEMA,
            file: self.request.input.name(),
            format: self.format.id,
            title: self.format.title,
            asset: self.belongs.asset.name.clone(),
            declared: self.belongs.asset.declared,
            source: self.belongs.source.clone(),
            reference: self.belongs.reference.clone(),
            scanned_at: self.belongs.scanned_at,
            observations: counts.observations,
            new: counts.new,
            changed: counts.changed,
            closed: counts.closed,
            reopened: counts.reopened,
            unchanged: counts.unchanged,
            unseen: 0,
            braked: 0,
            dropped: dropped.collect(),
            dropped_total: taken.dropped,
            linked: 0,
            proposed: 0,
            repeat,
            dry_run: self.request.dry_run,
            incomplete: [&taken.told.incomplete[..], &taken.told.in_part].concat(),
            remarks: Vec::new(),
            entry: None,
            moved: None,
        }
    }

    /// Says what did not happen, and why.
    fn say(&self, imported: &mut Imported, older: bool, done: &Done) {
        let remarks = &mut imported.remarks;
        if older && self.belongs.future.is_none() {
            remarks.push(
                "it is older than the last document of this source and branch: it opens what is not known, and changes nothing else".to_owned(),
            );
        }
        remarks.extend(done.left.lines(&self.belongs.source, &self.belongs.asset.name));
        if done.unknown > 0 {
            let statements = if done.unknown == 1 { "statement" } else { "statements" };
            remarks.push(format!(
                "{} {statements} that something has ended or does not apply: what is meant is not known here",
                done.unknown
            ));
        }
        if self.belongs.pull {
            remarks.push(format!(
                "what {} alone reports is no part of the queue: `gabion queue --ref '{}'` lists it",
                self.belongs.reference, self.belongs.reference
            ));
        }
    }
}

/// What makes the configuration of a run another one than a statement holds for; none while it is the same. Kinds are
/// told of what is there: only ones that have nothing in common are another configuration.
fn another(stated: &[String], run: &[String]) -> Option<String> {
    let kind = |line: &&String| line.starts_with("kind: ");
    let kinds: Vec<&String> = stated.iter().filter(kind).collect();
    let asked: Vec<&String> = run.iter().filter(kind).collect();
    if !kinds.is_empty() && !asked.is_empty() && !asked.iter().any(|kind| kinds.contains(kind)) {
        return Some(asked.into_iter().cloned().collect::<Vec<_>>().join(", "));
    }
    let only = |of: &[String], other: &[String]| {
        of.iter().filter(|line| !kind(line)).find(|line| !other.contains(line)).cloned()
    };
    only(run, stated).or_else(|| only(stated, run).map(|line| format!("without {line}")))
}

/// The asset's number and facts; where they were appended, whether and why clocks move with them.
type Asset = (i64, AssetFacts, Option<Option<(i64, String)>>);

/// What of an asset's facts moves the clocks of its findings.
fn moved(was: &AssetFacts, facts: &AssetFacts) -> Option<String> {
    let mut reasons = Vec::new();
    if was.exposure != facts.exposure {
        let source = &facts.exposure_source;
        reasons.push(format!("exposure {} now ({source})", facts.exposure));
    }
    if was.criticality != facts.criticality {
        reasons.push(format!("criticality {} now", facts.criticality));
    }
    for table in facts.tables.iter().filter(|table| !was.tables.contains(table)) {
        reasons.push(format!("{table} acts too"));
    }
    (!reasons.is_empty()).then(|| format!("{}: {}", facts.name, reasons.join(", ")))
}

/// Whether a run tells something that the last one did not, be it only that it was later.
fn differs(last: &Document, document: &Document) -> bool {
    last.scanned_at != document.scanned_at
        || last.scope != document.scope
        || last.tool_version != document.tool_version
        || last.incomplete != document.incomplete
}
