//! What does WebInspect (Fortify, Micro Focus, OpenText) say? Sessions, each with its issues.
//!
//! Severity is 0 to 4. The address stands before the issues of a session; raw requests are not read.

use std::collections::BTreeSet;

use vocab::Severity;

use super::claim::{self, hand_on, paragraphs};
use crate::format::Format;
use crate::observation::{Class, Observation};
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::xml::{self, Element};

/// The export of vulnerabilities.
pub const FORMAT: Format = Format {
    id: "webinspect",
    title: "WebInspect XML",
    detects: |shape| shape.has("Sessions/Session/@requestId"),
    read,
};

const PATTERNS: &[&str] = &[
    "Sessions/Session/URL",
    "Sessions/Session/AttackParamDescriptor",
    "Sessions/Session/Issues/Issue",
];

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("WebInspect".to_owned()));
    sink.fact(Fact::Kind(Class::Web));
    let (mut url, mut parameter) = (String::new(), String::new());
    let mut passed = 0;
    let mut met = true;
    let mut sites = BTreeSet::new();
    let end = xml::walk(source, PATTERNS, sink, &mut |sink, hit| {
        let text = hit.element.text.trim();
        match hit.pattern {
            0 => {
                passed += u64::from(!met);
                met = false;
                if sites.len() < crate::coverage::MAX_TOLD {
                    sites.extend(claim::site_target(text));
                }
                text.clone_into(&mut url);
                parameter.clear();
            }
            1 => text.clone_into(&mut parameter),
            2 => {
                met = true;
                return hand_on(sink, of_issue(&hit.element, &url, &parameter, hit.place()));
            }
            _ => {}
        }
        Ok(())
    });
    let passed = passed + u64::from(!met);
    // Sessions without issues show that sessions are listed for being looked at.
    if passed > 0 {
        sites.into_iter().for_each(|site| sink.fact(Fact::Looked(site)));
    }
    sink.fact(Fact::Passed(passed));
    end
}

fn of_issue(issue: &Element, session: &str, parameter: &str, place: String) -> Observation {
    let section = |name: &str| {
        let mut named = issue.all("ReportSection").filter(|s| s.text_of("Name") == name);
        named.next().map_or("", |section| section.text_of("SectionText"))
    };
    let classes = issue.all("Classifications/Classification");
    let weak: Vec<&str> = classes
        .filter(|class| class.attribute("kind") == "CWE")
        .map(|class| class.attribute("identifier"))
        .collect();
    let own = issue.text_of("URL");
    let check = issue.text_of("VulnerabilityID");
    Observation {
        class: Class::Web,
        rule: if check.is_empty() { issue.attribute("id") } else { check }.to_owned(),
        title: issue.text_of("Name").to_owned(),
        description: paragraphs(&[section("Summary"), section("Implication")]),
        remedy: section("Fix").to_owned(),
        severity: match issue.text_of("Severity") {
            "0" => Severity::None,
            "1" => Severity::Low,
            "2" => Severity::Medium,
            "3" => Severity::High,
            "4" => Severity::Critical,
            _ => Severity::Unknown,
        },
        cwes: claim::weaknesses(&weak.join("\n")),
        references: claim::links(section("Reference Info")),
        endpoint: claim::page(if own.is_empty() { session } else { own }, "", parameter),
        place,
        ..Observation::default()
    }
}
