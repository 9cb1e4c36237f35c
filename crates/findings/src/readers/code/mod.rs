//! Static analysis, SARIF, Gabion's own and generic shapes.

mod bandit;
mod bearer;
mod brakeman;
mod checkmarx;
mod claim;
mod codechecker;
mod contrast;
mod coverity;
mod cwe_checker;
mod dawnscanner;
mod defectdojo;
mod eslint;
mod fields;
mod fortify;
mod gabion;
mod generic;
mod generic_coverage;
mod github_alerts;
mod gitlab;
mod gosec;
mod hcl_asoc;
mod horusec;
mod huskyci;
mod infer;
mod kiuwan;
mod language_models;
mod njsscan;
mod pmd;
mod polaris;
mod progpilot;
mod ptart;
mod pwn_sast;
mod qark;
mod rubocop;
mod sarif;
mod semgrep;
mod site;
mod solar;
mod sonarqube;
mod spotbugs;
mod threat_models;
mod veracode;
mod xanitizer;
mod xygeni;
mod yara;

use crate::format::Format;

/// The formats of this group, the most specific first.
pub const FORMATS: &[&Format] = &[
    &gabion::FORMAT,
    &generic::JSON,
    &generic::CSV,
    &sarif::FORMAT,
    &defectdojo::JSON,
    &defectdojo::CSV,
    &semgrep::FORMAT,
    &semgrep::PLATFORM,
    &semgrep::SUPPLY_CHAIN,
    &bandit::FORMAT,
    &sonarqube::FORMAT,
    &gitlab::FORMAT,
    &github_alerts::FORMAT,
    &checkmarx::XML,
    &checkmarx::ONE,
    &checkmarx::REPORT,
    &checkmarx::CXFLOW,
    &veracode::XML,
    &veracode::JSON,
    &fortify::FPR,
    &fortify::FVDL,
    &fortify::REPORT,
    &fortify::WEBINSPECT,
    &gosec::FORMAT,
    &brakeman::FORMAT,
    &spotbugs::FORMAT,
    &horusec::FORMAT,
    &njsscan::FORMAT,
    &eslint::FORMAT,
    &pmd::FORMAT,
    &xanitizer::FORMAT,
    &contrast::FORMAT,
    &kiuwan::FORMAT,
    &coverity::API,
    &coverity::SCAN,
    &codechecker::FORMAT,
    &infer::FORMAT,
    &dawnscanner::FORMAT,
    &bearer::FORMAT,
    &rubocop::FORMAT,
    &progpilot::FORMAT,
    &hcl_asoc::FORMAT,
    &solar::FORMAT,
    &qark::FORMAT,
    &cwe_checker::FORMAT,
    &xygeni::SAST,
    &xygeni::DEPS,
    &threat_models::THREAGILE,
    &threat_models::COMPOSER,
    &threat_models::IRIUSRISK,
    &language_models::PROMPTFOO,
    &language_models::GARAK,
    &ptart::FORMAT,
    &yara::FORMAT,
    &pwn_sast::FORMAT,
    &polaris::FORMAT,
    &huskyci::FORMAT,
];
