//! Hosts and web applications, as seen by requests or agents.

mod claim;
mod flat;
mod transport;
mod when;

pub mod acunetix;
pub mod appscan;
pub mod arachni;
pub mod attempts;
pub mod burp;
pub mod crashtest;
pub mod gitlab_dynamic;
pub mod headers;
pub mod nessus;
pub mod netsparker;
pub mod nexpose;
pub mod nikto;
pub mod nmap;
pub mod nuclei;
pub mod openvas;
pub mod qualys;
pub mod qualys_web;
pub mod reach;
pub mod services;
pub mod settings;
pub mod ssh_audit;
pub mod ssl_labs;
pub mod sslscan;
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
    &ssl_labs::FORMAT,
    &sslscan::FORMAT,
    &ssh_audit::FORMAT,
    &reach::MASSCAN,
    &reach::NAABU,
    &reach::NETTACKER,
    &reach::HTTPX,
    &reach::FFUF,
    &reach::DIRSEARCH,
    &reach::WFUZZ,
    &reach::GOBUSTER,
    &headers::DRHEADER,
    &headers::OBSERVATORY,
    &headers::HUMBLE,
    &services::FUSION,
    &services::ALERTLOGIC,
    &services::APPCHECK,
    &services::EDGESCAN,
    &services::OUTPOST24,
    &services::CYCOGNITO,
    &services::INTSIGHTS,
    &services::INTSIGHTS_CSV,
    &services::COBALT,
    &services::COBALT_CSV,
    &settings::CLOUDFLARE,
    &settings::CLOUDFLARE_CSV,
    &settings::KRAKEND,
    &settings::CRUNCH42,
    &settings::PINGCASTLE,
    &settings::PICUS,
    &settings::KUBEHUNTER,
    &attempts::HYDRA,
    &attempts::SQLMAP,
    &attempts::APKLEAKS,
    &crashtest::FORMAT,
];
