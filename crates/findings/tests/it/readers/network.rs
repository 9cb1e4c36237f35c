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

#[test]
fn transport_security_and_shells_told_as_facts() {
    check("ssl-labs", "ssl-labs.json");
    check("sslscan", "sslscan.xml");
    check("ssh-audit", "ssh-audit.json");
}

#[test]
fn ports_and_paths_that_answer() {
    check("masscan", "masscan.json");
    check("naabu", "naabu.jsonl");
    check("nettacker", "nettacker.json");
    check("httpx", "httpx.jsonl");
    check("ffuf", "ffuf.json");
    check("dirsearch", "dirsearch.json");
    check("wfuzz", "wfuzz.json");
    check("gobuster", "gobuster.txt");
}

#[test]
fn headers_of_answers() {
    check("drheader", "drheader.json");
    check("drheader", "drheader-pages.json");
    check("mozilla-observatory", "mozilla-observatory.json");
    check("humble", "humble.json");
}

#[test]
fn services_that_scan_or_test() {
    check("trustwave-fusion", "trustwave-fusion.json");
    check("alertlogic-csv", "alertlogic-csv.csv");
    check("appcheck", "appcheck.json");
    check("edgescan", "edgescan.json");
    check("outpost24", "outpost24.xml");
    check("cycognito", "cycognito.json");
    check("intsights", "intsights.json");
    check("intsights-csv", "intsights-csv.csv");
    check("cobalt", "cobalt.json");
    check("cobalt-csv", "cobalt-csv.csv");
    check("crashtest-security", "crashtest-security.json");
}

#[test]
fn settings_and_defences() {
    check("cloudflare-insights", "cloudflare-insights.json");
    check("cloudflare-insights-csv", "cloudflare-insights-csv.csv");
    check("krakend-audit", "krakend-audit.json");
    check("42crunch", "42crunch.json");
    check("pingcastle", "pingcastle.xml");
    check("picus-csv", "picus-csv.csv");
    check("kube-hunter", "kube-hunter.json");
}

#[test]
fn attacks_that_worked_and_what_was_left() {
    check("hydra", "hydra.json");
    check("sqlmap-csv", "sqlmap-csv.csv");
    check("apkleaks", "apkleaks.json");
}
