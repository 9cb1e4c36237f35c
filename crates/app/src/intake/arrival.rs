//! What does a document that was read come to in the ledger?
//!
//! In: the staged claims, where they belong, the writer's transaction. Out: the changes appended in their order (asset,
//! stream, claims, closures, document), and what was done in figures. A document that was taken in before appends
//! nothing. Never: a commit; that is the import's.

use findings::Format;
use findings::close::{Run, Scope, covers};
use ledger::change::{AssetFacts, Change, Counts, Document};
use ledger::row::{Ids, Stream};
use ledger::{LedgerError, Write};

use super::belongs::{Belongs, scope_text};
use super::closing::{Kept, run_of};
use super::import::{Dropped, Imported, Progress, Request, SCHEMA};
use super::matching;
use super::spool::Spooled;
use super::taking::Taken;
use super::timing::Timing;
use super::upgrades::{self, Touched};
use super::writing::{WriteError, Writing};
use crate::settings::joined;

/// Why a run closes nothing that has only the name of a file in common with what stands.
const STRANGER: &str = "nobody declared the asset, and nothing in it is known: it may be about something \
                        else; name the asset with --asset";

/// A document that was read, and where it goes.
pub(super) struct Arrival<'a> {
    pub(super) request: &'a Request,
    pub(super) format: &'static Format,
    pub(super) spooled: &'a Spooled,
    pub(super) belongs: &'a Belongs,
    pub(super) timing: &'a Timing<'a>,
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
        let (asset, refused) = self.asset(write)?;
        let stream = match write.stream(asset.0, &belongs.source, &belongs.reference)? {
            Some(stream) => stream,
            None => self.stream(write, asset.0)?,
        };
        if let Some(known) = self.repeat(write, &stream, &scope, &taken)? {
            let moved =
                asset.2.is_some().then(|| format!("{}: the asset's facts", belongs.asset.name));
            let mut imported = self.imported(&taken, known, true);
            imported.remarks.extend(refused);
            imported.moved = asset.2.flatten();
            return Ok((imported, moved));
        }
        let last = stream.last.as_ref();
        let older = last.is_some_and(|last| belongs.scanned_at < last.scanned_at);
        let mut document = self.document(write.next(Ids::Document)?, stream.id, &scope, &taken);
        let run = Run { lists_rules: taken.told.lists_rules, ..run_of(&document) };
        let last_run = last.map(run_of);
        let mut covering = covers(&run, last_run.as_ref());
        let total = taken.stage.len();
        let stage = &mut taken.stage;
        matching::matched(stage, write, stream.id, covering.is_ok(), &mut |done| {
            tell(Progress::Matched(done, total));
        })?;
        if covering.is_ok() && !asset.1.declared && last.is_some() && !stage.is_any_matched()? {
            covering = Err(STRANGER.to_owned());
        }
        let name = &self.request.input.short();
        let mut writing = Writing {
            write,
            timing: self.timing,
            asset: (asset.0, asset.1),
            stream: stream.id,
            document: document.id,
            belongs,
            name,
            older,
            ends: belongs.scope != Scope::PullRequest && taken.told.incomplete.is_empty(),
            counts: Counts::default(),
            branches: Vec::new(),
            first_new: None,
            linked: 0,
            proposed: 0,
            unknown_ended: 0,
            touched: Touched::new(),
        };
        writing.all(stage, &mut |done| tell(Progress::Written(done, total)))?;
        let kept = match &covering {
            Ok(()) => writing.close(stage, &run, last_run.as_ref(), &taken.rules)?,
            Err(_) => Kept::new(),
        };
        let touched = std::mem::take(&mut writing.touched);
        upgrades::settle(writing.write, self.timing.index(), &touched)?;
        let (linked, proposed, unknown) = (writing.linked, writing.proposed, writing.unknown_ended);
        let said = proposed > 0 || writing.linked > 0;
        document.counts =
            Counts { observations: taken.observations, dropped: taken.dropped, ..writing.counts };
        let counts = document.counts;
        let changes = counts.new + counts.changed + counts.closed + counts.reopened > 0 || said;
        let further = last.is_none_or(|last| differs(last, &document));
        let keep = changes || (!older && further) || asset.2.is_some();
        if changes || (!older && further) {
            write.append(&Change::Document(document))?;
        }
        let mut imported = self.imported(&taken, counts, false);
        (imported.linked, imported.proposed) = (linked, proposed);
        imported.remarks.extend(refused);
        imported.moved = asset.2.flatten();
        self.say(&mut imported, older, covering.err(), &kept, unknown, last.is_some());
        let summary = format!(
            "{name}: {} new, {} closed, {} reopened, {} changed from {} on {}",
            counts.new,
            counts.closed,
            counts.reopened,
            counts.changed,
            belongs.source,
            belongs.asset.name
        );
        Ok((imported, keep.then_some(summary)))
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

    fn stream(&self, write: &mut Write<'_>, asset: i64) -> Result<Stream, LedgerError> {
        let id = write.next(Ids::Stream)?;
        let source = self.belongs.source.clone();
        let reference = self.belongs.reference.clone();
        write.append(&Change::Stream { id, asset, source, reference })?;
        Ok(Stream { id, asset, last: None })
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
        let known = write.document_known(stream.id, &self.spooled.sha256, scope)?;
        let Some(known) = known.filter(|known| known.format == self.format.id) else {
            return Ok(None);
        };
        let dated = self.request.scanned_at.or(taken.told.scanned_at).is_some();
        let holds =
            if dated { known.scanned_at == self.belongs.scanned_at } else { known.id == last.id };
        let counts = Counts {
            observations: known.counts.observations,
            unchanged: known.counts.observations,
            dropped: known.counts.dropped,
            ..Counts::default()
        };
        Ok(holds.then_some(counts))
    }

    fn document(&self, id: i64, stream: i64, scope: &str, taken: &Taken) -> Document {
        let mut incomplete = taken.told.incomplete.clone();
        if taken.dropped > 0 {
            let first =
                taken.named.first().map(|(place, why)| format!(", the first at {place}: {why}"));
            let first = first.unwrap_or_default();
            let records = if taken.dropped == 1 { "record" } else { "records" };
            incomplete.push(format!("{} {records} could not be used{first}", taken.dropped));
        }
        Document {
            id,
            stream,
            name: self.request.input.short(),
            format: self.format.id.to_owned(),
            sha256: self.spooled.sha256.clone(),
            scanned_at: self.belongs.scanned_at,
            scope: scope.to_owned(),
            tool: taken.told.tools.iter().cloned().collect::<Vec<_>>().join("+"),
            tool_version: match &self.request.tool_version {
                Some(version) => version.clone(),
                None => taken.told.tool_version.clone(),
            },
            incomplete,
            counts: Counts { observations: taken.observations, ..Counts::default() },
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
            dropped: dropped.collect(),
            dropped_total: taken.dropped,
            linked: 0,
            proposed: 0,
            repeat,
            dry_run: self.request.dry_run,
            incomplete: taken.told.incomplete.clone(),
            remarks: Vec::new(),
            entry: None,
            moved: None,
        }
    }

    /// Says what did not happen, and why.
    fn say(
        &self,
        imported: &mut Imported,
        older: bool,
        covering: Option<String>,
        kept: &Kept,
        unknown: u64,
        again: bool,
    ) {
        let remarks = &mut imported.remarks;
        if older {
            remarks.push(
                "it is older than the last document of this source and branch: it opens what is not known, and changes nothing else".to_owned(),
            );
        } else if let Some(why) = covering.filter(|_| again) {
            remarks.push(format!("it closes nothing: {why}"));
        }
        for (why, count) in kept {
            let claims = if *count == 1 { "1 claim" } else { &format!("{count} claims") };
            remarks.push(format!("{claims} that it lacks stay open: {why}"));
        }
        if unknown > 0 {
            let statements = if unknown == 1 { "statement" } else { "statements" };
            remarks.push(format!(
                "{unknown} {statements} that something has ended or does not apply: what is meant is not known here"
            ));
        }
    }
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
