//! What does HCL AppScan (Standard, DAST) say?
//!
//! An issue refers to its type, its entity and its page by ids; these stand in groups around the issues, so
//! the document is walked twice.

use std::collections::BTreeMap;

use super::claim::{self, cover, hand_on, paragraphs};
use super::flat::Fields as _;
use super::when::when;
use crate::format::Format;
use crate::observation::{Class, Observation};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop, looked_at};
use crate::source::Source;
use crate::walk::xml::{self, Element};

/// The XML report.
pub const FORMAT: Format = Format {
    id: "appscan",
    title: "HCL AppScan XML",
    detects: |shape| {
        shape.value("xml-report/@technology") == "DAST"
            || shape.has("xml-report/issue-group") && shape.has("xml-report/url-group")
    },
    read,
};

const ABOUT: &[&str] = &[
    "xml-report/issue-type-group/item",
    "xml-report/entity-group/item",
    "xml-report/url-group/item",
    "xml-report/advisory-group/item",
    "xml-report/scan-information/scan-date-and-time-iso",
    "xml-report/scan-information/product-version",
    "xml-report/scan-configuration/starting-url",
    "xml-report/scan-configuration/test-policy-name",
];
const MAX_MEMBERS: usize = 200_000;

#[derive(Default)]
struct Groups {
    /// Name of a type, its CVEs, its weakness.
    types: BTreeMap<String, (String, String, String)>,
    /// Name and kind of an entity.
    entities: BTreeMap<String, (String, String)>,
    urls: BTreeMap<String, String>,
    advisories: BTreeMap<String, (String, String)>,
}

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("HCL AppScan".to_owned()));
    sink.fact(Fact::Kind(Class::Web));
    let mut groups = Groups::default();
    let mut members = 0;
    xml::walk(source, ABOUT, sink, &mut |sink, hit| {
        members += 1;
        let item = &hit.element;
        let text = |path: &str| item.text_of(path).to_owned();
        let id = item.attribute("id").to_owned();
        match hit.pattern {
            4 => looked_at(sink, &item.text, when(&item.text)),
            5 => sink.fact(Fact::ToolVersion(item.text.trim().to_owned())),
            6 => claim::tell_site(sink, item.text.trim()),
            7 => claim::setting(sink, "policy", item.text.trim().to_owned()),
            _ if members > MAX_MEMBERS => {}
            0 => _ = groups.types.insert(id, (text("name"), item.field("cve"), text("cwe"))),
            1 => _ = groups.entities.insert(id, (text("name"), text("entity-type"))),
            2 => _ = groups.urls.insert(id, text("name")),
            _ => {
                let about = item.field("advisory/testTechnicalDescription");
                groups.advisories.insert(id, (about, item.field("advisory/references")));
            }
        }
        Ok(())
    })?;
    xml::walk(source, &["xml-report/issue-group/item"], sink, &mut |sink, hit| {
        hand_on(sink, of_issue(&hit.element, &groups, hit.place()))
    })
}

fn of_issue(issue: &Element, groups: &Groups, place: String) -> Observation {
    let rule = issue.text_of("issue-type/ref");
    let empty = <(String, String, String)>::default();
    let (name, cve, weak) = groups.types.get(rule).unwrap_or(&empty);
    let none = <(String, String)>::default();
    let (about, links) = groups.advisories.get(issue.text_of("advisory/ref")).unwrap_or(&none);
    let (entity, kind) = groups.entities.get(issue.text_of("entity/ref")).unwrap_or(&none);
    let url = groups.urls.get(issue.text_of("url/ref")).map_or("", String::as_str);
    // An entity that is a page or the whole application repeats the address.
    let parameter = match kind.as_str() {
        "Parameter" | "Cookie" | "Header" => entity.as_str(),
        _ => "",
    };
    let method = issue.at("url").map_or("", |url| url.attribute("original_request_method"));
    let reasons: Vec<&str> =
        issue.all("variant-group/item").map(|variant| variant.text_of("reasoning")).collect();
    let own = issue.text_of("cwe");
    let mut observation = Observation {
        class: Class::Web,
        rule: rule.to_owned(),
        title: name.clone(),
        description: paragraphs(&[about, &reasons.join("\n")]),
        severity: words::severity(issue.text_of("severity")),
        score: claim::score(&[issue.text_of("cvss-vector/vector"), issue.text_of("cvss-score")]),
        cwes: words::cwe(if own.is_empty() { weak } else { own }).into_iter().collect(),
        references: claim::links(links),
        endpoint: claim::page(url, method, parameter),
        place,
        ..Observation::default()
    };
    cover(&mut observation, words::cves(cve));
    observation
}
