//! Vulnerable software on machines as agents see it: Microsoft Defender and Wazuh.
//!
//! Defender's API lists `value[]` of machine, product and CVE; as a zip archive the folder `machines` tells the
//! names of the machines whose ids stand in the folder `vulnerabilities`. Its id holds the product's version and
//! so is none of ours. Wazuh 4.7 lists `data.affected_items[]` of one agent or several, since 4.8 the indexer's
//! `hits.hits[]`; `Package less than 2` names the version that is fixed.

use std::collections::BTreeMap;

use super::reading::one_line;
use crate::format::Format;
use crate::observation::{Class, Component, Observation, Standing};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{Record, walk};

/// Microsoft Defender for Endpoint, vulnerabilities by machine, JSON.
pub const DEFENDER: Format = Format {
    id: "ms-defender",
    title: "Microsoft Defender vulnerabilities JSON",
    detects: |shape| {
        shape.all(&["value[].cveId", "value[].machineId", "value[].productName"])
            || (shape.has("value")
                && shape.value("@odata.context").contains("securitycenter.windows.com"))
    },
    read: |source, sink| {
        sink.fact(Fact::Tool("Microsoft Defender".to_owned()));
        read_defender(source, &BTreeMap::new(), "", sink)
    },
};

/// The same with the machines' names, zip.
pub const DEFENDER_ZIP: Format = Format {
    id: "ms-defender-zip",
    title: "Microsoft Defender vulnerabilities and machines (zip)",
    detects: |shape| {
        shape.members.iter().any(|m| m.starts_with("vulnerabilities/") && m.ends_with(".json"))
            && shape.members.iter().any(|m| m.starts_with("machines/"))
    },
    read: read_zip,
};

/// Wazuh vulnerabilities, JSON.
pub const WAZUH: Format = Format {
    id: "wazuh",
    title: "Wazuh vulnerabilities JSON",
    detects: |shape| {
        shape.all(&["data.affected_items", "data.total_affected_items"])
            || shape.all(&["hits.hits[]._source.vulnerability.id", "hits.hits[]._source.agent"])
    },
    read: read_wazuh,
};

/// Most documents of a folder in an archive that are read.
const MAX_DOCUMENTS: usize = 1_000;
/// Most machines whose names are kept.
const MAX_MACHINES: usize = 500_000;

fn read_zip(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Microsoft Defender".to_owned()));
    let members = source.members()?;
    let of = |folder: &str| -> Vec<&String> {
        members.iter().filter(|m| m.starts_with(folder) && m.ends_with(".json")).collect()
    };
    let mut names = BTreeMap::new();
    for member in of("machines/").into_iter().take(MAX_DOCUMENTS) {
        let mut document = source.member(member)?;
        walk(&mut document, &["value[]"], sink, &mut |_, hit| {
            let machine = hit.record();
            let name = machine.first(&["computerDnsName", "lastIpAddress"]);
            if names.len() < MAX_MACHINES && !name.is_empty() {
                names.insert(machine.text("id").to_owned(), name.to_owned());
            }
            Ok(())
        })?;
    }
    if of("vulnerabilities/").len() > MAX_DOCUMENTS {
        let why = format!("only {MAX_DOCUMENTS} documents are read");
        sink.dropped("vulnerabilities/", &why);
        sink.fact(Fact::Incomplete(why));
    }
    for member in of("vulnerabilities/").into_iter().take(MAX_DOCUMENTS) {
        let mut document = source.member(member)?;
        read_defender(&mut document, &names, &format!("{member} "), sink)?;
    }
    Ok(())
}

fn read_defender(
    source: &mut Source<'_>,
    names: &BTreeMap<String, String>,
    member: &str,
    sink: &mut dyn Sink,
) -> Result<(), Stop> {
    walk(source, &["value[]", "*"], sink, &mut |sink, hit| {
        let (record, place) = (hit.record(), format!("{member}{}", hit.place()));
        if hit.pattern == 1 {
            let next = hit.key(0) == "@odata.nextLink";
            if next && record.0.as_str().is_some_and(|next| !next.is_empty()) {
                let why = "@odata.nextLink: further pages are not in this document";
                sink.fact(Fact::Incomplete(why.to_owned()));
            }
            return Ok(());
        }
        let (id, product) = (record.text("cveId"), record.text("productName"));
        if id.is_empty() || product.is_empty() {
            sink.dropped(&place, "no cveId or no productName");
            return Ok(());
        }
        let machine = record.text("machineId");
        let fix = record.string("fixingKbId");
        sink.observation(Observation {
            class: Class::Dependency,
            title: format!("{id} in {product}"),
            description: match record.text("productVendor") {
                "" => String::new(),
                vendor => format!("vendor: {vendor}"),
            },
            remedy: if fix.is_empty() { String::new() } else { format!("Install KB{fix}.") },
            severity: words::severity(record.text("severity")),
            ids: vec![id.to_owned()],
            component: Some(Component {
                name: product.to_owned(),
                version: record.text("productVersion").to_owned(),
                ..Component::default()
            }),
            target: names.get(machine).map_or(machine, String::as_str).to_owned(),
            place,
            ..Observation::default()
        })
    })?;
    Ok(())
}

fn read_wazuh(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Wazuh".to_owned()));
    let patterns = &["data.affected_items[]", "hits.hits[]._source", "data.total_affected_items"];
    let (mut met, mut told) = (0_u64, 0_u64);
    walk(source, patterns, sink, &mut |sink, hit| {
        let (record, place) = (hit.record(), hit.place());
        if hit.pattern == 2 {
            told = record.0.as_u64().unwrap_or(0);
            return Ok(());
        }
        met += 1;
        let observation = if hit.pattern == 0 { of_list(record) } else { of_indexer(record) };
        let named = observation.component.as_ref().is_some_and(|c| !c.name.is_empty());
        if observation.ids.is_empty() || !named {
            sink.dropped(&place, "no CVE or no package");
            return Ok(());
        }
        sink.observation(Observation { place, ..observation })
    })?;
    if told > met {
        sink.fact(Fact::Incomplete(format!(
            "{met} of {told} vulnerabilities are in this document"
        )));
    }
    Ok(())
}

/// Wazuh 4.7 and older.
fn of_list(record: Record<'_>) -> Observation {
    let id = record.text("cve");
    let obsolete = record.text("status") == "OBSOLETE";
    let scores = ["cvss3_score", "cvss2_score"].map(|name| record.string(name));
    Observation {
        class: Class::Dependency,
        title: one_line(record.first(&["title", "cve"])),
        severity: words::severity(record.text("severity")),
        score: scores
            .into_iter()
            .find(|score| !matches!(score.as_str(), "" | "0"))
            .unwrap_or_default(),
        ids: [id].into_iter().filter(|id| words::is_id(id)).map(str::to_owned).collect(),
        component: Some(Component {
            name: record.text("name").to_owned(),
            version: record.text("version").to_owned(),
            fixed_in: fixed_in(record.text("condition")),
            ..Component::default()
        }),
        standing: if obsolete { Standing::Fixed } else { Standing::Reported },
        standing_reason: if obsolete { "status OBSOLETE".to_owned() } else { String::new() },
        first_seen: words::when(record.text("detection_time")),
        references: record.texts("external_references"),
        target: record.first(&["agent_name", "agent_ip", "agent_id"]).to_owned(),
        ..Observation::default()
    }
}

/// Wazuh 4.8 and later.
fn of_indexer(record: Record<'_>) -> Observation {
    let id = record.text("vulnerability.id");
    let references = record.text("vulnerability.reference").split(',').map(str::trim);
    let kind = match record.text("package.type") {
        kind @ ("deb" | "rpm" | "npm" | "pypi" | "apk") => kind,
        _ => "",
    };
    Observation {
        class: Class::Dependency,
        title: format!("{id} in {}", record.text("package.name")),
        description: record.text("vulnerability.description").to_owned(),
        severity: words::severity(record.text("vulnerability.severity")),
        score: record.string("vulnerability.score.base"),
        ids: [id].into_iter().filter(|id| words::is_id(id)).map(str::to_owned).collect(),
        component: Some(Component {
            kind: kind.to_owned(),
            name: record.text("package.name").to_owned(),
            version: record.text("package.version").to_owned(),
            fixed_in: fixed_in(record.text("vulnerability.scanner.condition")),
            ..Component::default()
        }),
        first_seen: words::when(record.text("vulnerability.detected_at")),
        references: references.filter(|url| !url.is_empty()).map(str::to_owned).collect(),
        target: record.first(&["agent.name", "agent.id"]).to_owned(),
        ..Observation::default()
    }
}

fn fixed_in(condition: &str) -> Vec<String> {
    let version = condition.strip_prefix("Package less than ").map(str::trim);
    version.filter(|v| !v.is_empty() && !v.contains(' ')).map(str::to_owned).into_iter().collect()
}
