//! XCCDF results (OpenSCAP and others): a benchmark and what its rules came to on one system.
//!
//! `TestResult/rule-result` refers to `Rule`s of the benchmark, which lie in groups of any depth (eight are
//! read), or in an ARF collection. Results (XCCDF 1.2, section 6.6.4.2): `fail` is a problem; `pass` and `fixed`
//! are counted; `error` and `unknown` were not evaluated and make the run incomplete; a rule that is `notapplicable`,
//! `notchecked`, `notselected` or `informational` was not evaluated either, and its earlier claims stay as they are.
//! Every selected rule has a result. A rule with CVEs is a missing update on the host; others are settings of it. A
//! collection may hold the results of several systems: then each is a unit.

use std::collections::{BTreeMap, BTreeSet};

use super::reading::{one_line, setting, tell_passed};
use crate::coverage::Target;
use crate::format::Format;
use crate::observation::{Class, Endpoint, Observation};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop, looked_at};
use crate::source::Source;
use crate::walk::xml::{Element, Hit, walk};

/// XCCDF results.
pub const FORMAT: Format = Format {
    id: "xccdf",
    title: "XCCDF results (OpenSCAP)",
    detects: |shape| {
        shape.is_xml
            && [BENCHMARK, ALONE, ARF].iter().any(|root| shape.has(&format!("{root}/rule-result")))
    },
    read,
};

const BENCHMARK: &str = "Benchmark/TestResult";
const ALONE: &str = "TestResult";
const ARF: &str = "asset-report-collection/reports/report/content/TestResult";
/// Where benchmarks lie, in which groups are nested.
const ROOTS: [&str; 2] = [
    "Benchmark",
    "asset-report-collection/report-requests/report-request/content/data-stream-collection/component/Benchmark",
];
/// Deepest group whose rules are read.
const MAX_GROUPS: usize = 8;
/// Most rules that are kept.
const MAX_RULES: usize = 100_000;
/// Longest text kept of a rule until its result is met, and of all together, in characters.
const MAX_TEXT: usize = 4_000;
const MAX_TEXTS: usize = 64 << 20;

#[derive(Default)]
struct Rule {
    title: String,
    description: String,
    remedy: String,
    severity: String,
}

#[derive(Default)]
struct Benchmark {
    rules: BTreeMap<String, Rule>,
    /// By report and result.
    targets: BTreeMap<String, String>,
    unread: usize,
    text: usize,
}

impl Benchmark {
    fn target(&self, result: &str) -> &str {
        self.targets.get(result).map_or("", String::as_str)
    }

    /// Whether the results are of several systems.
    fn several(&self) -> bool {
        self.targets.values().collect::<BTreeSet<_>>().len() > 1
    }
}

/// Which result this belongs to. Those of a collection often have one id, which is that of the profile.
fn result_of(hit: &Hit<'_>) -> String {
    format!("{} {}", hit.outer("report", "id"), hit.outer("TestResult", "id"))
}

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let benchmark = rules(source, sink)?;
    if benchmark.unread > 0 {
        sink.dropped("Benchmark", &format!("{} rules past the bound", benchmark.unread));
    }
    let patterns: Vec<String> =
        [BENCHMARK, ALONE, ARF].iter().map(|root| format!("{root}/rule-result")).collect();
    let patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
    let (mut passed, mut unanswered, mut told) = (0, 0_u64, BTreeSet::new());
    let several = benchmark.several();
    walk(source, &patterns, sink, &mut |sink, hit| {
        let of = result_of(&hit);
        let target = benchmark.target(&of);
        let unit = if several { Target::unit(target) } else { Target::run() };
        if told.insert(of.clone()) {
            tell(sink, &|name| hit.outer("TestResult", name).to_owned(), target, &unit);
        }
        let id = hit.element.attribute("idref");
        let result = hit.element.text_of("result");
        let evaluated = matches!(result, "pass" | "fail" | "fixed");
        if !id.is_empty() && evaluated {
            // Of several systems nothing says on which one a rule was active, but where it passed.
            if !several {
                sink.fact(Fact::ActiveRule(id.to_owned()));
            }
            let update = hit.element.all("ident").any(|i| !words::cves(&i.text).is_empty());
            sink.fact(Fact::Kind(if update { Class::Host } else { Class::Configuration }));
        } else if !id.is_empty() && !several {
            sink.fact(Fact::InactiveRule(id.to_owned()));
        }
        match result {
            "pass" | "fixed" => {
                passed += 1;
                places(target, unit).for_each(|at| sink.fact(Fact::PassedAt(id.to_owned(), at)));
            }
            "notapplicable" | "notselected" | "informational" | "notchecked" => {
                places(target, unit).for_each(|at| sink.fact(Fact::NotRunAt(id.to_owned(), at)));
            }
            "fail" if id.is_empty() => sink.dropped(&hit.place(), "no idref"),
            "fail" => {
                let unit = if several { target.to_owned() } else { String::new() };
                let observation = observation(&hit.element, id, &benchmark, target);
                let place = hit.place();
                return sink.observation(Observation { place, target: unit, ..observation });
            }
            _ => unanswered += 1,
        }
        Ok(())
    })?;
    if !told.is_empty() && !several {
        sink.fact(Fact::AllRules);
    }
    if unanswered > 0 {
        sink.fact(Fact::Incomplete(format!("{unanswered} rules were not evaluated")));
    }
    tell_passed(sink, passed);
    Ok(())
}

/// Where the claims of a system lie: those of updates at the host, others at the unit.
fn places(target: &str, unit: Target) -> impl Iterator<Item = Target> {
    Some(target).filter(|host| !host.is_empty()).map(Target::host).into_iter().chain([unit])
}

fn tell(sink: &mut dyn Sink, attribute: &dyn Fn(&str) -> String, target: &str, unit: &Target) {
    let system = attribute("test-system");
    let mut parts = system.split(':').skip(3);
    sink.fact(Fact::Tool(parts.next().filter(|p| !p.is_empty()).unwrap_or("XCCDF").to_owned()));
    if let Some(version) = parts.next().filter(|version| !version.is_empty()) {
        sink.fact(Fact::ToolVersion(version.to_owned()));
    }
    let told = &attribute("end-time");
    looked_at(sink, told, words::when(told));
    if !target.is_empty() {
        sink.fact(Fact::Target(target.to_owned()));
        sink.fact(Fact::Looked(unit.clone()));
        sink.fact(Fact::Looked(Target::host(target)));
    }
    let version = attribute("version");
    if !version.is_empty() {
        sink.fact(Fact::RulesVersion(version));
    }
}

fn rules(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<Benchmark, Stop> {
    let roots = [BENCHMARK, ALONE, ARF];
    let mut patterns: Vec<String> = roots.map(|root| format!("{root}/target")).into();
    let targets = patterns.len();
    patterns.extend(roots.map(|root| format!("{root}/profile")));
    let profiles = patterns.len();
    for root in ROOTS {
        for depth in 0..=MAX_GROUPS {
            patterns.push(format!("{root}/{}Rule", "Group/".repeat(depth)));
        }
    }
    let patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
    let mut benchmark = Benchmark::default();
    walk(source, &patterns, sink, &mut |sink, hit| {
        let element = &hit.element;
        if hit.pattern < targets {
            if benchmark.targets.len() < MAX_RULES {
                benchmark.targets.insert(result_of(&hit), element.text.trim().to_owned());
            }
        } else if hit.pattern < profiles {
            setting(sink, "profile", element.attribute("idref").to_owned());
        } else if benchmark.rules.len() >= MAX_RULES {
            benchmark.unread += 1;
        } else {
            let most = MAX_TEXT.min(MAX_TEXTS.saturating_sub(benchmark.text) / 3);
            let text = |name: &str| {
                let text = element.at(name).map(Element::deep_text).unwrap_or_default();
                text.chars().take(most).collect::<String>()
            };
            let rule = Rule {
                title: text("title"),
                description: text("description"),
                remedy: text("fixtext"),
                severity: element.attribute("severity").to_owned(),
            };
            benchmark.text += rule.title.len() + rule.description.len() + rule.remedy.len();
            benchmark.rules.insert(element.attribute("id").to_owned(), rule);
        }
        Ok(())
    })?;
    Ok(benchmark)
}

fn observation(result: &Element, id: &str, benchmark: &Benchmark, target: &str) -> Observation {
    let rule = benchmark.rules.get(id);
    let said = |field: fn(&Rule) -> &String| rule.map(field).cloned().unwrap_or_default();
    let severity = match result.attribute("severity") {
        "" => said(|rule| &rule.severity),
        word => word.to_owned(),
    };
    let mut cves: Vec<String> =
        result.all("ident").flat_map(|ident| words::cves(&ident.text)).collect();
    cves.sort();
    cves.dedup();
    let is_update = !cves.is_empty();
    let host = target.to_ascii_lowercase();
    let title = said(|rule| &rule.title);
    let mut observation = Observation {
        class: if is_update { Class::Host } else { Class::Configuration },
        rule: id.to_owned(),
        title: one_line(if title.is_empty() { id } else { &title }),
        description: said(|rule| &rule.description),
        remedy: said(|rule| &rule.remedy),
        severity: words::severity(&severity),
        endpoint: is_update.then(|| Endpoint { host: host.clone(), ..Endpoint::default() }),
        resource: if is_update { String::new() } else { host },
        ..Observation::default()
    };
    if cves.len() == 1 {
        observation.ids = cves;
    } else {
        observation.mentions = cves;
    }
    observation
}
