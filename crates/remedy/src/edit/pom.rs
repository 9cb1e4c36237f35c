//! Where does a POM set the version of an artifact?
//!
//! Maven, «POM Reference»: `dependencies` and `dependencyManagement` of the project; a version may be
//! `${property}` of the same file. What stands in a profile holds only where the profile does, so it is
//! refused; what a parent or an imported list sets is not in this file.

use std::collections::BTreeSet;
use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::EditError;
use super::splice::Draft;

/// Deepest nesting.
const MAX_DEPTH: usize = 128;
/// Most elements read.
const MAX_ELEMENTS: usize = 1_000_000;

/// A text with its place.
type Text = (String, Range<usize>);

#[derive(Default)]
struct Dependency {
    group: Option<Text>,
    artifact: Option<Text>,
    version: Option<Text>,
    profile: bool,
}

struct Property {
    name: String,
    value: Text,
    profile: bool,
}

#[derive(Default)]
struct Pom {
    dependencies: Vec<Dependency>,
    properties: Vec<Property>,
}

/// Finds the places.
pub fn find(draft: &mut Draft<'_>) -> Result<(), EditError> {
    let pom = read(draft.text)?;
    for dependency in &pom.dependencies {
        let (Some(group), Some(artifact)) = (&dependency.group, &dependency.artifact) else {
            continue;
        };
        let name = format!("{}:{}", pom.expanded(&group.0), pom.expanded(&artifact.0));
        for at in draft.wanted(&name) {
            version(draft, &pom, dependency, at);
        }
    }
    Ok(())
}

fn version(draft: &mut Draft<'_>, pom: &Pom, dependency: &Dependency, at: usize) {
    let Some(change) = draft.changes.get(at) else { return };
    let Some((text, place)) = &dependency.version else {
        // Managed above or elsewhere in this file, where its own entry is met.
        return;
    };
    let meant = |value: &str| change.from.is_empty() || change.from.iter().any(|f| f == value);
    if !meant(&pom.expanded(text)) {
        return;
    }
    let Some(to) = change.to.as_deref() else {
        return draft
            .refuse(at, "take the <dependency> out of the POM and out of the code by hand");
    };
    if dependency.profile {
        return draft.refuse(at, "the version is set in a profile; change it by hand");
    }
    if let (Some(old), Some(new)) = (flavour(&pom.expanded(text)), flavour(to))
        && old != new
    {
        let reason =
            format!("{to} is the flavour «{new}», and «{old}» is asked for; choose by hand");
        return draft.refuse(at, reason);
    }
    let Some(name) = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) else {
        if text.contains("${") || text.starts_with(['[', '(']) {
            return draft
                .refuse(at, format!("the version «{text}» is composed; change it by hand"));
        }
        return draft.replace(at, place.clone(), to);
    };
    let mut definitions = pom.properties.iter().filter(|p| p.name == name);
    match (definitions.next(), definitions.next()) {
        (None, _) => draft.refuse(at, format!("${{{name}}} is not set in this file")),
        (Some(_), Some(_)) => {
            draft.refuse(at, format!("${{{name}}} is set more than once in this file"));
        }
        (Some(one), None) if one.profile => {
            draft.refuse(at, format!("${{{name}}} is set in a profile; change it by hand"));
        }
        (Some(one), None) if one.value.0.contains("${") => {
            draft.refuse(at, format!("${{{name}}} is made of other properties"));
        }
        (Some(one), None) => {
            let others = pom.others(draft.text, name, dependency);
            if others.is_empty() {
                draft.replace(at, one.value.1.clone(), to);
            } else {
                draft.refuse(at, format!("${{{name}}} also serves {}", others.join(", ")));
            }
        }
    }
}

/// The word behind a version by which builds for different platforms differ (`-jre`, `-android`);
/// words that order releases are none.
fn flavour(version: &str) -> Option<&str> {
    const ORDER: &[&str] =
        &["alpha", "beta", "milestone", "rc", "cr", "snapshot", "final", "ga", "release", "sp"];
    let (_, word) = version.rsplit_once('-')?;
    let plain = !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphabetic());
    (plain && !ORDER.contains(&word.to_ascii_lowercase().as_str())).then_some(word)
}

impl Pom {
    /// A text with the file's own plain properties put in, one step deep.
    fn expanded(&self, text: &str) -> String {
        let Some((before, rest)) = text.split_once("${") else { return text.to_owned() };
        let Some((name, after)) = rest.split_once('}') else { return text.to_owned() };
        match self.properties.iter().find(|p| p.name == name) {
            Some(property) => format!("{before}{}{after}", property.value.0),
            None => text.to_owned(),
        }
    }

    /// What else a property serves, artifacts of the same group aside: they are released together.
    fn others(&self, text: &str, name: &str, own: &Dependency) -> Vec<String> {
        let reference = format!("${{{name}}}");
        let group = own.group.as_ref().map(|(group, _)| group.as_str());
        let mut others = BTreeSet::new();
        let mut versions = 0;
        for dependency in &self.dependencies {
            if dependency.version.as_ref().is_none_or(|(version, _)| *version != reference) {
                continue;
            }
            versions += 1;
            let of = dependency.group.as_ref().map(|(group, _)| group.as_str());
            if of != group {
                let artifact = dependency.artifact.as_ref().map_or("", |(artifact, _)| artifact);
                others.insert(format!("{}:{artifact}", of.unwrap_or_default()));
            }
        }
        if text.matches(&reference).count() > versions {
            others.insert("another part of the file".to_owned());
        }
        others.into_iter().take(5).collect()
    }
}

fn read(text: &str) -> Result<Pom, EditError> {
    // The reader passes over a byte order mark and does not count it.
    let mark = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut reader = Reader::from_str(text.get(mark..).unwrap_or_default());
    let position = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).saturating_add(mark);
    let mut pom = Pom::default();
    let mut path: Vec<String> = Vec::new();
    let mut value: Option<Text> = None;
    let mut elements = 0usize;
    loop {
        let start = position(reader.buffer_position());
        let event = reader.read_event().map_err(|error| fault(text, start, &error.to_string()))?;
        let end = position(reader.buffer_position());
        match event {
            Event::Start(element) => {
                elements += 1;
                if path.len() >= MAX_DEPTH || elements > MAX_ELEMENTS {
                    return Err(fault(text, start, "more elements or levels than any real POM"));
                }
                path.push(element.local_name().as_ref().to_owned());
                value = None;
                if is_dependency(&path) {
                    let profile = path.iter().any(|name| name == "profile");
                    pom.dependencies.push(Dependency { profile, ..Dependency::default() });
                }
            }
            Event::Text(_) => {
                let raw = text.get(start..end).unwrap_or_default();
                let begin = start + raw.len() - raw.trim_start().len();
                let trimmed = raw.trim();
                // A second text, after a comment, makes the value unclear: it is left out.
                value = match value {
                    None if !trimmed.is_empty() => {
                        Some((trimmed.to_owned(), begin..begin + trimmed.len()))
                    }
                    Some(_) if !trimmed.is_empty() => Some((String::new(), 0..0)),
                    kept => kept,
                };
            }
            Event::GeneralRef(_) | Event::CData(_) => value = Some((String::new(), 0..0)),
            Event::End(_) => {
                let found = value.take().filter(|(text, _)| !text.is_empty());
                if let Some(found) = found {
                    close(&mut pom, &path, found);
                }
                path.pop();
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if path.is_empty() { Ok(pom) } else { Err(fault(text, text.len(), "ends too early")) }
}

/// `…/dependencies/dependency` of the project, its management or a profile; not of a plugin.
fn is_dependency(path: &[String]) -> bool {
    let names: Vec<&str> = path.iter().map(String::as_str).collect();
    let names = match names.as_slice() {
        ["project", "profiles", "profile", rest @ ..] | ["project", rest @ ..] => rest,
        _ => return false,
    };
    matches!(
        names,
        ["dependencies", "dependency"] | ["dependencyManagement", "dependencies", "dependency"]
    )
}

/// An element with a plain text ended.
fn close(pom: &mut Pom, path: &[String], found: Text) {
    let Some((own, above)) = path.split_last() else { return };
    if is_dependency(above) {
        let Some(dependency) = pom.dependencies.last_mut() else { return };
        match own.as_str() {
            "groupId" => dependency.group = Some(found),
            "artifactId" => dependency.artifact = Some(found),
            "version" => dependency.version = Some(found),
            _ => {}
        }
        return;
    }
    let names: Vec<&str> = above.iter().map(String::as_str).collect();
    let profile = match names.as_slice() {
        ["project", "properties"] => false,
        ["project", "profiles", "profile", "properties"] => true,
        ["project"] if matches!(own.as_str(), "groupId" | "version") => {
            let name = format!("project.{own}");
            // Known for reading only: a second definition keeps it from being edited.
            for _ in 0..2 {
                let value = found.clone();
                pom.properties.push(Property { name: name.clone(), value, profile: false });
            }
            return;
        }
        _ => return,
    };
    pom.properties.push(Property { name: own.clone(), value: found, profile });
}

fn fault(text: &str, at: usize, what: &str) -> EditError {
    let before = text.as_bytes().get(..at).unwrap_or_default();
    let line = before.iter().filter(|b| **b == b'\n').count();
    EditError::Syntax {
        line: u32::try_from(line).unwrap_or(u32::MAX).saturating_add(1),
        what: format!("not XML here: {what}"),
    }
}
