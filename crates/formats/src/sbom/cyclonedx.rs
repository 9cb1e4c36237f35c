//! What does a CycloneDX document say (specification 1.0 to 1.7, JSON and XML)?
//!
//! In: the document as a tree. Read are `metadata.component`, `components` with what is nested in them,
//! and `dependencies`. Not read, as they are no components: `services`, `vulnerabilities` (they are
//! somebody's verdicts, see [`crate::vex`]), `metadata.tools`, `pedigree`.

use super::gather::{self, Gather};
use super::node::{Node, Value, refused, short};
use super::{Bill, Component, Refused};

/// Versions that are known whole.
const KNOWN: [&str; 8] = ["1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7"];
/// The namespace of XML documents, before the version.
pub const NAMESPACE: &str = "http://cyclonedx.org/schema/bom/";
/// The property in which Syft tells further CPE names.
const FURTHER_CPE: &str = "syft:cpe23";

/// Reads a JSON document.
pub fn read_json(root: &Node<'_>) -> Result<Bill, Refused> {
    let version = root.text_at("specVersion");
    let line = root.at("specVersion").map_or(root.line, |node| node.line);
    read(root, version, line, "json")
}

/// Reads an XML document by its root element.
pub fn read_xml(name: &str, root: &Node<'_>) -> Result<Bill, Refused> {
    if name != "bom" {
        return Err(refused(root.line, format!("<{}>, expected <bom>", short(name))));
    }
    let spaces = root.entries().iter().filter(|(key, _)| key.starts_with("xmlns"));
    let version = spaces.filter_map(|(_, node)| node.text()?.strip_prefix(NAMESPACE)).next();
    read(root, version, root.line, "xml")
}

fn read(
    root: &Node<'_>,
    version: Option<&str>,
    line: u32,
    encoding: &str,
) -> Result<Bill, Refused> {
    let mut gather = Gather::default();
    let place = if encoding == "json" { "specVersion" } else { "xmlns" };
    let told = version.unwrap_or("of no version");
    match version {
        Some(version) if KNOWN.contains(&version) => {}
        Some(version) if version.starts_with("1.") => {
            let what = format!(
                "version {} is not known; what it has in common with 1.7 was read",
                short(version)
            );
            gather.problem(line, place, what);
        }
        Some(version) => {
            let what = format!("CycloneDX {}; versions 1.0 to 1.7 are read", short(version));
            return Err(Refused { line, place: place.to_owned(), what });
        }
        None => gather.problem(line, place, "no version; read as one of 1.0 to 1.7"),
    }
    gather.bill.format = format!("CycloneDX {} {encoding}", short(told));
    gather.bill.serial = root.string_at("serialNumber");
    gather.bill.revision = root.text_at("version").and_then(|v| v.parse().ok()).unwrap_or(1);
    let mut reader = Reader { gather, services: Vec::new() };
    if let Some(metadata) = root.at("metadata") {
        reader.metadata(metadata);
    }
    reader.components(root, None, "");
    if let Some(services) = root.at("services") {
        reader.services(services);
    }
    if let Some(dependencies) = root.at("dependencies") {
        reader.dependencies(dependencies);
    }
    reader.compositions(root);
    Ok(reader.gather.finish())
}

struct Reader {
    gather: Gather,
    /// Identifiers of services: an edge to one is no edge to nowhere.
    services: Vec<String>,
}

impl Reader {
    fn metadata(&mut self, metadata: &Node<'_>) {
        self.gather.bill.created = metadata.string_at("timestamp");
        if let Some(tools) = metadata.at("tools") {
            let newer = tools.at("components").map(|list| list.items("component"));
            for tool in tools.items("tool").chain(newer.into_iter().flatten()) {
                if let Some(name) = tool.text_at("name") {
                    let version = tool.text_at("version").unwrap_or_default();
                    self.gather.bill.tools.push(format!("{name} {version}").trim_end().to_owned());
                }
            }
        }
        if let Some(node) = metadata.at("component") {
            let subject = self.component(node, None, "metadata.component");
            self.gather.bill.subjects.extend(subject);
        }
    }

    /// The components listed in a document or nested in another component.
    fn components(&mut self, within: &Node<'_>, parent: Option<u32>, above: &str) {
        let Some(list) = within.at("components") else { return };
        let dot = if above.is_empty() { "" } else { "." };
        match &list.value {
            Value::List(_) | Value::Map(_) => {}
            Value::Word => return,
            // An XML element without children.
            Value::Text(text) if text.trim().is_empty() => return,
            Value::Text(_) | Value::Number(_) => {
                let what = format!("{}, expected a list of components", list.kind());
                return self.gather.problem(list.line, format!("{above}{dot}components"), what);
            }
        }
        for (number, node) in list.items("component").enumerate() {
            let place = format!("{above}{dot}components[{number}]");
            self.component(node, parent, &place);
        }
    }

    fn component(&mut self, node: &Node<'_>, parent: Option<u32>, place: &str) -> Option<u32> {
        if node.entries().is_empty() {
            let what = format!("{}, expected a component; it was left out", node.kind());
            self.gather.problem(node.line, place, what);
            return None;
        }
        let mut component = component(node, parent);
        let restored = gather::restore(&mut component);
        let index = self.gather.push(component, place)?;
        if restored.subject == Some(true) {
            self.gather.bill.subjects.push(index);
        }
        self.components(node, Some(index), place);
        Some(index)
    }

    fn services(&mut self, list: &Node<'_>) {
        for service in list.items("service") {
            self.services.extend(service.string_at("bom-ref"));
            // Nested as components are; the depth is bounded by that of the document.
            if let Some(nested) = service.at("services") {
                self.services(nested);
            }
        }
    }

    fn dependencies(&mut self, list: &Node<'_>) {
        self.services.sort_unstable();
        for dependency in list.items("dependency") {
            let Some(id) = dependency.text_at("ref") else {
                let what = "a dependency without `ref`; its edges were left out";
                self.gather.problem(dependency.line, "dependencies", what);
                continue;
            };
            let from = self.end_of_edge(id);
            let json = dependency.at("dependsOn").into_iter().flat_map(|list| list.items(""));
            let json = json.filter_map(Node::text);
            let xml = dependency.items("dependency").filter_map(|d| d.text_at("ref"));
            for id in json.chain(xml) {
                if let (Some(from), Some(to)) = (from, self.end_of_edge(id)) {
                    self.gather.bill.dependencies.push((from, to));
                }
            }
        }
    }

    /// The component that an edge names; what is in another document (a BOM-Link) or a service is none.
    fn end_of_edge(&mut self, id: &str) -> Option<u32> {
        let elsewhere = id.starts_with("urn:cdx:")
            || self.services.binary_search_by(|service| service.as_str().cmp(id)).is_ok();
        if elsewhere { self.gather.find(id) } else { self.gather.expect(id) }
    }

    /// A bill that says of itself that something is missing is incomplete.
    fn compositions(&mut self, root: &Node<'_>) {
        let Some(list) = root.at("compositions") else { return };
        for (number, node) in list.items("composition").enumerate() {
            let Some(word) =
                node.text_at("aggregate").filter(|word| word.starts_with("incomplete"))
            else {
                continue;
            };
            let what = format!("the document says of itself that it is «{}»", short(word));
            self.gather.problem(node.line, format!("compositions[{number}].aggregate"), what);
        }
    }
}

fn component(node: &Node<'_>, parent: Option<u32>) -> Component {
    let mut cpes: Vec<String> = node.string_at("cpe").into_iter().collect();
    let properties = properties(node);
    let further = properties.iter().filter(|(name, _)| name == FURTHER_CPE);
    for (_, cpe) in further {
        if !cpes.contains(cpe) {
            cpes.push(cpe.clone());
        }
    }
    let supplier = node.at("supplier").and_then(|s| s.text_at("name"));
    Component {
        id: node.string_at("bom-ref").unwrap_or_default(),
        parent,
        kind: node.text_at("type").map(gather::component_type).unwrap_or_default(),
        group: node.string_at("group"),
        name: node.string_at("name").unwrap_or_default(),
        version: node.string_at("version"),
        purl: node.string_at("purl"),
        cpes,
        hashes: hashes(node),
        licences: licences(node),
        scope: node.text_at("scope").and_then(gather::scope),
        properties,
        supplier: supplier.or_else(|| node.text_at("publisher")).map(str::to_owned),
        line: node.line,
    }
}

fn properties(node: &Node<'_>) -> Vec<(String, String)> {
    let list = node.at("properties").into_iter().flat_map(|list| list.items("property"));
    list.filter_map(|property| {
        let value = property.raw_at("value").or_else(|| property.raw_at(""));
        Some((property.string_at("name")?, value.unwrap_or_default().to_owned()))
    })
    .collect()
}

fn hashes(node: &Node<'_>) -> Vec<(String, String)> {
    let list = node.at("hashes").into_iter().flat_map(|list| list.items("hash"));
    list.filter_map(|hash| {
        let digits = hash.text_at("content").or_else(|| hash.text_at(""))?;
        Some((gather::algorithm(hash.text_at("alg")?), digits.to_owned()))
    })
    .collect()
}

/// JSON has a list of `{license: {id | name}}` and `{expression}`; XML has the same as elements.
fn licences(node: &Node<'_>) -> Vec<String> {
    let Some(list) = node.at("licenses") else { return Vec::new() };
    let told = |licence: &Node<'_>| {
        licence.string_at("id").or_else(|| licence.string_at("name")).or_else(|| {
            // Some tools write the name in the place of the object.
            licence.text().map(str::to_owned)
        })
    };
    let mut found = Vec::new();
    for item in list.items("license") {
        let expression = item.string_at("expression");
        found.extend(expression.or_else(|| told(item.at("license").unwrap_or(item))));
    }
    for (_, node) in list.entries().iter().filter(|(key, _)| key == "expression") {
        found.extend(node.text().map(str::to_owned));
    }
    found
}
