//! ClusterFuzz's and OSS-Fuzz's reports of a crash, as they stand in an issue.
//!
//! Lines `Name: value` with, below `Crash State:`, up to three functions, one an indented line (ClusterFuzz
//! documentation, «Glossary», «Crash state»). The testcase's key in `Detailed Report` is ClusterFuzz's own id.
//! Address, size and revisions are no part of what is told.

use crate::format::Format;
use crate::observation::{Class, Observation};
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::lines;

/// A report of ClusterFuzz.
pub const FORMAT: Format = Format {
    id: "clusterfuzz",
    title: "ClusterFuzz crash report",
    detects: |shape| {
        let begins =
            |name: &str| shape.text.lines().any(|line| line.trim_start().starts_with(name));
        !shape.is_json && begins("Crash Type:") && begins("Crash State:")
    },
    read,
};

const MAX_FRAMES: usize = 10;

#[derive(Default)]
struct Report {
    place: String,
    kind: String,
    project: String,
    target: String,
    key: String,
    address: String,
    frames: Vec<String>,
    in_state: bool,
}

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("ClusterFuzz".to_owned()));
    let mut report = Report::default();
    lines::walk(source, sink, &mut |sink, number, line| {
        let (name, value) = line.trim().split_once(':').unwrap_or(("", line));
        let value = value.trim();
        let indented = line.starts_with([' ', '\t']);
        if report.in_state && indented && !line.trim().is_empty() {
            if report.frames.len() < MAX_FRAMES {
                report.frames.push(line.trim().to_owned());
            }
            return Ok(());
        }
        report.in_state &= line.trim().is_empty() && report.frames.is_empty();
        match name {
            "Detailed Report" | "Detailed report" => {
                hand_on(sink, std::mem::take(&mut report))?;
                let key = value.rsplit_once("key=").map_or("", |(_, key)| key);
                report.key = key.to_owned();
                report.address = value.to_owned();
            }
            "Crash Type" => {
                if !report.kind.is_empty() {
                    hand_on(sink, std::mem::take(&mut report))?;
                }
                report.kind = kind(value);
                report.place = format!("line {number}");
            }
            "Project" => report.project = value.to_owned(),
            "Fuzz Target" | "Fuzz target binary" => report.target = value.to_owned(),
            "Crash State" => report.in_state = true,
            _ => {}
        }
        Ok(())
    })?;
    hand_on(sink, report)
}

/// `Heap-buffer-overflow READ 8` is a heap-buffer-overflow.
fn kind(value: &str) -> String {
    let kind = value.split([' ', '{']).next().unwrap_or_default();
    kind.trim().to_ascii_lowercase()
}

fn hand_on(sink: &mut dyn Sink, report: Report) -> Result<(), Stop> {
    if report.kind.is_empty() {
        return Ok(());
    }
    if report.frames.is_empty() {
        sink.dropped(&report.place, "a crash without a state");
        return Ok(());
    }
    let top = report.frames.first().map_or("", String::as_str);
    sink.observation(Observation {
        class: Class::Crash,
        title: format!("{} in {top}", report.kind),
        rule: report.kind,
        description: if report.target.is_empty() {
            String::new()
        } else {
            format!("fuzz target: {}", report.target)
        },
        frames: report.frames,
        tool_id: report.key,
        references: [report.address].into_iter().filter(|a| a.contains("://")).collect(),
        target: report.project,
        place: report.place,
        ..Observation::default()
    })
}
