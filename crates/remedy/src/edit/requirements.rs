//! Where does a list of requirements name a package?
//!
//! pip, «Requirements File Format»: one requirement a line, `\` at a line's end joins it with the next,
//! `#` after white space begins a comment, options of a requirement (`--hash`) follow it.

use std::ops::Range;

use super::requirement::{Asked, Dialect, ask};
use super::splice::Draft;

/// Finds the places.
pub fn find(draft: &mut Draft<'_>) {
    let text = draft.text;
    let mut start = if text.starts_with('\u{feff}') { 3 } else { 0 };
    while start < text.len() {
        let end = logical_end(text, start);
        line(draft, start..end);
        start = end;
    }
}

/// The end of a logical line, its line end included.
fn logical_end(text: &str, start: usize) -> usize {
    let mut at = start;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let Some(length) = rest.find('\n') else { return text.len() };
        let physical = rest.get(..length).unwrap_or_default().trim_end_matches('\r');
        at += length + 1;
        if !physical.ends_with('\\') || physical.trim_start().starts_with('#') {
            return at;
        }
    }
}

fn line(draft: &mut Draft<'_>, range: Range<usize>) {
    let whole = draft.text.get(range.clone()).unwrap_or_default();
    let body = without_comment(whole);
    let indent = body.len() - body.trim_start().len();
    let body = body.trim();
    if body.is_empty() || body.starts_with('-') {
        return;
    }
    let Some(parts) = parts(body) else { return };
    let name = body.get(parts.name.clone()).unwrap_or_default();
    let specifier = body.get(parts.specifier.clone()).unwrap_or_default();
    for at in draft.wanted(name) {
        let Some(change) = draft.changes.get(at) else { continue };
        if parts.address {
            draft.refuse(at, "the line takes the package from an address; change it by hand");
            continue;
        }
        let Some(to) = change.to.as_deref() else {
            draft.replace(at, range.clone(), "");
            continue;
        };
        match ask(Dialect::Pep440, specifier, &change.from, to) {
            Asked::Elsewhere => {}
            Asked::Admits => draft.admits(at),
            Asked::Refuse(reason) => draft.refuse(at, reason),
            Asked::Raise(..) if whole.contains("--hash") => draft.refuse(
                at,
                "the line has --hash, and the hashes of the new version have to come from pip-compile or uv",
            ),
            Asked::Raise(new, more) => {
                let new = joined(specifier, &new, more.as_deref());
                let begin = range.start + indent + parts.specifier.start;
                draft.replace(at, begin..begin + specifier.len(), new);
            }
        }
    }
}

/// A specifier with a further clause, separated as its own are.
pub fn joined(old: &str, new: &str, more: Option<&str>) -> String {
    match more {
        None => new.to_owned(),
        Some(more) if old.contains(", ") => format!("{new}, {more}"),
        Some(more) => format!("{new},{more}"),
    }
}

/// The line up to a comment: `#` at its beginning or after white space.
fn without_comment(line: &str) -> &str {
    let mut before = true;
    for (at, c) in line.char_indices() {
        if c == '#' && before {
            return line.get(..at).unwrap_or_default();
        }
        before = c.is_ascii_whitespace();
    }
    line
}

/// The parts of a requirement (PEP 508), as ranges of its text.
pub struct Parts {
    /// The name.
    pub name: Range<usize>,
    /// The version specifiers without brackets; may be empty.
    pub specifier: Range<usize>,
    /// An address follows the name.
    pub address: bool,
}

/// Takes a requirement apart; `None` when it does not begin with a name.
pub fn parts(text: &str) -> Option<Parts> {
    let bytes = text.as_bytes();
    let named = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let skip = |mut at: usize| {
        while bytes.get(at).is_some_and(|b| b.is_ascii_whitespace() || *b == b'\\') {
            at += 1;
        }
        at
    };
    let end = bytes.iter().position(|b| !named(b)).unwrap_or(bytes.len());
    if end == 0 || !bytes.first().is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let mut at = skip(end);
    if bytes.get(at) == Some(&b'[') {
        at = skip(at + text.get(at..)?.find(']')? + 1);
    }
    let address = bytes.get(at) == Some(&b'@');
    let bracket = bytes.get(at) == Some(&b'(');
    if bracket {
        at += 1;
    }
    let rest = text.get(at..)?;
    let stop = rest.find([';', ')', '\\', '\n', '\r']).unwrap_or(rest.len());
    let stop = rest.find(" --").map_or(stop, |option| option.min(stop));
    let specifier = rest.get(..stop)?;
    let begin = at + specifier.len() - specifier.trim_start().len();
    let finish = begin + specifier.trim().len();
    Some(Parts { name: 0..end, specifier: begin..finish, address })
}
