//! What does a SARIF run say of what it looked at?
//!
//! In: the run as the first pass met it, and its results one by one. Out: the facts of its coverage. A list of
//! artifacts is one of what was looked at only where it holds files that no result refers to; a list of rules is one
//! of all active rules only where it holds some without results. Never: a fact of one run under another's name.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::coverage::{Filter, Target};
use crate::identity::normal_path;
use crate::observation::{Class, Confidence};
use crate::readers::code::bandit;
use crate::readers::told;
use crate::sink::{EARLIEST, Fact, Sink, untimely};
use crate::walk::json::Record;

use super::result::SECRET_TOOLS;
use super::run::{Run, rule_id};

/// Tools of which the kinds are known, as their names begin, and which.
const KINDS: &[(&str, &[Class])] = &[
    ("actionlint", &[Class::Code]),
    ("bandit", bandit::KINDS),
    ("brakeman", &[Class::Code]),
    ("clang", &[Class::Code]),
    ("clippy", &[Class::Code]),
    ("codeql", &[Class::Code]),
    ("cppcheck", &[Class::Code]),
    ("devskim", &[Class::Code]),
    ("eslint", &[Class::Code]),
    ("flawfinder", &[Class::Code]),
    ("golangci-lint", &[Class::Code]),
    ("gosec", &[Class::Code]),
    ("pmd", &[Class::Code]),
    ("pylint", &[Class::Code]),
    ("psalm", &[Class::Code]),
    ("rubocop", &[Class::Code]),
    ("ruff", &[Class::Code]),
    ("shellcheck", &[Class::Code]),
    ("spotbugs", &[Class::Code]),
    ("zizmor", &[Class::Code]),
    ("dependency-check", &[Class::Dependency]),
    ("govulncheck", &[Class::Dependency]),
    ("grype", &[Class::Dependency]),
    ("pip-audit", &[Class::Dependency]),
    ("cargo-audit", &[Class::Dependency]),
];

/// Most rules with a cut list that are told apart in one run.
const MAX_CAPPED: usize = 1_000;

/// Says whose facts and claims follow, where the document has several runs or its run a category.
pub fn enter(several: bool, run: &Run, sink: &mut dyn Sink) {
    if several {
        sink.fact(Fact::Run { tool: run.tool.clone(), category: run.category.clone() });
    }
}

/// §3.17.3: what stands before the last slash names the category, what stands behind it the one run.
pub fn category(id: &str) -> String {
    id.rsplit_once('/').map_or_else(String::new, |(category, _)| told::lasting_name(category))
}

/// §3.20: whether the run succeeded, when, where, and how it was asked.
pub fn invocation(run: &mut Run, record: Record<'_>) {
    run.add_base("", record.text("workingDirectory.uri"), "");
    // A default of the language in one of them (.NET's year 1) does not hide what the other tells.
    let told = ["endTimeUtc", "startTimeUtc"].map(|name| record.text(name));
    match told.into_iter().filter_map(vocab::instant::parse).find(|at| *at >= EARLIEST) {
        Some(at) => run.at = Some(at),
        None => record.first(&["endTimeUtc", "startTimeUtc"]).clone_into(&mut run.untimely),
    }
    let success = record.flag("executionSuccessful");
    run.successful = Some(run.successful.unwrap_or(true) && success);
    if record.has("executionSuccessful") && !success {
        let why =
            record.first(&["exitCodeDescription", "exitSignalName", "processStartFailureMessage"]);
        run.trouble(if why.is_empty() { "the run was not successful" } else { why });
    }
    let arguments = record.texts("arguments");
    let command = if arguments.is_empty() {
        told::command(record.text("commandLine"))
    } else {
        let program = record.text("executableLocation.uri");
        told::arguments([program].into_iter().chain(arguments.iter().map(String::as_str)))
    };
    if !command.is_empty() && run.commands.len() < 20 {
        run.commands.push(command);
    }
    for change in record.items("ruleConfigurationOverrides") {
        if let Some(rule) = change.at("descriptor").filter(|_| change.has("configuration.enabled"))
        {
            run.switch(rule, change.flag("configuration.enabled"));
        }
    }
    for list in ["toolExecutionNotifications", "toolConfigurationNotifications"] {
        record.items(list).for_each(|note| notification(run, list, note));
    }
}

/// §3.58: a list that was cut, files that were or were not looked at, rules that failed; else, as an error, a run
/// that is not whole.
fn notification(run: &mut Run, list: &str, note: Record<'_>) {
    let id = note.text("descriptor.id");
    let text = note.first(&["message.text", "message.markdown", "message.id", "descriptor.id"]);
    let words = format!("{id} {text}").to_ascii_lowercase();
    let level = if note.has("level") { note.text("level") } else { "warning" };
    let files: Vec<Record<'_>> = note
        .items("locations")
        .filter_map(|location| location.at("physicalLocation.artifactLocation"))
        .collect();
    if is_cut(&words) {
        let rule =
            if run.capped.len() < MAX_CAPPED { rule_of(run, note, text) } else { String::new() };
        run.capped.push(rule);
        run.capped.truncate(MAX_CAPPED + 1);
    } else if id.ends_with("successfully-extracted-files") {
        files.iter().for_each(|file| Run::note(&mut run.looked, *file));
    } else if let Some(rule) = note.at("associatedRule").filter(|_| fails(list, level)) {
        run.fail(rule, text);
        if level == "error" {
            files.iter().for_each(|file| Run::note(&mut run.missed, *file));
        }
    } else if level == "error"
        || id.contains("extraction-error")
        || id.contains("extraction-warning")
    {
        match note.at("associatedRule") {
            Some(rule) if list.starts_with("toolConfiguration") => run.switch(rule, false),
            _ if !files.is_empty() => {
                files.iter().for_each(|file| Run::note(&mut run.missed, *file));
            }
            _ if level == "error" => {
                run.trouble(if text.is_empty() { "the tool reports an error" } else { text });
            }
            _ => {}
        }
    } else if level == "warning" && is_failure(&words) {
        files.iter().for_each(|file| Run::note(&mut run.missed, *file));
    }
}

/// Whether a notification of a rule says that it failed: at these levels what it found may not be all (§3.58.6). CodeQL
/// writes a note of each file that it reads.
fn fails(list: &str, level: &str) -> bool {
    list.starts_with("toolExecution") && matches!(level, "warning" | "error")
}

/// Whether a notification says that not all results were written.
fn is_cut(words: &str) -> bool {
    let of_results =
        ["result", "finding", "alert", "issue"].iter().any(|word| words.contains(word));
    let limited = ["limited", "too many", "maximum", "exceed", "omitted", "not written"];
    words.contains("truncat") || (of_results && limited.iter().any(|word| words.contains(word)))
}

/// Whether a notification at a file says that it was not looked at as it should.
fn is_failure(words: &str) -> bool {
    ["error", "fail", "skip", "pars", "timeout", "timed out", "too large", "ignored"]
        .iter()
        .any(|word| words.contains(word))
}

/// The rule that a notification speaks of: by reference, or as `rule NAME` in its text; empty when it names none.
fn rule_of(run: &Run, note: Record<'_>, text: &str) -> String {
    if let Some(rule) = note.at("associatedRule") {
        let reference = serde_json::json!({ "rule": rule.0 });
        let known = run.rule(Record(&reference)).map(|rule| rule.id.clone());
        return known.unwrap_or_else(|| rule.text("id").trim().to_owned());
    }
    let mut words =
        text.split(|c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '`' | ',' | ';'));
    let named = words.find(|word| word.eq_ignore_ascii_case("rule")).and_then(|_| {
        words.map(|word| word.trim_end_matches(['.', ':'])).find(|word| !word.is_empty())
    });
    named.unwrap_or_default().to_owned()
}

/// How sure the tool is of a result, where it says so in a property of its own.
pub fn confidence(result: Record<'_>) -> Confidence {
    Confidence::of(result.first(&["properties.issue_confidence", "properties.confidence"]))
}

/// What the run says of itself.
pub fn facts(run: &Run, sink: &mut dyn Sink) {
    let mut tell = |fact: fn(String) -> Fact, text: &str| {
        if !text.is_empty() {
            sink.fact(fact(text.to_owned()));
        }
    };
    tell(Fact::Revision, &run.revision);
    tell(Fact::Branch, &run.branch);
    tell(Fact::Target, if run.target.is_empty() { &run.repository } else { &run.target });
    tell(Fact::Tool, &run.tool);
    let version = [&run.semantic_version, &run.version].into_iter().find(|v| !v.is_empty());
    tell(Fact::ToolVersion, version.map_or("", String::as_str));
    told::digest(sink, &run.digest);
    match run.at {
        Some(at) => sink.fact(Fact::ScannedAt(at)),
        None => untimely(sink, &run.untimely),
    }
    run.troubles.iter().for_each(|why| sink.fact(Fact::Incomplete(why.clone())));
    if !run.has_results && run.troubles.is_empty() {
        let why = "its results are null or absent, which says that no scan took place";
        sink.fact(Fact::Incomplete(why.to_owned()));
    }
    for (reference, words) in &run.failed {
        let known = run.rule(Record(reference)).map(|rule| rule.id.as_str());
        match known.unwrap_or_else(|| rule_id(Record(reference))) {
            "" => sink.fact(Fact::Incomplete(format!("a rule failed: {words}"))),
            rule => sink.fact(Fact::NotRunAt(rule.to_owned(), Target::run())),
        }
    }
    run.commands.iter().for_each(|command| told::setting(sink, "command", command));
    told::rules_version(sink, &packs(run));
    for rule in &run.capped {
        // What the text names may be prose: then the list of any rule may be cut.
        let rule = if run.knows(rule) { rule.as_str() } else { "" };
        sink.fact(Fact::Capped(rule.to_owned()));
    }
    let tool = run.tool.to_ascii_lowercase();
    if SECRET_TOOLS.iter().any(|name| tool.starts_with(name)) {
        sink.fact(Fact::Kind(Class::Secret));
    } else if let Some((_, kinds)) = KINDS.iter().find(|(name, _)| tool.starts_with(name)) {
        told::kinds(sink, kinds);
    }
    told::rated_apart(sink, &run.tool);
    let (on, off) = run.switched();
    on.iter().for_each(|rule| sink.fact(Fact::ActiveRule((*rule).to_owned())));
    off.iter().for_each(|rule| sink.fact(Fact::InactiveRule((*rule).to_owned())));
    for file in &run.looked {
        told::looked_at_file(sink, &run.path(Record(file)));
    }
    for file in &run.missed {
        told::missed_file(sink, &run.path(Record(file)));
    }
    if run.successful == Some(true) && run.troubles.is_empty() && run.has_results && !on.is_empty()
    {
        sink.fact(Fact::Succeeded);
    }
}

/// The extensions that hold rules, with their versions (§3.18.2): CodeQL's query packs and others' plugins.
fn packs(run: &Run) -> String {
    let with_rules = run.packs.iter().filter(|(number, _)| run.has_rules(**number));
    let named = with_rules.filter(|(_, (_, version))| !version.is_empty());
    let mut packs: Vec<String> =
        named.map(|(_, (name, version))| format!("{name} {version}").trim().to_owned()).collect();
    packs.sort();
    packs.join(", ")
}

/// What the results of a run refer to: it shows which of its lists hold more than what has results.
pub struct Met<'r> {
    /// Paths of the artifacts and whether a result refers to them.
    artifacts: HashMap<String, bool>,
    /// A result lies in a file that is not among the artifacts: they are no whole list.
    partial: bool,
    rules: HashSet<&'r str>,
    /// A result has a rule that is not listed: the rules are no whole list either.
    unlisted: bool,
    passed: u64,
    /// A result that is in the baseline too, or of which that is not said (§3.27.24).
    known_before: bool,
}

impl<'r> Met<'r> {
    /// Nothing met yet but what the run's own flows refer to.
    pub fn of(run: &'r Run) -> Self {
        let paths = run.artifact_paths().into_iter();
        let artifacts = paths.map(|path| (normal_path(&path), false)).collect();
        let mut met = Self {
            artifacts,
            partial: false,
            rules: HashSet::new(),
            unlisted: false,
            passed: 0,
            known_before: false,
        };
        for file in &run.flows {
            met.refer(run, Record(file));
        }
        met
    }

    /// Takes a result.
    pub fn take(&mut self, result: Record<'_>, run: &'r Run) {
        self.passed += u64::from(result.text("kind") == "pass");
        self.known_before |= !matches!(result.text("baselineState"), "new" | "absent");
        match run.rule(result) {
            Some(rule) => _ = self.rules.insert(rule.id.as_str()),
            None => self.unlisted |= !rule_id(result).is_empty(),
        }
        if self.artifacts.is_empty() {
            return;
        }
        for location in result.items("locations") {
            let file = location.at("physicalLocation.artifactLocation");
            let path = file.map(|file| run.path(file)).unwrap_or_default();
            self.partial |= !path.is_empty() && !self.artifacts.contains_key(&normal_path(&path));
        }
        let mut left: Vec<&Value> = vec![result.0];
        while let Some(value) = left.pop() {
            match value {
                Value::Array(list) => left.extend(list),
                Value::Object(map) => {
                    for location in ["artifactLocation", "analysisTarget"].map(|key| map.get(key)) {
                        location.into_iter().for_each(|l| self.refer(run, Record(l)));
                    }
                    left.extend(map.values().filter(|v| v.is_array() || v.is_object()));
                }
                _ => {}
            }
        }
    }

    fn refer(&mut self, run: &Run, location: Record<'_>) {
        if let Some(referred) = self.artifacts.get_mut(&normal_path(&run.path(location))) {
            *referred = true;
        }
    }

    /// What only the end of the results shows.
    pub fn tell(&self, several: bool, run: &Run, sink: &mut dyn Sink) {
        let listed = !self.partial && self.artifacts.values().any(|referred| !referred);
        let all_rules =
            !self.unlisted && run.switched().0.iter().any(|rule| !self.rules.contains(rule));
        let only_new = !run.baseline.is_empty() && !self.known_before;
        if self.passed > 0 || listed || all_rules || only_new {
            enter(several, run, sink);
        }
        if only_new {
            // Two such runs are configured alike only against one baseline, and of neither the list is whole.
            let of = format!("only what is new against a baseline ({})", run.baseline);
            sink.fact(Fact::Filter(Filter::Other(of)));
            sink.fact(Fact::Capped(String::new()));
        }
        if self.passed > 0 {
            sink.fact(Fact::Passed(self.passed));
        }
        if all_rules {
            sink.fact(Fact::AllRules);
        }
        if !listed {
            return;
        }
        let mut paths: Vec<&String> = self.artifacts.keys().collect();
        paths.sort();
        let packages = KINDS.iter().any(|(name, kinds)| {
            kinds.contains(&Class::Dependency) && run.tool.to_ascii_lowercase().starts_with(name)
        });
        for path in paths {
            // A package's file is gone with its upgrade, so that their list tells nothing of what it lacks.
            sink.fact(match packages {
                true => Fact::LookedAmong(Target::manifest(path)),
                false => Fact::Looked(Target::file(path)),
            });
        }
    }
}
