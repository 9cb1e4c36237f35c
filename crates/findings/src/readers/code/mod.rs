//! Static analysis, SARIF, Gabion's own and generic shapes.

mod bandit;
mod claim;
mod defectdojo;
mod gabion;
mod generic;
mod github_alerts;
mod gitlab;
mod sarif;
mod semgrep;
mod site;
mod sonarqube;

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
];
