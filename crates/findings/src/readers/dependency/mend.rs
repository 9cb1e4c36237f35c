//! What did Mend (WhiteSource) find in libraries?
//!
//! The command line's JSON (`libraries[].vulnerabilities[]`), the alerts of its API (`vulnerabilities[].library`)
//! and of its platform's API 3 (`response[].component`). A WS- id is Mend's own.

use crate::format::Format;
use crate::observation::{Component, Standing};
use crate::readers::dependency::{context::Context, facts, fields, fields::Fields, packages};
use crate::sink::{Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Hit, Record};
use crate::walk::shape::Shape;

/// Mend's JSON.
pub const FORMAT: Format = Format { id: "mend", title: "Mend (WhiteSource) JSON", detects, read };

fn detects(shape: &Shape) -> bool {
    shape.all(&["projectVitals", "libraries"])
        || shape.any(&["vulnerabilities[].library.keyUuid", "vulnerabilities[].library.filename"])
        || (shape.has("response[].component.libraryType") && shape.has("response[].vulnerability"))
}

const PROBLEM: Fields = Fields {
    rule: "name|vulnerability.name",
    description: "description|vulnerability.description",
    remedy: "topFix.fixResolution|topFix.message",
    severity: "cvss3_severity|severity|vulnerability.severity",
    score: "scoreMetadataVector|cvss3_score|score|vulnerability.score",
    path: "locations[].path|component.path|library.localPath",
    references: "url|topFix.url|allFixes[].url",
    first_seen: "findingInfo.detectedAt",
    ..fields::NONE
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let library =
        ["type", "name", "artifactId", "groupId", "version"].map(|f| format!("libraries[].{f}"));
    let around: Vec<&str> = library
        .iter()
        .map(String::as_str)
        .chain(["projectVitals.name", "projectVitals.lastUpdatedDate"])
        .collect();
    let context = Context::of(source, &around, sink)?;
    facts::tool(sink, "Mend", "");
    facts::only_packages(sink);
    facts::target(sink, context.root_text("projectVitals.name"));
    facts::scanned(sink, context.root_text("projectVitals.lastUpdatedDate"));
    let patterns = ["libraries[].vulnerabilities[]", "vulnerabilities[]", "response[]"];
    json::walk(source, &patterns, sink, &mut |sink, hit| {
        let record = hit.record();
        let mut observation = PROBLEM.read(&record);
        observation.component = match hit.pattern {
            0 => of_context(&context, &hit),
            1 => library_of(record, "library", "type"),
            _ => library_of(record, "component", "libraryType"),
        };
        observation.target = project(record).into();
        if let Some(component) = &mut observation.component {
            component.fixed_in = fix(record);
        }
        let status = record.text("findingInfo.status");
        if matches!(status, "IGNORED" | "LIBRARY_REMOVED" | "SUPPRESSED") {
            observation.standing =
                if status == "LIBRARY_REMOVED" { Standing::Fixed } else { Standing::Suppressed };
            observation.standing_reason = status.into();
        }
        packages::hand_on(sink, hit.place(), observation)
    })?;
    Ok(())
}

fn project(record: Record<'_>) -> &str {
    match record.text("project") {
        "" => record.text("project.name"),
        name => name,
    }
}

fn of_context(context: &Context, hit: &Hit<'_>) -> Option<Component> {
    let field = |name: &str| context.text(hit, &format!("libraries[].{name}"));
    named(field("type"), field("groupId"), field("artifactId"), field("name"), field("version"))
}

fn library_of(record: Record<'_>, at: &str, kind: &str) -> Option<Component> {
    let field = |name: &str| record.text(&format!("{at}.{name}"));
    named(field(kind), field("groupId"), field("artifactId"), field("name"), field("version"))
}

/// Of files the artifact is the file («lru-cache-5.1.1.tgz») and the group is the package; of Maven the two
/// are the coordinates, unless the group is the file's name with its version.
fn named(word: &str, group: &str, artifact: &str, name: &str, version: &str) -> Option<Component> {
    let kind = kind(word);
    let versioned = |text: &str| !version.is_empty() && text.contains(version);
    let full = match kind {
        "maven" | ""
            if !group.is_empty()
                && !artifact.is_empty()
                && !versioned(group)
                && group != artifact =>
        {
            let artifact = artifact.strip_suffix(".jar").unwrap_or(artifact);
            let stem =
                artifact.strip_suffix(version).map_or(artifact, |stem| stem.trim_end_matches('-'));
            format!("{group}:{stem}")
        }
        _ if !group.is_empty() && !versioned(group) => group.to_owned(),
        _ => {
            let name = if name.is_empty() { artifact } else { name };
            name.strip_suffix(version).unwrap_or(name).trim_end_matches('-').to_owned()
        }
    };
    packages::component(
        "",
        if kind.is_empty() && full.contains(':') { "maven" } else { kind },
        &full,
        version,
        "",
    )
}

/// The purl type of Mend's word for a library type.
fn kind(word: &str) -> &'static str {
    match word.to_ascii_uppercase().as_str() {
        "NODE_PACKAGED_MODULE" | "JAVA_SCRIPT_LIBRARY" | "NPM" => "npm",
        "JAVA_ARCHIVE" | "MAVEN_ARTIFACT" => "maven",
        "PYTHON_PACKAGE" => "pypi",
        "GO_PACKAGE" => "golang",
        "RUBY_GEM" => "gem",
        "NUGET_PACKAGE_MODULE" | "DOT_NET_ASSEMBLY" | "DOT_NET_AS_GENERIC_RESOURCE" => "nuget",
        "PHP_PACKAGE" => "composer",
        "RUST_PACKAGE" => "cargo",
        "DEBIAN_PACKAGE" => "deb",
        "RPM_PACKAGE" | "RPM" => "rpm",
        "ALPINE_PACKAGE" => "apk",
        _ => "",
    }
}

/// The versions of «Upgrade to version commons-codec:commons-codec:1.13,github.com/a/b-v4.5.1».
fn fix(record: Record<'_>) -> Vec<String> {
    let text = record.text("topFix.fixResolution");
    let text = text.strip_prefix("Upgrade to version").unwrap_or(text).trim();
    let version = |part: &str| {
        let part = part.rsplit([':', '/', ' ']).next().unwrap_or(part);
        let at = part.rfind("-v").map_or(0, |at| at + 1);
        part.get(at..).unwrap_or(part).to_owned()
    };
    packages::versions(text)
        .iter()
        .map(|part| version(part))
        .filter(|v| v.contains(|c: char| c.is_ascii_digit()))
        .collect()
}
