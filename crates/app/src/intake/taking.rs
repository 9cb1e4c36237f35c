//! How does an observation come from the reader to the stage?
//!
//! In: what a reader hands on. Out: of each run in the document, staged claims with their identity, what was told of
//! it, what it covers, what was dropped. Each observation is settled, its secrets are blanked, its identity computed,
//! and then it is on disk: nothing here grows with the document but sets of targets, rules and ids, which are bounded.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};

use findings::coverage::{Coverage, Filter, MAX_PLACES};
use findings::identity::{How, Identity, Key, Knowledge, aliases_told, identify, to_be_checked};
use findings::observation::Observation;
use findings::{Fact, Sink, Stop};
use intel::IndexError;
use ledger::{LedgerError, Stage, Staged};
use serde::{Deserialize, Serialize};
use vocab::Instant;
use xxhash_rust::xxh3::xxh3_64;

use super::import::Progress;
use super::redact::{Known, Values, redact};
use super::timing::Timing;

/// Most dropped records that are named; the rest is counted.
pub const MAX_DROPPED: usize = 1_000;
/// Most runs of one document that are told apart; those beyond them end nothing.
pub const MAX_RUNS: usize = 64;
/// Most ids of which a document's own aliases are remembered.
const MAX_ALIASES: usize = 200_000;
/// Most bytes of one staged observation; what explains is left out before what identifies.
const MAX_BODY: usize = 256 << 10;
/// Longest snippet kept.
const MAX_SNIPPET: usize = 4 << 10;
/// Observations between two reports of progress.
const STEP: u64 = 500;

/// A claim while it waits on the stage.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Waiting {
    /// What was read, secrets blanked.
    pub(crate) observation: Observation,
    /// Rule, key in hexadecimal, and the fact in words.
    pub(crate) links: Vec<(String, String, String)>,
    /// The alias group as far as it is known.
    pub(crate) ids: Vec<String>,
}

/// What a run says of itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told {
    pub(crate) tools: BTreeSet<String>,
    /// SARIF's category; empty without.
    pub(crate) category: String,
    pub(crate) tool_version: String,
    pub(crate) scanned_at: Option<Instant>,
    pub(crate) target: String,
    pub(crate) branch: String,
    pub(crate) incomplete: Vec<String>,
    /// What it did not look at, where all of that is told by place.
    pub(crate) in_part: Vec<String>,
    /// How many times it tells that are not believed, and the first of them.
    pub(crate) untimely: (u64, String),
}

impl Told {
    /// The time, unless it lies before scanners were; then it counts as not told.
    fn timely(&mut self, at: Instant) -> Option<Instant> {
        if at >= findings::sink::EARLIEST {
            return Some(at);
        }
        self.untimely(at.to_string());
        None
    }

    fn untimely(&mut self, text: String) {
        if self.untimely.0 == 0 {
            self.untimely.1 = text;
        }
        self.untimely.0 += 1;
    }
}

/// Ids that the document itself calls aliases of each other.
#[derive(Debug, Default)]
pub(crate) struct Aliases {
    set_of: HashMap<String, usize>,
    sets: Vec<Vec<String>>,
}

impl Aliases {
    fn of(&self, id: &str) -> &[String] {
        let set = self.set_of.get(id).and_then(|set| self.sets.get(*set));
        set.map_or(&[], Vec::as_slice)
    }

    fn join(&mut self, ids: &[String]) {
        if ids.len() < 2 || self.set_of.len() + ids.len() > MAX_ALIASES {
            return;
        }
        let mut old: Vec<usize> =
            ids.iter().filter_map(|id| self.set_of.get(id).copied()).collect();
        old.sort_unstable();
        old.dedup();
        let mut joined: BTreeSet<String> = ids.iter().cloned().collect();
        for set in &old {
            joined.extend(self.sets.get_mut(*set).map(std::mem::take).unwrap_or_default());
        }
        let set = old.first().copied().unwrap_or(self.sets.len());
        if set == self.sets.len() {
            self.sets.push(Vec::new());
        }
        for id in &joined {
            self.set_of.insert(id.clone(), set);
        }
        if let Some(slot) = self.sets.get_mut(set) {
            *slot = joined.into_iter().collect();
        }
    }
}

/// Whom to tell how far it is.
pub(crate) type Tell<'a> = &'a mut dyn FnMut(Progress);

/// What was read of one run.
pub(crate) struct Taken {
    pub(crate) stage: Stage,
    pub(crate) told: Told,
    pub(crate) coverage: Coverage,
    pub(crate) observations: u64,
    /// Whether one of them names a published problem.
    pub(crate) published: bool,
    pub(crate) dropped: u64,
    /// Of them the first, with place and reason.
    pub(crate) named: Vec<(String, String)>,
}

impl Taken {
    fn new() -> Result<Self, LedgerError> {
        Ok(Self {
            stage: Stage::new()?,
            told: Told::default(),
            coverage: Coverage::default(),
            observations: 0,
            published: false,
            dropped: 0,
            named: Vec::new(),
        })
    }
}

/// The sink of an import.
pub(crate) struct Taking<'a> {
    /// The document's runs; one where it tells of none.
    pub(crate) runs: Vec<Taken>,
    /// Tool and category of each run that was told, with its place in `runs`.
    told: Vec<(String, String)>,
    /// The run that is read now.
    at: usize,
    read: u64,
    secrets: &'a [u8; 32],
    timing: &'a Timing<'a>,
    /// Aliases out of an earlier pass over the same document.
    known: Option<Aliases>,
    /// Aliases met in this pass.
    pub(crate) met: Aliases,
    /// What the document declares as secrets, out of an earlier pass; and what was met in this one.
    values: Known,
    pub(crate) declared: Values,
    /// Of each id, by which group it was identified: two groups mean that one knew less than the other.
    used: HashMap<u64, u64>,
    /// Some id was identified before its aliases were met.
    pub(crate) too_early: bool,
    memo: RefCell<HashMap<String, Vec<String>>>,
    damaged: RefCell<Option<IndexError>>,
    pub(crate) failed: Option<LedgerError>,
    tell: Tell<'a>,
}

impl<'a> Taking<'a> {
    pub(crate) fn new(
        secrets: &'a [u8; 32],
        timing: &'a Timing<'a>,
        known: Option<(Aliases, Known)>,
        tell: Tell<'a>,
    ) -> Result<Self, LedgerError> {
        let (known, values) = known.unzip();
        Ok(Self {
            runs: vec![Taken::new()?],
            told: Vec::new(),
            at: 0,
            read: 0,
            secrets,
            timing,
            known,
            met: Aliases::default(),
            values: values.unwrap_or_default(),
            declared: Values::default(),
            used: HashMap::new(),
            too_early: false,
            memo: RefCell::default(),
            damaged: RefCell::default(),
            failed: None,
            tell,
        })
    }

    /// The index turned out to be damaged.
    pub(crate) fn damaged(&self) -> Option<IndexError> {
        self.damaged.borrow_mut().take()
    }

    fn aliases(&self, id: &str) -> Vec<String> {
        if let Some(known) = self.memo.borrow().get(id) {
            return known.clone();
        }
        let mut ids: BTreeSet<String> = BTreeSet::new();
        let own = self.known.as_ref().map_or(&[][..], |known| known.of(id));
        for id in own.iter().map(String::as_str).chain([id]) {
            match self.timing.aliases(id) {
                Ok(found) => ids.extend(found),
                Err(error) => {
                    *self.damaged.borrow_mut() = Some(error);
                    ids.insert(id.to_owned());
                }
            }
        }
        let ids: Vec<String> = ids.into_iter().collect();
        let mut memo = self.memo.borrow_mut();
        if memo.len() >= 10_000 {
            memo.clear();
        }
        memo.insert(id.to_owned(), ids.clone());
        ids
    }

    /// Remembers by which group each id was identified.
    fn watch(&mut self, observation: &Observation, identity: &Identity) {
        // An advisory that bundles problems is no alias of them, and several CVEs are none of one another.
        self.met.join(&aliases_told(observation));
        let group = xxh3_64(identity.ids.join("\n").as_bytes());
        for id in &observation.ids {
            let id = xxh3_64(id.as_bytes());
            if self.used.len() < MAX_ALIASES || self.used.contains_key(&id) {
                self.too_early |= *self.used.entry(id).or_insert(group) != group;
            }
        }
    }

    /// Turns to the run of this tool and category; a new one where none was told before.
    fn turn(&mut self, tool: String, category: String) -> Result<(), LedgerError> {
        let tool = super::tools::canonical(&tool);
        let told = self.told.iter().position(|(t, c)| *t == tool && *c == category);
        if let Some(at) = told {
            self.at = at;
            return Ok(());
        }
        // What was told before the first run is of the first.
        if !self.told.is_empty() {
            if self.runs.len() >= MAX_RUNS {
                let run = self.run();
                let why = format!("it holds more than {MAX_RUNS} runs, which are not told apart");
                if !run.told.incomplete.contains(&why) {
                    run.told.incomplete.push(why);
                }
                return Ok(());
            }
            self.runs.push(Taken::new()?);
        }
        self.at = self.runs.len() - 1;
        let run = self.run();
        run.told.tools.extend(Some(tool.clone()).filter(|tool| !tool.is_empty()));
        run.told.category.clone_from(&category);
        self.told.push((tool, category));
        Ok(())
    }

    fn run(&mut self) -> &mut Taken {
        let at = self.at.min(self.runs.len() - 1);
        &mut self.runs[at]
    }

    /// Claims read so far, of all runs.
    pub(crate) fn observations(&self) -> u64 {
        self.read
    }

    fn put(&mut self, observation: Observation) -> Result<(), LedgerError> {
        let aliases = |id: &str| self.aliases(id);
        let knowledge = Knowledge { secrets: self.secrets, aliases: &aliases };
        let identity = identify(&observation, &knowledge);
        self.watch(&observation, &identity);
        let former: Vec<[u8; 16]> = identity.former.iter().map(|of| of.bucket.0).collect();
        let names = identity.known_by().into_iter();
        let names = names.map(|name| (name.key.0, to_be_checked(name.how))).collect();
        let bytes = |key: Key| key.0;
        let links = identity.links.iter();
        let links =
            links.map(|(rule, key, fact)| (rule.as_str().to_owned(), key.hex(), fact.clone()));
        let trusted = identity.names.first().is_some_and(|name| name.how == How::ToolId);
        let path = observation.locations.first().map(|l| l.path.clone()).unwrap_or_default();
        // As the ledger keeps it: a published problem of a package has no rule of the tool.
        let published =
            observation.class == findings::Class::Dependency && !observation.ids.is_empty();
        let rule = if published { String::new() } else { observation.rule.clone() };
        let waiting = Waiting { links: links.collect(), ids: identity.ids, observation };
        let run = self.run();
        run.stage.put(&Staged {
            ordinal: i64::try_from(run.observations).unwrap_or(i64::MAX),
            names,
            tuple: identity.tuple.0,
            apart: identity.apart.0,
            bucket: identity.bucket.0,
            content: identity.content.map(bytes),
            moved: identity.moved.map(bytes),
            line: identity.line,
            digest: identity.digest.0,
            double: identity.double.0,
            trusted,
            path,
            rule,
            former,
            body: body(waiting)?,
        })
    }
}

impl Sink for Taking<'_> {
    fn observation(&mut self, mut observation: Observation) -> Result<(), Stop> {
        observation.clean();
        redact(&mut observation, &self.values, &mut self.declared);
        observation.settle();
        for location in &mut observation.locations {
            cut(&mut location.snippet, MAX_SNIPPET);
        }
        let run = self.run();
        observation.first_seen = observation.first_seen.and_then(|at| run.told.timely(at));
        run.coverage.saw(&observation);
        run.observations += 1;
        run.published |= !observation.ids.is_empty();
        self.read += 1;
        if let Err(error) = self.put(observation) {
            self.failed = Some(error);
            return Err(Stop::Taker);
        }
        if self.read.is_multiple_of(STEP) {
            (self.tell)(Progress::Read(self.read));
        }
        Ok(())
    }

    fn dropped(&mut self, place: &str, why: &str) {
        let (place, why) = (self.values.clean(place.to_owned()), self.values.clean(why.to_owned()));
        let run = self.run();
        run.dropped += 1;
        if run.named.len() < MAX_DROPPED {
            run.named.push((place, why));
        }
    }

    fn fact(&mut self, fact: Fact) {
        // What a document tells of itself becomes the names of assets and sources, and stays in the record.
        let values = std::mem::take(&mut self.values);
        self.told_of(fact, &|text: String| values.clean(text));
        self.values = values;
    }
}

impl Taking<'_> {
    fn told_of(&mut self, fact: Fact, clean: &dyn Fn(String) -> String) {
        if let Fact::Run { tool, category } = fact {
            if let Err(error) = self.turn(clean(tool), clean(category)) {
                self.failed = Some(error);
            }
            return;
        }
        let run = self.run();
        let told = &mut run.told;
        match fact {
            Fact::Tool(name) if !name.trim().is_empty() && told.tools.len() < 20 => {
                told.tools.insert(super::tools::canonical(&clean(name)));
            }
            Fact::ToolVersion(version) => told.tool_version = clean(version),
            // Of several times in one run the latest counts.
            Fact::ScannedAt(at) => told.scanned_at = told.scanned_at.max(told.timely(at)),
            Fact::Untimely(text) => told.untimely(clean(text)),
            Fact::Target(target) => {
                told.target = clean(target);
                run.coverage.subject(&told.target);
            }
            Fact::Branch(branch) => told.branch = clean(branch),
            Fact::InPart(what) => {
                if told.in_part.len() < 100 {
                    told.in_part.push(clean(what));
                }
            }
            Fact::Incomplete(why) => {
                if told.incomplete.len() < 100 {
                    told.incomplete.push(clean(why));
                }
            }
            Fact::Setting(name, value) => run.coverage.tell(&Fact::Setting(name, clean(value))),
            Fact::Filter(Filter::Other(words)) => {
                run.coverage.tell(&Fact::Filter(Filter::Other(clean(words))));
            }
            other => run.coverage.tell(&other),
        }
    }
}

/// The claim as JSON, within its bound.
fn body(mut waiting: Waiting) -> Result<String, LedgerError> {
    let json = |waiting: &Waiting| {
        let unfit = |error: serde_json::Error| LedgerError::Unfit(error.to_string());
        serde_json::to_string(waiting).map_err(unfit)
    };
    let mut text = json(&waiting)?;
    let shorten: [fn(&mut Observation); 3] = [
        |o| {
            o.description.clear();
            o.remedy.clear();
            o.references.clear();
        },
        |o| {
            o.locations.iter_mut().for_each(|l| l.snippet.clear());
            o.mentions.truncate(100);
        },
        |o| {
            // The ground of the claim is each of its files: what is left out has to show that there are more.
            let mut met = HashSet::new();
            o.locations.retain(|location| met.insert(location.path.clone()));
            o.locations.iter_mut().for_each(|location| location.symbol.clear());
            o.locations.truncate(MAX_PLACES + 1);
            o.frames.truncate(50);
            o.fingerprints.truncate(10);
        },
    ];
    for shorten in shorten {
        if text.len() <= MAX_BODY {
            return Ok(text);
        }
        shorten(&mut waiting.observation);
        text = json(&waiting)?;
    }
    Ok(text)
}

fn cut(text: &mut String, most: usize) {
    if text.len() > most {
        let end = (0..=most).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
        text.push('…');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_join_over_several_records() {
        let mut aliases = Aliases::default();
        let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        aliases.join(&ids(&["a", "b"]));
        aliases.join(&ids(&["c", "d"]));
        assert_eq!(aliases.of("a"), ids(&["a", "b"]));
        aliases.join(&ids(&["d", "b"]));
        assert_eq!(aliases.of("a"), ids(&["a", "b", "c", "d"]));
        assert_eq!(aliases.of("c"), aliases.of("b"));
        aliases.join(&ids(&["alone"]));
        assert_eq!(aliases.of("alone"), ids(&[]));
    }

    #[test]
    fn a_body_keeps_its_bound() {
        let location = |n: usize| findings::observation::Location {
            path: format!("{n}"),
            snippet: "x".repeat(MAX_SNIPPET),
            ..Default::default()
        };
        let observation = Observation {
            title: "t".to_owned(),
            locations: (0..900).map(location).collect(),
            ..Observation::default()
        };
        let waiting = Waiting { observation, links: Vec::new(), ids: Vec::new() };
        let text = body(waiting).expect("JSON");
        assert!(text.len() <= MAX_BODY, "{}", text.len());
        assert!(text.contains("\"899\""), "places stay where they fit");
        let location = |n: usize| findings::observation::Location {
            path: format!("{n}/{}", "p".repeat(2_000)),
            ..Default::default()
        };
        // The first file has as many lines as there are files in all.
        let lines = (0..900).map(|_| location(0));
        let locations = lines.chain((0..900).map(location)).collect();
        let observation = Observation { locations, ..Observation::default() };
        let waiting = Waiting { observation, links: Vec::new(), ids: Vec::new() };
        let text = body(waiting).expect("JSON");
        let kept: Waiting = serde_json::from_str(&text).expect("a claim");
        let ground = findings::coverage::ground(&[kept.observation], "", "");
        assert!(ground.more && ground.places.len() == MAX_PLACES, "that there are more is shown");
    }
}
