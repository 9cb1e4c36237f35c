//! Which known problems may be the same as this one, where no rule says so?
//!
//! Weaker evidence only suggests: weakness class and place, keys out of free text (paths, symbols,
//! addresses, frames, ids, versions), BM25 and MinHash. In: documents made of findings. Out: candidates with a score and the
//! evidence in words, best first. A person links.
//!
//! [`Index`] is built once and asked often: only candidates that share a rare key are looked at.

mod text;
mod weakness;

use std::collections::{BTreeMap, HashMap};

use crate::identity::canonical;
use crate::observation::Observation;
use text::{Print, terms};

/// Least score that is worth a person's look.
pub const LEAST: f64 = 0.5;
/// Most candidates of a question that are compared in full.
const COMPARED: usize = 400;
/// A key that more documents than this have, and more than a tenth of all, says nothing.
const COMMON: usize = 500;
/// BM25's usual saturation and length (Robertson and Zaragoza, 2009).
const SATURATION: f64 = 1.2;
const LENGTH: f64 = 0.75;

/// One candidate.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// Position of the candidate in what was given.
    pub at: usize,
    /// From 0 to 1.
    pub score: f64,
    /// Why, in words.
    pub evidence: String,
}

/// The candidates for one observation among others of the same asset, best first, at most `most`.
pub fn suggest(observation: &Observation, among: &[Observation], most: usize) -> Vec<Suggestion> {
    Index::new(among).suggest(observation, most)
}

/// What observations say, by their keys.
#[derive(Debug, Default)]
pub struct Index {
    documents: Vec<Document>,
    postings: HashMap<String, Vec<u32>>,
    /// Words of all titles.
    length: f64,
}

/// What is compared of an observation.
#[derive(Debug)]
struct Document {
    /// Words of the title with their counts.
    words: BTreeMap<String, u32>,
    length: f64,
    /// Places and published ids, and the weakness, as keys.
    keys: Vec<String>,
    ids: Vec<String>,
    family: Option<&'static str>,
    /// Where a header or a server's setting is at fault, one host is one place.
    wide: bool,
    host: String,
    route: String,
    parameter: String,
    path: String,
    symbol: String,
    line: u32,
    package: String,
    print: Print,
}

impl Document {
    fn of(o: &Observation) -> Self {
        let (family, wide) = weakness::family(o);
        let endpoint = o.endpoint.clone().unwrap_or_default();
        let place = o.locations.first().cloned().unwrap_or_default();
        let told = text::keys(&format!("{} {}", o.title, o.description));
        let mut ids: Vec<String> = o.ids.iter().map(|id| canonical(id)).collect();
        ids.extend(told.ids);
        let (path, line) = match place.path.as_str() {
            "" => (told.path, told.line),
            path => (crate::identity::normal_path(path), place.line),
        };
        let route = match endpoint.path.as_str() {
            "" => told.route,
            path => path.to_owned(),
        };
        let mut words: BTreeMap<String, u32> = BTreeMap::new();
        for word in terms(&o.title) {
            *words.entry(word).or_default() += 1;
        }
        let length = words.values().copied().map(f64::from).sum();
        let mut document = Self {
            words,
            length,
            keys: Vec::new(),
            ids,
            family,
            wide,
            host: endpoint.host,
            route: text::route(&route),
            parameter: endpoint.parameter.to_lowercase(),
            symbol: place.symbol.to_lowercase(),
            line,
            package: o.component.as_ref().map(|c| c.name.to_lowercase()).unwrap_or_default(),
            print: Print::of(&o.description),
            path,
        };
        document.keys = document.made_keys(&o.frames);
        document
    }

    fn made_keys(&self, frames: &[String]) -> Vec<String> {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        let mut keys: Vec<String> = self.ids.iter().map(|id| format!("id {id}")).collect();
        let mut add = |kind: &str, value: &str| {
            if !value.is_empty() {
                keys.push(format!("{kind} {value}"));
            }
        };
        add("file", name);
        add("route", &self.route);
        add("symbol", &self.symbol);
        add("package", &self.package);
        if let Some(family) = self.family {
            add("weakness", family);
            add("weakness and file", &joined(family, name));
            add("weakness and route", &joined(family, &self.route));
            add("weakness and host", &joined(family, &self.host));
        }
        for frame in frames.iter().take(3) {
            add("frame", frame);
        }
        keys.extend(self.words.keys().map(|word| format!("word {word}")));
        keys.extend(self.print.bands().map(|band| format!("band {band}")));
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

/// Both, or nothing.
fn joined(a: &str, b: &str) -> String {
    if b.is_empty() { String::new() } else { format!("{a} {b}") }
}

impl Index {
    /// An index over observations; positions in suggestions are theirs.
    pub fn new(among: &[Observation]) -> Self {
        let documents: Vec<Document> = among.iter().map(Document::of).collect();
        let mut postings: HashMap<String, Vec<u32>> = HashMap::new();
        for (at, document) in documents.iter().enumerate() {
            for key in &document.keys {
                if let Ok(at) = u32::try_from(at) {
                    postings.entry(key.clone()).or_default().push(at);
                }
            }
        }
        let length = documents.iter().map(|d| d.length).sum();
        Self { documents, postings, length }
    }

    /// The candidates for one observation, best first, at most `most`, none below [`LEAST`].
    pub fn suggest(&self, observation: &Observation, most: usize) -> Vec<Suggestion> {
        let asked = Document::of(observation);
        let mut found: Vec<Suggestion> = self
            .candidates(&asked)
            .into_iter()
            .filter_map(|at| {
                let (score, evidence) = self.compared(&asked, self.documents.get(at)?);
                (score >= LEAST).then_some(Suggestion { at, score, evidence })
            })
            .collect();
        found.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.at.cmp(&b.at)));
        found.truncate(most);
        found
    }

    /// Those that share the rarest keys.
    fn candidates(&self, asked: &Document) -> Vec<usize> {
        let bound = COMMON.max(self.documents.len() / 10);
        let mut weights: HashMap<u32, f64> = HashMap::new();
        for key in &asked.keys {
            let Some(found) = self.postings.get(key).filter(|found| found.len() <= bound) else {
                continue;
            };
            let rare = self.rarity(found.len());
            for at in found {
                *weights.entry(*at).or_default() += rare;
            }
        }
        let mut best: Vec<(u32, f64)> = weights.into_iter().collect();
        best.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        best.truncate(COMPARED);
        best.into_iter().filter_map(|(at, _)| usize::try_from(at).ok()).collect()
    }

    /// Inverse document frequency.
    fn rarity(&self, having: usize) -> f64 {
        let (all, having) = (self.documents.len() as f64, having as f64);
        ((all - having + 0.5) / (having + 0.5) + 1.0).ln()
    }

    /// Score and evidence. The weights were set on the labelled set (tests, `labels/suggest.tsv`) so that a half
    /// is about even odds.
    fn compared(&self, asked: &Document, other: &Document) -> (f64, String) {
        let (place, mut evidence) = placed(asked, other);
        let family = match (asked.family, other.family) {
            (Some(a), Some(b)) if a == b => {
                evidence.push(format!("both are {a}"));
                1.0
            }
            (Some(_), Some(_)) => -1.0,
            _ => 0.0,
        };
        let words = self.alike(asked, other);
        let text = asked.print.alike(&other.print);
        if words > 0.3 {
            evidence.push("the titles share rare words".to_owned());
        }
        if text > 0.3 {
            evidence.push("the texts are alike".to_owned());
        }
        let ids = asked.ids.iter().find(|id| other.ids.contains(id));
        if let Some(id) = ids {
            evidence.push(format!("both name {id}"));
        }
        let named = if ids.is_some() { 1.0 } else { 0.0 };
        let sum = -5.0 + 3.5 * place + 2.5 * family + 2.5 * words + 7.0 * text + 2.5 * named;
        (1.0 / (1.0 + (-sum).exp()), evidence.join("; "))
    }

    /// BM25 of the other's title, as a part of what the asked one's own would have.
    fn alike(&self, asked: &Document, other: &Document) -> f64 {
        let mean = (self.length / (self.documents.len().max(1)) as f64).max(1.0);
        let score = |of: &Document| -> f64 {
            let weigh = |word: &String| {
                let count = f64::from(of.words.get(word).copied().unwrap_or(0));
                let having = self.postings.get(&format!("word {word}")).map_or(0, Vec::len);
                let long = 1.0 - LENGTH + LENGTH * of.length / mean;
                self.rarity(having) * count * (SATURATION + 1.0) / (count + SATURATION * long)
            };
            asked.words.keys().map(weigh).sum()
        };
        let own = score(asked);
        if own > 0.0 { (score(other) / own).min(1.0) } else { 0.0 }
    }
}

/// How near two places are, from 0 to 1, and in words.
fn placed(a: &Document, b: &Document) -> (f64, Vec<String>) {
    let same = |x: &str, y: &str| !x.is_empty() && x == y;
    let host = same(&a.host, &b.host);
    let mut near = (0.0, String::new());
    let mut nearer = |score: f64, words: String| {
        if score > near.0 {
            near = (score, words);
        }
    };
    if same(&a.path, &b.path) || ends_alike(&a.path, &b.path) {
        let apart = a.line.abs_diff(b.line);
        let known = a.line > 0 && b.line > 0;
        match apart {
            0..=3 if known => nearer(1.0, format!("{}, {apart} lines apart", b.path)),
            4..=20 if known => nearer(0.6, format!("{}, {apart} lines apart", b.path)),
            _ if same(&a.symbol, &b.symbol) => nearer(0.8, format!("{} in {}", b.symbol, b.path)),
            _ => nearer(0.4, b.path.clone()),
        }
    }
    // One application may be seen under two names of hosts; the root of two says nothing.
    let hosts = match (host || a.host.is_empty() || b.host.is_empty(), a.route.as_str()) {
        (true, _) => 1.0,
        (false, "/") => 0.0,
        (false, _) => 0.9,
    };
    if same(&a.route, &b.route) {
        if same(&a.parameter, &b.parameter) {
            nearer(hosts, format!("{} with {}", b.route, b.parameter));
        } else if [&a.parameter, &b.parameter].iter().any(|p| p.is_empty() || is_header(p)) {
            nearer(0.8 * hosts, b.route.clone());
        } else {
            nearer(0.2 * hosts, b.route.clone());
        }
    }
    if host && a.wide && b.wide && a.family == b.family {
        nearer(0.75, format!("the whole of {}", b.host));
    }
    if same(&a.package, &b.package) {
        nearer(0.6, b.package.clone());
    }
    if host {
        nearer(0.1, b.host.clone());
    }
    (near.0, if near.1.is_empty() { Vec::new() } else { vec![near.1] })
}

/// A header of the response stands in the place of a parameter in some reports.
fn is_header(parameter: &str) -> bool {
    parameter.starts_with("x-") || parameter.ends_with("-policy")
}

/// Whether one path is the end of the other, with its file's folder at least.
fn ends_alike(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    short.contains('/')
        && long.strip_suffix(short).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
}
