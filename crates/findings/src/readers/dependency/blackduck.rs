//! What did Black Duck find in the components of a project?
//!
//! `security.csv` of its project reports, with the columns of before and after 2020, and the zip archive that
//! such a report is. Its id may name the CVE too: «BDSA-2019-2725 (CVE-2019-12402)». Statuses of remediation
//! are those of its documentation.

use crate::format::Format;
use crate::observation::{Observation, Standing};
use crate::readers::dependency::{facts, fields, fields::Fields, packages};
use crate::readers::words;
use crate::sink::{Sink, Stop};
use crate::source::Source;
use crate::walk::shape::Shape;
use crate::walk::table::Row;

/// Black Duck's security report.
pub const FORMAT: Format =
    Format { id: "blackduck", title: "Black Duck security report (CSV, zip)", detects, read };

const COLUMNS: [&str; 4] =
    ["Vulnerability id", "Remediation status", "Base score", "Security Risk"];
const ROW: Fields = Fields {
    rule: "Vulnerability id",
    description: "Description",
    severity: "Security Risk",
    score: "Base score|Overall score",
    references: "URL",
    path: "Path",
    ..fields::NONE
};

fn detects(shape: &Shape) -> bool {
    shape.columns(&COLUMNS) || members(&shape.members).is_some()
}

/// The table in an archive, where it is one of Black Duck's reports.
fn members(members: &[String]) -> Option<&str> {
    let is = |name: &&String| {
        name.rsplit('/').next().is_some_and(|n| n.starts_with("security") && n.ends_with(".csv"))
    };
    members.iter().find(is).map(String::as_str)
}

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    facts::tool(sink, "Black Duck", "");
    facts::only_packages(sink);
    let table = source.members().ok().and_then(|names| members(&names).map(str::to_owned));
    match table {
        Some(name) => read_rows(&mut source.member(&name)?, sink),
        None => read_rows(source, sink),
    }
}

fn read_rows(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    fields::read_table(source, sink, &COLUMNS, &ROW, &adjust)
}

fn adjust(observation: &mut Observation, row: &Row<'_>) {
    let word = row.first(&["Component origin name", "Channel version origin"]);
    let origin = row.first(&["Component origin id", "Channel version origin id"]);
    let version = row.first(&["Component version name", "Version"]);
    let product = row.first(&["Component name", "Project name"]);
    // «group:artifact:1.0», «name/1.0»: the coordinates of the origin; without them the product's name.
    let coordinates = [':', '/'].into_iter().find_map(|separator| {
        origin.rsplit_once(separator).filter(|(_, last)| *last == version).map(|(name, _)| name)
    });
    let name = coordinates.unwrap_or(if origin.is_empty() { product } else { origin });
    observation.component = packages::component("", word, name, version, "");
    observation.target = row.get("Project path").to_owned();
    named(observation, row.get("Vulnerability id"), row.get("Vulnerability source"));
    (observation.standing, observation.standing_reason) = standing(row);
}

/// A number alone is an id of VulnDB, which is no published one.
fn named(observation: &mut Observation, id: &str, source: &str) {
    let main = id.split([' ', '(']).next().unwrap_or_default();
    observation.rule = if main.bytes().all(|b| b.is_ascii_digit()) && !source.is_empty() {
        format!("{source}-{main}")
    } else {
        main.to_owned()
    };
    observation.ids.clear();
    observation.mentions.clear();
    let rule = observation.rule.clone();
    packages::name_problem(observation, &rule, words::cves(id));
}

fn standing(row: &Row<'_>) -> (Standing, String) {
    let status = row.get("Remediation status");
    let standing = match status.to_ascii_uppercase().replace(' ', "_").as_str() {
        "IGNORED" | "MITIGATED" => Standing::Suppressed,
        "PATCHED" | "REMEDIATION_COMPLETE" => Standing::Fixed,
        "NOT_AFFECTED" | "DUPLICATE" => Standing::NotAffected,
        "NEEDS_REVIEW" | "UNDER_INVESTIGATION" => Standing::UnderInvestigation,
        _ => return (Standing::Reported, String::new()),
    };
    let comment = row.get("Remediation comment");
    (standing, [status, comment].join(": ").trim_end_matches([':', ' ']).to_owned())
}
