//! Nosey Parker: secrets in files and in the history of repositories.
//!
//! One finding a line, or an array; each has `matches[]` with where they come from. The value is
//! `match_content`, since 0.17 the first of `groups` in base64; `snippet` shows it, too, and is not taken.
//! A match whose review says «reject» is a false positive.

use super::reading::{base64, each_record, relative, secret};
use crate::format::Format;
use crate::observation::{Class, Location, Observation, Standing};
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::Record;

/// Nosey Parker JSON and JSON lines.
pub const FORMAT: Format = Format {
    id: "nosey-parker",
    title: "Nosey Parker JSON",
    detects: |shape| {
        shape.all(&["rule_name", "matches[].provenance"])
            || shape.all(&["[].rule_name", "[].matches[].provenance"])
    },
    read,
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Nosey Parker".to_owned()));
    sink.fact(Fact::Kind(Class::Secret));
    each_record(source, sink, &mut |sink, finding, place| {
        for (number, found) in finding.items("matches").enumerate() {
            let place = format!("{place}.matches[{number}]");
            let locations = locations(found);
            if finding.text("rule_name").is_empty() || locations.is_empty() {
                sink.dropped(&place, "no rule_name or no path");
                continue;
            }
            let observation = observation(finding, found, locations);
            sink.observation(Observation { place, ..observation })?;
        }
        Ok(())
    })
}

fn observation(finding: Record<'_>, found: Record<'_>, locations: Vec<Location>) -> Observation {
    let group = found.first(&["groups.0"]);
    let decoded = base64(group);
    let plain = [found, finding].map(|record| record.text("match_content"));
    let value = decoded.as_deref().or(plain.into_iter().find(|text| !text.is_empty()));
    let rejected = found.text("status") == "reject"
        || finding.items("statuses").any(|status| status.0.as_str() == Some("reject"));
    Observation {
        class: Class::Secret,
        rule: finding.first(&["rule_text_id", "rule_name"]).to_owned(),
        title: finding.text("rule_name").to_owned(),
        locations,
        secret: value.and_then(secret),
        standing: if rejected { Standing::FalsePositive } else { Standing::Reported },
        standing_reason: if rejected { "rejected in review".to_owned() } else { String::new() },
        ..Observation::default()
    }
}

/// Most places kept of one match.
const MAX_PLACES: usize = 100;

/// Every file in which it is; the same file in folder and history is one.
fn locations(found: Record<'_>) -> Vec<Location> {
    let span = found.at("location.source_span.start");
    let mut paths: Vec<String> = Vec::new();
    for from in found.items("provenance").take(MAX_PLACES) {
        let blob = from.first(&["commit_provenance.blob_path", "first_commit.blob_path", "path"]);
        let path = relative(blob);
        if !path.is_empty() && !paths.contains(&path) {
            paths.push(path);
        }
    }
    let location = |path: String| Location {
        path,
        line: span.map_or(0, |s| s.whole("line")),
        column: span.map_or(0, |s| s.whole("column")),
        ..Location::default()
    };
    paths.into_iter().map(location).collect()
}
