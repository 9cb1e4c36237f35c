//! Which packages does rebar3's lock file name?
//!
//! In: rebar.lock: `{"1.2.0", [{<<"app">>, {pkg, <<"name">>, <<"version">>}, 0}, …]}.`, or the list
//! alone in files from before rebar3 3.0. Out: components; level 0 is direct. Never: the hashes that
//! follow, and who requires whom, which the file does not tell.

use vocab::{Base, Component, Declared, Ecosystem, Scope};

use super::term::{Term, parse, text_at};
use crate::reading::{Reading, pinned};
use crate::{Document, Problem, Tree, source, text};

/// Reads rebar.lock.
pub fn read(document: Document<'_>, _: &dyn Tree) -> Reading {
    parsed(document).unwrap_or_else(Reading::from)
}

fn parsed(document: Document<'_>) -> Result<Reading, Problem> {
    let term = parse(text::of(document.bytes)?)?;
    let listed = term.list().or_else(|| term.tuple()?.get(1)?.list());
    let Some(entries) = listed else {
        return Ok(Reading::failed(
            term.line,
            "expected «{\"VERSION\", [{<<\"app\">>, {pkg, …}, 0}]}.»",
        ));
    };
    let mut reading = Reading::default();
    for entry in entries {
        match locked(entry) {
            Some(component) => {
                reading.push(component);
            }
            None => {
                reading.problem(entry.line, "expected «{<<\"app\">>, {pkg, …} or {git, …}, LEVEL}»")
            }
        }
    }
    Ok(reading)
}

fn locked(entry: &Term<'_>) -> Option<Component> {
    let items = entry.tuple()?;
    let application = text_at(items, 0)?;
    let from = items.get(1)?.tuple()?;
    let mut component = match text_at(from, 0)? {
        "pkg" => pinned(Base::Hex, text_at(from, 1)?, text_at(from, 2)?, entry.line),
        "git" | "git_subdir" | "hg" => Component {
            ecosystem: Ecosystem::from(Base::Hex),
            name: application.to_owned(),
            version: Declared::Absent,
            origin: source::git(text_at(from, 1)?, Some(commit(from.get(2)).unwrap_or(""))),
            scope: Scope::Unknown,
            direct: None,
            line: entry.line,
        },
        _ => return None,
    };
    component.direct = text_at(items, 2).map(|level| level == "0");
    Some(component)
}

/// The commit of `{ref, "…"}`; a branch or tag is none.
fn commit<'a>(reference: Option<&Term<'a>>) -> Option<&'a str> {
    let items = reference?.tuple()?;
    if text_at(items, 0)? == "ref" { text_at(items, 1) } else { None }
}
