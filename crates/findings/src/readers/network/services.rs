//! What do services that scan or test for you say? Most write flat records: a row of names each.
//!
//! Trustwave Fusion, Alert Logic, AppCheck, Edgescan, Outpost24, CyCognito, IntSights, Cobalt. Where
//! a check has no id but its title, there is no rule.

use vocab::Severity;

use super::claim::{self, hand_on};
use super::flat::{Fields as _, Flat, NOTHING, first};
use super::when::when;
use crate::format::Format;
use crate::observation::{Class, Observation, Standing};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop, looked_at};
use crate::source::Source;
use crate::walk::json::{self, Record};
use crate::walk::shape::has_columns;
use crate::walk::table::{self, Row};
use crate::walk::xml;

/// Trustwave Fusion's interface.
pub const FUSION: Format = Format {
    id: "trustwave-fusion",
    title: "Trustwave Fusion API JSON",
    detects: |shape| shape.all(&["items[].location", "items[].kb", "items[].classification"]),
    read: |source, sink| records(source, sink, "Trustwave Fusion", "items[]", of_fusion),
};

/// Alert Logic's table.
pub const ALERTLOGIC: Format = Format {
    id: "alertlogic-csv",
    title: "Alert Logic CSV",
    detects: |shape| shape.columns(ALERTLOGIC_COLUMNS),
    read: |source, sink| rows(source, sink, "Alert Logic", ALERTLOGIC_COLUMNS, of_alertlogic),
};

/// AppCheck's list.
pub const APPCHECK: Format = Format {
    id: "appcheck",
    title: "AppCheck JSON",
    detects: |shape| {
        let empty = shape.paths.keys().eq(["hosts", "items"]);
        empty || shape.all(&["items[].mss_confirmed", "items[].signature"])
    },
    read: |source, sink| records(source, sink, "AppCheck", "items[]", of_appcheck),
};

/// Edgescan's interface.
pub const EDGESCAN: Format = Format {
    id: "edgescan",
    title: "Edgescan API JSON",
    detects: |shape| {
        shape.all(&["[].location_specifier_id", "[].pci_compliance_status", "[].layer"])
    },
    read: |source, sink| records(source, sink, "Edgescan", "[]", of_edgescan),
};

/// Outpost24's report.
pub const OUTPOST24: Format = Format {
    id: "outpost24",
    title: "Outpost24 XML",
    detects: |shape| {
        shape.has("main/reportinfo") && shape.any(&["main/hostlist", "main/detaillist"])
    },
    read: read_outpost24,
};

/// CyCognito's interface.
pub const CYCOGNITO: Format = Format {
    id: "cycognito",
    title: "CyCognito API JSON",
    detects: |shape| shape.all(&["[].affected_asset", "[].issue_type", "[].investigation_status"]),
    read: |source, sink| records(source, sink, "CyCognito", "[]", of_cycognito),
};

/// IntSights' (Threat Command's) alerts from its interface.
pub const INTSIGHTS: Format = Format {
    id: "intsights",
    title: "IntSights JSON",
    detects: |shape| shape.all(&["Alerts[]._id", "Alerts[].Details.Title"]),
    read: |source, sink| records(source, sink, "IntSights", "Alerts[]", of_intsights),
};

/// IntSights' alerts as a table.
pub const INTSIGHTS_CSV: Format = Format {
    id: "intsights-csv",
    title: "IntSights CSV",
    detects: |shape| shape.columns(INTSIGHTS_COLUMNS),
    read: |source, sink| rows(source, sink, "IntSights", INTSIGHTS_COLUMNS, of_intsights_row),
};

/// Cobalt's findings from its interface.
pub const COBALT: Format = Format {
    id: "cobalt",
    title: "Cobalt API JSON",
    detects: |shape| shape.all(&["data[].resource.pentest_id", "data[].resource.state"]),
    read: |source, sink| records(source, sink, "Cobalt", "data[].resource", of_cobalt),
};

/// Cobalt's findings as a table.
pub const COBALT_CSV: Format = Format {
    id: "cobalt-csv",
    title: "Cobalt CSV",
    detects: |shape| shape.columns(COBALT_COLUMNS),
    read: |source, sink| rows(source, sink, "Cobalt", COBALT_COLUMNS, of_cobalt_row),
};

fn records(
    source: &mut Source<'_>,
    sink: &mut dyn Sink,
    tool: &str,
    pattern: &str,
    of: fn(Record<'_>, String) -> Observation,
) -> Result<(), Stop> {
    sink.fact(Fact::Tool(tool.to_owned()));
    json::walk(source, &[pattern], sink, &mut |sink, hit| {
        hand_on(sink, of(hit.record(), hit.place()))
    })
    .map(|_| ())
}

fn rows(
    source: &mut Source<'_>,
    sink: &mut dyn Sink,
    tool: &str,
    columns: &[&str],
    of: fn(&Row<'_>) -> Observation,
) -> Result<(), Stop> {
    sink.fact(Fact::Tool(tool.to_owned()));
    let header = |row: &[String]| has_columns(row, columns);
    table::walk(source, &header, sink, &mut |sink, row| hand_on(sink, of(&row)))
}

fn of_fusion(record: Record<'_>, place: String) -> Observation {
    const ROW: Flat = Flat {
        class: Class::Host,
        rule: &["kb.id"],
        title: &["name"],
        description: &["classification"],
        severity: &["severity"],
        score: &["kb.cvssV3BaseScore", "kb.cvssV2BaseScore"],
        cves: &["kb.cves"],
        host: &["location.domain", "location.ip"],
        port: &["location.port"],
        protocol: &["location.transportProtocol"],
        service: &["location.applicationProtocol"],
        first_seen: &["createdOn"],
        ..NOTHING
    };
    ROW.read(&record, place)
}

const ALERTLOGIC_COLUMNS: &[&str] =
    &["Vulnerability", "Asset Name", "Protocol/Port", "Vulnerability ID", "Resolution"];

fn of_alertlogic(row: &Row<'_>) -> Observation {
    const ROW: Flat = Flat {
        class: Class::Host,
        rule: &["Vulnerability ID"],
        title: &["Vulnerability"],
        description: &["Description", "Evidence"],
        remedy: &["Resolution"],
        severity: &["Severity"],
        score: &["CVSS Score"],
        cves: &["CVE"],
        host: &["Asset Name", "IP Address"],
        service: &["Service"],
        ..NOTHING
    };
    let mut found = ROW.read(row, row.place());
    if let (Some(endpoint), Some((protocol, port))) =
        (&mut found.endpoint, row.get("Protocol/Port").split_once('/'))
    {
        endpoint.protocol = protocol.trim().to_ascii_lowercase();
        endpoint.port = port.trim().parse().unwrap_or(0);
    }
    found
}

fn of_appcheck(record: Record<'_>, place: String) -> Observation {
    const HOST: Flat = Flat {
        class: Class::Host,
        title: &["title"],
        description: &["description", "synopsis"],
        remedy: &["solution"],
        score: &["cvss_v3_vector", "cvss_vector", "cvss_base_score"],
        cves: &["cves"],
        host: &["host", "ipv4_address"],
        port: &["port"],
        first_seen: &["first_detected_at"],
        ..NOTHING
    };
    const WEB: Flat = Flat { class: Class::Web, url: &["url"], ..HOST };
    let mut found = if record.has("url") { &WEB } else { &HOST }.read(&record, place);
    // «3.0-medium»
    let rated = record.text("impact").split_once('-').map_or("", |(_, word)| word);
    found.severity = words::severity(rated);
    for text in [&mut found.description, &mut found.remedy] {
        *text = text.replace("[[markup]]", "");
    }
    found.standing = match record.text("status") {
        "fixed" => Standing::Fixed,
        "false_positive" => Standing::FalsePositive,
        "acceptable_risk" => Standing::Suppressed,
        _ => Standing::Reported,
    };
    found
}

/// Severity 1 to 5: minimal, low, medium, high, critical.
fn of_edgescan(record: Record<'_>, place: String) -> Observation {
    const ROW: Flat = Flat {
        title: &["name"],
        description: &["description"],
        remedy: &["remediation"],
        score: &["cvss_vector", "cvss_score"],
        cwes: &["cwes"],
        cves: &["cves"],
        url: &["location"],
        first_seen: &["date_opened"],
        ..NOTHING
    };
    let mut found = ROW.read(&record, place);
    if record.text("layer") == "network" {
        found.class = Class::Host;
    }
    found.severity = match record.whole("severity") {
        1 => Severity::None,
        2 => Severity::Low,
        3 => Severity::Medium,
        4 => Severity::High,
        5 => Severity::Critical,
        _ => Severity::Unknown,
    };
    if record.text("status") == "closed" {
        found.standing = Standing::Fixed;
    }
    found.tool_id = record.string("id");
    found
}

fn read_outpost24(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    const ROW: Flat = Flat {
        class: Class::Host,
        rule: &["id"],
        title: &["name"],
        description: &["description", "information"],
        remedy: &["solution"],
        score: &["cvss_v3_vector", "cvss_vector", "cvss_v3_score", "cvss_score"],
        cves: &["cve"],
        links: &["referencelist"],
        host: &["hostname", "ip"],
        ..NOTHING
    };
    sink.fact(Fact::Tool("Outpost24".to_owned()));
    let patterns = ["main/detaillist/detail", "main/reportinfo/reportdate"];
    xml::walk(source, &patterns, sink, &mut |sink, hit| {
        let detail = &hit.element;
        if hit.pattern == 1 {
            looked_at(sink, &detail.text, when(&detail.text));
            return Ok(());
        }
        let mut found = ROW.read(detail, hit.place());
        let score = first(detail, &["cvss_v3_score", "cvss_score"]);
        found.severity = words::severity_of_score(&score);
        found.first_seen = when(detail.text_of("history/firstseen"));
        if let Some(endpoint) = &mut found.endpoint {
            endpoint.port = detail.text_of("portinfo/portnumber").parse().unwrap_or(0);
            endpoint.protocol = detail.text_of("portinfo/protocol").to_ascii_lowercase();
            endpoint.service = detail.text_of("portinfo/service").to_ascii_lowercase();
        }
        if detail.text_of("falsepositive") == "1" {
            found.standing = Standing::FalsePositive;
        }
        hand_on(sink, found)
    })
}

/// Assets are `ip/…`, `domain/…`, `webapp/…`, `cert/…`; `id` is CyCognito's id of the issue on its asset.
fn of_cycognito(record: Record<'_>, place: String) -> Observation {
    const ROW: Flat = Flat {
        class: Class::Host,
        title: &["title"],
        description: &["summary", "potential_impact"],
        remedy: &["remediation_steps"],
        severity: &["severity"],
        cwes: &["cwe_ids"],
        cves: &["cve_ids"],
        links: &["references"],
        first_seen: &["first_detected"],
        ..NOTHING
    };
    let mut found = ROW.read(&record, place);
    let asset = record.text("affected_asset");
    let (kind, name) = asset.split_once('/').unwrap_or(("", asset));
    if kind == "cert" {
        asset.clone_into(&mut found.target);
    } else {
        let (port, protocol) = (record.string("port"), record.text("protocol"));
        found.endpoint = claim::service(name, &port, protocol, "");
    }
    record.text("id").clone_into(&mut found.tool_id);
    if record.text("issue_status") == "resolved" || record.has("resolved_at") {
        found.standing = Standing::Fixed;
    } else if record.flag("is_snoozed") {
        found.standing = Standing::Suppressed;
    }
    found
}

fn of_intsights(record: Record<'_>, place: String) -> Observation {
    const ROW: Flat = Flat {
        class: Class::Report,
        rule: &["Details.SubType", "Details.Type"],
        title: &["Details.Title"],
        description: &["Details.Description"],
        severity: &["Details.Severity"],
        links: &["Details.Source.URL"],
        first_seen: &["FoundDate"],
        ..NOTHING
    };
    let mut found = ROW.read(&record, place);
    record.text("_id").clone_into(&mut found.tool_id);
    found.target = record.items("Assets").next().map_or("", |a| a.text("Value")).to_owned();
    if record.flag("Closed.IsClosed") {
        found.standing = Standing::Fixed;
    }
    found
}

const INTSIGHTS_COLUMNS: &[&str] = &["Alert ID", "Title", "Severity", "Network Type", "Source URL"];

fn of_intsights_row(row: &Row<'_>) -> Observation {
    const ROW: Flat = Flat {
        class: Class::Report,
        rule: &["Type"],
        title: &["Title"],
        description: &["Description"],
        severity: &["Severity"],
        links: &["Source URL", "Alert Link"],
        ..NOTHING
    };
    let mut found = ROW.read(row, row.place());
    row.get("Alert ID").clone_into(&mut found.tool_id);
    row.get("Assets").clone_into(&mut found.target);
    if row.get("Status").eq_ignore_ascii_case("closed") {
        found.standing = Standing::Fixed;
        row.get("Closed Reason").clone_into(&mut found.standing_reason);
    }
    found
}

/// `id` is the finding's in all of Cobalt.
fn of_cobalt(record: Record<'_>, place: String) -> Observation {
    const ROW: Flat = Flat {
        class: Class::Report,
        rule: &["type_category"],
        title: &["title"],
        description: &["description", "proof_of_concept"],
        remedy: &["suggested_fix"],
        severity: &["severity"],
        ..NOTHING
    };
    let mut found = ROW.read(&record, place);
    record.text("id").clone_into(&mut found.tool_id);
    record.text("asset_id").clone_into(&mut found.target);
    if let Some(target) = record.texts("affected_targets").iter().find(|t| t.contains("://")) {
        found.endpoint = claim::page(target, "", "");
    }
    let state = record.text("state");
    found.standing = match state {
        "valid_fix" => Standing::Fixed,
        "wont_fix" | "out_of_scope" => Standing::Suppressed,
        "invalid" => Standing::FalsePositive,
        "triaging" => Standing::UnderInvestigation,
        _ => Standing::Reported,
    };
    if found.standing != Standing::Reported {
        state.clone_into(&mut found.standing_reason);
    }
    found
}

const COBALT_COLUMNS: &[&str] = &["Token", "Tag", "CriticalityJustification", "StepsToReproduce"];

/// Spreadsheets read what begins with a quote as text; the quote is not part of it.
fn of_cobalt_row(row: &Row<'_>) -> Observation {
    const ROW: Flat = Flat {
        class: Class::Report,
        rule: &["Type"],
        title: &["Title"],
        description: &["Description", "StepsToReproduce"],
        remedy: &["SuggestedFix"],
        links: &["ReportUrl"],
        first_seen: &["CreatedAt"],
        ..NOTHING
    };
    let plain = |text: &str| text.trim_start_matches('\'').to_owned();
    let mut found = ROW.read(row, row.place());
    found.title = plain(&found.title);
    found.description = plain(&found.description);
    found.remedy = plain(&found.remedy);
    found.tool_id = plain(&row.field("Token"));
    let url = plain(row.get("BrowserUrl"));
    if !url.is_empty() {
        found.endpoint = claim::page(&url, "", "");
    }
    if row.get("EvaluatedResult").eq_ignore_ascii_case("invalid") {
        found.standing = Standing::FalsePositive;
    }
    found
}
