//! How does a bill look as CycloneDX 1.6 JSON (ECMA-424)?
//!
//! One component a line. What the format has no field for is kept in properties that
//! [`super::gather::restore`] takes back.

use std::collections::{HashSet, VecDeque};
use std::io::{self, Write};

use serde::Serialize;

use super::gather::ALGORITHMS;
use super::{Bill, Component, Provenance, licence};

/// Deepest nesting written; what is deeper stands beside its parent.
pub const MAX_NESTING: usize = 24;

#[derive(Serialize)]
struct Out<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(rename = "bom-ref")]
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    supplier: Option<Named<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a str>,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hashes: Vec<Hash<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    licenses: Vec<Licence<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpe: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purl: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    components: Vec<Out<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    properties: Vec<Property<'a>>,
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct Hash<'a> {
    alg: &'a str,
    content: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Licence<'a> {
    License(Choice<'a>),
    Expression(&'a str),
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Choice<'a> {
    Id(&'a str),
    Name(&'a str),
}

#[derive(Serialize)]
struct Property<'a> {
    name: &'a str,
    value: std::borrow::Cow<'a, str>,
}

#[derive(Serialize)]
struct Dependency<'a> {
    #[serde(rename = "ref")]
    id: &'a str,
    #[serde(rename = "dependsOn", skip_serializing_if = "Vec::is_empty")]
    on: Vec<&'a str>,
}

#[derive(Serialize)]
struct Composition<'a> {
    aggregate: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    assemblies: Vec<&'a str>,
}

/// Writes a bill as CycloneDX 1.6 JSON; one with problems says of itself that it is incomplete. The same bill and provenance give the same bytes.
///
/// # Errors
/// Only those of `out`.
pub fn write_cyclonedx(
    bill: &Bill,
    provenance: &Provenance,
    out: &mut dyn Write,
) -> io::Result<()> {
    let layout = Layout::of(bill);
    let text = |value: &str| serde_json::to_string(value).map_err(io::Error::other);
    let revision = bill.revision.max(1);
    writeln!(out, "{{\n\"$schema\":\"http://cyclonedx.org/schema/bom-1.6.schema.json\",")?;
    writeln!(out, "\"bomFormat\":\"CycloneDX\",\n\"specVersion\":\"1.6\",")?;
    writeln!(out, "\"serialNumber\":{},\n\"version\":{revision},", text(&provenance.serial)?)?;
    write!(
        out,
        "\"metadata\":{{\"timestamp\":{},\n\"tools\":{{\"components\":[{{\"type\":\"application\",\
         \"name\":\"gabion\",\"version\":{}}}]}}",
        text(&provenance.timestamp)?,
        text(&provenance.tool_version)?
    )?;
    if let Some(subject) = layout.subject {
        write!(out, ",\n\"component\":")?;
        serde_json::to_writer(&mut *out, &layout.component(subject)).map_err(io::Error::from)?;
    }
    let lacks = bill.lacks();
    if !lacks.is_empty() {
        let lacks: Vec<Property<'_>> =
            lacks.iter().map(|what| property("gabion:incomplete", what)).collect();
        write!(out, ",\n\"properties\":")?;
        serde_json::to_writer(&mut *out, &lacks).map_err(io::Error::from)?;
    }
    write!(out, "}},\n\"components\":[")?;
    let roots = layout.roots.iter().filter(|root| Some(**root) != layout.subject);
    for (number, root) in roots.enumerate() {
        out.write_all(if number == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *out, &layout.component(*root)).map_err(io::Error::from)?;
    }
    write!(out, "\n],\n\"dependencies\":[")?;
    layout.dependencies(out)?;
    if !bill.problems.is_empty() {
        // Else a list with holes would read as a whole one.
        write!(out, "\n],\n\"compositions\":[\n")?;
        let composition = Composition { aggregate: "incomplete", assemblies: layout.about() };
        serde_json::to_writer(&mut *out, &composition).map_err(io::Error::from)?;
    }
    writeln!(out, "\n]\n}}")
}

/// Where each component stands in the document, and how it is called.
struct Layout<'a> {
    bill: &'a Bill,
    ids: Vec<String>,
    roots: Vec<usize>,
    parts: Vec<Vec<usize>>,
    /// The one component that the bill is about.
    subject: Option<usize>,
    /// All of them, where they are several.
    subjects: HashSet<usize>,
}

impl<'a> Layout<'a> {
    fn of(bill: &'a Bill) -> Self {
        let count = bill.components.len();
        let subjects: HashSet<usize> =
            bill.subjects.iter().map(|s| *s as usize).filter(|s| *s < count).collect();
        let subject = if subjects.len() == 1 { subjects.iter().next().copied() } else { None };
        let subjects = if subject.is_some() { HashSet::new() } else { subjects };
        let (roots, parts) = nested(bill, subject);
        Self { bill, ids: ids(bill), roots, parts, subject, subjects }
    }

    fn id(&self, index: usize) -> &str {
        self.ids.get(index).map_or("", String::as_str)
    }

    /// What the bill is about.
    fn about(&self) -> Vec<&str> {
        let subjects = (0..self.ids.len())
            .filter(|index| self.subject == Some(*index) || self.subjects.contains(index));
        subjects.map(|index| self.id(index)).collect()
    }

    /// A component with its parts; `None` for an index that the bill does not have.
    fn component(&self, index: usize) -> Option<Out<'_>> {
        let parts = self.parts.get(index).into_iter().flatten();
        let components = parts.filter_map(|part| self.component(*part)).collect();
        let written = self.written(index, self.bill.components.get(index)?);
        Some(Out { components, ..written })
    }

    fn written<'c>(&'c self, index: usize, c: &'c Component) -> Out<'c> {
        let (hashes, odd): (Vec<_>, Vec<_>) = c.hashes.iter().partition(|(alg, digits)| {
            let known = ALGORITHMS.iter().find(|(_, name, ..)| name == alg);
            let hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
            // Of the algorithms of this list, only SHA-224 is none of CycloneDX's.
            hex && alg != "SHA-224" && known.is_some_and(|(.., length)| *length == digits.len())
        });
        let mut properties: Vec<Property<'_>> =
            c.properties.iter().map(|(name, value)| property(name, value.as_str())).collect();
        properties.extend(odd.iter().map(|(alg, digits)| Property {
            name: "gabion:hash",
            value: format!("{alg} {digits}").into(),
        }));
        let syft =
            |cpe: &&String| !c.properties.iter().any(|(n, v)| n == "syft:cpe23" && v == *cpe);
        let further = c.cpes.iter().skip(1).filter(syft);
        properties.extend(further.map(|cpe| property("gabion:cpe", cpe)));
        if self.subjects.contains(&index) {
            properties.push(property("gabion:subject", "true"));
        }
        Out {
            kind: c.kind.as_str(),
            id: self.id(index),
            supplier: c.supplier.as_deref().map(|name| Named { name }),
            group: c.group.as_deref(),
            name: &c.name,
            version: c.version.as_deref(),
            scope: c.scope.map(super::Scope::as_str),
            hashes: hashes.iter().map(|(alg, content)| Hash { alg, content }).collect(),
            licenses: licences(&c.licences),
            cpe: c.cpes.first().map(String::as_str),
            purl: c.purl.as_deref(),
            components: Vec::new(),
            properties,
        }
    }

    fn dependencies(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut edges: Vec<(u32, u32)> = self.bill.dependencies.clone();
        let known = |i: u32| (i as usize) < self.ids.len();
        edges.retain(|(from, to)| from != to && known(*from) && known(*to));
        edges.sort_unstable();
        edges.dedup();
        for (number, group) in edges.chunk_by(|a, b| a.0 == b.0).enumerate() {
            let from = group.first().map_or(0, |(from, _)| *from as usize);
            let on = group.iter().map(|(_, to)| self.id(*to as usize)).collect();
            out.write_all(if number == 0 { b"\n" } else { b",\n" })?;
            let dependency = Dependency { id: self.id(from), on };
            serde_json::to_writer(&mut *out, &dependency).map_err(io::Error::from)?;
        }
        Ok(())
    }
}

fn property<'a>(name: &'a str, value: &'a str) -> Property<'a> {
    Property { name, value: value.into() }
}

/// Either one expression or a list of licences; the schema allows no mixture.
fn licences(texts: &[String]) -> Vec<Licence<'_>> {
    if let [one] = texts
        && !licence::is_identifier(one)
        && licence::is_expression(one)
    {
        return vec![Licence::Expression(one)];
    }
    texts
        .iter()
        .map(|text| {
            Licence::License(if licence::is_identifier(text) {
                Choice::Id(text)
            } else {
                Choice::Name(text)
            })
        })
        .collect()
}

/// An identifier for each component: its own where no earlier one bears it.
fn ids(bill: &Bill) -> Vec<String> {
    let own: HashSet<&str> = bill.components.iter().map(|c| c.id.as_str()).collect();
    let mut used: HashSet<&str> = HashSet::new();
    let mut ids = Vec::with_capacity(bill.components.len());
    for (number, component) in bill.components.iter().enumerate() {
        let id = component.id.as_str();
        if !id.is_empty() && used.insert(id) {
            ids.push(id.to_owned());
            continue;
        }
        let mut made = format!("component-{number}");
        while own.contains(made.as_str()) {
            made.push('-');
        }
        ids.push(made);
    }
    ids
}

/// The components that stand at the top, and the parts of each. Ones that are their own ancestors, or
/// nested too deep, come to stand higher.
fn nested(bill: &Bill, subject: Option<usize>) -> (Vec<usize>, Vec<Vec<usize>>) {
    let count = bill.components.len();
    let mut told: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut roots = Vec::new();
    for (index, component) in bill.components.iter().enumerate() {
        let parent = component.parent.map(|p| p as usize).filter(|_| Some(index) != subject);
        match parent.and_then(|parent| told.get_mut(parent)) {
            Some(parts) => parts.push(index),
            None => roots.push(index),
        }
    }
    let mut parts: Vec<Vec<usize>> = vec![Vec::new(); count];
    // For each: seen, and where its parts are put.
    let mut place: Vec<Option<(usize, Option<usize>)>> = vec![None; count];
    let mut open: VecDeque<usize> = roots.iter().copied().collect();
    let mut next = 0;
    for root in &roots {
        if let Some(place) = place.get_mut(*root) {
            *place = Some((0, None));
        }
    }
    loop {
        let Some(at) = open.pop_front() else {
            // What no root leads to goes in a circle: the first of it becomes a root.
            let Some(lost) = (next..count).find(|i| place.get(*i) == Some(&None)) else { break };
            next = lost;
            roots.push(lost);
            if let Some(place) = place.get_mut(lost) {
                *place = Some((0, None));
            }
            open.push_back(lost);
            continue;
        };
        let Some((depth, above)) = place.get(at).copied().flatten() else { continue };
        let (depth, above) =
            if depth < MAX_NESTING { (depth + 1, Some(at)) } else { (depth, above) };
        for part in told.get(at).into_iter().flatten() {
            if let Some(room) = place.get_mut(*part).filter(|place| place.is_none()) {
                *room = Some((depth, above));
                open.push_back(*part);
                if let Some(list) = above.and_then(|above| parts.get_mut(above)) {
                    list.push(*part);
                }
            }
        }
    }
    roots.sort_unstable();
    (roots, parts)
}
