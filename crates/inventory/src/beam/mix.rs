//! Which packages does Mix's lock file name?
//!
//! In: mix.lock, a map from application to `{:hex, :package, "version", …}`, `{:git, "url", "commit",
//! […]}` or `{:path, …}` (as Mix and Hex write it). Out: components and who requires whom. Never: direct
//! or scope, which only mix.exs tells, and that is a program.

use std::collections::HashMap;

use vocab::{Base, Component, Declared, Ecosystem, Origin, Scope};

use super::term::{Kind, Term, parse, text_at};
use crate::reading::{Reading, pinned};
use crate::{Document, Problem, Tree, source, text};

/// Reads mix.lock.
pub fn read(document: Document<'_>, _: &dyn Tree) -> Reading {
    parsed(document).unwrap_or_else(Reading::from)
}

fn parsed(document: Document<'_>) -> Result<Reading, Problem> {
    let term = parse(text::of(document.bytes)?)?;
    let Some(entries) = term.list() else {
        return Ok(Reading::failed(term.line, "expected a map, «%{\"package\": {:hex, …}}»"));
    };
    let mut reading = Reading::default();
    let mut by_application = HashMap::new();
    let mut edges = Vec::new();
    for entry in entries {
        let Kind::Pair(application, value) = &entry.kind else {
            reading.problem(entry.line, "expected «\"package\": {…}»");
            continue;
        };
        let Some(component) = locked(application, value, entry.line) else {
            reading.problem(entry.line, "expected {:hex, …}, {:git, …} or {:path, …}");
            continue;
        };
        let Some(index) = reading.push(component) else { break };
        by_application.insert(*application, index);
        edges.extend(required(value).map(|name| (index, name)));
    }
    let known = edges.iter().filter_map(|(from, name)| Some((*from, *by_application.get(name)?)));
    reading.requires.extend(known);
    Ok(reading)
}

fn locked(application: &str, value: &Term<'_>, line: u32) -> Option<Component> {
    let items = value.tuple()?;
    match text_at(items, 0)? {
        "hex" => {
            let (name, version) = (text_at(items, 1)?, text_at(items, 2)?);
            let mut component = pinned(Base::Hex, name, version, line);
            if let Some(repository) = text_at(items, 6).filter(|r| *r != "hexpm") {
                component.origin = Origin::Foreign(repository.to_owned());
            }
            Some(component)
        }
        "git" => Some(Component {
            ecosystem: Ecosystem::from(Base::Hex),
            name: application.to_owned(),
            version: Declared::Absent,
            origin: source::git(text_at(items, 1)?, Some(text_at(items, 2).unwrap_or(""))),
            scope: Scope::Unknown,
            direct: None,
            line,
        }),
        "path" => Some(Component {
            ecosystem: Ecosystem::from(Base::Hex),
            name: application.to_owned(),
            version: Declared::Absent,
            origin: Origin::FirstParty,
            scope: Scope::Unknown,
            direct: None,
            line,
        }),
        _ => None,
    }
}

/// The applications that a `{:hex, …}` entry requires: its sixth item, a list of `{:name, "req", […]}`.
fn required<'t, 'a>(value: &'t Term<'a>) -> impl Iterator<Item = &'a str> + use<'t, 'a> {
    let list = value.tuple().and_then(|items| items.get(5)).and_then(Term::list).unwrap_or(&[]);
    list.iter().filter_map(|item| text_at(item.tuple()?, 0))
}
