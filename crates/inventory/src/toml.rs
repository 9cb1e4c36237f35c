//! What does a TOML document say, and on which line?
//!
//! In: text. Out: a [`Node`] tree in the order of the file, or the one [`Problem`] where the `toml`
//! crate stopped. Depth is bounded by that crate (80).

use std::borrow::Cow;

use ::toml::Spanned;
use ::toml::de::{DeTable, DeValue};

use crate::node::{Entry, Node, Value};
use crate::reading::{MAX_DEPTH, Problem};

/// Reads a whole document; the result is a map.
pub fn parse(text: &str) -> Result<Node<'_>, Problem> {
    let lines = Lines::of(text);
    let table = DeTable::parse(text).map_err(|e| Problem {
        line: e.span().map_or(0, |span| lines.of_offset(span.start)),
        what: format!("not TOML here: {}", e.message()),
    })?;
    Ok(lines.map(1, table.into_inner(), 0))
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
