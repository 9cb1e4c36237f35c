//! What does Acunetix say? The XML of its own scanner; Acunetix 360 writes the JSON of [`super::netsparker`].
//!
//! A report names its checks in words, as titles; the module that made one is shared by many and is no check.

use super::claim::{self, cover, hand_on, paragraphs};
use crate::format::Format;
use crate::observation::{Class, Observation, Standing};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::xml::{self, Element};

/// The export of a scan.
pub const FORMAT: Format = Format {
    id: "acunetix",
    title: "Acunetix XML",
    detects: |shape| shape.has("ScanGroup/Scan"),
    read,
};

/// What names the site stands before what was found on it.
const PATTERNS: &[&str] = &[
    "ScanGroup/Scan/ReportItems/ReportItem",
    "ScanGroup/Scan/StartURL",
    "ScanGroup/Scan/Aborted",
    "ScanGroup/Scan/Finished",
];

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Acunetix".to_owned()));
    sink.fact(Fact::Kind(Class::Web));
    let mut site = String::new();
    xml::walk(source, PATTERNS, sink, &mut |sink, hit| {
        let text = hit.element.text.trim();
        match hit.pattern {
            0 => return hand_on(sink, of_item(&hit.element, &site, hit.place())),
            1 => {
                text.clone_into(&mut site);
                sink.fact(Fact::Target(site.clone()));
                claim::tell_site(sink, &site);
            }
            3 if text.eq_ignore_ascii_case("true") => sink.fact(Fact::Succeeded),
            2 if text.eq_ignore_ascii_case("true") => {
                sink.fact(Fact::Incomplete("the scan was aborted".to_owned()));
            }
            _ => {}
        }
        Ok(())
    })
}

fn of_item(item: &Element, site: &str, place: String) -> Observation {
    let links = item.all("References/Reference").flat_map(|r| claim::links(r.text_of("URL")));
    let weak = item
        .all("CWEList/CWE")
        .filter_map(|cwe| words::cwe(cwe.attribute("id")).or_else(|| words::cwe(&cwe.text)));
    let named = |cve: &Element| format!("{} {}", cve.attribute("id"), cve.deep_text());
    let cves: Vec<String> = item.all("CVEList/CVE").map(named).collect();
    let mut observation = Observation {
        class: Class::Web,
        title: item.text_of("Name").to_owned(),
        description: paragraphs(&[
            item.text_of("Description"),
            item.text_of("Impact"),
            item.text_of("Details"),
            item.text_of("DetailedInformation"),
        ]),
        remedy: item.text_of("Recommendation").to_owned(),
        severity: words::severity(item.text_of("Severity")),
        score: claim::score(&[
            item.text_of("CVSS3/Descriptor"),
            item.text_of("CVSS3/Score"),
            item.text_of("CVSS/Descriptor"),
            item.text_of("CVSS/Score"),
        ]),
        cwes: weak.collect(),
        references: links.collect(),
        endpoint: claim::page_at(site, item.text_of("Affects"), "", item.text_of("Parameter")),
        place,
        ..Observation::default()
    };
    if matches!(item.text_of("IsFalsePositive").to_ascii_lowercase().as_str(), "true" | "1") {
        observation.standing = Standing::FalsePositive;
    }
    cover(&mut observation, words::cves(&cves.join(" ")));
    observation
}
