//! What do tools say that try an attack until it works: Hydra, sqlmap; and APKLeaks, which finds what is left
//! in an application?
//!
//! A password that was guessed is never kept: the service and the login say where it works. What APKLeaks
//! finds is a credential or looks like one, and is kept as a secret alone.

use vocab::Severity;

use super::claim::{self, hand_on};
use super::when::when;
use crate::format::Format;
use crate::observation::{Class, Location, Observation, Secret};
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json;
use crate::walk::shape::has_columns;
use crate::walk::table;

/// Hydra's `-b jsonv1`.
pub const HYDRA: Format = Format {
    id: "hydra",
    title: "THC Hydra JSON",
    detects: |shape| shape.value("generator.software") == "Hydra",
    read: read_hydra,
};

/// sqlmap's table of results.
pub const SQLMAP: Format = Format {
    id: "sqlmap-csv",
    title: "sqlmap CSV",
    detects: |shape| shape.columns(SQLMAP_COLUMNS),
    read: read_sqlmap,
};

/// APKLeaks' JSON.
pub const APKLEAKS: Format = Format {
    id: "apkleaks",
    title: "APKLeaks JSON",
    detects: |shape| {
        shape.has("package")
            && shape.has("results")
            && (shape.has("results[].matches") || shape.paths.len() == 2)
    },
    read: read_apkleaks,
};

fn read_hydra(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Hydra".to_owned()));
    let patterns = ["results[]", "generator", "errormessages[]"];
    json::walk(source, &patterns, sink, &mut |sink, hit| {
        let record = hit.record();
        match hit.pattern {
            1 => {
                sink.fact(Fact::ToolVersion(record.text("version").to_owned()));
                when(record.text("built"))
                    .into_iter()
                    .for_each(|at| sink.fact(Fact::ScannedAt(at)));
                return Ok(());
            }
            2 => {
                sink.fact(Fact::Incomplete("Hydra tells of errors".to_owned()));
                return Ok(());
            }
            _ => {}
        }
        let service = record.text("service");
        let (host, port) = (record.text("host"), record.string("port"));
        let mut endpoint = claim::service(host, &port, "tcp", service);
        if let Some(endpoint) = &mut endpoint {
            record.text("login").clone_into(&mut endpoint.parameter);
        }
        let found = Observation {
            class: Class::Host,
            rule: "guessed-credentials".to_owned(),
            title: "A password was guessed".to_owned(),
            severity: Severity::High,
            cwes: vec![521],
            endpoint,
            place: hit.place(),
            ..Observation::default()
        };
        hand_on(sink, found)
    })
    .map(|_| ())
}

const SQLMAP_COLUMNS: &[&str] = &["Target URL", "Place", "Parameter", "Technique(s)"];

fn read_sqlmap(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("sqlmap".to_owned()));
    let header = |row: &[String]| has_columns(row, SQLMAP_COLUMNS);
    table::walk(source, &header, sink, &mut |sink, row| {
        if row.get("Parameter").is_empty() {
            sink.dropped(&row.place(), "it names no parameter");
            return Ok(());
        }
        let method = match row.get("Place") {
            place @ ("GET" | "POST" | "PUT") => place,
            _ => "",
        };
        let found = Observation {
            class: Class::Web,
            rule: "sql-injection".to_owned(),
            title: format!("SQL injection in {}", row.get("Parameter")),
            description: format!(
                "place {}, techniques {}",
                row.get("Place"),
                row.get("Technique(s)")
            ),
            severity: Severity::High,
            cwes: vec![89],
            endpoint: claim::page(row.get("Target URL"), method, row.get("Parameter")),
            place: row.place(),
            ..Observation::default()
        };
        hand_on(sink, found)
    })
}

fn read_apkleaks(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("APKLeaks".to_owned()));
    let mut package = String::new();
    json::walk(source, &["package"], sink, &mut |sink, hit| {
        hit.value.as_str().unwrap_or_default().clone_into(&mut package);
        sink.fact(Fact::Target(package.clone()));
        Ok(())
    })?;
    json::walk(source, &["results[]"], sink, &mut |sink, hit| {
        let record = hit.record();
        let name = record.text("name");
        // Addresses are no credentials; they are what the application talks to.
        let address = matches!(name, "LinkFinder" | "IP_Address" | "Mailto" | "Mac_Address");
        for (number, value) in record.texts("matches").iter().enumerate() {
            let found = Observation {
                class: if address { Class::Code } else { Class::Secret },
                rule: name.to_owned(),
                title: name.replace('_', " "),
                description: if address { value.clone() } else { String::new() },
                severity: if address { Severity::None } else { Severity::Unknown },
                locations: vec![Location { path: package.clone(), ..Location::default() }],
                secret: if address { None } else { Secret::new(bare(value)) },
                place: format!("{}.matches[{number}]", hit.place()),
                ..Observation::default()
            };
            hand_on(sink, found)?;
        }
        Ok(())
    })
    .map(|_| ())
}

/// `API_KEY = "value"` as its value.
fn bare(text: &str) -> &str {
    let value = text.split_once('=').map_or(text, |(_, value)| value);
    value.trim().trim_matches(['"', '\''])
}
