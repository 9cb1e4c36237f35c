//! Packages: composition analysis, images, bills of materials, VEX.
//!
//! What formats have in common: [`packages`] (what words mean), [`fields`] (flat records by a table of names),
//! [`context`] (what stands around a record), [`facts`].

mod context;
mod facts;
mod fields;
mod grype;
mod osv_scanner;
mod packages;
mod trivy;
mod trivy_operator;

use crate::format::Format;

/// The formats of this group, the most specific first.
pub const FORMATS: &[&Format] =
    &[&trivy::FORMAT, &trivy_operator::FORMAT, &grype::FORMAT, &osv_scanner::FORMAT];
