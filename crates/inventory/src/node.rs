//! What does a structured document say, and on which line?
//!
//! One tree for JSON, YAML and TOML, in which every node and key knows its line, so that a reader of a
//! format speaks of keys and kinds only. Made by [`crate::json`], [`crate::yaml`] and [`crate::toml`].
//! Never: a look into a map that costs more than its width; readers that look up many keys in a wide
//! map make their own table from [`Node::entries`].

use std::borrow::Cow;
use std::ops::RangeInclusive;

use crate::Problem;

/// Most values of one document; about 70 bytes each. A document with more is not read.
pub const MAX_NODES: usize = 5_000_000;

/// A value and the line where it starts, counted from 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Node<'a> {
    /// Counted from 1.
    pub line: u32,
    /// What stands there.
    pub value: Value<'a>,
}

/// What can stand in a document.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// `null`, or nothing after a YAML key.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number (or a TOML date) as it is written.
    Number(Cow<'a, str>),
    /// A string; in YAML also every plain scalar that is none of the above.
    Text(Cow<'a, str>),
    /// An array or sequence.
    List(Vec<Node<'a>>),
    /// An object, mapping or table, in the order of the file (TOML: in the order of lines).
    Map(Vec<Entry<'a>>),
}

/// A key with its line, and what it holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry<'a> {
    /// The key, unescaped.
    pub key: Cow<'a, str>,
    /// Line of the key, counted from 1.
    pub line: u32,
    /// What it holds.
    pub node: Node<'a>,
}

impl<'a> Node<'a> {
    /// The value under a key; the last where a key is repeated, as the tools take it.
    pub fn at(&self, key: &str) -> Option<&Node<'a>> {
        self.entries().iter().rev().find(|e| e.key == key).map(|e| &e.node)
    }

    /// The value below several keys, one after the other.
    pub fn below(&self, keys: &[&str]) -> Option<&Node<'a>> {
        keys.iter().try_fold(self, |node, key| node.at(key))
    }

    /// The entries of a map; none for anything else.
    pub fn entries(&self) -> &[Entry<'a>] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; none for anything else.
    pub fn items(&self) -> &[Node<'a>] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The string; `None` for anything else.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The string, or a number as written: YAML reads an unquoted `1.2` as a number.
    pub fn scalar(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) | Value::Number(text) => Some(text),
            _ => None,
        }
    }

    /// The string under a key.
    pub fn text_at(&self, key: &str) -> Option<&str> {
        self.at(key).and_then(Node::text)
    }

    /// True only where the key holds `true`.
    pub fn flag(&self, key: &str) -> bool {
        matches!(self.at(key), Some(Node { value: Value::Bool(true), .. }))
    }

    /// True where nothing stands.
    pub fn is_null(&self) -> bool {
        self.value == Value::Null
    }

    /// What it is, for a message.
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "a number",
            Value::Text(_) => "a string",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }

    /// The entries of this node, which has to be a map; `what` names it in the problem.
    pub fn expect_map(&self, what: &str) -> Result<&[Entry<'a>], Problem> {
        match &self.value {
            Value::Map(entries) => Ok(entries),
            _ => Err(self.wrong(what, "a map")),
        }
    }

    /// The items of this node, which has to be a list; `what` names it in the problem.
    pub fn expect_list(&self, what: &str) -> Result<&[Node<'a>], Problem> {
        match &self.value {
            Value::List(items) => Ok(items),
            _ => Err(self.wrong(what, "a list")),
        }
    }

    /// The problem of a document with more than [`MAX_NODES`].
    pub(crate) fn too_many(line: u32) -> Problem {
        let what = format!("more than {MAX_NODES} values up to here; the document was not read");
        Problem { line, what }
    }

    /// The problem of this node not being what was expected.
    pub fn wrong(&self, what: &str, expected: &str) -> Problem {
        Problem { line: self.line, what: format!("{what} is {}, expected {expected}", self.kind()) }
    }

    /// A problem when the file says it is of a version that the reader does not know; what it has is
    /// read nevertheless, but nobody can tell that this is all. `None` without a version.
    pub fn unknown_version(&self, keys: &[&str], known: RangeInclusive<u32>) -> Option<Problem> {
        let node = self.below(keys)?;
        let text = node.scalar().unwrap_or_else(|| node.kind());
        let major = text.split('.').next().unwrap_or_default().parse::<u32>();
        if major.is_ok_and(|major| known.contains(&major)) {
            return None;
        }
        let what = format!(
            "the file is of version {}, and only {} to {} are known",
            crate::text::short(text),
            known.start(),
            known.end()
        );
        Some(Problem { line: node.line, what })
    }
}
