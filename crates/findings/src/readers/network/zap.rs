//! What does ZAP say?
//!
//! XML and JSON hold the same: a site, its alerts, the instances of each. One observation for each instance;
//! instances that differ in nothing but the evidence, or in tokens of the query, are one. The check is `alertRef`, which is
//! finer than `pluginid` and takes its place. Risk is 0 to 3; confidence 0 is the user's «false positive».
//!
//! Sites are listed without alerts too. What is systemic is written a few times and no more. Statistics, where the
//! report has them, tell which active rules were started and whether signing in went well.

use std::collections::HashSet;

use vocab::Severity;

use super::claim::{self, hand_on, paragraphs};
use super::when::when;
use crate::coverage::Target;
use crate::format::Format;
use crate::observation::{Class, Confidence, Endpoint, Observation, Standing};
use crate::sink::{Fact, Sink, Stop, looked_at};
use crate::source::Source;
use crate::walk::json::{self, Record};
use crate::walk::xml::{self, Element};

/// The traditional XML report, with requests and responses or without.
pub const XML: Format = Format {
    id: "zap",
    title: "ZAP XML",
    detects: |shape| shape.has("OWASPZAPReport"),
    read: read_xml,
};

/// The traditional JSON report.
pub const JSON: Format = Format {
    id: "zap-json",
    title: "ZAP JSON",
    detects: |shape| {
        let ours = shape.value("@programName") == "ZAP"
            || shape.all(&["@version", "@generated", "site"]) && shape.has("site[].@name");
        // GitLab's DAST report carries ZAP's inside.
        ours && !shape.has("vulnerabilities")
    },
    read: read_json,
};

/// The fields of an alert and of an instance, whatever the syntax.
trait Fields {
    fn field(&self, name: &str) -> &str;
    /// Whether it says so: `true`, or an element without text.
    fn is(&self, name: &str) -> bool;
}

impl Fields for &Element {
    fn field(&self, name: &str) -> &str {
        self.text_of(name)
    }

    fn is(&self, name: &str) -> bool {
        self.at(name).is_some_and(|e| matches!(e.text.trim(), "" | "true"))
    }
}

impl Fields for Record<'_> {
    fn field(&self, name: &str) -> &str {
        self.text(name).trim()
    }

    fn is(&self, name: &str) -> bool {
        self.flag(name)
    }
}

fn read_xml(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let patterns = [
        "OWASPZAPReport/site/alerts/alertitem",
        "OWASPZAPReport/@",
        "OWASPZAPReport/site/@",
        "OWASPZAPReport/site/statistics/statistic",
        "OWASPZAPReport/statistics/statistic",
    ];
    xml::walk(source, &patterns, sink, &mut |sink, hit| {
        let (element, site) = (&hit.element, hit.outer("site", "name"));
        match hit.pattern {
            0 => {}
            1 => tell(sink, element.attribute("version"), element.attribute("generated")),
            2 => claim::tell_site(sink, element.attribute("name")),
            _ => statistic(sink, site, element.text_of("key"), element.text_of("value")),
        }
        if hit.pattern > 0 {
            return Ok(());
        }
        let mut instances: Vec<&Element> = hit.element.all("instances/instance").collect();
        if instances.is_empty() {
            instances.push(&hit.element);
        }
        each(sink, &&hit.element, &instances, site, &hit.place())
    })
}

fn read_json(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let (mut version, mut generated) = (String::new(), String::new());
    let mut sites: Vec<String> = Vec::new();
    let about = [
        "@version",
        "@generated",
        "site[].@name",
        "site[].statistics",
        "statistics",
        "afPlanErrors[]",
    ];
    json::walk(source, &about, sink, &mut |sink, hit| {
        let text = hit.value.as_str().unwrap_or_default();
        match hit.pattern {
            // The name stands before them.
            3 | 4 => {
                let site = sites.get(hit.index(0)).filter(|_| hit.pattern == 3);
                let site = site.map_or("", String::as_str);
                for (key, _) in hit.record().entries("") {
                    let value = hit.value.get(key).map(ToString::to_string).unwrap_or_default();
                    statistic(sink, site, key, &value);
                }
            }
            5 => sink.fact(Fact::Incomplete(format!("the automation plan says: {text}"))),
            0 => text.clone_into(&mut version),
            1 => text.clone_into(&mut generated),
            _ if hit.index(0) < 10_000 => {
                sites.resize(sites.len().max(hit.index(0) + 1), String::new());
                if let Some(site) = sites.get_mut(hit.index(0)) {
                    text.clone_into(site);
                }
            }
            _ => {}
        }
        Ok(())
    })?;
    tell(sink, &version, &generated);
    sites.iter().for_each(|site| claim::tell_site(sink, site));
    json::walk(source, &["site[].alerts[]"], sink, &mut |sink, hit| {
        let alert = hit.record();
        let mut instances: Vec<Record<'_>> = alert.items("instances").collect();
        if instances.is_empty() {
            instances.push(alert);
        }
        let site = sites.get(hit.index(0)).map_or("", String::as_str);
        each(sink, &alert, &instances, site, &hit.place())
    })
    .map(|_| ())
}

fn tell(sink: &mut dyn Sink, version: &str, generated: &str) {
    sink.fact(Fact::Tool("ZAP".to_owned()));
    sink.fact(Fact::Kind(Class::Web));
    if !version.is_empty() {
        sink.fact(Fact::ToolVersion(version.to_owned()));
    }
    looked_at(sink, generated, when(generated));
}

/// `stats.ascan.40012.started`, `stats.auth.success`: of a site, or of the run where it is empty.
fn statistic(sink: &mut dyn Sink, site: &str, key: &str, value: &str) {
    if value.trim_matches('"') == "0" {
        return;
    }
    if let Some((rule, what)) = key.strip_prefix("stats.ascan.").and_then(|k| k.split_once('.'))
        && rule.bytes().all(|byte| byte.is_ascii_digit())
    {
        match what {
            "started" => sink.fact(Fact::ActiveRule(rule.to_owned())),
            "skipped" => sink.fact(Fact::InactiveRule(rule.to_owned())),
            _ => {}
        }
    }
    let signed_in = match key {
        "stats.auth.success" => true,
        "stats.auth.failure" => false,
        _ => return,
    };
    let of = if site.is_empty() { Some(Target::run()) } else { claim::site_target(site) };
    of.into_iter().for_each(|of| sink.fact(Fact::SignedIn(of, signed_in)));
}

fn each<F: Fields>(
    sink: &mut dyn Sink,
    alert: &F,
    instances: &[F],
    site: &str,
    place: &str,
) -> Result<(), Stop> {
    let shared = of_alert(alert);
    let counted = alert.field("count").parse::<usize>().unwrap_or(0);
    if alert.is("systemic") || counted > instances.len() {
        sink.fact(Fact::Capped(shared.rule.clone()));
    }
    let mut met: HashSet<(Option<Endpoint>, String)> = HashSet::new();
    for instance in instances {
        let endpoint = endpoint(site, instance);
        let chosen = chosen(instance.field("uri"), instance.field("param"));
        if !met.insert((endpoint.clone(), chosen.clone())) {
            continue;
        }
        let found = Observation {
            endpoint,
            resource: chosen,
            place: place.to_owned(),
            description: paragraphs(&[
                &shared.description,
                alert.field("otherinfo"),
                instance.field("otherinfo"),
            ]),
            ..shared.clone()
        };
        hand_on(sink, found)?;
    }
    Ok(())
}

fn endpoint<F: Fields>(site: &str, instance: &F) -> Option<Endpoint> {
    claim::page_at(site, instance.field("uri"), instance.field("method"), instance.field("param"))
}

/// What of a query chooses the page (`page=login`): the names in it, with values that are short words. A number names
/// one thing of many, as in a path. What was tried on the attacked parameter, tokens and stamps of time are another
/// in each run and are no place.
fn chosen(uri: &str, attacked: &str) -> String {
    let query = uri.split_once('?').map_or("", |(_, query)| query);
    let query = query.split('#').next().unwrap_or_default();
    let parts = query.split('&').filter(|part| !part.is_empty()).take(20);
    let mut parts: Vec<&str> = parts.map(|part| part_of_place(part, attacked)).collect();
    parts.sort_unstable();
    parts.dedup();
    if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) }
}

/// `name=value` where the value is a word, else the name.
fn part_of_place<'p>(part: &'p str, attacked: &str) -> &'p str {
    let Some((name, value)) = part.split_once('=') else { return part };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let word = (1..=24).contains(&value.len()) && value.chars().all(plain);
    if word && digits <= 2 && digits < value.len() && name != attacked { part } else { name }
}

fn of_alert<F: Fields>(alert: &F) -> Observation {
    let named = [alert.field("alertRef"), alert.field("pluginid")];
    let title = [alert.field("name"), alert.field("alert")];
    let first = |texts: [&str; 2]| {
        texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default().to_owned()
    };
    let confidence = alert.field("confidence");
    Observation {
        class: Class::Web,
        rule: first(named),
        title: first(title),
        description: alert.field("desc").to_owned(),
        remedy: alert.field("solution").to_owned(),
        severity: match alert.field("riskcode") {
            "0" => Severity::None,
            "1" => Severity::Low,
            "2" => Severity::Medium,
            "3" => Severity::High,
            _ => Severity::Unknown,
        },
        // An alert without a weakness has 0 or -1.
        cwes: alert.field("cweid").parse::<u32>().ok().filter(|cwe| *cwe > 0).into_iter().collect(),
        references: claim::links(alert.field("reference")),
        confidence: Confidence::of(confidence),
        standing: if confidence == "0" { Standing::FalsePositive } else { Standing::Reported },
        ..Observation::default()
    }
}

#[cfg(test)]
mod tests {
    use super::chosen;

    #[test]
    fn a_query_chooses_by_its_words() {
        let check = |uri: &str, attacked: &str, expect: &str| {
            assert_eq!(chosen(uri, attacked), expect, "{uri}");
        };
        check("https://a/x", "", "");
        check("https://a/x?page=login&id=17", "", "?id&page=login");
        check("https://a/x?page=admin#top", "", "?page=admin");
        check("https://a/x?q=%3Cscript%3E&page=a", "q", "?page=a&q");
        check("https://a/x?q=javascript&page=a", "q", "?page=a&q");
        check("https://a/x?t=1700000000&s=9f8e7d6c5b4a", "", "?s&t");
        check("https://a/x?&&flag", "", "?flag");
    }
}
