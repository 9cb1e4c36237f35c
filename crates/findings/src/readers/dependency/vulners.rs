//! What did Vulners' agent find on hosts?
//!
//! The API's report: `data.report[]` says what is met on which host, `data.vulns` what each id means. A notice of
//! a distribution covers several CVEs.

use crate::format::Format;
use crate::observation::{Class, Endpoint, MAX_MEMBERS, Observation};
use crate::readers::dependency::{context::Context, facts, packages};
use crate::readers::words;
use crate::sink::{Sink, Stop};
use crate::source::Source;
use crate::walk::json;

/// Vulners' report.
pub const FORMAT: Format = Format {
    id: "vulners",
    title: "Vulners agent report (API)",
    detects: |shape| shape.all(&["result", "data.report", "data.vulns"]),
    read,
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let context = Context::of(source, &["data.vulns.*"], sink)?;
    facts::tool(sink, "Vulners", "");
    json::walk(source, &["data.report[]"], sink, &mut |sink, hit| {
        let record = hit.record();
        let rule = record.text("vulnID");
        let known = context.root(&format!("data.vulns.{rule}"));
        let of = |field: &str| known.map(|k| k.text(field)).unwrap_or_default();
        let host = record.first(&["agentfqdn", "agentip"]);
        let mut observation = Observation {
            class: Class::Host,
            rule: rule.into(),
            title: record.text("title").into(),
            description: of("description").into(),
            remedy: record.text("cumulativeFix").into(),
            severity: words::severity(record.text("severityText")),
            score: of("cvss3.cvssV3.vectorString").into(),
            endpoint: Some(Endpoint { host: host.to_ascii_lowercase(), ..Endpoint::default() }),
            ..Observation::default()
        };
        let cves =
            known.map(|k| k.texts("cvelist")).unwrap_or_default().into_iter().take(MAX_MEMBERS);
        packages::name_problem(&mut observation, rule, cves);
        packages::hand_on(sink, hit.place(), observation)
    })?;
    Ok(())
}
