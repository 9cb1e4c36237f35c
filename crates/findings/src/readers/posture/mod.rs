//! Configuration, cloud, clusters, secrets, crashes and people's reports.

mod asff;
mod aws_inspector;
mod aws_packages;
mod bugcrowd;
mod checkov;
mod cloudformation;
mod clouds;
mod clusterfuzz;
mod compliance;
mod cred_scan;
mod detect_secrets;
mod docker;
mod ggshield;
mod github_secrets;
mod gitlab_secrets;
mod gitleaks;
mod hackerone;
mod host_files;
mod inspec;
mod kics;
mod kube_bench;
mod kube_linter;
mod kubescape;
mod lynis;
mod machines;
mod n0s1;
mod nosey_parker;
mod patch_lists;
mod popeye;
mod prowler;
mod reading;
mod sanitizer;
mod scout_suite;
mod secretlint;
mod talisman;
mod terrascan;
mod tfsec;
mod trufflehog;
mod whispers;
mod xccdf;

use crate::format::Format;

/// The formats of this group, the most specific first.
pub const FORMATS: &[&Format] = &[
    &asff::FORMAT,
    &aws_inspector::FORMAT,
    &checkov::FORMAT,
    &kube_bench::FORMAT,
    &kubescape::FORMAT,
    &kube_linter::FORMAT,
    &popeye::FORMAT,
    &kics::FORMAT,
    &tfsec::FORMAT,
    &terrascan::FORMAT,
    &prowler::OCSF,
    &prowler::CSV,
    &prowler::JSON,
    &prowler::VERSION_2,
    &prowler::VERSION_2_CSV,
    &gitlab_secrets::FORMAT,
    &github_secrets::FORMAT,
    &gitleaks::FORMAT,
    &trufflehog::VERSION_3,
    &trufflehog::VERSION_2,
    &trufflehog::TRUFFLEHOG3,
    &trufflehog::RUSTY_HOG,
    &detect_secrets::FORMAT,
    &nosey_parker::FORMAT,
    &ggshield::FORMAT,
    &whispers::FORMAT,
    &talisman::FORMAT,
    &secretlint::FORMAT,
    &n0s1::FORMAT,
    &cred_scan::FORMAT,
    &hackerone::JSON,
    &hackerone::CSV,
    &bugcrowd::JSON,
    &bugcrowd::CSV,
    &docker::HADOLINT,
    &docker::DOCKLE,
    &docker::BENCH,
    &cloudformation::LINT,
    &cloudformation::NAG,
    &cloudformation::CONFTEST,
    &clouds::CLOUDSPLOIT,
    &clouds::AZURE,
    &clouds::ORCA,
    &clouds::ORCA_CSV,
    &scout_suite::FORMAT,
    &machines::DEFENDER,
    &machines::DEFENDER_ZIP,
    &machines::WAZUH,
    &xccdf::FORMAT,
    &inspec::FORMAT,
    &lynis::FORMAT,
    &compliance::LEGITIFY,
    &compliance::NEUVECTOR,
    &patch_lists::CYBERWATCH,
    &patch_lists::ZORA,
    &host_files::CLAMAV,
    &host_files::CHKROOTKIT,
    &host_files::RKHUNTER,
    &host_files::AIDE,
    &host_files::FIRMWALKER,
    &sanitizer::FORMAT,
    &clusterfuzz::FORMAT,
];
