//! n0s1: secrets in tickets, wikis and chats.
//!
//! `findings` is an object by id; where it was found is an address. The text around the value is told with the
//! value blanked out and is not taken. The rules of `regex_config` are what was active.

use crate::format::Format;
use crate::observation::{Class, Location, Observation};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop, looked_at};
use crate::source::Source;
use crate::walk::json::walk;

/// n0s1 JSON.
pub const FORMAT: Format = Format {
    id: "n0s1",
    title: "n0s1 JSON",
    detects: |shape| shape.value("tool.name") == "n0s1" && shape.all(&["findings", "regex_config"]),
    read,
};

const PATTERNS: &[&str] =
    &["findings.*", "tool.version", "scan_date.date_utc", "regex_config.rules[].id"];

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("n0s1".to_owned()));
    sink.fact(Fact::Kind(Class::Secret));
    let mut listed = false;
    walk(source, PATTERNS, sink, &mut |sink, hit| {
        let (finding, place) = (hit.record(), hit.place());
        let text = finding.0.as_str().unwrap_or_default();
        match hit.pattern {
            1 => sink.fact(Fact::ToolVersion(text.to_owned())),
            2 => looked_at(sink, text, words::when(text)),
            3 => {
                listed = true;
                sink.fact(Fact::ActiveRule(text.to_owned()));
            }
            _ => {}
        }
        if hit.pattern != 0 {
            return Ok(());
        }
        let rule = finding.first(&["details.matched_regex_config.id"]);
        if rule.is_empty() || finding.text("url").is_empty() {
            sink.dropped(&place, "no rule or no url");
            return Ok(());
        }
        sink.observation(Observation {
            class: Class::Secret,
            rule: rule.to_owned(),
            title: finding.first(&["details.matched_regex_config.description"]).to_owned(),
            locations: vec![Location {
                path: finding.text("url").to_owned(),
                symbol: finding.text("details.ticket_field").to_owned(),
                ..Location::default()
            }],
            references: finding.texts("url"),
            target: finding.text("details.platform").to_owned(),
            place,
            ..Observation::default()
        })
    })?;
    if listed {
        sink.fact(Fact::AllRules);
    }
    Ok(())
}
