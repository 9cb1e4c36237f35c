//! GitHub's code scanning alerts, as `GET /repos/{owner}/{repo}/code-scanning/alerts` gives them.
//!
//! The number of an alert is unique in its repository, so the repository's name belongs to the id.

use vocab::Severity;

use crate::format::Format;
use crate::observation::{Class, Location, Observation, Standing};
use crate::readers::{told, words};
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};
use crate::walk::shape::Shape;

use super::{claim, site};

/// The API's JSON: a list of alerts, or one.
pub const FORMAT: Format =
    Format { id: "github-code-scanning", title: "GitHub code scanning alerts", detects, read };

fn detects(shape: &Shape) -> bool {
    let alert = |at: &str| {
        ["number", "rule.id", "most_recent_instance.location", "tool.name"]
            .iter()
            .all(|name| shape.has(&format!("{at}{name}")))
    };
    alert("[].") || alert("")
}

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let single = {
        let mut start = [0_u8; 64];
        let read = std::io::Read::read(&mut source.pass()?, &mut start).map_err(Stop::Io)?;
        start.iter().take(read).find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{')
    };
    let pattern = if single { "" } else { "[]" };
    told::kinds(sink, &[Class::Code]);
    let (mut told, mut alerts) = (false, 0);
    json::walk(source, &[pattern], sink, &mut |sink, hit| {
        alerts += 1;
        let record = hit.record();
        if !told {
            told = true;
            claim::tell(sink, Fact::Tool, known(record.text("tool.name")));
            claim::tell(sink, Fact::ToolVersion, known(record.text("tool.version")));
            claim::tell(sink, Fact::Branch, known(record.text("most_recent_instance.ref")));
        }
        claim::keep(sink, observation(record, hit.place()))
    })?;
    told::page_of_github(sink, alerts);
    Ok(())
}

/// Exports through Python write `None` for nothing.
fn known(text: &str) -> &str {
    if text == "None" { "" } else { text }
}

fn observation(record: Record<'_>, place: String) -> Observation {
    let at = "most_recent_instance.location";
    let number = |name: &str| record.whole(&format!("{at}.{name}"));
    let plain = site::location(record.text(&format!("{at}.path")), number("start_line"));
    let location = plain.map(|plain| Location {
        end_line: if number("end_line") > plain.line { number("end_line") } else { 0 },
        column: number("start_column"),
        ..plain
    });
    let repository = repository(record);
    let alert = record.string("number");
    let said = record.text("most_recent_instance.message.text");
    let rating = match words::severity(known(record.text("rule.security_severity_level"))) {
        Severity::Unknown => words::severity(record.text("rule.severity")),
        rated => rated,
    };
    let state = record.text("state");
    let standing = match (state, record.text("dismissed_reason")) {
        ("fixed", _) => Standing::Fixed,
        ("dismissed", "false positive" | "false_positive") => Standing::FalsePositive,
        ("dismissed", _) => Standing::Suppressed,
        _ => Standing::Reported,
    };
    let why = [record.text("dismissed_reason"), record.text("dismissed_comment")];
    let why = why.into_iter().map(known).filter(|text| !text.is_empty());
    Observation {
        class: Class::Code,
        rule: record.text("rule.id").to_owned(),
        title: record.first(&["rule.description", "rule.name"]).to_owned(),
        description: said.to_owned(),
        severity: rating,
        cwes: record.texts("rule.tags").iter().filter_map(|tag| site::cwe_in_tag(tag)).collect(),
        locations: location.into_iter().collect(),
        tool_id: if repository.is_empty() {
            String::new()
        } else {
            format!("{repository}#{alert}")
        },
        standing,
        standing_reason: if standing == Standing::Reported {
            String::new()
        } else {
            why.collect::<Vec<_>>().join(": ")
        },
        first_seen: words::when(record.text("created_at")),
        references: record.texts("html_url"),
        target: repository,
        place,
        ..Observation::default()
    }
}

/// `owner/name` out of the alert's address.
fn repository(record: Record<'_>) -> String {
    let named = record.text("repository.full_name");
    if !named.is_empty() {
        return named.to_owned();
    }
    let after = record.text("url").split("/repos/").nth(1).unwrap_or_default();
    after.split('/').take(2).collect::<Vec<_>>().join("/")
}
