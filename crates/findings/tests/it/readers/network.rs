//! Hosts and web applications.

use super::check;

#[test]
fn tenable() {
    check("nessus", "nessus.xml");
    check("nessus-csv", "nessus-csv.csv");
    check("nessus-csv", "nessus-csv-center.csv");
    check("nessus-csv", "nessus-csv-export.csv");
}

#[test]
fn qualys() {
    check("qualys-csv", "qualys-csv.csv");
    check("qualys-pci-csv", "qualys-pci-csv.csv");
    check("qualys-vmdr-csv", "qualys-vmdr-csv.csv");
    check("qualys", "qualys.xml");
    check("qualys-scan", "qualys-scan.xml");
    check("qualys-was", "qualys-was.xml");
}

#[test]
fn greenbone() {
    check("openvas", "openvas.xml");
    check("openvas-csv", "openvas-csv.csv");
}

#[test]
fn nuclei() {
    check("nuclei", "nuclei.jsonl");
    check("nuclei", "nuclei-array.json");
}
