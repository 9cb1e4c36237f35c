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

/// What the reader of that format makes of a document.
fn kept(id: &str, bytes: &[u8]) -> findings::sink::Kept {
    let mut cursor = std::io::Cursor::new(bytes);
    let mut kept = findings::sink::Kept::default();
    let format = findings::format::by_id(id).unwrap();
    format.read(&mut findings::Source::new(&mut cursor), &mut kept).unwrap();
    kept
}

/// However a tool wraps it, the value is the same, so that its keyed hash is.
#[test]
fn one_value_from_every_tool() {
    let check = |id: &str, sample: &str| {
        let path = format!("{}/tests/it/samples/{sample}", env!("CARGO_MANIFEST_DIR"));
        let kept = kept(id, &std::fs::read(path).unwrap());
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
fn a_panic_of_go_is_no_sanitizer_log() {
    let text =
        b"panic: runtime error: index out of range [5] with length 3\n\ngoroutine 1 [running]:\n";
    let mut cursor = std::io::Cursor::new(text);
    let found = findings::recognise(&mut findings::Source::new(&mut cursor)).unwrap();
    assert!(found.is_none(), "{found:?}");
}

#[test]
fn a_stack_at_the_bound_is_kept_and_past_it_is_cut() {
    let check = |frames: usize, expect: usize| {
        let mut log = String::from("==1==ERROR: AddressSanitizer: SEGV on unknown address 0x0\n");
        for number in 0..frames {
            log.push_str(&format!("    #{number} 0x4f in step_{number} /src/a.c:{number}:1\n"));
        }
        let kept = kept("sanitizer", log.as_bytes());
        assert_eq!(kept.observations[0].frames.len(), expect);
    };
    check(128, 128);
    check(129, 128);
}

#[test]
fn a_value_at_the_bound_is_taken_and_past_it_is_not() {
    let check = |length: usize, expect: bool| {
        let content: String = "a1".chars().cycle().take(length).collect();
        let document = format!(
            r#"[{{"filePath": "a", "sourceContent": "{content}", "sourceContentType": "text", "messages": [
                {{"ruleId": "r", "messageId": "m", "range": [0, {length}]}}]}}]"#
        );
        let kept = kept("secretlint", document.as_bytes());
        assert_eq!(kept.observations[0].secret.is_some(), expect, "{length}");
    };
    check(65_536, true);
    check(65_537, false);
}

#[test]
fn documents_of_an_archive_up_to_the_bound() {
    let check = |documents: usize, expect: usize, dropped: usize| {
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        let record =
            br#"{"value": [{"cveId": "CVE-2099-0001", "productName": "p", "machineId": "m"}]}"#;
        for number in 0..documents {
            archive.start_file(format!("vulnerabilities/{number}.json"), options).unwrap();
            std::io::Write::write_all(&mut archive, record).unwrap();
        }
        let kept = kept("ms-defender-zip", &archive.finish().unwrap().into_inner());
        assert_eq!((kept.observations.len(), kept.dropped.len()), (expect, dropped));
    };
    check(1_000, 1_000, 0);
    check(1_001, 1_000, 1);
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
