//! Where does a `pyproject.toml` name a package?
//!
//! PEP 621 (`project.dependencies`, `project.optional-dependencies`), PEP 735 (`dependency-groups`),
//! Poetry's tables and uv's lists.

use std::ops::Range;

use toml_edit::{Item, TableLike, Value};

use super::requirement::{Asked, Dialect, ask};
use super::requirements::{joined, parts};
use super::splice::Draft;
use super::{EditError, toml};

/// Finds the places.
pub fn find(draft: &mut Draft<'_>) -> Result<(), EditError> {
    let document = toml::parse(draft.text)?;
    let root: &dyn TableLike = document.as_table();
    list(draft, toml::table(root, &["project"]).and_then(|t| t.get("dependencies")));
    for keys in [&["project", "optional-dependencies"][..], &["dependency-groups"]] {
        let Some(table) = toml::table(root, keys) else { continue };
        table.iter().for_each(|(_, item)| list(draft, Some(item)));
    }
    if let Some(uv) = toml::table(root, &["tool", "uv"]) {
        for key in ["dev-dependencies", "constraint-dependencies", "override-dependencies"] {
            list(draft, uv.get(key));
        }
    }
    for keys in [&["tool", "poetry", "dependencies"][..], &["tool", "poetry", "dev-dependencies"]] {
        if let Some(table) = toml::table(root, keys) {
            poetry(draft, table);
        }
    }
    if let Some(groups) = toml::table(root, &["tool", "poetry", "group"]) {
        for (_, group) in groups.iter() {
            let table = group.as_table_like().and_then(|g| toml::table(g, &["dependencies"]));
            if let Some(table) = table {
                poetry(draft, table);
            }
        }
    }
    Ok(())
}

/// A list of PEP 508 requirements; a group may also hold `{ include-group = "…" }`.
fn list(draft: &mut Draft<'_>, item: Option<&Item>) {
    let Some(array) = item.and_then(Item::as_array) else { return };
    for value in array.iter() {
        let Some((text, place)) = toml::string_value(draft.text, value) else { continue };
        let Some(parts) = parts(text) else { continue };
        let name = text.get(parts.name.clone()).unwrap_or_default();
        let specifier = text.get(parts.specifier.clone()).unwrap_or_default();
        for at in draft.wanted(name) {
            if parts.address {
                draft.refuse(at, "the package is taken from an address; change it by hand");
                continue;
            }
            let place = place.as_ref().map(|p| {
                let begin = p.start + parts.specifier.start;
                begin..begin + specifier.len()
            });
            specified(draft, at, Dialect::Pep440, specifier, place);
        }
    }
}

fn poetry(draft: &mut Draft<'_>, table: &dyn TableLike) {
    for (name, item) in table.iter() {
        for at in draft.wanted(name) {
            for (requirement, place) in poetry_requirements(draft.text, item) {
                specified(draft, at, Dialect::Poetry, requirement, place);
            }
        }
    }
}

/// A string, a table with `version`, or a list of such tables.
fn poetry_requirements<'d>(text: &str, item: &'d Item) -> Vec<(&'d str, Option<Range<usize>>)> {
    if let Some(one) = toml::string(text, item) {
        return vec![one];
    }
    if let Some(table) = item.as_table_like() {
        return table.get("version").and_then(|v| toml::string(text, v)).into_iter().collect();
    }
    let of = |value: &'d Value| {
        let version = value.as_inline_table()?.get("version")?;
        toml::string_value(text, version)
    };
    item.as_array().into_iter().flat_map(|a| a.iter()).filter_map(of).collect()
}

fn specified(
    draft: &mut Draft<'_>,
    at: usize,
    dialect: Dialect,
    specifier: &str,
    place: Option<Range<usize>>,
) {
    let Some(change) = draft.changes.get(at) else { return };
    let Some(to) = change.to.as_deref() else {
        let what =
            format!("take {} out of pyproject.toml and out of the code by hand", change.name);
        return draft.refuse(at, what);
    };
    match ask(dialect, specifier, &change.from, to) {
        Asked::Elsewhere => {}
        Asked::Admits => draft.admits(at),
        Asked::Refuse(reason) => draft.refuse(at, reason),
        Asked::Raise(new, more) => match place {
            None => draft.refuse(at, "the requirement is written with escapes"),
            Some(place) => draft.replace(at, place, joined(specifier, &new, more.as_deref())),
        },
    }
}
