//! Microsoft's Credential Scanner (CredScan): CSV.
//!
//! `Searcher` begins with the id of the check. `HashKey` is CredScan's digest of the value, by which it is put
//! aside, and stands for it; `Description` shows the code in triage mode and is not taken.

use super::reading::digest;
use crate::format::Format;
use crate::observation::{Class, Location, Observation, Standing};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::shape::has_columns;
use crate::walk::table;

/// CredScan CSV.
pub const FORMAT: Format = Format {
    id: "credscan",
    title: "Credential Scanner (CredScan) CSV",
    detects: |shape| shape.columns(COLUMNS),
    read,
};

const COLUMNS: &[&str] = &["Source", "Searcher", "IsSuppressed", "HashKey"];

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("CredScan".to_owned()));
    sink.fact(Fact::Kind(Class::Secret));
    let mut last = None;
    table::walk(source, &|row| has_columns(row, COLUMNS), sink, &mut |sink, row| {
        last = last.max(words::when(row.get("TimeofDiscovery")));
        let (rule, title) =
            row.get("Searcher").split_once(' ').unwrap_or((row.get("Searcher"), ""));
        if rule.is_empty() || row.get("Source").is_empty() {
            sink.dropped(&row.place(), "no Searcher or no Source");
            return Ok(());
        }
        let suppressed =
            matches!(row.get("IsSuppressed").to_ascii_uppercase().as_str(), "YES" | "TRUE");
        sink.observation(Observation {
            class: Class::Secret,
            rule: rule.to_owned(),
            title: if title.is_empty() { rule } else { title }.to_owned(),
            locations: vec![Location {
                path: row.get("Source").to_owned(),
                line: row.get("Line").parse().unwrap_or(0),
                ..Location::default()
            }],
            secret: digest("credscan", row.get("HashKey")),
            standing: if suppressed { Standing::Suppressed } else { Standing::Reported },
            standing_reason: row.get("SuppressJustification").to_owned(),
            place: row.place(),
            ..Observation::default()
        })
    })?;
    if let Some(at) = last {
        sink.fact(Fact::ScannedAt(at));
    }
    Ok(())
}
