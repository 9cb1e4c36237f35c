//! What did Sysdig find in images?
//!
//! The reports of its console as CSV (three sets of columns) and as JSON (`data[]`, `panels[].data[]`), and the JSON of
//! its scanner for the command line: packages as a list with their vulnerabilities in them, since 2025 as two maps
//! that point at each other.

use crate::format::Format;
use crate::observation::{Observation, Standing};
use std::collections::HashMap;

use serde_json::Value;

use crate::readers::dependency::context::Context;
use crate::readers::dependency::fields::{Cells, Fields};
use crate::readers::dependency::{facts, fields, packages};
use crate::readers::words;
use crate::sink::{Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};
use crate::walk::shape::{LONG_HEAD, Shape, has_columns};

/// Sysdig's CSV.
pub const CSV: Format = Format {
    id: "sysdig-csv",
    title: "Sysdig vulnerability report CSV",
    detects: |shape| HEADERS.iter().any(|header| shape.columns(header)),
    read: read_csv,
};
/// Sysdig's JSON: of the console, or of the scanner.
pub const JSON: Format = Format {
    id: "sysdig",
    title: "Sysdig vulnerability report JSON",
    detects: |shape| shape.any(&["data[].vulnName", "panels[].data[].vuln_id"]) || is_cli(shape),
    read: |source, sink| {
        if is_cli(&Shape::of(source, LONG_HEAD)?) {
            read_cli(source, sink)
        } else {
            read_json(source, sink)
        }
    },
};

fn is_cli(shape: &Shape) -> bool {
    shape.value("scanner.name").starts_with("sysdig-cli-scanner")
        || shape.all(&["result.metadata.pullString", "result.packages"])
}

const HEADERS: [&[&str]; 3] = [
    &["Vulnerability ID", "Severity", "Package name", "Package path", "CVSS vector"],
    &["Vulnerability Name", "Vulnerability Severity", "Package Name", "Package Path"],
    &["CVE ID", "CVE Severity", "Package Name", "Vuln Disclosure Date"],
];
const ROW: Fields = Fields {
    rule: "Vulnerability ID|Vulnerability Name|CVE ID",
    severity: "Severity|Vulnerability Severity|CVE Severity",
    score: "CVSS vector|CVSS score",
    kind: "Package type",
    name: "Package name",
    version: "Package version",
    fixed: "Fix version",
    path: "Package path",
    references: "Vuln link|CVE URL",
    ..fields::NONE
};
const RECORD: Fields = Fields {
    rule: "vulnName|vuln_id",
    severity: "vulnSeverity|vuln_severity",
    score: "vulnCvssVector|vuln_cvss_vector|vulnCvssScore|vuln_cvss_score",
    kind: "packageType|scan_package_type",
    name: "packageName|scan_package_name",
    version: "packageVersion|scan_package_version",
    fixed: "vulnFixVersion|vuln_fixed_in_version",
    path: "packagePath|scan_package_path",
    references: "vulnLink",
    ..fields::NONE
};

fn read_csv(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    facts::tool(sink, "Sysdig", "");
    let header = |row: &[String]| HEADERS.iter().any(|header| has_columns(row, header));
    crate::walk::table::walk(source, &header, sink, &mut |sink, row| {
        if row.len() != row.header().len() {
            sink.dropped(&row.place(), "the row has not as many cells as there are columns");
            return Ok(());
        }
        let mut observation = ROW.read(&row);
        let workload = [
            row.first(&["K8S cluster name", "Kubernetes Cluster Name"]),
            row.first(&["K8S namespace name", "Kubernetes Namespace Name"]),
            row.first(&["K8S workload type", "Kubernetes Workload Type"]),
            row.first(&["K8S workload name", "Kubernetes Workload Name"]),
        ];
        around(
            &mut observation,
            &workload,
            row.first(&["Image", "Image Name"]),
            row.get("OS Name"),
            row.get("Package type"),
        );
        accept(&mut observation, row.get("Risk accepted").eq_ignore_ascii_case("true"));
        packages::hand_on(sink, row.place(), observation)
    })
}

/// Most packages whose names are kept for the vulnerabilities that point at them.
const MAX_PACKAGES: usize = 500_000;

fn read_cli(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let around = [
        "scanner.version",
        "info.scanTime",
        "result.metadata.pullString",
        "result.metadata.baseOs",
        "result.metadata.os",
    ];
    let context = Context::of(source, &around, sink)?;
    facts::tool(sink, "Sysdig", context.root_text("scanner.version"));
    facts::scanned(sink, context.root_text("info.scanTime"));
    facts::target(sink, context.root_text("result.metadata.pullString"));
    let system = ["result.metadata.baseOs", "result.metadata.os"].map(|at| context.root_text(at));
    let system = system.into_iter().find(|text| !text.is_empty()).unwrap_or_default();
    let mut packages: HashMap<String, Value> = HashMap::new();
    json::walk(source, &["result.packages.*"], sink, &mut |_, hit| {
        if packages.len() < MAX_PACKAGES {
            let key = hit.key(2).to_owned();
            let fields = ["name", "version", "type", "path"];
            let kept = fields.map(|name| (name.to_owned(), hit.record().text(name).into()));
            packages.insert(key, Value::Object(kept.into_iter().collect()));
        }
        Ok(())
    })?;
    let lists = ["result.packages[]", "result.vulnerabilities.*"];
    let none = Value::Null;
    json::walk(source, &lists, sink, &mut |sink, hit| {
        let record = hit.record();
        if hit.pattern == 1 {
            let package = packages.get(record.text("packageRef")).unwrap_or(&none);
            let found = of_cli(record, Record(package), system);
            return packages::hand_on(sink, hit.place(), found);
        }
        for (number, found) in record.items("vulns").enumerate() {
            let place = format!("{}.vulns[{number}]", hit.place());
            packages::hand_on(sink, place, of_cli(found, record, system))?;
        }
        Ok(())
    })?;
    Ok(())
}

/// Words and numbers stand there as they are, or with their source around them (`{"value": "High"}`).
fn of_cli(found: Record<'_>, package: Record<'_>, system: &str) -> Observation {
    let rule = found.text("name");
    let kind = package.text("type");
    let is_system = kind.eq_ignore_ascii_case("os");
    let mut observation = Observation {
        rule: rule.to_owned(),
        severity: words::severity(found.first(&["severity", "severity.value"])),
        score: found.cell(
            "cvssScore.value.vector|cvssScore.vector|cvssScore.value.score|cvssScore.score|cvssScore",
        ),
        component: packages::component(
            "",
            if is_system { packages::kind(system) } else { kind },
            package.text("name"),
            package.text("version"),
            found.first(&["fixedInVersion", "fixVersion"]),
        ),
        // The data base of the system's packages is no place of a problem.
        locations: packages::paths([if is_system { "" } else { package.text("path") }]),
        ..packages::dependency()
    };
    packages::name_problem(&mut observation, rule, [""; 0]);
    accept(
        &mut observation,
        found.items("acceptedRisks").chain(found.items("riskAcceptRefs")).next().is_some(),
    );
    observation
}

fn read_json(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    facts::tool(sink, "Sysdig", "");
    fields::read_json(source, sink, &["data[]", "panels[].data[]"], &RECORD, &|observation, hit| {
        let record = hit.record();
        let workload = [
            record.first(&["k8sClusterName", "kubernetes_cluster_name"]),
            record.first(&["k8sNamespaceName", "kubernetes_namespace_name"]),
            record.first(&["k8sWorkloadType", "kubernetes_workload_type"]),
            record.first(&["k8sWorkloadName", "kubernetes_workload_name"]),
        ];
        let image = record.first(&["imagePullString", "container_image"]);
        let system = record.first(&["osName", "container_image_distro"]);
        let kind = record.first(&["packageType", "scan_package_type"]);
        around(observation, &workload, image, system, kind);
        accept(observation, record.flag("vuln_risk_accepted") || record.flag("riskAccepted"));
    })
}

/// The workload, else the image; packages of the system have its kind.
fn around(observation: &mut Observation, workload: &[&str], image: &str, system: &str, kind: &str) {
    let parts: Vec<&str> = workload.iter().copied().filter(|part| !part.is_empty()).collect();
    observation.target = if parts.is_empty() { image.to_owned() } else { parts.join("/") };
    if let Some(component) =
        observation.component.as_mut().filter(|_| kind.eq_ignore_ascii_case("os"))
    {
        component.kind = packages::kind(system).to_owned();
        // The data base of the system's packages is no place of a problem.
        observation.locations.clear();
    }
}

fn accept(observation: &mut Observation, accepted: bool) {
    if accepted {
        observation.standing = Standing::Suppressed;
        observation.standing_reason = "risk accepted".into();
    }
}
