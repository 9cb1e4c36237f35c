//! Packages: composition analysis, images, bills of materials, VEX.
//!
//! What formats have in common stands in files of its own: `packages` (what words mean), `fields` (flat records
//! by a table of names), `context` (what stands around a record) and `facts`.

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
mod flat_records;
mod github;
mod gitlab;
mod govulncheck;
mod grype;
mod harbor;
mod jfrog;
mod kiuwan_sca;
mod language_audits;
mod mend;
mod npm_audit;
mod ort;
mod oss_index;
mod osv_scanner;
mod packages;
mod pip_audit;
mod retirejs;
mod reversinglabs;
mod snyk;
mod sonatype;
mod spdx;
mod sysdig;
mod trivy;
mod trivy_operator;
mod trustwave;
mod twistlock;
mod veracode_sca;
mod vex;
mod vulners;
mod wiz;

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
    &language_audits::COMPOSER,
    &language_audits::BUNDLER,
    &language_audits::BUNDLER_TEXT,
    &language_audits::MIX,
    &language_audits::DOTNET,
    &oss_index::AUDITJS,
    &oss_index::NANCY,
    &oss_index::DEVAUDIT,
    &retirejs::FORMAT,
    &harbor::FORMAT,
    &sysdig::CSV,
    &sysdig::JSON,
    &wiz::ISSUES,
    &wiz::FINDINGS,
    &wiz::CLI,
    &flat_records::DEEPFENCE,
    &flat_records::BINARY_ANALYSIS,
    &flat_records::NEUVECTOR,
    &flat_records::SCANTIST,
    &flat_records::XEOL,
    &flat_records::SATELLITE,
    &flat_records::GCLOUD,
    &flat_records::METERIAN,
    &flat_records::OPENREPORTS,
    &vulners::FORMAT,
    &trustwave::FORMAT,
    &ort::FORMAT,
    &reversinglabs::FORMAT,
];
