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
