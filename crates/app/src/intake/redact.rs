//! Which texts of an observation hold a secret, and must not be kept?
//!
//! In: an observation as a reader made it, and the values that records of the same document declare as their secrets.
//! Out: the same with those values, and whatever is known as a credential by shape, place or name (see
//! `formats::credentials`), blanked in every text. Done before anything is stored or hashed into an identity; the value
//! itself goes into the keyed hash alone. Linear in the text.

use std::collections::HashSet;

use aho_corasick::{AhoCorasick, MatchKind};
use findings::observation::{Class, Observation};
use formats::credentials::{self, BLANK, blanked_about_one, blanked_name};

pub(crate) use formats::credentials::blanked;

/// Most declared values that are looked for in other records, and most bytes of them.
const MAX_VALUES: usize = 50_000;
const MAX_BYTES: usize = 4 << 20;
/// Longest text that is looked at; more than is kept of any.
const MAX_LOOKED_AT: usize = 64 << 10;
/// Weaknesses that are a credential lying where it must not.
const ABOUT: [u32; 9] = [256, 257, 259, 260, 312, 321, 522, 540, 798];
/// Words of rules and titles that speak of one.
const ABOUT_WORDS: [&str; 14] = [
    "hardcoded",
    "hard-coded",
    "hard coded",
    "hardcode",
    "hard-code",
    "secret",
    "credential",
    "api key",
    "api-key",
    "apikey",
    "private key",
    "leaked",
    "cleartext password",
    "plaintext password",
];

/// The values that a document declares.
#[derive(Debug, Default)]
pub(crate) struct Values {
    values: HashSet<String>,
    bytes: usize,
    /// More were declared than are looked for.
    pub(crate) full: bool,
}

impl Values {
    fn add(&mut self, value: &str) {
        // As it stands in a text that is kept: without control characters, and each line by itself.
        for line in value.lines().map(str::trim).filter(|line| line.len() >= 4) {
            let line: String = line.chars().filter(|c| !c.is_control() || *c == '\t').collect();
            if self.values.contains(&line) {
                continue;
            }
            if self.values.len() >= MAX_VALUES || self.bytes + line.len() > MAX_BYTES {
                self.full = true;
                return;
            }
            self.bytes += line.len();
            self.values.insert(line);
        }
    }

    /// Whether there is something to look for.
    pub(crate) fn any(&self) -> bool {
        !self.values.is_empty()
    }

    /// Ready to be looked for; all at once, since there may be many that begin alike.
    pub(crate) fn known(self) -> Known {
        let mut values: Vec<String> = self.values.into_iter().collect();
        values.sort();
        let automaton =
            AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&values);
        Known { automaton: automaton.ok() }
    }
}

/// Declared values that are looked for.
#[derive(Debug, Default)]
pub(crate) struct Known {
    automaton: Option<AhoCorasick>,
}

impl Known {
    /// The text without them and without what is known as a credential.
    pub(crate) fn clean(&self, text: String) -> String {
        let text = self.without(&text).unwrap_or(text);
        blanked(&text).unwrap_or(text)
    }

    fn without(&self, text: &str) -> Option<String> {
        let mut out = String::new();
        let mut done = 0;
        for found in self.automaton.as_ref()?.find_iter(text) {
            let value = text.get(found.range())?;
            if stands(text, found.start(), found.end(), value) {
                out.push_str(text.get(done..found.start()).unwrap_or_default());
                out.push_str(BLANK);
                done = found.end();
            }
        }
        out.push_str(text.get(done..).unwrap_or_default());
        (done > 0).then_some(out)
    }
}

/// Whether a declared value stands there for itself: what could be a word of any text counts only where a value would
/// stand, and a short one not inside of a longer word.
fn stands(text: &str, from: usize, to: usize, value: &str) -> bool {
    let before = text.get(..from).and_then(|t| t.chars().next_back());
    let after = text.get(to..).and_then(|t| t.chars().next());
    let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let word = value.len() < 16
        && (value.chars().all(|c| c.is_alphabetic() || c == ' ')
            || value.chars().all(|c| c.is_ascii_digit()));
    if word {
        let opened = text.get(..from).unwrap_or_default().trim_end_matches(' ');
        let valued = opened.ends_with(['=', ':', '"', '\'', '`', '>', '«', '“', '@', '('])
            && !opened.ends_with("::");
        return valued && !letter(before) && !letter(after);
    }
    value.len() >= 12 || (!letter(before) && !letter(after))
}

/// Blanks every secret in the texts of an observation, and remembers the one that it declares.
pub(crate) fn redact(observation: &mut Observation, known: &Known, met: &mut Values) {
    let own = observation.secret.as_ref().map(|secret| secret.expose().to_owned());
    if let Some(own) = &own {
        met.add(own);
    }
    let mut of_own = Values::default();
    own.iter().for_each(|own| of_own.add(own));
    let own: Vec<String> = own.into_iter().chain(of_own.values).collect();
    let about = is_about_one(observation);
    let plain = |text: &mut String| {
        shorten(text);
        for own in &own {
            if text.contains(own.as_str()) {
                *text = text.replace(own.as_str(), BLANK);
            }
        }
        if let Some(without) = known.without(text) {
            *text = without;
        }
    };
    let with = |text: &mut String, blank: fn(&str) -> Option<String>| {
        plain(text);
        if let Some(blanked) = blank(text) {
            *text = blanked;
        }
    };
    let said: fn(&str) -> Option<String> =
        if about { blanked_about_one } else { credentials::blanked };
    for text in [
        &mut observation.title,
        &mut observation.description,
        &mut observation.remedy,
        &mut observation.standing_reason,
    ] {
        with(text, said);
    }
    for location in &mut observation.locations {
        // The code of such a claim shows what it is about.
        if about {
            location.snippet.clear();
        }
    }
    let (names, texts) = observation.names_and_texts();
    names.into_iter().for_each(|text| with(text, blanked_name));
    texts.into_iter().for_each(|text| with(text, credentials::blanked));
}

/// Whether a claim is about a credential that lies where it must not.
fn is_about_one(observation: &Observation) -> bool {
    let words = || {
        let about = format!("{} {}", observation.rule, observation.title).to_lowercase();
        ABOUT_WORDS.iter().any(|word| about.contains(word))
    };
    observation.class == Class::Secret
        || observation.cwes.iter().any(|cwe| ABOUT.contains(cwe))
        || (matches!(observation.class, Class::Code | Class::Configuration | Class::Report)
            && words())
}

/// What is looked at is more than is kept, and ends where a word does.
fn shorten(text: &mut String) {
    if text.len() <= MAX_LOOKED_AT {
        return;
    }
    text.truncate(text.floor_char_boundary(MAX_LOOKED_AT));
    if let Some(end) = text.rfind(char::is_whitespace).filter(|end| *end > MAX_LOOKED_AT / 2) {
        text.truncate(end);
    }
}

#[cfg(test)]
mod tests {
    use findings::observation::{Location, Secret};

    use super::*;

    fn redacted(observation: &mut Observation) -> Values {
        let mut met = Values::default();
        redact(observation, &Known::default(), &mut met);
        met
    }

    #[test]
    fn the_own_value_stays_nowhere() {
        let value = "correct-horse-battery";
        let mut observation = Observation {
            title: format!("leaked {value}"),
            secret: Secret::new(value),
            locations: vec![Location {
                symbol: format!("x={value}"),
                path: "a".to_owned(),
                ..Location::default()
            }],
            ..Observation::default()
        };
        redacted(&mut observation);
        assert!(!format!("{observation:?}").contains("horse"));
        assert_eq!(observation.title, "leaked [redacted]");
        assert!(observation.secret.is_some());
    }

    #[test]
    fn what_another_record_declares_stays_nowhere_either_and_words_stay() {
        let mut known = Values::default();
        for value in [
            "Tr0ub4dor",
            "password",
            "1234",
            "QWERTYuiopASDFGHjkl",
            "two\nlines1",
            "Tr0ub4dorHorse",
        ] {
            known.add(value);
        }
        let known = known.known();
        let check = |text: &str, expect: &str| {
            assert_eq!(known.without(text).unwrap_or(text.to_owned()), expect);
        };
        check("at Tr0ub4dor, Tr0ub4dorHorse.", "at [redacted], [redacted].");
        check(
            "xTr0ub4dorx stays, a longer xTr0ub4dorHorsex not",
            "xTr0ub4dorx stays, a longer x[redacted]x not",
        );
        check("the password of port 1234", "the password of port 1234");
        check("p = 'password' and pin: 1234", "p = '[redacted]' and pin: [redacted]");
        check("preQWERTYuiopASDFGHjklpost", "pre[redacted]post");
        check("lines1 é lines1é", "[redacted] é lines1é");
    }

    #[test]
    fn so_many_values_are_looked_for_and_no_more() {
        let mut known = Values::default();
        (0..MAX_VALUES).for_each(|n| known.add(&format!("value{n}")));
        known.add("value7");
        assert!(!known.full, "the same again is none more");
        known.add("one more");
        assert!(known.full);
        assert!(known.values.contains("value7") && !known.values.contains("one more"));
    }

    #[test]
    fn a_claim_about_a_credential_shows_no_code() {
        let observation = |cwes: Vec<u32>, rule: &str| Observation {
            rule: rule.to_owned(),
            cwes,
            title: "The value \"Zx9pQ7vLm2Rt8Wk4\" is used".to_owned(),
            locations: vec![Location {
                snippet: "f(\"Zx9pQ7vLm2Rt8Wk4\")".to_owned(),
                ..Location::default()
            }],
            ..Observation::default()
        };
        for mut about in [observation(vec![798], "r"), observation(vec![], "hardcoded-password")] {
            redacted(&mut about);
            assert!(!format!("{about:?}").contains("Zx9"), "{about:?}");
        }
        let mut other = observation(vec![79], "xss");
        redacted(&mut other);
        assert!(other.title.contains("Zx9") && other.locations[0].snippet.contains("Zx9"));
    }

    #[test]
    fn a_text_is_cut_where_a_word_ends() {
        let mut text = format!("{} Tr0ub4dor", "x ".repeat(MAX_LOOKED_AT / 2 - 2));
        shorten(&mut text);
        assert!(!text.contains("Tr0"), "the beginning of a value is left out with its end");
    }
}
