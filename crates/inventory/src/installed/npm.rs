//! Which npm package is installed in a folder?
//!
//! In: package.json of a folder that Node would find by a name: a direct child of `node_modules` or of a
//! scope in it (Node.js documentation, «Loading from node_modules folders»). Out: one component. Where the
//! package came from is told only by npm up to version 6 (`_resolved`). Never: the manifests inside a
//! package, and those of the packages that its tests bring along as fixtures.

use vocab::{Base, Component, Declared, Ecosystem, Origin, Scope};

use super::fields::{is_plain, licences};
use crate::javascript::origin;
use crate::node::Node;
use crate::reading::{Details, Reading};
use crate::{Document, Problem, json, text};

/// Folders of a package whose own `node_modules` are material of tests.
const FIXTURES: &[&str] = &[
    "__fixtures__",
    "__mocks__",
    "__tests__",
    "example",
    "examples",
    "fixture",
    "fixtures",
    "spec",
    "test",
    "test-fixtures",
    "testdata",
    "tests",
];

/// Whether a folder is that of an installed package.
pub(super) fn is_package(folder: &str) -> bool {
    let Some(name) = package_name(folder) else { return false };
    name.split('/').all(|part| !part.is_empty() && !part.starts_with(['.', '_']))
        && !is_fixture(folder)
}

/// Reads package.json. A package without a version is one that nobody can evaluate, not one that is
/// not there; without a name it bears its folder's, by which Node finds it.
pub(super) fn read(document: Document<'_>) -> Reading {
    parsed(document).unwrap_or_else(Reading::from)
}

/// `NAME` or `@SCOPE/NAME` of a folder that lies directly in `node_modules`.
fn package_name(folder: &str) -> Option<&str> {
    let start = folder.rfind("node_modules/")?;
    let whole = start == 0 || folder.get(..start)?.ends_with('/');
    let name = folder.get(start + "node_modules/".len()..).filter(|_| whole)?;
    let parts = name.split('/').count();
    (parts == if name.starts_with('@') { 2 } else { 1 }).then_some(name)
}

/// Whether a folder of fixtures lies between a package and the `node_modules` of this one. The names of
/// packages do not count: there is one called `test`.
fn is_fixture(folder: &str) -> bool {
    let mut inside = false;
    let mut names = 0;
    for part in folder.split('/') {
        match part {
            "node_modules" => (inside, names) = (true, 1),
            _ if names > 0 => names = usize::from(part.starts_with('@')),
            _ if inside && FIXTURES.contains(&part) => return true,
            _ => {}
        }
    }
    false
}

fn parsed(document: Document<'_>) -> Result<Reading, Problem> {
    let root = json::parse(text::of(document.bytes)?)?;
    root.expect_map("the document")?;
    let folder = document.path.strip_suffix("/package.json").and_then(package_name);
    let stated = root.at("name").and_then(|node| Some((node.text()?, node.line)));
    let (name, line) = match (stated.filter(|(name, _)| is_plain(name)), folder) {
        (Some(stated), _) => stated,
        (None, Some(folder)) => (folder, root.line),
        (None, None) => {
            let what = "expected the key «name» with a text".to_owned();
            return Err(Problem { line: root.line, what });
        }
    };
    let version = root.text_at("version").map(str::trim).filter(|text| is_plain(text));
    let component = Component {
        ecosystem: Ecosystem::from(Base::Npm),
        name: name.to_owned(),
        version: version.map_or(Declared::Absent, |text| Declared::Exact(text.to_owned())),
        origin: origin_of(&root),
        scope: Scope::Unknown,
        direct: None,
        line,
    };
    let mut reading = Reading::default();
    let licences = licences_of(&root);
    if let Some(index) = reading.push(component)
        && !licences.is_empty()
    {
        reading.details.insert(index, Details { licences, ..Details::default() });
    }
    Ok(reading)
}

/// The registry takes no package that is `private`: it is the project's own.
fn origin_of(root: &Node<'_>) -> Origin {
    let resolved = root.text_at("_resolved").unwrap_or_default();
    match resolved {
        "" if root.flag("private") => Origin::FirstParty,
        address => origin::of(address),
    }
}

/// `license` is an expression, or a map with `type`; `licenses`, which npm gave up, a list of these.
fn licences_of(root: &Node<'_>) -> Vec<String> {
    let of = |node: &Node<'_>| node.text().or_else(|| node.text_at("type")).map(str::to_owned);
    let many = root.at("licenses").map(Node::items).unwrap_or_default();
    let stated: Vec<String> = root.at("license").into_iter().chain(many).filter_map(of).collect();
    licences(stated.iter().map(String::as_str))
}

#[cfg(test)]
mod tests {
    use super::is_package;

    #[test]
    fn only_what_node_would_find_is_a_package() {
        for folder in [
            "node_modules/a",
            "app/node_modules/@s/a",
            "usr/lib/node_modules/npm/node_modules/a",
            "node_modules/.pnpm/a@1.0.0_b@2.0.0/node_modules/a",
            "node_modules/test",
            "node_modules/@s/test/node_modules/a",
            "srv/test/app/node_modules/a",
            "node_modules/a/dist/server/node_modules/b",
        ] {
            assert!(is_package(folder), "{folder}");
        }
        for folder in [
            "",
            "a",
            "node_modules",
            "node_modules/",
            "node_modules/@s",
            "node_modules/a/lib",
            "node_modules/.cache",
            "node_modules/@s/.x",
            "my_node_modules/a",
            "node_modules/a/test/node_modules/b",
            "node_modules/@s/a/tests/x/node_modules/b",
            "node_modules/a/node_modules/b/fixtures/node_modules/c/node_modules/d",
        ] {
            assert!(!is_package(folder), "{folder}");
        }
    }
}
