//! What did Sysdig find in images?
//!
//! The reports of its console and scanner as CSV (three sets of columns) and as JSON (`data[]`, `panels[].data[]`).

use crate::format::Format;
use crate::observation::{Observation, Standing};
use crate::readers::dependency::{facts, fields, fields::Fields, packages};
use crate::sink::{Sink, Stop};
use crate::source::Source;
use crate::walk::shape::has_columns;

/// Sysdig's CSV.
pub const CSV: Format = Format {
    id: "sysdig-csv",
    title: "Sysdig vulnerability report CSV",
    detects: |shape| HEADERS.iter().any(|header| shape.columns(header)),
    read: read_csv,
};
/// Sysdig's JSON.
pub const JSON: Format = Format {
    id: "sysdig",
    title: "Sysdig vulnerability report JSON",
    detects: |shape| shape.any(&["data[].vulnName", "panels[].data[].vuln_id"]),
    read: read_json,
};

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
