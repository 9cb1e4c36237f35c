//! What issues do the XML reports of Fortify's Audit Workbench and of WebInspect 4 list?

use vocab::Severity;

use crate::format::Format;
use crate::observation::{Class, Location, Observation, Standing};
use crate::readers::code::{claim, site};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::xml::{self, Element};

/// Audit Workbench.
pub const REPORT: Format = Format {
    id: "fortify-report",
    title: "Fortify XML report",
    detects: |shape| {
        shape.has("ReportDefinition/ReportSection") && shape.has("ReportDefinition/TemplateName")
    },
    read: read_report,
};
/// WebInspect's scan export.
pub const WEBINSPECT: Format = Format {
    id: "fortify-webinspect",
    title: "Fortify WebInspect scan XML",
    detects: |shape| shape.all(&["Scan/Issues/Issue/VulnerabilityID", "Scan/PolicyName"]),
    read: read_webinspect,
};

const GROUP: &str = "ReportDefinition/ReportSection/SubSection/IssueListing/Chart/GroupingSection";

fn read_report(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Fortify".to_owned()));
    let issue = format!("{GROUP}/Issue");
    let summary = format!("{GROUP}/MajorAttributeSummary");
    let mut remedy = String::new();
    xml::walk(source, &[&issue, &summary], sink, &mut |sink, hit| {
        if hit.pattern == 1 {
            remedy = meta(&hit.element, "Recommendations").to_owned();
            return Ok(());
        }
        let mut observation = of_report(&hit.element, hit.place());
        observation.remedy.clone_from(&remedy);
        claim::keep(sink, observation)
    })
}

fn meta<'e>(summary: &'e Element, name: &str) -> &'e str {
    let mut infos = summary.all("MetaInfo");
    infos.find(|info| info.text_of("Name") == name).map_or("", |info| info.text_of("Value"))
}

fn of_report(issue: &Element, place: String) -> Observation {
    let line = issue.text_of("Primary/LineStart").parse().unwrap_or(0);
    let path = match issue.text_of("Primary/FilePath") {
        "" => issue.text_of("Primary/FileName"),
        path => path,
    };
    let (category, rule) = (issue.text_of("Category"), issue.attribute("ruleID"));
    let code = issue.at("Primary/Snippet").map_or("", |snippet| snippet.text.as_str());
    let location = site::location(path, line).map(|plain| Location {
        // Five lines with the one in their middle; of fewer the place is not known.
        snippet: if code.lines().count() == 5 {
            code.lines().nth(2).unwrap_or_default().trim_end().to_owned()
        } else {
            String::new()
        },
        symbol: issue.text_of("Primary/TargetFunction").to_owned(),
        ..plain
    });
    let tag = |name: &str| {
        let mut tags = issue.all("Tag");
        tags.find(|tag| tag.text_of("Name") == name).map_or("", |tag| tag.text_of("Value"))
    };
    let (mut standing, mut reason) = (Standing::Reported, "");
    if tag("Analysis") == "Not an Issue" {
        (standing, reason) = (Standing::FalsePositive, "Not an Issue");
    }
    Observation {
        class: Class::Code,
        rule: if rule.is_empty() { category } else { rule }.to_owned(),
        title: category.to_owned(),
        description: issue.text_of("Abstract").to_owned(),
        severity: words::severity(issue.text_of("Friority")),
        locations: location.into_iter().collect(),
        tool_id: issue.attribute("iid").to_owned(),
        standing,
        standing_reason: reason.to_owned(),
        place,
        ..Observation::default()
    }
}

fn read_webinspect(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("WebInspect".to_owned()));
    xml::walk(source, &["Scan/Issues/Issue", "Scan/Name"], sink, &mut |sink, hit| {
        if hit.pattern == 1 {
            claim::tell(sink, Fact::Target, &hit.element.text);
            return Ok(());
        }
        claim::keep(sink, of_webinspect(&hit.element, hit.place()))
    })
}

/// Requests and responses of the session are left out: they carry cookies.
fn of_webinspect(issue: &Element, place: String) -> Observation {
    let section = |name: &str| {
        let mut sections = issue.all("ReportSection");
        sections.find(|s| s.text_of("Name") == name).map_or("", |s| s.text_of("SectionText"))
    };
    Observation {
        class: Class::Web,
        rule: issue.text_of("VulnerabilityID").to_owned(),
        title: issue.text_of("Name").to_owned(),
        description: section("Summary").to_owned(),
        remedy: section("Fix").to_owned(),
        // WebInspect's severities go from 0 (information, best practice) to 4 (critical).
        severity: match issue.text_of("Severity") {
            "4" => Severity::Critical,
            "3" => Severity::High,
            "2" => Severity::Medium,
            "1" => Severity::Low,
            "0" => Severity::None,
            _ => Severity::Unknown,
        },
        endpoint: Some(words::address(issue.text_of("URL"))).filter(|e| !e.host.is_empty()),
        place,
        ..Observation::default()
    }
}
