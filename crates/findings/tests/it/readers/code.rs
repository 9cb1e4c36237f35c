//! SARIF, Gabion's own and generic shapes, static analysis.

use super::check;

#[test]
fn sarif() {
    check("sarif", "sarif.sarif");
    check("sarif", "sarif-packages.sarif");
    check("sarif", "sarif-coverage.sarif");
}

#[test]
fn gabion_and_generic() {
    check("gabion-scan", "gabion-scan.json");
    check("generic-json", "generic.json");
    check("generic-csv", "generic.csv");
    check("defectdojo-json", "defectdojo.json");
    check("defectdojo-csv", "defectdojo.csv");
}

#[test]
fn semgrep() {
    check("semgrep", "semgrep.json");
    check("semgrep-platform", "semgrep-platform.json");
    check("semgrep-supply-chain", "semgrep-supply-chain.json");
}

#[test]
fn bandit() {
    check("bandit", "bandit.json");
}

#[test]
fn sonarqube() {
    check("sonarqube", "sonarqube.json");
    check("sonarqube", "sonar-report.json");
}

#[test]
fn gitlab_and_github() {
    check("gitlab-sast", "gitlab-sast.json");
    check("github-code-scanning", "github-code-scanning.json");
}

#[test]
fn checkmarx() {
    check("checkmarx-xml", "checkmarx.xml");
    check("checkmarx-one", "checkmarx-one.json");
    check("checkmarx-one-report", "checkmarx-one-report.json");
    check("checkmarx-cxflow", "checkmarx-cxflow.json");
}

#[test]
fn veracode() {
    check("veracode-xml", "veracode.xml");
    check("veracode-json", "veracode.json");
}

#[test]
fn fortify() {
    check("fortify-fpr", "fortify.fpr");
    check("fortify-fvdl", "fortify.fvdl");
    check("fortify-report", "fortify-report.xml");
    check("fortify-webinspect", "fortify-webinspect.xml");
}

#[test]
fn static_analysis() {
    check("gosec", "gosec.json");
    check("brakeman", "brakeman.json");
    check("spotbugs", "spotbugs.xml");
    check("horusec", "horusec.json");
    check("njsscan", "njsscan.json");
    check("njsscan", "mobsfscan.json");
    check("eslint", "eslint.json");
    check("pmd-csv", "pmd.csv");
    check("xanitizer", "xanitizer.xml");
    check("contrast-csv", "contrast.csv");
    check("kiuwan-csv", "kiuwan.csv");
    check("coverity-view", "coverity-view.json");
    check("coverity", "coverity.json");
    check("codechecker", "codechecker.json");
    check("infer", "infer.json");
    check("dawnscanner", "dawnscanner.json");
    check("bearer", "bearer.json");
    check("rubocop", "rubocop.json");
    check("progpilot", "progpilot.json");
}

#[test]
fn further_tools_of_code() {
    check("hcl-asoc", "hcl-asoc.xml");
    check("solar-appscreener-csv", "solar.csv");
    check("qark", "qark.json");
    check("cwe-checker", "cwe-checker.json");
    check("xygeni-sast", "xygeni-sast.json");
    check("xygeni-deps", "xygeni-deps.json");
    check("yara", "yara.txt");
    check("pwn-sast", "pwn-sast.json");
    check("polaris", "polaris.json");
    check("huskyci", "huskyci.json");
}

#[test]
fn models_of_threats_and_of_language_and_people() {
    check("threagile", "threagile.json");
    check("threat-composer", "threat-composer.json");
    check("iriusrisk-csv", "iriusrisk.csv");
    check("promptfoo", "promptfoo.json");
    check("garak", "garak.jsonl");
    check("ptart", "ptart.json");
}

/// The examples of docs/FORMATS.md are read as the page says.
#[test]
fn documented_examples() {
    let page = include_str!("../../../../../docs/FORMATS.md");
    let block = |kind: &str| {
        let (_, rest) = page.split_once(&format!("```{kind}\n")).unwrap();
        rest.split_once("```").unwrap().0.to_owned()
    };
    let json = super::said("generic-json", block("json").as_bytes());
    assert_eq!(json.matches("$.findings[").count(), 2, "{json}");
    assert!(!json.contains("dropped") && json.contains("Incomplete"), "{json}");
    let coverage = super::said("generic-json", block("json coverage").as_bytes());
    assert!(!coverage.contains("dropped"), "{coverage}");
    insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "../snapshots" }, {
        insta::assert_snapshot!("generic-coverage", coverage);
    });
    let csv = super::said("generic-csv", block("csv").as_bytes());
    assert_eq!(csv.matches("\"class\"").count(), 3, "{csv}");
    assert!(!csv.contains("dropped"), "{csv}");
}
