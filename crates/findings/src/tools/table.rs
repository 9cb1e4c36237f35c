//! The tools, one row each.
//!
//! Names: what the tool calls itself in its reports and as a SARIF driver over its versions, and the ids of its formats.
//! Rules: its documentation. Bounds: the setting's default, with where it is documented.

use super::Rules::{Apart, BuiltIn, Feed};
use super::{Cap, Counted, Row};

const fn row(name: &'static str, also: &'static [&'static str], rules: super::Rules) -> Row {
    Row { name, also, rules, caps: &[] }
}

const fn capped(
    name: &'static str,
    also: &'static [&'static str],
    rules: super::Rules,
    caps: &'static [Cap],
) -> Row {
    Row { name, also, rules, caps }
}

/// golangci-lint: `issues.max-same-issues` 3, `issues.max-issues-per-linter` 50 (golangci-lint.run, «Configuration file»).
const GOLANGCI: &[Cap] = &[
    Cap { of: Counted::Text, most: 3, setting: "max-same-issues" },
    Cap { of: Counted::Rule, most: 50, setting: "max-issues-per-linter" },
];
/// ZAP: instances of a systemic alert are bounded since 2.17 (zaproxy.org, «Systemic alerts»); reports hold what is left.
const ZAP: &[Cap] = &[Cap { of: Counted::RuleAndHost, most: 5, setting: "systemic alerts" }];
/// GitHub code scanning takes 25,000 results of a run and shows 5,000 (docs.github.com, «SARIF results exceed one or
/// more limits»).
const GITHUB: &[Cap] =
    &[Cap { of: Counted::Document, most: 5_000, setting: "results of one upload" }];
/// SonarQube's interface answers with no more than 10,000 issues (`api/issues/search`, `p` times `ps`).
const SONAR: &[Cap] = &[Cap { of: Counted::Document, most: 10_000, setting: "api/issues/search" }];

/// All of them.
pub(super) const TABLE: &[Row] = &[
    // Code.
    row(
        "Semgrep",
        &[
            "semgrep oss",
            "semgrep pro",
            "semgrep code",
            "semgrep ci",
            "semgrep community edition",
            "opengrep",
            "opengrep oss",
            "semgrep-platform",
        ],
        Apart,
    ),
    row("Semgrep Supply Chain", &["semgrep-supply-chain"], Feed),
    row("CodeQL", &["codeql command-line toolchain", "github codeql"], Apart),
    row("ESLint", &[], Apart),
    row("Bandit", &["pycqa bandit"], BuiltIn),
    row("gosec", &["golang security checker", "golang-sec"], BuiltIn),
    row("Brakeman", &["brakeman scanner"], BuiltIn),
    row("ShellCheck", &["shell script analysis"], BuiltIn),
    row("Flawfinder", &[], BuiltIn),
    row("Cppcheck", &["cppcheck oss", "cppcheck premium"], BuiltIn),
    row("devskim", &["microsoft devskim"], BuiltIn),
    row("SpotBugs", &["findbugs"], Apart),
    row("PMD", &["pmd-csv"], Apart),
    row("RuboCop", &[], Apart),
    row("Pylint", &[], Apart),
    row("Ruff", &[], BuiltIn),
    capped("golangci-lint", &["golangci lint"], Apart, GOLANGCI),
    row("staticcheck", &[], BuiltIn),
    row("Clippy", &["clippy-driver"], BuiltIn),
    row("cwe_checker", &[], BuiltIn),
    row("Infer", &["facebook infer"], BuiltIn),
    row("njsscan", &["nodejsscan"], BuiltIn),
    row("mobsfscan", &[], BuiltIn),
    row("progpilot", &[], Apart),
    row("bearer", &["bearer cli"], Apart),
    row("Horusec", &[], BuiltIn),
    row("Fortify", &["fortify-fpr", "fortify-fvdl", "fortify-report", "micro focus fortify"], Feed),
    row("Checkmarx", &["checkmarx-xml", "cxsast", "checkmarx sast", "checkmarx-cxflow"], Apart),
    row("Checkmarx One", &["checkmarx-one-report", "ast-cli"], Feed),
    row("Veracode", &["veracode-xml", "veracode-json"], Feed),
    row("Coverity", &["coverity-view", "synopsys coverity", "black duck coverity"], Apart),
    row("Kiuwan", &["kiuwan-csv"], Apart),
    row("Contrast", &["contrast-csv", "contrast assess"], Feed),
    row("HCL AppScan on Cloud", &["hcl-asoc"], Feed),
    row("Snyk", &["snyk-issues", "snyk open source", "snyk container"], Feed),
    row("Snyk Code", &["snykcode"], Feed),
    capped("SonarQube", &["sonarqube cloud", "sonarcloud", "sonarqube server"], Apart, SONAR),
    capped("GitHub code scanning", &["github-code-scanning"], Apart, GITHUB),
    row("CodeChecker", &[], Apart),
    row("YARA", &[], Apart),
    // Packages.
    row("Trivy", &["aqua security trivy", "aquasecurity trivy", "trivy-legacy"], Feed),
    row("Trivy operator", &["trivy-operator"], Feed),
    row("Grype", &["anchore grype"], Feed),
    row("OSV-Scanner", &["osv-scanner", "osv scanner"], Feed),
    row("OWASP Dependency-Check", &["dependency-check", "dependency-check-json"], Feed),
    row("Dependency-Track", &["owasp dependency-track"], Feed),
    row("npm audit", &["npm-audit", "npm-audit-7"], Feed),
    row("yarn audit", &["yarn-audit"], Feed),
    row("pip-audit", &[], Feed),
    row("cargo-audit", &["cargo audit", "rustsec"], Feed),
    row("bundler-audit", &["bundler-audit-text", "bundle-audit"], Feed),
    row("govulncheck", &[], Feed),
    row("Retire.js", &["retirejs", "retire"], Feed),
    row("JFrog Xray", &["jfrog-xray", "jfrog-xray-unified", "jfrog-xray-summary", "xray"], Feed),
    row("Mend", &["mend-alerts", "whitesource"], Feed),
    row("Black Duck", &["blackduck", "synopsys black duck"], Feed),
    row("Prisma Cloud", &["twistlock", "twistlock-csv"], Feed),
    row("Sysdig", &["sysdig-csv", "sysdig-cli-scanner"], Feed),
    row("Wiz", &["wiz-issues", "wiz-vulnerabilities"], Feed),
    row("Wiz CLI", &["wizcli"], Feed),
    row("GitHub Dependabot", &["github-dependabot", "dependabot"], Feed),
    row("Scorecard", &["openssf scorecard"], BuiltIn),
    // Hosts and pages.
    capped(
        "ZAP",
        &[
            "owasp zap",
            "zap by checkmarx",
            "zed attack proxy",
            "owasp zed attack proxy",
            "zap-json",
        ],
        Apart,
        ZAP,
    ),
    row("Burp Suite", &["burp", "burp-api", "burp suite professional"], Apart),
    row("Burp Suite Enterprise", &["burp-graphql", "burp suite dast"], Feed),
    row("Burp Dastardly", &["burp-dastardly", "dastardly"], Feed),
    row("Nuclei", &["projectdiscovery nuclei"], Apart),
    row("Nikto", &["nikto-json"], BuiltIn),
    row("Wapiti", &[], BuiltIn),
    row("Arachni", &[], BuiltIn),
    row("WPScan", &[], Feed),
    row("Nessus", &["nessus-csv", "tenable nessus"], Feed),
    row("Tenable", &["tenable.io", "tenable vulnerability management"], Feed),
    row("OpenVAS", &["openvas-csv", "greenbone", "gvm"], Feed),
    row("Qualys", &["qualys-csv", "qualys-scan", "qualys-vmdr-csv", "qualys-pci-csv"], Feed),
    row("Qualys WAS", &["qualys-was"], Feed),
    row("Nexpose", &["insightvm", "rapid7 nexpose"], Feed),
    row("Acunetix", &["acunetix 360"], Feed),
    row("Invicti", &["netsparker"], Feed),
    row("testssl.sh", &["testssl", "testssl-csv"], BuiltIn),
    row("SSLyze", &["sslyze-xml"], BuiltIn),
    row("sslscan", &[], BuiltIn),
    row("SSL Labs", &["ssl-labs"], BuiltIn),
    row("ssh-audit", &[], BuiltIn),
    // Settings, secrets, clusters.
    row("Checkov", &["bridgecrew checkov"], Apart),
    row("tfsec", &["defsec"], BuiltIn),
    row("KICS", &["checkmarx kics"], Apart),
    row("Terrascan", &[], Apart),
    row("cfn-lint", &[], Apart),
    row("cfn_nag", &["cfn-nag"], Apart),
    row("Hadolint", &[], BuiltIn),
    row("Dockle", &[], BuiltIn),
    row("KubeLinter", &["kube-linter"], Apart),
    row("Kubescape", &[], Feed),
    row("kube-bench", &[], BuiltIn),
    row("Docker Bench for Security", &["docker-bench"], BuiltIn),
    row("PingCastle", &[], BuiltIn),
    row("kube-hunter", &[], BuiltIn),
    row("Prowler", &["prowler-ocsf", "prowler-csv", "prowler2", "prowler2-csv"], BuiltIn),
    row("Scout Suite", &["scout-suite", "scoutsuite"], BuiltIn),
    row("CloudSploit", &[], BuiltIn),
    row("Lynis", &[], BuiltIn),
    row("zizmor", &[], BuiltIn),
    row("actionlint", &[], BuiltIn),
    row("Gitleaks", &[], Apart),
    row("TruffleHog", &["trufflehog2"], BuiltIn),
    row("detect-secrets", &[], Apart),
    row("ggshield", &["gitguardian"], Feed),
    row("Nosey Parker", &["nosey-parker", "noseyparker"], BuiltIn),
    row("Conftest", &[], Apart),
    row("ClamAV", &[], Feed),
];
