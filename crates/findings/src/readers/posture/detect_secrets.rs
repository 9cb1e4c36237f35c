//! detect-secrets: a baseline or scan of secrets by file.
//!
//! `results.<file>[]`. The value is not told, only its SHA-1 (`hashed_secret`), which stands for it. `is_secret`
//! false is the answer of an audit: a false positive (detect-secrets' documentation, «Auditing a baseline»).
//! The plugins used are what was active.

use super::reading::{digest, relative};
use crate::format::Format;
use crate::observation::{Class, Location, Observation, Standing};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop, looked_at};
use crate::source::Source;
use crate::walk::json::{Record, walk};

/// detect-secrets JSON.
pub const FORMAT: Format = Format {
    id: "detect-secrets",
    title: "detect-secrets JSON",
    detects: |shape| shape.is_json && shape.all(&["plugins_used", "results", "generated_at"]),
    read,
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("detect-secrets".to_owned()));
    walk(source, &["results.*[]", "version", "generated_at"], sink, &mut |sink, hit| {
        let (record, place) = (hit.record(), hit.place());
        let text = record.0.as_str().unwrap_or_default();
        match hit.pattern {
            0 if record.text("type").is_empty() => sink.dropped(&place, "no type"),
            0 => {
                let file = match record.text("filename") {
                    "" => hit.key(1),
                    file => file,
                };
                return sink.observation(Observation { place, ..observation(record, file) });
            }
            1 => sink.fact(Fact::ToolVersion(text.to_owned())),
            _ => looked_at(sink, text, words::when(text)),
        }
        Ok(())
    })?;
    Ok(())
}

fn observation(record: Record<'_>, file: &str) -> Observation {
    let audited = record.has("is_secret") && !record.flag("is_secret");
    Observation {
        class: Class::Secret,
        rule: record.text("type").to_owned(),
        title: record.text("type").to_owned(),
        description: if record.flag("is_verified") {
            "The credential was verified as live.".to_owned()
        } else {
            String::new()
        },
        locations: vec![Location {
            path: relative(file),
            line: record.whole("line_number"),
            ..Location::default()
        }],
        secret: digest("sha1", record.text("hashed_secret")),
        standing: if audited { Standing::FalsePositive } else { Standing::Reported },
        standing_reason: if audited {
            "audited: is_secret false".to_owned()
        } else {
            String::new()
        },
        ..Observation::default()
    }
}
