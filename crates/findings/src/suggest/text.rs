//! What does free text hold that can be compared?

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::links::{self, Address};
use crate::readers::words::cves;

/// Longest text that is looked at, in bytes.
const MAX: usize = 4_096;
/// Most words of a text.
const MAX_WORDS: usize = 400;
/// Hashes of a print, and how many of them make a band.
const HASHES: usize = 32;
const BAND: usize = 2;

/// Words that stand in every title.
const EMPTY: &[&str] = &[
    "a",
    "an",
    "and",
    "are",
    "at",
    "be",
    "by",
    "can",
    "could",
    "detected",
    "does",
    "found",
    "for",
    "from",
    "has",
    "header",
    "in",
    "is",
    "it",
    "may",
    "missing",
    "not",
    "of",
    "on",
    "or",
    "potential",
    "possible",
    "that",
    "the",
    "this",
    "to",
    "use",
    "used",
    "using",
    "via",
    "vulnerability",
    "was",
    "with",
];

/// The words of a text that tell something, in lower case, a plural without its «s».
pub fn terms(text: &str) -> Vec<String> {
    let lower = cut(text).to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|w| w.len() > 1);
    let words =
        words.filter(|word| !EMPTY.contains(word)).map(|word| match word.strip_suffix('s') {
            Some(one) if one.len() > 3 && !one.ends_with('s') => one.to_owned(),
            _ => word.to_owned(),
        });
    words.take(MAX_WORDS).collect()
}

/// Keys that a text names.
#[derive(Debug, Default)]
pub struct Keys {
    pub ids: Vec<String>,
    /// The first path of a file.
    pub path: String,
    /// The line behind it; 0 without.
    pub line: u32,
    /// The path of the first web address that is no page to read.
    pub route: String,
}

/// Ids, the first file and the first address in a text; addresses that the document lists for reading are none.
pub fn keys(text: &str, references: &[String]) -> Keys {
    let text = cut(text);
    let mut keys = Keys { ids: cves(text), ..Keys::default() };
    for word in
        text.split(|c: char| c.is_whitespace() || "\"'`()<>[]{},;".contains(c)).take(MAX_WORDS * 4)
    {
        let word = word.trim_end_matches(['.', ':', '!', '?']);
        match links::read(word) {
            Some(Address::Route(route))
                if keys.route.is_empty() && !references.iter().any(|known| known == word) =>
            {
                keys.route = route;
            }
            Some(Address::File(path, line)) if keys.path.is_empty() => {
                (keys.path, keys.line) = (crate::identity::normal_path(&path), line);
            }
            Some(_) => {}
            None if keys.path.is_empty() && is_file(word) => {
                let mut parts = word.split(':');
                keys.path = crate::identity::normal_path(parts.next().unwrap_or_default());
                keys.line = parts.next().and_then(|line| line.parse().ok()).unwrap_or(0);
            }
            None => {}
        }
    }
    keys
}

/// `src/a.py`, `main.c:12`: a name with a short extension of letters, in a folder or with a line.
fn is_file(word: &str) -> bool {
    let (path, line) = word.split_once(':').map_or((word, ""), |(path, line)| (path, line));
    let extension = path.rsplit_once('.').map_or(
        "",
        |(name, extension)| {
            if name.is_empty() { "" } else { extension }
        },
    );
    let short =
        (1..=5).contains(&extension.len()) && extension.bytes().all(|b| b.is_ascii_alphanumeric());
    short
        && extension.bytes().any(|b| b.is_ascii_alphabetic())
        && (path.contains('/') || line.bytes().next().is_some_and(|b| b.is_ascii_digit()))
}

/// A path of an address, without its last slash, in lower case.
pub fn route(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    match path.trim_end_matches('/') {
        "" if path.is_empty() => String::new(),
        "" => "/".to_owned(),
        path => path.to_lowercase(),
    }
}

/// MinHash over runs of three words: how alike two texts are without comparing them (Broder, 1997).
#[derive(Debug)]
pub struct Print(Option<[u64; HASHES]>);

impl Print {
    pub fn of(text: &str) -> Self {
        let words = terms(text);
        let runs: BTreeSet<u64> = words.windows(3).map(hash).collect();
        // A few words are a title, not a text.
        if runs.len() < 5 {
            return Self(None);
        }
        let mut least = [u64::MAX; HASHES];
        for run in runs {
            for (seed, least) in (1_u64..).zip(&mut least) {
                *least = (*least).min(mixed(run ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
            }
        }
        Self(Some(least))
    }

    /// The part of runs that two texts share, as far as the hashes tell.
    pub fn alike(&self, other: &Self) -> f64 {
        let (Some(a), Some(b)) = (&self.0, &other.0) else { return 0.0 };
        let equal = a.iter().zip(b).filter(|(a, b)| a == b).count();
        equal as f64 / HASHES as f64
    }

    /// Keys of which alike texts share at least one.
    pub fn bands(&self) -> impl Iterator<Item = String> {
        let bands = self.0.iter().flat_map(|all| all.chunks(BAND)).enumerate();
        bands.map(|(at, band)| format!("{at} {:x}", hash(band)))
    }
}

fn hash<T: std::hash::Hash>(of: &[T]) -> u64 {
    // Its keys are fixed: the same in each run.
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

/// The finaliser of SplitMix64.
fn mixed(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// As much of a text as is looked at.
pub fn cut(text: &str) -> &str {
    let end = (0..=text.len().min(MAX)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text.get(..end).unwrap_or_default()
}
