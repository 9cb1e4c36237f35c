//! Credentials by the name in front of them: assignments, pairs of an address or a connection, elements, setters; and
//! where headers and options begin.

use super::headers::{bearer, header};
use super::options::option;
use super::{Spans, WINDOW, head, is_like_one, is_name, is_path, is_placeholder, is_word, tail};

/// Words of which a name for a credential ends in one, alone or joined (`DB_PASSWORD`, `clientSecret`, `apitoken`).
const NAMES: &[&str] = &[
    "password",
    "passwd",
    "passwort",
    "passphrase",
    "passcode",
    "pwd",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "secretkey",
    "privatekey",
    "accountkey",
    "sharedkey",
    "authkey",
    "signingkey",
    "encryptionkey",
    "masterkey",
    "subscriptionkey",
    "storagekey",
    "licensekey",
    "credential",
    "credentials",
    "secrets",
    "jwt",
];
/// The same where the word stands alone: `pass`, `db_pass`; not `bypass`.
const WHOLE: &[&str] = &["pass", "pw", "auth", "psk", "otp", "passw"];
/// What is put before or behind such a word and means something else: `token_type`, `password_hash`.
const OTHER: &[&str] = &[
    "get", "has", "is", "max", "min", "no", "num", "csrf", "missing", "weak", "hash", "type",
    "count",
];
/// Parameters of addresses, beside the names.
const PARAMETERS: &[&str] = &[
    "key",
    "sig",
    "signature",
    "x-amz-signature",
    "x-goog-signature",
    "session",
    "sessionid",
    "sid",
    "jsessionid",
    "phpsessid",
    "code",
    "hmac",
    "auth",
];
/// Longest name, and longest value.
const MAX_NAME: usize = 80;
const MAX_VALUE: usize = WINDOW;

pub(super) fn find(text: &str, spans: &mut Spans) {
    let mut done = 0;
    for (at, byte) in text.bytes().enumerate().filter(|(_, byte)| b"=:>(-".contains(byte)) {
        if at < done {
            continue;
        }
        let known = spans.len();
        match byte {
            b'=' | b':' => sign(text, at, spans),
            b'>' => element(text, at, spans),
            b'(' => call(text, at, spans),
            _ => option(text, at, spans),
        }
        // What was not seen of a long value belongs to it.
        for (from, to) in spans.iter_mut().skip(known) {
            if *to - *from + 64 >= WINDOW {
                let rest = text.get(*to..).unwrap_or_default();
                *to += rest
                    .find(|c: char| c.is_whitespace() || "\"'`<".contains(c))
                    .unwrap_or(rest.len());
            }
            done = done.max(*to);
        }
    }
    bearer(text, spans);
}

/// Whether a name is that of a credential.
pub(super) fn names_one(name: &str) -> bool {
    if name.len() > MAX_NAME {
        return false;
    }
    let words = words(name);
    let Some(last) = words.last() else { return false };
    // `password1`, `token_2`
    let last = match words.as_slice() {
        [.., before, number] if number.bytes().all(|b| b.is_ascii_digit()) => before,
        _ => last,
    };
    if words.first().is_some_and(|first| words.len() > 1 && OTHER.contains(&first.as_str())) {
        return false;
    }
    let joined = words.concat();
    let joined = joined.trim_end_matches(|c: char| c.is_ascii_digit());
    let plural = ["secrets", "credentials"].contains(&last.as_str());
    WHOLE.contains(&last.as_str())
        || (!last.ends_with('s') || plural || last.ends_with("pass"))
            && NAMES.iter().any(|known| joined.ends_with(known))
}

/// The words of a name, in small letters: at `_`, `-`, `.`, digits, and capitals.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = '_';
    for c in name.chars() {
        let digit = c.is_ascii_digit() != before.is_ascii_digit();
        let capital = c.is_ascii_uppercase() && before.is_ascii_lowercase();
        if !c.is_ascii_alphanumeric() {
            before = '_';
            continue;
        }
        if before == '_' || digit || capital {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(c.to_ascii_lowercase());
        }
        before = c;
    }
    words
}

/// The name before a place, and where it begins: `password`, `"password"`, `config["password"]`, `--password`.
fn name_before(text: &str, at: usize) -> Option<(&str, usize)> {
    let bytes = text.as_bytes();
    let before = |end: usize| end.checked_sub(1).and_then(|end| bytes.get(end)).copied();
    let mut end = at;
    let mut spaces = 0;
    while let Some(byte) = before(end) {
        match byte {
            b' ' | b'\t' if spaces < 40 => spaces += 1,
            b'"' | b'\'' | b'`' | b']' | b')' | b'\\' | b':' | b'=' | b'!' | b'?' | b'+'
                if at - end < 44 => {}
            _ => break,
        }
        end -= 1;
    }
    let mut begin = end;
    while let Some(byte) = before(begin) {
        let belongs = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        if !belongs || end - begin > MAX_NAME {
            break;
        }
        begin -= 1;
    }
    let name = text.get(begin..end)?;
    (!name.is_empty()).then_some((name, begin))
}

/// A value as it stands in a text.
pub(super) struct Value<'t> {
    pub(super) from: usize,
    pub(super) text: &'t str,
    pub(super) quoted: bool,
    /// What follows, quote included.
    after: &'t str,
}

/// What is behind a sign: in quotes, in braces, or up to where `ends` says.
pub(super) fn value<'t>(text: &'t str, from: usize, ends: &dyn Fn(char) -> bool) -> Value<'t> {
    let whole = head(text.get(from..).unwrap_or_default(), WINDOW);
    let rest = whole.trim_start_matches(['\\']);
    for escaped in ["&quot;", "&#34;", "&#39;", "&apos;"] {
        if let Some(inner) = rest.strip_prefix(escaped) {
            let length = inner.find(escaped).unwrap_or(inner.len());
            let (value, after) = inner.split_at(length);
            return Value {
                from: from + whole.len() - inner.len(),
                text: value,
                quoted: true,
                after,
            };
        }
    }
    let unprefixed = rest.trim_start_matches(['f', 'r', 'b', 'u', 'L', '@', '$', 'N']);
    let start = if unprefixed.starts_with(['"', '\'']) && rest.len() - unprefixed.len() <= 2 {
        unprefixed
    } else {
        rest
    };
    let quote = start.chars().next().filter(|c| matches!(c, '"' | '\'' | '`' | '“' | '«' | '‘'));
    if let Some(quote) = quote {
        let close = match quote {
            '“' => '”',
            '«' => '»',
            '‘' => '’',
            other => other,
        };
        let inner = start.get(quote.len_utf8()..).unwrap_or_default();
        let length = end_of_quote(inner, close);
        let (value, after) = inner.split_at(length);
        return Value {
            from: from + whole.len() - inner.len(),
            text: value.trim_end_matches('\\'),
            quoted: true,
            after,
        };
    }
    if let Some(inner) = rest.strip_prefix('{')
        && let Some((braced, _)) = inner.split_once('}').filter(|(v, _)| !v.contains(['\n', '{']))
    {
        // `{name}` is filled in; `PWD={a;b}` is a value in braces.
        let filled = is_name(braced) && !braced.contains(|c: char| c.is_ascii_digit());
        let (value, after) = inner.split_at(if filled { 0 } else { braced.len() });
        let from = from + whole.len() - inner.len();
        return Value { from, text: value, quoted: false, after };
    }
    let length = rest.find(|c: char| c.is_whitespace() || ends(c)).unwrap_or(rest.len());
    let (value, after) = rest.split_at(length);
    Value { from: from + whole.len() - rest.len(), text: value, quoted: false, after }
}

/// Up to the quote that closes it; to the end of the line where none does.
fn end_of_quote(inner: &str, close: char) -> usize {
    let line = inner.find('\n').unwrap_or(inner.len());
    let mut behind = false;
    for (at, c) in inner.get(..line).unwrap_or_default().char_indices() {
        // `\"value\"` in a text that is itself quoted: the first of both ends it.
        if c == close && !behind {
            return at;
        }
        if c == close && inner.get(..at).is_some_and(|v| !v.contains(' ')) {
            return at;
        }
        behind = c == '\\' && !behind;
    }
    line
}

/// A name, a sign and a value.
fn sign(text: &str, at: usize, spans: &mut Spans) {
    let bytes = text.as_bytes();
    let here = bytes.get(at).copied().unwrap_or_default();
    let next = bytes.get(at + 1).copied().unwrap_or_default();
    let double = here == b':'
        && (next == b':' || next == b'/' || at > 0 && bytes.get(at - 1) == Some(&b':'));
    // Of `==`, `:=` and `=>` the first sign counts.
    if double
        || (here == b'=' && at > 0 && matches!(bytes.get(at - 1), Some(b'=' | b':' | b'<' | b'>')))
    {
        return;
    }
    let Some((name, begin)) = name_before(text, at) else { return };
    if header(text, name, at, spans) {
        return;
    }
    let mark = begin.checked_sub(1).and_then(|before| bytes.get(before)).copied().unwrap_or(b'\n');
    let parameter = here == b'=' && matches!(mark, b'?' | b'&' | b'#' | b';');
    let lower = name.to_ascii_lowercase();
    let loose = parameter && PARAMETERS.contains(&lower.as_str());
    if !loose && !names_one(name) {
        return;
    }
    let mut from = at + 1;
    while let Some(byte) =
        bytes.get(from).filter(|b| matches!(b, b'=' | b'>' | b' ' | b'\t' | b'~'))
    {
        if *byte == b'>' && bytes.get(from - 1) != Some(&b'=') && bytes.get(from - 1) != Some(&b'-')
        {
            break;
        }
        from += 1;
    }
    let spaced =
        bytes.get(from - 1).is_some_and(|b| matches!(b, b' ' | b'\t')) || name_is_apart(text, at);
    let line = begin_of_line(text, begin);
    let strict = line || name == name.to_ascii_uppercase();
    let ends = |c: char| match (parameter, strict) {
        (true, _) => matches!(
            c,
            '&' | ';' | '#' | '"' | '\'' | '<' | '>' | ',' | ')' | ']' | '}' | '|' | '`'
        ),
        (_, true) => matches!(c, '"' | '`' | '<'),
        _ => matches!(c, ';' | '&' | ',' | '"' | '\'' | '<' | '>' | ')' | ']' | '}' | '|' | '`'),
    };
    let mut found = value(text, from, &ends);
    // `password: str = "…"`
    if here == b':' && !found.quoted && is_name(found.text) {
        let typed = found.after.trim_start();
        if let Some(rest) = typed.strip_prefix('=') {
            let skipped = found.after.len() - rest.trim_start().len();
            found = value(text, found.from + found.text.len() + skipped, &ends);
        }
    }
    let pair = parameter
        || here == b'='
            && !spaced
            && (mark == b'-'
                || mark == b';'
                || strict
                || found.after.starts_with([';', '&'])
                || name.starts_with("--"));
    let one = match (found.quoted, loose) {
        (true, false) => found.text.chars().count() >= 3,
        (_, true) => found.text.len() >= 16 || is_like_one(found.text),
        (false, false) => is_assigned(&found, name, pair, here == b'=' && !spaced),
    };
    // What stands there is put together by the program: `"password = " + password`.
    let joined = found.text.trim_start().starts_with(['+', ')', ','])
        || found.quoted
            && ["\" +", "' +", "\" .", "' ."].iter().any(|mark| found.text.contains(mark));
    if one && !joined && !is_placeholder(found.text) && found.text.len() <= MAX_VALUE {
        let text = found.text.trim_end_matches(|c: char| {
            !found.quoted && !parameter && matches!(c, '.' | ',' | ';')
        });
        spans.push((found.from, found.from + text.len()));
    }
}

fn name_is_apart(text: &str, at: usize) -> bool {
    text.get(..at).is_some_and(|before| before.ends_with([' ', '\t']))
}

/// Whether nothing but an export, a comment's sign or a list's stands before it on its line.
fn begin_of_line(text: &str, begin: usize) -> bool {
    let before = tail(text.get(..begin).unwrap_or_default(), 64);
    if before.len() < begin && !before.contains('\n') {
        return false;
    }
    let line = before.rsplit('\n').next().unwrap_or_default().trim();
    matches!(line, "" | "-" | "#" | "//" | "export" | "set" | "ENV" | "ARG" | "-e" | "env")
}

/// Whether a value without quotes is one: in a pair whatever it is, elsewhere if it is no name of the program's.
fn is_assigned(found: &Value<'_>, name: &str, pair: bool, adjacent: bool) -> bool {
    let text = found.text.trim_end_matches(['.', ',', ';']);
    let least = if name.to_ascii_lowercase().contains("pass") || pair { 3 } else { 4 };
    if text.len() < least || text.contains("://") {
        return false;
    }
    let called = text.contains(['(', '[']) || found.after.starts_with(['(', '[']);
    let reference = text.starts_with(['/', '.', '@', '&', '*', '[']) && is_path(text)
        || called
        || is_name(text) && text.contains(['.', '_']) && !text.chars().any(|c| c.is_ascii_digit())
        || text.eq_ignore_ascii_case(name);
    if pair {
        let code = called && is_name(text.split(['(', '[']).next().unwrap_or_default());
        return !(code || is_path(text) && text.starts_with(['/', '.']));
    }
    if reference {
        return false;
    }
    if adjacent && is_word(text) {
        // `connect(password=pw)` names a variable; at the end of a line it may be the value.
        return !found.after.starts_with([')', ',', ']', '}']) && text.len() >= 4;
    }
    let small = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    let mixed = text.contains(|c: char| c.is_ascii_digit() || "!@#$%^&*+~?".contains(c));
    mixed && is_like_one(text) && !(small && text.contains('_'))
}

/// `<password>…</password>`
fn element(text: &str, at: usize, spans: &mut Spans) {
    let Some((name, begin)) = name_before(text, at) else { return };
    let opens = begin > 0 && matches!(text.as_bytes().get(begin - 1), Some(b'<' | b':'));
    if !opens || begin + name.len() != at || !names_one(name) {
        return;
    }
    let rest = head(text.get(at + 1..).unwrap_or_default(), WINDOW);
    // One without an end in sight is a long one only if nothing else begins in it.
    let endless = rest.len() + 4 >= WINDOW && !rest.contains(char::is_whitespace);
    let Some(length) = rest.find("</").or(endless.then_some(rest.len())) else { return };
    let value = rest.get(..length).unwrap_or_default();
    if !value.contains(['<', '\n']) && !is_placeholder(value) {
        spans.push((at + 1, at + 1 + length));
    }
}

/// `setPassword("…")`
fn call(text: &str, at: usize, spans: &mut Spans) {
    let Some((name, begin)) = name_before(text, at) else { return };
    let words = words(name.rsplit('.').next().unwrap_or(name));
    let sets = words
        .first()
        .is_some_and(|word| ["set", "with", "password", "passwd"].contains(&word.as_str()));
    if begin + name.len() != at || !sets || !names_one(name) {
        return;
    }
    let found = value(text, at + 1, &|c| c == ')');
    if found.quoted && found.text.len() >= 3 && !is_placeholder(found.text) {
        spans.push((found.from, found.from + found.text.len()));
    }
}
