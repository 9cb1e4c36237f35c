//! How is a clock explained in one sentence?
//!
//! Policy and row; the inputs that took part, each with its source and date; the time and what it counts
//! from; and the one fact that would move it. Words only: nothing is decided here.

use vocab::Instant;

use crate::Duration;
use crate::clock::{Assumed, Clock, Earlier, How, Input};
use crate::column::{Column, Domain};
use crate::evaluate::{Acting, Move};
use crate::facts::Kind;
use crate::inputs::{State, Subject};
use crate::policy::{Outcome, Policy};

/// A date, UTC.
pub(crate) fn day(at: Instant) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

/// A time to the minute, UTC.
pub(crate) fn minute(at: Instant) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// A number of hours as tables are read: «24 h», «3 d».
pub(crate) fn length(allowed: Duration) -> String {
    let hours = allowed.as_hours();
    if hours > 24 && hours % 24 == 0 { format!("{} d", hours / 24) } else { format!("{hours} h") }
}

/// What a row allows, in words.
pub(crate) fn outcome_phrase(outcome: &Outcome) -> String {
    let mut text = outcome.allowed.map_or_else(|| "on the next upgrade".to_owned(), length);
    if outcome.emergency {
        text.push_str(", emergency");
    }
    if outcome.forensics {
        text.push_str(", search for traces");
    }
    text
}

/// Every column as an input, then what else was taken into account.
pub(crate) fn inputs(subject: &Subject<'_>, acting: &Acting<'_>) -> Vec<Input> {
    let mut inputs: Vec<Input> = acting
        .columns()
        .map(|(at, domain, state, value)| {
            let assumed = acting.assumed(at);
            Input {
                name: domain.column.name().to_owned(),
                value: if assumed { domain.phrase(value) } else { state.value.clone() },
                source: state.source.clone(),
                as_of: state.as_of,
                how: if assumed { How::Assumed } else { state.how },
            }
        })
        .collect();
    let mut also = |name: &str, value: &str, source: &str| {
        inputs.push(Input {
            name: name.to_owned(),
            value: value.to_owned(),
            source: source.to_owned(),
            as_of: None,
            how: How::Known,
        });
    };
    if subject.facts.disputed {
        also("disputed", "yes", "a source disputes it; changes nothing");
    }
    for cve in subject.facts.cves.iter().filter(|cve| cve.rejected) {
        also("rejected", &cve.cve, "its numbering authority; gives no signals");
    }
    inputs
}

/// The sentence, without what [`Earlier`] and disputes add.
pub(crate) fn sentence(clock: &Clock, subject: &Subject<'_>, acting: &Acting<'_>) -> String {
    let row = if clock.row == "rule 9" { clock.row.clone() } else { format!("row {}", clock.row) };
    let mut text = format!("{} {row}", clock.policy);
    if let Some(cve) = clock.cve.as_ref().filter(|_| subject.facts.cves.len() > 1) {
        text.push_str(&format!(", {cve}"));
    }
    text.push_str(": ");
    if subject.facts.kind == Kind::Malicious {
        text.push_str("malicious package: remove it, rotate what it could read, search for traces");
    } else {
        text.push_str(&clauses(acting, subject.silent()).join(", "));
    }
    let allowed = clock.allowed.map_or_else(|| "on the next upgrade".to_owned(), length);
    text.push_str(&format!(" → {allowed}"));
    if clock.emergency {
        text.push_str(", emergency,");
    }
    if clock.forensics && subject.facts.kind != Kind::Malicious {
        text.push_str(", search for traces,");
    }
    if clock.allowed.is_some() {
        text.push_str(&format!(" from {}, {}", minute(clock.start), clock.start_event));
    }
    if let Some(moved) = &clock.would_move {
        text.push_str(&format!("; would be {moved}"));
    }
    // Sources are foreign text; a sentence is one line whatever they hold.
    text.replace(char::is_control, " ")
}

/// The inputs that took part: those the row asks about first, then those the rows before it did.
fn clauses(acting: &Acting<'_>, silent: Option<String>) -> Vec<String> {
    let mut asked: Vec<(String, String)> = Vec::new();
    let mut consulted = Vec::new();
    for (at, domain, state, value) in acting.columns() {
        if domain.column == Column::Malicious {
            continue;
        }
        if acting.asked(at) {
            let (what, mut origin) = clause(domain, state, acting.assumed(at).then_some(value));
            if domain.column == Column::Exposure && value == domain.unknown_bit() {
                origin.push_str(", taken as reachable");
            }
            asked.push((what, origin));
        } else if acting.consulted(at) {
            consulted.push(clause(domain, state, None));
        }
    }
    asked.append(&mut consulted);
    if asked.is_empty() { vec!["everything".to_owned()] } else { told_once(asked, silent) }
}

/// What has no signals for one and the same reason (`silent`, in brackets) stands together, and the reason once.
fn told_once(clauses: Vec<(String, String)>, silent: Option<String>) -> Vec<String> {
    let reason = silent.map(|reason| format!(" ({reason})"));
    let quiet = |origin: &str| reason.as_deref() == Some(origin);
    let together: Vec<&str> =
        clauses.iter().filter(|(_, origin)| quiet(origin)).map(|(what, _)| what.as_str()).collect();
    let together = together.join(", ");
    let mut told = false;
    let once = clauses.iter().filter_map(|(what, origin)| {
        if !quiet(origin) {
            return Some(format!("{what}{origin}"));
        }
        (!std::mem::replace(&mut told, true)).then(|| format!("{together}{origin}"))
    });
    once.collect()
}

/// A clause, and behind it in brackets where it comes from.
fn clause(domain: &Domain, state: &State, assumed: Option<u16>) -> (String, String) {
    let origin = match state.as_of {
        Some(at) if state.how != How::Unknown => {
            format!("{}{} {}", state.source, state.dated, day(at))
        }
        _ => state.source.clone(),
    };
    let what = match assumed {
        Some(value) => {
            let index = value.trailing_zeros();
            let then = phrase(domain, &domain.phrase(value), Some(index));
            return (format!("assumed {then}"), format!(" ({origin})"));
        }
        None => phrase(domain, &state.value, None),
    };
    let origin = if origin.is_empty() { origin } else { format!(" ({origin})") };
    (what, origin)
}

/// A column's value as people say it. `interval` is set when the value is an interval of a threshold.
fn phrase(domain: &Domain, value: &str, interval: Option<u32>) -> String {
    let name = match domain.column {
        Column::EpssPercentile => "EPSS percentile",
        Column::EpssScore => "EPSS score",
        _ => "",
    };
    let fixed = match (domain.column, value) {
        (Column::Kev, "yes") => "known exploited",
        (Column::Kev, "no") => "not known exploited",
        (Column::Kev, _) => "unknown whether exploited",
        (Column::Ransomware, "yes") => "used in ransomware campaigns",
        (Column::Ransomware, "no") => "no known ransomware use",
        (Column::Exploit, "yes") => "exploit public",
        (Column::Exploit, "no") => "no public exploit",
        (Column::Exploit, _) => "unknown whether an exploit is public",
        (Column::Exploitation, "none") => "no exploitation",
        (Column::Exploitation, "poc") => "proof of concept public",
        (Column::Exploitation, "active") => "actively exploited",
        (Column::Automatable, "yes") => "automatable",
        (Column::Automatable, "no") => "not automatable",
        _ => "",
    };
    if !fixed.is_empty() {
        return fixed.to_owned();
    }
    match domain.column {
        Column::Exposure => format!("exposure {value}"),
        Column::Severity => format!("severity {value}"),
        Column::TechnicalImpact => format!("technical impact {value}"),
        Column::HumanImpact => format!("human impact {value}"),
        Column::EpssPercentile | Column::EpssScore if interval.is_none() && value == "no score" => {
            "no EPSS score".to_owned()
        }
        Column::EpssPercentile | Column::EpssScore => format!("{name} {value}"),
        column => format!("{} {value}", column.name()),
    }
}

/// The outcome with the fact that would bring it («3 d if the asset were isolated»).
pub(crate) fn move_phrase(policy: &Policy, moved: &Move) -> String {
    let Some(domain) = policy.domains.get(moved.domain) else { return String::new() };
    let word = domain.phrase(moved.value);
    let fact = match (domain.column, word.as_str()) {
        (Column::Malicious, _) => "the package were malicious".to_owned(),
        (Column::Kev, "no") => "CISA KEV did not list it".to_owned(),
        (Column::Kev, _) => "CISA KEV listed it".to_owned(),
        (Column::Ransomware, "no") => "no ransomware used it".to_owned(),
        (Column::Ransomware, _) => "ransomware used it".to_owned(),
        (Column::Exploit, "no") => "no exploit were public".to_owned(),
        (Column::Exploit, _) => "an exploit were public".to_owned(),
        (Column::Exploitation, "none") => "there were no exploitation".to_owned(),
        (Column::Exploitation, "poc") => "there were only a proof of concept".to_owned(),
        (Column::Exploitation, _) => "it were actively exploited".to_owned(),
        (Column::Exposure, "internal") => "the asset were internal only".to_owned(),
        (Column::Exposure, "internet") => "the asset were on the internet".to_owned(),
        (Column::Exposure, other) => format!("the asset were {other}"),
        (Column::EpssPercentile, other) => format!("its EPSS percentile were {other}"),
        (Column::EpssScore, other) => format!("its EPSS score were {other}"),
        (Column::Severity, other) => format!("its severity were {other}"),
        (Column::Automatable, "no") => "it were not automatable".to_owned(),
        (Column::Automatable, _) => "it were automatable".to_owned(),
        (Column::TechnicalImpact, other) => format!("its technical impact were {other}"),
        (Column::HumanImpact, other) => format!("its human impact were {other}"),
    };
    format!("{} if {fact}", changed(&moved.from, &moved.outcome))
}

/// The outcome that would be, with what it drops of the outcome that is.
fn changed(from: &Outcome, to: &Outcome) -> String {
    let mut text = outcome_phrase(to);
    if from.allowed == to.allowed {
        if from.emergency && !to.emergency {
            text.push_str(" and no emergency");
        } else if from.forensics && !to.forensics {
            text.push_str(" and no search for traces");
        }
    }
    text
}

/// Which feeds never came, of those that a clock's inputs were assumed for.
pub(crate) fn missing(inputs: &[Input]) -> String {
    let assumed = inputs.iter().filter(|input| input.how == How::Assumed);
    let mut sources: Vec<&str> =
        assumed.map(|input| input.source.as_str()).filter(|s| s.ends_with(" missing")).collect();
    sources.sort_unstable();
    sources.dedup();
    sources.join(", ")
}

/// What acts if a feed that never came would say the worst.
pub(crate) fn assumed_phrase(assumed: &Assumed) -> String {
    let Assumed { policy, row, due, emergency, because } = assumed;
    let due =
        due.map_or_else(|| "on the next upgrade".to_owned(), |due| format!("due {}", minute(due)));
    let emergency = if *emergency { ", emergency" } else { "" };
    let because = if because.is_empty() { String::new() } else { format!(", as {because}") };
    format!("; assumed {due}{emergency} by {policy} row {row}{because}")
}

/// What an earlier clock adds to the sentence.
pub(crate) fn earlier_phrase(earlier: &Earlier) -> String {
    let Earlier { row, due, because } = earlier;
    format!("; {because} row {row} had it due {}", minute(*due))
}
