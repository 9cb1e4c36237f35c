//! What does an SPDX 3 document say (specification 3.0, JSON-LD in its canonical serialisation)?
//!
//! A flat list of elements that name each other. Packages (of software, AI and data) and files become
//! components; relationships mean what they mean in SPDX 2. Never: a context or another document
//! fetched.

use std::collections::HashMap;

use super::gather;
use super::node::{Node, refused, short};
use super::spdx::{self, Document};
use super::{Bill, Component, ComponentType, Refused};

/// Reads a document.
pub fn read(root: &Node<'_>) -> Result<Bill, Refused> {
    let mut document = Document::default();
    let single = std::slice::from_ref(root);
    let elements: Vec<&Node<'_>> = match root.at("@graph") {
        Some(graph) => graph.items("").collect(),
        None => single.iter().collect(),
    };
    if elements.is_empty() {
        return Err(refused(root.line, "`@graph` has no elements"));
    }
    let mut licences: HashMap<&str, &str> = HashMap::new();
    head(&mut document, root, &elements);
    for (number, node) in elements.iter().enumerate() {
        let place = format!("@graph[{number}]");
        let Some(kind) = kind(node) else {
            let what = format!("{}, expected an element with a type", node.kind());
            document.gather.problem(node.line, place, what);
            continue;
        };
        match kind {
            "Package" | "AIPackage" | "DatasetPackage" | "File" => {
                document.gather.push(component(node, kind), &place);
            }
            "LicenseExpression" | "CustomLicense" | "ListedLicense" => {
                let text = node.text_at("simplelicensing_licenseExpression");
                if let (Some(id), Some(text)) = (id(node), text.or_else(|| node.text_at("name"))) {
                    licences.insert(id, text);
                }
            }
            _ => {}
        }
    }
    for node in elements.iter().filter(|n| kind(n).is_some_and(|k| k.ends_with("Relationship"))) {
        relationship(&mut document, node, &licences);
    }
    Ok(document.bill())
}

fn head(document: &mut Document, root: &Node<'_>, elements: &[&Node<'_>]) {
    let bill = &mut document.gather.bill;
    bill.revision = 1;
    let mut version = None;
    for node in elements {
        match kind(node) {
            Some("CreationInfo") => {
                version = version.or(node.text_at("specVersion"));
                if bill.created.is_none() {
                    bill.created = node.string_at("created");
                }
            }
            Some("SpdxDocument") => {
                bill.serial = id(node).map(str::to_owned);
                bill.name = node.string_at("name");
                let roots = node.at("rootElement").into_iter().flat_map(texts);
                document.describes.extend(roots.map(str::to_owned));
            }
            Some("Tool") => bill.tools.extend(node.string_at("name")),
            _ => {}
        }
    }
    // A document whose root is a bill describes what that bill is rooted in.
    let mut boms: HashMap<&str, Vec<&str>> = HashMap::new();
    for node in elements.iter().filter(|n| matches!(kind(n), Some("Sbom" | "Bom"))) {
        if let Some(id) = id(node) {
            boms.insert(id, node.at("rootElement").into_iter().flat_map(texts).collect());
        }
    }
    let described = std::mem::take(&mut document.describes);
    for id in described {
        match boms.get(id.as_str()) {
            Some(roots) => document.describes.extend(roots.iter().map(|r| (*r).to_owned())),
            None => document.describes.push(id),
        }
    }
    let version = version.or_else(|| root.text_at("spdxVersion")?.strip_prefix("SPDX-"));
    let version = version.unwrap_or("of no version");
    document.gather.bill.format = format!("SPDX {} json", short(version));
    if !version.starts_with("3.0") {
        let what = format!("SPDX {}; read as 3.0", short(version));
        document.gather.problem(root.line, "specVersion", what);
    }
}

/// The strings of a list, or the one string that stands in its place.
fn texts<'n>(node: &'n Node<'_>) -> impl Iterator<Item = &'n str> {
    node.text().into_iter().chain(node.items("").filter_map(Node::text))
}

/// The type without its profile (`Package` of `software_Package`).
fn kind<'n>(node: &'n Node<'_>) -> Option<&'n str> {
    let kind = node.text_at("type").or_else(|| node.text_at("@type"))?;
    Some(kind.rsplit(['_', ':', '/', '#']).next().unwrap_or(kind))
}

fn id<'n>(node: &'n Node<'_>) -> Option<&'n str> {
    node.text_at("spdxId").or_else(|| node.text_at("@id"))
}

fn component(node: &Node<'_>, kind: &str) -> Component {
    let purpose = node.text_at("software_primaryPurpose");
    let kind = match kind {
        "File" => ComponentType::File,
        "AIPackage" => ComponentType::MachineLearningModel,
        "DatasetPackage" => ComponentType::Data,
        _ => spdx::purpose(purpose),
    };
    let mut component = Component {
        id: id(node).unwrap_or_default().to_owned(),
        kind,
        name: node.string_at("name").unwrap_or_default(),
        version: spdx::asserted(node.text_at("software_packageVersion")).map(str::to_owned),
        purl: node.string_at("software_packageUrl"),
        line: node.line,
        ..Component::default()
    };
    for given in node.at("externalIdentifier").into_iter().flat_map(|list| list.items("")) {
        if let (Some(kind), Some(text)) =
            (given.text_at("externalIdentifierType"), given.text_at("identifier"))
        {
            spdx::external(&mut component, kind, text);
        }
    }
    for given in node.at("verifiedUsing").into_iter().flat_map(|list| list.items("")) {
        if let (Some(algorithm), Some(digits)) =
            (given.text_at("algorithm"), given.text_at("hashValue"))
        {
            component.hashes.push((gather::algorithm(algorithm), digits.to_owned()));
        }
    }
    component
}

fn relationship(document: &mut Document, node: &Node<'_>, licences: &HashMap<&str, &str>) {
    let (Some(from), Some(kind)) = (node.text_at("from"), node.text_at("relationshipType")) else {
        let what = "a relationship without `from` and `relationshipType`; left out";
        return document.gather.problem(node.line, "Relationship", what);
    };
    for to in node.at("to").into_iter().flat_map(texts) {
        match kind {
            "hasDeclaredLicense" | "hasConcludedLicense" => {
                let index = document.gather.find(from);
                let component =
                    index.and_then(|i| document.gather.bill.components.get_mut(i as usize));
                if let (Some(component), Some(text)) = (component, licences.get(to)) {
                    spdx::licence(component, Some(text));
                }
            }
            "describes" => document.describes.push(to.to_owned()),
            // «From has a static link to»: the library stands in `to`.
            _ => edge(document, node, from, kind, to),
        }
    }
}

/// An edge between two elements. Elements of other documents are named by their whole address; only
/// those that this document has are components here.
fn edge(document: &mut Document, node: &Node<'_>, from: &str, kind: &str, to: &str) {
    if document.gather.find(from).is_none() || document.gather.find(to).is_none() {
        return;
    }
    let development = matches!(node.text_at("scope"), Some("development" | "build" | "test"));
    let kind = if kind == "dependsOn" && development { "usesTool" } else { kind };
    document.relate(from, kind, to);
}
