//! What does Nexpose (InsightVM) say?
//!
//! Tests name their check by id; what it means stands in the definitions behind the hosts, so the document is
//! walked twice. Severity is 1 to 10, the rounded CVSS score. A test's key tells several places of one check
//! at one web server apart: it is the path or the parameter.

use std::collections::BTreeMap;

use super::claim::{self, cover, hand_on, paragraphs};
use super::flat::Fields as _;
use super::when::when;
use crate::coverage::Target;
use crate::format::Format;
use crate::observation::{Class, Observation, Standing};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop, looked_at};
use crate::source::Source;
use crate::walk::xml::{self, Element, Hit};

/// «XML Export 2.0».
pub const FORMAT: Format = Format {
    id: "nexpose",
    title: "Nexpose XML 2.0",
    detects: |shape| shape.has("NexposeReport"),
    read,
};

const ABOUT: &[&str] =
    &["NexposeReport/VulnerabilityDefinitions/vulnerability", "NexposeReport/scans/scan"];
const TESTS: &[&str] = &[
    "NexposeReport/nodes/node/tests/test",
    "NexposeReport/nodes/node/endpoints/endpoint/services/service/tests/test",
    "NexposeReport/nodes/node/@",
];
const MAX_DEFINITIONS: usize = 300_000;

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Nexpose".to_owned()));
    let mut definitions: BTreeMap<String, Element> = BTreeMap::new();
    xml::walk(source, ABOUT, sink, &mut |sink, hit| {
        if hit.pattern == 1 {
            run(sink, &hit.element);
        } else if definitions.len() < MAX_DEFINITIONS {
            let id = hit.element.attribute("id").to_ascii_lowercase();
            definitions.insert(id, hit.element);
        }
        Ok(())
    })?;
    [Class::Host, Class::Web].into_iter().for_each(|kind| sink.fact(Fact::Kind(kind)));
    let (mut passed, mut failed) = (0, 0_u64);
    let end = xml::walk(source, TESTS, sink, &mut |sink, hit| {
        if hit.pattern == 2 {
            let alive = matches!(hit.element.attribute("status"), "" | "alive");
            if let Some(target) = claim::host_target(hit.element.attribute("address")) {
                sink.fact(if alive { Fact::Looked(target) } else { Fact::Missed(target) });
            }
            return Ok(());
        }
        let status = hit.element.attribute("status").to_ascii_lowercase();
        if status.starts_with("not-vulnerable") {
            passed += 1;
            clear(sink, &hit);
        }
        if matches!(status.as_str(), "error" | "unknown" | "no-credentials") {
            failed += 1;
        }
        // The others were skipped or failed: they say neither.
        let standing = match status.as_str() {
            "vulnerable-exploited" | "vulnerable-version" | "vulnerable-potential" => {
                Standing::Reported
            }
            other if other.starts_with("exception-vulnerable") => Standing::Suppressed,
            other if other.contains("vulnerable") && other.ends_with("exception") => {
                Standing::Suppressed
            }
            _ => return Ok(()),
        };
        let empty = Element::default();
        let id = hit.element.attribute("id").to_ascii_lowercase();
        let mut observation = of_test(&hit, definitions.get(&id).unwrap_or(&empty));
        observation.standing = standing;
        hand_on(sink, observation)
    });
    sink.fact(Fact::Passed(passed));
    if failed > 0 {
        sink.fact(Fact::Incomplete(format!("{failed} tests could not be made")));
    }
    end
}

/// A check that was made at a service and found nothing. One with a key speaks of one page or parameter alone.
fn clear(sink: &mut dyn Sink, hit: &Hit<'_>) {
    let id = hit.element.attribute("id").to_ascii_lowercase();
    let at = claim::service(
        hit.outer("node", "address"),
        hit.outer("endpoint", "port"),
        hit.outer("endpoint", "protocol"),
        "",
    );
    if let Some(at) = at.filter(|at| !at.host.is_empty() && !id.is_empty())
        && hit.element.attribute("key").trim().is_empty()
    {
        sink.fact(Fact::PassedAt(id, Target::port(&at.host, at.port, &at.protocol)));
    }
}

fn run(sink: &mut dyn Sink, scan: &Element) {
    // `20210211T164705486`: the milliseconds have no dot.
    let ended = scan.attribute("endTime").get(..15).unwrap_or_default();
    looked_at(sink, ended, when(ended));
    let status = scan.attribute("status");
    if !status.is_empty() && status != "finished" {
        sink.fact(Fact::Incomplete(format!("a scan's status is «{status}»")));
    }
}

fn of_test(hit: &Hit<'_>, definition: &Element) -> Observation {
    let test = &hit.element;
    let severity: f64 = definition.attribute("severity").parse().unwrap_or(f64::NAN);
    let of_source = |source: &'static str| {
        let all = definition.all("references/reference");
        all.filter(move |r| r.attribute("source") == source).map(|r| r.text.trim())
    };
    let vector = definition.attribute("cvssVector").trim_matches(['(', ')']);
    let mut endpoint = claim::service(
        hit.outer("node", "address"),
        hit.outer("endpoint", "port"),
        hit.outer("endpoint", "protocol"),
        hit.outer("service", "name"),
    );
    let key = test.attribute("key").trim();
    let service = hit.outer("service", "name").to_ascii_lowercase();
    let of_page = !key.is_empty() && service.starts_with("http");
    if let Some(endpoint) = endpoint.as_mut().filter(|_| of_page) {
        match key.strip_prefix('/') {
            Some(_) => endpoint.path = key.split('?').next().unwrap_or_default().to_owned(),
            None => key.clone_into(&mut endpoint.parameter),
        }
    }
    let mut observation = Observation {
        class: if of_page { Class::Web } else { Class::Host },
        rule: test.attribute("id").to_ascii_lowercase(),
        title: definition.attribute("title").to_owned(),
        description: paragraphs(&[&definition.field("description"), &test.deep_text()]),
        remedy: definition.field("solution"),
        severity: vocab::Severity::from_score(severity),
        score: claim::score(&[
            definition.attribute("cvssV3Vector"),
            vector,
            definition.attribute("cvssScore"),
        ]),
        references: of_source("URL").flat_map(claim::links).collect(),
        first_seen: when(test.attribute("vulnerable-since").get(..15).unwrap_or_default()),
        endpoint,
        place: hit.place(),
        ..Observation::default()
    };
    cover(&mut observation, words::cves(&of_source("CVE").collect::<Vec<_>>().join(" ")));
    observation
}
