//! CycloneDX in JSON.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::source::{self, Lines, Problems};
use super::super::{Document, Place, Refused};
use super::{Bill, Component, Vulnerability};

#[derive(Deserialize)]
struct Whole<'a> {
    #[serde(rename = "bomFormat")]
    format: Option<String>,
    #[serde(rename = "specVersion")]
    version: Option<String>,
    #[serde(rename = "serialNumber")]
    serial: Option<String>,
    #[serde(rename = "version", borrow)]
    revision: Option<&'a RawValue>,
    #[serde(borrow)]
    metadata: Option<&'a RawValue>,
    #[serde(borrow, default)]
    components: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    services: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    vulnerabilities: Vec<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Metadata {
    timestamp: Option<String>,
    component: Option<Component>,
    authors: Vec<Contact>,
    manufacturer: Option<Contact>,
    manufacture: Option<Contact>,
    supplier: Option<Contact>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Contact {
    name: Option<String>,
    email: Option<String>,
}

impl Contact {
    fn text(&self) -> Option<&str> {
        [&self.name, &self.email].into_iter().flatten().map(String::as_str).find(|t| !t.is_empty())
    }
}

/// Reads the document.
pub(in super::super) fn read(text: &str) -> Result<Document, Refused> {
    let whole: Whole<'_> = serde_json::from_str(text).map_err(|e| Refused::json(&e))?;
    if whole.format.as_deref() != Some("CycloneDX") {
        return Err(Refused::new(1, "`bomFormat` is not «CycloneDX»"));
    }
    let version = whole.version.unwrap_or_default();
    super::known(&version, 1)?;
    let mut problems = Problems::default();
    // Each list may stand before another; each is asked in its own order.
    let metadata = taken::<Metadata>(text, whole.metadata.as_slice(), "metadata", &mut problems);
    let metadata = metadata.into_iter().next().map(|(_, m)| m).unwrap_or_default();
    let mut components: Vec<Component> = Vec::new();
    for (list, name) in [(&whole.components, "components"), (&whole.services, "services")] {
        components.extend(taken(text, list, name, &mut problems).into_iter().map(|(_, c)| c));
    }
    let vulnerabilities: Vec<(Place, Vulnerability)> =
        taken(text, &whole.vulnerabilities, "vulnerabilities", &mut problems);
    let authors: Vec<&str> = metadata.authors.iter().filter_map(Contact::text).collect();
    let makers = [&metadata.manufacturer, &metadata.manufacture, &metadata.supplier];
    let author = match authors.is_empty() {
        false => authors.join(", "),
        true => makers.into_iter().flatten().find_map(Contact::text).unwrap_or_default().to_owned(),
    };
    let bill = Bill {
        version,
        serial: whole.serial.unwrap_or_default(),
        revision: source::name(whole.revision.map_or("1", |v| v.get().trim_matches('"'))),
        timestamp: metadata.timestamp,
        author,
        subject: metadata.component,
        components,
        vulnerabilities,
        problems,
    };
    Ok(bill.document())
}

/// What of a list can be read, with its places; what cannot is a problem.
fn taken<'a, T: Deserialize<'a>>(
    text: &'a str,
    list: &[&'a RawValue],
    name: &str,
    problems: &mut Problems,
) -> Vec<(Place, T)> {
    let mut lines = Lines::of(text);
    let mut out = Vec::new();
    for (number, raw) in list.iter().enumerate() {
        let line = lines.line(raw.get());
        match source::object(raw) {
            Ok(value) => out.push((Place { line, path: format!("{name}[{number}]") }, value)),
            Err(what) => {
                problems.add(&Place { line, path: format!("{name}[{number}]") }, what);
            }
        }
    }
    out
}
