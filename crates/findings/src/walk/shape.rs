//! What does the beginning of a document look like? By this formats are recognised.
//!
//! In: the first bytes. Out: a [`Shape`]: of JSON the paths met with their first values, of XML the root and
//! the paths met, of CSV the first rows, of anything the text itself, of a zip its member names. A document that ends in the
//! middle gives what was met until there. Never: a decision; each format's `detects` asks and decides.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::table::{DELIMITERS, head_rows};
use crate::sink::Stop;
use crate::source::Source;

/// How much of a document is looked at first.
pub const HEAD: usize = 1 << 20;
/// How much is looked at when that did not tell.
pub const LONG_HEAD: usize = 64 << 20;
const MAX_PATHS: usize = 4_000;
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
    pub fn of(source: &mut Source<'_>, head: usize) -> Result<Self, Stop> {
        let mut start = Vec::new();
        source.plain()?.take(4).read_to_end(&mut start).map_err(Stop::Io)?;
        if start.starts_with(b"PK\x03\x04") {
            return Ok(Self { members: source.members()?, ..Self::default() });
        }
        let mut bytes = Vec::new();
        source.pass()?.take(head as u64).read_to_end(&mut bytes).map_err(Stop::Io)?;
        let text = String::from_utf8_lossy(&bytes);
        let begins = text.trim_start().bytes().next();
        let mut shape = Self {
            text: text.chars().take(64 * 1024).collect(),
            is_json: matches!(begins, Some(b'{' | b'[')),
            is_xml: matches!(begins, Some(b'<')),
            ..Self::default()
        };
        if shape.is_json {
            shape.paths = json_paths(&bytes);
        } else if shape.is_xml {
            shape.paths = xml_paths(&bytes);
        } else {
            // The first rows are near the beginning; one of them may have no end.
            let rows = text.get(..text.floor_char_boundary(HEAD)).unwrap_or_default();
            shape.rows = DELIMITERS.iter().map(|d| head_rows(rows, *d)).collect();
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

type Paths = RefCell<BTreeMap<String, String>>;

fn json_paths(bytes: &[u8]) -> BTreeMap<String, String> {
    let paths = Paths::default();
    let mut deserializer = serde_json::Deserializer::from_reader(bytes);
    // Three documents are enough of JSON lines. An error is the end of the head or of the JSON.
    for _ in 0..3 {
        let at = At { path: String::new(), level: 0, paths: &paths };
        if at.deserialize(&mut deserializer).is_err() {
            break;
        }
    }
    paths.into_inner()
}

struct At<'p> {
    path: String,
    level: usize,
    paths: &'p Paths,
}

impl At<'_> {
    fn note(&self, value: &str) {
        let mut paths = self.paths.borrow_mut();
        if self.path.is_empty() || (paths.len() >= MAX_PATHS && !paths.contains_key(&self.path)) {
            return;
        }
        let met = paths.entry(self.path.clone()).or_default();
        if met.is_empty() {
            *met = value.chars().take(MAX_VALUE).collect();
        }
    }
}

impl<'de> DeserializeSeed<'de> for At<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.level > MAX_LEVELS || self.path.len() > MAX_PATH {
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
        self.note("");
        while let Some(key) = map.next_key::<String>()? {
            let dot = if self.path.is_empty() { "" } else { "." };
            let key = key.get(..MAX_PATH + 1).unwrap_or(&key);
            let path = format!("{}{dot}{key}", self.path);
            map.next_value_seed(At { path, level: self.level + 1, paths: self.paths })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let path = format!("{}[]", self.path);
        self.note("");
        loop {
            let at = At { path: path.clone(), level: self.level + 1, paths: self.paths };
            if seq.next_element_seed(at)?.is_none() {
                return Ok(());
            }
        }
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.note(if value { "true" } else { "false" });
        Ok(())
    }
    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.note(&value.to_string());
        Ok(())
    }
    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.note(&value.to_string());
        Ok(())
    }
    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.note(&value.to_string());
        Ok(())
    }
    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.note(value);
        Ok(())
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        self.note("");
        Ok(())
    }
}

fn xml_paths(bytes: &[u8]) -> BTreeMap<String, String> {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_reader(bytes);
    let mut paths: BTreeMap<String, String> = BTreeMap::new();
    let mut open: Vec<String> = Vec::new();
    loop {
        let (start, empty) = match reader.read_event() {
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
