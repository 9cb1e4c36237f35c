//! Which packages does a project file refer to?
//!
//! In: a project file or Directory.Packages.props; through the tree the Directory.Packages.props that
//! is in force for a project. Out: the packages that it names itself. Never: what those require (only a
//! lock file tells), and no condition, import or property function evaluated: an item counts under
//! whatever condition. A plain `1.2.3` is NuGet's lowest allowed version, and the lowest is what NuGet
//! takes («NuGet package dependency resolution», lowest applicable version), so it counts as exact;
//! brackets and `*` are ranges («Package versioning»).

use std::collections::HashMap;

use vocab::{Base, Declared, Scope};

use crate::reading::{Reading, pinned};
use crate::xml::Element;
use crate::{Document, Problem, Tree, text, xml};

/// The items that name packages.
const ITEMS: &[&str] = &["PackageReference", "PackageVersion", "GlobalPackageReference"];
/// Most folders above a project in which its central versions are looked for.
const MAX_FOLDERS: usize = 32;

/// Reads a project file or Directory.Packages.props.
pub fn read(document: Document<'_>, tree: &dyn Tree) -> Reading {
    parsed(document, tree).unwrap_or_else(Reading::from)
}

fn parsed(document: Document<'_>, tree: &dyn Tree) -> Result<Reading, Problem> {
    let project = Project::read(document.bytes)?;
    let mut reading = Reading::default();
    let mut central = None;
    for item in project.items() {
        let Some(name) = item.attribute("Include").or_else(|| item.attribute("Update")) else {
            if item.attribute("Remove").is_none() {
                let what = format!("<{}> without «Include», «Update» or «Remove»", item.name);
                reading.problem(item.line, what);
            }
            continue;
        };
        let stated = version_of(item).map(|version| project.replace(version));
        if stated.is_none() && item.attribute("Include").is_none() {
            continue;
        }
        let stated = stated.or_else(|| {
            let central = central.get_or_insert_with(|| central_versions(document.path, tree));
            central.get(&name.to_ascii_lowercase()).cloned()
        });
        for name in name.split(';').map(str::trim).filter(|name| !name.is_empty()) {
            let mut component = pinned(Base::NuGet, name, "", item.line);
            component.version = stated.as_deref().map_or(Declared::Absent, declared);
            component.direct = Some(true);
            component.scope = used_for(item);
            reading.push(component);
        }
    }
    Ok(reading)
}

struct Project {
    root: Element,
    properties: HashMap<String, String>,
}

impl Project {
    fn read(bytes: &[u8]) -> Result<Self, Problem> {
        let root = xml::parse(bytes)?;
        if &*root.name != "Project" {
            let what = format!("expected <Project>, found <{}>", text::short(&root.name));
            return Err(Problem { line: root.line, what });
        }
        let groups = root.all("PropertyGroup").flat_map(|group| &group.children);
        let properties = groups.map(|p| (p.name.to_ascii_lowercase(), p.text.clone())).collect();
        Ok(Self { root, properties })
    }

    /// The package items, at whatever depth.
    fn items(&self) -> Vec<&Element> {
        let mut found = Vec::new();
        let mut open = vec![&self.root];
        while let Some(element) = open.pop() {
            if ITEMS.contains(&&*element.name) {
                found.push(element);
            } else {
                open.extend(element.children.iter().rev());
            }
        }
        found
    }

    /// A version that is one property of this file, `$(Name)`, replaced; everything else as written.
    fn replace(&self, version: &str) -> String {
        let key = version.strip_prefix("$(").and_then(|rest| rest.strip_suffix(')'));
        let value = key.and_then(|key| self.properties.get(&key.to_ascii_lowercase()));
        value.map_or(version, String::as_str).to_owned()
    }
}

fn version_of(item: &Element) -> Option<&str> {
    ["VersionOverride", "Version"]
        .into_iter()
        .find_map(|key| item.attribute(key).or_else(|| item.text_of(key)))
        .filter(|version| !version.is_empty())
}

/// The versions of the nearest Directory.Packages.props at or above the project's folder («Central
/// Package Management»), by name in lower case.
fn central_versions(path: &str, tree: &dyn Tree) -> HashMap<String, String> {
    let mut folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    for _ in 0..MAX_FOLDERS {
        let beside =
            format!("{folder}{}Directory.Packages.props", if folder.is_empty() { "" } else { "/" });
        if let Some(project) = tree.read(&beside).and_then(|bytes| Project::read(&bytes).ok()) {
            let named = project.items().into_iter().filter_map(|item| {
                let name = item.attribute("Include")?.to_ascii_lowercase();
                Some((name, project.replace(version_of(item)?)))
            });
            return named.collect();
        }
        if folder.is_empty() {
            break;
        }
        folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
    }
    HashMap::new()
}

/// What is private to the build (`PrivateAssets="all"`: analyzers, generators) does not reach what runs.
fn used_for(item: &Element) -> Scope {
    let private = item.attribute("PrivateAssets").or_else(|| item.text_of("PrivateAssets"));
    match private {
        Some(assets) if assets.trim().eq_ignore_ascii_case("all") => Scope::Development,
        _ if &*item.name == "GlobalPackageReference" => Scope::Development,
        _ => Scope::Unknown,
    }
}

/// A version as NuGet writes it: `1.2.3`, `[1.2.3]`, or a range.
pub(super) fn declared(version: &str) -> Declared {
    let version = version.trim();
    let pinned =
        version.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(version);
    if pinned.is_empty() {
        Declared::Absent
    } else if pinned.contains(['[', ']', '(', ')', ',', '*', '$']) {
        Declared::Range(version.to_owned())
    } else {
        Declared::Exact(pinned.trim().to_owned())
    }
}
