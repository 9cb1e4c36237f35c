//! What did Aqua's scanner find in images?
//!
//! The scanner's JSON (`resources[].vulnerabilities[]`, also inside `[].results`), the older API (`cves[]`) and the
//! second API (`result[]`). Sensitive data and malware that it finds are read too.

use crate::format::Format;
use crate::observation::{Class, Observation, Standing};
use crate::readers::dependency::{context::Context, facts, fields, fields::Fields, packages};
use crate::readers::words;
use crate::sink::{Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};
use crate::walk::shape::Shape;

/// Aqua's JSON.
pub const FORMAT: Format = Format { id: "aqua", title: "Aqua image scan JSON", detects, read };

fn detects(shape: &Shape) -> bool {
    let scanner = |base: &str| {
        shape.has(&format!("{base}image_assurance_results"))
            || shape.has(&format!("{base}vulnerability_summary"))
            || shape.has(&format!("{base}resources[].resource.format"))
    };
    scanner("")
        || scanner("[].results.")
        || shape.all(&["cves", "cves_counts"])
        || shape.all(&["count", "page", "result", "query.show_negligible"])
        || shape.all(&["result[].image_name", "result[].resource"])
}

const BASES: [&str; 2] = ["", "[].results."];
const LISTS: [&str; 2] = ["resources[].vulnerabilities[]", "resources[].sensitive_data[]"];
const PROBLEM: Fields = Fields {
    rule: "name",
    description: "description",
    remedy: "solution",
    score: "nvd_vectors_v3|aqua_vectors|nvd_vectors|nvd_score_v3|aqua_score|nvd_score",
    severity: "aqua_severity|nvd_severity_v3|vendor_severity|nvd_severity",
    fixed: "fix_version",
    references: "nvd_url|vendor_url",
    ..fields::NONE
};
const OLD: Fields = Fields {
    rule: "name",
    description: "description",
    remedy: "solution",
    severity: "severity",
    score: "score",
    name: "file",
    fixed: "fix_version",
    references: "url",
    ..fields::NONE
};
const OF_API: Fields = Fields {
    rule: "name",
    description: "description",
    remedy: "solution",
    severity: "aqua_severity|nvd_severity_v3|nvd_severity",
    score: "aqua_vectors|nvd_vectors_v3|aqua_score|nvd_score_v3|nvd_score",
    kind: "resource.format",
    name: "resource.name",
    version: "resource.version",
    fixed: "fix_version",
    path: "resource.path",
    references: "nvd_url|vendor_url",
    first_seen: "first_found_date",
    ..fields::NONE
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let around: Vec<String> = BASES
        .iter()
        .flat_map(|base| {
            ["resources[].resource", "image", "os"].map(|field| format!("{base}{field}"))
        })
        .collect();
    let around: Vec<&str> = around.iter().map(String::as_str).chain(["image_name"]).collect();
    let context = Context::of(source, &around, sink)?;
    facts::tool(sink, "Aqua", "");
    facts::target(sink, context.root_text("image"));
    facts::target(sink, context.root_text("image_name"));
    let patterns: Vec<String> =
        BASES.iter().flat_map(|base| LISTS.map(|list| format!("{base}{list}"))).collect();
    let patterns: Vec<&str> =
        patterns.iter().map(String::as_str).chain(["cves[]", "result[]"]).collect();
    json::walk(source, &patterns, sink, &mut |sink, hit| {
        let record = hit.record();
        let base = BASES.get(hit.pattern / LISTS.len());
        let mut observation = match base {
            Some(base) => {
                let resource = context.record(&hit, &format!("{base}resources[].resource"));
                let system = context.text(&hit, &format!("{base}os"));
                let mut observation = if hit.pattern % LISTS.len() == 0 {
                    with_resource(PROBLEM.read(&record), resource, system)
                } else {
                    sensitive(record, resource)
                };
                if !base.is_empty() {
                    observation.target = context.text(&hit, &format!("{base}image")).into();
                }
                observation
            }
            None if hit.pattern == BASES.len() * LISTS.len() => OLD.read(&record),
            None => {
                let mut observation = OF_API.read(&record);
                observation.target = record.text("image_name").into();
                observation
            }
        };
        if record.flag("acknowledged")
            || record.has("ack_author") && !record.text("ack_author").is_empty()
        {
            observation.standing = Standing::Suppressed;
            observation.standing_reason = match record.text("ack_comment") {
                "" => "acknowledged".into(),
                comment => comment.into(),
            };
        }
        packages::hand_on(sink, hit.place(), observation)
    })?;
    Ok(())
}

fn with_resource(
    observation: Observation,
    resource: Option<Record<'_>>,
    system: &str,
) -> Observation {
    let Some(resource) = resource else { return observation };
    let fixed = observation.component.as_ref().map(|c| c.fixed_in.join(",")).unwrap_or_default();
    let format = resource.text("format");
    let kind_word = if packages::kind(format).is_empty() && resource.text("type") != "2" {
        system
    } else {
        format
    };
    let path = resource.text("path");
    Observation {
        component: packages::component(
            "",
            kind_word,
            resource.first(&["name", "path"]),
            resource.text("version"),
            &fixed,
        ),
        locations: packages::paths([path]),
        ..observation
    }
}

/// What the file holds is left out; its kind and place are told.
fn sensitive(record: Record<'_>, resource: Option<Record<'_>>) -> Observation {
    let path = record.first(&["filename", "path"]);
    let path = if path.is_empty() { resource.map_or("", |r| r.text("path")) } else { path };
    Observation {
        class: Class::Secret,
        rule: record.text("type").into(),
        title: format!("sensitive data: {}", record.text("type")),
        severity: words::severity(record.text("severity")),
        locations: packages::paths([path]),
        ..Observation::default()
    }
}
