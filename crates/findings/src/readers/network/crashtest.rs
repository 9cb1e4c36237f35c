//! What does Crashtest Security say? Findings by the kind of scan, with what their slug means beside them.
//!
//! Pages and parameters stand in a sentence; what follows «payload» in it is left out.

use std::collections::BTreeMap;

use super::claim::{self, cover, hand_on, links, paragraphs};
use super::when::when;
use crate::format::Format;
use crate::observation::{Class, Observation};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};

/// The answer of the interface, or what it holds.
pub const FORMAT: Format = Format {
    id: "crashtest-security",
    title: "Crashtest Security JSON",
    detects: |shape| {
        ["", "data."].iter().any(|at| {
            ["findings.commandinjection", "findings.portscan", "findings.xss", "descriptions"]
                .iter()
                .all(|key| shape.has(&format!("{at}{key}")))
        })
    },
    read,
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Crashtest Security".to_owned()));
    sink.fact(Fact::Kind(Class::Web));
    let mut meanings: BTreeMap<String, serde_json::Value> = BTreeMap::new();
    let patterns = ["descriptions[]", "data.descriptions[]"];
    json::walk(source, &patterns, sink, &mut |_, hit| {
        if meanings.len() < 10_000 {
            meanings.insert(hit.record().text("slug").to_owned(), hit.value);
        }
        Ok(())
    })?;
    json::walk(source, &["findings.*[]", "data.findings.*[]"], sink, &mut |sink, hit| {
        let record = hit.record();
        let slug = record.text("finding_description_slug");
        let none = serde_json::Value::Null;
        let meaning = Record(meanings.get(slug).unwrap_or(&none));
        let found = of_finding(record, meaning, hit.place());
        // A version that was recognised brings its CVEs.
        for (number, cve) in record.items("cve_findings").enumerate() {
            let score = cve.string("cvss");
            let mut of_version = Observation {
                rule: cve.text("cve_id").to_owned(),
                title: format!("{} in {}", cve.text("cve_id"), cve.text("product")),
                description: cve.text("information").to_owned(),
                severity: words::severity_of_score(&score),
                score: claim::score(&[&score]),
                place: format!("{}.cve_findings[{number}]", hit.place()),
                ..found.clone()
            };
            cover(&mut of_version, words::cves(cve.text("cve_id")));
            hand_on(sink, of_version)?;
        }
        hand_on(sink, found)
    })
    .map(|_| ())
}

fn of_finding(record: Record<'_>, meaning: Record<'_>, place: String) -> Observation {
    let told = record.text("information");
    let told = told.split("payload").next().unwrap_or_default().trim().trim_end_matches(", with");
    let score = meaning.string("baseScore");
    let title = meaning.text("title");
    let slug = record.text("finding_description_slug");
    Observation {
        class: Class::Web,
        rule: slug.to_owned(),
        title: if title.is_empty() { slug } else { title }.to_owned(),
        description: paragraphs(&[meaning.text("description"), told]),
        remedy: meaning.text("how_to_fix").to_owned(),
        severity: words::severity_of_score(&score),
        score: claim::score(&[&score]),
        references: links(&paragraphs(&[
            meaning.text("reference_owasp"),
            meaning.text("reference_resolution"),
        ])),
        endpoint: links(told).first().and_then(|url| claim::page(url, "", parameter(told))),
        first_seen: when(record.text("created_at")),
        place,
        ..Observation::default()
    }
}

/// «parameter "ip"», «parameter 'name'», «parameter id (GET)».
fn parameter(told: &str) -> &str {
    let Some((_, rest)) = told.split_once("parameter ") else { return "" };
    let rest = rest.trim_start_matches(['"', '\'']);
    rest.split(['"', '\'', ' ']).next().unwrap_or_default()
}
