//! Prowler: checks of cloud accounts and clusters, in the four shapes it has had.
//!
//! Version 2 as CSV and JSON lines, version 3 as JSON, since version 4 OCSF (JSON) and a CSV with semicolons.
//! They say the same under other names, so each is a row of [`Names`]. PASS is counted; FAIL is a problem; MANUAL and
//! INFO are what only a person can check: no claim, and an earlier one stays as it was; muted ones are put aside. The
//! finding's id is made of check, account, region and resource (Prowler documentation, «Reporting»). What was looked
//! at is an account and a region in it.

use super::reading::{Units, each_record, one_line, tell_passed, unit};
use crate::format::Format;
use crate::observation::{Class, Observation, Standing};
use crate::readers::{told, words};
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::shape::has_columns;
use crate::walk::table;

/// Prowler 4 and later: OCSF.
pub const OCSF: Format = Format {
    id: "prowler-ocsf",
    title: "Prowler OCSF JSON",
    detects: |shape| {
        shape.value("[].metadata.product.name") == "Prowler" && shape.has("[].finding_info.uid")
    },
    read: |source, sink| read_json(source, sink, &OCSF_NAMES),
};

/// Prowler 4 and later: CSV.
pub const CSV: Format = Format {
    id: "prowler-csv",
    title: "Prowler CSV",
    detects: |shape| shape.columns(CSV_COLUMNS),
    read: |source, sink| read_csv(source, sink, CSV_COLUMNS, &CSV_NAMES),
};

/// Prowler 3.
pub const JSON: Format = Format {
    id: "prowler",
    title: "Prowler 3 JSON",
    detects: |shape| {
        shape.is_json && shape.all(&["[].FindingUniqueId", "[].CheckID", "[].StatusExtended"])
    },
    read: |source, sink| read_json(source, sink, &JSON_NAMES),
};

/// Prowler 2: JSON lines or an array.
pub const VERSION_2: Format = Format {
    id: "prowler2",
    title: "Prowler 2 JSON",
    detects: |shape| {
        shape.is_json
            && (shape.all(&["Control ID", "Control", "Account Number", "Status"])
                || shape.all(&["[].Control ID", "[].Control", "[].Account Number", "[].Status"]))
    },
    read: |source, sink| read_json(source, sink, &VERSION_2_NAMES),
};

/// Prowler 2: CSV.
pub const VERSION_2_CSV: Format = Format {
    id: "prowler2-csv",
    title: "Prowler 2 CSV",
    detects: |shape| shape.columns(VERSION_2_COLUMNS),
    read: |source, sink| read_csv(source, sink, VERSION_2_COLUMNS, &VERSION_2_CSV_NAMES),
};

const CSV_COLUMNS: &[&str] = &["FINDING_UID", "CHECK_ID", "STATUS_EXTENDED", "PROVIDER"];
const VERSION_2_COLUMNS: &[&str] = &["ACCOUNT_NUM", "TITLE_ID", "CHECK_RESULT", "TITLE_TEXT"];

/// Which field holds what; of several the first with something in it counts.
struct Names {
    rule: &'static str,
    title: &'static str,
    said: &'static str,
    status: &'static str,
    /// What says that it is muted, and its value then.
    muted: (&'static str, &'static str),
    severity: &'static str,
    account: &'static [&'static str],
    region: &'static str,
    resource: &'static [&'static str],
    risk: &'static str,
    remedy: &'static str,
    reference: &'static str,
    id: &'static str,
    version: &'static str,
    at: &'static [&'static str],
}

const OCSF_NAMES: Names = Names {
    rule: "metadata.event_code",
    title: "finding_info.title",
    said: "status_detail",
    status: "status_code",
    muted: ("status", "suppressed"),
    severity: "severity",
    // A cluster is no cloud; its context stands with what has no field in OCSF.
    account: &["cloud.account.uid", "unmapped.provider_uid"],
    region: "resources.0.region",
    resource: &["resources.0.uid", "resources.0.name"],
    risk: "risk_details",
    remedy: "remediation.desc",
    reference: "unmapped.related_url",
    id: "finding_info.uid",
    version: "metadata.product.version",
    at: &["time_dt", "event_time"],
};

const CSV_NAMES: Names = Names {
    rule: "CHECK_ID",
    title: "CHECK_TITLE",
    said: "STATUS_EXTENDED",
    status: "STATUS",
    muted: ("MUTED", "true"),
    severity: "SEVERITY",
    account: &["ACCOUNT_UID"],
    region: "REGION",
    resource: &["RESOURCE_UID", "RESOURCE_NAME"],
    risk: "RISK",
    remedy: "REMEDIATION_RECOMMENDATION_TEXT",
    reference: "REMEDIATION_RECOMMENDATION_URL",
    id: "FINDING_UID",
    version: "PROWLER_VERSION",
    at: &["TIMESTAMP"],
};

const JSON_NAMES: Names = Names {
    rule: "CheckID",
    title: "CheckTitle",
    said: "StatusExtended",
    status: "Status",
    muted: ("Muted", "true"),
    severity: "Severity",
    account: &["AccountId"],
    region: "Region",
    resource: &["ResourceArn", "ResourceId"],
    risk: "Risk",
    remedy: "Remediation.Recommendation.Text",
    reference: "Remediation.Recommendation.Url",
    id: "FindingUniqueId",
    version: "",
    at: &["AssessmentStartTime"],
};

const VERSION_2_NAMES: Names = Names {
    rule: "Control ID",
    title: "Control",
    said: "Message",
    status: "Status",
    muted: ("", ""),
    severity: "Severity",
    account: &["Account Number"],
    region: "Region",
    resource: &["Resource ID"],
    risk: "Risk",
    remedy: "Remediation",
    reference: "Doc link",
    id: "",
    version: "",
    at: &["Timestamp"],
};

const VERSION_2_CSV_NAMES: Names = Names {
    rule: "TITLE_ID",
    title: "TITLE_TEXT",
    said: "CHECK_RESULT_EXTENDED",
    status: "CHECK_RESULT",
    muted: ("", ""),
    severity: "CHECK_SEVERITY",
    account: &["ACCOUNT_NUM"],
    region: "REGION",
    resource: &[],
    risk: "CHECK_RISK",
    remedy: "CHECK_REMEDIATION",
    reference: "CHECK_DOC",
    id: "",
    version: "",
    at: &[],
};

type Field<'f> = &'f dyn Fn(&str) -> String;

fn read_json(source: &mut Source<'_>, sink: &mut dyn Sink, names: &Names) -> Result<(), Stop> {
    let mut said = Said::default();
    sink.fact(Fact::Tool("Prowler".to_owned()));
    told::rated_apart(sink, "Prowler");
    sink.fact(Fact::Kind(Class::Configuration));
    each_record(source, sink, &mut |sink, record, place| {
        said.take(&|name| record.string(name), names, place, sink)
    })?;
    said.end(sink);
    Ok(())
}

fn read_csv(
    source: &mut Source<'_>,
    sink: &mut dyn Sink,
    columns: &[&str],
    names: &Names,
) -> Result<(), Stop> {
    let mut said = Said::default();
    sink.fact(Fact::Tool("Prowler".to_owned()));
    told::rated_apart(sink, "Prowler");
    sink.fact(Fact::Kind(Class::Configuration));
    table::walk(source, &|row| has_columns(row, columns), sink, &mut |sink, row| {
        said.take(&|name| row.get(name).to_owned(), names, row.place(), sink)
    })?;
    said.end(sink);
    Ok(())
}

/// What the records say together.
#[derive(Default)]
struct Said {
    passed: u64,
    at: Option<vocab::Instant>,
    version: String,
    units: Units,
}

impl Said {
    fn take(
        &mut self,
        field: Field<'_>,
        names: &Names,
        place: String,
        sink: &mut dyn Sink,
    ) -> Result<(), Stop> {
        self.at = self.at.max(names.at.iter().find_map(|name| words::when(&field(name))));
        if self.version.is_empty() && !names.version.is_empty() {
            self.version = field(names.version);
        }
        let status = field(names.status).to_ascii_uppercase();
        let observation = observation(field, names);
        match status.as_str() {
            "PASS" => {
                self.passed += 1;
                self.units.passed_one(sink, &observation);
                return Ok(());
            }
            "MANUAL" | "INFO" => {
                told::not_run(sink, &observation);
                // It may stand for all that the check would have looked at there.
                let rule = if status == "MANUAL" { observation.rule.as_str() } else { "" };
                self.units.not_run(sink, rule, &observation.target);
                return Ok(());
            }
            _ => {}
        }
        self.units.met(&observation.target);
        if observation.rule.is_empty() {
            sink.dropped(&place, "no id of the check");
            return Ok(());
        }
        sink.observation(Observation { place, ..observation })
    }

    fn end(self, sink: &mut dyn Sink) {
        if let Some(at) = self.at {
            sink.fact(Fact::ScannedAt(at));
        }
        if !self.version.is_empty() {
            sink.fact(Fact::ToolVersion(self.version));
        }
        self.units.tell(sink);
        tell_passed(sink, self.passed);
    }
}

fn observation(field: Field<'_>, names: &Names) -> Observation {
    let muted =
        !names.muted.0.is_empty() && field(names.muted.0).eq_ignore_ascii_case(names.muted.1);
    let title = field(names.title);
    // Version 2 has `[check11] Avoid …`; the number beside it is the benchmark's and written in two ways.
    let (rule, title) = match title.strip_prefix('[').and_then(|rest| rest.split_once("] ")) {
        Some((check, rest)) => (check.to_owned(), rest.to_owned()),
        None => (field(names.rule), title),
    };
    let first = |names: &[&str]| names.iter().map(|n| field(n)).find(|text| !text.is_empty());
    let resource = first(names.resource);
    let account = first(names.account).unwrap_or_default();
    let region = field(names.region);
    let resource = match resource {
        Some(resource) if resource.starts_with("arn:") => in_region(resource, &region),
        Some(resource) => format!("{region}/{resource}").trim_start_matches('/').to_owned(),
        None => format!("{account}/{region}"),
    };
    Observation {
        class: Class::Configuration,
        rule,
        title: one_line(&title),
        description: format!("{}\n{}", field(names.said), field(names.risk)).trim().to_owned(),
        remedy: field(names.remedy),
        severity: words::severity(&field(names.severity)),
        resource,
        tool_id: if names.id.is_empty() { String::new() } else { field(names.id) },
        standing: if muted { Standing::Suppressed } else { Standing::Reported },
        standing_reason: if muted { "muted".to_owned() } else { String::new() },
        references: [field(names.reference)]
            .into_iter()
            .filter(|url| url.contains("://"))
            .collect(),
        target: unit(&account, &region),
        ..Observation::default()
    }
}

/// A check of the whole account is made in each region, under the ARN of the account, which is of one region or none.
fn in_region(arn: String, region: &str) -> String {
    let mut parts = arn.splitn(6, ':').skip(3);
    let (own, _, resource) = (parts.next(), parts.next(), parts.next().unwrap_or_default());
    let of_account = matches!(resource, "root" | "account" | "");
    let elsewhere = own.is_some_and(|own| !own.is_empty() && own != region);
    if region.is_empty() || region == "global" || own == Some(region) || !(of_account || elsewhere)
    {
        return arn;
    }
    format!("{arn} in {region}")
}

#[cfg(test)]
mod tests {
    use super::in_region;

    #[test]
    fn an_account_is_another_in_each_region() {
        let check = |arn: &str, region: &str, expect: &str| {
            assert_eq!(in_region(arn.to_owned(), region), expect, "{arn} {region}");
        };
        let account = "arn:aws:ec2:us-east-1:1:account";
        check(account, "us-east-1", account);
        check(account, "eu-west-1", "arn:aws:ec2:us-east-1:1:account in eu-west-1");
        check("arn:aws:iam::1:root", "eu-west-1", "arn:aws:iam::1:root in eu-west-1");
        check("arn:aws:iam::1:root", "global", "arn:aws:iam::1:root");
        check("arn:aws:iam::1:role/deploy", "eu-west-1", "arn:aws:iam::1:role/deploy");
        check("arn:aws:s3:::logs", "eu-west-1", "arn:aws:s3:::logs");
    }
}
