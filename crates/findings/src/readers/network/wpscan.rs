//! What does WPScan say?
//!
//! Problems of WordPress, its plugins and themes, as seen by requests: at the site, with the component that
//! has them. The check is the problem's id in the WPScan database. Interesting findings are
//! observed without a severity, except that a backup of the configuration or the database can be read.

use super::claim::{self, cover, hand_on};
use super::when::when;
use crate::format::Format;
use crate::observation::{Class, Component, Observation};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};

/// `--format json`.
pub const FORMAT: Format = Format {
    id: "wpscan",
    title: "WPScan JSON",
    detects: |shape| {
        shape.value("banner.description").starts_with("WordPress Security Scanner")
            || shape.all(&["target_url", "effective_url", "requests_done"])
    },
    read,
};

const ABOUT: &[&str] = &[
    "target_url",
    "effective_url",
    "stop_time",
    "banner.version",
    "scan_aborted",
    "vuln_api.error",
];
const RECORDS: &[&str] = &[
    "version",
    "main_theme",
    "themes.*",
    "plugins.*",
    "interesting_findings[]",
    "config_backups.*",
    "db_exports.*",
];

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("WPScan".to_owned()));
    sink.fact(Fact::Kind(Class::Web));
    let mut site = String::new();
    json::walk(source, ABOUT, sink, &mut |sink, hit| {
        let text = hit.value.as_str().unwrap_or_default();
        match hit.pattern {
            0 if site.is_empty() => text.clone_into(&mut site),
            1 if !text.is_empty() => text.clone_into(&mut site),
            2 => {
                let at = when(&hit.value.to_string());
                at.into_iter().for_each(|at| sink.fact(Fact::ScannedAt(at)));
            }
            3 => sink.fact(Fact::ToolVersion(text.to_owned())),
            // Without access to the database no component's problems are looked up.
            5 => sink.fact(Fact::Incomplete(text.to_owned())),
            4 => sink.fact(Fact::Incomplete(format!("the scan was aborted: {text}"))),
            _ => {}
        }
        Ok(())
    })?;
    sink.fact(Fact::Target(site.clone()));
    claim::tell_site(sink, &site);
    json::walk(source, RECORDS, sink, &mut |sink, hit| {
        let record = hit.record();
        let place = hit.place();
        match hit.pattern {
            0 => of_component(sink, record, &site, "wordpress", &place),
            1 => of_component(sink, record, &site, record.text("slug"), &place),
            2 | 3 => of_component(sink, record, &site, hit.key(1), &place),
            4 => hand_on(sink, of_finding(record, place)),
            _ => hand_on(sink, of_backup(hit.key(0), hit.key(1), place)),
        }
    })
    .map(|_| ())
}

fn of_component(
    sink: &mut dyn Sink,
    record: Record<'_>,
    site: &str,
    name: &str,
    place: &str,
) -> Result<(), Stop> {
    let version = record.first(&["number", "version.number"]);
    for (number, problem) in record.items("vulnerabilities").enumerate() {
        let cves: Vec<String> =
            problem.texts("references.cve").iter().map(|cve| format!("CVE-{cve}")).collect();
        let known = problem.texts("references.wpvulndb");
        let fixed = problem.text("fixed_in");
        let title = problem.text("title");
        let mut observation = Observation {
            class: Class::Web,
            rule: known.first().cloned().unwrap_or_default(),
            title: title.to_owned(),
            remedy: if fixed.is_empty() { String::new() } else { format!("Upgrade to {fixed}.") },
            score: claim::score(&[problem.text("cvss.vector"), &problem.string("cvss.score")]),
            severity: words::severity_of_score(&problem.string("cvss.score")),
            references: claim::links(&problem.texts("references.url").join("\n")),
            component: Some(Component {
                name: name.to_owned(),
                version: version.to_owned(),
                fixed_in: Some(fixed.to_owned()).filter(|f| !f.is_empty()).into_iter().collect(),
                ..Component::default()
            }),
            endpoint: claim::page(site, "", ""),
            place: format!("{place}.vulnerabilities[{number}]"),
            ..Observation::default()
        };
        cover(&mut observation, words::cves(&cves.join(" ")));
        hand_on(sink, observation)?;
    }
    Ok(())
}

fn of_finding(record: Record<'_>, place: String) -> Observation {
    Observation {
        class: Class::Web,
        rule: record.text("type").to_owned(),
        title: record.text("to_s").to_owned(),
        description: record.texts("interesting_entries").join("\n"),
        severity: vocab::Severity::None,
        endpoint: claim::page(record.text("url"), "", ""),
        place,
        ..Observation::default()
    }
}

fn of_backup(rule: &str, url: &str, place: String) -> Observation {
    Observation {
        class: Class::Web,
        rule: rule.to_owned(),
        title: "A backup can be read".to_owned(),
        severity: vocab::Severity::High,
        endpoint: claim::page(url, "", ""),
        place,
        ..Observation::default()
    }
}
