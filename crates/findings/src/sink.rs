//! Where does a reader put what it reads?
//!
//! A reader streams: it hands each record on as soon as it has it and keeps none. [`Sink`] takes the
//! observations, what was dropped and why, and the [`Fact`]s about the document as they are met.

use vocab::Instant;

use crate::coverage::{Filter, Target};
use crate::observation::{Class, Observation};

/// Something about the document as a whole; later facts of the same kind win unless they are lists.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// The tool's name.
    Tool(String),
    /// The tool's version, or that of its rules.
    ToolVersion(String),
    /// When it looked.
    ScannedAt(Instant),
    /// A time that it tells and that does not read, in its own words.
    Untimely(String),
    /// What it looked at, in its own words: an image, a path, an address.
    Target(String),
    /// The commit that was scanned.
    Revision(String),
    /// The branch that was scanned.
    Branch(String),
    /// A rule that was active, whether or not it found something. Once one is told, all are.
    ActiveRule(String),
    /// The run failed or was partial, says the document itself; the reason.
    Incomplete(String),
    /// It is not whole, and all that it did not look at is told by [`Fact::Missed`] and [`Fact::NotEvaluated`]; what is
    /// missing, for people.
    InPart(String),
    /// A package of which it says nothing wherever it stands (`npm/left-pad`, lower case).
    NotEvaluated(String),
    /// Records that say «no problem» (a passed check, a host without findings): a count.
    Passed(u64),
    /// Components that the document lists without a problem (a bill of materials): a count.
    Components(u64),
    /// What follows, facts and observations, belongs to this run: the tool's name and the category (SARIF
    /// `automationDetails.id` up to its last slash, §3.17.3; empty without). A document of one run tells none. A run
    /// that was told before goes on.
    Run {
        /// The tool's name.
        tool: String,
        /// The category; empty when the run has none.
        category: String,
    },
    /// The digest of the image that it looked at (`sha256:…`).
    Digest(String),
    /// One thing that it looked at, with or without findings. Once one of a kind is told, all of that kind are.
    Looked(Target),
    /// One thing that it visibly looked at; the document does not tell all of that kind.
    LookedAmong(Target),
    /// One thing that it was asked to look at and could not: a host that did not answer, a file that was skipped.
    Missed(Target),
    /// It could not look at files that lie beside this one, in the same folder, and that it does not tell of: a lock file
    /// that is not there any more.
    MissedBeside(Target),
    /// It looked at this host, site or unit signed in, or says that it did not.
    SignedIn(Target, bool),
    /// Ports that it looked at on every host: protocol (empty for any), first, last.
    Ports(String, u16, u16),
    /// A kind of problem that it was asked for. Once one is told, all are.
    Kind(Class),
    /// A kind that it visibly looked for; the document does not tell all.
    KindAmong(Class),
    /// A rule that was switched off.
    InactiveRule(String),
    /// Every active rule was told, those without findings too: what is not told was not active.
    AllRules,
    /// The version of its rules, feed or plugins, where that is not the tool's own.
    RulesVersion(String),
    /// What it was told not to show. [`Filter::None`] where it says that it hides nothing.
    Filter(Filter),
    /// A part of its configuration: name (`policy`, `command`, `rules`) and value. Another value is another configuration.
    Setting(&'static str, String),
    /// It writes no more places of this rule than it did: the list is cut. Empty: of any rule.
    Capped(String),
    /// The rule looked here and found nothing (SARIF `kind: pass`).
    PassedAt(String, Target),
    /// The rule was not evaluated here, or not to the end: it did not apply, was skipped, failed, was left to people. Of
    /// the run as a whole ([`Target::run`]): nowhere, or nobody knows where.
    NotRunAt(String, Target),
    /// The tool's option of severities is a list and no bound, and so is that of statuses: a claim shows only that others
    /// of the same rating are not left out.
    RatedApart,
    /// It says that it ended well, with its rules told.
    Succeeded,
}

/// The first instant at which a scanner may have looked. Before it lie the defaults of languages (.NET's and Go's
/// year 1, 1970) and clocks that were never set: whoever takes such a time treats it as not told.
pub const EARLIEST: Instant = Instant::constant(631_152_000, 0);

/// Tells when the document's tool looked; a time that does not read is told too.
pub fn looked_at(sink: &mut dyn Sink, text: &str, at: Option<Instant>) {
    match at {
        Some(at) => sink.fact(Fact::ScannedAt(at)),
        None => untimely(sink, text),
    }
}

/// Tells of a time that does not read; an empty text is none.
pub fn untimely(sink: &mut dyn Sink, text: &str) {
    let text = text.trim();
    if !text.is_empty() {
        sink.fact(Fact::Untimely(text.chars().take(64).collect()));
    }
}

/// Takes what a reader reads.
pub trait Sink {
    /// A claim. The reader stops when this says so.
    ///
    /// # Errors
    /// [`Stop::Taker`] when the taker wants no more.
    fn observation(&mut self, observation: Observation) -> Result<(), Stop>;
    /// A record that could not be used: where it stands and why. The rest goes on.
    fn dropped(&mut self, place: &str, why: &str);
    /// Something about the document.
    fn fact(&mut self, fact: Fact);
    /// A place in which records of the format lie was met. Walkers say it of the lists and maps that their patterns
    /// name; a reader says it of what shows that a report is whole though it has none of them.
    fn met(&mut self, _met: Met) {}
}

/// What shows that a document without a claim was read all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Met {
    /// A list or map of records, with nothing in it.
    Empty,
    /// A list or map with something in it.
    Filled,
    /// Nothing is known of containers: the lines of a text, documents that are one record each.
    Anything,
}

/// Why reading ended early. What was handed on before stands; the document is incomplete.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// The document is broken or past a bound here.
    #[error("{place}: {what}")]
    Broken {
        /// Line and column, or a path inside the document.
        place: String,
        /// What was met and what was expected.
        what: String,
    },
    /// The bytes could not be read.
    #[error("the document could not be read")]
    Io(#[source] std::io::Error),
    /// The taker wants no more.
    #[error("stopped by the taker")]
    Taker,
}

impl Stop {
    /// A broken place.
    pub fn broken(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self::Broken { place: place.into(), what: what.into() }
    }
}

/// A sink that keeps everything; for tests and small documents.
#[derive(Debug, Default)]
pub struct Kept {
    /// The claims, in the document's order.
    pub observations: Vec<Observation>,
    /// Place and reason.
    pub dropped: Vec<(String, String)>,
    /// What was said of the document.
    pub facts: Vec<Fact>,
}

impl Sink for Kept {
    fn observation(&mut self, mut observation: Observation) -> Result<(), Stop> {
        observation.settle();
        self.observations.push(observation);
        Ok(())
    }

    fn dropped(&mut self, place: &str, why: &str) {
        self.dropped.push((place.to_owned(), why.to_owned()));
    }

    fn fact(&mut self, fact: Fact) {
        self.facts.push(fact);
    }
}

/// Everything that a reader told, in its order; it can be told again.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Recorded {
    /// What was told.
    pub told: Vec<Told>,
}

/// One thing that a reader tells.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// A claim.
    Observation(Box<Observation>),
    /// A record that could not be used: place and reason.
    Dropped(String, String),
    /// Something about the document.
    Fact(Fact),
}

impl Recorded {
    /// Tells it again.
    ///
    /// # Errors
    /// [`Stop::Taker`] when the taker wants no more.
    pub fn tell(&self, sink: &mut dyn Sink) -> Result<(), Stop> {
        for told in &self.told {
            match told {
                Told::Observation(observation) => sink.observation((**observation).clone())?,
                Told::Dropped(place, why) => sink.dropped(place, why),
                Told::Fact(fact) => sink.fact(fact.clone()),
            }
        }
        Ok(())
    }

    /// Its claims, in their order.
    pub fn observations(&self) -> impl Iterator<Item = &Observation> {
        self.told.iter().filter_map(|told| match told {
            Told::Observation(observation) => Some(&**observation),
            _ => None,
        })
    }

    /// Its claims, to be changed.
    pub fn observations_mut(&mut self) -> impl Iterator<Item = &mut Observation> {
        self.told.iter_mut().filter_map(|told| match told {
            Told::Observation(observation) => Some(&mut **observation),
            _ => None,
        })
    }
}

impl Sink for Recorded {
    fn observation(&mut self, observation: Observation) -> Result<(), Stop> {
        self.told.push(Told::Observation(Box::new(observation)));
        Ok(())
    }

    fn dropped(&mut self, place: &str, why: &str) {
        self.told.push(Told::Dropped(place.to_owned(), why.to_owned()));
    }

    fn fact(&mut self, fact: Fact) {
        self.told.push(Told::Fact(fact));
    }
}
