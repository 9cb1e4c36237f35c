//! Which artifacts does a Maven project name?
//!
//! In: pom.xml, and through the tree its parents and the managed versions imported from the same build.
//! Out: the project as first party and its own dependencies. Never: what its dependencies require, what
//! is inherited from a parent (it stands in the parent's own pom.xml), plugins, or anything from a
//! repository: what only those tell stays without a version and so is not evaluated. Rules: Maven's POM
//! Reference; «Introduction to the Dependency Mechanism».

use std::collections::{HashMap, HashSet};

use vocab::{Base, Component, Declared, Ecosystem, Origin, Scope};

use super::model::{Dependency, Pom};
use super::properties::Properties;
use crate::reading::Reading;
use crate::{Document, Problem, Tree};

/// Most ancestors followed.
const MAX_PARENTS: usize = 16;
/// Most other files read for one pom.xml in search of imported managed versions.
const MAX_IMPORTS: usize = 16;

/// Reads pom.xml.
pub fn read(document: Document<'_>, tree: &dyn Tree) -> Reading {
    parsed(document, tree).unwrap_or_else(Reading::from)
}

fn parsed(document: Document<'_>, tree: &dyn Tree) -> Result<Reading, Problem> {
    let pom = Pom::read(document.bytes)?;
    let mut reading = Reading::default();
    let (lineage, folders) = with_parents(pom, document.path, tree);
    let properties = Properties { lineage: &lineage };
    let Some(project) = lineage.first() else { return Ok(reading) };
    let root = reading.push(first_party(project, &properties));
    let managed = Managed::gather(&lineage, &folders, &properties, tree);
    let modules = lineage.iter().flat_map(|pom| &pom.modules).map(|m| last_part(m)).collect();
    for dependency in &project.dependencies {
        match component(dependency, &properties, &managed, &modules) {
            Ok(component) => {
                let edge = root.zip(reading.push(component));
                reading.requires.extend(edge);
            }
            Err(problem) => reading.problems.push(problem),
        }
    }
    Ok(reading)
}

/// The pom and its ancestors as far as they lie in the tree, each with its folder. A file at the
/// relative path counts only when it is the parent that is meant, as in Maven.
fn with_parents(pom: Pom, path: &str, tree: &dyn Tree) -> (Vec<Pom>, Vec<String>) {
    let mut folders = vec![folder(path).to_owned()];
    let mut lineage = vec![pom];
    while lineage.len() <= MAX_PARENTS {
        let Some(parent) = lineage.last().and_then(|pom| pom.parent.as_ref()) else { break };
        let here = folders.last().map_or("", String::as_str);
        let beside = parent.path.as_deref().and_then(|relative| pom_at(here, relative, tree));
        let Some((pom, folder)) = beside else { break };
        if !is(&pom, &parent.group, &parent.artifact) {
            break;
        }
        lineage.push(pom);
        folders.push(folder);
    }
    (lineage, folders)
}

fn is(pom: &Pom, group: &str, artifact: &str) -> bool {
    pom.group_or_parents() == Some(group) && pom.artifact.as_deref() == Some(artifact)
}

/// The pom at a relative path, which may name a folder, and the folder in which it lies.
fn pom_at(folder_of: &str, relative: &str, tree: &dyn Tree) -> Option<(Pom, String)> {
    let named = resolve(folder_of, relative)?;
    let path = if named.ends_with(".xml") { named } else { resolve(&named, "pom.xml")? };
    let pom = Pom::read(&tree.read(&path)?).ok()?;
    Some((pom, folder(&path).to_owned()))
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Joins paths, `.` and `..` removed; `None` where that leaves the root.
fn resolve(folder: &str, relative: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Versions and scopes that `<dependencyManagement>` gives, by `group:artifact`; the nearest wins.
struct Managed(HashMap<String, (String, String)>);

impl Managed {
    fn gather(
        lineage: &[Pom],
        folders: &[String],
        properties: &Properties<'_>,
        tree: &dyn Tree,
    ) -> Self {
        let mut managed = Self(HashMap::new());
        let mut imports = Vec::new();
        for entry in lineage.iter().flat_map(|pom| &pom.managed) {
            if entry.scope == "import" {
                imports
                    .push((properties.replace(&entry.group), properties.replace(&entry.artifact)));
            } else {
                managed.add(entry, properties);
            }
        }
        let mut budget = MAX_IMPORTS;
        for (group, artifact) in imports {
            let Some(pom) = find(&group, &artifact, lineage, folders, tree, &mut budget) else {
                continue;
            };
            let (lineage, _) = with_parents(pom.0, &pom.1, tree);
            let properties = Properties { lineage: &lineage };
            for entry in lineage.iter().flat_map(|pom| &pom.managed) {
                if entry.scope != "import" {
                    managed.add(entry, &properties);
                }
            }
        }
        managed
    }

    fn add(&mut self, entry: &Dependency, properties: &Properties<'_>) {
        let key = key(entry, properties);
        let version = properties.replace(&entry.version);
        self.0.entry(key).or_insert_with(|| (version, entry.scope.clone()));
    }
}

/// A pom of the same build and its path: beside this one, or a module of an ancestor, in a folder
/// whose name the artifact's name ends with.
fn find(
    group: &str,
    artifact: &str,
    lineage: &[Pom],
    folders: &[String],
    tree: &dyn Tree,
    budget: &mut usize,
) -> Option<(Pom, String)> {
    let beside = folders.first().and_then(|folder| resolve(folder, &format!("../{artifact}")));
    let modules = lineage.iter().zip(folders).flat_map(|(pom, folder)| {
        let likely = pom.modules.iter().filter(|module| artifact.ends_with(last_part(module)));
        likely.filter_map(move |module| resolve(folder, module))
    });
    for candidate in beside.into_iter().chain(modules) {
        *budget = budget.checked_sub(1)?;
        if let Some((pom, folder)) = pom_at(&candidate, "pom.xml", tree)
            && is(&pom, group, artifact)
        {
            return Some((pom, format!("{folder}/pom.xml")));
        }
    }
    None
}

fn last_part(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

fn key(dependency: &Dependency, properties: &Properties<'_>) -> String {
    let group = properties.replace(&dependency.group);
    format!("{group}:{}", properties.replace(&dependency.artifact))
}

fn component(
    dependency: &Dependency,
    properties: &Properties<'_>,
    managed: &Managed,
    modules: &HashSet<&str>,
) -> Result<Component, Problem> {
    let line = dependency.line;
    if dependency.group.is_empty() || dependency.artifact.is_empty() {
        let what = "a <dependency> without <groupId> or <artifactId>".to_owned();
        return Err(Problem { line, what });
    }
    let name = key(dependency, properties);
    if name.contains("${") {
        let name = crate::text::short(&name).to_owned();
        let what = format!("the name «{name}» has a property that nothing in the tree defines");
        return Err(Problem { line, what });
    }
    let from_management = managed.0.get(&name);
    let version = match dependency.version.as_str() {
        "" => from_management.map_or(String::new(), |(version, _)| version.clone()),
        own => properties.replace(own),
    };
    let scope = match dependency.scope.as_str() {
        "" => from_management.map_or(String::new(), |(_, scope)| scope.clone()),
        own => properties.replace(own),
    };
    let origin = match scope.as_str() {
        "system" => Origin::Foreign("system path".to_owned()),
        _ if is_module(&name, properties, modules) => Origin::FirstParty,
        _ => Origin::Registry,
    };
    Ok(Component {
        ecosystem: Ecosystem::from(Base::Maven),
        name,
        version: declared(&version),
        origin,
        scope: used_for(&scope, dependency),
        direct: Some(true),
        line,
    })
}

/// A module of this build: of the project's own group, in a folder that is listed as a module.
fn is_module(name: &str, properties: &Properties<'_>, modules: &HashSet<&str>) -> bool {
    let own = properties.group().map(|group| properties.replace(group));
    name.split_once(':').is_some_and(|(group, artifact)| {
        own.as_deref() == Some(group) && modules.contains(artifact)
    })
}

/// Maven's scopes. `provided` is given by the container at run time, so it may be part of what runs.
fn used_for(scope: &str, dependency: &Dependency) -> Scope {
    match scope {
        "test" => Scope::Development,
        "provided" => Scope::Optional,
        _ if dependency.optional || dependency.conditional => Scope::Optional,
        "" | "compile" | "runtime" | "system" => Scope::Runtime,
        _ => Scope::Unknown,
    }
}

/// `1.2` is what Maven takes unless another path is nearer; `[1.2]` is exactly that; all other
/// brackets are ranges («Dependency Version Requirement Specification»).
pub(super) fn declared(version: &str) -> Declared {
    let version = version.trim();
    let pinned = version.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let open = |text: &str| text.contains(['[', ']', '(', ')', ',']) || text.contains("${");
    match (version, pinned) {
        ("", _) => Declared::Absent,
        (_, Some(exact)) if !open(exact) => Declared::Exact(exact.trim().to_owned()),
        ("LATEST" | "RELEASE", _) => Declared::Range(version.to_owned()),
        _ if open(version) => Declared::Range(version.to_owned()),
        _ => Declared::Exact(version.to_owned()),
    }
}

fn first_party(project: &Pom, properties: &Properties<'_>) -> Component {
    let text = |text: Option<&str>| text.map_or(String::new(), |text| properties.replace(text));
    Component {
        ecosystem: Ecosystem::from(Base::Maven),
        name: format!("{}:{}", text(properties.group()), text(project.artifact.as_deref())),
        version: declared(&text(properties.version())),
        origin: Origin::FirstParty,
        scope: Scope::Unknown,
        direct: None,
        line: project.line,
    }
}
