//! What does a bill of materials say, and how does a scan look as one?
//!
//! In: the bytes of a CycloneDX (1.0 to 1.7, JSON or XML) or SPDX (2.1 to 2.3 JSON or tag-value, 3.0 JSON)
//! document, also in gzip or bzip2. Out: a [`Bill`] with everything that could not be read told in
//! [`Bill::problems`], or one [`Refused`]. The way back: [`write_cyclonedx`] and [`write_spdx`]. Never: an
//! external reference followed, an entity expanded, a component dropped in silence. Start reading at
//! [`read`]; the shapes are in [`model`].

mod cyclonedx;
mod gather;
mod json;
mod licence;
pub mod model;
mod node;
mod spdx;
mod spdx3;
mod spdx_json;
mod spdx_tags;
mod unpack;
mod write_cyclonedx;
mod write_spdx;
mod xml;

pub use gather::{MAX_COMPONENTS, MAX_PROBLEMS};
pub use model::{Bill, Component, ComponentType, Kind, Problem, Provenance, Refused, Scope};
pub use node::{MAX_DEPTH, MAX_NODES};
pub use unpack::{MAX_BYTES, MAX_RATIO};
pub use write_cyclonedx::write_cyclonedx;
pub use write_spdx::write_spdx;

use node::{Node, refused, short};

/// Keys under which a bill stands in an envelope: GitHub's dependency graph (`sbom`), an in-toto
/// statement (`predicate`).
const ENVELOPES: [&str; 2] = ["sbom", "predicate"];

/// Which bill of materials this is, by its content alone, also behind gzip or bzip2. The first bytes
/// are enough for what tools write; a JSON document may name its format at its end, so pass the whole
/// where it is at hand. `Some` is no promise that [`read`] succeeds.
pub fn recognise(head: &[u8]) -> Option<Kind> {
    unpack::HEADS.iter().find_map(|limit| recognise_plain(&unpack::head(head, *limit)))
}

fn recognise_plain(head: &[u8]) -> Option<Kind> {
    let (text, _) = unpack::text(head).ok()?;
    let text = text.trim_start();
    let has = |word: &str| text.contains(word);
    if text.starts_with('{') {
        if has("\"bomFormat\"") && has("CycloneDX") {
            return Some(Kind::CycloneDxJson);
        }
        if has("\"@context\"") && has("spdx.org/rdf/3") {
            return Some(Kind::Spdx3Json);
        }
        return (has("\"spdxVersion\"") && has("SPDX-")).then_some(Kind::SpdxJson);
    }
    if text.starts_with('<') {
        return has(cyclonedx::NAMESPACE).then_some(Kind::CycloneDxXml);
    }
    let mut lines = text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'));
    lines.next().is_some_and(|line| line.starts_with("SPDXVersion:")).then_some(Kind::SpdxTagValue)
}

/// Reads a bill of materials.
///
/// # Errors
/// The document is none, is cut, is of a version that is not known, or passes a bound; with the place.
pub fn read(bytes: &[u8]) -> Result<Bill, Refused> {
    let bytes = unpack::whole(bytes)?;
    let (text, replaced) = unpack::text(&bytes)?;
    let mut bill = match text.trim_start().chars().next() {
        Some('{' | '[') => read_json(&json::parse(&text)?)?,
        Some('<') => read_xml(&text)?,
        _ => spdx_tags::read(&text)?,
    };
    if let Some(problem) = replaced {
        bill.problems.insert(0, problem);
    }
    Ok(bill)
}

fn read_json(root: &Node<'_>) -> Result<Bill, Refused> {
    let inside = ENVELOPES.iter().filter_map(|key| root.at(key));
    for root in std::iter::once(root).chain(inside) {
        if let Some(format) = root.at("bomFormat") {
            return match format.text() {
                Some("CycloneDX") => cyclonedx::read_json(root),
                other => {
                    let what = format!("`{}`, expected `CycloneDX`", short(other.unwrap_or("")));
                    Err(Refused { line: format.line, place: "bomFormat".to_owned(), what })
                }
            };
        }
        let context = root.at("@context");
        if context.is_some_and(|c| names_spdx3(c)) {
            return spdx3::read(root);
        }
        if root.at("spdxVersion").is_some() {
            return spdx_json::read(root);
        }
    }
    Err(refused(root.line, "no bill of materials: neither `bomFormat` nor `spdxVersion`"))
}

fn names_spdx3(context: &Node<'_>) -> bool {
    let texts = context.text().into_iter().chain(context.items("").filter_map(Node::text));
    texts.into_iter().any(|text| text.contains("spdx.org/rdf/3"))
}

fn read_xml(text: &str) -> Result<Bill, Refused> {
    let (name, root) = xml::parse(text)?;
    if name == "RDF" {
        let what = "SPDX in RDF is not read; convert it to JSON (SPDX's tools do)";
        return Err(refused(root.line, what));
    }
    cyclonedx::read_xml(&name, &root)
}
