//! What did the Trivy operator find in a cluster?
//!
//! Kubernetes resources of the group `aquasecurity.github.io` as `kubectl get … -o json` writes them: one, an
//! array, a `List`, or an object of arrays by kind. VulnerabilityReport, ConfigAuditReport,
//! RbacAssessmentReport, InfraAssessmentReport, ExposedSecretReport and ClusterComplianceReport.
//! A check that occurs in several controls of a compliance report is told for each of them.

use crate::format::Format;
use crate::observation::{Class, Location, Observation};
use crate::readers::dependency::{context::Context, facts, packages};
use crate::readers::{told, words};
use crate::sink::{Sink, Stop};
use crate::source::Source;
use crate::tools;
use crate::walk::json::{self, Hit, Record};
use crate::walk::shape::Shape;

/// Reports of the Trivy operator.
pub const FORMAT: Format =
    Format { id: "trivy-operator", title: "Trivy operator reports", detects, read };

/// Where resources stand: `*[]` is an object of arrays by kind.
const BASES: [&str; 4] = ["", "[].", "items[].", "*[]."];
const LISTS: [&str; 6] = [
    "report.vulnerabilities[]",
    "report.checks[]",
    "report.secrets[]",
    "status.detailReport.results[].checks[]",
    "status.summaryReport.controlCheck[]",
    "status.controlCheck[]",
];
const AROUND: [&str; 11] = [
    "metadata.namespace",
    "metadata.name",
    "metadata.labels",
    "metadata.ownerReferences",
    "report.scanner.name",
    "report.scanner.version",
    "report.updateTimestamp",
    "status.updateTimestamp",
    "status.detailReport.results[].id",
    "status.detailReport.results[].name",
    "status.detailReport.results[].severity",
];

fn detects(shape: &Shape) -> bool {
    let group = "aquasecurity.github.io";
    let version = ["apiVersion", "[].apiVersion", "items[].apiVersion"];
    version.iter().any(|path| shape.value(path).starts_with(group))
        || shape.has("vulnerabilityreports.aquasecurity.github.io")
        || shape.has("configauditreports.aquasecurity.github.io")
}

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let around: Vec<String> =
        BASES.iter().flat_map(|base| AROUND.map(|field| format!("{base}{field}"))).collect();
    let around: Vec<&str> = around.iter().map(String::as_str).collect();
    let context = Context::of(source, &around, sink)?;
    let version = context.any_text("version");
    facts::tool(sink, "Trivy operator", version);
    facts::scanned(sink, context.any_text("updateTimestamp"));
    // Trivy's own lists: `trivy.severity` and `trivy.ignoreUnfixed` of the operator's configuration.
    told::rated_apart(sink, "Trivy operator");
    let patterns: Vec<String> =
        BASES.iter().flat_map(|base| LISTS.map(|list| format!("{base}{list}"))).collect();
    let patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
    let mut passed = 0;
    json::walk(source, &patterns, sink, &mut |sink, hit| {
        let record = hit.record();
        let list = hit.pattern % LISTS.len();
        if matches!(list, 1 | 3) && record.flag("success") {
            passed += 1;
            return Ok(());
        }
        // A control without a count is one that only a person can check.
        let failed = record.at("totalFail").or_else(|| record.at("failTotal"));
        if list > 3 && failed.is_none_or(|count| count.0.as_u64() == Some(0)) {
            passed += u64::from(failed.is_some());
            return Ok(());
        }
        let workload = workload(&context, &hit);
        let observation = match list {
            4.. => control(record, workload, failed),
            0 => vulnerability(record, workload),
            2 => secret(record, workload),
            _ => check(record, workload, &context, &hit),
        };
        packages::hand_on(sink, hit.place(), observation)
    })?;
    facts::passed(sink, passed);
    Ok(())
}

/// `namespace/Kind/name` of what was looked at, by the operator's labels, else by the owner.
fn workload(context: &Context, hit: &Hit<'_>) -> String {
    let base = BASES.get(hit.pattern / LISTS.len()).copied().unwrap_or_default();
    let field = |name: &str| context.record(hit, &format!("{base}{name}"));
    let label = |name: &str| {
        let labels = field("metadata.labels")?;
        let (_, value) = labels
            .entries("")
            .find(|(key, _)| key.strip_prefix("trivy-operator.") == Some(name))?;
        value.0.as_str().filter(|text| !text.is_empty())
    };
    let owner = |name: &str| {
        field("metadata.ownerReferences").and_then(|o| o.at("0")?.at(name)?.0.as_str())
    };
    let own = |name: &str| field(name).and_then(|r| r.0.as_str());
    let kind = label("resource.kind").or_else(|| owner("kind")).unwrap_or_default();
    let name = label("resource.name").or_else(|| owner("name")).or_else(|| own("metadata.name"));
    let namespace = label("resource.namespace").or_else(|| own("metadata.namespace"));
    let name = match (kind, name.unwrap_or_default()) {
        ("ReplicaSet", name) => without_hash(name),
        (_, name) => name,
    };
    let parts = [namespace.unwrap_or_default(), kind, name];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
}

/// The name of a replica set without the hash of its template, which each roll-out changes. The letters are
/// those of Kubernetes (`k8s.io/apimachinery/pkg/util/rand`: no vowels, no 0, 1 and 3).
fn without_hash(name: &str) -> &str {
    let letters = |c: char| "bcdfghjklmnpqrstvwxz2456789".contains(c);
    match name.rsplit_once('-') {
        Some((stem, hash)) if (6..=10).contains(&hash.len()) && hash.chars().all(letters) => stem,
        _ => name,
    }
}

fn vulnerability(record: Record<'_>, workload: String) -> Observation {
    let rule = record.text("vulnerabilityID");
    let system = record.text("class") == "os-pkgs";
    let mut observation = Observation {
        rule: rule.into(),
        title: record.text("title").into(),
        description: record.text("description").into(),
        severity: words::severity(record.text("severity")),
        score: record.string("score"),
        component: packages::component(
            record.text("packagePURL"),
            record.text("packageType"),
            record.text("resource"),
            record.text("installedVersion"),
            record.text("fixedVersion"),
        ),
        locations: packages::paths([match record.text("packagePath") {
            "" if !system => record.text("target"),
            path => path,
        }]),
        references: packages::addresses(
            [record.text("primaryLink").to_owned()].into_iter().chain(record.texts("links")),
        ),
        target: workload,
        ..packages::dependency()
    };
    packages::name_problem(&mut observation, rule, [""; 0]);
    observation
}

fn check(record: Record<'_>, workload: String, context: &Context, hit: &Hit<'_>) -> Observation {
    let base = BASES.get(hit.pattern / LISTS.len()).copied().unwrap_or_default();
    let control =
        |field: &str| context.text(hit, &format!("{base}status.detailReport.results[].{field}"));
    let severity = match record.text("severity") {
        "" => control("severity"),
        severity => severity,
    };
    let in_control = match (control("id"), control("name")) {
        ("", "") => String::new(),
        (id, name) => format!("\n{id} {name}"),
    };
    let resource = match record.text("target") {
        "" => workload.clone(),
        target => target.to_owned(),
    };
    Observation {
        class: Class::Configuration,
        rule: record.first(&["checkID", "id"]).into(),
        former_rules: tools::former_rules("Trivy", record.first(&["checkID", "id"])),
        title: record.text("title").into(),
        description: format!(
            "{}\n{}{in_control}",
            record.texts("messages").join("\n"),
            record.text("description")
        ),
        remedy: record.text("remediation").into(),
        severity: words::severity(severity),
        resource,
        target: workload,
        ..Observation::default()
    }
}

/// A control of a compliance report that tells no more than how many checks of it failed (the report type «summary»,
/// which is the operator's default).
fn control(record: Record<'_>, report: String, failed: Option<Record<'_>>) -> Observation {
    let failed = failed.map(|count| count.0.to_string()).unwrap_or_default();
    Observation {
        class: Class::Configuration,
        rule: record.text("id").into(),
        title: record.first(&["name", "description", "id"]).into(),
        description: format!(
            "{failed} checks of the control failed.\n{}",
            record.text("description")
        ),
        severity: words::severity(record.text("severity")),
        resource: report.clone(),
        target: report,
        ..Observation::default()
    }
}

/// `match` is masked by Trivy; it is left out all the same.
fn secret(record: Record<'_>, workload: String) -> Observation {
    Observation {
        class: Class::Secret,
        rule: record.text("ruleID").into(),
        title: record.text("title").into(),
        severity: words::severity(record.text("severity")),
        locations: vec![Location { path: record.text("target").into(), ..Location::default() }],
        target: workload,
        ..Observation::default()
    }
}
