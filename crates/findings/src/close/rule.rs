//! Was the rule active, signed in as before, and is its list not cut?

use super::{Answer, Reporting, Run};
use crate::coverage::{Ground, Target};
use crate::observation::Class;

pub(super) fn rule(run: &Run, claim: &Ground, last: &Reporting) -> Answer {
    let rule = claim.rule.trim();
    if let Some(why_not) = signed_in(run, claim) {
        return why_not;
    }
    let coverage = &run.coverage;
    if coverage.is_capped(claim, &run.caps) {
        return Answer::no(match rule {
            "" => "its list of what it found is cut".to_owned(),
            rule => format!("its list of what {rule} found is cut"),
        });
    }
    // A tool that looks at packages has no rule that could be off; of any other kind a rule that is not told may be.
    if rule.is_empty() && claim.class == Class::Dependency {
        return Answer::yes("a published problem of a package needs no rule");
    }
    if rule.is_empty() {
        return version(run, last, "it");
    }
    if let Some(place) = coverage.not_run_at(claim) {
        return Answer::no(match place == Target::run() {
            true => format!("the rule {rule} was not evaluated, or not to the end"),
            false => format!("the rule {rule} was not evaluated at {}", place.name()),
        });
    }
    let narrowest = || claim.places.iter().filter_map(|chain| chain.first());
    if claim.places.iter().all(|chain| coverage.passed_in(claim, chain)) {
        return Answer::yes(format!("{rule} looked there and passed"));
    }
    match coverage.is_active(rule) {
        Some(true) => return Answer::yes(format!("the rule {rule} was active")),
        Some(false) if coverage.met_rule(rule) => {}
        Some(false) => return Answer::no(format!("the rule {rule} was not active")),
        None => {}
    }
    if narrowest().all(|at| coverage.met_rule_at(rule, at)) {
        return Answer::yes(format!("the rule {rule} found others there"));
    }
    version(run, last, rule)
}

/// Words that builds bear which are no release: two of them are not known to be one version.
const NO_VERSIONS: [&str; 18] = [
    "dev",
    "devel",
    "(devel)",
    "development",
    "latest",
    "unknown",
    "snapshot",
    "nightly",
    "head",
    "main",
    "master",
    "trunk",
    "0.0.0",
    "undefined",
    "none",
    "null",
    "n/a",
    "-",
];

/// A version as it can be compared; empty when there is none.
pub(super) fn stated(version: &str) -> &str {
    let version = version.trim();
    let plain = version.strip_prefix(['v', 'V']).filter(|rest| rest.starts_with('0'));
    let plain = plain.unwrap_or(version);
    let none = NO_VERSIONS.iter().any(|word| word.eq_ignore_ascii_case(plain));
    if none { "" } else { version }
}

/// Whether tool and rules are those of the run that last reported it.
fn version(run: &Run, last: &Reporting, rule: &str) -> Answer {
    let (tool, before) = (stated(&run.tool_version), stated(&last.tool_version));
    let (rules, rules_before) = (stated(&run.rules_version), stated(&last.rules_version));
    let same_rules = (!rules.is_empty() && rules == rules_before)
        || (run.rules_built_in && rules.is_empty() && rules_before.is_empty());
    if !tool.is_empty() && tool == before && same_rules {
        return Answer::yes(format!("version {tool} is that of the run that reported {rule}"));
    }
    Answer::not_said(match (tool, before) {
        ("", _) => format!("it states neither that {rule} was active nor its version"),
        (tool, "") => format!("nothing says that version {tool} has the rule {rule}"),
        (tool, before) if tool != before => format!(
            "its version is {tool} and was {before} when {rule} was reported, and nothing says that the rule is still active"
        ),
        _ => format!("nothing says that {rule} is among the rules of this run"),
    })
}

/// What a run found signed in, only a signed-in run ends.
fn signed_in(run: &Run, claim: &Ground) -> Option<Answer> {
    if claim.signed_in != Some(true) {
        return None;
    }
    match run.coverage.is_signed_in(claim.places.iter().flatten()) {
        Some(true) => None,
        Some(false) => {
            Some(Answer::no("it was found signed in, and this run was not signed in there"))
        }
        None => {
            Some(Answer::not_said("it was found signed in, and nothing says that this run was"))
        }
    }
}
