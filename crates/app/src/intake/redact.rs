//! Which texts of an observation hold a secret, and must not be kept?
//!
//! In: an observation as a reader made it. Out: the same with its own secret's value, and whatever has the shape
//! of a credential, blanked in every text. Done before anything is stored or hashed into an identity; the value
//! itself goes into the keyed hash alone. Linear in the text.

use findings::observation::Observation;

/// Stands where a secret was.
const BLANK: &str = "[redacted]";
/// The shortest run of characters that can be a token.
const LEAST_RUN: usize = 20;

/// How a token begins, and how many characters follow at least. Published by the issuers for secret scanning.
const SHAPES: &[(&str, usize)] = &[
    ("AKIA", 16),
    ("ASIA", 16),
    ("ghp_", 30),
    ("gho_", 30),
    ("ghu_", 30),
    ("ghs_", 30),
    ("ghr_", 30),
    ("github_pat_", 22),
    ("glpat-", 20),
    ("gldt-", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("xoxa-", 20),
    ("xoxr-", 20),
    ("xoxs-", 20),
    ("xapp-", 20),
    ("sk_live_", 16),
    ("rk_live_", 16),
    ("sk_test_", 16),
    ("sk-ant-", 20),
    ("sk-proj-", 20),
    ("sk-", 32),
    ("AIza", 30),
    ("ya29.", 20),
    ("npm_", 30),
    ("pypi-", 30),
    ("rubygems_", 40),
    ("SG.", 40),
    ("hf_", 30),
    ("dop_v1_", 40),
    ("shpat_", 30),
    ("dckr_pat_", 20),
    ("hvs.", 20),
    ("EAAC", 60),
    ("eyJ", 60),
];

/// Words after which a quoted value is a credential (`password = "…"`).
const NAMES: &[&str] =
    &["password", "passwd", "secret", "token", "api_key", "apikey", "access_key"];

/// Blanks every secret in the texts of an observation.
pub(crate) fn redact(observation: &mut Observation) {
    let own = observation.secret.as_ref().map(|secret| secret.expose().to_owned());
    let mut clean = |text: &mut String| {
        if let Some(own) = own.as_deref().filter(|own| text.contains(*own)) {
            *text = text.replace(own, BLANK);
        }
        if let Some(blanked) = blanked(text) {
            *text = blanked;
        }
    };
    for text in [
        &mut observation.rule,
        &mut observation.title,
        &mut observation.description,
        &mut observation.remedy,
        &mut observation.standing_reason,
        &mut observation.resource,
        &mut observation.target,
        &mut observation.tool_id,
        &mut observation.place,
    ] {
        clean(text);
    }
    observation.references.iter_mut().for_each(&mut clean);
    observation.frames.iter_mut().for_each(&mut clean);
    observation.fingerprints.iter_mut().for_each(|f| clean(&mut f.value));
    for location in &mut observation.locations {
        [&mut location.path, &mut location.snippet, &mut location.symbol]
            .into_iter()
            .for_each(&mut clean);
    }
    if let Some(endpoint) = &mut observation.endpoint {
        [&mut endpoint.path, &mut endpoint.parameter].into_iter().for_each(clean);
    }
}

/// The text without what has the shape of a credential; `None` when there is none.
pub(crate) fn blanked(text: &str) -> Option<String> {
    let mut spans = Vec::new();
    tokens(text, &mut spans);
    keys(text, &mut spans);
    addresses(text, &mut spans);
    assignments(text, &mut spans);
    if spans.is_empty() {
        return None;
    }
    spans.sort_unstable();
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (from, to) in spans {
        if to <= done {
            continue;
        }
        out.push_str(text.get(done..from.max(done)).unwrap_or_default());
        if from >= done {
            out.push_str(BLANK);
        }
        done = to;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    Some(out)
}

type Spans = Vec<(usize, usize)>;

/// Runs of letters, digits and `_-.` that hold a known beginning.
fn tokens(text: &str, spans: &mut Spans) {
    let is_run = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let length = bytes.iter().skip(at).take_while(|b| is_run(**b)).count();
        if length >= LEAST_RUN
            && let Some(run) = text.get(at..at + length)
            && let Some(begin) = token(run)
        {
            spans.push((at + begin, at + length));
        }
        at += length + 1;
    }
}

fn token(run: &str) -> Option<usize> {
    let begins = SHAPES.iter().filter_map(|(prefix, rest)| {
        let (begin, _) = run.match_indices(prefix).find(|(begin, _)| {
            let before = begin.checked_sub(1).and_then(|b| run.as_bytes().get(b));
            before.is_none_or(|b| !b.is_ascii_alphanumeric())
        })?;
        let after = run.get(begin + prefix.len()..)?;
        let mixed = after.bytes().any(|b| b.is_ascii_digit())
            && after.bytes().any(|b| b.is_ascii_alphabetic());
        (after.len() >= *rest && mixed).then_some(begin)
    });
    begins.min()
}

/// Blocks of private keys.
fn keys(text: &str, spans: &mut Spans) {
    let mut from = 0;
    while let Some(begin) = text.get(from..).and_then(|rest| rest.find("-----BEGIN ")) {
        let begin = from + begin;
        let rest = text.get(begin..).unwrap_or_default();
        let head = rest.get(11..).and_then(|r| r.split("-----").next()).unwrap_or_default();
        from = begin + 11;
        if head.len() < 60 && head.contains("PRIVATE KEY") {
            let end = rest
                .find("-----END ")
                .and_then(|at| Some(at + 9 + rest.get(at + 9..)?.find("-----")? + 5));
            let end = begin + end.unwrap_or(rest.len());
            spans.push((begin, end));
            from = end;
        }
    }
}

/// The password in `scheme://user:password@host`.
fn addresses(text: &str, spans: &mut Spans) {
    for (at, mark) in text.match_indices("://") {
        let rest = text.get(at + mark.len()..).unwrap_or_default();
        let end =
            rest.find(|c: char| c.is_whitespace() || "/?#\"'<>`".contains(c)).unwrap_or(rest.len());
        let Some(authority) = rest.get(..end) else { continue };
        let Some((user, _)) = authority.rsplit_once('@') else { continue };
        let Some((name, password)) = user.split_once(':') else { continue };
        if !password.is_empty() && password != BLANK {
            let begin = at + mark.len() + name.len() + 1;
            spans.push((begin, begin + password.len()));
        }
    }
}

/// A quoted value behind the name of a credential.
fn assignments(text: &str, spans: &mut Spans) {
    let lower = text.to_ascii_lowercase();
    for name in NAMES {
        for (at, _) in lower.match_indices(name) {
            let behind = at + name.len();
            let rest = text.get(behind..).unwrap_or_default();
            let word =
                |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '"' | '\'' | ']' | ')');
            let sign = rest.trim_start_matches(word).trim_start();
            let Some(value) = sign.strip_prefix([':', '=']) else { continue };
            let value = value.trim_start_matches(['=', '>', ' ']);
            let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'' | '`')) else {
                continue;
            };
            let inner = value.get(1..).unwrap_or_default();
            let Some(length) = inner.find(quote).filter(|n| (4..=512).contains(n)) else {
                continue;
            };
            let plain = inner.get(..length).unwrap_or_default();
            if plain != BLANK && !plain.contains(['\n', '{']) {
                let begin = text.len() - inner.len();
                spans.push((begin, begin + length));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use findings::observation::{Location, Secret};

    use super::*;

    fn check(text: &str, expect: &str) {
        assert_eq!(blanked(text).as_deref().unwrap_or(text), expect);
        assert_eq!(blanked(expect), None, "twice is once");
    }

    #[test]
    fn known_shapes_are_blanked_and_words_are_not() {
        let token = format!("ghp_{}", "a1B2".repeat(9));
        check(&format!("found {token} in a file"), "found [redacted] in a file");
        check("key AKIAIOSFODNN7EXAMPLE.", "key [redacted]");
        check(
            "task-sk-this-is-a-very-long-word-that-is-none-of-it",
            "task-sk-this-is-a-very-long-word-that-is-none-of-it",
        );
        check(
            "https://bob:hunter2@host/x and https://host/x",
            "https://bob:[redacted]@host/x and https://host/x",
        );
        check("password = \"hunter2\" # x", "password = \"[redacted]\" # x");
        check(
            "Possible hardcoded password: 'hunter2'",
            "Possible hardcoded password: '[redacted]'",
        );
        check("DB_PASSWORD => 'x1y2z3'", "DB_PASSWORD => '[redacted]'");
        check("the password of the user is weak", "the password of the user is weak");
        check(
            "a -----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY----- b",
            "a [redacted] b",
        );
        check("-----BEGIN CERTIFICATE-----\nMII", "-----BEGIN CERTIFICATE-----\nMII");
        check("é", "é");
    }

    #[test]
    fn the_own_value_stays_nowhere() {
        let value = "correct-horse-battery";
        let mut observation = Observation {
            title: format!("leaked {value}"),
            secret: Secret::new(value),
            locations: vec![Location {
                snippet: format!("x={value}"),
                path: "a".to_owned(),
                ..Location::default()
            }],
            ..Observation::default()
        };
        redact(&mut observation);
        assert!(!format!("{observation:?}").contains("horse"));
        assert_eq!(observation.title, "leaked [redacted]");
        assert!(observation.secret.is_some());
    }
}
