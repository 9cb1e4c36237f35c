//! GitHub's secret scanning alerts, as the REST API lists them.
//!
//! An array of alerts, or one. GitHub rates none of them. `number` is unique in its repository, whose name
//! comes from `repository.full_name` or the alert's address. A resolution says how it ended: `revoked` is
//! fixed, `false_positive` one, `wont_fix`, `used_in_tests` and deleted patterns put it aside (GitHub REST API,
//! «Secret scanning»). The value is `secret` and goes nowhere else.

use super::reading::{below_root, each_record, secret};
use crate::format::Format;
use crate::observation::{Class, Location, Observation, Standing};
use crate::readers::{told, words};
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::Record;
use vocab::Severity;

/// GitHub secret scanning alerts.
pub const FORMAT: Format = Format {
    id: "github-secrets",
    title: "GitHub secret scanning alerts",
    detects: |shape| {
        ["[].", ""].iter().any(|root| {
            shape.is_json
                && ["secret_type", "number", "locations_url"]
                    .iter()
                    .all(|field| shape.has(&format!("{root}{field}")))
        })
    },
    read,
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("GitHub secret scanning".to_owned()));
    sink.fact(Fact::Kind(Class::Secret));
    let mut alerts = 0;
    each_record(source, sink, &mut |sink, alert, place| {
        alerts += 1;
        if alert.text("secret_type").is_empty() {
            sink.dropped(&place, "no secret_type");
            return Ok(());
        }
        sink.observation(Observation { place, ..observation(alert) })
    })?;
    told::page_of_github(sink, alerts);
    Ok(())
}

fn observation(alert: Record<'_>) -> Observation {
    let repository = repository(alert);
    let number = alert.string("number");
    let mut description = Vec::new();
    if !alert.text("validity").is_empty() {
        description.push(format!("validity: {}", alert.text("validity")));
    }
    for (field, said) in [
        ("publicly_leaked", "publicly leaked"),
        ("multi_repo", "also in other repositories"),
        ("has_more_locations", "more locations than the one listed"),
        ("push_protection_bypassed", "push protection was bypassed"),
    ] {
        if alert.flag(field) {
            description.push(said.to_owned());
        }
    }
    let (standing, standing_reason) = standing(alert);
    let first = alert.at("first_location_detected").map(|location| Location {
        path: below_root(location.text("path")),
        line: location.whole("start_line"),
        end_line: location.whole("end_line"),
        column: location.whole("start_column"),
        ..Location::default()
    });
    Observation {
        class: Class::Secret,
        rule: alert.text("secret_type").to_owned(),
        title: alert.first(&["secret_type_display_name", "secret_type"]).to_owned(),
        description: description.join("\n"),
        // The provider says that the credential opens a door now.
        severity: match alert.text("validity") {
            "active" => Severity::Critical,
            _ => Severity::Unknown,
        },
        locations: first.into_iter().filter(|location| !location.path.is_empty()).collect(),
        secret: secret(alert.text("secret")),
        tool_id: match repository {
            "" => String::new(),
            _ if number.is_empty() => String::new(),
            _ => format!("{repository}/secret-scanning/{number}"),
        },
        standing,
        standing_reason,
        first_seen: words::when(alert.text("created_at")),
        references: alert.texts("html_url"),
        target: repository.to_owned(),
        ..Observation::default()
    }
}

/// `owner/name`.
fn repository(alert: Record<'_>) -> &str {
    let named = alert.0.pointer("/repository/full_name").and_then(|name| name.as_str());
    let url = || alert.0.get("url").and_then(|url| url.as_str()).unwrap_or_default();
    named.unwrap_or_else(|| {
        let rest = url().split_once("/repos/").map_or("", |(_, rest)| rest);
        let end = rest.match_indices('/').nth(1).map_or(0, |(at, _)| at);
        rest.get(..end).unwrap_or_default()
    })
}

fn standing(alert: Record<'_>) -> (Standing, String) {
    if alert.text("state") != "resolved" {
        return (Standing::Reported, String::new());
    }
    let resolution = alert.text("resolution");
    let standing = match resolution {
        "revoked" => Standing::Fixed,
        "false_positive" => Standing::FalsePositive,
        _ => Standing::Suppressed,
    };
    (standing, format!("{resolution} {}", alert.text("resolution_comment")).trim().to_owned())
}
