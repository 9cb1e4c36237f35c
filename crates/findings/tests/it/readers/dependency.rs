//! Samples of this group.

use super::check;

#[test]
fn trivy() {
    check("trivy", "trivy.json");
    check("trivy", "trivy-cluster.json");
    check("trivy", "trivy-legacy.json");
}

#[test]
fn trivy_operator() {
    check("trivy-operator", "trivy-operator.json");
}

#[test]
fn grype() {
    check("grype", "grype.json");
}

#[test]
fn osv_scanner() {
    check("osv-scanner", "osv-scanner.json");
}

#[test]
fn snyk() {
    check("snyk", "snyk.json");
    check("snyk-issues", "snyk-issues.json");
}

#[test]
fn dependency_check() {
    check("dependency-check", "dependency-check.xml");
    check("dependency-check-json", "dependency-check-json.json");
}

#[test]
fn dependency_track() {
    check("dependency-track", "dependency-track.json");
}

#[test]
fn audits_of_javascript() {
    check("npm-audit", "npm-audit.json");
    check("npm-audit-7", "npm-audit-7.json");
    check("yarn-audit", "yarn-audit.json");
}

#[test]
fn audits_of_python_and_rust() {
    check("pip-audit", "pip-audit.json");
    check("cargo-audit", "cargo-audit.json");
}

#[test]
fn gitlab_and_github() {
    check("gitlab-dependency-scanning", "gitlab-dependency-scanning.json");
    check("gitlab-container-scanning", "gitlab-container-scanning.json");
    check("github-dependabot", "github-dependabot.json");
    check("github-dependabot", "github-dependabot-graphql.json");
}

#[test]
fn bills() {
    check("cyclonedx", "cyclonedx.json");
    check("cyclonedx", "cyclonedx-bill.json");
    check("cyclonedx-xml", "cyclonedx.xml");
    check("cyclonedx-xml", "cyclonedx-extension.xml");
    check("spdx", "spdx.json");
    check("spdx-tag-value", "spdx.spdx");
}

#[test]
fn statements() {
    check("openvex", "openvex.json");
    check("csaf", "csaf.json");
}

#[test]
fn blackduck() {
    check("blackduck", "blackduck.csv");
}

#[test]
fn jfrog() {
    check("jfrog-xray-unified", "jfrog-xray-unified.json");
    check("jfrog-xray", "jfrog-xray.json");
    check("jfrog-xray-summary", "jfrog-xray-summary.json");
    check("jfrog-xray-on-demand", "jfrog-xray-on-demand.json");
}

#[test]
fn images() {
    check("twistlock", "twistlock.json");
    check("twistlock-csv", "twistlock.csv");
    check("aqua", "aqua.json");
    check("aqua", "aqua-older.json");
    check("anchore-engine", "anchore-engine.json");
    check("anchorectl-vulnerabilities", "anchorectl-vulnerabilities.json");
    check("anchorectl-policies", "anchorectl-policies.json");
    check("anchore-enterprise", "anchore-enterprise.json");
    check("clair-scanner", "clair-scanner.json");
    check("klar", "klar.json");
}

#[test]
fn libraries() {
    check("mend", "mend.json");
    check("mend", "mend-alerts.json");
    check("sonatype-iq", "sonatype-iq.json");
    check("veracode-sca", "veracode-sca.json");
    check("veracode-sca-csv", "veracode-sca.csv");
    check("checkmarx-osa", "checkmarx-osa.json");
    check("kiuwan-sca", "kiuwan-sca.json");
    check("govulncheck", "govulncheck.json");
}

#[test]
fn audits_of_other_languages() {
    check("composer-audit", "composer-audit.json");
    check("bundler-audit", "bundler-audit.json");
    check("bundler-audit-text", "bundler-audit.txt");
    check("mix-audit", "mix-audit.json");
    check("dotnet-vulnerable", "dotnet-vulnerable.json");
    check("auditjs", "auditjs.json");
    check("nancy", "nancy.json");
    check("ossindex-devaudit", "ossindex-devaudit.json");
    check("retirejs", "retirejs.json");
}

#[test]
fn registries_and_clouds() {
    check("harbor", "harbor.json");
    check("sysdig-csv", "sysdig.csv");
    check("sysdig", "sysdig.json");
    check("wiz-issues", "wiz-issues.csv");
    check("wiz-vulnerabilities", "wiz-vulnerabilities.csv");
    check("wizcli", "wizcli.json");
}

#[test]
fn flat_records() {
    check("deepfence", "deepfence.csv");
    check("blackduck-binary-analysis", "blackduck-binary-analysis.csv");
    check("neuvector", "neuvector.json");
    check("scantist", "scantist.json");
    check("xeol", "xeol.json");
    check("redhat-satellite", "redhat-satellite.json");
    check("gcloud-artifact-analysis", "gcloud-artifact-analysis.json");
    check("meterian", "meterian.json");
    check("openreports", "openreports.json");
    check("vulners", "vulners.json");
    check("trustwave", "trustwave.csv");
}
