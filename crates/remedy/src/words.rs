//! How is a row told to the person who has to do it?
//!
//! In: a row. Out: a few sentences: what to change and where, who brings the package in, what stays
//! and why. Texts of files stand in it unescaped.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::order::compatible;
use crate::row::{Kind, Row, chains, direct, out_of_reach, parents};
use crate::{Affected, Hop, command, system};

/// So many paths, parents or files are named; the rest is counted.
const NAMED: usize = 3;
/// Hops of a path that are shown one by one.
const HOPS: usize = 6;
/// Characters of a name or path.
const LONGEST: usize = 160;

/// The sentences of a row.
pub fn how(row: &Row<'_>) -> String {
    let mut text: Vec<String> = match (row.kind, row.to) {
        (Kind::Remove, _) => removal(row),
        (Kind::Upgrade, Some(to)) => upgrade(row, to),
        (Kind::RaiseParent, Some(to)) => raise(row, to),
        _ => mitigation(row),
    };
    if row.members.iter().any(|member| member.image) {
        text.push("An image is not changed: build it anew, on a base that has this.".to_owned());
    }
    text.extend(rest(row));
    text.join(" ")
}

fn upgrade(row: &Row<'_>, to: &str) -> Vec<String> {
    let name = name(row);
    let told: Vec<Option<bool>> = row.members.iter().map(|m| direct(m)).collect();
    let mut text = Vec::new();
    if system::is_distribution(row) {
        let packages = listed(system::packages(row).iter().map(|name| short(name).into_owned()));
        text.push(format!("Upgrade {packages} to {to} or later."));
    } else if row.members.iter().all(|m| m.git) {
        text.push(format!(
            "{name} is taken from a git commit: move it to a commit that holds what {to} released, in {}.",
            manifests(row)
        ));
    } else if told.contains(&Some(true)) {
        let (files, manifests) = (files(row), manifests(row));
        let fits = row.members.iter().all(|m| compatible(&m.ecosystem, &m.version, to));
        text.push(if fits && files != manifests {
            format!(
                "The project names {name} itself: move it to {to} in {files}, and in {manifests} where \
                 that asks for less."
            )
        } else {
            format!("The project names {name} itself: ask for {to} in {manifests}.")
        });
    } else if told.iter().all(|told| *told == Some(false)) {
        let mut sentence = format!("{}; move {name} to {to} in {}", brought(row), files(row));
        let mut places: Vec<&str> =
            row.members.iter().flat_map(|m| &m.files).filter_map(|f| command::place(f)).collect();
        places.sort_unstable();
        places.dedup();
        for place in places {
            let _ = write!(sentence, "; {place}");
        }
        text.push(format!("{sentence}. If a package pins it lower, raise that package."));
    } else {
        text.push(format!("Move {name} to {to} in {}.", files(row)));
        if row.members.iter().any(|m| direct(m).is_none() && out_of_reach(m, to)) {
            text.push(format!(
                "The files do not tell who asks for it: if the project does, ask for {to} in {}; else \
                 raise what brings it in.",
                manifests(row)
            ));
        }
    }
    text
}

fn raise(row: &Row<'_>, to: &str) -> Vec<String> {
    let name = name(row);
    let parents = parents(&row.members);
    let what = if parents.is_empty() {
        "what brings it in".to_owned()
    } else {
        listed(parents.iter().map(hop))
    };
    vec![format!(
        "{}, which cannot take {to} as it is: raise {what} to a release that takes {name} {to} or \
         later.",
        brought(row)
    )]
}

fn removal(row: &Row<'_>) -> Vec<String> {
    let name = name(row);
    let mut text = vec![format!(
        "{name} is malicious: remove it from {}, treat every secret that its machine could read as \
         stolen and rotate it, and look for traces of what it ran.",
        files(row)
    )];
    if row.members.iter().any(|m| direct(m) != Some(true)) {
        text.push(format!("{}.", brought(row)));
    }
    if let Some(spare) = row.spare {
        text.push(format!("Where it is still wanted, {spare} has no known finding."));
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
    if row.members.iter().any(|m| direct(m) == Some(false)) {
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
        let named = listed(row.brings.iter().map(|id| short(id).into_owned()));
        text.push(format!("The new version is itself affected by {named}."));
    }
    let (git, registry): (Vec<&Affected>, Vec<&Affected>) = row.members.iter().partition(|m| m.git);
    if row.to.is_some() && !git.is_empty() && !registry.is_empty() {
        let versions: BTreeSet<&str> = git.iter().map(|m| m.version.as_str()).collect();
        let versions = listed(versions.into_iter().map(str::to_owned));
        text.push(format!("{versions} is taken from a git commit, which has to be moved by hand."));
    }
    if command::forces(row) {
        text.push(format!(
            "The command overrides what other packages ask for: test them, and take the override out \
             once they ask for {} themselves.",
            row.to.unwrap_or_default()
        ));
    }
    let unserved = command::unserved(row);
    if command::lines(row).is_some() && !unserved.is_empty() {
        let named = listed(unserved.into_iter().map(|file| short(file).into_owned()));
        text.push(format!("The command does not cover {named}."));
    }
    text
}

fn name<'a>(row: &Row<'a>) -> Cow<'a, str> {
    row.members.first().map_or_else(Cow::default, |m| short(&m.name))
}

/// A name or path, cut where no real one reaches: hostile files hold names of any length.
fn short(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(LONGEST) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{}…", text.get(..end).unwrap_or_default())),
    }
}

fn files(row: &Row<'_>) -> String {
    named(row, str::to_owned)
}

fn manifests(row: &Row<'_>) -> String {
    named(row, command::manifest)
}

fn named(row: &Row<'_>, show: fn(&str) -> String) -> String {
    let files: BTreeSet<String> = row
        .members
        .iter()
        .flat_map(|m| &m.files)
        .map(|file| short(&show(file)).into_owned())
        .collect();
    if files.is_empty() { "the project".to_owned() } else { listed(files) }
}

/// `Brought in by a 1.0 → b 2.0`, with up to [`NAMED`] paths.
fn brought(row: &Row<'_>) -> String {
    let paths: BTreeSet<String> = row.members.iter().flat_map(|m| chains(m)).map(chain).collect();
    if paths.is_empty() {
        return "Brought in by another package (the file does not tell which)".to_owned();
    }
    format!("Brought in by {}", listed(paths))
}

/// `a 1.0 → b 2.0`; of a long one its first hop and its last ones, which is where people act.
fn chain(hops: &[Hop]) -> String {
    match hops {
        [first, .., a, b] if hops.len() > HOPS => {
            format!("{} → … → {} → {}", hop(first), hop(a), hop(b))
        }
        _ => hops.iter().map(hop).collect::<Vec<_>>().join(" → "),
    }
}

fn hop(hop: &Hop) -> String {
    if hop.version.is_empty() {
        short(&hop.name).into_owned()
    } else {
        format!("{} {}", short(&hop.name), short(&hop.version))
    }
}

/// `a`, `a and b`, `a, b, c and 4 more`.
fn listed(items: impl IntoIterator<Item = String>) -> String {
    let mut items: Vec<String> = items.into_iter().collect();
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
