//! What in a text is a credential, and must not be kept or shown?
//!
//! In: a text that a stranger wrote: a message, a line of a file, an address. Out: the same with the values of
//! credentials blanked. Known by their shape (`shapes`), by where they stand in an address (`addresses`), by the name in
//! front of them (`named`), and, where a text is about a credential, by their quotes (`quoted`). Words, paths, hashes and
//! ids that are none stay. Linear in the text. Never: a guess by entropy alone.

mod addresses;
mod headers;
mod named;
mod options;
mod quoted;
mod shapes;

/// Stands where a credential was.
pub const BLANK: &str = "[redacted]";

/// Bytes of the text that are a credential: from, to.
type Spans = Vec<(usize, usize)>;

/// The text without credentials; `None` when there is none in it.
pub fn blanked(text: &str) -> Option<String> {
    let mut spans = Spans::new();
    shapes::find(text, &mut spans);
    addresses::find(text, &mut spans);
    named::find(text, &mut spans);
    quoted::find(text, false, &mut spans);
    without(text, spans)
}

/// The same of a text that is about a credential, such as the message of a rule for hard-coded passwords: what it quotes
/// is one, unless it is a name.
pub fn blanked_about_one(text: &str) -> Option<String> {
    let plain = blanked(text);
    let mut spans = Spans::new();
    quoted::find(plain.as_deref().unwrap_or(text), true, &mut spans);
    without(plain.as_deref().unwrap_or(text), spans).or(plain)
}

/// The same of a name, version, purl, host or rule, in which `password:` says nothing of what follows.
pub fn blanked_name(text: &str) -> Option<String> {
    let mut spans = Spans::new();
    shapes::find(text, &mut spans);
    addresses::find(text, &mut spans);
    if text.contains("://") {
        named::find(text, &mut spans);
    }
    without(text, spans)
}

fn without(text: &str, mut spans: Spans) -> Option<String> {
    spans.retain(|(from, to)| from < to && text.get(*from..*to).is_some_and(|t| t != BLANK));
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

/// So much of what follows is looked at from one place, so that a text costs no more than its length.
const WINDOW: usize = 1_024;

/// The beginning of a text.
fn head(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most)).unwrap_or_default()
}

/// The end of a text.
fn tail(text: &str, most: usize) -> &str {
    text.get(text.ceil_char_boundary(text.len().saturating_sub(most))..).unwrap_or_default()
}

/// Whether a value stands for another: what is filled in later, what was blanked, no value.
fn is_placeholder(value: &str) -> bool {
    let inner = value.trim_matches(['"', '\'', '`', ' ']);
    let hidden =
        inner.chars().all(|c| matches!(c, '*' | '•' | 'x' | 'X' | '.' | '…' | '-' | '_' | '?'));
    let word = inner.to_ascii_lowercase();
    let none =
        ["null", "none", "nil", "true", "false", "undefined", "redacted", "masked", "hidden"];
    inner.is_empty()
        || hidden
        || inner.contains("[redacted")
        || inner.contains("[MASKED]")
        || none.contains(&word.as_str())
        || (inner.starts_with('<') && inner.ends_with('>'))
        || (inner.starts_with('{')
            && inner.ends_with('}')
            && is_name(inner.trim_matches(['{', '}', ' '])))
        || (inner.starts_with('%') && inner.len() <= 3)
        || (inner.starts_with('$') && is_name(inner.trim_start_matches('$')))
        || ["${", "#{", "{{", "%(", "$(", "<%"].iter().any(|mark| inner.contains(mark))
}

/// Letters, digits, `_`, `.` and `-`, beginning with a letter: what a program or a format names.
fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
}

/// A word of a language: letters of one case, or only the first a capital.
fn is_word(text: &str) -> bool {
    let mut letters = text.chars();
    let first = letters.next().is_some_and(char::is_alphabetic);
    let rest = letters.as_str();
    first
        && rest.chars().all(char::is_alphabetic)
        && (rest.chars().all(char::is_lowercase) || text.chars().all(char::is_uppercase))
}

/// Whether a value looks made up rather than written: letters and digits together, or signs between letters; and is no
/// path, version, id or name of an algorithm.
fn is_like_one(value: &str) -> bool {
    let letters = value.chars().any(char::is_alphabetic);
    let digits = value.chars().any(|c| c.is_ascii_digit());
    let signs = value.chars().any(|c| "!@#$%^&*+=~?".contains(c));
    let capital = value.chars().skip(1).any(char::is_uppercase);
    let small = value.chars().any(char::is_lowercase);
    value.len() >= 6
        && letters
        && (digits || signs || (value.len() >= 16 && capital && small && !value.contains('.')))
        && !is_path(value)
        && !is_version(value)
        && !is_public_id(value)
        && !is_algorithm(value)
}

fn is_path(value: &str) -> bool {
    let Some((_, last)) = value.rsplit_once(['/', '\\']) else {
        // A file's name: `config2.json`.
        return value.rsplit_once('.').is_some_and(|(stem, end)| {
            (1..=5).contains(&end.len())
                && end.chars().all(|c| c.is_ascii_lowercase())
                && is_name(stem)
                && !stem.contains('=')
        });
    };
    let plain =
        value.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "/_-.\\".contains(c));
    plain || last.contains('.') || value.starts_with("./") || value.starts_with("../")
}

fn is_version(value: &str) -> bool {
    let value = value.trim_start_matches(['v', '^', '~', '=', '<', '>']);
    value.contains('.')
        && value.starts_with(|c: char| c.is_ascii_digit())
        && value.split(['.', '-', '+']).take(2).all(|part| part.chars().all(|c| c.is_ascii_digit()))
}

/// Ids that the world knows: CVE-…, CWE-…, and the like.
fn is_public_id(value: &str) -> bool {
    [
        "CVE-", "CWE-", "GHSA-", "RUSTSEC-", "PYSEC-", "MAL-", "GO-20", "RHSA-", "DSA-", "USN-",
        "CAPEC-", "OWASP",
    ]
    .iter()
    .any(|begin| value.get(..begin.len()).is_some_and(|v| v.eq_ignore_ascii_case(begin)))
}

fn is_algorithm(value: &str) -> bool {
    const KNOWN: &[&str] = &[
        "sha1",
        "sha224",
        "sha256",
        "sha384",
        "sha512",
        "sha3",
        "md4",
        "md5",
        "aes128",
        "aes192",
        "aes256",
        "rc2",
        "rc4",
        "hs256",
        "hs384",
        "hs512",
        "rs256",
        "rs384",
        "rs512",
        "es256",
        "es384",
        "ps256",
        "base32",
        "base64",
        "utf8",
        "pkcs1",
        "pkcs5",
        "pkcs7",
        "pkcs8",
        "pkcs12",
        "pkcs1padding",
        "pkcs5padding",
        "pkcs7padding",
        "hmacsha1",
        "hmacsha256",
        "hmacsha512",
        "pbkdf2",
        "pbkdf2withhmacsha1",
        "pbkdf2withhmacsha256",
        "x509",
        "oauth2",
        "ed25519",
        "secp256r1",
        "secp256k1",
        "p256",
        "bcrypt",
        "argon2id",
        "http2",
        "ipv4",
        "ipv6",
        "tls1",
        "log4j2",
    ];
    let lower = value.to_ascii_lowercase();
    lower.split(|c: char| !c.is_ascii_alphanumeric()).all(|part| {
        part.bytes().all(|b| b.is_ascii_alphabetic())
            || part.bytes().all(|b| b.is_ascii_digit())
            || KNOWN.contains(&part)
    }) && lower.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/'))
        && lower
            .split(|c: char| !c.is_ascii_alphanumeric())
            .any(|part| KNOWN.contains(&part) || ["aes", "sha", "rsa", "des"].contains(&part))
}

#[cfg(test)]
mod tests;
