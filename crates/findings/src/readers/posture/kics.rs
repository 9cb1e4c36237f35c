//! KICS: queries over infrastructure as code.
//!
//! `queries[]`, each with `files[]` where it fits. `similarity_id` is a digest of query, path and search key
//! that KICS makes so that a result is known again (KICS documentation, «Results»); it is kept as a
//! fingerprint. Queries of the category «Secret Management» quote the value in `actual_value` and
//! `search_key`, so these and what is made of them are not taken.

use super::reading::{one_line, relative};
use crate::format::Format;
use crate::observation::{Class, Fingerprint, Location, Observation};
use crate::readers::{told, words};
use crate::sink::{Fact, Sink, Stop, looked_at};
use crate::source::Source;
use crate::walk::json::{Record, walk};

/// KICS JSON.
pub const FORMAT: Format = Format {
    id: "kics",
    title: "KICS JSON",
    detects: |shape| {
        shape.is_json
            && shape.all(&["queries", "files_scanned", "queries_total", "severity_counters"])
    },
    read,
};

const PATTERNS: &[&str] =
    &["queries[]", "kics_version", "end", "queries_failed_to_execute", "files_failed_to_scan"];

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("KICS".to_owned()));
    told::rated_apart(sink, "KICS");
    walk(source, PATTERNS, sink, &mut |sink, hit| {
        let (record, place) = (hit.record(), hit.place());
        let text = record.0.as_str().unwrap_or_default();
        match hit.pattern {
            0 => return query(record, &place, sink),
            1 if !text.is_empty() => sink.fact(Fact::ToolVersion(text.to_owned())),
            2 => looked_at(sink, text, words::when(text)),
            3 | 4 if record.0.as_u64().is_some_and(|count| count > 0) => {
                sink.fact(Fact::Incomplete(format!("{}: {}", hit.key(0), record.0)));
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok(())
}

fn query(query: Record<'_>, place: &str, sink: &mut dyn Sink) -> Result<(), Stop> {
    let rule = query.first(&["query_id", "query_name"]);
    let secret = query.text("category") == "Secret Management";
    for (index, file) in query.items("files").enumerate() {
        let place = format!("{place}.files[{index}]");
        if rule.is_empty() || file.text("file_name").is_empty() {
            sink.dropped(&place, "no query or no file_name");
            continue;
        }
        let wanted = [file.text("expected_value"), file.text("actual_value")];
        let named = match (file.text("resource_type"), file.text("resource_name")) {
            ("", _) | (_, "") => file.text("search_key").to_owned(),
            (kind, name) => format!("{kind}.{name}"),
        };
        let id = file.text("similarity_id");
        sink.observation(Observation {
            class: if secret { Class::Secret } else { Class::Configuration },
            rule: rule.to_owned(),
            title: one_line(query.first(&["query_name", "query_id"])),
            description: if secret {
                query.text("description").to_owned()
            } else {
                format!(
                    "{}\nexpected: {}\nfound: {}",
                    query.text("description"),
                    wanted[0],
                    wanted[1]
                )
            },
            severity: words::severity(query.text("severity")),
            cwes: words::cwe(&query.string("cwe")).into_iter().collect(),
            locations: vec![Location {
                path: relative(file.text("file_name")),
                line: file.whole("line"),
                ..Location::default()
            }],
            resource: if secret { String::new() } else { named },
            fingerprints: (!id.is_empty() && !secret)
                .then(|| Fingerprint { name: "similarity_id".to_owned(), value: id.to_owned() })
                .into_iter()
                .collect(),
            references: query.texts("query_url"),
            place,
            ..Observation::default()
        })?;
    }
    Ok(())
}
