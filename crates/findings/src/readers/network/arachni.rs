//! What does Arachni say? Its digest of an issue is a fingerprint: check, page, method and input.

use super::claim::{self, hand_on};
use super::when::when;
use crate::format::Format;
use crate::observation::{Class, Fingerprint, Observation};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop, looked_at};
use crate::source::Source;
use crate::walk::json::{self, Record};

/// The JSON report.
pub const FORMAT: Format = Format {
    id: "arachni",
    title: "Arachni JSON",
    detects: |shape| shape.all(&["seed", "options.checks", "options.audit", "sitemap"]),
    read,
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Arachni".to_owned()));
    sink.fact(Fact::Kind(Class::Web));
    let patterns = ["issues[]", "version", "finish_datetime", "options.url", "options.checks"];
    json::walk(source, &patterns, sink, &mut |sink, hit| {
        let text = hit.value.as_str().unwrap_or_default();
        match hit.pattern {
            0 => return hand_on(sink, of_issue(hit.record(), hit.place())),
            1 => sink.fact(Fact::ToolVersion(text.to_owned())),
            2 => looked_at(sink, text, when(text)),
            4 => checks(sink, &hit.record().texts("")),
            _ => {
                sink.fact(Fact::Target(text.to_owned()));
                claim::tell_site(sink, text);
            }
        }
        Ok(())
    })
    .map(|_| ())
}

/// The checks that were loaded; a pattern stands for some that are not named.
fn checks(sink: &mut dyn Sink, checks: &[String]) {
    if checks.is_empty() || checks.iter().any(|check| check.contains('*')) {
        return;
    }
    checks.iter().for_each(|check| sink.fact(Fact::ActiveRule(check.clone())));
    sink.fact(Fact::AllRules);
}

fn of_issue(issue: Record<'_>, place: String) -> Observation {
    let digest = issue.string("digest");
    let fingerprint = Fingerprint { name: "digest".to_owned(), value: digest.clone() };
    Observation {
        class: Class::Web,
        rule: issue.text("check.shortname").to_owned(),
        title: issue.text("name").to_owned(),
        description: issue.text("description").trim().to_owned(),
        remedy: issue.text("remedy_guidance").trim().to_owned(),
        severity: words::severity(issue.text("severity")),
        cwes: words::cwe(&issue.string("cwe")).into_iter().collect(),
        references: issue
            .entries("references")
            .flat_map(|(_, link)| claim::links(link.0.as_str().unwrap_or_default()))
            .collect(),
        endpoint: claim::page(
            issue.first(&["vector.action", "vector.url"]),
            issue.text("vector.method"),
            issue.text("vector.affected_input_name"),
        ),
        fingerprints: if digest.is_empty() { Vec::new() } else { vec![fingerprint] },
        place,
        ..Observation::default()
    }
}
