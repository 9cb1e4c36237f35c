//! Hosts and web applications, as seen by requests or agents.

mod claim;
mod when;

pub mod nessus;
pub mod nuclei;
pub mod openvas;
pub mod qualys;
pub mod qualys_web;

use crate::format::Format;

/// The formats of this group, the most specific first.
pub const FORMATS: &[&Format] = &[
    &nessus::XML,
    &nessus::CSV,
    &qualys::CSV,
    &qualys::PCI,
    &qualys::VMDR,
    &qualys::XML,
    &qualys::SCAN,
    &qualys_web::FORMAT,
    &openvas::XML,
    &openvas::CSV,
    &nuclei::FORMAT,
];
