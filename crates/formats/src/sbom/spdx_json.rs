//! What does an SPDX 2 document in JSON say?

use super::gather;
use super::node::{Node, Value, refused, short};
use super::spdx::{self, Document, INCOMPLETE};
use super::{Bill, Component, ComponentType, Refused};

/// Reads a document (specification 2.2 and 2.3; the JSON names of clauses 6 to 12).
pub fn read(root: &Node<'_>) -> Result<Bill, Refused> {
    let Some(version) = root.at("spdxVersion") else {
        return Err(refused(root.line, "no `spdxVersion`"));
    };
    let told = version.text().unwrap_or_default();
    if let Some(what) = spdx::unknown_version(told) {
        return Err(Refused { line: version.line, place: "spdxVersion".to_owned(), what });
    }
    let mut document = Document::default();
    let bill = &mut document.gather.bill;
    bill.format = format!("SPDX {} json", told.get(5..).unwrap_or_default());
    bill.serial = root.string_at("documentNamespace");
    bill.revision = 1;
    bill.name = root.string_at("name");
    if let Some(made) = root.at("creationInfo") {
        bill.created = made.string_at("created");
        let creators = made.at("creators").into_iter().flat_map(|list| list.items(""));
        let tools = creators.filter_map(Node::text).filter_map(|c| c.strip_prefix("Tool:"));
        bill.tools.extend(tools.map(|tool| tool.trim().to_owned()));
        if let Some(comment) = made.at("comment")
            && let Some(holes) = comment.text().and_then(|text| text.strip_prefix(INCOMPLETE))
        {
            let what =
                format!("the document says of itself that it is incomplete: {}", short(holes));
            document.gather.problem(comment.line, "creationInfo.comment", what);
        }
    }
    elements(&mut document, root, "packages", package);
    elements(&mut document, root, "files", file);
    // A file may be told of its package by the package (2.2), or by a relationship.
    for node in root.at("packages").into_iter().flat_map(|list| list.items("")) {
        let Some(id) = node.text_at("SPDXID") else { continue };
        for file in node.at("hasFiles").into_iter().flat_map(|list| list.items("")) {
            document.relate(id, "CONTAINS", file.text().unwrap_or_default());
        }
    }
    relationships(&mut document, root);
    for node in root.at("documentDescribes").into_iter().flat_map(|list| list.items("")) {
        document.describes.extend(node.text().map(str::to_owned));
    }
    Ok(document.bill())
}

fn relationships(document: &mut Document, root: &Node<'_>) {
    let list = root.at("relationships").into_iter().flat_map(|list| list.items(""));
    for (number, node) in list.enumerate() {
        let end = |key: &str| node.text_at(key);
        match (end("spdxElementId"), end("relationshipType"), end("relatedSpdxElement")) {
            (Some(from), Some(kind), Some(to)) => document.relate(from, kind, to),
            _ => {
                let what = "a relationship without its two elements and its type; left out";
                document.gather.problem(node.line, format!("relationships[{number}]"), what);
            }
        }
    }
}

type Reader = fn(&Node<'_>) -> Component;

fn elements(document: &mut Document, root: &Node<'_>, key: &str, read: Reader) {
    let Some(list) = root.at(key) else { return };
    if !matches!(list.value, Value::List(_) | Value::Word) {
        let what = format!("{}, expected a list", list.kind());
        return document.gather.problem(list.line, key, what);
    }
    for (number, node) in list.items("").enumerate() {
        let place = format!("{key}[{number}]");
        if node.entries().is_empty() {
            let what = format!("{}, expected a map; it was left out", node.kind());
            document.gather.problem(node.line, place, what);
            continue;
        }
        let mut component = read(node);
        for note in node.at("annotations").into_iter().flat_map(|list| list.items("")) {
            spdx::annotation(&mut component, note.text_at("comment").unwrap_or_default());
        }
        document.push(component, &place);
    }
}

fn package(node: &Node<'_>) -> Component {
    let mut component = Component {
        id: node.string_at("SPDXID").unwrap_or_default(),
        kind: spdx::purpose(node.text_at("primaryPackagePurpose")),
        name: node.string_at("name").unwrap_or_default(),
        version: spdx::asserted(node.text_at("versionInfo")).map(str::to_owned),
        supplier: spdx::asserted(node.text_at("supplier")).map(spdx::actor),
        hashes: checksums(node),
        line: node.line,
        ..Component::default()
    };
    for reference in node.at("externalRefs").into_iter().flat_map(|list| list.items("")) {
        if let (Some(kind), Some(locator)) =
            (reference.text_at("referenceType"), reference.text_at("referenceLocator"))
        {
            spdx::external(&mut component, kind, locator);
        }
    }
    if let Some(text) = node.string_at("sourceInfo") {
        component.properties.push(("sourceInfo".to_owned(), text));
    }
    spdx::licence(&mut component, node.text_at("licenseDeclared"));
    spdx::licence(&mut component, node.text_at("licenseConcluded"));
    component
}

fn file(node: &Node<'_>) -> Component {
    let mut component = Component {
        id: node.string_at("SPDXID").unwrap_or_default(),
        kind: ComponentType::File,
        name: node.string_at("fileName").unwrap_or_default(),
        hashes: checksums(node),
        line: node.line,
        ..Component::default()
    };
    spdx::licence(&mut component, node.text_at("licenseConcluded"));
    component
}

fn checksums(node: &Node<'_>) -> Vec<(String, String)> {
    let list = node.at("checksums").into_iter().flat_map(|list| list.items(""));
    list.filter_map(|sum| {
        let digits = sum.string_at("checksumValue")?;
        Some((gather::algorithm(sum.text_at("algorithm")?), digits))
    })
    .collect()
}
