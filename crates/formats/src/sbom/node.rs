//! What does a document say, be it JSON or XML, and on which line?
//!
//! One tree for both, so that one reader serves both encodings of CycloneDX. An XML element becomes a
//! map of its attributes and children; its own text stands under the empty key, and an element with
//! text alone is that text. Strings borrow from the document where they can.

use std::borrow::Cow;

use super::Refused;

/// Deepest nesting that is followed.
pub const MAX_DEPTH: usize = 128;
/// Most values of one document; up to 64 bytes each.
pub const MAX_NODES: usize = 8_000_000;

/// A value and the line where it starts.
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
    /// `null`, `true`, `false`: never what a reader asks for.
    Word,
    /// A number as it is written.
    Number(&'a str),
    /// A string, or the text of an element.
    Text(Cow<'a, str>),
    /// An array.
    List(Vec<Node<'a>>),
    /// An object, or an element; keys in the order of the document, possibly repeated.
    Map(Vec<(Cow<'a, str>, Node<'a>)>),
}

impl<'a> Node<'a> {
    /// The value under a key; the first where it is repeated.
    pub fn at(&self, key: &str) -> Option<&Node<'a>> {
        self.entries().iter().find(|(k, _)| k == key).map(|(_, node)| node)
    }

    /// The entries of a map; none for anything else.
    pub fn entries(&self) -> &[(Cow<'a, str>, Node<'a>)] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a JSON array, or the children of this name of an XML element; none for anything
    /// else.
    pub fn items<'n>(&'n self, name: &'n str) -> impl Iterator<Item = &'n Node<'a>> {
        let list: &[Node<'a>] = match &self.value {
            Value::List(items) => items,
            _ => &[],
        };
        let children = self.entries().iter().filter(move |(key, _)| key == name);
        list.iter().chain(children.map(|(_, node)| node))
    }

    /// The string, or the text directly inside an element; white space around it removed, `None` where
    /// nothing is left.
    pub fn text(&self) -> Option<&str> {
        let text: &str = match &self.value {
            Value::Text(text) => text,
            Value::Number(text) => text,
            Value::Map(_) => match &self.at("")?.value {
                Value::Text(text) => text,
                _ => return None,
            },
            _ => return None,
        };
        Some(text.trim()).filter(|text| !text.is_empty())
    }

    /// The string under a key as it stands, white space included.
    pub fn raw_at(&self, key: &str) -> Option<&str> {
        match &self.at(key)?.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text under a key.
    pub fn text_at(&self, key: &str) -> Option<&str> {
        self.at(key)?.text()
    }

    /// The text under a key, owned.
    pub fn string_at(&self, key: &str) -> Option<String> {
        self.text_at(key).map(str::to_owned)
    }

    /// What it is, for a message.
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Word => "null, true or false",
            Value::Number(_) => "a number",
            Value::Text(_) => "a string",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }
}

/// A refusal at a line.
pub fn refused(line: u32, what: impl Into<String>) -> Refused {
    Refused { line, place: String::new(), what: what.into() }
}

/// The refusal of a document with more than [`MAX_NODES`].
pub fn too_many(line: u32) -> Refused {
    refused(line, format!("more than {MAX_NODES} values up to here; the document was not read"))
}

/// The refusal of a document nested more than [`MAX_DEPTH`] deep.
pub fn too_deep(line: u32) -> Refused {
    refused(line, format!("nested more than {MAX_DEPTH} deep; the document was not read"))
}

/// A text for a message: its first line, at most 60 characters, nothing in it that acts on a terminal.
pub fn short(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let cut = match line.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or_default()),
        None => line.to_owned(),
    };
    crate::text::printable(&cut).into_owned()
}
