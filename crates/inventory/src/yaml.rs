//! What does a YAML file say, and on which line?
//!
//! In: text. Out: one [`Node`] tree for each of its documents, or the one [`Problem`] where
//! `saphyr-parser` stopped. Bounded by [`MAX_DEPTH`] and [`MAX_NODES`]. An alias is a copy of what it
//! refers to, inside with the lines of the original. Repeating is how YAML is made to grow without
//! bound, so all that is kept for aliases and all that they repeat is bounded by `MAX_REPEATED`.

use std::borrow::Cow;
use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle};

use crate::node::{Entry, MAX_NODES, Node, Value};
use crate::reading::{MAX_DEPTH, Problem};

/// Most that anchors keep and aliases repeat in one file: values, and for each 64 bytes of text one more.
const MAX_REPEATED: usize = 1_000_000;

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
    /// What has been read, with what aliases repeated.
    nodes: usize,
    /// What anchors keep and aliases repeated, as [`MAX_REPEATED`] counts it.
    repeated: usize,
    anchors: HashMap<usize, Anchored<'a>>,
}

/// What an anchor stands before.
enum Anchored<'a> {
    Whole {
        value: Value<'a>,
        extent: Extent,
    },
    /// Not kept, since it is too large.
    Large,
}

/// How much a value is.
#[derive(Debug, Clone, Copy, Default)]
struct Extent {
    nodes: usize,
    /// Bytes of text.
    text: usize,
    /// Lists and maps in one another.
    depth: usize,
}

impl Extent {
    fn weight(self) -> usize {
        self.nodes + self.text / 64
    }

    fn add(&mut self, inner: Self) {
        self.nodes += inner.nodes;
        self.text += inner.text;
        self.depth = self.depth.max(inner.depth);
    }
}

/// A list or map that has begun.
struct Open<'a> {
    line: u32,
    anchor: usize,
    inner: Extent,
    parts: Parts<'a>,
}

enum Parts<'a> {
    List(Vec<Node<'a>>),
    /// The entries, and the key whose value has not come yet.
    Map(Vec<Entry<'a>>, Option<(Cow<'a, str>, u32)>),
}

impl<'a> Builder<'a> {
    fn take(&mut self, event: Event<'a>, line: u32) -> Result<(), Problem> {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                self.count(1, line)?;
                let extent = Extent { nodes: 1, text: text.len(), depth: 0 };
                self.put(Node { line, value: scalar(text, style) }, extent, anchor);
            }
            Event::Alias(anchor) => self.repeat(anchor, line)?,
            Event::SequenceStart(anchor, _) => {
                self.begin(Parts::List(Vec::new()), anchor, line)?;
            }
            Event::MappingStart(anchor, _) => {
                self.begin(Parts::Map(Vec::new(), None), anchor, line)?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(Open { line, anchor, mut inner, parts }) = self.open.pop() else {
                    return Ok(());
                };
                inner.nodes += 1;
                inner.depth += 1;
                let value = match parts {
                    Parts::List(items) => Value::List(items),
                    Parts::Map(entries, _) => Value::Map(entries),
                };
                self.put(Node { line, value }, inner, anchor);
            }
            Event::DocumentStart(_) => self.anchors.clear(),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        Ok(())
    }

    fn begin(&mut self, parts: Parts<'a>, anchor: usize, line: u32) -> Result<(), Problem> {
        if self.open.len() >= MAX_DEPTH {
            return Err(Problem { line, what: format!("nested more than {MAX_DEPTH} deep") });
        }
        self.count(1, line)?;
        self.open.push(Open { line, anchor, inner: Extent::default(), parts });
        Ok(())
    }

    fn count(&mut self, more: usize, line: u32) -> Result<(), Problem> {
        self.nodes = self.nodes.saturating_add(more);
        if self.nodes > MAX_NODES { Err(Node::too_many(line)) } else { Ok(()) }
    }

    /// Puts a copy of what stands behind the anchor.
    fn repeat(&mut self, anchor: usize, line: u32) -> Result<(), Problem> {
        let large = |what: &str| Problem { line, what: format!("an alias of {what}") };
        let (value, extent) = match self.anchors.get(&anchor) {
            Some(Anchored::Whole { value, extent }) => (value, *extent),
            Some(Anchored::Large) => return Err(large("more than is repeated")),
            None => return Err(large("what it is part of")),
        };
        if self.open.len() + extent.depth > MAX_DEPTH {
            return Err(Problem { line, what: format!("nested more than {MAX_DEPTH} deep") });
        }
        self.repeated = self.repeated.saturating_add(extent.weight());
        if self.repeated > MAX_REPEATED {
            return Err(large("more than is repeated"));
        }
        let value = value.clone();
        self.count(extent.nodes, line)?;
        self.put(Node { line, value }, extent, 0);
        Ok(())
    }

    /// Puts a node where it belongs, and keeps it when an anchor (0 for none) stands before it.
    fn put(&mut self, node: Node<'a>, extent: Extent, anchor: usize) {
        if anchor != 0 {
            let sum = self.repeated.saturating_add(extent.weight());
            let anchored = if sum > MAX_REPEATED {
                Anchored::Large
            } else {
                self.repeated = sum;
                Anchored::Whole { value: node.value.clone(), extent }
            };
            self.anchors.insert(anchor, anchored);
        }
        let Some(open) = self.open.last_mut() else {
            return self.documents.push(node);
        };
        open.inner.add(extent);
        match &mut open.parts {
            Parts::List(items) => items.push(node),
            Parts::Map(entries, waiting) => match waiting.take() {
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
