//! Which packages does Stack's lock file name?
//!
//! In: stack.yaml.lock (Stack documentation, «Lock files»). Out: the extra packages that stack.yaml
//! names, as completed. Never: the packages of the snapshot, which the file names by a hash alone; that
//! they are missing is a problem.

use vocab::{Base, Component, Declared, Origin};

use crate::node::{Node, Value};
use crate::reading::{Reading, pinned};
use crate::{Document, Problem, Tree, source, text, yaml};

/// Reads stack.yaml.lock.
pub fn read(document: Document<'_>, _: &dyn Tree) -> Reading {
    parsed(document).unwrap_or_else(Reading::from)
}

fn parsed(document: Document<'_>) -> Result<Reading, Problem> {
    let root = yaml::parse_one(text::of(document.bytes)?)?;
    root.expect_map("the document")?;
    if root.at("packages").is_none() && root.at("snapshots").is_none() {
        let what = "expected «packages» or «snapshots»; this is no lock file of Stack".to_owned();
        return Err(Problem { line: root.line, what });
    }
    let mut reading = Reading::default();
    if let Some(snapshots) = root.at("snapshots").filter(|snapshots| !is_empty(snapshots)) {
        let what = "the packages of the snapshot are not named in the file, only the snapshot is";
        reading.problem(snapshots.line, what);
    }
    let Some(packages) = root.at("packages").filter(|packages| !packages.is_null()) else {
        return Ok(reading);
    };
    for package in packages.expect_list("«packages»")? {
        match package.at("completed").and_then(component) {
            Some(component) => {
                reading.push(component);
            }
            None => reading.problem(
                package.line,
                "expected «completed» with «hackage», or with «name», «version» and a source",
            ),
        }
    }
    Ok(reading)
}

fn is_empty(snapshots: &Node<'_>) -> bool {
    snapshots.is_null() || matches!(&snapshots.value, Value::List(items) if items.is_empty())
}

fn component(completed: &Node<'_>) -> Option<Component> {
    let mut component = if let Some(reference) = completed.at("hackage") {
        let reference_text = reference.text()?;
        let release = reference_text.split('@').next().unwrap_or_default();
        let (name, version) = release.rsplit_once('-')?;
        let version = Some(version).filter(|v| v.starts_with(|c: char| c.is_ascii_digit()))?;
        pinned(Base::Hackage, name, version, reference.line)
    } else {
        let mut component = pinned(Base::Hackage, completed.text_at("name")?, "", completed.line);
        let version = completed.at("version").and_then(Node::scalar);
        component.version = version.map_or(Declared::Absent, |v| Declared::Exact(v.to_owned()));
        component.origin = origin(completed)?;
        component
    };
    component.direct = Some(true);
    Some(component)
}

fn origin(completed: &Node<'_>) -> Option<Origin> {
    if let Some(url) = completed.text_at("git").or_else(|| completed.text_at("hg")) {
        let commit = completed.at("commit").and_then(Node::scalar);
        return Some(source::git(url, Some(commit.unwrap_or_default())));
    }
    completed.text_at("url").or_else(|| completed.text_at("archive")).map(source::foreign)
}
