//! Which string members do the objects at the top of a JSON document have, and where?
//!
//! In: a text. Out: for every `"section": { "key": "value" }` the places of key and value. Not a reader
//! of JSON: it checks as much as it needs to know where it is, without recursion.

use std::ops::Range;

use super::EditError;

/// Deepest nesting.
const MAX_DEPTH: usize = 128;
/// Most members given.
const MAX_MEMBERS: usize = 200_000;

/// One member with a string value, in an object that is itself a member of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member<'a> {
    /// The key of the object that holds it.
    pub section: &'a str,
    /// Its key as written, without quotes.
    pub key: &'a str,
    /// Place of the key, quotes included.
    pub key_at: Range<usize>,
    /// The value as written, without quotes.
    pub value: &'a str,
    /// Place of the value, without quotes.
    pub value_at: Range<usize>,
}

struct Level<'a> {
    object: bool,
    key: Option<(&'a str, Range<usize>)>,
    /// A key is expected next, rather than a value.
    wants_key: bool,
}

/// Finds the members.
pub fn members(text: &str) -> Result<Vec<Member<'_>>, EditError> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut levels: Vec<Level<'_>> = Vec::new();
    let mut at = if text.starts_with('\u{feff}') { 3 } else { 0 };
    while let Some(&b) = bytes.get(at) {
        match b {
            b'{' | b'[' => {
                if levels.len() >= MAX_DEPTH {
                    return Err(fault(text, at, "nested too deep"));
                }
                levels.push(Level { object: b == b'{', key: None, wants_key: b == b'{' });
                at += 1;
            }
            b'}' | b']' => {
                let level = levels.pop().ok_or_else(|| fault(text, at, "a bracket too many"))?;
                if level.object != (b == b'}') {
                    return Err(fault(text, at, "a bracket of the other kind"));
                }
                at += 1;
            }
            b',' => {
                if let Some(level) = levels.last_mut() {
                    level.wants_key = level.object;
                    level.key = None;
                }
                at += 1;
            }
            b'"' => {
                let end =
                    string_end(bytes, at).ok_or_else(|| fault(text, at, "a string without end"))?;
                let inner = text.get(at + 1..end - 1).unwrap_or_default();
                string(&mut levels, &mut found, inner, at..end);
                at = end;
                if found.len() > MAX_MEMBERS {
                    return Err(fault(text, at, "too many members"));
                }
            }
            // Numbers, words, colons and white space need no place here.
            _ => at += 1,
        }
    }
    if levels.is_empty() { Ok(found) } else { Err(fault(text, text.len(), "ends too early")) }
}

fn string<'a>(
    levels: &mut [Level<'a>],
    found: &mut Vec<Member<'a>>,
    inner: &'a str,
    range: Range<usize>,
) {
    let deep = levels.len();
    let section = match levels {
        [outer, _] => outer.key.as_ref().map(|(key, _)| *key),
        _ => None,
    };
    let Some(level) = levels.last_mut() else { return };
    if level.wants_key {
        level.key = Some((inner, range));
        level.wants_key = false;
    } else if let (2, Some(section), Some((key, key_at))) = (deep, section, &level.key) {
        found.push(Member {
            section,
            key,
            key_at: key_at.clone(),
            value: inner,
            value_at: range.start + 1..range.end - 1,
        });
    }
}

/// The place after the closing quote.
fn string_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            b'\n' => return None,
            _ => at += 1,
        }
    }
}

fn fault(text: &str, at: usize, what: &str) -> EditError {
    let before = text.as_bytes().get(..at).unwrap_or_default();
    let line = before.iter().filter(|b| **b == b'\n').count();
    EditError::Syntax {
        line: u32::try_from(line).unwrap_or(u32::MAX).saturating_add(1),
        what: format!("not JSON here: {what}"),
    }
}
