//! Static analysis, SARIF, Gabion's own and generic shapes.

mod bandit;
mod checkmarx;
mod claim;
mod defectdojo;
mod fortify;
mod gabion;
mod generic;
mod github_alerts;
mod gitlab;
mod sarif;
mod semgrep;
mod site;
mod sonarqube;
mod veracode;

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
];
