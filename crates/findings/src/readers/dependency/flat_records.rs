//! What do tools say whose records are flat? One table and a few words each.
//!
//! Deepfence ThreatMapper (CSV), Black Duck Binary Analysis (CSV), NeuVector, Scantist, Xeol (end of life), Red Hat
//! Satellite's errata, Google's Artifact Analysis, Meterian and OpenReports. The ids of these formats never
//! change; what differs is where records stand and what their fields are called.

use crate::format::Format;
use crate::observation::{Class, Observation};
use crate::readers::dependency::{
    context::Context, facts, fields, fields::Cells, fields::Fields, packages,
};
use crate::readers::words;
use crate::sink::{Met, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Hit};

/// Deepfence ThreatMapper.
pub const DEEPFENCE: Format = Format {
    id: "deepfence",
    title: "Deepfence ThreatMapper vulnerabilities CSV",
    detects: |shape| shape.columns(&DEEPFENCE_COLUMNS),
    read: |source, sink| {
        facts::tool(sink, "Deepfence ThreatMapper", "");
        fields::read_table(source, sink, &DEEPFENCE_COLUMNS, &DEEPFENCE_ROW, &|observation, row| {
            // «libsepol:2.5-8.1»; an epoch may stand in the version.
            let package = row.get("cve_caused_by_package");
            let (name, version) = package.split_once(':').unwrap_or((package, ""));
            let fixed = row.get("cve_fixed_in");
            observation.component =
                packages::component("", row.get("cve_type"), name, version, fixed);
            observation.target = row.first(&["cve_container_image", "host_name"]).to_owned();
            observation.score = observation.score.to_ascii_uppercase();
        })
    },
};
const DEEPFENCE_COLUMNS: [&str; 4] =
    ["cve_id", "cve_caused_by_package", "cve_severity", "cve_container_image"];
const DEEPFENCE_ROW: Fields = Fields {
    rule: "cve_id",
    description: "cve_description",
    severity: "cve_severity",
    score: "cve_attack_vector|cve_cvss_score",
    references: "cve_link",
    ..fields::NONE
};

/// Black Duck Binary Analysis.
pub const BINARY_ANALYSIS: Format = Format {
    id: "blackduck-binary-analysis",
    title: "Black Duck Binary Analysis CSV",
    detects: |shape| shape.columns(&BINARY_COLUMNS),
    read: |source, sink| {
        facts::tool(sink, "Black Duck Binary Analysis", "");
        fields::read_table(source, sink, &BINARY_COLUMNS, &BINARY_ROW, &|observation, row| {
            for score in ["CVSS3", "CVSS"] {
                if observation.severity == vocab::Severity::Unknown && row.get(score) != "0.0" {
                    observation.severity = words::severity_of_score(row.get(score));
                }
            }
        })
    },
};
const BINARY_COLUMNS: [&str; 5] =
    ["Component", "Version", "CVE", "Matching type", "Object full path"];
const BINARY_ROW: Fields = Fields {
    rule: "CVE|BDSA",
    ids: "CVE",
    description: "Summary",
    score: "CVSS vector (v3)|CVSS3|CVSS",
    name: "Component",
    version: "Version",
    path: "Object full path",
    references: "Vulnerability URL",
    ..fields::NONE
};

/// NeuVector.
pub const NEUVECTOR: Format = Format {
    id: "neuvector",
    title: "NeuVector image scan JSON",
    detects: |shape| {
        shape.has("report.vulnerabilities[].package_name")
            || shape.all(&["report.vulnerabilities", "report.modules"])
    },
    read: |source, sink| {
        facts::tool(sink, "NeuVector", "");
        fields::read_json(
            source,
            sink,
            &["report.vulnerabilities[]"],
            &NEUVECTOR_RECORD,
            &|_, _| {},
        )
    },
};
const NEUVECTOR_RECORD: Fields = Fields {
    rule: "name",
    description: "description",
    severity: "severity",
    score: "vectors_v3|score_v3|score",
    name: "package_name",
    version: "package_version",
    fixed: "fixed_version",
    path: "file_name",
    references: "link",
    ..fields::NONE
};

/// Scantist.
pub const SCANTIST: Format = Format {
    id: "scantist",
    title: "Scantist issues JSON",
    detects: |shape| shape.all(&["[].Public ID", "[].Library", "[].Library Version"]),
    read: |source, sink| {
        facts::tool(sink, "Scantist", "");
        fields::read_json(source, sink, &["[]"], &SCANTIST_RECORD, &|observation, _| {
            // Group and artifact stand with a space between.
            let spaced = |c: &&mut crate::observation::Component| c.name.split(' ').count() == 2;
            if let Some(component) = observation.component.as_mut().filter(spaced) {
                component.name = component.name.replace(' ', ":");
                component.kind = "maven".into();
            }
        })
    },
};
const SCANTIST_RECORD: Fields = Fields {
    rule: "Public ID",
    description: "Description",
    severity: "Score",
    name: "Library",
    version: "Library Version",
    fixed: "Patched Version",
    path: "File Path",
    ..fields::NONE
};

/// Xeol.
pub const XEOL: Format = Format {
    id: "xeol",
    title: "Xeol end-of-life JSON",
    detects: |shape| {
        shape.has("matches[].Cycle")
            || (shape.has("matches") && shape.value("descriptor.name") == "xeol")
    },
    read: read_xeol,
};

/// A product whose cycle has ended gets no fixes: no published problem, and a problem all the same.
fn read_xeol(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let context = Context::of(source, &["source.target.userInput", "descriptor.version"], sink)?;
    facts::tool(sink, "Xeol", context.root_text("descriptor.version"));
    facts::target(sink, context.root_text("source.target.userInput"));
    fields::read_json(source, sink, &["matches[]"], &XEOL_RECORD, &|observation, hit| {
        let cycle = |field: &str| hit.record().text(&format!("Cycle.{field}")).to_owned();
        let product = cycle("ProductName");
        if product.is_empty() {
            return;
        }
        observation.rule = "end-of-life".into();
        observation.title = format!("{product} {} is at its end of life", cycle("ReleaseCycle"));
        observation.description = format!(
            "Its end is {}. The latest release is {}.",
            cycle("Eol"),
            cycle("LatestReleaseDate")
        );
    })
}
const XEOL_RECORD: Fields = Fields {
    purl: "artifact.purl",
    kind: "artifact.type",
    name: "artifact.name",
    version: "artifact.version",
    path: "artifact.locations[].path",
    ..fields::NONE
};

/// Red Hat Satellite.
pub const SATELLITE: Format = Format {
    id: "redhat-satellite",
    title: "Red Hat Satellite errata JSON",
    detects: |shape| shape.all(&["total", "subtotal", "selectable", "results"]),
    read: |source, sink| {
        facts::tool(sink, "Red Hat Satellite", "");
        json::walk(source, &["results[]"], sink, &mut |sink, hit| {
            let observation = erratum(&hit);
            packages::hand_on(sink, hit.place(), observation)
        })?;
        Ok(())
    },
};

/// A notice covers packages and CVEs; the notice is the problem, with the first package as what it is about.
fn erratum(hit: &Hit<'_>) -> Observation {
    let record = hit.record();
    let mut observation = SATELLITE_RECORD.read(&record);
    let packages_of = record.texts("packages");
    observation.component = packages_of.first().and_then(|file| {
        // «asdf-1.0-2.el9.x86_64»: name, version and release.
        let parts: Vec<&str> = file.rsplitn(3, '-').collect();
        match parts.as_slice() {
            [release, version, name] => {
                packages::component("", "rpm", name, "", &format!("{version}-{release}"))
            }
            _ => packages::component("", "rpm", file, "", ""),
        }
    });
    let cves = record.list("cves[].cve_id|cves[].id");
    observation.ids.clear();
    let rule = observation.rule.clone();
    packages::name_problem(&mut observation, &rule, cves);
    observation.description = format!("{}\n\n{}", observation.description, packages_of.join("\n"));
    observation
}
const SATELLITE_RECORD: Fields = Fields {
    rule: "errata_id|id",
    title: "title|name",
    description: "description|summary",
    remedy: "solution",
    severity: "severity",
    references: "bugs[].href",
    first_seen: "issued",
    ..fields::NONE
};

/// Google's Artifact Analysis.
pub const GCLOUD: Format = Format {
    id: "gcloud-artifact-analysis",
    title: "Google Artifact Analysis occurrences JSON",
    detects: |shape| shape.any(&["package_vulnerability_summary", "discovery_summary"]),
    read: |source, sink| {
        let context = Context::of(
            source,
            &["image_summary.fully_qualified_digest", "image_summary.repository"],
            sink,
        )?;
        facts::tool(sink, "Google Artifact Analysis", "");
        facts::target(sink, context.root_text("image_summary.fully_qualified_digest"));
        let patterns = ["package_vulnerability_summary.vulnerabilities.*[]"];
        fields::read_json(source, sink, &patterns, &GCLOUD_RECORD, &|observation, hit| {
            // The note is «…/notes/CVE-2026-1».
            let rule = observation.rule.rsplit('/').next().unwrap_or_default().to_owned();
            observation.ids.clear();
            packages::name_problem(observation, &rule, [""; 0]);
            observation.rule = rule;
            observation.target =
                hit.record().text("resourceUri").split('@').next().unwrap_or_default().to_owned();
        })
    },
};
const GCLOUD_RECORD: Fields = Fields {
    rule: "noteName",
    title: "vulnerability.shortDescription",
    description: "vulnerability.longDescription",
    severity: "vulnerability.effectiveSeverity|vulnerability.severity",
    score: "vulnerability.cvssScore|vulnerability.cvssv3.baseScore",
    kind: "vulnerability.packageIssue[].packageType",
    name: "vulnerability.packageIssue[].affectedPackage",
    version: "vulnerability.packageIssue[].affectedVersion.fullName",
    fixed: "vulnerability.packageIssue[].fixedVersion.fullName",
    path: "vulnerability.packageIssue[].fileLocation[].filePath",
    references: "vulnerability.relatedUrls[].url",
    first_seen: "createTime",
    ..fields::NONE
};

/// Meterian.
pub const METERIAN: Format = Format {
    id: "meterian",
    title: "Meterian JSON",
    detects: |shape| shape.all(&["reports.security", "scores"]),
    read: read_meterian,
};

fn read_meterian(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let around = ["timestamp", "reports.security.reports[].language"];
    let context = Context::of(source, &around, sink)?;
    facts::tool(sink, "Meterian", "");
    facts::scanned(sink, context.root_text("timestamp"));
    json::walk(source, &["reports.security.reports[].reports[]"], sink, &mut |sink, hit| {
        let record = hit.record();
        let language = context.text(&hit, "reports.security.reports[].language");
        let safe = ["latestPatch", "latestMinor", "latestMajor"]
            .map(|v| record.text(&format!("safeVersions.{v}")));
        for (number, advice) in record.items("advices").enumerate() {
            let mut observation = METERIAN_ADVICE.read(&advice);
            observation.component = packages::component(
                "",
                language,
                record.text("dependency.name"),
                record.text("dependency.version"),
                &safe.join(","),
            );
            observation.locations = packages::paths(record.texts("dependency.locations"));
            packages::hand_on(sink, format!("{}.advices[{number}]", hit.place()), observation)?;
        }
        Ok(())
    })?;
    Ok(())
}
const METERIAN_ADVICE: Fields = Fields {
    rule: "id",
    ids: "cve",
    description: "description",
    severity: "severity",
    score: "cvss",
    cwes: "cwe",
    references: "links[].url",
    ..fields::NONE
};

/// OpenReports.
pub const OPENREPORTS: Format = Format {
    id: "openreports",
    title: "OpenReports (Kubernetes reports) JSON",
    detects: |shape| {
        ["apiVersion", "items[].apiVersion"]
            .iter()
            .any(|path| shape.value(path).starts_with("openreports.io/"))
    },
    read: read_openreports,
};

fn read_openreports(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let around: Vec<String> = ["", "items[]."]
        .iter()
        .flat_map(|base| {
            ["scope.kind", "scope.name", "metadata.namespace"].map(|field| format!("{base}{field}"))
        })
        .collect();
    let around: Vec<&str> = around.iter().map(String::as_str).collect();
    let context = Context::of(source, &around, sink)?;
    facts::tool(sink, "OpenReports", "");
    // Without a result `results` is left away.
    if !context.any_text("kind").is_empty() || !context.any_text("namespace").is_empty() {
        sink.met(Met::Anything);
    }
    let mut passed = 0;
    json::walk(source, &["results[]", "items[].results[]"], sink, &mut |sink, hit| {
        let record = hit.record();
        if matches!(record.text("result"), "pass" | "skip") {
            passed += u64::from(record.text("result") == "pass");
            return Ok(());
        }
        let base = if hit.pattern == 0 { "" } else { "items[]." };
        let field = |name: &str| context.text(&hit, &format!("{base}{name}"));
        let scope = [field("metadata.namespace"), field("scope.kind"), field("scope.name")];
        let scope = scope.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
        let mut observation = OPENREPORTS_RESULT.read(&record);
        if observation.component.is_none() {
            observation.class = Class::Configuration;
            observation.resource.clone_from(&scope);
        }
        observation.target = scope;
        packages::hand_on(sink, hit.place(), observation)
    })?;
    facts::passed(sink, passed);
    Ok(())
}
const OPENREPORTS_RESULT: Fields = Fields {
    rule: "policy",
    title: "message|description",
    severity: "severity",
    name: "properties.pkgName",
    version: "properties.installedVersion",
    fixed: "properties.fixedVersion",
    references: "properties.primaryURL",
    ..fields::NONE
};
