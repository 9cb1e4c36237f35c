//! What do scanners of web applications say that write one flat record for each problem? A row each.
//!
//! AppSpider and ImmuniWeb.

use vocab::Severity;

use super::claim::hand_on;
use super::flat::{Flat, NOTHING};
use super::when::when;
use crate::format::Format;
use crate::observation::Class;
use crate::sink::{Fact, Sink, Stop, looked_at};
use crate::source::Source;
use crate::walk::xml;

/// `VulnerabilitiesSummary.xml`.
pub const APPSPIDER: Format = Format {
    id: "appspider",
    title: "AppSpider XML",
    detects: |shape| shape.has("VulnSummary"),
    read: read_appspider,
};

/// The report as XML.
pub const IMMUNIWEB: Format = Format {
    id: "immuniweb",
    title: "ImmuniWeb XML",
    detects: |shape| {
        let empty = shape.is_xml && shape.paths.len() == 1 && shape.has("Vulnerabilities");
        empty
            || shape.all(&[
                "Vulnerabilities/Vulnerability/CVSSv3",
                "Vulnerabilities/Vulnerability/Risk",
            ])
    },
    read: read_immuniweb,
};

const OF_APPSPIDER: Flat = Flat {
    rule: &["VulnType"],
    title: &["VulnType"],
    description: &["Description"],
    remedy: &["Recommendation"],
    cwes: &["CweId"],
    url: &["VulnUrl", "Url", "WebSite"],
    method: &["Method"],
    parameter: &["ParameterName"],
    ..NOTHING
};

fn read_appspider(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("AppSpider".to_owned()));
    sink.fact(Fact::Kind(Class::Web));
    let (mut ended, mut offset) = (String::new(), 0_i8);
    let patterns = ["VulnSummary/VulnList/Vuln", "VulnSummary/ScanEnded", "VulnSummary/UTCOffset"];
    let end = xml::walk(source, &patterns, sink, &mut |sink, hit| {
        let text = hit.element.text.trim();
        match hit.pattern {
            0 => {
                let mut found = OF_APPSPIDER.read(&hit.element, hit.place());
                found.severity = of_attack(hit.element.text_of("AttackScore"));
                return hand_on(sink, found);
            }
            1 => text.clone_into(&mut ended),
            _ => offset = text.parse().unwrap_or(0),
        }
        Ok(())
    });
    let sign = if offset < 0 { '-' } else { '+' };
    let told = when(&format!("{ended} {sign}{:02}00", offset.unsigned_abs()));
    looked_at(sink, &ended, told);
    end
}

/// «2-Low»: 0 and 1 safe and informational, then low to high.
fn of_attack(score: &str) -> Severity {
    match score.split('-').next().unwrap_or_default().trim() {
        "0" | "1" => Severity::None,
        "2" => Severity::Low,
        "3" => Severity::Medium,
        "4" => Severity::High,
        _ => Severity::Unknown,
    }
}

const OF_IMMUNIWEB: Flat = Flat {
    rule: &["Type"],
    title: &["Name"],
    description: &["Description"],
    remedy: &["Remediation"],
    severity: &["Risk"],
    score: &["CVSSv3"],
    cwes: &["CWE-ID"],
    cves: &["CVE-ID"],
    url: &["URL"],
    ..NOTHING
};

fn read_immuniweb(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("ImmuniWeb".to_owned()));
    sink.fact(Fact::Kind(Class::Web));
    xml::walk(source, &["Vulnerabilities/Vulnerability"], sink, &mut |sink, hit| {
        hand_on(sink, OF_IMMUNIWEB.read(&hit.element, hit.place()))
    })
}
