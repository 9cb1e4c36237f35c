//! PTART: reports of penetration tests. The hit's id stays over retests; severities go from 1 (critical) to 4.

use super::claim;
use super::fields::{self, CODE, Fields};
use crate::format::Format;
use crate::observation::{Class, Standing};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};
use vocab::Severity;

/// Its JSON.
pub const FORMAT: Format = Format {
    id: "ptart",
    title: "PTART report JSON",
    detects: |shape| shape.all(&["executive_summary", "assessments", "pentesters"]),
    read,
};

const FIELDS: Fields = Fields {
    class: Class::Report,
    title: "title",
    description: "body",
    remedy: "remediation",
    severity: "severity",
    score: "cvss_vector|cvss_score",
    tool_id: "id",
    first_seen: "added",
    target: "asset",
    rate: |number| match number {
        "1" => Severity::Critical,
        "2" => Severity::High,
        "3" => Severity::Medium,
        "4" => Severity::Low,
        "5" => Severity::None,
        _ => Severity::Unknown,
    },
    ..CODE
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("PTART".to_owned()));
    let patterns = ["assessments[].hits[]", "retests[].hits[]", "end_date", "scope"];
    json::walk(source, &patterns, sink, &mut |sink, hit| {
        let record = hit.record();
        let text = record.0.as_str().unwrap_or_default();
        match hit.pattern {
            0 => claim::keep(sink, hit_of(record, Standing::Reported, hit.place())),
            1 => {
                // «F» is fixed; «NF» not, «PF» in part.
                let fixed = record.text("status") == "F";
                let standing = if fixed { Standing::Fixed } else { Standing::Reported };
                let original = record.at("original_hit").unwrap_or(record);
                let mut observation = hit_of(original, standing, hit.place());
                if fixed {
                    record.text("body").clone_into(&mut observation.standing_reason);
                }
                claim::keep(sink, observation)
            }
            2 => {
                claim::scanned_at(sink, text);
                Ok(())
            }
            _ => {
                claim::tell(sink, Fact::Target, text);
                Ok(())
            }
        }
    })?;
    Ok(())
}

fn hit_of(
    record: Record<'_>,
    standing: Standing,
    place: String,
) -> crate::observation::Observation {
    let mut observation = fields::observation(&record, &FIELDS, place);
    observation.standing = standing;
    observation.cwes =
        record.items("cwes").filter_map(|cwe| words::cwe(&cwe.string("cwe_id"))).collect();
    if observation.target.starts_with("http") {
        observation.class = Class::Web;
        observation.endpoint = Some(words::address(&observation.target));
    }
    observation
}
