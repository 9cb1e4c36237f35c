//! Static analysis, SARIF, Gabion's own and generic shapes.

mod bandit;
mod bearer;
mod brakeman;
mod checkmarx;
mod claim;
mod codechecker;
mod contrast;
mod coverity;
mod dawnscanner;
mod defectdojo;
mod eslint;
mod fields;
mod fortify;
mod gabion;
mod generic;
mod github_alerts;
mod gitlab;
mod gosec;
mod horusec;
mod infer;
mod kiuwan;
mod njsscan;
mod pmd;
mod progpilot;
mod rubocop;
mod sarif;
mod semgrep;
mod site;
mod sonarqube;
mod spotbugs;
mod veracode;
mod xanitizer;

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
];
