//! Which packages does packages.config name?
//!
//! In: packages.config (NuGet documentation, «packages.config reference»): a flat list, direct and
//! transitive alike. Out: components. Never: the project file beside it.

use vocab::{Base, Declared, Scope};

use super::project::declared;
use crate::reading::{Reading, pinned};
use crate::{Document, Problem, Tree, text, xml};

/// Reads packages.config.
pub fn read(document: Document<'_>, _: &dyn Tree) -> Reading {
    parsed(document).unwrap_or_else(Reading::from)
}

fn parsed(document: Document<'_>) -> Result<Reading, Problem> {
    let root = xml::parse(document.bytes)?;
    if &*root.name != "packages" {
        let what = format!("expected <packages>, found <{}>", text::short(&root.name));
        return Err(Problem { line: root.line, what });
    }
    let mut reading = Reading::default();
    for package in root.all("package") {
        let Some(id) = package.attribute("id").filter(|id| !id.is_empty()) else {
            reading.problem(package.line, "a <package> without «id»");
            continue;
        };
        let mut component = pinned(Base::NuGet, id, "", package.line);
        component.version = package.attribute("version").map_or(Declared::Absent, declared);
        let development = package.attribute("developmentDependency");
        let development = development.is_some_and(|flag| flag.eq_ignore_ascii_case("true"));
        component.scope = if development { Scope::Development } else { Scope::Runtime };
        reading.push(component);
    }
    Ok(reading)
}
