//! What do the results of a SARIF run refer to? Rules, artifacts, base addresses; bounded.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::{Value, json};
use vocab::Instant;

use crate::readers::code::site;
use crate::readers::words;
use crate::walk::json::Record;

/// Most rules, artifacts and logical locations kept of one run.
const MAX_LISTED: usize = 200_000;
/// Most bytes of one rule's text that are kept.
const MAX_KEPT: usize = 4_096;
/// Most extensions of one run whose versions are told.
const MAX_PACKS: usize = 1_000;
/// Most troubles of one run that are told.
const MAX_TROUBLES: usize = 20;

/// One run.
#[derive(Debug, Default)]
pub struct Run {
    /// `tool.driver.name`.
    pub tool: String,
    /// `tool.driver.version`.
    pub version: String,
    /// `tool.driver.semanticVersion`.
    pub semantic_version: String,
    /// When it ended.
    pub at: Option<Instant>,
    /// What it tells of when it ended, where that is no time to be believed.
    pub untimely: String,
    /// The run against which its results are compared (§3.14.5); empty without.
    pub baseline: String,
    /// Whether it has a list of results, be it empty: without one no scan took place (§3.14.23).
    pub has_results: bool,
    /// Why it is not complete.
    pub troubles: Vec<String>,
    /// `automationDetails.id` up to its last slash, without what changes with each build.
    pub category: String,
    /// The image's name.
    pub target: String,
    /// Where the code comes from.
    pub repository: String,
    /// The commit.
    pub revision: String,
    /// The branch.
    pub branch: String,
    /// The image's digest.
    pub digest: String,
    /// Whether every invocation says that it succeeded; `None` without one.
    pub successful: Option<bool>,
    /// Command lines without what changes from run to run.
    pub commands: Vec<String>,
    /// Names and versions of the extensions, by their index.
    pub packs: BTreeMap<usize, (String, String)>,
    /// Files that it names as looked at: locations (§3.4), or paths as they are.
    pub looked: Vec<Value>,
    /// Files that it could not look at.
    pub missed: Vec<Value>,
    /// Files that places in flows refer to.
    pub flows: Vec<Value>,
    /// Rules of which it did not write all results; empty: of any.
    pub capped: Vec<String>,
    /// References to rules that failed, and what is said of it.
    pub failed: Vec<(Value, String)>,
    /// References to rules, and whether they were on.
    switches: Vec<(Value, bool)>,
    /// Artifacts that it was told to scan; empty with `has_roles` false when no roles are told.
    targets: HashSet<usize>,
    has_roles: bool,
    rules: Vec<Rule>,
    /// Positions in `rules` of the driver's rules, by their index.
    driver: Vec<usize>,
    /// The same of each extension.
    extensions: BTreeMap<usize, Vec<usize>>,
    /// Names and GUIDs of extensions.
    extension_names: HashMap<String, usize>,
    by_id: HashMap<String, usize>,
    bases: BTreeMap<String, (String, String)>,
    artifacts: Vec<(String, String)>,
    logical: Vec<String>,
}

/// A rule (§3.49 reportingDescriptor).
#[derive(Debug, Default)]
pub struct Rule {
    /// Its id.
    pub id: String,
    /// Its name, often an identifier.
    pub name: String,
    /// Short description.
    pub title: String,
    /// Full description.
    pub full: String,
    /// Help as plain text.
    pub help: String,
    /// Where to read on.
    pub address: String,
    /// `defaultConfiguration.level`.
    pub level: String,
    /// GitHub's `security-severity`: a CVSS score.
    pub score: String,
    /// Other rating words in its properties.
    pub rating: String,
    /// Weaknesses from tags, relationships and properties.
    pub cwes: Vec<u32>,
    /// Other published ids of the same problem.
    pub former: Vec<String>,
    /// Tags, in lower case.
    pub tags: Vec<String>,
    messages: HashMap<String, String>,
    enabled: bool,
}

impl Run {
    /// Takes a rule of the driver (`None`) or of an extension.
    pub fn add_rule(&mut self, extension: Option<usize>, record: Record<'_>) {
        if self.rules.len() >= MAX_LISTED {
            return;
        }
        let at = self.rules.len();
        let rule = rule(record);
        self.by_id.entry(rule.id.clone()).or_insert(at);
        self.rules.push(rule);
        match extension {
            None => self.driver.push(at),
            Some(number) => self.extensions.entry(number).or_default().push(at),
        }
    }

    /// Notes an extension's name or GUID.
    pub fn name_extension(&mut self, number: usize, name: &str) {
        if self.extension_names.len() < MAX_LISTED {
            self.extension_names.insert(name.to_owned(), number);
        }
    }

    /// Takes an extension's name or version.
    pub fn add_pack(&mut self, number: usize, name: &str, version: &str) {
        if self.packs.len() < MAX_PACKS || self.packs.contains_key(&number) {
            let pack = self.packs.entry(number).or_default();
            for (field, text) in [(&mut pack.0, name), (&mut pack.1, version)] {
                if !text.is_empty() {
                    text.clone_into(field);
                }
            }
        }
    }

    /// Takes `originalUriBaseIds` (§3.14.14).
    pub fn add_bases(&mut self, record: Record<'_>) {
        for (name, base) in record.entries("").take(1_000) {
            self.add_base(name, base.text("uri"), base.text("uriBaseId"));
        }
    }

    /// Takes one base address.
    pub fn add_base(&mut self, name: &str, uri: &str, base: &str) {
        if !uri.is_empty() || !base.is_empty() {
            self.bases.insert(name.to_owned(), (uri.to_owned(), base.to_owned()));
        }
    }

    /// Takes an artifact's location; one without leaves its index empty.
    pub fn add_artifact(&mut self, index: usize, record: Record<'_>) {
        if index < MAX_LISTED {
            let text = |name| record.text(name).to_owned();
            if self.artifacts.len() <= index {
                self.artifacts.resize(index + 1, (String::new(), String::new()));
            }
            if let Some(artifact) = self.artifacts.get_mut(index) {
                *artifact = (text("uri"), text("uriBaseId"));
            }
        }
    }

    /// Takes an artifact's roles (§3.24.6).
    pub fn add_roles(&mut self, index: usize, record: Record<'_>) {
        self.has_roles = true;
        let target = record.items("").any(|role| role.0.as_str() == Some("analysisTarget"));
        if target && self.targets.len() < MAX_LISTED {
            self.targets.insert(index);
        }
    }

    /// Notes a reference to a rule that was switched on or off (§3.20.5, §3.58.3).
    pub fn switch(&mut self, descriptor: Record<'_>, on: bool) {
        if self.switches.len() < MAX_LISTED {
            self.switches.push((json!({ "rule": descriptor.0 }), on));
        }
    }

    /// Notes a reference to a rule that failed in this run (§3.58.3).
    pub fn fail(&mut self, descriptor: Record<'_>, words: &str) {
        if self.failed.len() < MAX_LISTED {
            self.failed.push((json!({ "rule": descriptor.0 }), clip(words)));
        }
    }

    /// Notes locations of files in one of its lists.
    pub fn note(list: &mut Vec<Value>, location: Record<'_>) {
        if list.len() < MAX_LISTED {
            list.push(location.0.clone());
        }
    }

    /// The artifacts that it may have been told to scan: paths below the root.
    pub fn artifact_paths(&self) -> Vec<String> {
        let all = self.artifacts.iter().enumerate();
        let told = all.filter(|(at, _)| !self.has_roles || self.targets.contains(at));
        let paths = told.map(|(_, (uri, base))| self.resolved(uri, base));
        paths.filter(|path| !path.is_empty() && !path.contains("://")).collect()
    }

    /// Ids of rules that were on, and of those that were off. Ids of published problems are no checks: their
    /// scanners list only what they found.
    pub fn switched(&self) -> (Vec<&str>, Vec<&str>) {
        let mut switches: HashMap<&str, bool> = HashMap::new();
        for (reference, on) in &self.switches {
            if let Some(rule) = self.rule(Record(reference)) {
                switches.insert(&rule.id, *on);
            }
        }
        let own = self.rules.iter().filter(|rule| !rule.id.is_empty());
        own.filter(|rule| !super::package::is_published(&rule.id))
            .map(|rule| (rule.id.as_str(), rule.enabled))
            .map(|(id, enabled)| (id, switches.get(id).copied().unwrap_or(enabled)))
            .fold((Vec::new(), Vec::new()), |(mut on, mut off), (id, is_on)| {
                if is_on {
                    on.push(id)
                } else {
                    off.push(id)
                }
                (on, off)
            })
    }

    /// Takes a logical location.
    pub fn add_logical(&mut self, record: Record<'_>) {
        if self.logical.len() < MAX_LISTED {
            self.logical.push(record.first(&["fullyQualifiedName", "name"]).to_owned());
        }
    }

    /// Notes why the run is not complete.
    pub fn trouble(&mut self, why: &str) {
        if self.troubles.len() < MAX_TROUBLES {
            self.troubles.push(clip(why));
        }
    }

    /// The rule of a result (§3.27.5-7): by index in its tool component, else by id; of a hierarchical id
    /// (`CA2101/1`) the part before the last slash counts too.
    pub fn rule(&self, result: Record<'_>) -> Option<&Rule> {
        let index = ["rule.index", "ruleIndex"].into_iter().find(|name| result.has(name));
        let component = result.at("rule.toolComponent").and_then(|component| {
            let named = || {
                [component.text("guid"), component.text("name")]
                    .into_iter()
                    .find_map(|name| self.extension_names.get(name).copied())
            };
            match component.at("index") {
                Some(_) => usize::try_from(component.whole("index")).ok(),
                None => named(),
            }
        });
        let list = match component {
            Some(number) => self.extensions.get(&number),
            None => Some(&self.driver),
        };
        let id = rule_id(result);
        // `CA2101/1` is of the rule CA2101; X10 is another rule than X1.
        let fits = |rule: &&Rule| {
            let rest = id.strip_prefix(&rule.id);
            id.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let by_index = index
            .filter(|name| result.float(name).is_some_and(|n| n >= 0.0))
            .and_then(|name| list?.get(usize::try_from(result.whole(name)).ok()?))
            .and_then(|at| self.rules.get(*at))
            .filter(fits);
        by_index.or_else(|| {
            let whole = self.by_id.get(id);
            let at = whole.or_else(|| self.by_id.get(id.rsplit_once('/')?.0))?;
            self.rules.get(*at)
        })
    }

    /// The path of an `artifactLocation` (§3.4), resolved to one below the root where it can be.
    pub fn path(&self, location: Record<'_>) -> String {
        let (mut uri, mut base) = (location.text("uri"), location.text("uriBaseId"));
        if uri.is_empty()
            && location.has("index")
            && let Ok(index) = usize::try_from(location.whole("index"))
            && let Some((u, b)) = self.artifacts.get(index)
        {
            (uri, base) = (u, b);
        }
        self.resolved(uri, base)
    }

    fn resolved<'s>(&'s self, uri: &str, mut base: &'s str) -> String {
        if uri.starts_with("http://") || uri.starts_with("https://") {
            return uri.to_owned();
        }
        let mut path = site::decoded(uri);
        if site::is_absolute(uri) {
            return self.below_a_base(site::file_path(uri));
        }
        // A base can have a base; twenty are enough of any chain and end every circle.
        for _ in 0..20 {
            let Some((prefix, next)) = self.bases.get(base) else { break };
            if base.is_empty() || site::is_absolute(prefix) {
                break;
            }
            path = format!("{}{path}", site::decoded(prefix));
            base = next;
        }
        path
    }

    fn below_a_base(&self, path: String) -> String {
        let bases = self.bases.values().filter(|(uri, _)| site::is_absolute(uri));
        let inside = bases.filter_map(|(uri, _)| {
            let base = site::file_path(uri);
            let rest = path.strip_prefix(base.trim_end_matches('/'))?.strip_prefix('/')?;
            (base.trim_end_matches('/').len() > 1).then_some(rest)
        });
        inside.min_by_key(|rest| rest.len()).map(str::to_owned).unwrap_or(path)
    }

    /// The name of a logical location, which may be an index.
    pub fn symbol(&self, location: Record<'_>) -> String {
        let own = location.first(&["fullyQualifiedName", "name"]);
        if !own.is_empty() || !location.has("index") {
            return own.to_owned();
        }
        let index = usize::try_from(location.whole("index")).ok();
        index.and_then(|index| self.logical.get(index)).cloned().unwrap_or_default()
    }

    /// Whether a rule of that id is listed.
    pub fn knows(&self, id: &str) -> bool {
        self.by_id.contains_key(id)
    }

    /// Whether an extension has rules.
    pub fn has_rules(&self, extension: usize) -> bool {
        self.extensions.contains_key(&extension)
    }
}

impl Rule {
    /// Its message of that id.
    pub fn message(&self, id: &str) -> &str {
        self.messages.get(id).map_or("", String::as_str)
    }
}

/// The rule's id as a result has it.
pub fn rule_id<'v>(result: Record<'v>) -> &'v str {
    result.first(&["ruleId", "rule.id"]).trim()
}

fn rule(record: Record<'_>) -> Rule {
    let text = |names: &[&str]| clip(record.first(names));
    let tags = || record.texts("properties.tags").into_iter();
    let mut cwes: Vec<u32> = tags().filter_map(|tag| site::cwe_in_tag(&tag)).collect();
    for name in ["properties.cwe", "properties.cwes", "properties.CWE"] {
        cwes.extend(record.texts(name).iter().filter_map(|text| words::cwe(text)));
    }
    for relation in record.items("relationships") {
        if relation.text("target.toolComponent.name").eq_ignore_ascii_case("CWE") {
            cwes.extend(words::cwe(relation.text("target.id")));
        }
    }
    let messages = record.entries("messageStrings").take(100);
    // OSV-Scanner lists the aliases of a problem as former ids, govulncheck as tags.
    let mut former = record.texts("deprecatedIds");
    former.extend(tags().filter(|tag| words::is_id(tag)));
    Rule {
        id: record.text("id").trim().to_owned(),
        name: text(&["name"]),
        title: text(&["shortDescription.text"]),
        full: text(&["fullDescription.text", "fullDescription.markdown"]),
        help: text(&["help.text"]),
        address: text(&["helpUri"]),
        level: text(&["defaultConfiguration.level"]),
        score: record.string("properties.security-severity"),
        rating: text(&["properties.severity", "properties.Severity"]),
        cwes,
        former,
        tags: tags().map(|tag| tag.to_ascii_lowercase()).take(100).collect(),
        messages: messages.map(|(id, m)| (id.to_owned(), clip(m.text("text")))).collect(),
        enabled: !record.has("defaultConfiguration.enabled")
            || record.flag("defaultConfiguration.enabled"),
    }
}

fn clip(text: &str) -> String {
    let text = text.trim();
    let end = (0..=text.len().min(MAX_KEPT)).rev().find(|at| text.is_char_boundary(*at));
    text.get(..end.unwrap_or(0)).unwrap_or_default().to_owned()
}
