//! Packages: composition analysis, images, bills of materials, VEX.
//!
//! What formats have in common: [`packages`] (what words mean), [`fields`] (flat records by a table of names),
//! [`context`] (what stands around a record), [`facts`].

mod anchore;
mod aqua;
mod blackduck;
mod cargo_audit;
mod checkmarx_osa;
mod clair;
mod context;
mod cyclonedx;
mod dependency_check;
mod dependency_track;
mod facts;
mod fields;
mod github;
mod gitlab;
mod govulncheck;
mod grype;
mod jfrog;
mod kiuwan_sca;
mod mend;
mod npm_audit;
mod osv_scanner;
mod packages;
mod pip_audit;
mod snyk;
mod sonatype;
mod spdx;
mod trivy;
mod trivy_operator;
mod twistlock;
mod veracode_sca;
mod vex;

use crate::format::Format;

/// The formats of this group, the most specific first.
pub const FORMATS: &[&Format] = &[
    &trivy::FORMAT,
    &trivy_operator::FORMAT,
    &grype::FORMAT,
    &osv_scanner::FORMAT,
    &snyk::FORMAT,
    &snyk::ISSUES,
    &dependency_check::FORMAT,
    &dependency_check::JSON,
    &dependency_track::FORMAT,
    &npm_audit::FORMAT,
    &npm_audit::BY_PACKAGE,
    &npm_audit::YARN,
    &pip_audit::FORMAT,
    &cargo_audit::FORMAT,
    &gitlab::DEPENDENCIES,
    &gitlab::CONTAINER,
    &github::FORMAT,
    &cyclonedx::JSON,
    &cyclonedx::XML,
    &spdx::JSON,
    &spdx::TAGS,
    &vex::OPENVEX,
    &vex::CSAF,
    &blackduck::FORMAT,
    &jfrog::UNIFIED,
    &jfrog::COMPONENTS,
    &jfrog::SUMMARY,
    &jfrog::ON_DEMAND,
    &twistlock::FORMAT,
    &twistlock::CSV,
    &aqua::FORMAT,
    &anchore::ENGINE,
    &anchore::ENTERPRISE,
    &anchore::ANCHORECTL,
    &anchore::POLICIES,
    &clair::SCANNER,
    &clair::KLAR,
    &mend::FORMAT,
    &sonatype::FORMAT,
    &veracode_sca::FORMAT,
    &veracode_sca::CSV,
    &checkmarx_osa::FORMAT,
    &kiuwan_sca::FORMAT,
    &govulncheck::FORMAT,
];
