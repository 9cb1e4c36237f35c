//! Meets the records of an XML document.
//!
//! In: a source and patterns of where records lie: local names from the root joined by `/`, `*` for any
//! name (`NessusClientData_v2/Report/ReportHost/ReportItem`). Out: each record as an [`Element`] with what is
//! open around it. A pattern that ends in `/@` is met where the element opens, with its attributes alone; what lies in
//! it is met after that. Namespaces are ignored, DTDs and entities of the document's own are never read or
//! expanded. What no pattern names is passed over. Memory is bounded by the largest record, whatever the document's
//! parts (see `pieces`).

pub(super) mod pieces;

use std::io::BufReader;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use self::pieces::Pieces;
use super::{MAX_DEPTH, MAX_NODES, MAX_RECORD};
use crate::sink::{Met, Sink, Stop};
use crate::source::Source;

/// Longest name of an element, in bytes.
const MAX_NAME: usize = 1 << 10;

/// An element with all that is in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// Local name.
    pub name: String,
    /// Local name and value, in the document's order.
    pub attributes: Vec<(String, String)>,
    /// Its own text and CDATA, joined.
    pub text: String,
    /// Its children.
    pub children: Vec<Element>,
}

impl Element {
    /// The attribute of that local name; empty when there is none.
    pub fn attribute(&self, name: &str) -> &str {
        self.attributes.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
    }

    /// The first element at local names joined by `/`.
    pub fn at(&self, path: &str) -> Option<&Element> {
        path.split('/').try_fold(self, |element, name| {
            element.children.iter().find(|child| child.name == name)
        })
    }

    /// The trimmed text of the first element there; empty when there is none.
    pub fn text_of(&self, path: &str) -> &str {
        self.at(path).map_or("", |element| element.text.trim())
    }

    /// All elements of the last name below the first elements of the names before it.
    pub fn all<'e>(&'e self, path: &'e str) -> impl Iterator<Item = &'e Element> {
        let (parent, name) = match path.rsplit_once('/') {
            Some((parent, name)) => (self.at(parent), name),
            None => (Some(self), path),
        };
        parent.into_iter().flat_map(|p| &p.children).filter(move |child| child.name == name)
    }

    /// Bytes of its attributes.
    fn weight(&self) -> usize {
        self.attributes.iter().map(|(name, value)| name.len() + value.len()).sum()
    }

    /// The text of this element and of all below it.
    pub fn deep_text(&self) -> String {
        let mut text = String::new();
        let mut left = vec![self];
        while let Some(element) = left.pop() {
            if !element.text.trim().is_empty() {
                if !text.is_empty() {
                    text.push(' ');
                }
                text.push_str(element.text.trim());
            }
            left.extend(element.children.iter().rev());
        }
        text
    }
}

/// A record and what is open around it.
pub struct Hit<'h> {
    /// Which of the patterns it fits, by position.
    pub pattern: usize,
    /// The record.
    pub element: Element,
    /// The open elements from the root on, with names and attributes only.
    pub around: &'h [Element],
    /// The line on which it ends, counted from 1.
    pub line: u32,
}

impl Hit<'_> {
    /// Where it was met.
    pub fn place(&self) -> String {
        format!("line {}", self.line)
    }

    /// An attribute of the innermost open element of that name; empty when there is none.
    pub fn outer(&self, name: &str, attribute: &str) -> &str {
        self.around.iter().rev().find(|e| e.name == name).map_or("", |e| e.attribute(attribute))
    }
}

/// Walks the document and calls `each` for every record.
///
/// # Errors
/// Where the document is no XML, or nested deeper than the bound. What was met before has been handed on.
pub fn walk(
    source: &mut Source<'_>,
    patterns: &[&str],
    sink: &mut dyn Sink,
    each: &mut dyn FnMut(&mut dyn Sink, Hit<'_>) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let patterns: Vec<Vec<&str>> = patterns.iter().map(|p| p.split('/').collect()).collect();
    let input = BufReader::with_capacity(1 << 16, source.pass()?);
    let mut reader = Reader::from_reader(Pieces::new(input));
    reader.config_mut().check_end_names = true;
    reader.config_mut().allow_unmatched_ends = false;
    let mut walk = Walk { open: Vec::new(), around: 0, record: None };
    let mut buffer = Vec::new();
    let mut met_root = false;
    let mut line = 1;
    loop {
        buffer.clear();
        let event = reader.read_event_into(&mut buffer);
        if let Some(why) = reader.get_ref().refused() {
            return Err(Stop::broken(format!("line {line}"), why));
        }
        let event = event.map_err(|error| broken(line, error))?;
        let left = reader.get_mut().met();
        line = line.saturating_add(lines(&event)).saturating_add(left.lines);
        match event {
            Event::Start(start) => {
                met_root = true;
                walk.opens(&start, line, &patterns, sink, each)?;
                walk.start(&start, left.cut, line, &patterns, sink)?;
            }
            Event::Empty(start) => {
                met_root = true;
                walk.opens(&start, line, &patterns, sink, each)?;
                walk.start(&start, left.cut, line, &patterns, sink)?;
                walk.end(line, sink, each)?;
            }
            Event::End(_) => walk.end(line, sink, each)?,
            Event::Text(text) => walk.text(&text),
            Event::CData(text) => walk.text(&text),
            Event::GeneralRef(name) => walk.reference(&name),
            Event::Eof => break,
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::DocType(_) => {}
        }
    }
    if !walk.open.is_empty() || walk.record.is_some() || !met_root {
        return Err(Stop::broken(
            format!("line {line}"),
            "the document ends before its root element does",
        ));
    }
    Ok(())
}

/// How many lines end in a part of the document.
fn lines(event: &Event<'_>) -> u32 {
    let content: &str = match event {
        Event::Start(start) | Event::Empty(start) => start,
        Event::Text(text) | Event::DocType(text) | Event::Comment(text) => text,
        Event::CData(text) => text,
        Event::PI(text) => text,
        _ => "",
    };
    let breaks = content.bytes().filter(|byte| *byte == b'\n').count();
    u32::try_from(breaks).unwrap_or(u32::MAX)
}

fn broken(line: u32, error: quick_xml::Error) -> Stop {
    match error {
        quick_xml::Error::Io(error) => {
            Stop::Io(std::io::Error::new(error.kind(), error.to_string()))
        }
        other => Stop::broken(format!("line {line}"), format!("not XML here: {other}")),
    }
}

struct Walk {
    open: Vec<Element>,
    /// Bytes of the attributes of what is open.
    around: usize,
    record: Option<Reading>,
}

struct Reading {
    pattern: usize,
    /// The record and the elements open in it.
    stack: Vec<Element>,
    bytes: usize,
    nodes: usize,
    too_large: bool,
}

impl Reading {
    fn take(&mut self, bytes: usize, cut: bool) -> bool {
        self.bytes = self.bytes.saturating_add(bytes);
        self.nodes += 1;
        if cut || self.bytes > MAX_RECORD || self.nodes > MAX_NODES {
            self.too_large = true;
        }
        !self.too_large
    }
}

impl Walk {
    /// Whether an element of that name, in what is open, is what the pattern names.
    fn fits(&self, pattern: &[&str], name: &str) -> bool {
        let mut names = self.open.iter().map(|e| e.name.as_str()).chain([name]);
        pattern.len() == self.open.len() + 1
            && pattern.iter().all(|part| names.next().is_some_and(|n| *part == "*" || *part == n))
    }

    /// An element that opens, for the patterns that ask for no more.
    fn opens(
        &self,
        start: &BytesStart<'_>,
        line: u32,
        patterns: &[Vec<&str>],
        sink: &mut dyn Sink,
        each: &mut dyn FnMut(&mut dyn Sink, Hit<'_>) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        if self.record.is_some() || self.open.len() >= MAX_DEPTH {
            return Ok(());
        }
        let name = start.local_name();
        let fits = |pattern: &Vec<&str>| {
            pattern
                .split_last()
                .is_some_and(|(last, rest)| *last == "@" && self.fits(rest, name.as_ref()))
        };
        match patterns.iter().position(fits) {
            Some(pattern) => {
                each(sink, Hit { pattern, element: element_of(start), around: &self.open, line })
            }
            None => Ok(()),
        }
    }

    fn start(
        &mut self,
        start: &BytesStart<'_>,
        cut: bool,
        line: u32,
        patterns: &[Vec<&str>],
        sink: &mut dyn Sink,
    ) -> Result<(), Stop> {
        let depth = self.open.len() + self.record.as_ref().map_or(0, |r| r.stack.len());
        if depth >= MAX_DEPTH {
            let what = format!("elements are nested deeper than {MAX_DEPTH}");
            return Err(Stop::broken(format!("line {line}"), what));
        }
        if start.name().as_ref().len() > MAX_NAME {
            let what = format!("the name of an element is longer than {MAX_NAME} bytes");
            return Err(Stop::broken(format!("line {line}"), what));
        }
        let mut element = element_of(start);
        let size = element.weight();
        if let Some(record) = &mut self.record {
            let whole = record.take(size + element.name.len(), cut);
            record.stack.push(if whole { element } else { Element::default() });
            return Ok(());
        }
        let names: Vec<&str> =
            self.open.iter().map(|e| e.name.as_str()).chain([element.name.as_str()]).collect();
        let fits = |pattern: &[&str]| {
            pattern.len() == names.len()
                && pattern.iter().zip(&names).all(|(part, name)| *part == "*" || part == name)
        };
        for pattern in patterns {
            let pattern: &[&str] = match pattern.split_last() {
                Some((&"@", rest)) => rest,
                _ => pattern,
            };
            // The root alone tells little, but where records stand right below it.
            let container = pattern.len().saturating_sub(1).min(2);
            let to = |length: usize| pattern.get(..length).is_some_and(fits);
            match names.len() {
                n if n == container && to(n) => sink.met(Met::Empty),
                n if n == container + 1 && self.within(pattern, container) => sink.met(Met::Filled),
                1 if to(1) => sink.met(Met::Anything),
                _ => {}
            }
        }
        match patterns.iter().position(|pattern| fits(pattern)) {
            Some(pattern) => {
                let mut record =
                    Reading { pattern, stack: Vec::new(), bytes: 0, nodes: 0, too_large: false };
                record.take(size, cut);
                record.stack.push(element);
                self.record = Some(record);
            }
            None => {
                // What is open around records is held as long as they come.
                if cut || self.around + size > MAX_RECORD {
                    let why = "the attributes around a record are larger than 16 MiB";
                    sink.dropped(&format!("line {line}"), why);
                    element.attributes.clear();
                }
                self.around += element.weight();
                self.open.push(element);
            }
        }
        Ok(())
    }

    /// Whether the open elements are the first of a pattern.
    fn within(&self, pattern: &[&str], length: usize) -> bool {
        self.open.len() == length
            && pattern.iter().zip(&self.open).all(|(part, e)| *part == "*" || *part == e.name)
    }

    fn end(
        &mut self,
        line: u32,
        sink: &mut dyn Sink,
        each: &mut dyn FnMut(&mut dyn Sink, Hit<'_>) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let Some(mut record) = self.record.take() else {
            self.around -= self.open.pop().map_or(0, |element| element.weight());
            return Ok(());
        };
        let Some(element) = record.stack.pop() else { return Ok(()) };
        if let Some(parent) = record.stack.last_mut() {
            if !record.too_large {
                parent.children.push(element);
            }
            self.record = Some(record);
            return Ok(());
        }
        if record.too_large {
            sink.dropped(&format!("line {line}"), "the record is larger than 16 MiB");
            return Ok(());
        }
        each(sink, Hit { pattern: record.pattern, element, around: &self.open, line })
    }

    fn text(&mut self, text: &str) {
        if let Some(record) = &mut self.record
            && record.take(text.len(), false)
            && let Some(element) = record.stack.last_mut()
        {
            element.text.push_str(text);
        }
    }

    /// The five names of XML and characters by number; others are the document's own and stay as written.
    fn reference(&mut self, reference: &quick_xml::events::BytesRef<'_>) {
        let name: &str = reference;
        match reference.resolve_char_ref().ok().flatten() {
            Some(character) => self.text(character.encode_utf8(&mut [0; 4])),
            None => match quick_xml::escape::resolve_xml_entity(name) {
                Some(text) => self.text(text),
                None => self.text(&format!("&{name};")),
            },
        }
    }
}

fn element_of(start: &BytesStart<'_>) -> Element {
    let mut attributes = Vec::new();
    for attribute in start.attributes().with_checks(false).flatten().take(200) {
        let name = attribute.key.local_name().as_ref().to_owned();
        let raw: &str = &attribute.value;
        let value = quick_xml::escape::unescape(raw).map_or_else(|_| raw.to_owned(), Into::into);
        attributes.push((name, value));
    }
    Element { name: start.local_name().as_ref().to_owned(), attributes, ..Element::default() }
}
