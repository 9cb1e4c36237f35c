//! Where in a TOML file does a value stand?
//!
//! `toml_edit` parses and tells the places; the text itself is spliced, so nothing else moves.

use std::ops::Range;

use toml_edit::{Document, Item, TableLike, Value};

use super::EditError;

/// Parses; the document knows the place of every value.
pub fn parse(text: &str) -> Result<Document<&str>, EditError> {
    Document::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let before = text.as_bytes().get(..at).unwrap_or_default();
        let line = before.iter().filter(|b| **b == b'\n').count();
        let line = u32::try_from(line).unwrap_or(u32::MAX).saturating_add(1);
        EditError::Syntax { line, what: "not TOML here".to_owned() }
    })
}

/// A table by its keys.
pub fn table<'d>(root: &'d dyn TableLike, keys: &[&str]) -> Option<&'d dyn TableLike> {
    let mut at = root;
    for key in keys {
        at = at.get(key)?.as_table_like()?;
    }
    Some(at)
}

/// The place of a string's content, when it is written in one pair of quotes and without escapes.
pub fn inside(text: &str, span: Option<Range<usize>>, value: &str) -> Option<Range<usize>> {
    let span = span?;
    let written = text.get(span.clone())?;
    let quote = written.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let inner = written.strip_prefix(quote)?.strip_suffix(quote)?;
    (inner == value).then(|| span.start + 1..span.end - 1)
}

/// A string value with its content's place.
pub fn string<'d>(text: &str, item: &'d Item) -> Option<(&'d str, Option<Range<usize>>)> {
    let value = item.as_str()?;
    Some((value, inside(text, item.span(), value)))
}

/// The same of a value in an array.
pub fn string_value<'d>(text: &str, value: &'d Value) -> Option<(&'d str, Option<Range<usize>>)> {
    let written = value.as_str()?;
    Some((written, inside(text, value.span(), written)))
}
