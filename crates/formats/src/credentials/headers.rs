//! Credentials in headers of HTTP: by the header's name, and behind a scheme of `Authorization`.

use super::named::names_one;
use super::{Spans, WINDOW, head, is_like_one, is_name, is_placeholder};

/// Headers whose value is a credential, beside those with a name.
const HEADERS: &[&str] = &[
    "x-api-key",
    "api-key",
    "x-functions-key",
    "ocp-apim-subscription-key",
    "x-goog-api-key",
    "x-master-key",
];
/// What belongs to a cookie and is none.
const ATTRIBUTES: &[&str] = &[
    "path", "domain", "expires", "max-age", "samesite", "version", "priority", "comment",
    "httponly", "secure",
];
/// Schemes of `Authorization`.
const SCHEMES: &[&str] = &[
    "basic",
    "bearer",
    "digest",
    "negotiate",
    "ntlm",
    "token",
    "apikey",
    "api-key",
    "key",
    "hawk",
    "oauth",
    "signature",
    "ssws",
    "aws4-hmac-sha256",
    "aws",
    "googlelogin",
    "kerberos",
    "jwt",
    "dpop",
    "mutual",
    "scram-sha-1",
    "scram-sha-256",
];
/// The value of a header; whether it is one.
pub(super) fn header(text: &str, name: &str, at: usize, spans: &mut Spans) -> bool {
    let lower = name.to_ascii_lowercase();
    let credential = ["authorization", "proxy-authorization", "x-authorization", "authentication"];
    let cookie = ["cookie", "set-cookie", "set-cookie2"].contains(&lower.as_str());
    let authorization = credential.contains(&lower.as_str());
    let named = HEADERS.contains(&lower.as_str())
        || lower.contains('-') && !lower.starts_with('-') && names_one(name);
    if !cookie && !authorization && !named {
        return false;
    }
    let rest = head(text.get(at + 1..).unwrap_or_default(), WINDOW);
    let start = rest.trim_start_matches([' ', '\t', '"', '\'', '\\', '=', '>']);
    let from = at + 1 + rest.len() - start.len();
    // A header inside of quotes ends with them.
    let quote = |text: &str| text.chars().next_back().filter(|c| matches!(c, '"' | '\'' | '`'));
    let before = text.get(..at).unwrap_or_default();
    let opened = before.trim_end_matches(['"', '\'']).strip_suffix(name).and_then(quote);
    let opened = quote(rest.get(..rest.len() - start.len()).unwrap_or_default()).or(opened);
    let ends = |c: char| matches!(c, '\n' | '\r' | '<') || Some(c) == opened;
    let end = start.find(ends).unwrap_or(start.len());
    let Some(line) = start.get(..end) else { return true };
    match (cookie, authorization) {
        (true, _) => cookies(line, from, spans),
        (_, true) => authorized(line, from, spans),
        _ => first_word(line, from, spans),
    }
    // A name in code (`auth-token = "x"`) is an assignment too.
    cookie || authorization
}

fn cookies(line: &str, from: usize, spans: &mut Spans) {
    let mut at = from;
    for pair in line.split(';') {
        if let Some((name, value)) = pair.split_once('=') {
            let plain = ATTRIBUTES.iter().any(|word| name.trim().eq_ignore_ascii_case(word));
            let value = value.trim_end();
            if !plain && is_name(name.trim()) && value.len() >= 3 && !is_placeholder(value) {
                let begin = at + name.len() + 1;
                spans.push((begin, begin + value.len()));
            }
        }
        at += pair.len() + 1;
    }
}

/// Behind a scheme all is the credential; of a sentence only what looks like one.
fn authorized(line: &str, from: usize, spans: &mut Spans) {
    let line = line.trim_end();
    let (scheme, rest) = line.split_once(' ').unwrap_or(("", line));
    let value = rest.trim_start();
    let begin = from + line.len() - value.len();
    let known = SCHEMES.iter().any(|word| scheme.eq_ignore_ascii_case(word));
    let parts = value.split_whitespace().count();
    let pairs = value.contains('=') && parts > 1 && value.contains(',');
    let first = value.split_whitespace().next().unwrap_or_default();
    let first = first.trim_end_matches(['"', '\'', '`', ',', ';', ')']);
    let small = first.chars().all(|c| c.is_ascii_lowercase()) && first.len() < 12;
    if is_placeholder(value) || value.is_empty() {
    } else if known && pairs {
        spans.push((begin, begin + value.len()));
    } else if known
        && (parts == 1 && !["token", "authentication", "auth", "header"].contains(&first) || !small)
    {
        spans.push((begin, begin + first.len()));
    } else if parts == 1 && !small {
        spans.push((begin, begin + value.len()));
    } else {
        words_like_one(line, from, spans);
    }
}

fn first_word(line: &str, from: usize, spans: &mut Spans) {
    let word = line
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ')'))
        .next()
        .unwrap_or_default();
    let alone = line.trim() == word && word.len() >= 4;
    if (alone || is_like_one(word)) && !is_placeholder(word) && !word.contains('(') {
        spans.push((from, from + word.len()));
    }
}

fn words_like_one(line: &str, from: usize, spans: &mut Spans) {
    let mut at = 0;
    for word in line.split(' ') {
        if word.len() >= 8 && is_like_one(word) {
            spans.push((from + at, from + at + word.len()));
        }
        at += word.len() + 1;
    }
}

/// `Bearer …` without its header.
pub(super) fn bearer(text: &str, spans: &mut Spans) {
    for scheme in ["Bearer ", "bearer "] {
        for (at, _) in text.match_indices(scheme) {
            let from = at + scheme.len();
            let rest = text.get(from..).unwrap_or_default();
            let end = rest
                .find(|c: char| c.is_whitespace() || "\"'`<>,;)".contains(c))
                .unwrap_or(rest.len());
            let word = rest.get(..end).unwrap_or_default();
            if word.len() >= 8 && is_like_one(word) && !is_placeholder(word) {
                spans.push((from, from + end));
            }
        }
    }
}
