//! AWS Security Finding Format: Security Hub, GuardDuty, Inspector, Prowler.
//!
//! A bare array of findings, or an object with `Findings` or `findings` (the command line's `get-findings`).
//! A finding with `Vulnerabilities` (Inspector) is one observation for each vulnerable package; others are
//! settings of a resource. `Compliance.Status` PASSED is counted; what was looked at is an account and a region in it. `Workflow.Status` RESOLVED and Inspector's
//! own status CLOSED mean fixed; SUPPRESSED, and `RecordState` ARCHIVED («no longer shown», for whatever
//! reason), put it aside (AWS Security Hub user guide, «ASFF syntax»). `Id` is the provider's id of the
//! finding; of a package's observation it carries the vulnerability and the package.

use super::aws_packages::package;
use super::reading::{Units, tell_passed, unit};
use crate::format::Format;
use crate::observation::{Class, Observation, Standing};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{Record, walk};
use vocab::Severity;

/// ASFF JSON.
pub const FORMAT: Format = Format {
    id: "asff",
    title: "AWS Security Finding Format (Security Hub)",
    detects: |shape| {
        ["[].", "Findings[].", "findings[]."].iter().any(|root| {
            ["SchemaVersion", "ProductArn", "GeneratorId", "Resources"]
                .iter()
                .all(|field| shape.has(&format!("{root}{field}")))
        })
    },
    read,
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let (mut passed, mut told) = (0, String::new());
    let mut units = Units::default();
    let patterns = ["Findings[]", "findings[]", "[]"];
    walk(source, &patterns, sink, &mut |sink, hit| {
        let (finding, place) = (hit.record(), hit.place());
        let product = product(finding);
        if told.is_empty() && !product.is_empty() {
            sink.fact(Fact::Tool(product.clone()));
            told = product;
        }
        if finding.text("Compliance.Status") == "PASSED" {
            passed += 1;
            if finding.text("RecordState") != "ARCHIVED" {
                units.passed_one(sink, &base(finding));
            }
            return Ok(());
        }
        if finding.text("Id").is_empty() && finding.text("Title").is_empty() {
            sink.dropped(&place, "neither Id nor Title");
            return Ok(());
        }
        units.met(&of_unit(finding));
        for observation in observations(finding) {
            sink.observation(Observation { place: place.clone(), ..observation })?;
        }
        Ok(())
    })?;
    units.tell(sink);
    tell_passed(sink, passed);
    Ok(())
}

fn product(finding: Record<'_>) -> String {
    let named = finding.first(&[
        "ProductName",
        "ProductFields.aws/securityhub/ProductName",
        "ProductFields.ProviderName",
    ]);
    let arn = finding.text("ProductArn").rsplit('/').next().unwrap_or_default();
    if named.is_empty() { arn } else { named }.to_owned()
}

/// One for each vulnerable package, or one.
fn observations(finding: Record<'_>) -> Vec<Observation> {
    let base = base(finding);
    let platform = finding.at("ProductFields").map_or("", |fields| {
        fields
            .entries("")
            .find(|(key, _)| key.starts_with("aws/inspector/") && key.ends_with("/platform"))
            .and_then(|(_, value)| value.0.as_str())
            .unwrap_or_default()
    });
    let mut found = Vec::new();
    for vulnerability in finding.items("Vulnerabilities") {
        for named in vulnerability.items("VulnerablePackages") {
            let (component, locations) = package(named, platform);
            if component.name.is_empty() {
                continue;
            }
            let mut observation = Observation {
                class: Class::Dependency,
                tool_id: format!(
                    "{}#{}#{}",
                    base.tool_id,
                    vulnerability.text("Id"),
                    component.name
                ),
                component: Some(component),
                locations,
                target: base.resource.clone(),
                resource: String::new(),
                rule: String::new(),
                ..base.clone()
            };
            about(vulnerability, &mut observation);
            observation.references.extend(vulnerability.texts("ReferenceUrls"));
            found.push(observation);
        }
    }
    if !found.is_empty() {
        return found;
    }
    let inspector = finding.text("ProductArn").ends_with("product/aws/inspector");
    vec![if inspector { unnamed(finding, base) } else { base }]
}

/// Inspector's finding without the list of packages: the title begins with the id.
fn unnamed(finding: Record<'_>, base: Observation) -> Observation {
    let id = base.title.split_whitespace().next().unwrap_or_default();
    if !words::is_id(id) {
        return base;
    }
    let mut observation = Observation {
        class: Class::Dependency,
        ids: vec![id.to_owned()],
        rule: String::new(),
        target: base.resource.clone(),
        resource: String::new(),
        ..base
    };
    for vulnerability in finding.items("Vulnerabilities").take(1) {
        about(vulnerability, &mut observation);
    }
    observation
}

/// Ids and score. `RelatedVulnerabilities` of a GHSA is its CVE; of a distribution's notice it can be many.
fn about(vulnerability: Record<'_>, observation: &mut Observation) {
    let id = vulnerability.text("Id");
    let related: Vec<String> = vulnerability
        .texts("RelatedVulnerabilities")
        .into_iter()
        .filter(|other| other != id && words::is_id(other))
        .collect();
    if words::is_id(id) {
        observation.ids.push(id.to_owned());
    } else {
        observation.rule = id.to_owned();
    }
    if related.len() == 1 {
        observation.ids.extend(related);
    } else {
        observation.mentions = related;
    }
    let scores: Vec<_> = vulnerability.items("Cvss").collect();
    let newest = scores.iter().max_by(|a, b| a.text("Version").cmp(b.text("Version")));
    if let Some(cvss) = newest {
        observation.score = cvss.text("BaseVector").to_owned();
    }
}

fn base(finding: Record<'_>) -> Observation {
    let (standing, reason) = standing(finding);
    let mut resources: Vec<String> = finding.items("Resources").map(resource).collect();
    resources.sort_unstable();
    resources.dedup();
    let mut references = finding.texts("Remediation.Recommendation.Url");
    references.extend(finding.texts("SourceUrl"));
    let title = finding.first(&["Title", "Id"]);
    Observation {
        class: Class::Configuration,
        rule: rule(finding),
        title: title.to_owned(),
        description: finding.text("Description").to_owned(),
        remedy: finding.text("Remediation.Recommendation.Text").to_owned(),
        severity: severity(finding),
        resource: resources.join(" "),
        tool_id: finding.text("Id").to_owned(),
        standing,
        standing_reason: reason,
        first_seen: words::when(finding.first(&["FirstObservedAt", "CreatedAt"])),
        references,
        target: of_unit(finding),
        ..Observation::default()
    }
}

fn of_unit(finding: Record<'_>) -> String {
    unit(finding.text("AwsAccountId"), finding.first(&["Region", "Resources.0.Region"]))
}

/// The ARN; ids that are none (an account's number) are told apart by their region.
fn resource(resource: Record<'_>) -> String {
    let (id, region) = (resource.text("Id"), resource.text("Region"));
    if region.is_empty() || id.starts_with("arn:") {
        id.to_owned()
    } else {
        format!("{region}/{id}")
    }
}

/// The control's number, or the type of a threat, or what made the finding: never with a version or an
/// account in it (`aws-foundational-security-best-practices/v/1.0.0/IAM.5`, a detector's ARN).
fn rule(finding: Record<'_>) -> String {
    let control = finding.first(&[
        "Compliance.SecurityControlId",
        "ProductFields.ControlId",
        "ProductFields.RuleId",
    ]);
    let generator = finding.text("GeneratorId");
    let rule = if !control.is_empty() {
        control
    } else if generator.starts_with("arn:") {
        finding.first(&["Types.0"])
    } else if generator.contains("/v/") {
        generator.rsplit('/').next().unwrap_or_default()
    } else {
        generator
    };
    rule.to_owned()
}

/// The label, else the normalised number from 0 to 100 (ASFF: 1-39 low, 40-69 medium, 70-89 high, 90-100
/// critical).
fn severity(finding: Record<'_>) -> Severity {
    let label = finding.first(&["Severity.Label", "FindingProviderFields.Severity.Label"]);
    match (words::severity(label), finding.float("Severity.Normalized")) {
        (Severity::Unknown, Some(number)) => match number as i64 {
            0 => Severity::None,
            1..=39 => Severity::Low,
            40..=69 => Severity::Medium,
            70..=89 => Severity::High,
            90..=100 => Severity::Critical,
            _ => Severity::Unknown,
        },
        (severity, _) => severity,
    }
}

fn standing(finding: Record<'_>) -> (Standing, String) {
    let workflow = finding.first(&["Workflow.Status", "WorkflowState"]);
    let inspector = finding.text("ProductFields.aws/inspector/FindingStatus");
    let record = finding.text("RecordState");
    if workflow == "RESOLVED" {
        (Standing::Fixed, format!("Workflow {workflow}"))
    } else if inspector == "CLOSED" {
        (Standing::Fixed, format!("Inspector {inspector}"))
    } else if workflow == "SUPPRESSED" {
        (Standing::Suppressed, format!("Workflow {workflow}"))
    } else if record == "ARCHIVED" {
        (Standing::Suppressed, format!("RecordState {record}"))
    } else {
        (Standing::Reported, String::new())
    }
}
