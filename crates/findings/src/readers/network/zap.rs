//! What does ZAP say?
//!
//! XML and JSON hold the same: a site, its alerts, the instances of each. One observation for each instance;
//! instances that differ in nothing but the query or the evidence are one. The check is `alertRef`, which is
//! finer than `pluginid` and takes its place. Risk is 0 to 3; confidence 0 is the user's «false positive».

use std::collections::HashSet;

use vocab::Severity;

use super::claim::{self, hand_on, paragraphs};
use super::when::when;
use crate::format::Format;
use crate::observation::{Class, Endpoint, Observation, Standing};
use crate::sink::{Fact, Sink, Stop, looked_at};
use crate::source::Source;
use crate::walk::json::{self, Record};
use crate::walk::xml::{self, Element};

/// The traditional XML report, with requests and responses or without.
pub const XML: Format = Format {
    id: "zap",
    title: "ZAP XML",
    detects: |shape| shape.has("OWASPZAPReport"),
    read: read_xml,
};

/// The traditional JSON report.
pub const JSON: Format = Format {
    id: "zap-json",
    title: "ZAP JSON",
    detects: |shape| {
        let ours = shape.value("@programName") == "ZAP"
            || shape.all(&["@version", "@generated", "site"]) && shape.has("site[].@name");
        // GitLab's DAST report carries ZAP's inside.
        ours && !shape.has("vulnerabilities")
    },
    read: read_json,
};

/// The fields of an alert and of an instance, whatever the syntax.
trait Fields {
    fn field(&self, name: &str) -> &str;
}

impl Fields for &Element {
    fn field(&self, name: &str) -> &str {
        self.text_of(name)
    }
}

impl Fields for Record<'_> {
    fn field(&self, name: &str) -> &str {
        self.text(name).trim()
    }
}

fn read_xml(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let mut told = false;
    xml::walk(source, &["OWASPZAPReport/site/alerts/alertitem"], sink, &mut |sink, hit| {
        if !told {
            let root = |name| hit.outer("OWASPZAPReport", name);
            tell(sink, root("version"), root("generated"));
            told = true;
        }
        let site = hit.outer("site", "name");
        let mut instances: Vec<&Element> = hit.element.all("instances/instance").collect();
        if instances.is_empty() {
            instances.push(&hit.element);
        }
        each(sink, &&hit.element, &instances, site, &hit.place())
    })?;
    if !told {
        tell(sink, "", "");
    }
    Ok(())
}

fn read_json(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let (mut version, mut generated) = (String::new(), String::new());
    let mut sites: Vec<String> = Vec::new();
    let about = ["@version", "@generated", "site[].@name"];
    json::walk(source, &about, sink, &mut |_, hit| {
        let text = hit.value.as_str().unwrap_or_default();
        match hit.pattern {
            0 => text.clone_into(&mut version),
            1 => text.clone_into(&mut generated),
            _ if hit.index(0) < 10_000 => {
                sites.resize(sites.len().max(hit.index(0) + 1), String::new());
                if let Some(site) = sites.get_mut(hit.index(0)) {
                    text.clone_into(site);
                }
            }
            _ => {}
        }
        Ok(())
    })?;
    tell(sink, &version, &generated);
    json::walk(source, &["site[].alerts[]"], sink, &mut |sink, hit| {
        let alert = hit.record();
        let mut instances: Vec<Record<'_>> = alert.items("instances").collect();
        if instances.is_empty() {
            instances.push(alert);
        }
        let site = sites.get(hit.index(0)).map_or("", String::as_str);
        each(sink, &alert, &instances, site, &hit.place())
    })
    .map(|_| ())
}

fn tell(sink: &mut dyn Sink, version: &str, generated: &str) {
    sink.fact(Fact::Tool("ZAP".to_owned()));
    if !version.is_empty() {
        sink.fact(Fact::ToolVersion(version.to_owned()));
    }
    looked_at(sink, generated, when(generated));
}

fn each<F: Fields>(
    sink: &mut dyn Sink,
    alert: &F,
    instances: &[F],
    site: &str,
    place: &str,
) -> Result<(), Stop> {
    let shared = of_alert(alert);
    let mut met: HashSet<(String, String, String, u16, String)> = HashSet::new();
    for instance in instances {
        let endpoint = endpoint(site, instance);
        let key = endpoint.clone().map(|e| (e.path, e.method, e.parameter, e.port, e.host));
        if !met.insert(key.unwrap_or_default()) {
            continue;
        }
        let found = Observation {
            endpoint,
            place: place.to_owned(),
            description: paragraphs(&[
                &shared.description,
                alert.field("otherinfo"),
                instance.field("otherinfo"),
            ]),
            ..shared.clone()
        };
        hand_on(sink, found)?;
    }
    Ok(())
}

fn endpoint<F: Fields>(site: &str, instance: &F) -> Option<Endpoint> {
    claim::page_at(site, instance.field("uri"), instance.field("method"), instance.field("param"))
}

fn of_alert<F: Fields>(alert: &F) -> Observation {
    let named = [alert.field("alertRef"), alert.field("pluginid")];
    let title = [alert.field("name"), alert.field("alert")];
    let first = |texts: [&str; 2]| {
        texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default().to_owned()
    };
    let confidence = alert.field("confidence");
    Observation {
        class: Class::Web,
        rule: first(named),
        title: first(title),
        description: alert.field("desc").to_owned(),
        remedy: alert.field("solution").to_owned(),
        severity: match alert.field("riskcode") {
            "0" => Severity::None,
            "1" => Severity::Low,
            "2" => Severity::Medium,
            "3" => Severity::High,
            _ => Severity::Unknown,
        },
        // An alert without a weakness has 0 or -1.
        cwes: alert.field("cweid").parse::<u32>().ok().filter(|cwe| *cwe > 0).into_iter().collect(),
        references: claim::links(alert.field("reference")),
        standing: if confidence == "0" { Standing::FalsePositive } else { Standing::Reported },
        ..Observation::default()
    }
}
