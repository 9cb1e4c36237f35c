//! What does the beginning of a document look like? By this formats are recognised.
//!
//! In: the bytes. Out: a [`Shape`]: of JSON the paths met with their first values (of maps whose keys are data the
//! first keys by name and all others as `*`), of XML the root and the paths met, of CSV the first rows, of
//! anything the text itself, of a zip its member names. A document that ends in the middle gives what was met
//! until there. Never: a decision; each format's `detects` asks and decides.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufReader, Read};

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::json::strings::Strings;
use super::table::{DELIMITERS, head_rows};
use super::xml::pieces::Pieces;
use crate::sink::Stop;
use crate::source::{MAX_DOCUMENT, Source};

/// How much of a document is looked at first.
pub const HEAD: u64 = 1 << 20;
/// How much is looked at when that did not tell: all of it, but for the bound of any document. What is kept of it is
/// bounded by its shape, not by its length.
pub const LONG_HEAD: u64 = MAX_DOCUMENT;
/// How much of the text is looked at for rows of a table.
const ROWS: u64 = 1 << 20;
/// Most places that are told apart before bounds are tighter.
const MAX_PATHS: usize = 4_000;
/// Most keys of one object that are told apart, until [`MAX_PATHS`] are and after.
const MAX_KEYS: usize = 200;
const MAX_KEYS_LATE: usize = 24;
/// Most keys of one object that look like data and are told apart.
const MAX_DATA_KEYS: usize = 8;
const MAX_VALUE: usize = 300;
/// Longest path that is noted; no format is known by a longer one.
const MAX_PATH: usize = 1_000;
const MAX_LEVELS: usize = 6;

/// What was met.
#[derive(Debug, Default)]
pub struct Shape {
    /// The head as text, at most 64 KiB of it.
    pub text: String,
    /// Whether it begins as JSON does.
    pub is_json: bool,
    /// Whether it begins as XML does.
    pub is_xml: bool,
    /// Of JSON (`Results[].Vulnerabilities[].VulnerabilityID`) and XML (`Report/ReportHost/@name`): the paths
    /// met and the first scalar value at each; empty for objects, arrays and null.
    pub paths: BTreeMap<String, String>,
    /// Of a text that is neither: the first rows, for each of [`DELIMITERS`].
    pub rows: Vec<Vec<Vec<String>>>,
    /// Of a zip archive: its members.
    pub members: Vec<String>,
}

impl Shape {
    /// Reads the head of a document.
    ///
    /// # Errors
    /// When the bytes cannot be read.
    pub fn of(source: &mut Source<'_>, head: u64) -> Result<Self, Stop> {
        let mut start = Vec::new();
        source.plain()?.take(4).read_to_end(&mut start).map_err(Stop::Io)?;
        if start.starts_with(b"PK\x03\x04") {
            return Ok(Self { members: source.members()?, ..Self::default() });
        }
        let mut bytes = Vec::new();
        source.pass()?.take(head.min(ROWS)).read_to_end(&mut bytes).map_err(Stop::Io)?;
        let text = String::from_utf8_lossy(&bytes);
        let begins = text.trim_start().bytes().next();
        let mut shape = Self {
            text: text.chars().take(64 * 1024).collect(),
            is_json: matches!(begins, Some(b'{' | b'[')),
            is_xml: matches!(begins, Some(b'<')),
            ..Self::default()
        };
        if shape.is_json {
            shape.paths = json_paths(source.pass()?.take(head));
        } else if shape.is_xml {
            shape.paths = xml_paths(source.pass()?.take(head));
        } else {
            shape.rows = DELIMITERS.iter().map(|d| head_rows(&text, *d)).collect();
        }
        Ok(shape)
    }

    /// Whether something stands at that path.
    pub fn has(&self, path: &str) -> bool {
        self.paths.contains_key(path)
    }

    /// Whether something stands at every one of them.
    pub fn all(&self, paths: &[&str]) -> bool {
        paths.iter().all(|path| self.has(path))
    }

    /// Whether something stands at one of them.
    pub fn any(&self, paths: &[&str]) -> bool {
        paths.iter().any(|path| self.has(path))
    }

    /// The first scalar at that path; empty when there is none.
    pub fn value(&self, path: &str) -> &str {
        self.paths.get(path).map_or("", String::as_str)
    }

    /// Whether a row among the first has all these column names, compared without case.
    pub fn columns(&self, names: &[&str]) -> bool {
        self.rows.iter().flatten().any(|row| has_columns(row, names))
    }

    /// Whether the archive has a member of that name.
    pub fn member(&self, name: &str) -> bool {
        self.members.iter().any(|member| member == name)
    }
}

/// Whether a row has all these column names, compared without case: for a format's header test.
pub fn has_columns(row: &[String], names: &[&str]) -> bool {
    names.iter().all(|name| row.iter().any(|cell| cell.eq_ignore_ascii_case(name)))
}

/// A value of the document and what was met below it.
#[derive(Default)]
struct Node {
    /// Whether a value stands here; false for the members of an empty array.
    met: bool,
    /// The first scalar met here.
    value: String,
    /// Below an object: by key, in the order in which they were met.
    keys: BTreeMap<String, Node>,
    /// How many of the keys look like data.
    data: usize,
    /// What stands below all keys past the bounds.
    others: Option<Box<Node>>,
    /// Below an array.
    members: Option<Box<Node>>,
}

impl Node {
    /// The node of a key. A map whose keys are data (files, ids, hosts) has as many of them as there is data,
    /// and would hide what stands behind it: past the bounds all its keys are one, `*`.
    fn key(&mut self, key: String, level: usize, count: &Cell<usize>) -> &mut Self {
        let bound = match count.get() {
            _ if level == 0 => MAX_PATHS,
            n if n < MAX_PATHS => MAX_KEYS,
            _ => MAX_KEYS_LATE,
        };
        let data = is_data(&key);
        let most = if level == 0 { MAX_KEYS } else { MAX_DATA_KEYS };
        let full = self.keys.len() >= bound || data && self.data >= most;
        if full && !self.keys.contains_key(&key) {
            return self.others.get_or_insert_default();
        }
        self.keys.entry(key).or_insert_with(|| {
            count.set(count.get() + 1);
            self.data += usize::from(data);
            Self::default()
        })
    }

    fn note(&mut self, value: &str) {
        self.met = true;
        if self.value.is_empty() {
            self.value = value.chars().take(MAX_VALUE).collect();
        }
    }

    /// This node and all below it as paths.
    fn paths(self, path: String, to: &mut BTreeMap<String, String>) {
        if path.len() > MAX_PATH {
            return;
        }
        let dot = if path.is_empty() { "" } else { "." };
        for (key, node) in self.keys {
            node.paths(format!("{path}{dot}{key}"), to);
        }
        if let Some(node) = self.others {
            node.paths(format!("{path}{dot}*"), to);
        }
        if let Some(node) = self.members {
            node.paths(format!("{path}[]"), to);
        }
        if self.met && !path.is_empty() {
            to.insert(path, self.value);
        }
    }
}

/// Whether a key looks like data rather than like the name of a field: a path, an address, an id, a digest.
fn is_data(key: &str) -> bool {
    let digits = key.bytes().filter(u8::is_ascii_digit).count();
    let odd = |c: char| matches!(c, '/' | '\\' | '.' | ':' | '%' | '=' | '#' | '(');
    key.len() > 48 || digits >= 3 || key.contains(odd)
}

fn json_paths(reader: impl Read) -> BTreeMap<String, String> {
    let (mut root, count) = (Node::default(), Cell::new(0));
    let mut deserializer =
        serde_json::Deserializer::from_reader(BufReader::new(Strings::new(reader)));
    // Three documents are enough of JSON lines. An error is the end of the head or of the JSON.
    for _ in 0..3 {
        let at = At { node: &mut root, level: 0, count: &count };
        if at.deserialize(&mut deserializer).is_err() {
            break;
        }
    }
    let mut paths = BTreeMap::new();
    root.paths(String::new(), &mut paths);
    paths
}

struct At<'p> {
    node: &'p mut Node,
    level: usize,
    count: &'p Cell<usize>,
}

impl<'de> DeserializeSeed<'de> for At<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.level > MAX_LEVELS {
            return deserializer.deserialize_ignored_any(serde::de::IgnoredAny).map(|_| ());
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for At<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { node, level, count } = self;
        node.met = true;
        while let Some(key) = map.next_key::<String>()? {
            let key =
                key.get(..key.floor_char_boundary(MAX_PATH + 1)).map(str::to_owned).unwrap_or(key);
            let node = node.key(key, level, count);
            map.next_value_seed(At { node, level: level + 1, count })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Self { node, level, count } = self;
        node.met = true;
        let members = node.members.get_or_insert_default();
        while seq.next_element_seed(At { node: members, level: level + 1, count })?.is_some() {}
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.node.note(if value { "true" } else { "false" });
        Ok(())
    }
    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.node.note(&value.to_string());
        Ok(())
    }
    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.node.note(&value.to_string());
        Ok(())
    }
    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.node.note(&value.to_string());
        Ok(())
    }
    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.node.note(value);
        Ok(())
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        self.node.note("");
        Ok(())
    }
}

fn xml_paths(reader: impl Read) -> BTreeMap<String, String> {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_reader(Pieces::new(BufReader::new(reader)));
    let mut buffer = Vec::new();
    let mut paths: BTreeMap<String, String> = BTreeMap::new();
    let mut open: Vec<String> = Vec::new();
    loop {
        buffer.clear();
        let (start, empty) = match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(start)) => (start, false),
            Ok(Event::Empty(start)) => (start, true),
            Ok(Event::End(_)) => {
                open.pop();
                continue;
            }
            Ok(Event::Text(text)) => {
                if open.len() > MAX_LEVELS {
                    continue;
                }
                let met = paths.get_mut(&open.join("/"));
                if let Some(met) = met.filter(|m| m.is_empty()) {
                    *met = text.trim().chars().take(MAX_VALUE).collect();
                }
                continue;
            }
            Ok(Event::Eof) | Err(_) => return paths,
            Ok(_) => continue,
        };
        open.push(start.local_name().as_ref().to_owned());
        let length = open.iter().map(String::len).sum::<usize>();
        if open.len() <= MAX_LEVELS && length <= MAX_PATH && paths.len() < MAX_PATHS {
            let path = open.join("/");
            for attribute in start.attributes().with_checks(false).flatten().take(50) {
                let name = attribute.key.as_ref();
                let name = name.get(..MAX_PATH).unwrap_or(name);
                let value: &str = &attribute.value;
                paths
                    .entry(format!("{path}/@{name}"))
                    .or_insert_with(|| value.chars().take(MAX_VALUE).collect());
            }
            paths.entry(path).or_default();
        }
        if empty {
            open.pop();
        } else if open.len() > super::MAX_DEPTH {
            return paths;
        }
    }
}
