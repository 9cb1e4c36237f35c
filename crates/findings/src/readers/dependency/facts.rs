//! How is what a document says of itself handed on? Empty texts are not.

use crate::coverage::Target;
use crate::observation::Class;
use crate::readers::{told, words};
use crate::sink::{Fact, Sink, looked_at};

/// The tool, and its version where it is told.
pub fn tool(sink: &mut dyn Sink, name: &str, version: &str) {
    sink.fact(Fact::Tool(name.trim().to_owned()));
    if !version.trim().is_empty() {
        sink.fact(Fact::ToolVersion(version.trim().to_owned()));
    }
}

/// When it looked; what is no date is left out.
pub fn scanned(sink: &mut dyn Sink, text: &str) {
    looked_at(sink, text, words::when(text));
}

/// What it looked at.
pub fn target(sink: &mut dyn Sink, text: &str) {
    if !text.trim().is_empty() {
        sink.fact(Fact::Target(text.trim().to_owned()));
    }
}

/// The system and the processor that an image is for: under one name there is often one image for each, and what is
/// installed differs.
pub fn platform(sink: &mut dyn Sink, system: &str, processor: &str) {
    let parts = [system.trim(), processor.trim()].into_iter().filter(|part| !part.is_empty());
    told::setting(sink, "image platform", &parts.collect::<Vec<_>>().join("/").to_lowercase());
}

/// It looks for problems of packages and for nothing else.
pub fn only_packages(sink: &mut dyn Sink) {
    sink.fact(Fact::Kind(Class::Dependency));
}

/// It looked at packages that it names no place of: those of the run as a whole.
pub fn looked_at_all(sink: &mut dyn Sink) {
    sink.fact(Fact::LookedAmong(Target::run()));
}

/// How many records say «no problem».
pub fn passed(sink: &mut dyn Sink, count: u64) {
    if count > 0 {
        sink.fact(Fact::Passed(count));
    }
}

/// How many components are listed without a problem.
pub fn components(sink: &mut dyn Sink, count: u64) {
    if count > 0 {
        sink.fact(Fact::Components(count));
    }
}
