//! What may be another from run to run while the problems stay.

use std::collections::{HashMap, HashSet};

use findings::Observation;
use vocab::Severity;

/// Changes the observations; false where there is nothing that it could change.
pub type Mutate = fn(&mut [Observation]) -> bool;

pub const REVERSED: &str = "observations reversed";

pub const RENAMED: &str = "one file renamed";

pub const MOVED_ROOT: &str = "checkout root moved";

/// Name, whether nothing at all is said otherwise, and the change.
pub const ALL: &[(&str, bool, Mutate)] = &[
    ("read again", true, |_| true),
    (REVERSED, true, |all| {
        all.reverse();
        true
    }),
    ("seen later", true, seen_later),
    ("rescored", false, rescored),
    ("reworded", false, reworded),
    ("10 lines down", true, |all| moved_lines(all, |line| line + 10)),
    ("10 lines up", true, ten_up),
    ("10 lines into the middle of each file", true, into_the_middle),
    ("folder renamed", false, folder_renamed),
    (RENAMED, false, |all| one_file(all, |path| format!("{path}.renamed"))),
    ("one file moved", false, |all| {
        one_file(all, |path| {
            format!("another/folder/{}", path.rsplit(['/', '\\']).next().unwrap_or(path))
        })
    }),
    (MOVED_ROOT, false, root_moved),
    ("version bumped", false, bumped),
];

fn seen_later(all: &mut [Observation]) -> bool {
    let later = vocab::instant::parse("2031-05-06T07:08:09Z");
    all.iter_mut().for_each(|o| o.first_seen = later);
    true
}

fn rescored(all: &mut [Observation]) -> bool {
    for o in all {
        o.severity = match o.severity {
            Severity::Critical => Severity::Low,
            _ => Severity::Critical,
        };
        o.score = "0.1".into();
    }
    true
}

fn reworded(all: &mut [Observation]) -> bool {
    for o in all {
        o.description = format!("In other words: {}", o.description.to_uppercase());
        o.remedy = "Do something else.".into();
        o.references.push("https://example.org/new".into());
    }
    true
}

fn moved_lines(all: &mut [Observation], to: impl Fn(u32) -> u32) -> bool {
    let mut any = false;
    for place in all.iter_mut().flat_map(|o| &mut o.locations) {
        if place.line > 0 {
            any = true;
            place.line = to(place.line);
            place.end_line = if place.end_line > 0 { to(place.end_line) } else { 0 };
        }
    }
    any
}

fn ten_up(all: &mut [Observation]) -> bool {
    let placed = all.iter().flat_map(|o| &o.locations).map(|l| l.line).filter(|line| *line > 0);
    placed.min().is_some_and(|least| least > 10) && moved_lines(all, |line| line.saturating_sub(10))
}

/// Lines past the middle one that is hit in a file move.
fn into_the_middle(all: &mut [Observation]) -> bool {
    let mut lines: HashMap<String, Vec<u32>> = HashMap::new();
    for place in all.iter().flat_map(|o| &o.locations).filter(|l| l.line > 0) {
        lines.entry(place.path.clone()).or_default().push(place.line);
    }
    let middles: HashMap<String, u32> = lines
        .into_iter()
        .map(|(path, mut lines)| {
            lines.sort_unstable();
            let middle = lines[lines.len() / 2];
            (path, middle)
        })
        .collect();
    for place in all.iter_mut().flat_map(|o| &mut o.locations).filter(|l| l.line > 0) {
        if place.line > middles[&place.path] {
            place.line += 10;
            place.end_line = if place.end_line > 0 { place.end_line + 10 } else { 0 };
        }
    }
    !middles.is_empty()
}

fn folder_renamed(all: &mut [Observation]) -> bool {
    let code: HashSet<String> = all
        .iter()
        .flat_map(|o| &o.locations)
        .filter(|l| l.line > 0)
        .map(|l| l.path.clone())
        .collect();
    let mut names = Vec::new();
    for place in all.iter_mut().flat_map(|o| &mut o.locations).filter(|l| code.contains(&l.path)) {
        let renamed = format!("new/folder/{}", place.path.trim_start_matches(['/', '.']));
        names.push((std::mem::replace(&mut place.path, renamed.clone()), renamed));
    }
    names.sort();
    names.dedup();
    told_in_fingerprints(all, &names);
    !names.is_empty()
}

/// All of it lies elsewhere: other segments before each path.
fn root_moved(all: &mut [Observation]) -> bool {
    let mut names = Vec::new();
    let placed = all.iter().flat_map(|o| &o.locations).any(|l| l.line > 0);
    let plain =
        all.iter().flat_map(|o| &o.locations).all(|l| l.line > 0 && !l.path.contains("://"));
    if !placed || !plain {
        return false;
    }
    for place in all.iter_mut().flat_map(|o| &mut o.locations) {
        let moved = format!("/build/agent-7/{}", place.path.trim_start_matches(['/', '.']));
        names.push((std::mem::replace(&mut place.path, moved.clone()), moved));
    }
    names.sort();
    names.dedup();
    told_in_fingerprints(all, &names);
    true
}

/// The file with the most places.
fn one_file(all: &mut [Observation], name: impl Fn(&str) -> String) -> bool {
    let mut count: HashMap<&str, usize> = HashMap::new();
    for place in all.iter().flat_map(|o| &o.locations).filter(|l| l.line > 0) {
        *count.entry(&place.path).or_default() += 1;
    }
    let most = count.into_iter().max_by_key(|(path, count)| (*count, *path));
    let Some(most) = most.map(|(path, _)| path.to_owned()) else { return false };
    let renamed = name(&most);
    for place in all.iter_mut().flat_map(|o| &mut o.locations).filter(|l| l.path == most) {
        place.path.clone_from(&renamed);
    }
    told_in_fingerprints(all, &[(most, renamed)]);
    true
}

/// A tool that puts the path into its fingerprint puts the new one in.
fn told_in_fingerprints(all: &mut [Observation], names: &[(String, String)]) {
    for o in all {
        for (old, new) in names.iter().filter(|(old, _)| old.len() > 3) {
            for print in &mut o.fingerprints {
                print.value = print.value.replace(old, new);
            }
            o.tool_id = o.tool_id.replace(old, new);
        }
    }
}

fn bumped(all: &mut [Observation]) -> bool {
    let mut any = false;
    for component in all.iter_mut().filter_map(|o| o.component.as_mut()) {
        if !component.version.is_empty() {
            any = true;
            let old = format!("@{}", component.version);
            component.purl = component.purl.replacen(&old, "@9999.0.1", 1);
            component.version = "9999.0.1".into();
        }
    }
    any
}
