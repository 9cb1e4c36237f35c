//! Where does a `Cargo.toml` name a package?
//!
//! Cargo, «Specifying Dependencies»: the three dependency tables, those below `target`, and
//! `workspace.dependencies`; `package` renames, `workspace = true` points elsewhere.

use toml_edit::{Item, TableLike};

use super::requirement::{Asked, Dialect, ask};
use super::splice::Draft;
use super::{EditError, toml};

const TABLES: &[&str] = &[
    "dependencies",
    "dev-dependencies",
    "build-dependencies",
    "dev_dependencies",
    "build_dependencies",
];

/// Finds the places.
pub fn find(draft: &mut Draft<'_>) -> Result<(), EditError> {
    let document = toml::parse(draft.text)?;
    let root: &dyn TableLike = document.as_table();
    tables(draft, root);
    if let Some(workspace) = toml::table(root, &["workspace"]) {
        tables(draft, workspace);
    }
    if let Some(targets) = toml::table(root, &["target"]) {
        for (_, target) in targets.iter() {
            if let Some(target) = target.as_table_like() {
                tables(draft, target);
            }
        }
    }
    Ok(())
}

fn tables(draft: &mut Draft<'_>, parent: &dyn TableLike) {
    for name in TABLES {
        let Some(table) = toml::table(parent, &[name]) else { continue };
        for (key, item) in table.iter() {
            dependency(draft, key, item);
        }
    }
}

fn dependency(draft: &mut Draft<'_>, key: &str, item: &Item) {
    let (name, version) = match item.as_table_like() {
        None => (key, Some(item)),
        Some(table) => {
            if table.get("workspace").is_some() {
                return;
            }
            (table.get("package").and_then(Item::as_str).unwrap_or(key), table.get("version"))
        }
    };
    for at in draft.wanted(name) {
        let Some(change) = draft.changes.get(at) else { continue };
        let Some(to) = change.to.as_deref() else {
            draft.refuse(at, format!("take `{key}` out of Cargo.toml and out of the code by hand"));
            continue;
        };
        let Some((requirement, place)) = version.and_then(|v| toml::string(draft.text, v)) else {
            // From git or a path: no version asks for it.
            continue;
        };
        match ask(Dialect::Cargo, requirement, &change.from, to) {
            Asked::Elsewhere => {}
            Asked::Admits => draft.admits(at),
            Asked::Refuse(reason) => draft.refuse(at, reason),
            Asked::Raise(new, more) => match place {
                None => draft.refuse(at, "the requirement is written with escapes"),
                Some(place) => draft.replace(at, place, joined(&new, more)),
            },
        }
    }
}

fn joined(new: &str, more: Option<String>) -> String {
    more.map_or_else(|| new.to_owned(), |more| format!("{new}, {more}"))
}
