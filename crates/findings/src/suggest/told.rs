//! How alike is what two people tell in their own words?
//!
//! Words are reduced to stems and to the few concepts that reports name in many ways; the measure is the cosine of
//! their weights by rarity (Salton, 1975). Nothing here knows a language beyond English endings.

use std::collections::BTreeMap;

use super::text::cut;

/// Most words of a text.
const MAX_WORDS: usize = 600;
/// Shortest stem.
const STEM: usize = 3;

/// Words that stand in every report.
const EMPTY: &[&str] = &[
    "a",
    "about",
    "after",
    "again",
    "all",
    "also",
    "an",
    "and",
    "any",
    "anybody",
    "anyone",
    "are",
    "as",
    "at",
    "be",
    "because",
    "been",
    "before",
    "being",
    "bug",
    "but",
    "by",
    "can",
    "cannot",
    "could",
    "describe",
    "did",
    "do",
    "does",
    "each",
    "every",
    "everybody",
    "everyone",
    "expected",
    "find",
    "following",
    "for",
    "found",
    "from",
    "get",
    "gets",
    "had",
    "has",
    "have",
    "he",
    "hello",
    "her",
    "hi",
    "his",
    "how",
    "i",
    "if",
    "impact",
    "in",
    "into",
    "is",
    "issue",
    "it",
    "its",
    "just",
    "like",
    "make",
    "makes",
    "may",
    "me",
    "means",
    "more",
    "my",
    "no",
    "not",
    "noticed",
    "now",
    "of",
    "on",
    "only",
    "onto",
    "or",
    "other",
    "our",
    "own",
    "page",
    "poc",
    "possible",
    "problem",
    "proof",
    "regards",
    "report",
    "reproduce",
    "see",
    "severity",
    "she",
    "should",
    "so",
    "some",
    "somebody",
    "someone",
    "step",
    "steps",
    "still",
    "such",
    "summary",
    "team",
    "than",
    "thanks",
    "that",
    "the",
    "their",
    "them",
    "then",
    "there",
    "these",
    "they",
    "this",
    "those",
    "to",
    "use",
    "used",
    "uses",
    "using",
    "very",
    "via",
    "vulnerability",
    "vulnerable",
    "was",
    "way",
    "we",
    "well",
    "were",
    "what",
    "when",
    "where",
    "which",
    "while",
    "who",
    "whoever",
    "will",
    "with",
    "without",
    "would",
    "you",
    "your",
];

/// What reports call by many names. A word of two is written with a blank.
const CONCEPTS: &[(&str, &[&str])] = &[
    ("mail", &["e mail", "email", "mail", "mailbox", "inbox"]),
    ("login", &["log in", "login", "logon", "sign in", "signin", "logs in", "logged in"]),
    ("logout", &["log out", "logout", "sign out", "signout", "logoff", "logs out", "logged out"]),
    ("takeover", &["take over", "takes over", "taking over", "takeover", "hijack", "ato"]),
    ("forgotten", &["forgot", "forgotten", "reset", "recovery", "recover"]),
    ("password", &["password", "passwords", "passphrase", "pwd"]),
    ("twice", &["twice", "two", "double", "duplicated", "duplicate", "second", "both"]),
    ("field", &["field", "parameter", "param", "argument", "input"]),
    ("script", &["script", "javascript", "xss", "js"]),
    ("admin", &["admin", "administrator", "administrative"]),
    ("attacker", &["attacker", "adversary", "hacker", "intruder"]),
    ("user", &["user", "victim", "customer", "member", "people"]),
    ("upload", &["upload", "uploaded", "uploading"]),
    ("download", &["download", "downloaded", "downloading"]),
    ("invoice", &["invoice", "bill", "receipt"]),
    ("id", &["id", "identifier", "ids"]),
    ("name", &["name", "nickname", "username", "displayname"]),
    ("internal", &["internal", "intranet", "localhost", "metadata"]),
    ("cookie", &["cookie", "session"]),
    ("redirect", &["redirect", "forward", "forwarded"]),
    ("path", &["path", "directory", "folder", "traversal"]),
    ("limit", &["limit", "throttle", "throttling", "lockout", "brute"]),
    ("price", &["price", "amount", "total", "cost"]),
    ("coupon", &["coupon", "voucher", "discount"]),
    ("html", &["html", "markup", "unescaped", "unsanitized", "unsanitised"]),
    ("sql", &["sql", "sqli", "database"]),
    ("token", &["token", "jwt"]),
    ("delete", &["delete", "remove", "erase"]),
    ("change", &["change", "modify", "alter", "edit"]),
    ("read", &["read", "view", "see", "leak", "disclose", "disclosure", "expose"]),
];

/// The words of a text as weights.
#[derive(Debug, Default)]
pub struct Told(BTreeMap<String, f64>);

impl Told {
    pub fn of(text: &str) -> Self {
        let lower = cut(text).to_lowercase();
        let words: Vec<&str> = lower
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .take(MAX_WORDS)
            .collect();
        let mut counts: BTreeMap<String, f64> = BTreeMap::new();
        let mut at = 0;
        while let Some(word) = words.get(at) {
            let pair = words.get(at + 1).map(|next| format!("{word} {next}")).unwrap_or_default();
            let stem = match (concept(&pair), concept(word)) {
                (Some(of_two), _) => {
                    at += 1;
                    of_two.to_owned()
                }
                (None, Some(of_one)) => of_one.to_owned(),
                _ => stem(word),
            };
            at += 1;
            if stem.len() >= 2 && !EMPTY.contains(word) {
                *counts.entry(stem).or_default() += 1.0;
            }
        }
        Self(counts)
    }

    /// Its words.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The cosine of the two, with each word's weight by `rarity`; 0 where one says next to nothing.
    pub fn alike(&self, other: &Self, rarity: &dyn Fn(&str) -> f64) -> f64 {
        if self.0.len().min(other.0.len()) < 4 {
            return 0.0;
        }
        let weight = |word: &str, count: f64| (1.0 + count.ln()) * rarity(word);
        let norm = |of: &Self| -> f64 {
            of.0.iter().map(|(word, count)| weight(word, *count).powi(2)).sum::<f64>().sqrt()
        };
        let shared = self.0.iter().filter_map(|(word, count)| {
            other.0.get(word).map(|of| weight(word, *count) * weight(word, *of))
        });
        let (dot, norms) = (shared.sum::<f64>(), norm(self) * norm(other));
        if norms > 0.0 { dot / norms } else { 0.0 }
    }
}

fn concept(word: &str) -> Option<&'static str> {
    let single = word.strip_suffix('s').unwrap_or(word);
    let found = CONCEPTS.iter().find(|(_, names)| names.contains(&word) || names.contains(&single));
    found.map(|(concept, _)| *concept)
}

/// A word without its ending: plurals, participles, adverbs.
fn stem(word: &str) -> String {
    let mut stem = word.to_owned();
    let endings = [
        ("ations", ""),
        ("ation", ""),
        ("ies", "y"),
        ("sses", "ss"),
        ("ings", ""),
        ("ing", ""),
        ("edly", ""),
        ("ied", "y"),
        ("ed", ""),
        ("ers", ""),
        ("er", ""),
        ("ments", ""),
        ("ment", ""),
        ("ly", ""),
        ("es", ""),
        ("s", ""),
    ];
    if word.ends_with("ss") {
        return stem;
    }
    for (ending, instead) in endings {
        if let Some(rest) = word.strip_suffix(ending).filter(|rest| rest.len() >= STEM) {
            stem = format!("{rest}{instead}");
            break;
        }
    }
    let mut last = stem.chars().rev();
    let doubled = match (last.next(), last.next()) {
        (Some(a), Some(b)) => a == b && !"aeiouls".contains(a),
        _ => false,
    };
    if doubled {
        stem.pop();
    }
    match stem.strip_suffix('e') {
        Some(rest) if rest.len() >= STEM => rest.to_owned(),
        _ => stem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_word_in_its_forms() {
        for group in [
            &["appends", "appended", "appending", "append"][..],
            &["uses", "used", "using", "use"],
            &["duplicates", "twice", "two"],
            &["e-mail", "email", "mails"],
            &["stored", "storing", "store", "stores"],
        ] {
            let texts: Vec<String> =
                group.iter().map(|word| format!("one word: zq {word}")).collect();
            let first = Told::of(&texts[0]).0;
            assert!(texts.iter().all(|text| Told::of(text).0 == first), "{group:?}");
        }
    }

    #[test]
    fn the_same_is_alike_and_nothing_is_not() {
        let even = |_: &str| 1.0;
        let told = Told::of("the nickname is shown unescaped on the members list");
        assert!((told.alike(&told, &even) - 1.0).abs() < 1e-9);
        assert_eq!(told.alike(&Told::of("invoices leak addresses to strangers"), &even), 0.0);
        assert_eq!(Told::of("xss here").alike(&Told::of("xss here"), &even), 0.0);
    }
}
