//! How is a record of static analysis handed on? The ends that its readers share.

use vocab::Instant;

use crate::observation::Observation;
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop, looked_at};

use super::site;

/// Longest title made out of a message.
const MAX_HEADLINE: usize = 160;

/// Hands a claim on: code that shows a credential is taken out, a missing title is filled from the rule or
/// the id. Without a rule, a title and an id nobody could know the problem again, so it is dropped.
///
/// # Errors
/// When the taker wants no more.
pub fn keep(sink: &mut dyn Sink, mut observation: Observation) -> Result<(), Stop> {
    for text in [&mut observation.title, &mut observation.description, &mut observation.remedy] {
        *text = text.trim().to_owned();
    }
    if observation.title.is_empty() {
        let id = observation.ids.first().cloned();
        observation.title = [headline(&observation.description), &observation.rule]
            .into_iter()
            .find(|text| !text.is_empty())
            .map_or_else(|| id.unwrap_or_default(), str::to_owned);
    }
    if observation.rule.is_empty() && observation.title.is_empty() && observation.tool_id.is_empty()
    {
        sink.dropped(&observation.place, "a record without a rule, a title and an id");
        return Ok(());
    }
    site::hide_credentials(&mut observation);
    sink.observation(observation)
}

/// The title of a published problem in a package; empty without its id.
pub fn in_package(id: &str, package: &str) -> String {
    if id.is_empty() { String::new() } else { format!("{id} in {package}") }
}

/// Tells a fact when there is a text for it.
pub fn tell(sink: &mut dyn Sink, fact: fn(String) -> Fact, text: &str) {
    let text = text.trim();
    if !text.is_empty() {
        sink.fact(fact(text.to_owned()));
    }
}

/// Tells when the tool looked, where the text is an instant; also written out as in `Sunday, February 25,
/// 2018 11:35:52 AM`.
pub fn scanned_at(sink: &mut dyn Sink, text: &str) {
    looked_at(sink, text, words::when(text).or_else(|| written_out(text)));
}

fn written_out(text: &str) -> Option<Instant> {
    let civil = jiff::civil::DateTime::strptime("%A, %B %d, %Y %I:%M:%S %p", text.trim()).ok()?;
    civil.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

/// A title out of a message: its first line, and of a long one the first sentence.
pub fn headline(text: &str) -> &str {
    let line = site::first_line(text);
    let end = (line.len() > MAX_HEADLINE).then(|| line.find(". ")).flatten();
    line.get(..end.unwrap_or(line.len())).unwrap_or(line)
}
