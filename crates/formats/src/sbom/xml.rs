//! What does an XML document say, and on which line?
//!
//! In: text. Out: a [`Node`] tree, or the [`Refused`] with the line where reading stopped. Never: a
//! document type declaration followed, an entity expanded but the five of XML 1.0 (section 4.6) and
//! character references. Names lose their prefix; the declarations of namespaces are kept whole.

use std::borrow::Cow;

use quick_xml::errors::Error;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::Refused;
use super::node::{MAX_DEPTH, MAX_NODES, Node, Value, refused, short, too_deep, too_many};

/// Most attributes of one element.
pub const MAX_ATTRIBUTES: usize = 64;

/// Reads a document: the name of its root element, and the element.
pub fn parse(text: &str) -> Result<(String, Node<'static>), Refused> {
    let mut tree = Builder { text, at: 0, line: 1, count: 0, open: Vec::new(), root: None };
    let mut reader = Reader::from_str(text);
    loop {
        tree.advance(reader.buffer_position());
        match reader.read_event() {
            Ok(Event::Eof) => return tree.finish(),
            Ok(event) => tree.take(event)?,
            Err(error) => {
                tree.advance(reader.error_position());
                return Err(refused(tree.line, wording(&error)));
            }
        }
    }
}

fn wording(error: &Error) -> String {
    format!("not well-formed XML: {}", short(&error.to_string()))
}

/// An element whose end has not come yet.
struct Open {
    name: String,
    line: u32,
    entries: Vec<(Cow<'static, str>, Node<'static>)>,
    text: String,
}

struct Builder<'a> {
    text: &'a str,
    /// How far lines are counted.
    at: usize,
    line: u32,
    count: usize,
    open: Vec<Open>,
    root: Option<(String, Node<'static>)>,
}

impl Builder<'_> {
    /// Counts lines up to a position.
    fn advance(&mut self, to: u64) {
        let to = usize::try_from(to).unwrap_or(self.at);
        let passed = self.text.as_bytes().get(self.at..to).unwrap_or_default();
        let breaks = passed.iter().filter(|b| **b == b'\n').count();
        self.line = self.line.saturating_add(u32::try_from(breaks).unwrap_or(u32::MAX));
        self.at = self.at.max(to);
    }

    fn take(&mut self, event: Event<'_>) -> Result<(), Refused> {
        match event {
            Event::Start(tag) => self.start(&tag)?,
            Event::Empty(tag) => {
                self.start(&tag)?;
                self.end();
            }
            Event::End(_) => self.end(),
            Event::Text(piece) => self.append(&piece)?,
            Event::CData(piece) => self.append(&piece)?,
            Event::GeneralRef(reference) => self.reference(&reference)?,
            Event::DocType(declaration) if declaration.contains('[') => {
                let what = "a document type with declarations inside; these are never followed";
                return Err(refused(self.line, what));
            }
            Event::DocType(_) | Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::Eof => {}
        }
        Ok(())
    }

    fn start(&mut self, tag: &BytesStart<'_>) -> Result<(), Refused> {
        let line = self.line;
        if self.open.len() >= MAX_DEPTH {
            return Err(too_deep(line));
        }
        if self.root.is_some() {
            return Err(refused(line, "a second root element, expected one"));
        }
        self.counted()?;
        let mut entries = Vec::new();
        // The library's check for repeated attributes costs the square of their number.
        for attribute in tag.attributes().with_checks(false) {
            if entries.len() >= MAX_ATTRIBUTES {
                return Err(refused(line, format!("more than {MAX_ATTRIBUTES} attributes")));
            }
            self.counted()?;
            let attribute =
                attribute.map_err(|e| refused(line, format!("not well-formed XML: {e}")))?;
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|e| refused(line, wording(&e)))?;
            let value = Value::Text(Cow::Owned(value.into_owned()));
            let name: &str = attribute.key.as_ref();
            let name = if name.starts_with("xmlns") { name } else { local(name) };
            entries.push((Cow::Owned(name.to_owned()), Node { line, value }));
        }
        let name = local(tag.name().as_ref()).to_owned();
        self.open.push(Open { name, line, entries, text: String::new() });
        Ok(())
    }

    fn counted(&mut self) -> Result<(), Refused> {
        self.count += 1;
        if self.count > MAX_NODES { Err(too_many(self.line)) } else { Ok(()) }
    }

    fn end(&mut self) {
        let Some(mut done) = self.open.pop() else { return };
        let line = done.line;
        let text = done.text.trim();
        let text = if text.len() == done.text.len() { done.text } else { text.to_owned() };
        let value = if done.entries.is_empty() {
            Value::Text(Cow::Owned(text))
        } else {
            if !text.is_empty() {
                let value = Value::Text(Cow::Owned(text));
                done.entries.push((Cow::Borrowed(""), Node { line, value }));
            }
            done.entries.shrink_to_fit();
            Value::Map(done.entries)
        };
        let node = Node { line, value };
        match self.open.last_mut() {
            Some(parent) => parent.entries.push((Cow::Owned(done.name), node)),
            None => self.root = Some((done.name, node)),
        }
    }

    fn append(&mut self, piece: &str) -> Result<(), Refused> {
        let blank = piece.trim().is_empty();
        match self.open.last_mut() {
            // White space between children is not worth its memory.
            Some(element) if !(blank && element.text.is_empty()) => element.text.push_str(piece),
            None if !blank => {
                return Err(refused(self.line, "not well-formed XML: text outside of the root"));
            }
            _ => {}
        }
        Ok(())
    }

    fn reference(&mut self, reference: &BytesRef<'_>) -> Result<(), Refused> {
        if let Ok(Some(character)) = reference.resolve_char_ref() {
            return self.append(character.encode_utf8(&mut [0; 4]));
        }
        match resolve_predefined_entity(reference) {
            Some(text) => self.append(text),
            None => {
                let what = format!("the entity &{}; is not one of XML's own", short(reference));
                Err(refused(self.line, what))
            }
        }
    }

    fn finish(self) -> Result<(String, Node<'static>), Refused> {
        match (self.open.last(), self.root) {
            (Some(open), _) => {
                Err(refused(open.line, format!("<{}> is not closed", short(&open.name))))
            }
            (None, None) => Err(refused(1, "no element; expected XML")),
            (None, Some(root)) => Ok(root),
        }
    }
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}
