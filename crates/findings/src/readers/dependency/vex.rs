//! What do OpenVEX and CSAF documents state?
//!
//! One observation for each vulnerability and product (or part of a product) with its state as the standing.
//! These documents are small by nature and are read whole by [`formats::vex`]; one past its bound is refused.
//! Whether a statement counts for a finding is decided by who trusts whom, not here.

use std::collections::HashMap;
use std::io::Read;

use formats::vex::{self, Product, Statement, Status};

use crate::format::Format;
use crate::observation::{Component, Observation, Standing};
use crate::readers::dependency::{facts, packages};
use crate::readers::words;
use crate::sink::{Fact, Met, Sink, Stop};
use crate::source::Source;
use crate::walk::json;
use vocab::Severity;

/// OpenVEX.
pub const OPENVEX: Format = Format {
    id: "openvex",
    title: "OpenVEX",
    detects: |shape| shape.value("@context").contains("openvex.dev"),
    read,
};
/// CSAF.
pub const CSAF: Format = Format {
    id: "csaf",
    title: "CSAF 2.0",
    detects: |shape| shape.has("document.csaf_version"),
    read: |source, sink| {
        let rated = rated(source, sink)?;
        read_rated(source, sink, &rated)
    },
};

/// What a CSAF document says of a vulnerability beside the states of products.
#[derive(Debug, Clone, Default)]
struct Rated {
    title: String,
    cwes: Vec<u32>,
    severity: Severity,
    score: String,
}

/// Titles, weaknesses and scores (CSAF 2.0, 3.2.3.3 and 3.2.3.13; CSAF 2.1, `cwes` and `metrics`), by the
/// vulnerability's place. Of scores for several products the worst stands for all of them.
fn rated(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<HashMap<String, Rated>, Stop> {
    let mut all = HashMap::new();
    json::walk(source, &["vulnerabilities[]"], sink, &mut |_, hit| {
        let record = hit.record();
        let weak = record.items("cwes").chain(record.at("cwe"));
        let mut rated = Rated {
            title: record.text("title").to_owned(),
            cwes: weak.filter_map(|cwe| words::cwe(cwe.text("id"))).collect(),
            ..Rated::default()
        };
        let metrics = record.items("metrics").filter_map(|metric| metric.at("content"));
        let scores = record.items("scores").chain(metrics);
        let ratings = scores.flat_map(|score| {
            ["cvss_v4", "cvss_v3", "cvss_v2"].into_iter().find_map(|name| score.at(name))
        });
        for rating in ratings {
            let severity = match words::severity(rating.text("baseSeverity")) {
                Severity::Unknown => words::severity_of_score(&rating.string("baseScore")),
                severity => severity,
            };
            if rated.score.is_empty() || rank(severity) > rank(rated.severity) {
                let number = rating.string("baseScore");
                let vector = rating.text("vectorString");
                rated.severity = severity;
                rated.score = if vector.is_empty() { number } else { vector.to_owned() };
            }
        }
        all.insert(format!("vulnerabilities[{}]", hit.index(0)), rated);
        Ok(())
    })?;
    Ok(all)
}

/// Worse ones are greater; unknown is the least.
fn rank(severity: Severity) -> u8 {
    match severity {
        Severity::Unknown => 0,
        Severity::None => 1,
        Severity::Low => 2,
        Severity::Medium => 3,
        Severity::High => 4,
        Severity::Critical => 5,
    }
}

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    read_rated(source, sink, &HashMap::new())
}

fn read_rated(
    source: &mut Source<'_>,
    sink: &mut dyn Sink,
    rated: &HashMap<String, Rated>,
) -> Result<(), Stop> {
    let mut bytes = Vec::new();
    let most = vex::MAX_BYTES as u64 + 1;
    source.pass()?.take(most).read_to_end(&mut bytes).map_err(Stop::Io)?;
    let document = vex::read(&bytes)
        .map_err(|refused| Stop::broken(format!("line {}", refused.line), refused.what))?;
    sink.met(Met::Anything);
    facts::tool(
        sink,
        if document.author.is_empty() { "VEX" } else { &document.author },
        &document.version,
    );
    if let Some(at) = document.dated {
        sink.fact(Fact::ScannedAt(at));
    }
    for problem in &document.problems {
        sink.dropped(&place(&problem.place), &problem.what);
    }
    for statement in &document.statements {
        let mut stated = stated(statement);
        if let Some(rated) = rated.get(&statement.place.path) {
            stated.title.clone_from(&rated.title);
            stated.cwes.clone_from(&rated.cwes);
            stated.severity = rated.severity;
            stated.score.clone_from(&rated.score);
        }
        let stated = packages::settled(stated);
        let of = |product: &Product, target: &str| Observation {
            component: component(product),
            target: target.to_owned(),
            ..stated.clone()
        };
        for product in &statement.products {
            if product.subcomponents.is_empty() {
                packages::hand_on(sink, place(&statement.place), of(product, ""))?;
            }
            for part in &product.subcomponents {
                let whole = name(product);
                packages::hand_on(sink, place(&statement.place), of(part, &whole))?;
            }
        }
        if statement.products.is_empty() {
            sink.dropped(&place(&statement.place), "the statement names no product");
        }
    }
    Ok(())
}

fn place(place: &vex::Place) -> String {
    match (place.line, place.path.as_str()) {
        (0, "") => "$".to_owned(),
        (0, path) => path.to_owned(),
        (line, "") => format!("line {line}"),
        (line, path) => format!("line {line}, {path}"),
    }
}

/// What a statement says, of whichever product.
fn stated(statement: &Statement) -> Observation {
    let standing = match statement.status {
        Status::NotAffected => Standing::NotAffected,
        Status::Affected => Standing::Reported,
        Status::Fixed => Standing::Fixed,
        Status::UnderInvestigation => Standing::UnderInvestigation,
    };
    let said = [statement.justification.as_deref().unwrap_or_default(), &statement.impact];
    let said: Vec<&str> = said.into_iter().filter(|text| !text.is_empty()).collect();
    let mut observation = Observation {
        rule: statement.vulnerability.clone(),
        remedy: statement.action.clone(),
        standing,
        ..packages::dependency()
    };
    if standing == Standing::Reported {
        observation.description = said.join(": ");
    } else {
        let reason = [statement.status.as_str()].into_iter().chain(said);
        observation.standing_reason = reason.collect::<Vec<_>>().join(": ");
    }
    packages::name_problem(&mut observation, &statement.vulnerability, &statement.aliases);
    observation
}

fn component(product: &Product) -> Option<Component> {
    let version = product.version.as_deref().or(product.range.as_deref()).unwrap_or_default();
    let purl = product.purl.as_ref().map(ToString::to_string).unwrap_or_default();
    packages::component(&purl, "", &name(product), version, "")
}

/// The first thing that the document calls it by.
fn name(product: &Product) -> String {
    let names = product.names.iter().chain(&product.cpe);
    let purl = product.purl.as_ref().map(ToString::to_string);
    purl.or_else(|| names.into_iter().next().cloned()).unwrap_or_default()
}
