//! What would end a finding, and where is it?
//!
//! In: a finding and its claims. Out: sentences. The rules are those of closure by evidence
//! (docs/ARCHITECTURE.md, «Words»: closure); this file only says them for one finding.

use findings::Observation;
use findings::coverage::{Ground, Target};
use ledger::row::{ClaimRow, Finding};

use super::call::reason_words;
use super::names::{self, Letter};

/// Most claims of which it is said what would end them.
const MOST_CLAIMS: usize = 5;

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
    let live: Vec<&ClaimRow> = claims.iter().filter(|claim| claim.live).collect();
    let mut lines: Vec<String> = live.iter().take(MOST_CLAIMS).map(|claim| run(claim)).collect();
    if live.len() > 1 {
        let more = match live.len().saturating_sub(MOST_CLAIMS) {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        if let Some(last) = lines.last_mut() {
            last.push_str(&format!("{more}; each source has to end its own claim"));
        }
    }
    if !finding.reference.is_empty() {
        lines.push(format!(
            "the end of the pull request: `gabion ref end '{}' --reason …`; it enters the queue once a branch has it",
            finding.reference
        ));
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

/// The run that would end a claim.
fn run(claim: &ClaimRow) -> String {
    let on = match claim.reference.as_str() {
        "" => String::new(),
        reference => format!(" on {reference}"),
    };
    let whose = format!("a later, whole run of {}{on}", claim.source);
    let Ok(ground) = serde_json::from_str::<Ground>(&claim.ground) else {
        return format!(
            "{whose} once it was reported again: an earlier version did not keep what it rests on"
        );
    };
    let mut needs = Vec::new();
    let places: Vec<&str> =
        ground.places.iter().filter_map(|chain| chain.first()).map(Target::name).collect();
    match places.as_slice() {
        [] => {}
        [one] => needs.push(format!("looked at {one}")),
        [first, rest @ ..] => needs.push(format!("looked at {first} and {} more", rest.len())),
    }
    if !ground.subject.is_empty() {
        needs.push(format!("is of {}", ground.subject));
    }
    if !ground.rule.is_empty() {
        needs.push(format!("had {} active", ground.rule));
    }
    if ground.signed_in == Some(true) {
        needs.push("was signed in there".to_owned());
    }
    needs.push("hides nothing like it".to_owned());
    format!("{whose} that {}, and no longer has it", needs.join(", "))
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
