//! What does Qualys' scanning of web applications say?
//!
//! Findings name their check by QID; what a QID means stands in the glossary behind them, so the document is
//! walked twice. `UNIQUE_ID` is Qualys' id of the finding, the same in every report of it. Information
//! gathered speaks of the whole application: its address comes from the appendix.

use std::collections::BTreeMap;

use vocab::Severity;

use super::claim::{self, cover, hand_on, paragraphs};
use super::qualys::{MAX_GLOSSARY, level};
use super::when::when;
use crate::coverage::{Filter, Target};
use crate::format::Format;
use crate::observation::{Class, Observation, Standing};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop, looked_at};
use crate::source::Source;
use crate::walk::xml::{self, Element};

/// Scan and application reports.
pub const FORMAT: Format = Format {
    id: "qualys-was",
    title: "Qualys Web Application Scanning XML",
    detects: |shape| shape.any(&["WAS_SCAN_REPORT", "WAS_WEBAPP_REPORT"]),
    read,
};

const ABOUT: &[&str] = &[
    "*/GLOSSARY/QID_LIST/QID",
    "*/APPENDIX/WEBAPP",
    "*/APPENDIX/SCAN_LIST/SCAN",
    "*/FILTERS/FILTER",
];
/// A report of applications has a level more than one of a scan. The last two only inform.
const FOUND: &[&str] = &[
    "*/RESULTS/VULNERABILITY_LIST/VULNERABILITY",
    "*/RESULTS/WEB_APPLICATION/VULNERABILITY_LIST/VULNERABILITY",
    "*/RESULTS/SENSITIVE_CONTENT_LIST/SENSITIVE_CONTENT",
    "*/RESULTS/WEB_APPLICATION/SENSITIVE_CONTENT_LIST/SENSITIVE_CONTENT",
    "*/RESULTS/INFORMATION_GATHERED_LIST/INFORMATION_GATHERED",
    "*/RESULTS/WEB_APPLICATION/INFORMATION_GATHERED_LIST/INFORMATION_GATHERED",
];
const FIRST_INFORMATION: usize = 4;

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Qualys WAS".to_owned()));
    sink.fact(Fact::Kind(Class::Web));
    let mut glossary: BTreeMap<String, Element> = BTreeMap::new();
    let mut applications: Vec<String> = Vec::new();
    xml::walk(source, ABOUT, sink, &mut |sink, hit| {
        let element = hit.element;
        match hit.pattern {
            0 if glossary.len() < MAX_GLOSSARY => {
                glossary.insert(element.text_of("QID").to_owned(), element);
            }
            1 if applications.len() < 1_000 => {
                sink.fact(Fact::Target(element.text_of("URL").to_owned()));
                claim::tell_site(sink, element.text_of("URL"));
                applications.push(element.text_of("URL").to_owned());
            }
            2 => {
                let told = element.text_of("END_DATE");
                looked_at(sink, told, when(told));
                scan(sink, &element);
                let status = element.text_of("STATUS");
                if status.eq_ignore_ascii_case("finished") {
                    sink.fact(Fact::Succeeded);
                } else if !status.is_empty() {
                    sink.fact(Fact::Incomplete(format!("a scan's status is «{status}»")));
                }
            }
            3 if !element.text_of("VALUE").starts_with("Include") => {
                let words = [element.text_of("NAME"), element.text_of("VALUE")].join(": ");
                sink.fact(Fact::Filter(Filter::Other(words)));
            }
            _ => {}
        }
        Ok(())
    })?;
    // With several applications nothing says which one an information is about.
    let only = match applications.as_slice() {
        [only] => only.as_str(),
        _ => "",
    };
    xml::walk(source, FOUND, sink, &mut |sink, hit| {
        let empty = Element::default();
        let check = glossary.get(hit.element.text_of("QID")).unwrap_or(&empty);
        let information = hit.pattern >= FIRST_INFORMATION;
        let place = hit.place();
        hand_on(sink, of_found(&hit.element, check, only, information, place))
    })
}

/// Option profile, versions and how signing in went. «External (IP: …, WAS: 7.6.34-1, Signatures: 2.4.837-4)».
fn scan(sink: &mut dyn Sink, scan: &Element) {
    claim::setting(sink, "profile", scan.text_of("PROFILE").to_owned());
    let scanner = scan.text_of("SCANNER");
    let version = |label: &str| {
        let (_, rest) = scanner.split_once(label)?;
        rest.split([',', ')']).next().map(|version| version.trim().to_owned())
    };
    version("WAS: ").into_iter().for_each(|it| sink.fact(Fact::ToolVersion(it)));
    version("Signatures: ").into_iter().for_each(|it| sink.fact(Fact::RulesVersion(it)));
    let signed_in = match scan.text_of("AUTHENTICATION_STATUS").to_ascii_lowercase().as_str() {
        "successful" => true,
        "failed" | "partial" | "no authentication specified" => false,
        _ => return,
    };
    sink.fact(Fact::SignedIn(Target::run(), signed_in));
}

fn of_found(
    found: &Element,
    check: &Element,
    application: &str,
    information: bool,
    place: String,
) -> Observation {
    let url = match found.text_of("URL") {
        "" => application,
        url => url,
    };
    let method = found.text_of("PAYLOADS/PAYLOAD/REQUEST/METHOD");
    let mut observation = Observation {
        class: Class::Web,
        rule: found.text_of("QID").to_owned(),
        title: check.text_of("TITLE").to_owned(),
        description: paragraphs(&[check.text_of("DESCRIPTION"), check.text_of("IMPACT")]),
        remedy: check.text_of("SOLUTION").to_owned(),
        severity: level(first(found.text_of("SEVERITY"), check.text_of("SEVERITY")), information),
        score: claim::score(&[
            check.text_of("CVSS_V3/BASE"),
            check.text_of("CVSS_V3/CVSS_V3_BASE"),
            check.text_of("CVSS_BASE"),
        ]),
        cwes: claim::weaknesses(check.text_of("CWE")),
        endpoint: claim::page(url, method, found.text_of("PARAM")),
        tool_id: found.text_of("UNIQUE_ID").to_owned(),
        first_seen: when(found.text_of("FIRST_TIME_DETECTED")),
        target: if url.is_empty() { found.text_of("WEBAPP_NAME") } else { "" }.to_owned(),
        place,
        ..Observation::default()
    };
    if information {
        observation.severity = Severity::None;
    }
    if found.text_of("STATUS").eq_ignore_ascii_case("fixed") {
        observation.standing = Standing::Fixed;
    }
    if found.text_of("IGNORED").eq_ignore_ascii_case("true") {
        let reason = first(found.text_of("IGNORE_REASON"), found.text_of("IGNORE_COMMENTS"));
        observation.standing = match reason {
            "FALSE_POSITIVE" => Standing::FalsePositive,
            _ => Standing::Suppressed,
        };
        observation.standing_reason = reason.to_owned();
    }
    cover(
        &mut observation,
        words::cves(&paragraphs(&[check.text_of("CVE"), check.text_of("CVE_LIST")])),
    );
    observation
}

fn first<'t>(one: &'t str, other: &'t str) -> &'t str {
    if one.is_empty() { other } else { one }
}
