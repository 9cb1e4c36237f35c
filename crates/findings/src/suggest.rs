//! Which known problems may be the same as this one, where no rule says so?
//!
//! Weaker evidence only suggests: weakness and place, keys out of free text (paths, symbols, addresses, frames, ids,
//! versions), BM25, MinHash and what people tell in other words. In: documents made of findings. Out: candidates with a
//! score and the evidence in words, best first. A person links.
//!
//! [`Index`] is built once and asked often: of many, only candidates that share a rare key are looked at.

mod document;
mod links;
mod near;
mod text;
mod told;
mod tree;
mod weakness;

use std::collections::HashMap;

use crate::observation::Observation;
use document::Document;

/// Least score that is worth a person's look.
pub const LEAST: f64 = 0.5;
/// So many are all compared in full; of more, those that share rare keys.
const FEW: usize = 2_000;
/// Most candidates of a question that are compared in full, where there are more than [`FEW`].
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

/// A file, or else the path of a web address, that a text names; empty where it names none. What only links to pages
/// to read names none.
pub fn place_told(observation: &Observation) -> (String, String) {
    let text = format!("{} {}", observation.title, observation.description);
    let keys = text::keys(&text, &observation.references);
    (keys.path, text::route(&keys.route))
}

/// What observations say, by their keys.
#[derive(Debug, Default)]
pub struct Index {
    documents: Vec<Document>,
    postings: HashMap<String, Vec<u32>>,
    /// Words of all titles.
    length: f64,
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
        let mut found = self.nearest(observation, most);
        found.retain(|suggestion| suggestion.score >= LEAST);
        found
    }

    /// The same without a least score: whom to look at more closely, when only a part is known of each.
    pub fn nearest(&self, observation: &Observation, most: usize) -> Vec<Suggestion> {
        let asked = Asked::new(self, Document::of(observation));
        let mut found: Vec<Suggestion> = self
            .candidates(&asked.document)
            .into_iter()
            .filter_map(|at| {
                let (score, evidence) = asked.compared(self.documents.get(at)?);
                Some(Suggestion { at, score, evidence })
            })
            .collect();
        found.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.at.cmp(&b.at)));
        found.truncate(most);
        found
    }

    /// All of few; of many those that share the rarest keys.
    fn candidates(&self, asked: &Document) -> Vec<usize> {
        if self.documents.len() <= FEW {
            return (0..self.documents.len()).collect();
        }
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

    fn rarity_of(&self, kind: &str, word: &str) -> f64 {
        self.rarity(self.postings.get(&format!("{kind} {word}")).map_or(0, Vec::len))
    }
}

/// A question: a document, and how rare its words are among those that are asked.
struct Asked<'i> {
    index: &'i Index,
    document: Document,
    rarities: Vec<(String, f64)>,
    /// BM25 of its own title.
    own: f64,
}

impl<'i> Asked<'i> {
    fn new(index: &'i Index, document: Document) -> Self {
        let words = document.words.keys();
        let rarities = words.map(|word| (word.clone(), index.rarity_of("word", word))).collect();
        let mut asked = Self { index, document, rarities, own: 0.0 };
        asked.own = asked.score(&asked.document);
        asked
    }

    /// Score and evidence. The weights were set on the labelled set (tests, `labels/suggest.tsv`) so that a half
    /// is about even odds.
    fn compared(&self, other: &Document) -> (f64, String) {
        let asked = &self.document;
        let (place, at) = near::near(asked, other);
        let (family, kind) = asked.weakness.compared(&other.weakness);
        let mut evidence: Vec<String> = at.into_iter().chain(kind).collect();
        let rule = about_the_place(asked, other, place);
        let words = rule * self.alike(other);
        let text = rule * asked.print.alike(&other.print);
        let told = self.told(other);
        if words > 0.3 {
            evidence.push("the titles share rare words".to_owned());
        }
        if text > 0.3 {
            evidence.push("the texts are alike".to_owned());
        } else if told > TOLD {
            evidence.push("the texts tell the same in other words".to_owned());
        }
        let ids = asked.ids.iter().find(|id| other.ids.contains(id));
        if let Some(id) = ids {
            evidence.push(format!("both name {id}"));
        }
        let named = if ids.is_some() { 1.0 } else { 0.0 };
        let sum = -5.0 + 3.5 * place + 2.5 * family + 2.5 * words + 7.0 * text + 2.5 * named;
        // Past what is enough, more of the same words is hardly more evidence.
        let sum = sum + RETOLD * told.min(ENOUGH) + MORE * (told - ENOUGH).max(0.0);
        (1.0 / (1.0 + (-sum).exp()), evidence.join("; "))
    }

    /// BM25 of the other's title, as a part of what the asked one's own would have.
    fn alike(&self, other: &Document) -> f64 {
        if self.own > 0.0 { (self.score(other) / self.own).min(1.0) } else { 0.0 }
    }

    fn score(&self, of: &Document) -> f64 {
        let index = self.index;
        let mean = (index.length / (index.documents.len().max(1)) as f64).max(1.0);
        let long = 1.0 - LENGTH + LENGTH * of.length / mean;
        let weigh = |(word, rarity): &(String, f64)| {
            let count = f64::from(of.words.get(word).copied().unwrap_or(0));
            rarity * count * (SATURATION + 1.0) / (count + SATURATION * long)
        };
        self.rarities.iter().map(weigh).sum()
    }

    /// Between two that people told.
    fn told(&self, other: &Document) -> f64 {
        let (Some(a), Some(b)) = (&self.document.told, &other.told) else { return 0.0 };
        let all = self.index.documents.len() as f64 + PRIOR;
        a.alike(b, &|word| {
            let having =
                self.index.postings.get(&format!("told {word}")).map_or(0, Vec::len) as f64;
            ((all - having + 0.5) / (having + 0.5) + 1.0).ln()
        })
    }
}

/// How much words count that tools explain their rules with: at two files, or far apart in one, the same explanation
/// is that of two problems.
fn about_the_place(asked: &Document, other: &Document, place: f64) -> f64 {
    if asked.places.is_empty() || other.places.is_empty() || asked.told.is_some() {
        return 1.0;
    }
    if place < near::SAME_FILE { 0.0 } else { 1.0 }
}

/// So many reports without a word are thought beside those that are there: of two or three, each word would be common.
const PRIOR: f64 = 20.0;
/// From where on two tellings are alike, what it weighs, and up to where.
const TOLD: f64 = 0.2;
const RETOLD: f64 = 20.0;
const ENOUGH: f64 = 0.27;
const MORE: f64 = 6.0;
