//! Static analysis, SARIF, Gabion's own and generic shapes.

mod defectdojo;
mod gabion;
mod generic;
mod sarif;
mod site;

use crate::format::Format;

/// The formats of this group, the most specific first.
pub const FORMATS: &[&Format] = &[
    &gabion::FORMAT,
    &generic::JSON,
    &generic::CSV,
    &sarif::FORMAT,
    &defectdojo::JSON,
    &defectdojo::CSV,
];
