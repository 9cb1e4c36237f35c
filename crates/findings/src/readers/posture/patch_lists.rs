//! Which systems lack which fixes: Cyberwatch (by Galeax) and Zora's images.
//!
//! Cyberwatch lists CVEs and other issues with the servers they are on; `ignored` is put aside, `fixed_at` or an
//! inactive one is fixed.
//! Zora's CSV names image and CVE, but not the package.

use super::reading::one_line;
use crate::format::Format;
use crate::observation::{Class, Endpoint, Observation, Standing};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{Record, walk};
use crate::walk::shape::has_columns;
use crate::walk::table;

/// Cyberwatch JSON by Galeax.
pub const CYBERWATCH: Format = Format {
    id: "cyberwatch",
    title: "Cyberwatch (Galeax) JSON",
    detects: |shape| {
        shape.is_json
            && shape.all(&["cves", "security_issues"])
            && shape.any(&["cves[].cve_code", "security_issues[].security_issue_title"])
    },
    read: read_cyberwatch,
};

/// Zora CSV.
pub const ZORA: Format = Format {
    id: "zora-csv",
    title: "Zora CSV",
    detects: |shape| shape.columns(ZORA_COLUMNS),
    read: read_zora,
};

const ZORA_COLUMNS: &[&str] = &["source", "image", "id", "fixVersion", "severity"];

fn read_cyberwatch(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Cyberwatch".to_owned()));
    walk(source, &["cves[]", "security_issues[]"], sink, &mut |sink, hit| {
        let (record, place) = (hit.record(), hit.place());
        let base = if hit.pattern == 0 { of_cve(record) } else { of_issue(record) };
        if base.ids.is_empty() && base.rule.is_empty() {
            sink.dropped(&place, "no cve_code and no security_issue_id");
            return Ok(());
        }
        for (number, server) in record.items("servers").enumerate() {
            let place = format!("{place}.servers[{number}]");
            if server.text("computer_name").is_empty() {
                sink.dropped(&place, "no computer_name");
                continue;
            }
            let observation = on_server(&base, server);
            sink.observation(Observation { place, ..observation })?;
        }
        Ok(())
    })?;
    Ok(())
}

fn of_cve(record: Record<'_>) -> Observation {
    let id = record.text("cve_code");
    let vector = record.first(&["cvss_v4", "cvss_v3"]);
    Observation {
        class: Class::Host,
        title: id.to_owned(),
        description: record.text("content").to_owned(),
        severity: level(record.text("cve_level")),
        score: if vector.is_empty() { record.string("cve_score") } else { vector.to_owned() },
        ids: [id].into_iter().filter(|id| words::is_id(id)).map(str::to_owned).collect(),
        cwes: record.texts("cwes.cwe_id").iter().filter_map(|text| words::cwe(text)).collect(),
        ..Observation::default()
    }
}

fn of_issue(record: Record<'_>) -> Observation {
    Observation {
        class: Class::Host,
        rule: record.first(&["security_issue_id", "security_issue_title"]).to_owned(),
        title: one_line(record.first(&["security_issue_title", "security_issue_id"])),
        description: record.text("security_issue_description").to_owned(),
        severity: level(record.text("level")),
        mentions: record.texts("cve_announcements"),
        ..Observation::default()
    }
}

fn on_server(base: &Observation, server: Record<'_>) -> Observation {
    let inactive = server.has("active")
        && !server.flag("active")
        && !server.text("active").eq_ignore_ascii_case("active");
    let (standing, reason) = if server.flag("ignored") {
        (Standing::Suppressed, "ignored".to_owned())
    } else if server.has("fixed_at") || inactive {
        (Standing::Fixed, "no longer active".to_owned())
    } else {
        (Standing::Reported, String::new())
    };
    Observation {
        endpoint: Some(Endpoint {
            host: server.text("computer_name").to_ascii_lowercase(),
            ..Endpoint::default()
        }),
        standing,
        standing_reason: reason,
        first_seen: words::when(server.text("detected_at")),
        ..base.clone()
    }
}

/// `level_medium`.
fn level(word: &str) -> vocab::Severity {
    words::severity(word.strip_prefix("level_").unwrap_or(word))
}

fn read_zora(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Zora".to_owned()));
    table::walk(source, &|row| has_columns(row, ZORA_COLUMNS), sink, &mut |sink, row| {
        let id = row.get("id");
        if id.is_empty() || row.get("image").is_empty() {
            sink.dropped(&row.place(), "no id or no image");
            return Ok(());
        }
        let published = words::is_id(id);
        let fixed = row.get("fixVersion");
        sink.observation(Observation {
            class: if published { Class::Dependency } else { Class::Configuration },
            rule: if published { String::new() } else { id.to_owned() },
            title: one_line(row.first(&["title", "id"])),
            description: row.get("description").to_owned(),
            remedy: if fixed.is_empty() { String::new() } else { format!("Fixed in {fixed}.") },
            severity: words::severity(row.get("severity")),
            ids: if published { vec![id.to_owned()] } else { Vec::new() },
            resource: if published { String::new() } else { row.get("image").to_owned() },
            target: row.get("image").to_owned(),
            place: row.place(),
            ..Observation::default()
        })
    })
}
