//! Credentials in addresses: before the host, and in the path of a webhook. Parameters are `named`'s.

use super::{Spans, WINDOW, head, is_like_one, is_placeholder};

/// Where such an address stands, whoever has it may write: all behind is the credential.
const WEBHOOKS: &[&str] = &[
    "hooks.slack.com/services/",
    "hooks.slack.com/workflows/",
    "hooks.slack.com/triggers/",
    "hooks.slack-gov.com/services/",
    "outlook.office.com/webhook/",
    "outlook.office365.com/webhook/",
    ".webhook.office.com/webhookb2/",
    "hooks.zapier.com/hooks/catch/",
    "api.telegram.org/bot",
    "events.pagerduty.com/integration/",
    "open.feishu.cn/open-apis/bot/v2/hook/",
    "open.larksuite.com/open-apis/bot/v2/hook/",
    "webhook.site/",
];
/// Segments of a path behind which a long random one is the credential.
const HOOKS: &[&str] =
    &["webhook", "webhooks", "webhookb2", "hook", "hooks", "incoming-webhook", "key", "token"];
/// Shortest name before the host that can be a token.
const LEAST_USER: usize = 12;

pub(super) fn find(text: &str, spans: &mut Spans) {
    for (at, mark) in text.match_indices("://") {
        let from = at + mark.len();
        userinfo(text, from, spans);
        hook(text, from, spans);
    }
    if text.contains("jdbc:oracle:") {
        oracle(text, spans);
    }
    if !text.contains('/') {
        return;
    }
    let lower = text.to_ascii_lowercase();
    // Most texts are about none of them.
    if !["hook", "telegram", "pagerduty"].iter().any(|word| lower.contains(word)) {
        return;
    }
    for hook in WEBHOOKS {
        for (at, _) in lower.match_indices(hook) {
            let from = at + hook.len();
            let rest = head(text.get(from..).unwrap_or_default(), WINDOW);
            spans.push((from, from + rest.find(ends_address).unwrap_or(rest.len())));
        }
    }
}

fn ends_address(c: char) -> bool {
    c.is_whitespace() || "\"'<>`|(){}[]".contains(c)
}

/// The password in `scheme://user:password@host`, whatever is in it, and a token that stands for the user.
fn userinfo(text: &str, from: usize, spans: &mut Spans) {
    let rest = head(text.get(from..).unwrap_or_default(), WINDOW);
    let end = rest.find(|c: char| c.is_whitespace() || "\"'<>`".contains(c)).unwrap_or(rest.len());
    let address = rest.get(..end).unwrap_or_default();
    let authority = address.find(['/', '?', '#', ',']).unwrap_or(address.len());
    let before = address.get(..authority).unwrap_or_default();
    // A password may hold what ends a host: then no port stands where one would.
    let port = before.rsplit_once(':').is_none_or(|(host, port)| {
        host.starts_with('[') || port.chars().all(|c| c.is_ascii_digit())
    });
    let last = address.rsplit_once('@').filter(|(user, host)| {
        let host = host.split(['/', '?', '#', ':', ',']).next().unwrap_or_default();
        let named = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
        !user.ends_with('/') && !host.is_empty() && host.chars().all(named)
    });
    let user = match (before.rsplit_once('@'), last) {
        (Some((user, _)), Some((longer, _))) if user.contains(':') => longer,
        (Some((user, _)), _) => user,
        (None, Some((user, _))) if !port => user,
        (None, _) => return,
    };
    match user.split_once(':') {
        Some((name, password)) if !is_placeholder(password) => {
            spans.push((from + name.len() + 1, from + user.len()));
            // `https://token:x-oauth-basic@host`
            if name.len() >= LEAST_USER && is_like_one(name) {
                spans.push((from, from + name.len()));
            }
        }
        Some(_) => {}
        None if user.len() >= LEAST_USER && !user.contains('.') && is_like_one(user) => {
            spans.push((from, from + user.len()));
        }
        None => {}
    }
}

/// `jdbc:oracle:thin:scott/tiger@//host`
fn oracle(text: &str, spans: &mut Spans) {
    for (at, mark) in text.match_indices("jdbc:oracle:") {
        let begin = at + mark.len();
        let rest = head(text.get(begin..).unwrap_or_default(), WINDOW);
        let end =
            rest.find(|c: char| c.is_whitespace() || "\"'<>`".contains(c)).unwrap_or(rest.len());
        let Some((user, _)) = rest.get(..end).and_then(|address| address.rsplit_once('@')) else {
            continue;
        };
        if let Some((name, password)) = user.split_once('/')
            && !is_placeholder(password)
        {
            spans.push((begin + name.len() + 1, begin + user.len()));
        }
    }
}

/// What follows a segment that names a hook, from the first part on that nobody wrote by hand.
fn hook(text: &str, from: usize, spans: &mut Spans) {
    let rest = head(text.get(from..).unwrap_or_default(), WINDOW);
    let end = rest.find(|c: char| ends_address(c) || matches!(c, '?' | '#')).unwrap_or(rest.len());
    let address = rest.get(..end).unwrap_or_default();
    let mut named = address.starts_with("hooks.");
    let mut at = 0;
    for (number, segment) in address.split('/').enumerate() {
        if number > 0 && named && segment.len() >= 12 && is_random(segment) {
            spans.push((from + at, from + address.len()));
            return;
        }
        named |= number > 0 && HOOKS.iter().any(|hook| segment.eq_ignore_ascii_case(hook));
        at += segment.len() + 1;
    }
}

fn is_random(segment: &str) -> bool {
    let digits = segment.bytes().filter(u8::is_ascii_digit).count();
    let letters = segment.bytes().any(|b| b.is_ascii_alphabetic());
    (digits >= 2 && letters || digits >= 16) && !segment.contains('.')
}
