//! Credentials whose issuer gave them a beginning of their own, and blocks of private keys.

use super::Spans;

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
    ("glrt-", 20),
    ("glcbt-", 20),
    ("glptt-", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("xoxa-", 20),
    ("xoxr-", 20),
    ("xoxs-", 20),
    ("xoxe-", 20),
    ("xapp-", 20),
    ("sk_live_", 16),
    ("rk_live_", 16),
    ("sk_test_", 16),
    ("whsec_", 20),
    ("sk-ant-", 20),
    ("sk-proj-", 20),
    ("sk-", 32),
    ("AIza", 30),
    ("ya29.", 20),
    ("GOCSPX-", 20),
    ("npm_", 30),
    ("pypi-", 30),
    ("rubygems_", 40),
    ("SG.", 40),
    ("hf_", 30),
    ("dop_v1_", 40),
    ("shpat_", 30),
    ("dckr_pat_", 20),
    ("hvs.", 20),
    ("ATATT", 40),
    ("sq0atp-", 20),
    ("EAAC", 60),
    ("eyJ", 60),
];

pub(super) fn find(text: &str, spans: &mut Spans) {
    tokens(text, spans);
    keys(text, spans);
}

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
