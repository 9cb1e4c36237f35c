//! What answers, and where? Tools that tell ports and paths and no problems.
//!
//! Masscan, Naabu, Nettacker: an open port. ffuf, gobuster, dirsearch, wfuzz, httpx: a path that answers. Each
//! is observed without a severity: it is no problem by itself. What a scanner of paths tries is its user's
//! list, so the check is one for all of them.

use vocab::Severity;

use super::claim::{self, hand_on};
use super::when::when;
use crate::format::Format;
use crate::observation::{Class, Observation};
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};
use crate::walk::lines;

/// Masscan's JSON.
pub const MASSCAN: Format = Format {
    id: "masscan",
    title: "Masscan JSON",
    detects: |shape| shape.all(&["[].ip", "[].ports[].port", "[].ports[].proto"]),
    read: |source, sink| each(source, sink, "Masscan", &["[]"], of_masscan),
};

/// Naabu's JSON lines.
pub const NAABU: Format = Format {
    id: "naabu",
    title: "Naabu JSON lines",
    detects: |shape| shape.all(&["ip", "port", "protocol", "tls"]) && !shape.has("url"),
    read: |source, sink| each(source, sink, "Naabu", &[""], of_naabu),
};

/// Nettacker's JSON.
pub const NETTACKER: Format = Format {
    id: "nettacker",
    title: "OWASP Nettacker JSON",
    detects: |shape| shape.all(&["[].scan_id", "[].module_name", "[].json_event"]),
    read: |source, sink| each(source, sink, "Nettacker", &["[]"], of_nettacker),
};

/// httpx's JSON lines.
pub const HTTPX: Format = Format {
    id: "httpx",
    title: "httpx JSON lines",
    detects: |shape| shape.all(&["url", "input", "status_code", "webserver"]),
    read: |source, sink| each(source, sink, "httpx", &[""], of_httpx),
};

/// ffuf's JSON.
pub const FFUF: Format = Format {
    id: "ffuf",
    title: "ffuf JSON",
    detects: |shape| shape.value("commandline").starts_with("ffuf") && shape.has("results"),
    read: |source, sink| each(source, sink, "ffuf", &["results[]"], of_path),
};

/// dirsearch's JSON.
pub const DIRSEARCH: Format = Format {
    id: "dirsearch",
    title: "dirsearch JSON",
    detects: |shape| shape.value("info.args").contains("dirsearch") && shape.has("results"),
    read: |source, sink| each(source, sink, "dirsearch", &["results[]"], of_path),
};

/// wfuzz' JSON.
pub const WFUZZ: Format = Format {
    id: "wfuzz",
    title: "wfuzz JSON",
    detects: |shape| shape.all(&["[].chars", "[].lines", "[].words", "[].payload", "[].url"]),
    read: |source, sink| each(source, sink, "wfuzz", &["[]"], of_path),
};

/// What gobuster prints in its mode `dir`.
pub const GOBUSTER: Format = Format {
    id: "gobuster",
    title: "gobuster dir text",
    detects: |shape| {
        !shape.is_json && !shape.is_xml && {
            let mut told = shape.text.lines().filter(|line| !line.trim().is_empty()).take(20);
            let first = told.next().is_some_and(|line| found_by_gobuster(line).is_some());
            first && told.all(|line| found_by_gobuster(line).is_some())
        }
    },
    read: read_gobuster,
};

type OfRecord = fn(Record<'_>) -> Vec<Observation>;

fn each(
    source: &mut Source<'_>,
    sink: &mut dyn Sink,
    tool: &str,
    patterns: &[&str],
    of: OfRecord,
) -> Result<(), Stop> {
    sink.fact(Fact::Tool(tool.to_owned()));
    let (mut latest, mut number) = (None, 0);
    let end = json::walk(source, patterns, sink, &mut |sink, hit| {
        number += 1;
        let at = hit.record().first(&["timestamp", "date"]);
        latest = latest.max(when(at));
        let place = if patterns == [""] { format!("document {number}") } else { hit.place() };
        of(hit.record())
            .into_iter()
            .try_for_each(|found| hand_on(sink, Observation { place: place.clone(), ..found }))
    });
    if let Some(instant) = latest {
        sink.fact(Fact::ScannedAt(instant));
    }
    end.map(|_| ())
}

fn open_port(host: &str, port: &str, protocol: &str) -> Observation {
    Observation {
        class: Class::Host,
        rule: "open-port".to_owned(),
        title: format!("Open port {port}/{protocol}"),
        severity: Severity::None,
        endpoint: claim::service(host, port, protocol, ""),
        ..Observation::default()
    }
}

fn of_masscan(record: Record<'_>) -> Vec<Observation> {
    let open = record.items("ports").filter(|port| matches!(port.text("status"), "open" | ""));
    open.map(|port| open_port(record.text("ip"), &port.string("port"), port.text("proto")))
        .collect()
}

fn of_naabu(record: Record<'_>) -> Vec<Observation> {
    let host = record.first(&["host", "ip"]);
    vec![open_port(host, &record.string("port"), record.text("protocol"))]
}

/// Only the scan of ports tells a port; other modules name what they tried.
fn of_nettacker(record: Record<'_>) -> Vec<Observation> {
    let module = record.text("module_name");
    let (target, port) = (record.text("target"), record.string("port"));
    if module == "port_scan" {
        return vec![open_port(target, &port, "tcp")];
    }
    vec![Observation {
        class: Class::Host,
        rule: module.to_owned(),
        title: module.replace('_', " "),
        severity: Severity::Unknown,
        endpoint: claim::service(target, &port, "tcp", ""),
        ..Observation::default()
    }]
}

fn answers(url: &str, method: &str, status: &str) -> Observation {
    Observation {
        class: Class::Web,
        rule: "path-answers".to_owned(),
        title: "A path answers".to_owned(),
        description: if status.is_empty() { String::new() } else { format!("status {status}") },
        severity: Severity::None,
        endpoint: claim::page(url, method, ""),
        ..Observation::default()
    }
}

fn of_path(record: Record<'_>) -> Vec<Observation> {
    let status = ["status", "code"].map(|key| record.string(key)).concat();
    vec![answers(record.text("url"), record.text("method"), &status)]
}

/// A target that did not answer is no claim.
fn of_httpx(record: Record<'_>) -> Vec<Observation> {
    if record.flag("failed") {
        return Vec::new();
    }
    vec![answers(record.text("url"), record.text("method"), &record.string("status_code"))]
}

/// «admin                (Status: 301) [Size: 169] …» as path and status.
fn found_by_gobuster(line: &str) -> Option<(&str, &str)> {
    let (path, rest) = line.split_once("(Status: ")?;
    let (status, _) = rest.split_once(')')?;
    status.bytes().all(|byte| byte.is_ascii_digit()).then_some((path.trim(), status))
}

fn read_gobuster(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("gobuster".to_owned()));
    lines::walk(source, sink, &mut |sink, number, line| {
        let place = format!("line {number}");
        let Some((path, status)) = found_by_gobuster(line) else {
            if !line.trim().is_empty() {
                sink.dropped(&place, "it is no path with a status");
            }
            return Ok(());
        };
        let slash = if path.starts_with('/') || path.contains("://") { "" } else { "/" };
        hand_on(sink, Observation { place, ..answers(&format!("{slash}{path}"), "", status) })
    })
}
