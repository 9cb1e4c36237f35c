//! What does Nikto say?
//!
//! XML (one scan or several, one inside the other) and JSON. Nikto rates nothing. Some of its checks speak of
//! many headers or cookies by one id; the name in the message is the parameter, so that they stay apart.

use super::claim::{self, cover, first_line, hand_on};
use super::when::when;
use crate::coverage::Target;
use crate::format::Format;
use crate::observation::{Class, Endpoint, Observation};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json;
use crate::walk::xml;

/// `-Format xml`.
pub const XML: Format = Format {
    id: "nikto",
    title: "Nikto XML",
    detects: |shape| shape.any(&["niktoscan", "niktoscans"]),
    read: read_xml,
};

/// `-Format json`.
pub const JSON: Format = Format {
    id: "nikto-json",
    title: "Nikto JSON",
    detects: |shape| {
        ["", "[]."].iter().any(|at| {
            ["host", "ip", "port", "banner", "vulnerabilities"]
                .iter()
                .all(|key| shape.has(&format!("{at}{key}")))
        })
    },
    read: read_json,
};

fn read_xml(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Nikto".to_owned()));
    sink.fact(Fact::Kind(Class::Web));
    let patterns = [
        "niktoscan/scandetails/item",
        "niktoscan/niktoscan/scandetails/item",
        "niktoscans/niktoscan/scandetails/item",
        "niktoscan/scandetails/@",
        "niktoscan/niktoscan/scandetails/@",
        "niktoscans/niktoscan/scandetails/@",
    ];
    let mut latest = None;
    let mut version = String::new();
    let end = xml::walk(source, &patterns, sink, &mut |sink, hit| {
        latest = latest.max(when(hit.outer("scandetails", "starttime")));
        if version.is_empty() {
            hit.outer("niktoscan", "version").clone_into(&mut version);
        }
        let item = &hit.element;
        let site = hit.outer("scandetails", "sitename");
        if hit.pattern > 2 {
            claim::tell_site(sink, item.attribute("sitename"));
            return Ok(());
        }
        let message = item.text_of("description");
        let endpoint =
            claim::page_at(site, item.text_of("uri"), item.attribute("method"), about(message));
        hand_on(
            sink,
            of_item(
                item.attribute("id"),
                message,
                item.text_of("references"),
                endpoint,
                hit.place(),
            ),
        )
    });
    if !version.is_empty() {
        sink.fact(Fact::ToolVersion(version));
    }
    if let Some(instant) = latest {
        sink.fact(Fact::ScannedAt(instant));
    }
    end
}

fn read_json(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Nikto".to_owned()));
    sink.fact(Fact::Kind(Class::Web));
    // A record is all of one host; what names it can stand behind the list.
    json::walk(source, &["", "[]"], sink, &mut |sink, hit| {
        let records: Vec<_> = hit.record().items("").collect();
        for host in records {
            let name = host.first(&["host", "ip"]);
            let port = host.string("port");
            if !name.is_empty() {
                let port = port.parse().unwrap_or(0);
                sink.fact(Fact::Looked(Target::site(name, port)));
            }
            for (number, item) in host.items("vulnerabilities").enumerate() {
                let message = item.text("msg");
                let path =
                    claim::page_at("", item.text("url"), item.text("method"), about(message));
                let endpoint = path.map(|path| Endpoint {
                    host: name.to_ascii_lowercase(),
                    port: port.parse().unwrap_or(0),
                    ..path
                });
                let place = format!("{}.vulnerabilities[{number}]", hit.place());
                let rule = item.string("id");
                hand_on(sink, of_item(&rule, message, item.text("references"), endpoint, place))?;
            }
        }
        Ok(())
    })
    .map(|_| ())
}

fn of_item(
    rule: &str,
    message: &str,
    references: &str,
    endpoint: Option<Endpoint>,
    place: String,
) -> Observation {
    let mut observation = Observation {
        class: Class::Web,
        rule: rule.to_owned(),
        title: first_line(message).to_owned(),
        description: message.to_owned(),
        references: claim::links(&format!("{message} {references}")),
        endpoint,
        place,
        ..Observation::default()
    };
    cover(&mut observation, words::cves(&format!("{message} {references}")));
    observation
}

/// «Uncommon header 'x-cache' found», «Retrieved via header: …», «Cookie id created without …».
fn about(message: &str) -> &str {
    let between = |before: &str, after: &str| {
        let (_, rest) = message.split_once(before)?;
        let (name, _) = rest.split_once(after)?;
        (!name.is_empty() && !name.contains(' ')).then_some(name)
    };
    between("header '", "'")
        .or_else(|| between("Retrieved ", " header"))
        .or_else(|| between("Cookie ", " created"))
        .unwrap_or_default()
}
