//! What did Clair find in images?
//!
//! The reports of clair-scanner (`vulnerabilities[].featurename`) and of klar (`Vulnerabilities` by severity).

use crate::format::Format;
use crate::readers::dependency::{context::Context, facts, fields, fields::Fields};
use crate::sink::{Sink, Stop};
use crate::source::Source;

/// clair-scanner.
pub const SCANNER: Format = Format {
    id: "clair-scanner",
    title: "clair-scanner JSON",
    detects: |shape| shape.all(&["image", "unapproved", "vulnerabilities"]),
    read: read_scanner,
};
/// klar.
pub const KLAR: Format = Format {
    id: "klar",
    title: "klar (Clair) JSON",
    detects: |shape| shape.all(&["LayerCount", "Vulnerabilities"]),
    read: read_klar,
};

const OF_SCANNER: Fields = Fields {
    rule: "vulnerability",
    description: "description",
    severity: "severity",
    kind: "namespace",
    name: "featurename",
    version: "featureversion",
    fixed: "fixedby",
    references: "link",
    ..fields::NONE
};
const OF_KLAR: Fields = Fields {
    rule: "Name",
    description: "Description",
    severity: "Severity",
    kind: "NamespaceName",
    name: "FeatureName",
    version: "FeatureVersion",
    fixed: "FixedBy",
    references: "Link",
    ..fields::NONE
};

fn read_scanner(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let context = Context::of(source, &["image"], sink)?;
    facts::tool(sink, "clair-scanner", "");
    facts::only_packages(sink);
    facts::target(sink, context.root_text("image"));
    fields::read_json(source, sink, &["vulnerabilities[]"], &OF_SCANNER, &|_, _| {})
}

fn read_klar(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    facts::tool(sink, "klar", "");
    facts::only_packages(sink);
    fields::read_json(source, sink, &["Vulnerabilities.*[]"], &OF_KLAR, &|_, _| {})
}
