//! What does a CycloneDX document say of the components that it lists?
//!
//! JSON and XML, versions 1.0 to 1.7: `vulnerabilities` that affect components by reference, and the XML
//! extension of before 1.4 (`ext/vulnerability/1.0`), also inside a component. One observation for each affected
//! component. Components are met in a first pass, of which only those that a vulnerability names are kept; a
//! bill without vulnerabilities is a count of components. Standing: `analysis.state` (CycloneDX 1.6,
//! «impact analysis state»).

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::format::Format;
use crate::observation::{Component, Observation, Standing};
use crate::readers::dependency::{facts, fields::Cells, packages};
use crate::readers::{told, words};
use crate::sink::{Fact, Kept, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};
use crate::walk::shape::Shape;
use crate::walk::xml::{self, Element};

/// Most components kept that vulnerabilities name; the vulnerabilities of others are dropped and said.
pub const MAX_NAMED: usize = 500_000;

/// CycloneDX JSON.
pub const JSON: Format = Format {
    id: "cyclonedx",
    title: "CycloneDX JSON",
    detects: |shape| shape.value("bomFormat").eq_ignore_ascii_case("CycloneDX"),
    read: read_json,
};
/// CycloneDX XML.
pub const XML: Format =
    Format { id: "cyclonedx-xml", title: "CycloneDX XML", detects: detects_xml, read: read_xml };

fn detects_xml(shape: &Shape) -> bool {
    shape.has("bom") && shape.text.contains("cyclonedx.org/schema/bom")
}

/// Components by reference.
struct Table {
    wanted: HashSet<String>,
    found: HashMap<String, Component>,
    listed: u64,
}

impl Table {
    fn of(wanted: HashSet<String>) -> Self {
        Self { wanted, found: HashMap::new(), listed: 0 }
    }

    fn meet(&mut self, reference: &str, component: Option<Component>) {
        if let Some(component) = component.filter(|_| self.wanted.contains(reference)) {
            self.found.insert(reference.to_owned(), component);
        }
    }

    /// The component of a reference: of this document, of a link into another (`urn:cdx:…#reference`), or the
    /// reference is a package URL itself.
    fn component(&self, reference: &str) -> Option<Component> {
        let linked = reference.rsplit_once('#').map_or(reference, |(_, fragment)| fragment);
        let known = self.found.get(reference).or_else(|| self.found.get(linked));
        known.cloned().or_else(|| {
            let purl = linked.replace("%3A", ":").replace("%2F", "/").replace("%40", "@");
            [reference, linked, &purl]
                .into_iter()
                .filter(|text| text.starts_with("pkg:"))
                .find_map(|purl| packages::component(purl, "", "", "", ""))
        })
    }
}

fn want(wanted: &mut HashSet<String>, reference: &str) {
    if wanted.len() < MAX_NAMED && !reference.is_empty() {
        wanted.insert(reference.to_owned());
    }
}

fn read_json(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let mut wanted = HashSet::new();
    // What the first passes drop, the last one drops again.
    let mut unheard = Kept::default();
    json::walk(source, &["vulnerabilities[].affects[].ref"], &mut unheard, &mut |_, hit| {
        want(&mut wanted, hit.value.as_str().unwrap_or_default());
        Ok(())
    })?;
    let mut table = Table::of(wanted);
    let mut subject = None;
    let mut tool = (String::new(), String::new());
    let patterns = [
        "components[]",
        "metadata.component",
        "metadata.timestamp",
        "metadata.tools",
        "compositions[].aggregate",
        "vulnerabilities[..]",
    ];
    let (mut parts, mut report) = (String::new(), false);
    json::walk(source, &patterns, sink, &mut |sink, hit| {
        let record = hit.record();
        match hit.pattern {
            0 => table.listed += meet_json(&hit.value, &mut table),
            1 => {
                facts::target(sink, record.text("name"));
                want(&mut table.wanted, record.text("bom-ref"));
                meet_json(&hit.value, &mut table);
                subject = component_json(record);
            }
            2 => facts::scanned(sink, hit.value.as_str().unwrap_or_default()),
            4 => composed(&mut parts, hit.value.as_str().unwrap_or_default()),
            5 => report = true,
            _ => {
                let name = record.list("[].name|components[].name").into_iter().next();
                let version = record.list("[].version|components[].version").into_iter().next();
                tool = (name.unwrap_or_default(), version.unwrap_or_default());
            }
        }
        Ok(())
    })?;
    tell_tool(sink, &tool.0, &tool.1);
    if report {
        tell_parts(sink, &parts);
    }
    let mut with_problem: HashSet<String> = HashSet::new();
    json::walk(source, &["vulnerabilities[]"], sink, &mut |sink, hit| {
        let record = hit.record();
        let affected = record.cells("affects[].ref");
        let stated = stated_json(record);
        with_problem.extend(affected.iter().filter(|r| table.found.contains_key(*r)).cloned());
        hand_on(sink, hit.place(), stated, &affected, &table, subject.as_ref())
    })?;
    facts::components(sink, table.listed.saturating_sub(with_problem.len() as u64));
    Ok(())
}

/// Notes that a composition is not whole (CycloneDX 1.6, «aggregate type»: `incomplete`, `incomplete_first_party_only` …).
fn composed(parts: &mut String, aggregate: &str) {
    let aggregate = aggregate.trim();
    if parts.is_empty() && aggregate.starts_with("incomplete") {
        aggregate.clone_into(parts);
    }
}

/// A bill that is a report, and calls itself incomplete: what it lacks may be there.
fn tell_parts(sink: &mut dyn Sink, aggregate: &str) {
    if !aggregate.is_empty() {
        sink.fact(Fact::Incomplete(format!("its composition is «{aggregate}»")));
    }
}

/// The tool that wrote the document, where it tells.
fn tell_tool(sink: &mut dyn Sink, name: &str, version: &str) {
    facts::tool(sink, if name.is_empty() { "CycloneDX" } else { name }, version);
    told::rated_apart(sink, name);
}

/// A component and all in it: how many.
fn meet_json(value: &Value, table: &mut Table) -> u64 {
    let mut left = vec![value];
    let mut count = 0;
    while let Some(value) = left.pop() {
        let record = Record(value);
        count += 1;
        table.meet(record.text("bom-ref"), component_json(record));
        left.extend(record.items("components").map(|r| r.0));
    }
    count
}

fn component_json(record: Record<'_>) -> Option<Component> {
    let name = full_name(record.text("group"), record.text("name"));
    packages::component(
        either_purl(record.text("purl"), record.text("bom-ref")),
        "",
        &name,
        record.text("version"),
        "",
    )
}

/// Many tools make the reference of the package URL and leave it at that.
fn either_purl<'t>(purl: &'t str, reference: &'t str) -> &'t str {
    if purl.is_empty() && reference.starts_with("pkg:") { reference } else { purl }
}

fn full_name(group: &str, name: &str) -> String {
    if group.is_empty() { name.to_owned() } else { format!("{group}:{name}") }
}

/// One observation for each affected component; without any, of what the document is about.
fn hand_on(
    sink: &mut dyn Sink,
    place: String,
    stated: Observation,
    affected: &[String],
    table: &Table,
    subject: Option<&Component>,
) -> Result<(), Stop> {
    if affected.is_empty() {
        let observation = Observation { component: subject.cloned(), ..stated };
        return packages::hand_on(sink, place, observation);
    }
    let stated = packages::settled(stated);
    for reference in affected {
        match table.component(reference) {
            None => sink.dropped(&place, &format!("no component «{reference}» is listed")),
            component => {
                packages::hand_on(
                    sink,
                    place.clone(),
                    Observation { component, ..stated.clone() },
                )?;
            }
        }
    }
    Ok(())
}

fn stated_json(record: Record<'_>) -> Observation {
    let rule = record.text("id");
    let ratings: Vec<Rating> = record
        .items("ratings")
        .map(|rating| Rating {
            severity: rating.text("severity").into(),
            method: rating.text("method").into(),
            score: rating.string("score"),
            vector: rating.text("vector").into(),
        })
        .collect();
    let (severity, score) = rated(&ratings);
    let mut observation = Observation {
        rule: rule.into(),
        description: record.cell("description|detail"),
        remedy: record.cell("recommendation|workaround"),
        severity,
        score,
        cwes: record.cells("cwes").iter().filter_map(|cwe| words::cwe(cwe)).collect(),
        references: packages::addresses(
            record.list("source.url|advisories[].url|references[].source.url"),
        ),
        ..packages::dependency()
    };
    (observation.standing, observation.standing_reason) = standing(
        record.text("analysis.state"),
        record.text("analysis.justification"),
        record.text("analysis.detail"),
    );
    packages::name_problem(&mut observation, rule, record.cells("references[].id"));
    observation
}

struct Rating {
    severity: String,
    method: String,
    score: String,
    vector: String,
}

/// The worst word, and the vector (else the number) by the newest method.
fn rated(ratings: &[Rating]) -> (vocab::Severity, String) {
    let words = ratings.iter().map(|rating| match words::severity(&rating.severity) {
        vocab::Severity::Unknown if rating.method.starts_with("CVSS") => {
            words::severity_of_score(&rating.score)
        }
        severity => severity,
    });
    let newest = ["CVSSv4", "CVSSv31", "CVSSv3", "CVSSv2"];
    let by_method = |field: fn(&Rating) -> &str| {
        newest.iter().find_map(|method| {
            ratings.iter().filter(|r| r.method == *method).map(field).find(|text| !text.is_empty())
        })
    };
    let score = by_method(|rating| &rating.vector).or_else(|| by_method(|rating| &rating.score));
    (words.max().unwrap_or_default(), score.unwrap_or_default().to_owned())
}

fn standing(state: &str, justification: &str, detail: &str) -> (Standing, String) {
    let standing = match state {
        "resolved" | "resolved_with_pedigree" => Standing::Fixed,
        "in_triage" => Standing::UnderInvestigation,
        "false_positive" => Standing::FalsePositive,
        "not_affected" => Standing::NotAffected,
        _ => return (Standing::Reported, String::new()),
    };
    let said: Vec<&str> =
        [state, justification, detail].into_iter().filter(|text| !text.trim().is_empty()).collect();
    (standing, said.join(": "))
}

const AT_ROOT: &str = "bom/vulnerabilities/vulnerability";
const COMPONENTS: &str = "bom/components/component";

fn read_xml(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let mut wanted = HashSet::new();
    let mut unheard = Kept::default();
    xml::walk(source, &[AT_ROOT], &mut unheard, &mut |_, hit| {
        for reference in affected_xml(&hit.element) {
            want(&mut wanted, &reference);
        }
        Ok(())
    })?;
    let mut table = Table::of(wanted);
    let mut subject = None;
    let mut with_problem: HashSet<String> = HashSet::new();
    let mut tool = (String::new(), String::new());
    let patterns = [
        "bom/metadata/component",
        "bom/metadata/timestamp",
        "bom/metadata/tools",
        COMPONENTS,
        "bom/compositions/composition/aggregate",
    ];
    let (mut parts, mut report) = (String::new(), false);
    xml::walk(source, &patterns, sink, &mut |sink, hit| match hit.pattern {
        0 => {
            facts::target(sink, hit.element.text_of("name"));
            subject = component_xml(&hit.element);
            want(&mut table.wanted, hit.element.attribute("bom-ref"));
            table.meet(hit.element.attribute("bom-ref"), subject.clone());
            Ok(())
        }
        1 => {
            facts::scanned(sink, hit.element.text.trim());
            Ok(())
        }
        2 => {
            let of = ["tool", "components/component"].map(|path| hit.element.at(path));
            if let Some(first) = of.into_iter().flatten().next() {
                tool = (first.text_of("name").to_owned(), first.text_of("version").to_owned());
            }
            Ok(())
        }
        4 => {
            composed(&mut parts, &hit.element.text);
            Ok(())
        }
        _ => {
            let mut left = vec![&hit.element];
            while let Some(element) = left.pop() {
                table.listed += 1;
                let component = component_xml(element);
                let mut own = 0;
                for found in element.all("vulnerabilities/vulnerability") {
                    own += 1;
                    let observation =
                        Observation { component: component.clone(), ..stated_xml(found) };
                    packages::hand_on(sink, hit.place(), observation)?;
                }
                table.listed -= u64::from(own > 0);
                report |= own > 0;
                table.meet(element.attribute("bom-ref"), component);
                left.extend(element.all("components/component"));
            }
            Ok(())
        }
    })?;
    tell_tool(sink, &tool.0, &tool.1);
    xml::walk(source, &[AT_ROOT], sink, &mut |sink, hit| {
        report = true;
        let affected: Vec<String> = affected_xml(&hit.element).collect();
        with_problem.extend(affected.iter().filter(|r| table.found.contains_key(*r)).cloned());
        hand_on(sink, hit.place(), stated_xml(&hit.element), &affected, &table, subject.as_ref())
    })?;
    if report {
        tell_parts(sink, &parts);
    }
    facts::components(sink, table.listed.saturating_sub(with_problem.len() as u64));
    Ok(())
}

/// `affects/target/ref`, and the attribute `ref` of the extension.
fn affected_xml(vulnerability: &Element) -> impl Iterator<Item = String> {
    let targets =
        vulnerability.all("affects/target").map(|target| target.text_of("ref").to_owned());
    targets
        .chain([vulnerability.attribute("ref").to_owned()])
        .filter(|reference| !reference.is_empty())
}

fn component_xml(element: &Element) -> Option<Component> {
    let name = full_name(element.text_of("group"), element.text_of("name"));
    packages::component(
        either_purl(element.text_of("purl"), element.attribute("bom-ref")),
        "",
        &name,
        element.text_of("version"),
        "",
    )
}

fn stated_xml(element: &Element) -> Observation {
    let rule = element.text_of("id");
    let ratings: Vec<Rating> = element
        .all("ratings/rating")
        .map(|rating| Rating {
            severity: rating.text_of("severity").into(),
            method: rating.text_of("method").into(),
            score: match rating.text_of("score/base") {
                "" => rating.text_of("score").into(),
                base => base.into(),
            },
            vector: rating.text_of("vector").into(),
        })
        .collect();
    let (severity, score) = rated(&ratings);
    let advisories =
        element.all("advisories/advisory").map(|advisory| match advisory.text_of("url") {
            "" => advisory.text.trim().to_owned(),
            url => url.to_owned(),
        });
    let mut observation = Observation {
        rule: rule.into(),
        description: element.text_of("description").into(),
        remedy: match element.text_of("recommendation") {
            "" => element.text_of("recommendations/recommendation").into(),
            text => text.into(),
        },
        severity,
        score,
        cwes: element.all("cwes/cwe").filter_map(|cwe| words::cwe(&cwe.text)).collect(),
        references: packages::addresses(
            advisories.chain([element.text_of("source/url").to_owned()]),
        ),
        ..packages::dependency()
    };
    (observation.standing, observation.standing_reason) = standing(
        element.text_of("analysis/state"),
        element.text_of("analysis/justification"),
        element.text_of("analysis/detail"),
    );
    packages::name_problem(
        &mut observation,
        rule,
        element.all("references/reference").map(|reference| reference.text_of("id")),
    );
    observation
}
