//! What does an XML document say, and on which line?
//!
//! In: bytes. Out: the tree of [`Element`]s, or the one [`Problem`] with the line where reading
//! stopped. Never: a namespace looked up, a document type declaration followed, an entity expanded but
//! the five of XML 1.0 (section 4.6) and character references. Bounded by [`MAX_DEPTH`],
//! [`MAX_ELEMENTS`] and [`MAX_ATTRIBUTES`].

use std::borrow::Cow;

use quick_xml::errors::Error;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use crate::reading::{MAX_DEPTH, Problem};
use crate::text;

/// Most elements taken from one document.
pub const MAX_ELEMENTS: usize = 400_000;
/// Most attributes of one element.
pub const MAX_ATTRIBUTES: usize = 64;

/// An element, with the line of its start tag.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Element {
    /// The name without a namespace prefix.
    pub name: Box<str>,
    /// The attributes, names without a prefix, entities resolved.
    pub attributes: Vec<(Box<str>, String)>,
    /// The text directly inside, pieces joined, white space around it removed.
    pub text: String,
    /// The elements directly inside.
    pub children: Vec<Element>,
    /// Counted from 1.
    pub line: u32,
}

impl Element {
    /// The first child of this name.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| &*child.name == name)
    }

    /// The text of the first child of this name; `None` also where it is empty.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.as_str()).filter(|text| !text.is_empty())
    }

    /// All children of this name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| &*child.name == name)
    }

    /// The attribute of this name, compared without case (MSBuild and NuGet take either).
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// Reads a document and returns its root element.
pub fn parse(bytes: &[u8]) -> Result<Element, Problem> {
    let text = decoded(bytes)?;
    let mut tree = Builder { text: &text, at: 0, line: 1, count: 0, open: Vec::new(), root: None };
    let mut reader = Reader::from_str(&text);
    loop {
        tree.advance(reader.buffer_position());
        match reader.read_event() {
            Ok(Event::Eof) => return tree.finish(),
            Ok(event) => tree.take(event)?,
            Err(error) => {
                tree.advance(reader.error_position());
                return Err(tree.problem(wording(&error)));
            }
        }
    }
}

/// UTF-8, or ISO-8859-1 where the declaration says so; lock files and manifests use no other.
fn decoded(bytes: &[u8]) -> Result<Cow<'_, str>, Problem> {
    let head = bytes.get(..bytes.len().min(200)).unwrap_or_default().to_ascii_lowercase();
    let declares = |name: &[u8]| head.windows(name.len()).any(|window| window == name);
    if declares(b"iso-8859-1") || declares(b"windows-1252") || declares(b"us-ascii") {
        return Ok(Cow::Owned(bytes.iter().map(|byte| char::from(*byte)).collect()));
    }
    let text = text::of_any_encoding(bytes)?;
    if text.trim_ascii().is_empty() {
        return Err(Problem { line: 1, what: "the file is empty".to_owned() });
    }
    Ok(text)
}

fn wording(error: &Error) -> String {
    format!("not well-formed XML: {}", text::short(&error.to_string()))
}

struct Builder<'a> {
    text: &'a str,
    /// How far lines are counted.
    at: usize,
    line: u32,
    count: usize,
    open: Vec<Element>,
    root: Option<Element>,
}

impl Builder<'_> {
    /// Counts lines up to a position.
    fn advance(&mut self, to: u64) {
        let to = usize::try_from(to).unwrap_or(self.at);
        let passed = self.text.as_bytes().get(self.at..to).unwrap_or_default();
        self.line = self.line.saturating_add(text::line_after(passed) - 1);
        self.at = self.at.max(to);
    }

    fn problem(&self, what: impl Into<String>) -> Problem {
        Problem { line: self.line, what: what.into() }
    }

    fn take(&mut self, event: Event<'_>) -> Result<(), Problem> {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::Empty(tag) => {
                self.start(&tag)?;
                self.end();
                Ok(())
            }
            Event::End(_) => {
                self.end();
                Ok(())
            }
            Event::Text(piece) => {
                self.append(&piece);
                Ok(())
            }
            Event::CData(piece) => {
                self.append(&piece);
                Ok(())
            }
            Event::GeneralRef(reference) => self.reference(&reference),
            Event::DocType(declaration) if declaration.contains('[') => {
                Err(self
                    .problem("a document type with declarations inside; these are not followed"))
            }
            Event::DocType(_) | Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::Eof => {
                Ok(())
            }
        }
    }

    fn start(&mut self, tag: &BytesStart<'_>) -> Result<(), Problem> {
        if self.open.len() >= MAX_DEPTH {
            return Err(self.problem(format!("nested more than {MAX_DEPTH} deep")));
        }
        self.count += 1;
        if self.count > MAX_ELEMENTS {
            return Err(self.problem(format!("more than {MAX_ELEMENTS} elements")));
        }
        if self.root.is_some() {
            return Err(self.problem("a second root element, expected one"));
        }
        let mut attributes = Vec::new();
        // The library's check for repeated attributes costs the square of their number.
        for attribute in tag.attributes().with_checks(false) {
            if attributes.len() >= MAX_ATTRIBUTES {
                return Err(self.problem(format!("more than {MAX_ATTRIBUTES} attributes")));
            }
            let attribute =
                attribute.map_err(|e| self.problem(format!("not well-formed XML: {e}")))?;
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|e| self.problem(wording(&e)))?;
            attributes.push((local(attribute.key.as_ref()), value.into_owned()));
        }
        let name = local(tag.name().as_ref());
        let line = self.line;
        self.open.push(Element { name, attributes, line, ..Element::default() });
        Ok(())
    }

    fn end(&mut self) {
        let Some(mut done) = self.open.pop() else { return };
        let trimmed = done.text.trim();
        if trimmed.len() != done.text.len() {
            done.text = trimmed.to_owned();
        }
        match self.open.last_mut() {
            Some(parent) => parent.children.push(done),
            None => self.root = Some(done),
        }
    }

    fn append(&mut self, piece: &str) {
        if let Some(element) = self.open.last_mut() {
            // White space between children is not worth its memory.
            if !(element.text.is_empty() && piece.trim().is_empty()) {
                element.text.push_str(piece);
            }
        }
    }

    fn reference(&mut self, reference: &BytesRef<'_>) -> Result<(), Problem> {
        if let Ok(Some(character)) = reference.resolve_char_ref() {
            self.append(character.encode_utf8(&mut [0; 4]));
            return Ok(());
        }
        match resolve_predefined_entity(reference) {
            Some(text) => {
                self.append(text);
                Ok(())
            }
            None => {
                Err(self.problem(format!("the entity &{}; is not known", text::short(reference))))
            }
        }
    }

    fn finish(self) -> Result<Element, Problem> {
        match (self.open.last(), &self.root) {
            (Some(open), _) => {
                let what = format!("<{}> is not closed", text::short(&open.name));
                Err(Problem { line: open.line, what })
            }
            (None, None) => Err(Problem { line: 1, what: "no element; expected XML".to_owned() }),
            (None, Some(_)) => Ok(self.root.unwrap_or_default()),
        }
    }
}

fn local(name: &str) -> Box<str> {
    name.rsplit_once(':').map_or(name, |(_, local)| local).into()
}
