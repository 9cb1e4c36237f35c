//! How is a row told to the person who has to do it?
//!
//! In: a row. Out: a few sentences: what to change and where, who brings the package in, what stays
//! and why. Texts of files stand in it unescaped.

use crate::row::{Kind, Row, chains, parents};
use crate::{Hop, command};

/// So many paths, parents or files are named; the rest is counted.
const NAMED: usize = 3;

/// The sentences of a row.
pub fn how(row: &Row<'_>) -> String {
    let mut text: Vec<String> = match (row.kind, row.to) {
        (Kind::Remove, _) => removal(row),
        (Kind::Upgrade, Some(to)) => upgrade(row, to),
        (Kind::RaiseParent, Some(to)) => raise(row, to),
        _ => mitigation(row),
    };
    text.extend(rest(row));
    text.join(" ")
}

fn upgrade(row: &Row<'_>, to: &str) -> Vec<String> {
    let name = name(row);
    let mut text = Vec::new();
    let transitive = row.members.iter().all(|m| m.direct == Some(false));
    if transitive {
        text.push(format!("{}; move {name} to {to} in {}.", brought(row), files(row)));
    } else if row.members.iter().any(|m| m.direct == Some(true)) {
        text.push(format!("The project names {name} itself: ask for {to} in {}.", files(row)));
    } else {
        text.push(format!("Move {name} to {to} in {}.", files(row)));
    }
    if transitive {
        text.push(format!("If a package pins {name} lower, raise that package."));
    }
    text
}

fn raise(row: &Row<'_>, to: &str) -> Vec<String> {
    let name = name(row);
    let parents = parents(&row.members);
    let ask = if parents.is_empty() {
        format!("raise what brings it in to a release that takes {name} {to}")
    } else {
        let named = listed(parents.iter().map(hop).collect());
        format!("raise {named} to a release that takes {name} {to} or later")
    };
    let mut text = vec![format!("{}; {to} lies outside what it asks for: {ask}.", brought(row))];
    if command::lines(row).is_some() {
        text.push(format!(
            "The command forces every copy of {name} to {to} until then: test what depends on it."
        ));
    }
    text
}

fn removal(row: &Row<'_>) -> Vec<String> {
    let name = name(row);
    let mut text = vec![format!(
        "{name} is malicious: remove it from {}, treat every secret that its machine could read as \
         stolen and rotate it, and look for traces of what it ran.",
        files(row)
    )];
    if row.members.iter().any(|m| m.direct != Some(true)) {
        text.push(format!("{}.", brought(row)));
    }
    text
}

fn mitigation(row: &Row<'_>) -> Vec<String> {
    let name = name(row);
    let unjudged = row.members.iter().flat_map(|m| &m.candidates).find(|c| !c.evaluated);
    let mut text = vec![match unjudged {
        None => format!("No fix is published for {name}."),
        Some(candidate) => format!(
            "No release of {name} is known to help: {} is named as a fix but could not be evaluated.",
            candidate.version
        ),
    }];
    if row.members.iter().any(|m| m.direct == Some(false)) {
        text.push(format!("{}.", brought(row)));
    }
    text.push(
        "Instead: take it out if nothing needs it, replace it, or close the way to the weak part as \
         the advisory describes; else accept the risk until a date, with an owner."
            .to_owned(),
    );
    text
}

/// What every kind of row has to say of its limits.
fn rest(row: &Row<'_>) -> Vec<String> {
    let mut text = Vec::new();
    if row.trial {
        text.push("It is a pre-release: no release closes anything.".to_owned());
    }
    if row.to.is_some() && !row.leaves.is_empty() {
        text.push(format!(
            "{} of its findings stay, since no one version closes all: mitigate them.",
            row.leaves.len()
        ));
    }
    if !row.brings.is_empty() {
        let named = listed(row.brings.iter().map(|id| (*id).to_owned()).collect());
        text.push(format!("The new version is itself affected by {named}."));
    }
    if row.members.iter().any(|m| m.git) {
        text.push("It is taken from a git commit: move the commit to one with the fix.".to_owned());
    }
    let unserved = command::unserved(row);
    if command::lines(row).is_some() && !unserved.is_empty() {
        let named = listed(unserved.iter().map(|f| (*f).to_owned()).collect());
        text.push(format!("The command does not cover {named}."));
    }
    text
}

fn name<'a>(row: &Row<'a>) -> &'a str {
    row.members.first().map_or("", |m| m.name.as_str())
}

fn files(row: &Row<'_>) -> String {
    let mut files: Vec<String> = row.members.iter().flat_map(|m| m.files.clone()).collect();
    files.sort();
    files.dedup();
    if files.is_empty() { "the project".to_owned() } else { listed(files) }
}

/// `Brought in by a 1.0 → b 2.0`, with up to [`NAMED`] paths.
fn brought(row: &Row<'_>) -> String {
    let mut paths: Vec<String> = row
        .members
        .iter()
        .flat_map(|m| chains(m))
        .map(|chain| chain.iter().map(hop).collect::<Vec<_>>().join(" → "))
        .collect();
    paths.sort();
    paths.dedup();
    if paths.is_empty() {
        return "Brought in by another package (the file does not tell which)".to_owned();
    }
    format!("Brought in by {}", listed(paths))
}

fn hop(hop: &Hop) -> String {
    if hop.version.is_empty() { hop.name.clone() } else { format!("{} {}", hop.name, hop.version) }
}

/// `a`, `a and b`, `a, b, c and 4 more`.
fn listed(mut items: Vec<String>) -> String {
    let more = items.len().saturating_sub(NAMED);
    items.truncate(NAMED);
    if more > 0 {
        return format!("{} and {more} more", items.join(", "));
    }
    match items.pop() {
        None => String::new(),
        Some(last) if items.is_empty() => last,
        Some(last) => format!("{} and {last}", items.join(", ")),
    }
}
