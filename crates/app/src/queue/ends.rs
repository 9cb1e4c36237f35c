//! What would end a finding, and where is it?
//!
//! In: a finding and its claims. Out: sentences. The rules are those of closure by evidence
//! (docs/ARCHITECTURE.md, «Words»: closure); this file only says them for one finding.

use findings::Observation;
use ledger::row::{ClaimRow, Finding};

use super::call::reason_words;
use super::names::{self, Letter};

/// What would end it; of a closed one what would open it again.
pub(super) fn ends(finding: &Finding, claims: &[ClaimRow]) -> Vec<String> {
    let name = names::write(Letter::F, finding.id);
    match finding.state.as_str() {
        "void" => vec!["nothing: the import that opened it was taken back".to_owned()],
        "closed" => closed(finding, &name),
        _ => open(finding, claims, &name),
    }
}

fn closed(finding: &Finding, name: &str) -> Vec<String> {
    let reason = finding.closure.as_ref().map(|closure| closure.reason.as_str());
    let mut lines = Vec::new();
    match reason.unwrap_or_default() {
        reason @ "false_positive" => {
            lines.push(format!("it stays {} when it is reported again", reason_words(reason)));
        }
        "duplicate" => lines.push(
            "it stays a duplicate when it is reported again, until what it is a duplicate of has ended"
                .to_owned(),
        ),
        _ => lines.push(
            "a report that has it again opens it, with its history and its first start".to_owned(),
        ),
    }
    lines.push(format!("a person: `gabion reopen {name} --reason …`"));
    lines
}

fn open(finding: &Finding, claims: &[ClaimRow], name: &str) -> Vec<String> {
    let mut streams: Vec<(String, &str)> = claims
        .iter()
        .filter(|claim| claim.live)
        .map(|claim| (claim.source.clone(), claim.reference.as_str()))
        .collect();
    streams.sort();
    streams.dedup();
    let mut lines = Vec::new();
    let each: Vec<String> = streams
        .iter()
        .take(5)
        .map(|(source, reference)| match *reference {
            "" => source.clone(),
            reference => format!("{source} on {reference}"),
        })
        .collect();
    if !each.is_empty() {
        let more = match streams.len().saturating_sub(5) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let scope = "over the same scope or more, complete and not older, that no longer has it";
        lines.push(format!("a report of {}{more} {scope}", each.join(" and of ")));
    }
    if finding.class == "dependency" {
        let package = if finding.facts.place.is_empty() { "it" } else { &finding.facts.place };
        lines.push(format!(
            "an inventory in which no instance of {package} is at an affected version: `gabion verify`"
        ));
        lines.push("every advisory of its group withdrawn".to_owned());
    }
    lines.push(format!("a person with a reason: `gabion close {name} --reason …`"));
    lines
}

/// Where an observation sees it, in words, at most as many as it has.
pub(super) fn places(observation: &Observation) -> Vec<String> {
    let mut places = Vec::new();
    if let Some(component) = &observation.component {
        let version = &component.version;
        let space = if version.is_empty() { "" } else { " " };
        places.push(format!("{}{space}{version}", component.name));
    }
    for location in &observation.locations {
        let line = if location.line > 0 { format!(":{}", location.line) } else { String::new() };
        let symbol = match location.symbol.as_str() {
            "" => String::new(),
            symbol => format!(" in {symbol}"),
        };
        places.push(format!("{}{line}{symbol}", location.path));
    }
    if let Some(endpoint) = &observation.endpoint {
        let port = if endpoint.port > 0 { format!(":{}", endpoint.port) } else { String::new() };
        let method = match endpoint.method.as_str() {
            "" => String::new(),
            method => format!("{method} "),
        };
        let parameter = match endpoint.parameter.as_str() {
            "" => String::new(),
            parameter => format!(" ({parameter})"),
        };
        places.push(format!("{method}{}{port}{}{parameter}", endpoint.host, endpoint.path));
    }
    if !observation.resource.is_empty() {
        places.push(observation.resource.clone());
    }
    places
}
