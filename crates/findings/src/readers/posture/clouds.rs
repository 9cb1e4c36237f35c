//! Checks of cloud accounts in flat lists: CloudSploit, Azure Security Center's recommendations, Orca.
//!
//! CloudSploit: OK is counted, UNKNOWN (the interface did not answer) makes the run incomplete, FAIL and WARN
//! are problems; a unit is an account, as the ARNs name it, and a region in it. Azure: `Healthy` is counted,
//! `NotApplicable` was not evaluated; the assessment's resource id is its id. Orca: the score runs from 0 to 10; closed
//! alerts are fixed, dismissed and snoozed ones put aside; the title is the kind of alert.

use std::collections::BTreeSet;

use super::reading::{Units, each_record, one_line, tell_passed, unit};
use crate::format::Format;
use crate::observation::{Class, Observation, Standing};
use crate::readers::{told, words};
use crate::sink::{Fact, Kept, Sink, Stop};
use crate::source::Source;
use crate::walk::json::Record;
use crate::walk::shape::has_columns;
use crate::walk::table;

/// CloudSploit JSON.
pub const CLOUDSPLOIT: Format = Format {
    id: "cloudsploit",
    title: "CloudSploit JSON",
    detects: |shape| {
        shape.all(&["[].plugin", "[].category", "[].resource", "[].region", "[].status"])
    },
    read: read_cloudsploit,
};

/// Azure Security Center (Defender for Cloud), recommendations as CSV.
pub const AZURE: Format = Format {
    id: "azure-recommendations",
    title: "Azure Security Center recommendations CSV",
    detects: |shape| shape.columns(AZURE_COLUMNS),
    read: read_azure,
};

/// Orca Security alerts, JSON.
pub const ORCA: Format = Format {
    id: "orca",
    title: "Orca Security alerts JSON",
    detects: |shape| shape.all(&["[].OrcaScore", "[].Title", "[].CloudAccount"]),
    read: |source, sink| {
        sink.fact(Fact::Tool("Orca Security".to_owned()));
        each_record(source, sink, &mut |sink, record, place| {
            of_orca(&|name| record.string(name), place, sink)
        })
    },
};

/// Orca Security alerts, CSV.
pub const ORCA_CSV: Format = Format {
    id: "orca-csv",
    title: "Orca Security alerts CSV",
    detects: |shape| shape.columns(ORCA_COLUMNS),
    read: |source, sink| {
        sink.fact(Fact::Tool("Orca Security".to_owned()));
        table::walk(source, &|row| has_columns(row, ORCA_COLUMNS), sink, &mut |sink, row| {
            of_orca(&|name| row.get(name).to_owned(), row.place(), sink)
        })
    },
};

const AZURE_COLUMNS: &[&str] = &["recommendationId", "recommendationDisplayName", "resourceId"];
const ORCA_COLUMNS: &[&str] = &["OrcaScore", "Title", "Inventory.Name", "CloudAccount.Name"];

fn read_cloudsploit(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("CloudSploit".to_owned()));
    sink.fact(Fact::Kind(Class::Configuration));
    let (mut passed, mut unanswered) = (0, 0_u64);
    let mut units = Units::default();
    let account = one_account(source)?;
    each_record(source, sink, &mut |sink, record, place| {
        match record.text("status").to_ascii_uppercase().as_str() {
            "OK" | "PASS" => {
                passed += 1;
                units.passed_one(sink, &of_cloudsploit(record, &account));
                return Ok(());
            }
            "UNKNOWN" => {
                unanswered += 1;
                return Ok(());
            }
            _ => {}
        }
        if record.text("plugin").is_empty() {
            sink.dropped(&place, "no plugin");
            return Ok(());
        }
        let observation = of_cloudsploit(record, &account);
        units.met(&observation.target);
        sink.observation(Observation { place, ..observation })
    })?;
    if unanswered > 0 {
        let why = format!("{unanswered} checks have the status UNKNOWN: they got no answer");
        sink.fact(Fact::Incomplete(why));
    }
    units.tell(sink);
    tell_passed(sink, passed);
    Ok(())
}

/// The account of an ARN (`arn:aws:service:region:account:resource`); empty where it has none.
fn account(resource: &str) -> &str {
    let account = resource.strip_prefix("arn:").and_then(|rest| rest.split(':').nth(3));
    account.filter(|account| account.bytes().all(|b| b.is_ascii_digit())).unwrap_or_default()
}

/// The one account that the ARNs of a document name. Most records of a passed check have no ARN, and a run is of one.
fn one_account(source: &mut Source<'_>) -> Result<String, Stop> {
    let mut accounts = BTreeSet::new();
    let mut unheard = Kept::default();
    each_record(source, &mut unheard, &mut |_, record, _| {
        let account = account(record.text("resource"));
        if !account.is_empty() && accounts.len() < 2 {
            accounts.insert(account.to_owned());
        }
        Ok(())
    })?;
    Ok(accounts.pop_first().filter(|_| accounts.is_empty()).unwrap_or_default())
}

fn of_cloudsploit(record: Record<'_>, of_all: &str) -> Observation {
    let (resource, region) = (record.text("resource"), record.text("region"));
    let named = resource.starts_with("arn:") && !resource.ends_with(":::");
    Observation {
        class: Class::Configuration,
        rule: record.text("plugin").to_owned(),
        title: one_line(record.first(&["title", "plugin"])),
        description: format!("{}\n{}", record.text("message"), record.text("description")),
        severity: words::severity(record.text("status")),
        resource: if named { resource.to_owned() } else { format!("{region}/{resource}") },
        target: match account(resource) {
            "" => unit(of_all, region),
            own => unit(own, region),
        },
        ..Observation::default()
    }
}

fn read_azure(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Azure Security Center".to_owned()));
    sink.fact(Fact::Kind(Class::Configuration));
    let (mut passed, mut at) = (0, None);
    let mut units = Units::default();
    table::walk(source, &|row| has_columns(row, AZURE_COLUMNS), sink, &mut |sink, row| {
        at = at.max(words::when(row.get("exportedTimestamp")));
        if row.get("state") == "Healthy" {
            passed += 1;
            units.passed_one(sink, &of_azure(&row));
            return Ok(());
        }
        units.met(row.get("subscriptionId"));
        if row.get("state") == "NotApplicable" {
            told::not_run(sink, &of_azure(&row));
            return Ok(());
        }
        if row.get("recommendationName").is_empty() || row.get("resourceId").is_empty() {
            sink.dropped(&row.place(), "no recommendationName or no resourceId");
            return Ok(());
        }
        sink.observation(of_azure(&row))
    })?;
    at.into_iter().for_each(|at| sink.fact(Fact::ScannedAt(at)));
    units.tell(sink);
    tell_passed(sink, passed);
    Ok(())
}

fn of_azure(row: &table::Row<'_>) -> Observation {
    Observation {
        class: Class::Configuration,
        rule: row.get("recommendationName").to_owned(),
        title: one_line(row.first(&["recommendationDisplayName", "recommendationName"])),
        description: row.get("description").to_owned(),
        remedy: row.get("remediationSteps").to_owned(),
        severity: words::severity(row.get("severity")),
        // Azure's resource ids are compared without case.
        resource: row.get("resourceId").to_ascii_lowercase(),
        tool_id: row.get("recommendationId").to_ascii_lowercase(),
        first_seen: words::when(row.get("firstEvaluationDate")),
        references: vec![row.get("azurePortalRecommendationLink").to_owned()],
        target: row.get("subscriptionId").to_owned(),
        place: row.place(),
        ..Observation::default()
    }
}

fn of_orca(field: &dyn Fn(&str) -> String, place: String, sink: &mut dyn Sink) -> Result<(), Stop> {
    let title = field("Title");
    if title.is_empty() {
        sink.dropped(&place, "no Title");
        return Ok(());
    }
    let status = field("Status");
    let standing = match status.to_ascii_lowercase().as_str() {
        "closed" => Standing::Fixed,
        "dismissed" | "snoozed" => Standing::Suppressed,
        "in_progress" => Standing::UnderInvestigation,
        _ => Standing::Reported,
    };
    let score = field("OrcaScore");
    let named = field("Inventory.Name");
    sink.observation(Observation {
        class: Class::Configuration,
        rule: title.clone(),
        title: one_line(&title),
        description: field("Category"),
        severity: words::severity_of_score(&score),
        score,
        resource: if named.is_empty() { field("Source") } else { named },
        standing,
        standing_reason: if standing == Standing::Reported { String::new() } else { status },
        first_seen: words::when(&field("CreatedAt")),
        target: field("CloudAccount.Name"),
        place,
        ..Observation::default()
    })
}
