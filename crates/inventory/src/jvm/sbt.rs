//! Which artifacts does sbt's lock file name?
//!
//! In: build.sbt.lock as the plug-in sbt-dependency-lock writes it. Out: components with the scope
//! that their configurations tell. Never: build.sbt, which is a program.

use vocab::{Base, Scope};

use crate::node::Node;
use crate::reading::{Reading, pinned};
use crate::{Document, Problem, Tree, json, text};

/// Reads build.sbt.lock.
pub fn read(document: Document<'_>, _: &dyn Tree) -> Reading {
    parsed(document).unwrap_or_else(Reading::from)
}

fn parsed(document: Document<'_>) -> Result<Reading, Problem> {
    let root = json::parse(text::of(document.bytes)?)?;
    root.expect_map("the document")?;
    let Some(dependencies) = root.at("dependencies") else {
        let what = "expected the key «dependencies»; this is no lock file of sbt".to_owned();
        return Err(Problem { line: 1, what });
    };
    let mut reading = Reading::default();
    for node in dependencies.expect_list("«dependencies»")? {
        let of = |key| node.text_at(key).filter(|text| !text.is_empty());
        let (Some(group), Some(name), Some(version)) = (of("org"), of("name"), of("version"))
        else {
            reading.problem(node.line, "expected a dependency with «org», «name» and «version»");
            continue;
        };
        let mut component = pinned(Base::Maven, format!("{group}:{name}"), version, node.line);
        component.scope = used_for(node.at("configurations"));
        reading.push(component);
    }
    Ok(reading)
}

fn used_for(configurations: Option<&Node<'_>>) -> Scope {
    let mut names =
        configurations.map(Node::items).unwrap_or_default().iter().filter_map(Node::text);
    let rank = |name: &str| match name {
        "compile" | "runtime" => Scope::Runtime,
        "optional" | "provided" => Scope::Optional,
        "test" | "it" => Scope::Development,
        _ => Scope::Unknown,
    };
    // Scopes are ordered from what runs to what does not.
    names.next().map_or(Scope::Unknown, |first| names.map(rank).fold(rank(first), Ord::min))
}
