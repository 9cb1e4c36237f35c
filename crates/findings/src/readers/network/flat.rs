//! Where does each fact stand in the records of a tool? One row of names for each format.
//!
//! In: a record of JSON, XML or a table, and a [`Flat`] that names its fields. Out: the observation. What a
//! tool has beside it (states, scales of its own, several places in one record) its reader adds. A name is a
//! path in JSON (`kb.cves`), a path of elements or `@attribute` in XML, a column in a table.

use super::claim::{self, cover, paragraphs};
use super::when::when;
use crate::observation::{Class, Observation};
use crate::readers::words;
use crate::walk::json::Record;
use crate::walk::table::Row;
use crate::walk::xml::Element;

/// A record with named fields.
pub trait Fields {
    /// What stands there as text; the members of a list joined by lines, empty when there is nothing.
    fn field(&self, name: &str) -> String;
}

impl Fields for Record<'_> {
    fn field(&self, name: &str) -> String {
        let single = self.string(name);
        let text = if single.is_empty() { self.texts(name).join("\n") } else { single };
        text.trim().to_owned()
    }
}

impl Fields for Row<'_> {
    fn field(&self, name: &str) -> String {
        self.get(name).to_owned()
    }
}

impl Fields for Element {
    fn field(&self, name: &str) -> String {
        match name.strip_prefix('@') {
            Some(attribute) => self.attribute(attribute).trim().to_owned(),
            None => self.all(name).map(Element::deep_text).collect::<Vec<_>>().join("\n"),
        }
    }
}

type Names = &'static [&'static str];

/// The names of the fields that hold each fact. Of most the first with something in it counts; texts, ids
/// and links are taken from all of them.
pub struct Flat {
    /// What kind of problem.
    pub class: Class,
    /// The check.
    pub rule: Names,
    /// One line.
    pub title: Names,
    /// All of them, one after the other.
    pub description: Names,
    /// All of them, one after the other.
    pub remedy: Names,
    /// A word that all tools share; scales of numbers are the reader's.
    pub severity: Names,
    /// The first that is a vector or a number.
    pub score: Names,
    /// Weaknesses, named or as numbers.
    pub cwes: Names,
    /// Texts that name CVEs.
    pub cves: Names,
    /// Texts with web addresses.
    pub links: Names,
    /// The address of a page; or of a site, whose path stands in `path`.
    pub url: Names,
    /// The path of a page below `url`.
    pub path: Names,
    /// A name or address, where there is no `url`.
    pub host: Names,
    /// A port.
    pub port: Names,
    /// `tcp` or `udp`.
    pub protocol: Names,
    /// `ssh`, `http` …
    pub service: Names,
    /// HTTP method.
    pub method: Names,
    /// What is attacked.
    pub parameter: Names,
    /// When the tool first saw it.
    pub first_seen: Names,
}

/// Names nothing; the beginning of each row.
pub const NOTHING: Flat = Flat {
    class: Class::Web,
    rule: &[],
    title: &[],
    description: &[],
    remedy: &[],
    severity: &[],
    score: &[],
    cwes: &[],
    cves: &[],
    links: &[],
    url: &[],
    path: &[],
    host: &[],
    port: &[],
    protocol: &[],
    service: &[],
    method: &[],
    parameter: &[],
    first_seen: &[],
};

impl Flat {
    /// The observation that a record holds.
    pub fn read(&self, record: &dyn Fields, place: String) -> Observation {
        let first = |names: Names| first(record, names);
        let all = |names: Names| {
            let texts: Vec<String> = names.iter().map(|name| record.field(name)).collect();
            paragraphs(&texts.iter().map(String::as_str).collect::<Vec<_>>())
        };
        let title = first(self.title);
        let scores: Vec<String> = self.score.iter().map(|name| bare(&record.field(name))).collect();
        let cwes = all(self.cwes);
        let numbers = cwes.split([',', ';', '\n', '|', ' ']).filter_map(words::cwe);
        let host = first(self.host);
        let (method, parameter) = (first(self.method), first(self.parameter));
        let endpoint = if self.url.is_empty() && self.path.is_empty() {
            let named = !self.host.is_empty();
            let (port, protocol) = (first(self.port), first(self.protocol));
            named.then(|| claim::service(&host, &port, &protocol, &first(self.service))).flatten()
        } else {
            let url = first(self.url);
            let url = if url.is_empty() { host } else { url };
            claim::page_at(&url, &first(self.path), &method, &parameter)
        };
        let mut observation = Observation {
            class: self.class,
            rule: first(self.rule),
            title: claim::first_line(&title).to_owned(),
            description: all(self.description),
            remedy: all(self.remedy),
            severity: words::severity(&first(self.severity)),
            score: claim::score(&scores.iter().map(String::as_str).collect::<Vec<_>>()),
            cwes: numbers.collect(),
            references: claim::links(&all(self.links)),
            first_seen: when(&first(self.first_seen)),
            endpoint,
            place,
            ..Observation::default()
        };
        cover(&mut observation, words::cves(&all(self.cves)));
        observation
    }
}

/// The first of several fields with something in it; «N/A» and the like are nothing.
pub fn first(record: &dyn Fields, names: &[&str]) -> String {
    let told = |text: &String| {
        !matches!(text.to_ascii_lowercase().as_str(), "" | "n/a" | "none" | "null" | "-")
    };
    names.iter().map(|name| record.field(name)).find(told).unwrap_or_default()
}

/// «9.8 [CVSS:3.0/…]» and «(AV:N/…)» without what is around the vector.
fn bare(score: &str) -> String {
    let open = score.find(['[', '(']).filter(|_| score.contains("AV:"));
    let inside = open.and_then(|at| score.get(at + 1..)).unwrap_or(score);
    inside.split([']', ')']).next().unwrap_or_default().trim().to_owned()
}
