//! Where in the code is it? Paths out of addresses, lines out of snippets, weaknesses out of tags.

use crate::observation::{Location, Observation};
use crate::readers::words;

/// The location of a path and a line (0 when unknown); nothing for an empty path.
pub fn location(path: &str, line: u32) -> Option<Location> {
    let path = path.trim();
    (!path.is_empty()).then(|| Location { path: path.to_owned(), line, ..Location::default() })
}

/// Whether an address begins at a root: `file:///a`, `/a`, `C:/a`, `C:\a`.
pub fn is_absolute(uri: &str) -> bool {
    let drive = uri.as_bytes().get(1) == Some(&b':')
        && uri.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
    uri.starts_with("file:") || uri.starts_with('/') || drive
}

/// The path of a `file:` address (`file:///C:/a` → `C:/a`), decoded; other texts are only decoded.
pub fn file_path(uri: &str) -> String {
    let Some(rest) = uri.strip_prefix("file:") else { return decoded(uri) };
    let path = decoded(rest);
    let path = path.trim_start_matches('/');
    if is_absolute(path) { path.to_owned() } else { format!("/{path}") }
}

/// Percent escapes as their characters; what is no escape stays.
pub fn decoded(uri: &str) -> String {
    if !uri.contains('%') {
        return uri.to_owned();
    }
    let mut bytes = Vec::with_capacity(uri.len());
    let mut rest = uri.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|_| *first == b'%');
        let digits = digits.and_then(|d| u8::from_str_radix(std::str::from_utf8(d).ok()?, 16).ok());
        match digits {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The weakness in a rule's tag: `external/cwe/cwe-079`, `CWE-89: SQL injection`; other tags have none.
pub fn cwe_in_tag(tag: &str) -> Option<u32> {
    let lower = tag.to_ascii_lowercase();
    let at = lower.find("cwe-").or_else(|| lower.find("cwe:")).or_else(|| lower.find("cwe_"))?;
    words::cwe(lower.get(at..)?)
}

/// Every weakness named in a text (`CWE-79, CWE-89: …`), or the numbers of a list of nothing but numbers.
pub fn cwes(text: &str) -> Vec<u32> {
    let lower = text.to_ascii_lowercase();
    let named = lower.match_indices("cwe").filter_map(|(at, _)| {
        let rest = lower.get(at + 3..)?.trim_start_matches(['-', '_', ':', ' ']);
        rest.starts_with(|c: char| c.is_ascii_digit()).then(|| words::cwe(rest)).flatten()
    });
    let mut found: Vec<u32> = named.collect();
    if found.is_empty() && !lower.contains(char::is_alphabetic) {
        found = lower.split([' ', ',', ';']).filter_map(words::cwe).collect();
    } else if let (true, Some((_, rest))) = (found.is_empty(), lower.split_once("definitions/")) {
        found.extend(words::cwe(rest));
    }
    found
}

/// The first line of a text, trimmed.
pub fn first_line(text: &str) -> &str {
    text.trim().lines().next().unwrap_or_default().trim()
}

/// Ids that all name one problem, and ids that are only mentioned: with more than one CVE they are several
/// problems.
pub fn one_or_many(ids: Vec<String>) -> (Vec<String>, Vec<String>) {
    let cve = |id: &&String| id.to_ascii_uppercase().starts_with("CVE-");
    let mut cves: Vec<&String> = ids.iter().filter(cve).collect();
    cves.sort();
    cves.dedup();
    if cves.len() > 1 { (Vec::new(), ids) } else { (ids, Vec::new()) }
}

/// Weaknesses that are about a credential lying where it must not.
const CREDENTIALS: [u32; 10] = [256, 257, 259, 260, 312, 321, 522, 540, 615, 798];
/// Words of titles and rules that are about one.
const WORDS: [&str; 6] = ["password", "hardcoded", "hard-coded", "credential", "secret", "api key"];

/// Takes code out of a claim that is about a credential in it, since the code shows the credential.
pub fn hide_credentials(observation: &mut Observation) {
    let about = format!("{} {}", observation.title, observation.rule).to_lowercase();
    let named = WORDS.iter().any(|word| about.contains(word));
    if named || observation.cwes.iter().any(|cwe| CREDENTIALS.contains(cwe)) {
        for location in &mut observation.locations {
            location.snippet.clear();
        }
    }
}
