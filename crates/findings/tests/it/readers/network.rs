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

#[test]
fn zap() {
    check("zap", "zap.xml");
    check("zap-json", "zap-json.json");
}

#[test]
fn burp() {
    check("burp", "burp.xml");
    check("burp-api", "burp-api.json");
    check("burp-graphql", "burp-graphql.json");
    check("burp-dastardly", "burp-dastardly.xml");
}

#[test]
fn nmap() {
    check("nmap", "nmap.xml");
}

#[test]
fn nikto() {
    check("nikto", "nikto.xml");
    check("nikto-json", "nikto-json.json");
}

#[test]
fn transport_security() {
    check("testssl-csv", "testssl-csv.csv");
    check("testssl", "testssl.json");
    check("sslyze", "sslyze.json");
    check("sslyze", "sslyze-old.json");
    check("sslyze-xml", "sslyze-xml.xml");
}

#[test]
fn gitlab_of_running_applications() {
    check("gitlab-dast", "gitlab-dast.json");
    check("gitlab-dast", "gitlab-dast-fuzzing.json");
}

#[test]
fn acunetix_and_invicti() {
    check("acunetix", "acunetix.xml");
    check("netsparker", "netsparker.json");
}

#[test]
fn scanners_of_web_applications() {
    check("arachni", "arachni.json");
    check("wapiti", "wapiti.xml");
    check("webinspect", "webinspect.xml");
    check("appscan", "appscan.xml");
    check("wpscan", "wpscan.json");
    check("stackhawk", "stackhawk.json");
    check("appspider", "appspider.xml");
    check("immuniweb", "immuniweb.xml");
}

#[test]
fn nexpose() {
    check("nexpose", "nexpose.xml");
}
