//! What did Harbor's scanner find in an image?
//!
//! The API's report on vulnerabilities, by media type or alone (goharbor, «Scanner adapter API»).

use crate::format::Format;
use crate::readers::dependency::{context::Context, facts, fields, fields::Fields};
use crate::sink::{Sink, Stop};
use crate::source::Source;
use crate::walk::shape::Shape;

/// Harbor.
pub const FORMAT: Format =
    Format { id: "harbor", title: "Harbor vulnerability report", detects, read };

fn detects(shape: &Shape) -> bool {
    let types = [
        "application/vnd.scanner.adapter.vuln.report",
        "application/vnd.security.vulnerability.report",
    ];
    shape.paths.keys().any(|path| types.iter().any(|kind| path.starts_with(kind)))
        || shape.all(&["generated_at", "scanner.vendor", "vulnerabilities"])
}

const PROBLEM: Fields = Fields {
    rule: "id",
    description: "description",
    severity: "severity",
    score: "preferred_cvss.vector_v3|preferred_cvss.score_v3",
    cwes: "cwe_ids",
    name: "package",
    version: "version",
    fixed: "fix_version",
    references: "links",
    ..fields::NONE
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let around = [
        "*.generated_at",
        "*.scanner.name",
        "*.scanner.version",
        "generated_at",
        "scanner.name",
        "scanner.version",
    ];
    let context = Context::of(source, &around, sink)?;
    facts::tool(sink, &format!("Harbor {}", context.any_text("name")), context.any_text("version"));
    facts::only_packages(sink);
    facts::scanned(sink, context.any_text("generated_at"));
    let patterns = ["*.vulnerabilities[]", "vulnerabilities[]"];
    fields::read_json(source, sink, &patterns, &PROBLEM, &|_, _| {})
}
