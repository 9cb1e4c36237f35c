//! Fortify: result archives (FPR), their FVDL, and the XML reports of Audit Workbench and of WebInspect.
//!
//! The instance id stays with an issue from scan to scan. What the auditors said stands beside the FVDL in
//! `audit.xml` of the archive.

mod audit;
mod fvdl;
mod report;

use crate::format::Format;
use crate::sink::{Sink, Stop};
use crate::source::Source;

/// The member of an archive with the issues.
const ISSUES: &str = "audit.fvdl";
/// The member with the auditors' words.
const WORDS: &str = "audit.xml";

/// A result archive.
pub const FPR: Format = Format {
    id: "fortify-fpr",
    title: "Fortify FPR",
    detects: |shape| shape.member(ISSUES),
    read: read_archive,
};
/// The issues alone.
pub const FVDL: Format = Format {
    id: "fortify-fvdl",
    title: "Fortify FVDL",
    detects: |shape| shape.has("FVDL"),
    read: |source, sink| fvdl::read(source, &audit::Words::default(), sink),
};
pub use report::{REPORT, WEBINSPECT};

fn read_archive(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let words = if source.members()?.iter().any(|member| member == WORDS) {
        audit::read(&mut source.member(WORDS)?, sink)?
    } else {
        audit::Words::default()
    };
    fvdl::read(&mut source.member(ISSUES)?, &words, sink)
}
