//! What do Netsparker, Invicti and Acunetix 360 say? One product with three names.
//!
//! `Type` is the check. The parameter is the one that is marked as vulnerable. States can be several, joined
//! by commas («Present, AcceptedRisk»). Requests and responses hold sessions and are left out. Their dates
//! have the day or the month first as their server was set up, and are not read.

use super::claim::{self, cover, hand_on, paragraphs};
use crate::format::Format;
use crate::observation::{Class, Confidence, Observation, Standing};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};

/// The vulnerabilities list of a scan.
pub const FORMAT: Format = Format {
    id: "netsparker",
    title: "Netsparker, Invicti and Acunetix 360 JSON",
    detects: |shape| shape.all(&["Generated", "Target.ScanId", "Vulnerabilities"]),
    read,
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Invicti".to_owned()));
    sink.fact(Fact::Kind(Class::Web));
    json::walk(source, &["Vulnerabilities[]", "Target.Url"], sink, &mut |sink, hit| {
        if hit.pattern == 1 {
            let url = hit.value.as_str().unwrap_or_default();
            sink.fact(Fact::Target(url.to_owned()));
            // Other hosts of the same organisation are crawled with it.
            claim::site_target(url).into_iter().for_each(|site| sink.fact(Fact::LookedAmong(site)));
            return Ok(());
        }
        hand_on(sink, of_vulnerability(hit.record(), hit.place()))
    })
    .map(|_| ())
}

fn of_vulnerability(record: Record<'_>, place: String) -> Observation {
    let class = record.at("Classification");
    let told = |path: &str| class.map(|class| class.string(path)).unwrap_or_default();
    let mut marked =
        record.items("HttpRequest.Parameters").filter(|parameter| parameter.flag("Vulnerable"));
    let parameter = marked.next().map_or("", |parameter| parameter.text("Name"));
    let links = ["ExternalReferences", "RemedyReferences"].map(|path| record.text(path)).join("\n");
    let mut observation = Observation {
        class: Class::Web,
        rule: record.text("Type").to_owned(),
        title: record.text("Name").to_owned(),
        description: paragraphs(&[record.text("Description"), record.text("Impact")]),
        remedy: paragraphs(&[record.text("RemedialProcedure"), record.text("RemedialActions")]),
        severity: words::severity(record.text("Severity")),
        score: claim::score(&[
            &told("Cvss31.Vector"),
            &told("Cvss.Vector"),
            &told("Cvss31.BaseScore.Value"),
            &told("Cvss.BaseScore.Value"),
        ]),
        cwes: told("Cwe").split(',').filter_map(words::cwe).collect(),
        references: claim::links(&links),
        endpoint: claim::page(record.text("Url"), record.text("HttpRequest.Method"), parameter),
        place,
        ..Observation::default()
    };
    observation.confidence = match record.float("Certainty") {
        _ if record.flag("Confirmed") => Confidence::High,
        Some(percent) if percent >= 80.0 => Confidence::High,
        Some(percent) if percent >= 50.0 => Confidence::Medium,
        Some(_) => Confidence::Low,
        None => Confidence::Unknown,
    };
    let state = record.text("State");
    observation.standing = standing(state);
    if observation.standing != Standing::Reported {
        state.clone_into(&mut observation.standing_reason);
    }
    let known: Vec<String> = record
        .items("KnownVulnerabilities")
        .flat_map(|known| ["Title", "Cve", "CveId"].map(|key| known.string(key)))
        .collect();
    cover(&mut observation, words::cves(&known.join(" ")));
    observation
}

fn standing(state: &str) -> Standing {
    let states: Vec<&str> = state.split(',').map(str::trim).collect();
    let is = |name: &str| states.iter().any(|state| state.replace(' ', "").starts_with(name));
    if is("FalsePositive") {
        Standing::FalsePositive
    } else if is("AcceptedRisk") || is("Ignored") {
        Standing::Suppressed
    } else if is("Fixed") {
        Standing::Fixed
    } else {
        Standing::Reported
    }
}
