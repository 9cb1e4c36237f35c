//! What does Wapiti say? Checks are named in words; each has the entries where it was met.
//!
//! An entry's parameter can hold what was sent with it («username=admin&password=…»): only names are kept.

use vocab::Severity;

use super::claim::{self, hand_on, paragraphs};
use super::when::when;
use crate::format::Format;
use crate::observation::{Class, Observation};
use crate::sink::{Fact, Sink, Stop, looked_at};
use crate::source::Source;
use crate::walk::xml::{self, Element};

/// `-f xml`.
pub const FORMAT: Format = Format {
    id: "wapiti",
    title: "Wapiti XML",
    detects: |shape| shape.has("report/report_infos/info") && shape.has("report/vulnerabilities"),
    read,
};

/// The target stands before what was found.
const PATTERNS: &[&str] = &[
    "report/report_infos/info",
    "report/vulnerabilities/vulnerability",
    "report/anomalies/anomaly",
    "report/additionals/additional",
];

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Wapiti".to_owned()));
    sink.fact(Fact::Kind(Class::Web));
    let mut target = String::new();
    let mut passed = 0;
    let end = xml::walk(source, PATTERNS, sink, &mut |sink, hit| {
        if hit.pattern == 0 {
            let text = hit.element.text.trim();
            match hit.element.attribute("name") {
                "target" => {
                    text.clone_into(&mut target);
                    sink.fact(Fact::Target(target.clone()));
                    claim::tell_site(sink, &target);
                }
                "scope" => claim::setting(sink, "scope", text.to_owned()),
                "generatorVersion" => sink.fact(Fact::ToolVersion(text.to_owned())),
                "dateOfScan" | "date" => {
                    looked_at(sink, text, when(text));
                }
                _ => {}
            }
            return Ok(());
        }
        let mut met = false;
        for entry in hit.element.all("entries/entry") {
            met = true;
            hand_on(sink, of_entry(&hit.element, entry, &target, hit.place()))?;
        }
        passed += u64::from(!met);
        Ok(())
    });
    sink.fact(Fact::Passed(passed));
    end
}

fn of_entry(check: &Element, entry: &Element, target: &str, place: String) -> Observation {
    let names: Vec<&str> = entry
        .text_of("parameter")
        .split('&')
        .map(|pair| pair.split_once('=').map_or(pair, |(name, _)| name))
        .collect();
    let links: Vec<&str> = check.all("references/reference").map(|r| r.text_of("url")).collect();
    let titles: Vec<&str> = check.all("references/reference").map(|r| r.text_of("title")).collect();
    Observation {
        class: Class::Web,
        rule: check.attribute("name").to_owned(),
        title: check.attribute("name").to_owned(),
        description: paragraphs(&[check.text_of("description"), entry.text_of("info")]),
        remedy: check.text_of("solution").to_owned(),
        // 0 for additional information, then low to critical (Wapiti's report generators).
        severity: match entry.text_of("level") {
            "0" => Severity::None,
            "1" => Severity::Low,
            "2" => Severity::Medium,
            "3" => Severity::High,
            "4" => Severity::Critical,
            _ => Severity::Unknown,
        },
        cwes: claim::weaknesses(&titles.join("\n")),
        references: claim::links(&links.join("\n")),
        endpoint: claim::page_at(
            target,
            entry.text_of("path"),
            entry.text_of("method"),
            &names.join("&"),
        ),
        place,
        ..Observation::default()
    }
}
