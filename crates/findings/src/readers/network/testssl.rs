//! What does testssl.sh say?
//!
//! A row for each check, as table or flat JSON. OK and INFO say «no problem» and are counted. FATAL and WARN say
//! that something could not be tested (testssl.sh(1), «severity»), so the run is incomplete; only the missing
//! engine of the local OpenSSL is no such loss. A name with several addresses is tested once for each.

use std::collections::BTreeSet;

use vocab::Severity;

use super::claim::{self, cover, hand_on, paragraphs, service};
use crate::coverage::Target;
use crate::format::Format;
use crate::observation::{Class, Observation};
use crate::readers::{told, words};
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json;
use crate::walk::shape::has_columns;
use crate::walk::table;

/// `--csv`.
pub const CSV: Format = Format {
    id: "testssl-csv",
    title: "testssl.sh CSV",
    detects: |shape| shape.columns(COLUMNS),
    read: read_csv,
};

/// `--json`, the flat one.
pub const JSON: Format = Format {
    id: "testssl",
    title: "testssl.sh JSON",
    detects: |shape| {
        shape.all(&["[].id", "[].ip", "[].port", "[].severity", "[].finding"])
            && !shape.has("[].description")
    },
    read: read_json,
};

const COLUMNS: &[&str] = &["id", "fqdn/ip", "port", "severity", "finding"];

/// Most addresses that are told apart.
const MAX_ADDRESSES: usize = 10_000;

struct Check<'c> {
    id: &'c str,
    host: &'c str,
    port: &'c str,
    severity: &'c str,
    finding: &'c str,
    cve: &'c str,
    cwe: &'c str,
    place: String,
}

fn read_csv(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("testssl.sh".to_owned()));
    sink.fact(Fact::Kind(Class::Host));
    let mut said = Said::default();
    let header = |row: &[String]| has_columns(row, COLUMNS);
    let end = table::walk(source, &header, sink, &mut |sink, row| {
        let check = Check {
            id: row.get("id"),
            host: row.get("fqdn/ip"),
            port: row.get("port"),
            severity: row.get("severity"),
            finding: row.get("finding"),
            cve: row.get("cve"),
            cwe: row.get("cwe"),
            place: row.place(),
        };
        of_check(sink, &check, &mut said)
    });
    said.tell(sink);
    end
}

fn read_json(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("testssl.sh".to_owned()));
    sink.fact(Fact::Kind(Class::Host));
    let mut said = Said::default();
    let end = json::walk(source, &["[]"], sink, &mut |sink, hit| {
        let record = hit.record();
        let port = record.string("port");
        let check = Check {
            id: record.text("id"),
            host: record.text("ip"),
            port: &port,
            severity: record.text("severity"),
            finding: record.text("finding"),
            cve: record.text("cve"),
            cwe: record.text("cwe"),
            place: hit.place(),
        };
        of_check(sink, &check, &mut said)
    });
    said.tell(sink);
    end.map(|_| ())
}

/// What the rows say together.
#[derive(Default)]
struct Said {
    passed: u64,
    /// `name/address` of each server: under one name there are often several, and each is another machine.
    addresses: BTreeSet<String>,
}

impl Said {
    fn tell(self, sink: &mut dyn Sink) {
        let addresses: Vec<String> = self.addresses.into_iter().collect();
        told::setting(sink, "addresses", &addresses.join(", "));
        sink.fact(Fact::Passed(self.passed));
    }
}

fn of_check(sink: &mut dyn Sink, check: &Check<'_>, said: &mut Said) -> Result<(), Stop> {
    let (name, address) = check.host.split_once('/').unwrap_or((check.host, ""));
    if !address.is_empty() && said.addresses.len() < MAX_ADDRESSES {
        said.addresses.insert(check.host.trim().to_ascii_lowercase());
    }
    let name = if name.is_empty() { address } else { name };
    let endpoint = service(name, check.port, "tcp", "");
    let target = endpoint.as_ref().filter(|at| !at.host.is_empty());
    let target = target.map(|at| Target::port(&at.host, at.port, &at.protocol));
    match check.severity {
        "OK" | "INFO" => {
            said.passed += 1;
            if let Some(target) = target {
                sink.fact(Fact::Looked(target.clone()));
                sink.fact(Fact::PassedAt(check.id.to_owned(), target));
            }
            return Ok(());
        }
        // «scanProblem»: the server was not reached.
        "FATAL" => target.into_iter().for_each(|target| sink.fact(Fact::Missed(target))),
        _ => target.into_iter().for_each(|target| sink.fact(Fact::Looked(target))),
    }
    match check.severity {
        "FATAL" | "WARN" if check.id != "engine_problem" => {
            let why = format!("{} at {}: {}", check.id, check.host, check.finding);
            sink.fact(Fact::Incomplete(why));
            return Ok(());
        }
        _ => {}
    }
    let mut observation = Observation {
        class: Class::Host,
        rule: check.id.to_owned(),
        title: match check.finding {
            "" => check.id.to_owned(),
            finding => format!("{}: {finding}", check.id),
        },
        description: paragraphs(&[check.finding, address]),
        severity: match check.severity {
            "WARN" => Severity::None,
            word => words::severity(word),
        },
        cwes: claim::weaknesses(check.cwe),
        endpoint,
        place: check.place.clone(),
        ..Observation::default()
    };
    if check.id.is_empty() {
        observation.title = String::new();
    }
    cover(&mut observation, words::cves(check.cve));
    hand_on(sink, observation)
}
