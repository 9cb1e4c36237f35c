//! What issues does an FVDL hold? Nodes, snippets, descriptions and rules stand after them, so it is walked
//! twice.
//!
//! The severity is Fortify's priority: critical when impact and likelihood are at least 2.5, high when the
//! impact alone is, medium when the likelihood alone is, else low; the likelihood is accuracy × confidence ×
//! probability ÷ 25. Without the rule's figures the instance's severity (0 to 5) speaks.

use std::collections::HashMap;

use vocab::Severity;

use super::audit::Words;
use crate::observation::{Class, Location, Observation};
use crate::readers::code::{claim, site};
use crate::readers::{told, words};
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::xml::{self, Element};

/// Most nodes, snippets, rules and descriptions kept of one document.
const MAX_KEPT: usize = 500_000;
/// Most rule packs whose versions are told.
const MAX_PACKS: usize = 1_000;
/// Longest line kept of a snippet.
const MAX_LINE: usize = 1_000;

const CONTEXT: &[&str] = &[
    "FVDL/UnifiedNodePool/Node",
    "FVDL/Snippets/Snippet",
    "FVDL/EngineData/RuleInfo/Rule",
    "FVDL/Description",
    "FVDL/EngineData/EngineVersion",
    "FVDL/CreatedTS",
    "FVDL/Build/BuildID",
    "FVDL/EngineData/Errors/Error",
    "FVDL/Build/SourceFiles/File",
    "FVDL/EngineData/RulePacks/RulePack",
    "FVDL/EngineData/CommandLine",
    "FVDL/EngineData/FilterResult",
];

/// What the issues refer to.
#[derive(Debug, Default)]
struct Context {
    /// Places of the pooled nodes, each with its snippet's id.
    nodes: HashMap<String, (Location, String)>,
    /// The line that a snippet is about.
    snippets: HashMap<String, String>,
    rules: HashMap<String, Rule>,
    /// Abstract and recommendations by class.
    descriptions: HashMap<String, (String, String)>,
}

#[derive(Debug, Default)]
struct Rule {
    impact: Option<f64>,
    accuracy: Option<f64>,
    probability: Option<f64>,
    cwes: Vec<u32>,
}

/// Reads the issues.
///
/// # Errors
/// When it is no XML, or the taker wants no more.
pub fn read(source: &mut Source<'_>, said: &Words, sink: &mut dyn Sink) -> Result<(), Stop> {
    let mut context = Context::default();
    let (mut errors, mut packs) = (0, std::collections::BTreeSet::new());
    sink.fact(Fact::Tool("Fortify".to_owned()));
    told::kinds(sink, &[Class::Code]);
    xml::walk(source, CONTEXT, sink, &mut |sink, hit| {
        let element = &hit.element;
        match hit.pattern {
            4 => claim::tell(sink, Fact::ToolVersion, &element.text),
            5 => {
                let when = format!("{}T{}", element.attribute("date"), element.attribute("time"));
                claim::scanned_at(sink, &when);
            }
            6 => claim::tell(sink, Fact::Target, &element.text),
            7 if errors < 20 => {
                errors += 1;
                claim::tell(sink, Fact::Incomplete, site::first_line(&element.text));
            }
            7 => {}
            8 => told::looked_at_file(sink, element.text_of("Name")),
            9 if packs.len() < MAX_PACKS => {
                packs.insert([element.text_of("Name"), element.text_of("Version")].join(" "));
            }
            9 => {}
            10 => {
                let words: Vec<&str> = element.all("Argument").map(|a| a.text.trim()).collect();
                told::setting(sink, "command", &told::arguments(words.into_iter()));
            }
            // Categories that a filter file took out.
            11 => {
                let categories: Vec<&str> =
                    element.all("Category").map(|c| c.text.trim()).collect();
                told::other_filter(sink, "without categories", &categories.join(", "));
            }
            _ => context.take(hit.pattern, element),
        }
        Ok(())
    })?;
    told::rules_version(sink, &packs.into_iter().collect::<Vec<_>>().join(", "));
    xml::walk(source, &["FVDL/Vulnerabilities/Vulnerability"], sink, &mut |sink, hit| {
        claim::keep(sink, observation(&hit.element, &context, said, hit.place()))
    })
}

impl Context {
    fn take(&mut self, pattern: usize, element: &Element) {
        let kept =
            self.nodes.len() + self.snippets.len() + self.rules.len() + self.descriptions.len();
        if kept >= MAX_KEPT {
            return;
        }
        match pattern {
            0 => {
                if let Some(place) = element.at("SourceLocation").and_then(place) {
                    self.nodes.insert(element.attribute("id").to_owned(), place);
                }
            }
            1 => {
                let id = element.attribute("id");
                self.snippets.insert(id.to_owned(), middle(id, element));
            }
            2 => _ = self.rules.insert(element.attribute("id").to_owned(), rule(element)),
            3 => {
                let text =
                    |name| element.text_of(name).replace("<Content>", "").replace("</Content>", "");
                let texts = (text("Abstract"), text("Recommendations"));
                self.descriptions.insert(element.attribute("classID").to_owned(), texts);
            }
            _ => {}
        }
    }
}

fn place(source: &Element) -> Option<(Location, String)> {
    let number = |name| source.attribute(name).parse().unwrap_or(0);
    let plain = site::location(source.attribute("path"), number("line"))?;
    let end = number("lineEnd");
    let location = Location {
        end_line: if end > plain.line { end } else { 0 },
        column: number("colStart"),
        ..plain
    };
    Some((location, source.attribute("snippet").to_owned()))
}

/// The line that `…:16:16` names, out of a text that begins at `StartLine`.
fn middle(id: &str, snippet: &Element) -> String {
    let line: Option<usize> = id.rsplit(':').nth(1).and_then(|number| number.parse().ok());
    let start: Option<usize> = snippet.text_of("StartLine").parse().ok();
    let offset = line.zip(start).and_then(|(line, start)| line.checked_sub(start));
    let text = snippet.at("Text").map_or("", |text| text.text.as_str());
    let found = offset.and_then(|offset| text.lines().nth(offset)).unwrap_or_default();
    found.trim_end().chars().take(MAX_LINE).collect()
}

fn rule(element: &Element) -> Rule {
    let group = |name: &str| {
        let mut groups = element.all("MetaInfo/Group");
        groups.find(|group| group.attribute("name") == name).map_or("", |group| group.text.trim())
    };
    let number = |name| group(name).parse().ok();
    Rule {
        impact: number("Impact"),
        accuracy: number("Accuracy"),
        probability: number("Probability"),
        cwes: group("altcategoryCWE").split(',').filter_map(words::cwe).collect(),
    }
}

fn observation(element: &Element, context: &Context, said: &Words, at: String) -> Observation {
    let class = element.text_of("ClassInfo/ClassID");
    let (kind, subtype) = (element.text_of("ClassInfo/Type"), element.text_of("ClassInfo/Subtype"));
    let colon = if subtype.is_empty() { "" } else { ": " };
    let rule = context.rules.get(class);
    let instance = element.text_of("InstanceInfo/InstanceID");
    let empty = (String::new(), String::new());
    let (abstract_, remedy) = context.descriptions.get(class).unwrap_or(&empty);
    let (standing, standing_reason) = said.get(instance).cloned().unwrap_or_default();
    Observation {
        class: Class::Code,
        rule: class.to_owned(),
        title: format!("{kind}{colon}{subtype}"),
        description: filled(abstract_, element),
        remedy: filled(remedy, element),
        severity: severity(element, rule),
        cwes: rule.map(|rule| rule.cwes.clone()).unwrap_or_default(),
        locations: primary(element, context).into_iter().collect(),
        // Two classes can have an instance of the same id.
        tool_id: if instance.is_empty() { String::new() } else { format!("{class}/{instance}") },
        standing,
        standing_reason,
        place: at,
        ..Observation::default()
    }
}

fn severity(element: &Element, rule: Option<&Rule>) -> Severity {
    let confidence = element.text_of("InstanceInfo/Confidence").parse::<f64>().ok();
    let own: Option<f64> = element.text_of("InstanceInfo/InstanceSeverity").parse().ok();
    let figures = rule.and_then(|rule| {
        let likelihood = rule.accuracy? * confidence? * rule.probability? / 25.0;
        Some((rule.impact? >= 2.5, likelihood >= 2.5))
    });
    match (figures, own) {
        (Some((true, true)), _) => Severity::Critical,
        (Some((true, false)), _) => Severity::High,
        (Some((false, true)), _) => Severity::Medium,
        (Some((false, false)), _) => Severity::Low,
        (None, Some(own)) if own >= 4.0 => Severity::Critical,
        (None, Some(own)) if own >= 3.0 => Severity::High,
        (None, Some(own)) if own >= 2.0 => Severity::Medium,
        (None, Some(_)) => Severity::Low,
        (None, None) => Severity::Unknown,
    }
}

/// The default node of the trace, which is where the harm is done; else its last one.
fn primary(element: &Element, context: &Context) -> Option<Location> {
    let entries =
        || element.all("AnalysisInfo/Unified/Trace").flat_map(|trace| trace.all("Primary/Entry"));
    let of_entry = |entry: &Element| match entry.at("Node") {
        Some(node) => node.at("SourceLocation").and_then(place),
        None => context.nodes.get(entry.at("NodeRef")?.attribute("id")).cloned(),
    };
    let default = entries()
        .find(|entry| entry.children.iter().any(|node| node.attribute("isDefault") == "true"));
    let found = default.and_then(of_entry).or_else(|| entries().filter_map(of_entry).last());
    let (mut location, snippet) = found?;
    location.snippet = context.snippets.get(&snippet).cloned().unwrap_or_default();
    let function = element.at("AnalysisInfo/Unified/Context/Function");
    if let Some(function) = function {
        let parts = ["namespace", "enclosingClass", "name"].map(|name| function.attribute(name));
        location.symbol = parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(".");
    }
    Some(location)
}

/// Puts the instance's values in the places that the text leaves for them.
fn filled(text: &str, element: &Element) -> String {
    let mut text = text.to_owned();
    for def in element.all("AnalysisInfo/Unified/ReplacementDefinitions/Def").take(50) {
        let (key, value) = (def.attribute("key"), def.attribute("value"));
        text = text.replace(&format!("<Replace key=\"{key}\"/>"), value);
    }
    text
}
