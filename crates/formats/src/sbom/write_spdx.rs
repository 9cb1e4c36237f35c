//! How does a bill look as SPDX 2.3 JSON?
//!
//! Every component is a package (SPDX's files demand a SHA-1). What the format has no field for stands
//! in one annotation of the package, a JSON list of pairs, and [`super::gather::restore`] takes it back.

use std::collections::HashSet;
use std::io::{self, Write};

use serde::Serialize;

use super::gather::ALGORITHMS;
use super::spdx::{self, ANNOTATION, DOCUMENT, INCOMPLETE};
use super::{Bill, Component, ComponentType, Provenance, licence};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Package<'a> {
    #[serde(rename = "SPDXID")]
    id: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_info: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    supplier: Option<String>,
    download_location: &'static str,
    files_analyzed: bool,
    license_declared: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    primary_package_purpose: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    checksums: Vec<Checksum<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    external_refs: Vec<Reference<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    annotations: Vec<Annotation<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Checksum<'a> {
    algorithm: &'static str,
    checksum_value: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Reference<'a> {
    reference_category: &'static str,
    reference_type: &'static str,
    reference_locator: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Annotation<'a> {
    annotation_date: &'a str,
    annotation_type: &'static str,
    annotator: &'a str,
    comment: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Relationship<'a> {
    spdx_element_id: &'a str,
    relationship_type: &'static str,
    related_spdx_element: &'a str,
}

/// Writes a bill as SPDX 2.3 JSON; one with problems says of itself that it is incomplete. The same bill and provenance give the same bytes.
///
/// # Errors
/// Only those of `out`.
pub fn write_spdx(bill: &Bill, provenance: &Provenance, out: &mut dyn Write) -> io::Result<()> {
    let ids = ids(bill);
    let tool = format!("Tool: gabion-{}", provenance.tool_version);
    let text = |value: &str| serde_json::to_string(value).map_err(io::Error::other);
    let subject = bill.subjects.first().and_then(|s| bill.components.get(*s as usize));
    let name = bill.name.as_deref().or(subject.map(|s| s.name.as_str())).unwrap_or("components");
    writeln!(out, "{{\n\"spdxVersion\":\"SPDX-2.3\",\n\"dataLicense\":\"CC0-1.0\",")?;
    writeln!(out, "\"SPDXID\":\"{DOCUMENT}\",\n\"name\":{},", text(name)?)?;
    writeln!(out, "\"documentNamespace\":{},", text(&provenance.serial)?)?;
    writeln!(
        out,
        "\"creationInfo\":{{\"created\":{},\"creators\":[{}]{}}},",
        text(&provenance.timestamp)?,
        text(&tool)?,
        // Else a list with holes would read as a whole one.
        match bill.lacks().as_slice() {
            [] => String::new(),
            lacks => {
                format!(",\"comment\":{}", text(&format!("{INCOMPLETE}{}", lacks.join("; ")))?)
            }
        }
    )?;
    write!(out, "\"packages\":[")?;
    let writer = Writer { bill, ids: &ids, tool: &tool, date: &provenance.timestamp };
    for (number, component) in bill.components.iter().enumerate() {
        out.write_all(if number == 0 { b"\n" } else { b",\n" })?;
        let package = writer.package(number, component)?;
        serde_json::to_writer(&mut *out, &package).map_err(io::Error::from)?;
    }
    write!(out, "\n],\n\"relationships\":[")?;
    writer.relationships(out)?;
    writeln!(out, "\n]\n}}")
}

struct Writer<'a> {
    bill: &'a Bill,
    ids: &'a [String],
    tool: &'a str,
    date: &'a str,
}

impl Writer<'_> {
    fn package<'c>(&'c self, index: usize, c: &'c Component) -> io::Result<Package<'c>> {
        let mut kept: Vec<(&str, String)> = Vec::new();
        let id = self.ids.get(index).map_or("", String::as_str);
        if !c.id.is_empty() && c.id != id {
            kept.push(("gabion:bom-ref", c.id.clone()));
        }
        let purpose = purpose(c.kind);
        if spdx::purpose(purpose) != c.kind {
            kept.push(("gabion:type", c.kind.as_str().to_owned()));
        }
        kept.extend(c.group.clone().map(|group| ("gabion:group", group)));
        let version = spdx::asserted(c.version.as_deref());
        if version != c.version.as_deref() {
            kept.extend(c.version.clone().map(|version| ("gabion:version-text", version)));
        }
        let supplier = c.supplier.as_ref().map(|name| format!("Organization: {name}"));
        let supplier = supplier.filter(|s| Some(spdx::actor(s)) == c.supplier);
        if supplier.is_none() {
            kept.extend(c.supplier.clone().map(|name| ("gabion:supplier", name)));
        }
        kept.extend(c.scope.map(|scope| ("gabion:needed", scope.as_str().to_owned())));
        let declared = match c.licences.as_slice() {
            [one] if licence::is_expression(one) => one.as_str(),
            several => {
                kept.extend(several.iter().map(|text| ("gabion:licence", text.clone())));
                "NOASSERTION"
            }
        };
        if self.bill.subjects.is_empty() && c.parent.is_none() {
            kept.push(("gabion:subject", "false".to_owned()));
        }
        let checksums = checksums(c, &mut kept);
        let external_refs = references(c, &mut kept);
        let pairs: Vec<(&str, &str)> = kept.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let own = c.properties.iter().map(|(n, v)| (n.as_str(), v.as_str()));
        let pairs: Vec<(&str, &str)> = pairs.into_iter().chain(own).collect();
        Ok(Package {
            id,
            name: &c.name,
            version_info: version,
            supplier,
            download_location: "NOASSERTION",
            files_analyzed: false,
            license_declared: declared,
            primary_package_purpose: purpose,
            checksums,
            external_refs,
            annotations: self.annotation(&pairs)?.into_iter().collect(),
        })
    }

    fn annotation(&self, pairs: &[(&str, &str)]) -> io::Result<Option<Annotation<'_>>> {
        if pairs.is_empty() {
            return Ok(None);
        }
        let list = serde_json::to_string(pairs).map_err(io::Error::other)?;
        Ok(Some(Annotation {
            annotation_date: self.date,
            annotation_type: "OTHER",
            annotator: self.tool,
            comment: format!("{ANNOTATION}{list}"),
        }))
    }

    fn relationships(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut first = true;
        let mut write = |from: &str, kind: &'static str, to: &str| {
            out.write_all(if std::mem::take(&mut first) { b"\n" } else { b",\n" })?;
            let relationship = Relationship {
                spdx_element_id: from,
                relationship_type: kind,
                related_spdx_element: to,
            };
            serde_json::to_writer(&mut *out, &relationship).map_err(io::Error::from)
        };
        let id = |index: u32| self.ids.get(index as usize).map(String::as_str);
        for subject in self.bill.subjects.iter().filter_map(|s| id(*s)) {
            write(DOCUMENT, "DESCRIBES", subject)?;
        }
        for (component, part) in self.bill.components.iter().zip(self.ids) {
            match component.parent.and_then(id) {
                Some(whole) => write(whole, "CONTAINS", part)?,
                // A document has to describe something (clause 11.1, NOTE to DESCRIBES).
                None if self.bill.subjects.is_empty() => write(DOCUMENT, "DESCRIBES", part)?,
                None => {}
            }
        }
        let mut edges = self.bill.dependencies.clone();
        edges.sort_unstable();
        edges.dedup();
        for (from, to) in edges.into_iter().filter(|(from, to)| from != to) {
            if let (Some(from), Some(to)) = (id(from), id(to)) {
                write(from, "DEPENDS_ON", to)?;
            }
        }
        Ok(())
    }
}

/// SPDX's word for a component's type, where there is one (clause 7.24).
fn purpose(kind: ComponentType) -> Option<&'static str> {
    use ComponentType as T;
    Some(match kind {
        T::Application => "APPLICATION",
        T::Framework => "FRAMEWORK",
        T::Library => "LIBRARY",
        T::Container => "CONTAINER",
        T::OperatingSystem => "OPERATING-SYSTEM",
        T::Device => "DEVICE",
        T::Firmware => "FIRMWARE",
        T::File => "FILE",
        T::Platform
        | T::DeviceDriver
        | T::MachineLearningModel
        | T::Data
        | T::CryptographicAsset => "OTHER",
    })
}

fn checksums<'c>(c: &'c Component, kept: &mut Vec<(&str, String)>) -> Vec<Checksum<'c>> {
    let mut sums = Vec::new();
    for (alg, digits) in &c.hashes {
        let known = ALGORITHMS.iter().find(|(_, cyclonedx, ..)| cyclonedx == alg);
        let hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
        match known.filter(|(.., length)| hex && *length == digits.len()) {
            Some((_, _, spdx, _)) => {
                sums.push(Checksum { algorithm: spdx, checksum_value: digits });
            }
            None => kept.push(("gabion:hash", format!("{alg} {digits}"))),
        }
    }
    sums
}

fn references<'c>(c: &'c Component, kept: &mut Vec<(&str, String)>) -> Vec<Reference<'c>> {
    let plain = |text: &str| !text.contains(|c: char| c.is_whitespace() || c.is_control());
    let is_purl = |text: &str| plain(text) && vocab::purl::parse(text).is_some();
    let mut references = Vec::new();
    match c.purl.as_deref() {
        Some(purl) if purl.starts_with("pkg:") && is_purl(purl) => references.push(Reference {
            reference_category: "PACKAGE-MANAGER",
            reference_type: "purl",
            reference_locator: purl,
        }),
        purl => kept.extend(purl.map(|purl| ("gabion:purl", purl.to_owned()))),
    }
    for cpe in &c.cpes {
        let kind = match cpe {
            cpe if is_cpe23(cpe) => Some("cpe23Type"),
            cpe if is_cpe22(cpe) => Some("cpe22Type"),
            _ => None,
        };
        match kind {
            Some(reference_type) => references.push(Reference {
                reference_category: "SECURITY",
                reference_type,
                reference_locator: cpe,
            }),
            None => kept.push(("gabion:cpe", cpe.clone())),
        }
    }
    references
}

/// A formatted string of CPE 2.3 (NISTIR 7695, 6.2; SPDX 2.3, annex F): a part, then ten values.
fn is_cpe23(cpe: &str) -> bool {
    let Some(rest) = cpe.strip_prefix("cpe:2.3:") else { return false };
    let mut values = Vec::new();
    let (mut start, mut escaped) = (0, false);
    for (at, byte) in rest.bytes().enumerate() {
        if byte == b':' && !escaped {
            values.extend(rest.get(start..at));
            start = at + 1;
        }
        escaped = byte == b'\\' && !escaped;
    }
    values.extend(rest.get(start..));
    let [part, before @ .., language, a, b, c, d] = values.as_slice() else { return false };
    let short =
        |text: &str| matches!(text.len(), 2 | 3) && text.bytes().all(|b| b.is_ascii_alphabetic());
    matches!(*part, "a" | "h" | "o" | "*" | "-")
        && before.len() == 5
        && before.iter().chain([a, b, c, d]).all(|value| is_cpe23_value(value))
        && (matches!(*language, "*" | "-") || short(language))
}

/// `*`, `-`, or letters, digits and escaped signs, with `?` or `*` at the ends only.
fn is_cpe23_value(value: &str) -> bool {
    if matches!(value, "*" | "-") {
        return true;
    }
    let inner = value.trim_start_matches(['?', '*']);
    let mut bytes = inner.trim_end_matches(['?', '*']).bytes();
    let mut any = false;
    while let Some(byte) = bytes.next() {
        any = true;
        let fits = match byte {
            b'\\' => bytes.next().is_some_and(|b| b.is_ascii_punctuation()),
            byte => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'),
        };
        if !fits {
            return false;
        }
    }
    any
}

/// A URI of CPE 2.2 (SPDX 2.3, annex F).
fn is_cpe22(cpe: &str) -> bool {
    let Some(rest) = cpe.strip_prefix("cpe:/") else { return false };
    let mut values = rest.split(':');
    let part = values.next().unwrap_or_default();
    let letters =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'~' | b'%');
    part.len() <= 1
        && part.bytes().all(|b| b"AHOaho".contains(&b))
        && values.clone().count() <= 6
        && values.all(|value| value.bytes().all(letters))
}

/// An identifier for each component: its own where that is one of SPDX's and no earlier one bears it.
fn ids(bill: &Bill) -> Vec<String> {
    let own: HashSet<&str> = bill.components.iter().map(|c| c.id.as_str()).collect();
    let mut used: HashSet<&str> = HashSet::from([DOCUMENT]);
    let letters = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    let fits = |id: &str| {
        let rest = id.strip_prefix("SPDXRef-");
        let snippet = id.starts_with("SPDXRef-Snippet");
        !snippet && rest.is_some_and(|rest| !rest.is_empty() && rest.chars().all(letters))
    };
    let mut ids = Vec::with_capacity(bill.components.len());
    for (number, component) in bill.components.iter().enumerate() {
        let id = component.id.as_str();
        if fits(id) && used.insert(id) {
            ids.push(id.to_owned());
            continue;
        }
        let mut made = format!("SPDXRef-Component-{number}");
        while own.contains(made.as_str()) {
            made.push('-');
        }
        ids.push(made);
    }
    ids
}
