//! Credentials that a sentence quotes: «the hard-coded value "…" is used as password».

use super::{
    Spans, head, is_algorithm, is_like_one, is_name, is_path, is_placeholder, is_public_id,
    is_word, named, tail,
};

/// Longest quote that is looked at.
const MOST: usize = 300;
const QUOTES: &[(char, char)] =
    &[('"', '"'), ('\'', '\''), ('`', '`'), ('“', '”'), ('‘', '’'), ('«', '»'), ('„', '“')];
/// The word before a quote says that it is one.
const CUES: &[&str] = &[
    "value",
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "key",
    "credential",
    "credentials",
    "literal",
    "string",
    "constant",
    "passcode",
];
/// What follows a quote says so.
const AFTER: &[&str] = &[
    "is used as",
    "is used for",
    "as password",
    "as the password",
    "as a password",
    "is hard",
    "is a hard",
    "was used as",
];
/// Shortest run without quotes that can be one.
const LEAST_BARE: usize = 16;

/// `about`: the text is known to be about a credential.
pub(super) fn find(text: &str, about: bool, spans: &mut Spans) {
    let ascii = text.is_ascii();
    for (open, close) in QUOTES.iter().filter(|(open, _)| open.is_ascii() || !ascii) {
        pairs(text, *open, *close, about, spans);
    }
    if about {
        bare(text, spans);
    }
}

fn pairs(text: &str, open: char, close: char, about: bool, spans: &mut Spans) {
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find(open)) {
        let begin = from + at;
        from = begin + open.len_utf8();
        let before = tail(text.get(..begin).unwrap_or_default(), 64);
        // An apostrophe is no quote.
        if before.ends_with(|c: char| c.is_alphanumeric()) && open != '“' && open != '«' {
            continue;
        }
        let rest = text.get(from..).unwrap_or_default();
        let Some(length) = head(rest, MOST + 8).find(close) else { continue };
        let inner = rest.get(..length).unwrap_or_default();
        if inner.contains('\n') {
            continue;
        }
        let after = rest.get(length + close.len_utf8()..).unwrap_or_default();
        if is_one(inner, before, after, about) {
            spans.push((from, from + length));
        }
        from += length + close.len_utf8();
    }
}

fn is_one(inner: &str, before: &str, after: &str, about: bool) -> bool {
    if inner.chars().count() < 3
        || is_placeholder(inner)
        || inner.contains("://")
        || is_public_id(inner)
    {
        return false;
    }
    // The name of a variable or a field, not its value.
    if is_name(inner) && named::names_one(inner) && !inner.contains(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let last = before.trim_end_matches([' ', ':', '=', '(', '\'', '"', '`']);
    let last = last.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let cued = CUES.iter().any(|cue| last.eq_ignore_ascii_case(cue));
    if !about {
        return cued
            && is_like_one(inner)
            && !inner.contains(' ')
            && !matches!(last, "value" | "string" | "key" | "constant" | "literal");
    }
    let after = after.trim_start();
    let followed = AFTER.iter().any(|words| after.starts_with(words));
    cued || followed
        || (is_like_one(inner) && !inner.contains(' '))
        || (is_like_phrase(inner) && !is_path(inner))
}

/// Long, without spaces, and no word of a language.
fn is_like_phrase(inner: &str) -> bool {
    inner.len() >= 16
        && !inner.contains([' ', '.', '/', '_'])
        && !is_word(inner)
        && !is_algorithm(inner)
        && inner.chars().any(char::is_uppercase)
        && inner.chars().any(|c| c.is_ascii_digit())
}

/// Runs of large and small letters and digits that nobody wrote by hand.
fn bare(text: &str, spans: &mut Spans) {
    let is_run = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '_' | '-');
    let mut at = 0;
    for run in text.split(|c: char| !is_run(c)) {
        let begin = text.get(at..).and_then(|rest| rest.find(run)).map_or(at, |found| at + found);
        at = begin + run.len();
        let count = |test: fn(&u8) -> bool| run.bytes().filter(test).count();
        let mixed = count(u8::is_ascii_digit) >= 2
            && count(u8::is_ascii_uppercase) >= 2
            && count(u8::is_ascii_lowercase) >= 2;
        let plain = !run.contains('/') || run.contains(['+', '=']);
        if run.len() >= LEAST_BARE && mixed && plain && is_like_one(run) {
            spans.push((begin, begin + run.len()));
        }
    }
}
