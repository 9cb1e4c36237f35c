//! Hosts and web applications, as seen by requests or agents.

mod claim;
mod flat;
mod when;

pub mod acunetix;
pub mod appscan;
pub mod arachni;
pub mod burp;
pub mod gitlab_dynamic;
pub mod nessus;
pub mod netsparker;
pub mod nexpose;
pub mod nikto;
pub mod nmap;
pub mod nuclei;
pub mod openvas;
pub mod qualys;
pub mod qualys_web;
pub mod sslyze;
pub mod stackhawk;
pub mod testssl;
pub mod wapiti;
pub mod web_sheets;
pub mod webinspect;
pub mod wpscan;
pub mod zap;

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
    &zap::XML,
    &zap::JSON,
    &burp::XML,
    &burp::API,
    &burp::GRAPHQL,
    &burp::DASTARDLY,
    &nmap::FORMAT,
    &nikto::XML,
    &nikto::JSON,
    &testssl::CSV,
    &testssl::JSON,
    &gitlab_dynamic::FORMAT,
    &sslyze::JSON,
    &sslyze::XML,
    &acunetix::FORMAT,
    &netsparker::FORMAT,
    &nexpose::FORMAT,
    &arachni::FORMAT,
    &wapiti::FORMAT,
    &webinspect::FORMAT,
    &appscan::FORMAT,
    &wpscan::FORMAT,
    &stackhawk::FORMAT,
    &web_sheets::APPSPIDER,
    &web_sheets::IMMUNIWEB,
];
