//! CycloneDX in XML.
//!
//! The elements that a statement needs are followed by name, wherever their namespace puts them; all
//! others are passed over. Never: a document type, an entity but XML's five, or recursion on input.

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::super::source;
use super::super::{Document, Place, Refused};
use super::{Affected, Analysis, Bill, Component, Hash, Reference, Version, Vulnerability};

/// Deepest nesting followed.
const MAX_DEPTH: usize = 128;
/// Most elements of one document.
const MAX_ELEMENTS: usize = 1_000_000;
/// Most attributes looked at in one element.
const MAX_ATTRIBUTES: usize = 64;

/// Reads the document.
pub(in super::super) fn read(text: &str) -> Result<Document, Refused> {
    let mut walk = Walk { text, ..Walk::default() };
    let mut reader = Reader::from_str(text);
    loop {
        let at = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let event = reader.read_event().map_err(|e| {
            let at = usize::try_from(reader.error_position()).unwrap_or(at);
            Refused::new(walk.line(at), format!("not XML here: {e}"))
        })?;
        match event {
            Event::Start(start) => walk.open(&start, at)?,
            Event::Empty(start) => {
                walk.open(&start, at)?;
                walk.close();
            }
            Event::End(_) => walk.close(),
            Event::Text(bytes) => walk.add(&bytes),
            Event::CData(bytes) => walk.add(&bytes),
            Event::GeneralRef(entity) => {
                let Some(character) = referred(&entity) else {
                    return Err(Refused::new(walk.line(at), "an entity that XML does not define"));
                };
                walk.add(&character);
            }
            Event::DocType(_) => {
                return Err(Refused::new(walk.line(at), "a document type declaration is not read"));
            }
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
    if !walk.path.is_empty() {
        return Err(Refused::new(walk.line(text.len()), "the document ends inside an element"));
    }
    let Some(version) = walk.version.take() else {
        return Err(Refused::new(1, "no CycloneDX element `bom` with its namespace"));
    };
    super::known(&version, 1)?;
    walk.bill.version = version;
    Ok(walk.bill.document())
}

fn referred(entity: &BytesRef<'_>) -> Option<String> {
    if let Some(character) = entity.resolve_char_ref().ok()? {
        return Some(character.to_string());
    }
    resolve_predefined_entity(entity).map(str::to_owned)
}

#[derive(Default)]
struct Walk<'a> {
    text: &'a str,
    /// Local names of the open elements.
    path: Vec<String>,
    elements: usize,
    /// The text of the innermost element that has any.
    content: String,
    version: Option<String>,
    bill: Bill,
    /// Open components, the outermost first.
    open: Vec<Component>,
    vulnerability: Option<(Place, Vulnerability)>,
    vulnerabilities: usize,
    /// Where lines were counted last.
    counted: (usize, u32),
}

impl Walk<'_> {
    fn line(&mut self, at: usize) -> u32 {
        let (from, line) = if at < self.counted.0 { (0, 0) } else { self.counted };
        let between = self.text.as_bytes().get(from..at.min(self.text.len())).unwrap_or_default();
        let more = between.iter().filter(|b| **b == b'\n').count();
        self.counted = (at, line.saturating_add(u32::try_from(more).unwrap_or(u32::MAX)));
        self.counted.1.saturating_add(1)
    }

    /// Whether the place is inside something that describes other things than the bill's components: the
    /// tools that made it, where a component comes from, how it was built, what is claimed of it.
    fn aside(&self) -> bool {
        let names = ["tools", "pedigree", "formulation", "declarations", "annotations"];
        self.path.iter().any(|open| names.contains(&open.as_str()))
    }

    fn parent(&self) -> &str {
        self.path.iter().rev().nth(1).map_or("", String::as_str)
    }

    fn open(&mut self, start: &BytesStart<'_>, at: usize) -> Result<(), Refused> {
        self.elements += 1;
        if self.path.len() >= MAX_DEPTH || self.elements > MAX_ELEMENTS {
            let what =
                format!("nested more than {MAX_DEPTH} deep, or more than {MAX_ELEMENTS} elements");
            return Err(Refused::new(self.line(at), what));
        }
        let name = start.local_name().as_ref().to_owned();
        self.content.clear();
        let attributes = attributes(start);
        let attribute =
            |key: &str| attributes.iter().find(|(k, _)| k == key).map(|(_, value)| value.clone());
        if self.path.is_empty() {
            self.version =
                attributes.iter().find_map(|(_, value)| namespace(value)).map(str::to_owned);
            self.bill.serial = attribute("serialNumber").unwrap_or_default();
            self.bill.revision = attribute("version").unwrap_or_else(|| "1".to_owned());
            if name != "bom" || self.version.is_none() {
                self.version = None;
            }
        }
        match name.as_str() {
            "component" | "service" if !self.aside() => {
                let reference = attribute("bom-ref");
                self.open.push(Component { reference, ..Component::default() });
            }
            "vulnerability" if self.path.last().is_some_and(|p| p == "vulnerabilities") => {
                let path = format!("vulnerabilities[{}]", self.vulnerabilities);
                self.vulnerabilities += 1;
                let line = self.line(at);
                self.vulnerability = Some((Place { line, path }, Vulnerability::default()));
            }
            "hash" if !self.aside() => {
                if let Some(component) = self.open.last_mut() {
                    let alg = attribute("alg").unwrap_or_default();
                    component.hashes.push(Hash { alg, content: String::new() });
                }
            }
            _ => {}
        }
        if let Some((_, vulnerability)) = &mut self.vulnerability {
            match name.as_str() {
                "analysis" => vulnerability.analysis = Some(Analysis::default()),
                "target" => vulnerability.affects.push(Affected::default()),
                "version" if self.path.last().is_some_and(|p| p == "versions") => {
                    if let Some(affected) = vulnerability.affects.last_mut() {
                        affected.versions.push(Version::default());
                    }
                }
                _ => {}
            }
        }
        self.path.push(name);
        Ok(())
    }

    fn add(&mut self, text: &str) {
        self.content.push_str(text);
    }

    fn close(&mut self) {
        let content = std::mem::take(&mut self.content).trim().to_owned();
        let Some(name) = self.path.last().cloned() else { return };
        match name.as_str() {
            "vulnerability" if self.parent() == "vulnerabilities" => {
                self.bill.vulnerabilities.extend(self.vulnerability.take());
            }
            "component" | "service" if !self.aside() => self.component(),
            _ if self.vulnerability.is_some() => self.of_vulnerability(&name, content),
            _ if self.aside() => {}
            _ if !self.open.is_empty() => self.of_component(&name, content),
            "timestamp" if self.parent() == "metadata" => self.bill.timestamp = Some(content),
            "name" if matches!(self.parent(), "author" | "manufacture" | "manufacturer") => {
                let more = if self.bill.author.is_empty() { "" } else { ", " };
                self.bill.author.push_str(more);
                self.bill.author.push_str(&content);
            }
            _ => {}
        }
        self.path.pop();
    }

    /// A component is complete: it goes into the one that holds it, or into the bill.
    fn component(&mut self) {
        let Some(component) = self.open.pop() else { return };
        if let Some(holder) = self.open.last_mut() {
            holder.components.push(component);
        } else if self.parent() == "metadata" {
            self.bill.subject = Some(component);
        } else {
            self.bill.components.push(component);
        }
    }

    fn of_component(&mut self, name: &str, content: String) {
        let parent = self.parent();
        let direct = matches!(parent, "component" | "service");
        let hash =
            parent == "hashes" && self.path.iter().rev().nth(2).is_some_and(|p| p == "component");
        let Some(component) = self.open.last_mut() else { return };
        let slot = match name {
            "group" if direct => &mut component.group,
            "name" if direct => &mut component.name,
            "version" if direct => &mut component.version,
            "purl" if direct => &mut component.purl,
            "cpe" if direct => &mut component.cpe,
            "hash" => {
                match component.hashes.last_mut() {
                    Some(last) if hash => last.content = content,
                    // A hash of something else in the component (an external reference).
                    _ => drop(component.hashes.pop()),
                }
                return;
            }
            _ => return,
        };
        *slot = Some(content);
    }

    fn of_vulnerability(&mut self, name: &str, content: String) {
        let parent = self.parent().to_owned();
        let Some((_, vulnerability)) = &mut self.vulnerability else { return };
        let analysis = vulnerability.analysis.as_mut().filter(|_| parent == "analysis");
        let text = Some(content.clone());
        match (parent.as_str(), name, analysis) {
            ("vulnerability", "id", _) => vulnerability.id = text,
            ("vulnerability", "recommendation", _) => vulnerability.recommendation = text,
            ("vulnerability", "workaround", _) => vulnerability.workaround = text,
            ("reference", "id", _) => vulnerability.references.push(Reference { id: text }),
            (_, "state", Some(analysis)) => analysis.state = text,
            (_, "justification", Some(analysis)) => analysis.justification = text,
            (_, "detail", Some(analysis)) => analysis.detail = text,
            (_, "firstIssued", Some(analysis)) => analysis.first_issued = text,
            (_, "lastUpdated", Some(analysis)) => analysis.last_updated = text,
            ("responses", "response", _) => {
                if let Some(analysis) = &mut vulnerability.analysis {
                    analysis.response.extend(text);
                }
            }
            ("target", "ref", _) => {
                if let Some(affected) = vulnerability.affects.last_mut() {
                    affected.reference = content;
                }
            }
            ("version", "version" | "range" | "status", _) => {
                let entry = vulnerability.affects.last_mut().and_then(|a| a.versions.last_mut());
                match (entry, name) {
                    (Some(entry), "version") => entry.version = text,
                    (Some(entry), "range") => entry.range = text,
                    (Some(entry), _) => entry.status = text,
                    (None, _) => {}
                }
            }
            _ => {}
        }
    }
}

/// The version that CycloneDX's namespace names (`http://cyclonedx.org/schema/bom/1.6`).
fn namespace(value: &str) -> Option<&str> {
    value.strip_prefix("http://cyclonedx.org/schema/bom/")
}

fn attributes(start: &BytesStart<'_>) -> Vec<(String, String)> {
    let mut attributes = start.attributes();
    // The library's check for repeated attributes costs the square of their number.
    let attributes = attributes.with_checks(false).take(MAX_ATTRIBUTES).flatten();
    let read = attributes.filter_map(|attribute| {
        let key = attribute.key.local_name().as_ref().to_owned();
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
        Some((key, source::name(&value)))
    });
    read.collect()
}
