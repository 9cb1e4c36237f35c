//! What does a TOML document say, and on which line?
//!
//! In: text. Out: a [`Node`] tree in the order of the file, or the one [`Problem`] where the `toml`
//! crate stopped. Depth is bounded by that crate (80); memory by a look over the text beforehand, since
//! the crate makes up to 300 bytes of one (`[a.b.c.d]` is four tables) and has no bound of its own.

use std::borrow::Cow;

use ::toml::Spanned;
use ::toml::de::{DeTable, DeValue};

use crate::node::{Entry, Node, Value};
use crate::reading::{MAX_DEPTH, Problem};

/// Longest text that is read, in bytes.
const MAX_BYTES: usize = 64 << 20;
/// Most memory that reading may take by [`cost`], in bytes. What is measured is about two thirds of it;
/// a `Cargo.lock` of 100,000 packages is estimated at 600 MB.
const MAX_COST: usize = 768_000_000;

/// Reads a whole document; the result is a map.
pub fn parse(text: &str) -> Result<Node<'_>, Problem> {
    if text.len() > MAX_BYTES {
        let what = format!("the document is larger than {} MiB; it was not read", MAX_BYTES >> 20);
        return Err(Problem { line: 1, what });
    }
    bounded(text)?;
    let lines = Lines::of(text);
    let table = DeTable::parse(text).map_err(|e| Problem {
        line: e.span().map_or(0, |span| lines.of_offset(span.start)),
        what: format!("not TOML here: {}", e.message()),
    })?;
    Ok(lines.map(1, table.into_inner(), 0))
}

/// A problem when the tables, keys and values of the text would take more than [`MAX_COST`].
fn bounded(text: &str) -> Result<(), Problem> {
    let bytes = text.as_bytes();
    let (mut at, mut sum, mut before) = (0, 0, b'\n');
    while let Some(byte) = bytes.get(at).copied() {
        sum += cost(byte, before);
        if sum > MAX_COST {
            let line = crate::text::line_after(bytes.get(..at).unwrap_or_default());
            let what = "too many tables and values up to here; the document was not read";
            return Err(Problem { line, what: what.to_owned() });
        }
        let rest = bytes.get(at..).unwrap_or_default();
        at += match byte {
            b'"' | b'\'' => string(rest, byte),
            b'#' => rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len()),
            _ => 1,
        };
        // A header may be indented.
        if !matches!(byte, b' ' | b'\t') || before != b'\n' {
            before = byte;
        }
    }
    Ok(())
}

/// What the crate and the tree need for what begins with this byte, in bytes, as measured and rounded
/// up: a token of the lexer, a table with its first key (a leaf of a B-tree), a key, a value.
fn cost(byte: u8, before: u8) -> usize {
    const TOKEN: usize = 50;
    let word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-') || b >= 0x80;
    let tokens = match byte {
        b'[' if before == b'\n' => 26,
        b'[' => 6,
        b'.' => 28,
        b'{' => 21,
        b'=' => 5,
        b',' => 3,
        b' ' | b'\t' if matches!(before, b' ' | b'\t') => 0,
        _ if word(byte) && word(before) => 0,
        _ => 1,
    };
    tokens * TOKEN
}

/// The length of the string at the beginning, with its quotation marks: up to the marks it began with,
/// and where it should stand in one line at most to the end of that.
fn string(rest: &[u8], quote: u8) -> usize {
    let marks = [quote; 3];
    let long = rest.starts_with(&marks);
    let mut at = if long { 3 } else { 1 };
    while let Some(byte) = rest.get(at).copied() {
        match byte {
            b'\n' if !long => return at,
            b'\\' if quote == b'"' && rest.get(at + 1) != Some(&b'\n') => at += 2,
            _ if byte == quote && !long => return at + 1,
            _ if byte == quote && rest.get(at..).is_some_and(|r| r.starts_with(&marks)) => {
                // Two more marks may belong to the text.
                let more = rest.iter().skip(at + 3).take(2).take_while(|b| **b == quote).count();
                return at + 3 + more;
            }
            _ => at += 1,
        }
    }
    rest.len()
}

/// Where the lines begin.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at).collect())
    }

    fn of_offset(&self, offset: usize) -> u32 {
        let before = self.0.partition_point(|at| *at < offset);
        u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1)
    }

    fn node<'a>(&self, value: Spanned<DeValue<'a>>, depth: usize) -> Node<'a> {
        let line = self.of_offset(value.span().start);
        if depth > MAX_DEPTH {
            return Node { line, value: Value::Null };
        }
        let value = match value.into_inner() {
            DeValue::String(text) => Value::Text(text),
            DeValue::Integer(number) => Value::Number(Cow::Owned(number.to_string())),
            DeValue::Float(number) => Value::Number(Cow::Owned(number.to_string())),
            DeValue::Boolean(flag) => Value::Bool(flag),
            DeValue::Datetime(date) => Value::Number(Cow::Owned(date.to_string())),
            DeValue::Array(items) => {
                Value::List(items.into_iter().map(|item| self.node(item, depth + 1)).collect())
            }
            DeValue::Table(table) => return self.map(line, table, depth),
        };
        Node { line, value }
    }

    fn map<'a>(&self, line: u32, table: DeTable<'a>, depth: usize) -> Node<'a> {
        let mut entries: Vec<_> = table
            .into_iter()
            .map(|(key, value)| Entry {
                line: self.of_offset(key.span().start),
                key: key.into_inner(),
                node: self.node(value, depth + 1),
            })
            .collect();
        entries.sort_by_key(|entry| entry.line);
        Node { line, value: Value::Map(entries) }
    }
}
