//! Did it look at every place of the claim?

use super::{Answer, Run, Scope};
use crate::coverage::{Ground, MAX_PLACES, Target, is_same_image, is_same_subject};
use crate::identity::normal_path;

/// `scope`: as declared, or as it might be.
pub(super) fn target(run: &Run, claim: &Ground, scope: &Scope) -> Answer {
    let mut not_said = None;
    for answer in std::iter::once(subject(run, claim, scope))
        .chain(claim.places.iter().map(|chain| place(run, claim, chain, scope)))
    {
        match answer {
            Answer::No(_) => return answer,
            Answer::NotSaid(_) => not_said = not_said.or(Some(answer)),
            Answer::Yes(_) => {}
        }
    }
    if run.coverage.has_not_evaluated(claim) {
        let named = if claim.package.is_empty() { "every package" } else { &claim.package };
        return Answer::no(format!("it could not evaluate {named}"));
    }
    if claim.more && run.coverage.missed_any() {
        return Answer::no(format!(
            "it has more than {MAX_PLACES} places, and it could not look at all that it looked for"
        ));
    }
    if claim.more && *scope != Scope::Whole {
        return Answer::not_said(format!(
            "it has more than {MAX_PLACES} places, and nothing says that all of it was looked at"
        ));
    }
    not_said.unwrap_or_else(|| {
        let first = claim.places.iter().find_map(|chain| chain.first());
        let named = first.map_or("what it has no place for", Target::name);
        Answer::yes(match claim.places.len() {
            0 | 1 => format!("it looked at {named}"),
            more => format!("it looked at {named} and {} more", more - 1),
        })
    })
}

/// The image, project or account.
fn subject(run: &Run, claim: &Ground, scope: &Scope) -> Answer {
    let own = claim.subject.as_str();
    if own.is_empty() {
        return Answer::yes("one thing");
    }
    let coverage = &run.coverage;
    let same_digest = !claim.digest.is_empty() && claim.digest == coverage.digest;
    let unit = Target::unit(own);
    if coverage.has_missed(&unit) {
        return Answer::no(format!("it could not look at {own}"));
    }
    let listed = coverage.has_looked(&unit);
    if same_digest
        || listed == Some(true)
        || coverage.subjects().any(|subject| is_same_subject(subject, own))
    {
        return Answer::yes(format!("it looked at {own}"));
    }
    if let Some(build) = coverage.subjects().find(|subject| is_same_image(subject, own)) {
        if *scope == Scope::Whole {
            return Answer::yes(format!("it looked at {build}, and `--scope whole` was given"));
        }
        return Answer::not_said(format!(
            "it looked at {build} and not at {own}: nothing says that it is a later build of what runs"
        ));
    }
    match coverage.subjects().next() {
        Some(other) => Answer::no(format!("it looked at {other} and not at {own}")),
        None if listed == Some(false) => Answer::no(format!("it did not look at {own}")),
        None if *scope == Scope::Whole => Answer::yes("`--scope whole` was given"),
        None => Answer::not_said(format!("nothing says that it looked at {own}")),
    }
}

/// One place, from the narrowest target to the widest.
fn place(run: &Run, claim: &Ground, chain: &[Target], scope: &Scope) -> Answer {
    let coverage = &run.coverage;
    let Some(narrow) = chain.first() else { return Answer::yes("nowhere") };
    if let Some(missed) = chain.iter().find(|target| coverage.has_missed(target)) {
        return Answer::no(format!("it could not look at {}", missed.name()));
    }
    // Parts are a bound; inside of them the document's word goes before the person's.
    let declared = match scope {
        Scope::Parts(parts) => match within(parts, chain) {
            Answer::Yes(words) => Some(words),
            outside => return outside,
        },
        _ => None,
    };
    // Of two things that no document names nobody knows whether they are one.
    if *narrow == Target::run() && claim.subject.is_empty() && *scope != Scope::Whole {
        return Answer::not_said("neither it nor its place says what was looked at");
    }
    if coverage.passed_in(claim, chain) {
        return Answer::yes("it looked there and passed");
    }
    if let Some((port, protocol)) = chain.iter().find_map(Target::as_port)
        && port > 0
        && coverage.has_port(protocol, port) == Some(false)
        && !coverage.met_target(narrow)
    {
        return Answer::no(format!("port {port} is none of those that it looked at"));
    }
    let looked: Vec<Option<bool>> =
        chain.iter().map(|target| coverage.has_looked(target)).collect();
    if looked.contains(&Some(true)) || coverage.met_target(narrow) {
        return Answer::yes(format!("it looked at {}", narrow.name()));
    }
    // A person's word for one run: a file that its list lacks is not there any more. Another host or project is
    // no part of what it looked at, whoever says so.
    if *scope == Scope::Whole && (narrow.is_part() || !looked.contains(&Some(false))) {
        return Answer::yes("`--scope whole` was given");
    }
    // A unit is asked by its name, above.
    if *narrow == Target::unit(&claim.subject) {
        return subject(run, claim, scope);
    }
    if looked.contains(&Some(false)) {
        return Answer::no(format!("{} is none of what it says it looked at", narrow.name()));
    }
    match declared {
        Some(words) => Answer::yes(words),
        None => Answer::not_said(format!("nothing says that it looked at {}", narrow.name())),
    }
}

/// Whether a path is one of these or lies below one.
pub fn is_in_parts(path: &str, parts: &[String]) -> bool {
    let path = normal_path(path);
    parts.iter().any(|part| {
        let part = normal_path(part);
        let below = path.strip_prefix(part.as_str());
        part.is_empty() || below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// Whether a place lies in the parts that were declared.
fn within(parts: &[String], chain: &[Target]) -> Answer {
    let names = || chain.iter().filter(|target| **target != Target::run()).map(Target::name);
    if names().next().is_none() {
        return Answer::no("it looked at parts of the asset, and this one has no path");
    }
    let inside = names().any(|name| is_in_parts(name, parts));
    let named = names().next().unwrap_or_default();
    if inside {
        Answer::yes(format!("it looked at {named}, as declared"))
    } else {
        Answer::no(format!("it did not look at {named}"))
    }
}
