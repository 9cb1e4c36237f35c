//! What does GitHub's Dependabot alert of?
//!
//! The REST API's array (`/repos/…/dependabot/alerts`) and the answers of GraphQL with `vulnerabilityAlerts` of a
//! repository, of a search or of an organisation. An alert's number with its repository, or its node id, is
//! GitHub's own for one problem.

use crate::format::Format;
use crate::observation::{Observation, Standing};
use crate::readers::dependency::{context::Context, facts, fields::Cells, packages};
use crate::readers::{told, words};
use crate::sink::{Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};
use crate::walk::shape::Shape;

/// Dependabot alerts.
pub const FORMAT: Format =
    Format { id: "github-dependabot", title: "GitHub Dependabot alerts", detects, read };

const BASES: [&str; 4] = [
    "data.repository.",
    "data.search.nodes[].",
    "data.organization.repositories.nodes[].",
    "data.viewer.repositories.nodes[].",
];

fn detects(shape: &Shape) -> bool {
    BASES.iter().any(|base| shape.has(&format!("{base}vulnerabilityAlerts")))
        || shape.any(&["[].security_advisory.ghsa_id", "[].security_vulnerability.package.name"])
}

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let names: Vec<String> = BASES
        .iter()
        .flat_map(|base| ["nameWithOwner", "url", "name"].map(|field| format!("{base}{field}")))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let context = Context::of(source, &names, sink)?;
    facts::tool(sink, "GitHub Dependabot", "");
    facts::only_packages(sink);
    let patterns = BASES.map(|base| format!("{base}vulnerabilityAlerts.nodes[]"));
    let patterns: Vec<&str> = patterns.iter().map(String::as_str).chain(["[]"]).collect();
    let mut alerts = 0;
    json::walk(source, &patterns, sink, &mut |sink, hit| {
        alerts += u64::from(hit.pattern == BASES.len());
        let observation = match BASES.get(hit.pattern) {
            Some(base) => {
                let field = |name: &str| context.text(&hit, &format!("{base}{name}"));
                let url = field("url").strip_prefix("https://github.com/").unwrap_or_default();
                let repository = [field("nameWithOwner"), url, field("name")];
                let repository = repository.into_iter().find(|name| !name.is_empty());
                of_graph(hit.record(), repository.unwrap_or_default())
            }
            None => of_rest(hit.record()),
        };
        packages::hand_on(sink, hit.place(), observation)
    })?;
    told::page_of_github(sink, alerts);
    Ok(())
}

fn of_graph(record: Record<'_>, repository: &str) -> Observation {
    let advisory = "securityVulnerability.advisory";
    let field = |name: &str| record.text(&format!("{advisory}.{name}"));
    let ids = record.cells("securityVulnerability.advisory.identifiers[].value");
    let rule =
        [field("ghsaId"), field("summary")].into_iter().chain(ids.iter().map(String::as_str));
    let rule =
        rule.clone().find(|id| id.starts_with("GHSA-")).or_else(|| ids.first().map(String::as_str));
    let rule = rule.unwrap_or_default();
    let mut observation = Observation {
        rule: rule.into(),
        title: field("summary").into(),
        description: field("description").into(),
        severity: words::severity(record.text("securityVulnerability.severity")),
        score: record.cell(
            "securityVulnerability.advisory.cvss.vectorString|securityVulnerability.advisory.cvss.score",
        ),
        cwes: record
            .cells("securityVulnerability.advisory.cwes.nodes[].cweId")
            .iter()
            .filter_map(|cwe| words::cwe(cwe))
            .collect(),
        component: packages::component(
            "",
            record.text("securityVulnerability.package.ecosystem"),
            record.text("securityVulnerability.package.name"),
            record.text("vulnerableRequirements").trim_start_matches("= "),
            record.text("securityVulnerability.firstPatchedVersion.identifier"),
        ),
        locations: packages::paths([record.text("vulnerableManifestPath")]),
        tool_id: record.text("id").into(),
        first_seen: vocab::instant::parse(record.text("createdAt")),
        references: packages::addresses(record.cells("securityVulnerability.advisory.references[].url")),
        target: repository.into(),
        ..packages::dependency()
    };
    // Requirements that are a range name no version.
    if let Some(component) =
        observation.component.as_mut().filter(|c| c.version.contains(['<', '>', '^', '~', ',']))
    {
        component.version.clear();
    }
    let state = record.text("state").to_ascii_lowercase();
    let dismissed = !record.text("dismissedAt").is_empty();
    (observation.standing, observation.standing_reason) = standing(
        if dismissed { "dismissed" } else { &state },
        record.text("dismissReason"),
        record.text("dismissComment"),
    );
    packages::name_problem(&mut observation, rule, &ids);
    observation
}

fn of_rest(record: Record<'_>) -> Observation {
    let rule = record.text("security_advisory.ghsa_id");
    let page = record.text("html_url");
    let repository =
        page.strip_prefix("https://github.com/").and_then(|rest| rest.split_once("/security/"));
    let repository =
        repository.map_or(record.text("repository.full_name"), |(repository, _)| repository);
    let number = record.string("number");
    let mut observation = Observation {
        rule: rule.into(),
        title: record.text("security_advisory.summary").into(),
        description: record.text("security_advisory.description").into(),
        severity: words::severity(
            record.first(&["security_vulnerability.severity", "security_advisory.severity"]),
        ),
        score: record.cell(
            "security_advisory.cvss_severities.cvss_v4.vector_string|security_advisory.cvss.vector_string",
        ),
        cwes: record.cells("security_advisory.cwes[].cwe_id").iter().filter_map(|c| words::cwe(c)).collect(),
        component: packages::component(
            "",
            record.first(&["dependency.package.ecosystem", "security_vulnerability.package.ecosystem"]),
            record.first(&["dependency.package.name", "security_vulnerability.package.name"]),
            "",
            record.text("security_vulnerability.first_patched_version.identifier"),
        ),
        locations: packages::paths([record.text("dependency.manifest_path")]),
        tool_id: if repository.is_empty() || number.is_empty() {
            String::new()
        } else {
            format!("{repository}#{number}")
        },
        first_seen: vocab::instant::parse(record.text("created_at")),
        references: packages::addresses(record.list("security_advisory.references[].url|html_url")),
        target: repository.into(),
        ..packages::dependency()
    };
    (observation.standing, observation.standing_reason) = standing(
        record.text("state"),
        record.text("dismissed_reason"),
        record.text("dismissed_comment"),
    );
    packages::name_problem(
        &mut observation,
        rule,
        record.cells("security_advisory.identifiers[].value"),
    );
    observation
}

/// GitHub's reasons for dismissing: `fix_started`, `inaccurate`, `no_bandwidth`, `not_used`, `tolerable_risk`.
fn standing(state: &str, reason: &str, comment: &str) -> (Standing, String) {
    let standing = match (state, reason) {
        ("fixed", _) => Standing::Fixed,
        ("dismissed", "inaccurate") => Standing::FalsePositive,
        ("dismissed" | "auto_dismissed", _) => Standing::Suppressed,
        _ => return (Standing::Reported, String::new()),
    };
    let words: Vec<&str> = [reason, comment].into_iter().filter(|text| !text.is_empty()).collect();
    (standing, if words.is_empty() { state.to_owned() } else { words.join(": ") })
}
