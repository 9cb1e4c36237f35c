//! Gabion's own scan (`gabion scan --format json`, schema `gabion.scan/1`; the shape stands in `app`'s
//! report).
//!
//! Findings are claims; what a VEX statement or an ignore took out of the queue is one too, with its
//! standing. Notices are no problems. What a scan did not read, was told to leave out or could not evaluate keeps the
//! claims there, and no others.

mod looked;

use crate::coverage::Filter;
use crate::format::Format;
use vocab::{Ecosystem, Scope};

use crate::observation::{Class, Component, MAX_MEMBERS, Met, Observation, Standing};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop, looked_at};
use crate::source::Source;
use crate::walk::json::{self, Hit, Record};
use crate::walk::shape::Shape;

use super::site;
use looked::LookedAt;

/// Gabion's own scan.
pub const FORMAT: Format = Format { id: "gabion-scan", title: "Gabion scan JSON", detects, read };

fn detects(shape: &Shape) -> bool {
    shape.value("schema").starts_with("gabion.scan/")
}

const RECORDS: &[&str] = &[
    "findings[]",
    "stated[]",
    "ignored[]",
    "gabion",
    "scanned_at",
    "components",
    "schema",
    "notices[]",
];

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let looked = LookedAt::of(source, sink)?;
    sink.fact(Fact::Tool("gabion".to_owned()));
    sink.fact(Fact::Kind(Class::Dependency));
    // What an ignore or a statement takes out of the queue stands in the document too.
    sink.fact(Fact::Filter(Filter::None));
    looked.tell(sink);
    json::walk(source, RECORDS, sink, &mut |sink, hit| {
        let record = hit.record();
        let text = record.0.as_str().unwrap_or_default();
        let finding = record.at("finding");
        match hit.pattern {
            0 => {
                return claim(sink, &hit, &looked, Some(record), Standing::Reported, String::new());
            }
            1 => {
                let (standing, said) = stated(record);
                return claim(sink, &hit, &looked, finding, standing, said);
            }
            2 => {
                let reason = format!("{} (until {})", record.text("reason"), record.text("until"));
                return claim(sink, &hit, &looked, finding, Standing::Suppressed, reason);
            }
            3 => sink.fact(Fact::ToolVersion(text.to_owned())),
            4 => looked_at(sink, text, vocab::instant::parse(text)),
            5 => {
                if let Some(count) = record.0.as_u64() {
                    sink.fact(Fact::Components(count));
                }
            }
            6 if text != "gabion.scan/1" => {
                return Err(Stop::broken(
                    "$.schema",
                    format!("this program reads gabion.scan/1, not {text}"),
                ));
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok(())
}

/// What a statement says of its finding.
fn stated(record: Record<'_>) -> (Standing, String) {
    let standing = match record.text("statement.status") {
        "fixed" => Standing::Fixed,
        _ => Standing::NotAffected,
    };
    let said = ["statement.justification", "statement.text", "statement.author"];
    let said: Vec<&str> =
        said.iter().map(|name| record.text(name)).filter(|t| !t.is_empty()).collect();
    (standing, said.join("; "))
}

fn claim(
    sink: &mut dyn Sink,
    hit: &Hit<'_>,
    looked: &LookedAt,
    finding: Option<Record<'_>>,
    standing: Standing,
    reason: String,
) -> Result<(), Stop> {
    let made =
        finding.and_then(|finding| observation(looked, finding, standing, reason, hit.place()));
    match made {
        Some(observation) => sink.observation(observation),
        None => {
            sink.dropped(&hit.place(), "a finding without an advisory or without a package");
            Ok(())
        }
    }
}

fn observation(
    looked: &LookedAt,
    finding: Record<'_>,
    standing: Standing,
    reason: String,
    place: String,
) -> Option<Observation> {
    let advisory = finding.text("advisory");
    let (name, purl) = (finding.text("name"), finding.text("purl"));
    if advisory.is_empty() || (name.is_empty() && purl.is_empty()) {
        return None;
    }
    let mut ids = finding.texts("aliases");
    ids.push(advisory.to_owned());
    let fixed = finding.texts("fixed_in");
    let remedy = match (fixed.is_empty(), finding.text("kind")) {
        (_, "malicious") => "Remove it, replace what it could read, look for traces.".to_owned(),
        (false, _) => format!("Upgrade {name} to {} or later.", fixed.join(" or ")),
        (true, _) => String::new(),
    };
    let places = finding.items("places").take(MAX_MEMBERS);
    let asset = finding.text("asset");
    let located = |place: Record<'_>| {
        site::location(&looked.place(asset, place.text("path")), place.whole("line"))
    };
    Some(Observation {
        class: Class::Dependency,
        rule: advisory.to_owned(),
        title: finding.text("title").to_owned(),
        description: finding.text("why").to_owned(),
        remedy,
        severity: words::severity(finding.text("severity")),
        score: finding.text("vector").to_owned(),
        ids,
        mentions: finding.texts("upstream"),
        cwes: finding.texts("cwes").iter().filter_map(|text| words::cwe(text)).collect(),
        component: Some(Component {
            purl: purl.to_owned(),
            kind: purl
                .strip_prefix("pkg:")
                .and_then(|p| p.split('/').next())
                .unwrap_or_else(|| Ecosystem::parse(finding.text("ecosystem")).base().purl_type())
                .to_owned(),
            name: name.to_owned(),
            version: finding.text("version").to_owned(),
            fixed_in: fixed,
        }),
        locations: places.filter_map(located).collect(),
        standing,
        standing_reason: reason,
        first_seen: vocab::instant::parse(finding.text("first_seen")),
        met: Some(Met {
            scope: scope(finding.text("scope")),
            records: finding.texts("records"),
            ecosystem: finding.text("ecosystem").to_owned(),
        }),
        target: finding.text("asset").to_owned(),
        place,
        ..Observation::default()
    })
}

fn scope(word: &str) -> Scope {
    let all = [Scope::Runtime, Scope::Optional, Scope::Development];
    all.into_iter().find(|scope| scope.as_str() == word).unwrap_or_default()
}
