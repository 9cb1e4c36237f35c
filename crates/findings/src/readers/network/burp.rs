//! What does Burp say: exported issues, the answers of its two interfaces, Dastardly?
//!
//! An issue is known by its type, its page and the entry point that the location names in brackets
//! («/basket [b_id cookie]»). The serial number belongs to one running Burp and is no identity; requests and
//! responses hold sessions and are left out, and so is the method, which is that of the evidence.

use super::claim::{self, hand_on, paragraphs};
use super::when::when;
use crate::format::Format;
use crate::observation::{Class, Confidence, Observation, Standing};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop, looked_at};
use crate::source::Source;
use crate::walk::json::{self, Record};
use crate::walk::xml::{self, Element};

/// Issues as XML.
pub const XML: Format = Format {
    id: "burp",
    title: "Burp Suite XML",
    detects: |shape| {
        shape.has("issues/@burpVersion")
            || shape.all(&["issues/issue/serialNumber", "issues/issue/type"])
    },
    read: read_xml,
};

/// A scan from Burp Suite's REST interface.
pub const API: Format = Format {
    id: "burp-api",
    title: "Burp Suite REST API JSON",
    detects: |shape| shape.has("issue_events") && shape.any(&["scan_status", "scan_metrics"]),
    read: read_api,
};

/// Issues from the GraphQL interface of Burp Suite Enterprise (DAST).
pub const GRAPHQL: Format = Format {
    id: "burp-graphql",
    title: "Burp Suite Enterprise GraphQL JSON",
    detects: |shape| {
        let empty = shape.paths.len() == 1 && shape.has("Issues") && shape.is_json;
        empty || shape.all(&["Issues[].issue_type", "Issues[].origin"])
    },
    read: read_graphql,
};

/// Dastardly's report: JUnit, a suite for each address and a case for each issue.
pub const DASTARDLY: Format = Format {
    id: "burp-dastardly",
    title: "Burp Dastardly JUnit XML",
    detects: |shape| shape.value("testsuites/@name").starts_with("Dastardly"),
    read: read_dastardly,
};

/// The entry point in brackets at the end of a location, without the word for its kind.
fn entry(location: &str) -> &str {
    let Some(inside) = location.trim().strip_suffix(']') else { return "" };
    let Some((_, inside)) = inside.rsplit_once(" [") else { return "" };
    let kinds =
        [" JSON parameter", " XML parameter", " parameter", " cookie", " HTTP header", " header"];
    kinds.iter().find_map(|kind| inside.strip_suffix(kind)).unwrap_or(inside)
}

fn standing(severity: &str) -> Standing {
    match severity.to_ascii_lowercase().replace('_', " ").as_str() {
        "false positive" => Standing::FalsePositive,
        _ => Standing::Reported,
    }
}

fn read_xml(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Burp Suite".to_owned()));
    sink.fact(Fact::Kind(Class::Web));
    let mut told = false;
    xml::walk(source, &["issues/issue"], sink, &mut |sink, hit| {
        if !told {
            told = true;
            let version = hit.outer("issues", "burpVersion");
            if !version.is_empty() {
                sink.fact(Fact::ToolVersion(version.to_owned()));
            }
            let told = hit.outer("issues", "exportTime");
            looked_at(sink, told, when(told));
        }
        hand_on(sink, of_issue(&hit.element, hit.place()))
    })
}

fn of_issue(issue: &Element, place: String) -> Observation {
    let items: Vec<&str> =
        issue.all("issueDetailItems/issueDetailItem").map(|item| item.text.trim()).collect();
    let host = [issue.text_of("host"), issue.at("host").map_or("", |h| h.attribute("ip"))];
    let host = host.into_iter().find(|host| !host.is_empty()).unwrap_or_default();
    let severity = issue.text_of("severity");
    Observation {
        class: Class::Web,
        rule: issue.text_of("type").to_owned(),
        title: issue.text_of("name").to_owned(),
        description: paragraphs(&[
            issue.text_of("issueBackground"),
            issue.text_of("issueDetail"),
            &items.join("\n"),
        ]),
        remedy: paragraphs(&[
            issue.text_of("remediationBackground"),
            issue.text_of("remediationDetail"),
        ]),
        severity: words::severity(severity),
        cwes: claim::weaknesses(issue.text_of("vulnerabilityClassifications")),
        references: claim::links(issue.text_of("references")),
        endpoint: claim::page_at(host, issue.text_of("path"), "", entry(issue.text_of("location"))),
        confidence: Confidence::of(issue.text_of("confidence")),
        standing: standing(severity),
        place,
        ..Observation::default()
    }
}

fn read_api(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Burp Suite".to_owned()));
    sink.fact(Fact::Kind(Class::Web));
    json::walk(source, &["issue_events[]", "scan_status"], sink, &mut |sink, hit| {
        if hit.pattern == 1 {
            let status = hit.value.as_str().unwrap_or_default();
            if status == "succeeded" {
                sink.fact(Fact::Succeeded);
            } else if !status.is_empty() {
                sink.fact(Fact::Incomplete(format!("the scan's status is «{status}»")));
            }
            return Ok(());
        }
        let Some(issue) = hit.record().at("issue") else {
            sink.dropped(&hit.place(), "the event has no issue");
            return Ok(());
        };
        let severity = issue.text("severity");
        let found = Observation {
            class: Class::Web,
            rule: issue.string("type_index"),
            title: issue.text("name").to_owned(),
            description: paragraphs(&[issue.text("issue_background"), issue.text("description")]),
            remedy: paragraphs(&[
                issue.text("remediation_background"),
                issue.text("remediation"),
                issue.text("remediation_detail"),
            ]),
            severity: words::severity(severity),
            cwes: claim::weaknesses(issue.text("vulnerability_classifications")),
            references: claim::links(issue.text("references")),
            endpoint: claim::page_at(
                issue.text("origin"),
                issue.text("path"),
                "",
                entry(issue.text("caption")),
            ),
            confidence: Confidence::of(issue.text("confidence")),
            standing: standing(severity),
            place: hit.place(),
            ..Observation::default()
        };
        hand_on(sink, found)
    })
    .map(|_| ())
}

fn read_graphql(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Burp Suite Enterprise".to_owned()));
    sink.fact(Fact::Kind(Class::Web));
    json::walk(source, &["Issues[]"], sink, &mut |sink, hit| {
        hand_on(sink, of_graph(hit.record(), hit.place()))
    })
    .map(|_| ())
}

/// The interface gives the names of its types and no numbers.
fn of_graph(issue: Record<'_>, place: String) -> Observation {
    let name = issue.text("issue_type.name");
    Observation {
        class: Class::Web,
        rule: name.to_owned(),
        title: name.to_owned(),
        description: paragraphs(&[
            issue.text("issue_type.description_html"),
            issue.text("description_html"),
        ]),
        remedy: paragraphs(&[
            issue.text("issue_type.remediation_html"),
            issue.text("remediation_html"),
        ]),
        severity: words::severity(issue.text("severity")),
        cwes: claim::weaknesses(issue.text("issue_type.vulnerability_classifications_html")),
        references: claim::links(issue.text("issue_type.references_html")),
        endpoint: claim::page_at(issue.text("origin"), issue.text("path"), "", ""),
        confidence: Confidence::of(issue.text("confidence")),
        standing: standing(issue.text("severity")),
        place,
        ..Observation::default()
    }
}

fn read_dastardly(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Burp Dastardly".to_owned()));
    sink.fact(Fact::Kind(Class::Web));
    let mut passed = 0;
    let end = xml::walk(source, &["testsuites/testsuite"], sink, &mut |sink, hit| {
        let address = hit.element.attribute("name");
        claim::tell_site(sink, address);
        for case in hit.element.all("testcase") {
            let Some(failure) = case.at("failure") else {
                passed += 1;
                continue;
            };
            let found = Observation {
                class: Class::Web,
                rule: case.attribute("name").to_owned(),
                title: case.attribute("name").to_owned(),
                description: failure.text.trim().to_owned(),
                severity: words::severity(failure.attribute("type")),
                cwes: claim::weaknesses(&failure.text),
                endpoint: claim::page(address, "", ""),
                place: hit.place(),
                ..Observation::default()
            };
            hand_on(sink, found)?;
        }
        Ok(())
    });
    sink.fact(Fact::Passed(passed));
    end
}
