//! What does a `package.json` ask for?
//!
//! In: the manifest. Out: the package itself first (when it has a name) and its wishes as components;
//! for the readers of lock files the same as a `Manifest`, and what of it a lock file lacks. A
//! specifier like `1.2.3` is one version (npm documentation, «package.json: dependencies»), though what
//! it brings in is not resolved.

use std::collections::HashSet;

use vocab::{Base, Component, Declared, Ecosystem, Origin, Scope};

use super::{LISTS, origin};
use crate::node::{Entry, Node};
use crate::{Document, Problem, Reading, Tree, text};

/// The lists without whose packages an installation fails.
const REQUIRED: [&str; 2] = ["dependencies", "devDependencies"];

/// Reads a `package.json`.
pub fn read(document: Document<'_>, _: &dyn Tree) -> Reading {
    parse(document.bytes).map_or_else(Reading::from, |manifest| {
        let own = manifest.named_at.map(|line| Component { line, ..manifest.component() });
        let mut reading = Reading { problems: manifest.problems, ..Reading::default() };
        if let Some(own) = own {
            reading.push(own);
        }
        for wish in &manifest.wishes {
            reading.push(component(wish));
        }
        reading
    })
}

/// What the project itself says.
pub(super) struct Manifest {
    pub(super) name: String,
    pub(super) version: Declared,
    pub(super) wishes: Vec<Wish>,
    /// True for the root of several packages, whose wishes stand elsewhere.
    pub(super) workspaces: bool,
    /// The line of the name; `None` when it has none.
    named_at: Option<u32>,
    problems: Vec<Problem>,
}

/// One entry of a list of dependencies.
pub(super) struct Wish {
    pub(super) name: String,
    pub(super) specifier: String,
    pub(super) scope: Scope,
    /// True where an installation without it has failed: neither optional nor left to others.
    pub(super) required: bool,
    pub(super) line: u32,
}

impl Wish {
    /// True where the tools keep no entry for it: another folder, or a member of the workspace.
    pub(super) fn is_local(&self) -> bool {
        local(&self.specifier)
    }
}

/// True for a reference to another folder, which need not have an entry in a lock file.
pub(super) fn local(reference: &str) -> bool {
    let reference = reference.trim_ascii();
    ["link:", "file:", "workspace:", "portal:"].iter().any(|p| reference.starts_with(p))
}

/// What the lists of a package require: what is neither in `optionalDependencies` nor in
/// `peerDependencies` alone. Where a name is in both lists, npm takes it for optional.
pub(super) fn required<'n, 'a>(about: &'n Node<'a>) -> impl Iterator<Item = &'n Entry<'a>> {
    let entries = |list: &str| about.at(list).map(Node::entries).unwrap_or_default();
    let optional: HashSet<&str> =
        entries("optionalDependencies").iter().map(|entry| entry.key.as_ref()).collect();
    REQUIRED
        .iter()
        .flat_map(move |list| entries(list))
        .filter(move |entry| !optional.contains(entry.key.as_ref()))
}

/// The problem of a lock file that lacks what is asked for. It covers the manifest, so it must not be
/// taken for the whole of what the project brings in.
pub(super) fn missing(line: u32, by: &str, name: &str) -> Problem {
    let (by, name) = (text::short(by), text::short(name));
    Problem { line, what: format!("`{by}` asks for `{name}`, which the file does not have") }
}

impl Manifest {
    /// The manifest beside a lock file, when the tree has it and it can be read.
    pub(super) fn beside(document: Document<'_>, tree: &dyn Tree) -> Option<Self> {
        Self::below(document, tree, ".")
    }

    /// The manifest in a folder given relative to the lock file.
    pub(super) fn below(document: Document<'_>, tree: &dyn Tree, folder: &str) -> Option<Self> {
        let path = document.beside(&format!("{folder}/package.json"))?;
        parse(&tree.read(&path)?).ok()
    }

    /// The project itself as a component.
    pub(super) fn component(&self) -> Component {
        Component {
            ecosystem: Ecosystem::from(Base::Npm),
            name: self.name.clone(),
            version: self.version.clone(),
            origin: Origin::FirstParty,
            scope: Scope::Unknown,
            direct: Some(true),
            line: 0,
        }
    }

    /// Puts the project before what it asks for: `find` looks the component of a wish up. The project
    /// becomes the last component. What is not asked for is transitive, but in a workspace the wishes
    /// of its members are unknown.
    pub(super) fn root(&self, reading: &mut Reading, find: impl Fn(&Wish) -> Option<u32>) {
        for component in &mut reading.components {
            component.direct = if self.workspaces { None } else { Some(false) };
        }
        let Some(own) = reading.push(self.component()) else { return };
        let mut roots = Vec::new();
        for wish in &self.wishes {
            let Some(index) = find(wish) else { continue };
            if let Some(component) = reading.components.get_mut(index as usize) {
                component.direct = Some(true);
            }
            reading.requires.push((own, index));
            roots.push((index, wish.scope));
        }
        reading.spread(&roots);
    }
}

impl Manifest {
    /// Notes what the manifest requires and `has` does not know, at this line of the lock file.
    pub(super) fn note_missing(
        &self,
        line: u32,
        reading: &mut Reading,
        has: impl Fn(&Wish) -> bool,
    ) {
        for wish in self.wishes.iter().filter(|wish| wish.required && !has(wish)) {
            reading.note(missing(line, "package.json", &wish.name));
        }
    }
}

fn parse(bytes: &[u8]) -> Result<Manifest, Problem> {
    let root = crate::json::parse(text::of(bytes)?)?;
    root.expect_map("the document")?;
    let mut problems = Vec::new();
    let mut wishes = Vec::new();
    let required: HashSet<&str> = required(&root).map(|entry| entry.key.as_ref()).collect();
    for (list, scope) in LISTS {
        let Some(node) = root.at(list) else { continue };
        match node.expect_map(list) {
            Ok(entries) => {
                for entry in entries {
                    match entry.node.text() {
                        Some(specifier) => wishes.push(Wish {
                            name: entry.key.to_string(),
                            specifier: specifier.to_owned(),
                            scope,
                            required: REQUIRED.contains(&list)
                                && required.contains(entry.key.as_ref()),
                            line: entry.line,
                        }),
                        None => problems.push(entry.node.wrong(&entry.key, "a specifier")),
                    }
                }
            }
            Err(problem) => problems.push(problem),
        }
    }
    wishes.sort_by_key(|wish| wish.line);
    let named = root.at("name").filter(|node| node.text().is_some_and(|name| !name.is_empty()));
    Ok(Manifest {
        name: named.and_then(Node::text).unwrap_or(".").to_owned(),
        named_at: named.map(|node| node.line),
        version: version_of(&root),
        wishes,
        workspaces: root.at("workspaces").is_some(),
        problems,
    })
}

/// The `version` of a package, or nothing.
pub(super) fn version_of(node: &Node<'_>) -> Declared {
    match node.text_at("version") {
        Some(version) if !version.is_empty() => Declared::Exact(version.to_owned()),
        _ => Declared::Absent,
    }
}

fn component(wish: &Wish) -> Component {
    let specifier = wish.specifier.trim_ascii();
    let (name, specifier) = alias(specifier).unwrap_or((&wish.name, specifier));
    let registry = !specifier.contains([':', '/']);
    let (version, origin) = if registry {
        (declared(specifier), Origin::Registry)
    } else if specifier.contains(':') {
        (Declared::Absent, origin::of(specifier))
    } else {
        // `owner/name` is a repository on GitHub.
        (Declared::Absent, origin::of(&format!("github:{specifier}")))
    };
    Component {
        ecosystem: Ecosystem::from(Base::Npm),
        name: name.to_owned(),
        version,
        origin,
        scope: wish.scope,
        direct: Some(true),
        line: wish.line,
    }
}

/// The real name and specifier of `npm:name@specifier`.
pub(super) fn alias(specifier: &str) -> Option<(&str, &str)> {
    let rest = specifier.strip_prefix("npm:")?;
    match rest.get(1..).and_then(|tail| tail.find('@')) {
        Some(at) => Some((rest.get(..at + 1)?, rest.get(at + 2..)?)),
        None => Some((rest, "")),
    }
}

/// Three numbers and what may follow them are one version; anything else is a range or a tag.
fn declared(specifier: &str) -> Declared {
    let bare = specifier.trim_start_matches(['=', 'v']).trim_ascii();
    let numbers = bare.split(['-', '+']).next().unwrap_or_default();
    let numeric = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let exact = numbers.split('.').count() == 3
        && numbers.split('.').all(numeric)
        && !bare.contains([' ', '|', ',']);
    match specifier {
        "" => Declared::Absent,
        _ if exact => Declared::Exact(bare.to_owned()),
        _ => Declared::Range(specifier.to_owned()),
    }
}
