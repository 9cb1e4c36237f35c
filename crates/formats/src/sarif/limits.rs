//! How does a scan of any size fit what code hosts take?
//!
//! In: a [`Log`]. Out: a document whose runs, results, locations and tags stay inside GitHub's limits,
//! with a notification for everything that was split or left out.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::document::{
    ArtifactLocation, AutomationDetails, Configuration, Descriptor, Document, Driver, Invocation,
    Location, Message, PhysicalLocation, Region, ReportingDescriptor, Root, RuleProperties, Run,
    SCHEMA, SarifNotification, SarifResult, SarifSuppression, Tool,
};
use super::{Hit, Level, Log, Notification, Place, Rule, uri};

/// Results in one run; a file with more is rejected.
pub const RESULTS: usize = 25_000;
/// Results of one run that GitHub stores, by severity.
pub const SHOWN: usize = 5_000;
/// Runs in one file.
pub const RUNS: usize = 20;
/// Locations of one result.
pub const LOCATIONS: usize = 1_000;
/// Tags of one rule.
pub const TAGS: usize = 20;
/// Notifications of one run; our own bound, no host names one.
pub const NOTIFICATIONS: usize = 1_000;
/// Characters of a rule's name and id.
const NAME: usize = 255;
/// Characters of a rule's descriptions.
const DESCRIPTION: usize = 1_024;
/// Characters of a message or a help text; our own bound, so that one advisory cannot fill a file.
const TEXT: usize = 16_384;

/// Lays a scan out in runs.
pub fn fit(log: &Log) -> Document {
    within(log, Bounds { runs: RUNS, results: RESULTS })
}

/// How much a document may hold.
#[derive(Clone, Copy)]
struct Bounds {
    runs: usize,
    results: usize,
}

fn within(log: &Log, bounds: Bounds) -> Document {
    let kept = log.results.get(..bounds.runs * bounds.results).unwrap_or(&log.results);
    let prints = fingerprints(kept);
    let mut chunks: Vec<(&[Hit], &[String])> =
        kept.chunks(bounds.results).zip(prints.chunks(bounds.results)).collect();
    if chunks.is_empty() {
        chunks.push((&[], &[]));
    }
    let count = chunks.len();
    let runs = chunks
        .into_iter()
        .enumerate()
        .map(|(at, (hits, prints))| run(log, bounds, (at, count), hits, prints))
        .collect();
    Document { schema: SCHEMA, version: "2.1.0", runs }
}

/// One run: the one at `at`, counted from 0, of `count`.
fn run(
    log: &Log,
    bounds: Bounds,
    (at, count): (usize, usize),
    hits: &[Hit],
    prints: &[String],
) -> Run {
    let (rules, index) = rules(log, hits);
    let mut said = said(log, bounds, (at, count), hits, &rules);
    if at == 0 {
        said.extend(log.notifications.iter().take(NOTIFICATIONS).map(notification));
    }
    let part = if at == 0 { String::new() } else { format!("part-{}/", at + 1) };
    let any_suppressed = log.results.iter().any(|hit| !hit.suppressions.is_empty());
    let mut properties = log.properties.clone();
    properties.insert("complete".to_owned(), Value::Bool(log.complete));
    let root = Root { description: Message::plain("The folder that was scanned.") };
    Run {
        tool: Tool {
            driver: Driver {
                name: "Gabion",
                version: log.tool_version.clone(),
                semantic_version: log.tool_version.clone(),
                information_uri: log.information_uri.as_deref().and_then(address),
                rules: rules.iter().map(descriptor).collect(),
            },
        },
        automation_details: AutomationDetails { id: format!("{}/{part}", category(log)) },
        invocations: vec![Invocation {
            execution_successful: log.successful,
            tool_execution_notifications: said,
        }],
        original_uri_base_ids: BTreeMap::from([("%SRCROOT%", root)]),
        column_kind: "utf16CodeUnits",
        results: hits
            .iter()
            .zip(prints)
            .map(|(hit, print)| result(hit, print, &index, any_suppressed))
            .collect(),
        properties,
    }
}

/// The rules that the results of a run name, in order of first use, and where each stands.
fn rules<'a>(log: &'a Log, hits: &'a [Hit]) -> (Vec<Rule>, HashMap<&'a str, usize>) {
    let known: HashMap<&str, &Rule> = log.rules.iter().map(|r| (r.id.as_str(), r)).collect();
    let mut rules: Vec<Rule> = Vec::new();
    let mut index = HashMap::new();
    for hit in hits {
        index.entry(hit.rule.as_str()).or_insert_with(|| {
            let bare = || Rule { id: hit.rule.clone(), level: hit.level, ..Rule::default() };
            rules.push(known.get(hit.rule.as_str()).map_or_else(bare, |&rule| rule.clone()));
            rules.len() - 1
        });
    }
    (rules, index)
}

/// What limits did to this run.
fn said(
    log: &Log,
    bounds: Bounds,
    (at, count): (usize, usize),
    hits: &[Hit],
    rules: &[Rule],
) -> Vec<SarifNotification> {
    let mut said: Vec<(Level, String)> = Vec::new();
    let Bounds { runs, results } = bounds;
    let dropped = log.results.len().saturating_sub(runs * results);
    if dropped > 0 {
        said.push((Level::Error, format!("{dropped} results are left out: a file holds {runs} runs of {results} results. Scan fewer folders at once.")));
    }
    if count > 1 {
        said.push((Level::Warning, format!("The results are split into {count} runs of at most {results}; this is run {} of {count}.", at + 1)));
    }
    if hits.len() > SHOWN {
        said.push((
            Level::Warning,
            format!(
                "This run has {} results; GitHub stores the {SHOWN} most severe of a run.",
                hits.len()
            ),
        ));
    }
    let crowded = hits.iter().filter(|hit| hit.places.len() > LOCATIONS).count();
    if crowded > 0 {
        said.push((Level::Warning, format!("{crowded} results have more than {LOCATIONS} locations; the rest of theirs are left out.")));
    }
    let tagged = rules.iter().filter(|rule| tags(rule).len() > TAGS).count();
    if tagged > 0 {
        said.push((
            Level::Note,
            format!("{tagged} rules have more than {TAGS} tags; the rest of theirs are left out."),
        ));
    }
    let unsaid = log.notifications.len().saturating_sub(NOTIFICATIONS);
    if at == 0 && unsaid > 0 {
        said.push((
            Level::Warning,
            format!("{unsaid} further notifications are left out; the JSON format has them all."),
        ));
    }
    said.into_iter()
        .map(|(level, text)| SarifNotification {
            descriptor: Descriptor { id: "limit".to_owned() },
            level: word(level),
            message: Message::plain(text),
            locations: Vec::new(),
        })
        .collect()
}

fn descriptor(rule: &Rule) -> ReportingDescriptor {
    let short = if rule.short.is_empty() { &rule.id } else { &rule.short };
    let full = if rule.full.is_empty() { short } else { &rule.full };
    let help = if rule.help.is_empty() { full } else { &rule.help };
    let markdown = Some(cut(&rule.help_markdown, TEXT)).filter(|text| !text.is_empty());
    let mut tags = tags(rule);
    tags.truncate(TAGS);
    let score = rule.security_severity.filter(|score| (0.0..=10.0).contains(score));
    ReportingDescriptor {
        id: rule.id.clone(),
        name: cut(&rule.name, NAME),
        short_description: Message::plain(cut(short, DESCRIPTION)),
        full_description: Message::plain(cut(full, DESCRIPTION)),
        help: Message { text: cut(help, TEXT), markdown },
        help_uri: rule.help_uri.as_deref().and_then(address),
        default_configuration: Configuration { level: word(rule.level) },
        properties: RuleProperties {
            precision: "very-high",
            security_severity: score.map(|score| format!("{score:.1}")),
            tags,
        },
    }
}

fn tags(rule: &Rule) -> Vec<String> {
    let mut tags = vec!["security".to_owned()];
    for tag in &rule.tags {
        if !tags.contains(tag) {
            tags.push(tag.clone());
        }
    }
    tags
}

fn result(
    hit: &Hit,
    print: &str,
    index: &HashMap<&str, usize>,
    any_suppressed: bool,
) -> SarifResult {
    let nowhere = [Place::default()];
    let places = if hit.places.is_empty() { &nowhere[..] } else { &hit.places[..] };
    let suppressions = hit.suppressions.iter().map(|suppression| {
        let mut properties = BTreeMap::from([("origin", suppression.origin.clone())]);
        properties.extend(suppression.until.clone().map(|until| ("until", until)));
        SarifSuppression {
            kind: "external",
            status: "accepted",
            justification: suppression.justification.clone(),
            properties,
        }
    });
    SarifResult {
        rule_id: hit.rule.clone(),
        rule_index: index.get(hit.rule.as_str()).copied().unwrap_or_default(),
        level: word(hit.level),
        message: Message::plain(unlinked(&hit.message)),
        locations: places.iter().take(LOCATIONS).map(location).collect(),
        partial_fingerprints: BTreeMap::from([
            ("gabion/v1", hit.identity.clone()),
            ("primaryLocationLineHash", print.to_owned()),
        ]),
        baseline_state: hit.new.map(|new| if new { "new" } else { "unchanged" }),
        // Section 3.27.23: once one result of a run has suppressions, the absence of them says «not
        // known»; an empty list says «none».
        suppressions: any_suppressed.then(|| suppressions.collect()),
        properties: hit.properties.clone(),
    }
}

/// GitHub tells alerts apart by the property `primaryLocationLineHash` alone, and would else compute
/// it from the line's text, which holds the version: every upgrade would close one alert and open
/// another. So it is made of the identity here, with a number for the second and later results that
/// share one, as hosts write it.
fn fingerprints(hits: &[Hit]) -> Vec<String> {
    let mut seen: HashMap<(&str, &str), usize> = HashMap::new();
    hits.iter()
        .map(|hit| {
            let count = seen.entry((&hit.rule, &hit.identity)).or_default();
            *count += 1;
            let hash = Sha256::digest(hit.identity.as_bytes());
            let mut print = String::with_capacity(40);
            for byte in hash.iter().take(16) {
                print.push_str(&format!("{byte:02x}"));
            }
            format!("{print}:{count}")
        })
        .collect()
}

fn notification(notification: &Notification) -> SarifNotification {
    SarifNotification {
        descriptor: Descriptor { id: notification.id.clone() },
        level: word(notification.level),
        message: Message::plain(unlinked(&notification.message)),
        locations: notification.place.iter().map(location).collect(),
    }
}

fn location(place: &Place) -> Location {
    let (uri, relative) = uri::encode(&place.path);
    Location {
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation {
                uri,
                uri_base_id: relative.then_some("%SRCROOT%"),
            },
            region: Region { start_line: place.line.clamp(1, i32::MAX as u32) },
        },
    }
}

fn category(log: &Log) -> &str {
    let category = log.category.trim_matches('/');
    if category.is_empty() { "gabion" } else { category }
}

fn address(address: &str) -> Option<String> {
    uri::web(address).map(str::to_owned)
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Note => "note",
        Level::Warning => "warning",
        Level::Error => "error",
    }
}

/// A plain message may hold links, `[text](address)` (section 3.11.6), and hosts show them. Names from
/// hostile files stand in messages, so a space breaks what would be one; nothing else is written so.
fn unlinked(message: &str) -> String {
    cut(message, TEXT).replace("](", "] (")
}

/// At most so many characters; `…` stands for the rest.
fn cut(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        None => text.to_owned(),
        Some(_) => {
            let mut short: String = text.chars().take(characters.saturating_sub(1)).collect();
            short.push('…');
            short
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Hit, Log};
    use super::{Bounds, within};

    #[test]
    fn results_beyond_the_last_run_are_left_out_and_counted_in_every_run() {
        let log = Log { results: vec![Hit::default(); 13], ..Log::default() };
        let document = within(&log, Bounds { runs: 2, results: 3 });
        let shape = document.runs.iter().map(|run| {
            let said = &run.invocations[0].tool_execution_notifications;
            (run.results.len(), said[0].level, said[0].message.text.clone(), said.len())
        });
        let text =
            "7 results are left out: a file holds 2 runs of 3 results. Scan fewer folders at once.";
        let run = (3, "error", text.to_owned(), 2);
        assert_eq!(shape.collect::<Vec<_>>(), [run.clone(), run]);
    }
}
