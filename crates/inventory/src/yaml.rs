//! What does a YAML file say, and on which line?
//!
//! In: text. Out: one [`Node`] tree for each of its documents, or the one [`Problem`] where
//! `saphyr-parser` stopped. Depth is bounded by [`MAX_DEPTH`]. An alias of a short scalar is that
//! scalar; an alias of anything else is nothing, because what it refers to stands in the tree already
//! and repeating it is how YAML is made to grow without bound.

use std::borrow::Cow;
use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle};

use crate::node::{Entry, Node, Value};
use crate::reading::{MAX_DEPTH, Problem};

/// Longest scalar that an alias repeats, in bytes.
const MAX_ALIASED: usize = 256;

/// Reads all documents of a file.
pub fn parse(text: &str) -> Result<Vec<Node<'_>>, Problem> {
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|e| Problem {
            line: line(e.marker().line()),
            what: format!("not YAML here: {}", e.info()),
        })?;
        builder.take(event, line(span.start.line()))?;
    }
    Ok(builder.documents)
}

/// Reads a file that has to be one document.
pub fn parse_one(text: &str) -> Result<Node<'_>, Problem> {
    let mut documents = parse(text)?;
    match (documents.pop(), documents.is_empty()) {
        (Some(document), true) => Ok(document),
        (Some(document), false) => Err(Problem {
            line: document.line,
            what: "a second YAML document, expected only one".to_owned(),
        }),
        (None, _) => Err(Problem { line: 1, what: "no YAML document in the file".to_owned() }),
    }
}

fn line(line: usize) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}

#[derive(Default)]
struct Builder<'a> {
    documents: Vec<Node<'a>>,
    open: Vec<Open<'a>>,
    anchors: HashMap<usize, Value<'a>>,
}

/// A list or map that has begun.
enum Open<'a> {
    List(u32, Vec<Node<'a>>),
    /// The entries, and the key whose value has not come yet.
    Map(u32, Vec<Entry<'a>>, Option<(Cow<'a, str>, u32)>),
}

impl<'a> Builder<'a> {
    fn take(&mut self, event: Event<'a>, line: u32) -> Result<(), Problem> {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let short = text.len() <= MAX_ALIASED;
                let value = scalar(text, style);
                if anchor != 0 && short {
                    self.anchors.insert(anchor, value.clone());
                }
                self.put(Node { line, value });
            }
            Event::Alias(anchor) => {
                let value = self.anchors.get(&anchor).cloned().unwrap_or(Value::Null);
                self.put(Node { line, value });
            }
            Event::SequenceStart(..) => self.begin(Open::List(line, Vec::new()), line)?,
            Event::MappingStart(..) => self.begin(Open::Map(line, Vec::new(), None), line)?,
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open::List(line, items)) => {
                    self.put(Node { line, value: Value::List(items) });
                }
                Some(Open::Map(line, entries, _)) => {
                    self.put(Node { line, value: Value::Map(entries) });
                }
                None => {}
            },
            Event::DocumentStart(_) => self.anchors.clear(),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        Ok(())
    }

    fn begin(&mut self, open: Open<'a>, line: u32) -> Result<(), Problem> {
        if self.open.len() >= MAX_DEPTH {
            return Err(Problem { line, what: format!("nested more than {MAX_DEPTH} deep") });
        }
        self.open.push(open);
        Ok(())
    }

    fn put(&mut self, node: Node<'a>) {
        match self.open.last_mut() {
            None => self.documents.push(node),
            Some(Open::List(_, items)) => items.push(node),
            Some(Open::Map(_, entries, waiting)) => match waiting.take() {
                Some((key, line)) => entries.push(Entry { key, line, node }),
                None => *waiting = Some((key(node.value), node.line)),
            },
        }
    }
}

/// A key as text; a key that is a list or a map has none, and no format here has such keys.
fn key(value: Value<'_>) -> Cow<'_, str> {
    match value {
        Value::Text(text) | Value::Number(text) => text,
        Value::Bool(true) => Cow::Borrowed("true"),
        Value::Bool(false) => Cow::Borrowed("false"),
        Value::Null | Value::List(_) | Value::Map(_) => Cow::Borrowed(""),
    }
}

/// The core schema of YAML 1.2 (section 10.3.2), as far as lock files need it.
fn scalar(text: Cow<'_, str>, style: ScalarStyle) -> Value<'_> {
    if style != ScalarStyle::Plain {
        return Value::Text(text);
    }
    match text.as_ref() {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        plain if number(plain) => Value::Number(text),
        _ => Value::Text(text),
    }
}

fn number(text: &str) -> bool {
    text.bytes().next().is_some_and(|b| b.is_ascii_digit() || b == b'-' || b == b'.')
        && text.bytes().any(|b| b.is_ascii_digit())
        && text.parse::<f64>().is_ok()
}
