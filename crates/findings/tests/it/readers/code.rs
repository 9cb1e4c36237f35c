//! SARIF, Gabion's own and generic shapes, static analysis.

use super::check;

#[test]
fn sarif() {
    check("sarif", "sarif.sarif");
    check("sarif", "sarif-packages.sarif");
}

#[test]
fn gabion_and_generic() {
    check("gabion-scan", "gabion-scan.json");
    check("generic-json", "generic.json");
    check("generic-csv", "generic.csv");
    check("defectdojo-json", "defectdojo.json");
    check("defectdojo-csv", "defectdojo.csv");
}
