//! What does one source claim in one document?
//!
//! An [`Observation`] is the shape into which every reader turns every scanner's record: one problem, where
//! it is, what it is about, and what the tool says of it. It is immutable. What is not stated stays empty;
//! nothing here is guessed. Two observations that say the same compare equal, whatever the order in which
//! their document lists things, once [`Observation::settle`] was called (the intake does).

use serde::{Deserialize, Serialize};
use vocab::{Instant, Severity};

/// Longest text kept of a title; what lies past it is cut at a character.
pub const MAX_TITLE: usize = 500;
/// Longest description or remedy kept, in bytes; a cut text ends in «…».
pub const MAX_TEXT: usize = 16 * 1024;
/// Most ids, locations, references, fingerprints and frames kept of one record.
pub const MAX_MEMBERS: usize = 1_000;

/// What kind of problem it is; decides which facts make its identity.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// A published problem in a package: software composition, images, operating systems' packages.
    Dependency,
    /// A place in the source code.
    #[default]
    Code,
    /// A credential where it must not lie.
    Secret,
    /// A service on a host, as seen over the network or by an agent on it.
    Host,
    /// A page or parameter of a web application, as seen by requests.
    Web,
    /// A setting of something that runs or is deployed: infrastructure as code, cloud, cluster, host benchmark.
    Configuration,
    /// A crash of a program under test.
    Crash,
    /// What a person reported in words.
    Report,
    /// A licence that the policy of the tool does not allow.
    Licence,
}

impl Class {
    /// The word of the ledger; never changes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dependency => "dependency",
            Self::Code => "code",
            Self::Secret => "secret",
            Self::Host => "host",
            Self::Web => "web",
            Self::Configuration => "configuration",
            Self::Crash => "crash",
            Self::Report => "report",
            Self::Licence => "licence",
        }
    }

    /// The class of a word, as a person types it too.
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word.trim().to_ascii_lowercase().as_str() {
            "dependency" | "dependencies" | "vulnerability" | "vulnerabilities" => Self::Dependency,
            "code" => Self::Code,
            "secret" | "secrets" => Self::Secret,
            "host" | "hosts" => Self::Host,
            "web" => Self::Web,
            "configuration" | "misconfiguration" | "misconfigurations" => Self::Configuration,
            "crash" | "crashes" => Self::Crash,
            "report" | "reports" => Self::Report,
            "licence" | "licences" | "license" | "licenses" => Self::Licence,
            _ => return None,
        })
    }
}

/// What the source says of the state of its own claim.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is a problem, or nothing is said.
    #[default]
    Reported,
    /// The tool's user has put it aside in the tool (suppressed, accepted, ignored, won't fix).
    Suppressed,
    /// The tool or its user calls it a false positive.
    FalsePositive,
    /// The tool says that it is gone (fixed, resolved, mitigated, absent in a baseline comparison).
    Fixed,
    /// A statement that the product is not affected (VEX).
    NotAffected,
    /// Somebody looks into it.
    UnderInvestigation,
}

/// How sure a tool is of its own claim.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Not stated.
    #[default]
    Unknown,
    /// «Low», «tentative», «possible».
    Low,
    /// «Medium», «firm».
    Medium,
    /// «High», «certain», «confirmed».
    High,
}

impl Confidence {
    /// The word of the ledger and of people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// The word of a tool; what is not known is not stated.
    pub fn of(word: &str) -> Self {
        match word.trim().to_ascii_lowercase().as_str() {
            "low" | "weak" | "tentative" | "possible" | "uncertain" | "1" => Self::Low,
            "medium" | "moderate" | "firm" | "probable" | "2" => Self::Medium,
            "high" | "strong" | "certain" | "confirmed" | "definite" | "3" | "4" => Self::High,
            _ => Self::Unknown,
        }
    }

    fn is_unknown(&self) -> bool {
        *self == Self::Unknown
    }
}

/// One claim by one source in one document.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Observation {
    /// What kind of problem.
    pub class: Class,
    /// The tool's own id of the check (rule, plugin, query, test, policy); empty when it has none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub rule: String,
    /// Ids that the rule bore before this one: names of the same check, never a part of the digest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub former_rules: Vec<String>,
    /// One line.
    pub title: String,
    /// The tool's explanation; never part of any identity.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// What the tool says to do.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub remedy: String,
    /// The tool's rating.
    pub severity: Severity,
    /// The rating's vector or number as the tool writes it (`CVSS:3.1/…`, `7.5`).
    #[serde(skip_serializing_if = "String::is_empty")]
    pub score: String,
    /// How sure the tool is that it is a problem; never part of any identity.
    #[serde(skip_serializing_if = "Confidence::is_unknown")]
    pub confidence: Confidence,
    /// Published ids (CVE, GHSA, RUSTSEC …) that all name this one problem: aliases of each other.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<String>,
    /// Published ids that the check covers without being one problem (a patch for twelve CVEs).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<String>,
    /// Weakness classes: the numbers of CWE.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cwes: Vec<u32>,
    /// The package.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component: Option<Component>,
    /// Places in files where this problem is; related places belong into the description.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub locations: Vec<Location>,
    /// The place on the network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<Endpoint>,
    /// What is set wrongly (`aws_s3_bucket.logs`, `Deployment/default/web`, an ARN); without anything that
    /// changes from run to run.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub resource: String,
    /// The value of a leaked credential. Never written, printed or compared as it is.
    #[serde(skip)]
    pub secret: Option<Secret>,
    /// Stack frames of a crash, innermost first: functions without addresses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub frames: Vec<String>,
    /// An id that the tool documents as unique to this problem and stable over its runs.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub tool_id: String,
    /// Fingerprints of the tool, with their names (`primaryLocationLineHash`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fingerprints: Vec<Fingerprint>,
    /// What the source says of its own claim.
    #[serde(skip_serializing_if = "is_reported")]
    pub standing: Standing,
    /// Why, in the source's words, where `standing` is not «reported».
    #[serde(skip_serializing_if = "String::is_empty")]
    pub standing_reason: String,
    /// When the source first saw it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<Instant>,
    /// Web addresses for reading on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
    /// What the document calls the asset of this record, where one document speaks of several (an image, a
    /// repository); hosts stand in `endpoint`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub target: String,
    /// What our own scan knows beside what other tools tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub met: Option<Met>,
    /// Where it stands in the document (`$.Results[0].Vulnerabilities[3]`, `line 17`); for messages only.
    #[serde(skip)]
    pub place: String,
}

/// What our own scan knows of a claim of its own: what a clock and an upgrade are computed from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Met {
    /// What the package is needed for.
    pub scope: vocab::Scope,
    /// The advisories that themselves matched.
    pub records: Vec<String>,
    /// The ecosystem in OSV's words, its release with it.
    pub ecosystem: String,
}

/// A package at a version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Component {
    /// As the document has it, version included; empty when it has none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub purl: String,
    /// The kind of package as a purl type (`npm`, `maven`, `deb`), or empty when the document does not tell.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// The name; of Maven `group:artifact`, of npm with its scope.
    pub name: String,
    /// The version; empty when not stated.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// Versions in which it is fixed, as the tool lists them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fixed_in: Vec<String>,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Location {
    /// Path or address as the document has it; relative ones below the scanned root.
    pub path: String,
    /// Counted from 1; 0 when unknown.
    #[serde(skip_serializing_if = "zero")]
    pub line: u32,
    /// Last line; 0 when unknown or the same.
    #[serde(skip_serializing_if = "zero")]
    pub end_line: u32,
    /// Counted from 1; 0 when unknown.
    #[serde(skip_serializing_if = "zero")]
    pub column: u32,
    /// The code there. Of secrets: empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub snippet: String,
    /// Function, class or other logical place.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub symbol: String,
}

/// A place on the network.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Endpoint {
    /// Name or address, in lower case.
    pub host: String,
    /// 0 when not stated.
    #[serde(skip_serializing_if = "zero_port")]
    pub port: u16,
    /// `tcp`, `udp`; empty when not stated.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub protocol: String,
    /// `http`, `ssh` …; empty when not stated.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub service: String,
    /// Path of the address, without query and fragment.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// HTTP method.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub method: String,
    /// The parameter, header or cookie that is attacked.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub parameter: String,
}

/// A fingerprint by the tool.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Fingerprint {
    /// Its name, with its version where it has one (`primaryLocationLineHash/v1`).
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A credential's value: it is hashed with a key and forgotten.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes a value; `None` when it is empty or the tool has redacted it, since redacted values of
    /// different secrets are alike.
    pub fn new(value: &str) -> Option<Self> {
        let value = value.trim();
        let hidden = value.chars().filter(|c| matches!(c, '*' | '•' | '…' | 'X' | 'x')).count();
        let redacted = value.len() < 4
            || hidden * 3 >= value.chars().count()
            || value.to_ascii_uppercase().contains("REDACTED")
            || value.contains("***")
            || value.contains("...");
        (!redacted).then(|| Self(value.to_owned()))
    }

    /// The value, for the keyed hash alone.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

impl Observation {
    /// Puts lists that have no order into one, takes doubles out, takes control characters out, and cuts
    /// what is too long, so that the same claim is the same value.
    pub fn settle(&mut self) {
        self.texts().into_iter().for_each(printable);
        cut(&mut self.title, MAX_TITLE);
        cut(&mut self.description, MAX_TEXT);
        cut(&mut self.remedy, MAX_TEXT);
        for ids in [&mut self.ids, &mut self.mentions] {
            for id in ids.iter_mut() {
                *id = id.trim().to_owned();
            }
            ids.retain(|id| !id.is_empty());
            settle(ids);
        }
        self.former_rules.retain(|rule| !rule.trim().is_empty());
        settle(&mut self.former_rules);
        settle(&mut self.cwes);
        settle(&mut self.references);
        settle(&mut self.fingerprints);
        settle(&mut self.locations);
        self.frames.truncate(MAX_MEMBERS);
        if let Some(component) = &mut self.component {
            settle(&mut component.fixed_in);
        }
    }

    /// Takes out what no text shows. [`settle`](Self::settle) does it too; done before, what stands in a text is found
    /// there as it will be kept.
    pub fn clean(&mut self) {
        self.texts().into_iter().for_each(printable);
    }

    /// Every text beside the sentences (title, description, remedy, reason): names, and what may hold anything.
    pub fn names_and_texts(&mut self) -> (Vec<&mut String>, Vec<&mut String>) {
        let mut names = vec![&mut self.rule, &mut self.score, &mut self.tool_id];
        let mut texts = vec![&mut self.resource, &mut self.target, &mut self.place];
        for list in [&mut self.ids, &mut self.mentions, &mut self.frames] {
            names.extend(list);
        }
        texts.extend(&mut self.references);
        if let Some(component) = &mut self.component {
            let Component { purl, kind, name, version, fixed_in } = component;
            names.extend([purl, kind, name, version]);
            names.extend(fixed_in);
        }
        for Location { path, snippet, symbol, .. } in &mut self.locations {
            texts.extend([path, snippet, symbol]);
        }
        if let Some(endpoint) = &mut self.endpoint {
            let Endpoint { host, protocol, service, path, method, parameter, .. } = endpoint;
            names.extend([host, protocol, service, method]);
            texts.extend([path, parameter]);
        }
        for Fingerprint { name, value } in &mut self.fingerprints {
            names.extend([name, value]);
        }
        (names, texts)
    }

    /// Every text that is stored or compared.
    fn texts(&mut self) -> Vec<&mut String> {
        let mut texts = vec![
            &mut self.rule,
            &mut self.title,
            &mut self.description,
            &mut self.remedy,
            &mut self.score,
            &mut self.resource,
            &mut self.tool_id,
            &mut self.standing_reason,
            &mut self.target,
        ];
        let lists = [
            &mut self.former_rules,
            &mut self.ids,
            &mut self.mentions,
            &mut self.frames,
            &mut self.references,
        ];
        for list in lists {
            texts.extend(list);
        }
        if let Some(component) = &mut self.component {
            let Component { purl, kind, name, version, fixed_in } = component;
            texts.extend([purl, kind, name, version]);
            texts.extend(fixed_in);
        }
        for Location { path, snippet, symbol, .. } in &mut self.locations {
            texts.extend([path, snippet, symbol]);
        }
        if let Some(endpoint) = &mut self.endpoint {
            let Endpoint { host, protocol, service, path, method, parameter, .. } = endpoint;
            texts.extend([host, protocol, service, path, method, parameter]);
        }
        for Fingerprint { name, value } in &mut self.fingerprints {
            texts.extend([name, value]);
        }
        texts
    }
}

/// Takes control characters out, but for line breaks and tabs; tools write NUL into names (Grype), and no
/// database takes it.
fn printable(text: &mut String) {
    let control = |c: char| c.is_control() && !matches!(c, '\n' | '\t' | '\r');
    if text.contains(control) {
        text.retain(|c| !control(c));
    }
}

fn settle<T: Ord>(list: &mut Vec<T>) {
    list.sort();
    list.dedup();
    list.truncate(MAX_MEMBERS);
}

fn cut(text: &mut String, most: usize) {
    if text.len() > most {
        let end = (0..=most.saturating_sub(3)).rev().find(|at| text.is_char_boundary(*at));
        text.truncate(end.unwrap_or(0));
        text.push('…');
    }
}

fn is_reported(standing: &Standing) -> bool {
    *standing == Standing::Reported
}

fn zero(number: &u32) -> bool {
    *number == 0
}

fn zero_port(number: &u16) -> bool {
    *number == 0
}
