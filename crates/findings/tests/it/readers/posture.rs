//! Samples of this group.

use super::check;

#[test]
fn aws() {
    check("asff", "asff.json");
    check("aws-inspector2", "aws-inspector2.json");
}

#[test]
fn checkov() {
    check("checkov", "checkov.json");
    check("checkov", "checkov-empty.json");
}

#[test]
fn kube_bench() {
    check("kube-bench", "kube-bench.json");
}

#[test]
fn secrets() {
    check("gitlab-secrets", "gitlab-secrets.json");
    check("github-secrets", "github-secrets.json");
    check("gitleaks", "gitleaks.json");
    check("gitleaks", "gitleaks-7.json");
    check("trufflehog", "trufflehog.json");
    check("trufflehog2", "trufflehog2.json");
    check("trufflehog3", "trufflehog3.json");
}

#[test]
fn reports_of_people() {
    check("hackerone", "hackerone.json");
    check("hackerone", "hackerone-export.json");
    check("hackerone-csv", "hackerone.csv");
    check("bugcrowd", "bugcrowd.json");
    check("bugcrowd-csv", "bugcrowd.csv");
}

#[test]
fn crashes() {
    check("sanitizer", "sanitizer.log");
    check("sanitizer", "sanitizer-unfinished.log");
    check("clusterfuzz", "clusterfuzz.txt");
}

#[test]
fn infrastructure_as_code() {
    check("kics", "kics.json");
    check("tfsec", "tfsec.json");
    check("terrascan", "terrascan.json");
}

#[test]
fn prowler_in_all_its_shapes() {
    check("prowler-ocsf", "prowler-ocsf.json");
    check("prowler-csv", "prowler.csv");
    check("prowler", "prowler.json");
    check("prowler2", "prowler2.json");
    check("prowler2-csv", "prowler2.csv");
}

#[test]
fn clusters() {
    check("kubescape", "kubescape.json");
    check("kube-linter", "kube-linter.json");
    check("popeye", "popeye.json");
}

#[test]
fn more_secrets() {
    check("rusty-hog", "rusty-hog.json");
    check("detect-secrets", "detect-secrets.json");
    check("ggshield", "ggshield.json");
    check("whispers", "whispers.json");
    check("nosey-parker", "nosey-parker.jsonl");
    check("talisman", "talisman.json");
    check("secretlint", "secretlint.json");
    check("n0s1", "n0s1.json");
    check("credscan", "credscan.csv");
}

/// However a tool wraps it, the value is the same, so that its keyed hash is.
#[test]
fn one_value_from_every_tool() {
    let check = |id: &str, sample: &str| {
        let path = format!("{}/tests/it/samples/{sample}", env!("CARGO_MANIFEST_DIR"));
        let bytes = std::fs::read(path).unwrap();
        let mut cursor = std::io::Cursor::new(bytes);
        let mut kept = findings::sink::Kept::default();
        let format = findings::format::by_id(id).unwrap();
        (format.read)(&mut findings::Source::new(&mut cursor), &mut kept).unwrap();
        let first = kept.observations.iter().find_map(|o| o.secret.as_ref()).unwrap();
        assert_eq!(first.expose(), "shop_0123456789abcdef", "{id}");
    };
    check("gitlab-secrets", "gitlab-secrets.json");
    check("github-secrets", "github-secrets.json");
    check("gitleaks", "gitleaks.json");
    check("gitleaks", "gitleaks-7.json");
    check("trufflehog", "trufflehog.json");
    check("rusty-hog", "rusty-hog.json");
    check("nosey-parker", "nosey-parker.jsonl");
    check("secretlint", "secretlint.json");
}

#[test]
fn docker() {
    check("hadolint", "hadolint.json");
    check("dockle", "dockle.json");
    check("docker-bench", "docker-bench.json");
}

#[test]
fn cloudformation() {
    check("cfn-lint", "cfn-lint.json");
    check("cfn-nag", "cfn-nag.json");
    check("conftest", "conftest.json");
}

#[test]
fn clouds() {
    check("cloudsploit", "cloudsploit.json");
    check("azure-recommendations", "azure-recommendations.csv");
    check("orca", "orca.json");
    check("orca-csv", "orca.csv");
    check("scout-suite", "scout-suite.js");
}

#[test]
fn machines() {
    check("ms-defender", "ms-defender.json");
    check("ms-defender-zip", "ms-defender.zip");
    check("wazuh", "wazuh.json");
    check("wazuh", "wazuh-indexer.json");
}

#[test]
fn hosts() {
    check("xccdf", "xccdf.xml");
    check("inspec", "inspec.log");
    check("inspec", "inspec.json");
    check("lynis", "lynis.dat");
}

#[test]
fn policies() {
    check("legitify", "legitify.json");
    check("neuvector-compliance", "neuvector-compliance.json");
}

#[test]
fn lists_of_fixes() {
    check("cyberwatch", "cyberwatch.json");
    check("zora-csv", "zora.csv");
}

#[test]
fn files_of_a_host() {
    check("clamav", "clamav.txt");
    check("chkrootkit", "chkrootkit.txt");
    check("rkhunter", "rkhunter.log");
    check("aide", "aide.txt");
    check("firmwalker", "firmwalker.txt");
}
