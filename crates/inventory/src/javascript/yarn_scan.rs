//! What entries does a `yarn.lock` have, read line by line?
//!
//! In: the text. Out: its entries, borrowed. Yarn 1 writes a notation of its own, Yarn 2 and later
//! (berry) a small part of YAML that has the same lines: a heading of descriptors, two spaces before a
//! property, four before what belongs to it.

use crate::reading::{MAX_PROBLEMS, Problem};
use crate::text;

/// A whole lock file.
#[derive(Debug, Default)]
pub(super) struct Scanned<'a> {
    /// True for Yarn 2 and later.
    pub(super) berry: bool,
    pub(super) entries: Vec<Entry<'a>>,
    pub(super) problems: Vec<Problem>,
}

/// One resolved package.
#[derive(Debug, Default)]
pub(super) struct Entry<'a> {
    /// The descriptors (`name@range`) that led to it.
    pub(super) keys: Vec<&'a str>,
    pub(super) version: &'a str,
    /// Yarn 1: the address of the content. Berry: name, protocol and reference.
    pub(super) resolution: &'a str,
    /// Name and range of what it requires.
    pub(super) requires: Vec<(&'a str, &'a str)>,
    pub(super) line: u32,
}

/// Where the lines below belong.
#[derive(Clone, Copy, PartialEq)]
enum Under {
    /// `__metadata`, or nothing yet.
    Nothing,
    Entry,
    Requires,
}

/// Reads the lines.
pub(super) fn scan(text: &str) -> Scanned<'_> {
    let mut scanned = Scanned { berry: is_berry(text), ..Scanned::default() };
    let mut under = Under::Nothing;
    for (line, text) in text::lines(text) {
        let body = text.trim_ascii();
        if body.is_empty() || body.starts_with('#') {
            continue;
        }
        let indent = text.len() - text.trim_ascii_start().len();
        if indent == 0 {
            under = heading(body, line, &mut scanned);
            continue;
        }
        let Some(entry) = scanned.entries.last_mut().filter(|_| under != Under::Nothing) else {
            continue;
        };
        let pair = pair(body);
        if indent <= 2 {
            under = match pair {
                ("dependencies" | "optionalDependencies", "") => Under::Requires,
                _ => Under::Entry,
            };
            match pair {
                ("version", version) if entry.version.is_empty() => entry.version = version,
                ("resolved" | "resolution", to) if entry.resolution.is_empty() => {
                    entry.resolution = to;
                }
                _ => {}
            }
        } else if indent <= 4 && under == Under::Requires {
            entry.requires.push(pair);
        }
    }
    scanned
}

/// Berry writes `__metadata:` before everything else; further down it would be an entry of Yarn 1.
fn is_berry(text: &str) -> bool {
    let first = text.lines().find(|line| {
        let body = line.trim_ascii();
        !body.is_empty() && !body.starts_with('#')
    });
    first.is_some_and(|line| line.trim_ascii_end() == "__metadata:")
}

fn heading<'a>(body: &'a str, line: u32, scanned: &mut Scanned<'a>) -> Under {
    if body == "__metadata:" && scanned.berry && scanned.entries.is_empty() {
        return Under::Nothing;
    }
    // YAML writes a key of more than 1024 bytes as `? key`, and `:` on the next line.
    if body == ":" && scanned.berry {
        return Under::Entry;
    }
    let keys = match body.strip_prefix("? ") {
        Some(keys) if scanned.berry => Some(keys),
        _ => body.strip_suffix(':'),
    };
    let keys: Vec<&str> = keys.map(|keys| split(keys, scanned.berry)).unwrap_or_default();
    if keys.is_empty() || body == "__metadata:" {
        let what = format!("`{}`, expected `name@range:`", text::short(body));
        // One more than is kept, so that the reading says that there are others.
        if scanned.problems.len() <= MAX_PROBLEMS {
            scanned.problems.push(Problem { line, what });
        }
        return Under::Nothing;
    }
    scanned.entries.push(Entry { keys, line, ..Entry::default() });
    Under::Entry
}

/// Berry quotes the whole list; Yarn 1 quotes single descriptors, which may hold a comma.
fn split(keys: &str, berry: bool) -> Vec<&str> {
    if berry {
        return unquoted(keys).split(", ").filter(|key| !key.is_empty()).collect();
    }
    let mut found = Vec::new();
    let mut rest = keys.trim_ascii();
    while !rest.is_empty() {
        let end = match rest.strip_prefix('"') {
            Some(quoted) => quoted.find('"').map_or(rest.len(), |at| at + 2),
            None => rest.find(',').unwrap_or(rest.len()),
        };
        let (key, after) = rest.split_at(end);
        found.push(unquoted(key));
        rest = after.trim_start_matches([',', ' ']);
    }
    found.retain(|key| !key.is_empty());
    found
}

/// `key value` or `key: value`, either part in quotes or not.
fn pair(body: &str) -> (&str, &str) {
    let (key, rest) = match body.strip_prefix('"').and_then(|b| b.split_once('"')) {
        Some((key, rest)) => (key, rest),
        None => match body.find([' ', ':']) {
            Some(at) => body.split_at(at),
            None => (body, ""),
        },
    };
    (key, unquoted(rest.strip_prefix(':').unwrap_or(rest)))
}

fn unquoted(text: &str) -> &str {
    let text = text.trim_ascii();
    text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::{pair, split};

    #[test]
    fn headings_come_apart() {
        assert_eq!(split("a@^1, \"b@>=1, <2\", c@2", false), ["a@^1", "b@>=1, <2", "c@2"]);
        assert_eq!(split("\"a@npm:^1, a@npm:^2\"", true), ["a@npm:^1", "a@npm:^2"]);
        assert_eq!(split("\"", false), ["\""]);
    }

    #[test]
    fn pairs_of_both_notations_come_apart() {
        assert_eq!(pair("version \"1.0.0\""), ("version", "1.0.0"));
        assert_eq!(pair("version: 1.0.0"), ("version", "1.0.0"));
        assert_eq!(pair("\"@a/b\" \"^1 || ^2\""), ("@a/b", "^1 || ^2"));
        assert_eq!(pair("\"@a/b\": \"npm:^1\""), ("@a/b", "npm:^1"));
        assert_eq!(pair("dependencies:"), ("dependencies", ""));
        assert_eq!(pair("mine owner/name"), ("mine", "owner/name"));
    }
}
