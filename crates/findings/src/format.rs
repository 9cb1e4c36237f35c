//! Which formats are there, and which of them is this?
//!
//! A [`Format`] is a row: an id for `--format`, a title, a test of the document's shape, and the reader. The
//! list is [`formats()`]; each row stands in the file of its reader. Recognition is by content alone: file
//! names lie. No two formats may claim the same document (a test over the corpus holds that).

use std::collections::HashSet;

use crate::observation::Observation;
use crate::readers;
use crate::sink::{Fact, Met, Sink, Stop};
use crate::source::Source;
use crate::walk::shape::{HEAD, LONG_HEAD, Shape};

/// A format that can be read.
pub struct Format {
    /// For `--format` and in the ledger; never changes (`trivy`, `nessus-csv`).
    pub id: &'static str,
    /// For people (`Trivy JSON`).
    pub title: &'static str,
    /// Whether a document with this shape is one.
    pub detects: fn(&Shape) -> bool,
    /// Reads one; [`Format::read`] is what others call.
    pub(crate) read: fn(&mut Source<'_>, &mut dyn Sink) -> Result<(), Stop>,
}

impl Format {
    /// Reads a document as this format. A document out of which nothing is read and in which none of the format's
    /// containers was met is not clean: it is an error page, a page of settings, another tool's report. It is
    /// called incomplete.
    ///
    /// # Errors
    /// When the document is broken, cannot be read, or the taker wants no more.
    pub fn read(&self, source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
        let mut watch = Watch {
            sink,
            incomplete: HashSet::new(),
            told: false,
            counted: false,
            empty: false,
            filled: false,
            anything: false,
        };
        (self.read)(source, &mut watch)?;
        let Watch { told, counted, empty, filled, anything, .. } = watch;
        if told {
            return Ok(());
        }
        let fits = self.fits(source)?;
        // Somebody who names the format knows it: an empty list of it is whole, but for one of another tool.
        let none_found = empty && !filled && !counted && (fits || recognise(source)?.is_none());
        if none_found || fits && (counted || filled || anything) {
            return Ok(());
        }
        let why = format!("nothing in the document is what a report of «{}» holds", self.title);
        sink.fact(Fact::Incomplete(why));
        Ok(())
    }

    /// Whether a document is of this format by its content.
    fn fits(&self, source: &mut Source<'_>) -> Result<bool, Stop> {
        for head in [HEAD, LONG_HEAD] {
            if (self.detects)(&Shape::of(source, head)?) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Hands on, and notes whether there was anything.
struct Watch<'s> {
    sink: &'s mut dyn Sink,
    /// Reasons that were told: a document that is walked twice says them twice.
    incomplete: HashSet<String>,
    /// A claim, a record that could not be used, a reason why it is not whole.
    told: bool,
    /// Records without a problem.
    counted: bool,
    empty: bool,
    filled: bool,
    anything: bool,
}

impl Sink for Watch<'_> {
    fn observation(&mut self, observation: Observation) -> Result<(), Stop> {
        self.told = true;
        self.sink.observation(observation)
    }

    fn dropped(&mut self, place: &str, why: &str) {
        self.told = true;
        self.sink.dropped(place, why);
    }

    fn fact(&mut self, fact: Fact) {
        self.told |= matches!(fact, Fact::Incomplete(_));
        self.counted |= matches!(fact, Fact::Passed(1..) | Fact::Components(1..));
        let again = match &fact {
            Fact::Incomplete(why) if self.incomplete.len() < 100 => {
                !self.incomplete.insert(why.clone())
            }
            Fact::Incomplete(why) => self.incomplete.contains(why),
            _ => false,
        };
        if !again {
            self.sink.fact(fact);
        }
    }

    fn met(&mut self, met: Met) {
        match met {
            Met::Empty => self.empty = true,
            Met::Filled => self.filled = true,
            Met::Anything => self.anything = true,
        }
        self.sink.met(met);
    }
}

impl std::fmt::Debug for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}

/// All formats, the most specific first.
pub fn formats() -> impl Iterator<Item = &'static Format> {
    readers::ALL.iter().flat_map(|group| group.iter().copied())
}

/// The format of that id.
pub fn by_id(id: &str) -> Option<&'static Format> {
    formats().find(|format| format.id.eq_ignore_ascii_case(id))
}

/// The format of a document; `None` when nothing fits. A document whose first megabyte does not tell is
/// looked at further.
///
/// # Errors
/// When the bytes cannot be read.
pub fn recognise(source: &mut Source<'_>) -> Result<Option<&'static Format>, Stop> {
    for head in [HEAD, LONG_HEAD] {
        let shape = Shape::of(source, head)?;
        if let Some(format) = formats().find(|format| (format.detects)(&shape)) {
            return Ok(Some(format));
        }
    }
    Ok(None)
}
