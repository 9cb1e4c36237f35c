//! What does StackHawk say? A finding has its paths, each with the state that it was given.

use super::claim::{self, hand_on};
use super::when::when;
use crate::format::Format;
use crate::observation::{Class, Observation, Standing};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop, looked_at};
use crate::source::Source;
use crate::walk::json;

/// The event of a completed scan.
pub const FORMAT: Format = Format {
    id: "stackhawk",
    title: "StackHawk scan completed JSON",
    detects: |shape| shape.value("service") == "StackHawk" && shape.has("scanCompleted"),
    read,
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("StackHawk".to_owned()));
    sink.fact(Fact::Kind(Class::Web));
    let patterns = ["scanCompleted.findings[]", "scanCompleted.scan"];
    json::walk(source, &patterns, sink, &mut |sink, hit| {
        let record = hit.record();
        if hit.pattern == 1 {
            sink.fact(Fact::ToolVersion(record.text("hawkscanVersion").to_owned()));
            sink.fact(Fact::Target(record.text("application").to_owned()));
            let told = record.text("startedTimestamp");
            looked_at(sink, told, when(told));
            let status = record.text("status");
            claim::setting(sink, "environment", record.text("env").to_owned());
            if status == "COMPLETED" {
                sink.fact(Fact::Succeeded);
            } else if !status.is_empty() {
                sink.fact(Fact::Incomplete(format!("the scan's status is «{status}»")));
            }
            return Ok(());
        }
        for (number, path) in record.items("paths").enumerate() {
            let status = path.text("status");
            let standing = match status {
                "FALSE_POSITIVE" => Standing::FalsePositive,
                "RISK_ACCEPTED" => Standing::Suppressed,
                _ => Standing::Reported,
            };
            let put_aside = standing != Standing::Reported;
            let found = Observation {
                class: Class::Web,
                rule: record.text("pluginId").to_owned(),
                title: record.text("pluginName").to_owned(),
                description: record.text("category").to_owned(),
                severity: words::severity(record.text("severity")),
                endpoint: claim::page_at(
                    record.text("host"),
                    path.text("path"),
                    path.text("method"),
                    "",
                ),
                standing,
                standing_reason: if put_aside { status.to_owned() } else { String::new() },
                place: format!("{}.paths[{number}]", hit.place()),
                ..Observation::default()
            };
            hand_on(sink, found)?;
        }
        Ok(())
    })
    .map(|_| ())
}
