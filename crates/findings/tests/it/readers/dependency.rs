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
