//! What does Nuclei say?
//!
//! JSON lines or one array. Keys changed over the versions: `templateID`, `template-id`; `matched`,
//! `matched-at`; `matcher_name`, `matcher-name`; tags and references as text or as a list. The check is the
//! template with its matcher. Requests, responses and extracted values can hold credentials and are left out.

use super::claim::{self, cover, hand_on, paragraphs};
use super::when::when;
use crate::format::Format;
use crate::observation::{Class, Endpoint, Observation};
use crate::readers::{told, words};
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};
use crate::walk::shape::Shape;

/// All versions.
pub const FORMAT: Format =
    Format { id: "nuclei", title: "Nuclei JSON and JSON lines", detects, read };

fn detects(shape: &Shape) -> bool {
    ["", "[]."].iter().any(|at| {
        let has = |key: &str| shape.has(&format!("{at}{key}"));
        (has("templateID") || has("template-id") || has("template_id"))
            && has("info.name")
            && has("type")
    })
}

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Nuclei".to_owned()));
    told::rated_apart(sink, "Nuclei");
    let mut latest = None;
    // Of JSON lines a document is one record; of an array each member is one.
    let array = begins_with_array(source)?;
    let pattern = if array { "[]" } else { "" };
    let (mut documents, mut passed) = (0, 0);
    let end = json::walk(source, &[pattern], sink, &mut |sink, hit| {
        let record = hit.record();
        latest = latest.max(when(record.text("timestamp")));
        documents += 1;
        // With `-matcher-status` the templates that did not match are listed too.
        if record.at("matcher-status").is_some_and(|status| status.0 == false) {
            passed += 1;
            return Ok(());
        }
        let mut observation = of_result(record);
        observation.place = if array { hit.place() } else { format!("document {documents}") };
        hand_on(sink, observation)
    });
    if let Some(instant) = latest {
        sink.fact(Fact::ScannedAt(instant));
    }
    if passed > 0 {
        sink.fact(Fact::Passed(passed));
    }
    end.map(|_| ())
}

/// Whether the document is an array rather than objects one after the other.
fn begins_with_array(source: &mut Source<'_>) -> Result<bool, Stop> {
    use std::io::Read as _;
    let mut head = Vec::new();
    source.pass()?.take(4096).read_to_end(&mut head).map_err(Stop::Io)?;
    let head = String::from_utf8_lossy(&head);
    Ok(head.trim_start_matches('\u{feff}').trim_start().starts_with('['))
}

fn of_result(record: Record<'_>) -> Observation {
    let template = record.first(&["template-id", "templateID", "template_id"]);
    let matcher = record.first(&["matcher-name", "matcher_name"]);
    let rule = match (template, matcher) {
        ("", _) => String::new(),
        (template, "") => template.to_owned(),
        (template, matcher) => format!("{template}:{matcher}"),
    };
    let info = record.at("info").unwrap_or(record);
    let title = match (info.text("name"), matcher) {
        (name, "") => name.to_owned(),
        (name, matcher) => format!("{name}: {matcher}"),
    };
    let references = info.texts("reference").join("\n");
    let weak = info.texts("classification.cwe-id");
    let mut observation = Observation {
        rule,
        title,
        description: paragraphs(&[info.text("description"), info.text("impact")]),
        remedy: info.text("remediation").to_owned(),
        severity: words::severity(info.text("severity")),
        score: claim::score(&[
            info.text("classification.cvss-metrics"),
            &info.string("classification.cvss-score"),
        ]),
        cwes: weak.iter().flat_map(|text| claim::weaknesses(text)).collect(),
        references: claim::links(&references),
        ..Observation::default()
    };
    (observation.class, observation.endpoint) = place_of(record);
    cover(&mut observation, words::cves(&info.texts("classification.cve-id").join(" ")));
    observation
}

/// Web requests name a page, the other protocols `host:port`. Without where it matched, the target stands in.
fn place_of(record: Record<'_>) -> (Class, Option<Endpoint>) {
    let found = record.first(&["matched-at", "matched"]);
    let given = record.first(&["host", "url", "path"]).trim_start_matches('/');
    let asked = requested(record.text("request"));
    let at = [found, given, &asked].into_iter().find(|at| !at.is_empty()).unwrap_or_default();
    let kind = record.text("type");
    if kind == "http" || kind == "headless" || kind == "javascript" && at.contains("://") {
        let parameter = record.first(&["fuzzing_parameter", "fuzzing-parameter"]);
        let method = record.first(&["fuzzing_method", "fuzzing-method"]);
        return (Class::Web, claim::page(at, method, parameter));
    }
    let mut endpoint = words::address(at);
    if endpoint.port == 0 {
        endpoint.port = record.string("port").parse().unwrap_or(0);
    }
    endpoint.path = String::new();
    if endpoint.host.is_empty() {
        return (Class::Host, Some(endpoint));
    }
    endpoint.protocol = if kind == "dns" { "udp" } else { "tcp" }.to_owned();
    if !matches!(kind, "network" | "tcp") {
        kind.clone_into(&mut endpoint.service);
    }
    (Class::Host, Some(endpoint))
}

/// The page that a raw request asks for; empty when it does not tell. The scheme is not part of a request.
fn requested(request: &str) -> String {
    let mut lines = request.lines();
    let path = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap_or_default();
    let host = lines.take(50).find_map(|line| line.strip_prefix("Host:")).map(str::trim);
    match host {
        Some(host) if path.starts_with('/') => format!("{host}{path}"),
        _ => String::new(),
    }
}
