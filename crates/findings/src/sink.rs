//! Where does a reader put what it reads?
//!
//! A reader streams: it hands each record on as soon as it has it and keeps none. [`Sink`] takes the
//! observations, what was dropped and why, and the [`Fact`]s about the document as they are met.

use vocab::Instant;

use crate::observation::Observation;

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
    /// Records that say «no problem» (a passed check, a host without findings): a count.
    Passed(u64),
    /// Components that the document lists without a problem (a bill of materials): a count.
    Components(u64),
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
