//! What do OpenVEX and CSAF documents state?
//!
//! One observation for each vulnerability and product (or part of a product) with its state as the standing.
//! These documents are small by nature and are read whole by [`formats::vex`]; one past its bound is refused.
//! Whether a statement counts for a finding is decided by who trusts whom, not here.

use std::io::Read;

use formats::vex::{self, Product, Statement, Status};

use crate::format::Format;
use crate::observation::{Component, Observation, Standing};
use crate::readers::dependency::{facts, packages};
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;

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
    read,
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let mut bytes = Vec::new();
    let most = vex::MAX_BYTES as u64 + 1;
    source.pass()?.take(most).read_to_end(&mut bytes).map_err(Stop::Io)?;
    let document = vex::read(&bytes)
        .map_err(|refused| Stop::broken(format!("line {}", refused.line), refused.what))?;
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
        let stated = packages::settled(stated(statement));
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
