//! Meets the records of a JSON document, of JSON lines, or of documents one after the other.
//!
//! In: a source and patterns of where records lie. Out: each record as a value, with the pattern that it
//! fits and its place. A pattern is a path from the root: keys joined by dots, `*` for any key, `[]` for
//! every member of an array (`Results[].Vulnerabilities[]`, `projects.*.issues[]`, `[]`); the empty pattern
//! is the whole document, which for JSON lines is one line. `[..]` at the end is an array itself, without its members:
//! it is handed on as null where there is one. What no pattern names is passed over unread.

pub(super) mod strings;

use std::cell::RefCell;
use std::fmt;
use std::io::BufReader;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use self::strings::Strings;
use super::pages::{self, Pages};
use super::{MAX_NODES, MAX_RECORD};
use crate::sink::{Fact, Met, Sink, Stop};
use crate::source::Source;

/// A record and where it was met.
pub struct Hit<'p> {
    /// Which of the patterns it fits, by position.
    pub pattern: usize,
    /// The record.
    pub value: Value,
    /// The steps from the root.
    pub path: &'p [Step],
}

/// One step from the root towards a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Into an object.
    Key(String),
    /// Into an array, counted from 0.
    Index(usize),
}

impl Hit<'_> {
    /// Where it was met, as `$.Results[0].Vulnerabilities[3]`.
    pub fn place(&self) -> String {
        place(self.path)
    }

    /// The `n`th index from the root on, 0 for the first.
    pub fn index(&self, n: usize) -> usize {
        let indices = self.path.iter().filter_map(|step| match step {
            Step::Index(index) => Some(*index),
            Step::Key(_) => None,
        });
        indices.into_iter().nth(n).unwrap_or(0)
    }

    /// The `n`th key from the root on, 0 for the first.
    pub fn key(&self, n: usize) -> &str {
        let keys = self.path.iter().filter_map(|step| match step {
            Step::Key(key) => Some(key.as_str()),
            Step::Index(_) => None,
        });
        keys.into_iter().nth(n).unwrap_or_default()
    }

    /// The record's fields.
    pub fn record(&self) -> Record<'_> {
        Record(&self.value)
    }
}

fn place(path: &[Step]) -> String {
    use std::fmt::Write as _;
    let mut text = String::from("$");
    for step in path {
        match step {
            Step::Key(key) => _ = write!(text, ".{key}"),
            Step::Index(index) => _ = write!(text, "[{index}]"),
        }
    }
    text
}

/// Walks the document and calls `each` for every record. Returns how many documents stood one after the
/// other.
///
/// # Errors
/// Where the document is no JSON: line and column. What was met before has been handed on.
pub fn walk(
    source: &mut Source<'_>,
    patterns: &[&str],
    sink: &mut dyn Sink,
    each: &mut dyn FnMut(&mut dyn Sink, Hit<'_>) -> Result<(), Stop>,
) -> Result<usize, Stop> {
    let tree = Node::of(patterns);
    if tree.record.is_some() {
        sink.met(Met::Anything);
    }
    let reader = BufReader::with_capacity(1 << 16, Strings::new(source.pass()?));
    let mut deserializer = serde_json::Deserializer::from_reader(reader);
    let walk = RefCell::new(Walking { sink, each, path: Vec::new(), stopped: None });
    let mut documents = 0;
    loop {
        match (At { node: Some(&tree), walk: &walk }).deserialize(&mut deserializer) {
            Ok(_) => documents += 1,
            Err(error) => {
                if let Some(stop) = walk.borrow_mut().stopped.take() {
                    return Err(stop);
                }
                return Err(broken(error));
            }
        }
        if deserializer.end().is_ok() {
            return Ok(documents);
        }
    }
}

fn broken(error: serde_json::Error) -> Stop {
    if error.is_io() {
        return Stop::Io(error.into());
    }
    let place = format!("line {} column {}", error.line(), error.column());
    let text = error.to_string();
    let what = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what).to_owned();
    Stop::Broken { place, what: format!("not JSON here: {what}") }
}

struct Walking<'a> {
    sink: &'a mut dyn Sink,
    each: &'a mut dyn FnMut(&mut dyn Sink, Hit<'_>) -> Result<(), Stop>,
    path: Vec<Step>,
    stopped: Option<Stop>,
}

/// The patterns as a tree.
#[derive(Default)]
struct Node {
    record: Option<usize>,
    /// The array itself.
    list: Option<usize>,
    keys: Vec<(String, Node)>,
    any: Option<Box<Node>>,
    each: Option<Box<Node>>,
}

impl Node {
    fn of(patterns: &[&str]) -> Self {
        let mut root = Self::default();
        for (number, pattern) in patterns.iter().enumerate() {
            let mut node = &mut root;
            let (path, list) = match pattern.strip_suffix("[..]") {
                Some(path) => (path, true),
                None => (*pattern, false),
            };
            for part in path.split('.').filter(|part| !part.is_empty()) {
                let (key, arrays) = part.split_at(part.find("[]").unwrap_or(part.len()));
                match key {
                    "" => {}
                    "*" => node = node.any.get_or_insert_default(),
                    _ => node = node.key(key),
                }
                for _ in 0..arrays.len() / 2 {
                    node = node.each.get_or_insert_default();
                }
            }
            *(if list { &mut node.list } else { &mut node.record }) = Some(number);
        }
        root
    }

    fn key(&mut self, key: &str) -> &mut Self {
        let at = self.keys.iter().position(|(k, _)| k == key).unwrap_or_else(|| {
            self.keys.push((key.to_owned(), Self::default()));
            self.keys.len() - 1
        });
        &mut self.keys[at].1
    }

    fn below(&self, key: &str) -> Option<&Self> {
        self.keys.iter().find(|(k, _)| k == key).map(|(_, node)| node).or(self.any.as_deref())
    }
}

/// Reads one value at a node of the patterns.
struct At<'t, 'w, 'a> {
    node: Option<&'t Node>,
    walk: &'w RefCell<Walking<'a>>,
}

impl At<'_, '_, '_> {
    fn is_root(&self) -> bool {
        self.walk.borrow().path.is_empty()
    }

    /// Says that a list or map that the patterns name was met. What went wrong in a run is no record of it.
    fn met(&self, met: Met) {
        const OF_THE_RUN: [&str; 4] = ["errors", "error", "warnings", "messages"];
        let mut walk = self.walk.borrow_mut();
        let of_the_run = walk.path.iter().any(
            |step| matches!(step, Step::Key(key) if OF_THE_RUN.contains(&key.to_lowercase().as_str())),
        );
        if !of_the_run {
            walk.sink.met(met);
        }
    }
}

impl At<'_, '_, '_> {
    /// Hands on what fits a pattern; none is a record past the bound.
    fn hand_on<E: serde::de::Error>(&self, pattern: usize, value: Option<Value>) -> Result<(), E> {
        let mut walk = self.walk.borrow_mut();
        let Walking { sink, each, path, stopped } = &mut *walk;
        if path.is_empty() && value.as_ref().and_then(Value::as_array).is_some_and(Vec::is_empty) {
            sink.met(Met::Empty);
        }
        let result = match value {
            Some(value) => each(*sink, Hit { pattern, value, path }),
            None => {
                sink.dropped(&place(path), "the record is larger than 16 MiB");
                Ok(())
            }
        };
        result.map_err(|stop| {
            *stopped = Some(stop);
            E::custom("stopped")
        })
    }
}

impl<'de> DeserializeSeed<'de> for At<'_, '_, '_> {
    /// How many members it has, of an array of records.
    type Value = Option<u64>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<u64>, D::Error> {
        let Some(node) = self.node else {
            return IgnoredAny.deserialize_into(deserializer).map(|()| None);
        };
        let Some(pattern) = node.record else {
            return deserializer.deserialize_any(self);
        };
        let budget = RefCell::new(Budget { bytes: MAX_RECORD, nodes: MAX_NODES });
        let value = Whole { budget: &budget }.deserialize(deserializer)?;
        self.hand_on(pattern, value).map(|()| None)
    }
}

trait Ignore {
    fn deserialize_into<'de, D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error>;
}

impl Ignore for IgnoredAny {
    fn deserialize_into<'de, D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_ignored_any(self).map(|_| ())
    }
}

impl<'de> Visitor<'de> for At<'_, '_, '_> {
    type Value = Option<u64>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<u64>, A::Error> {
        let mut pages = Pages::default();
        let mut any = false;
        while let Some(key) = map.next_key::<String>()? {
            any = true;
            let node = self.node.and_then(|node| node.below(&key));
            if node.is_none() && pages::is_about(&key) {
                let budget = RefCell::new(Budget { bytes: 8_192, nodes: 64 });
                let value = map.next_value_seed(Whole { budget: &budget })?;
                pages.take(&key, &value.unwrap_or_default());
                continue;
            }
            self.walk.borrow_mut().path.push(Step::Key(key));
            let members = map.next_value_seed(At { node, walk: self.walk })?;
            self.walk.borrow_mut().path.pop();
            pages.list(members);
        }
        // Of a map of lists the lists speak, and of a document that is `{}` nothing was met.
        match self.node.and_then(|node| node.any.as_deref()) {
            Some(_) if !any && !self.is_root() => self.met(Met::Empty),
            Some(below) if any && below.each.is_none() => self.met(Met::Filled),
            _ => {}
        }
        let mut walk = self.walk.borrow_mut();
        let in_a_list = walk.path.iter().any(|step| matches!(step, Step::Index(_)));
        if let Some(why) = pages.why_part(in_a_list) {
            walk.sink.fact(Fact::Incomplete(why));
        }
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Option<u64>, A::Error> {
        if let Some(pattern) = self.node.and_then(|node| node.list) {
            self.hand_on(pattern, Some(Value::Null))?;
        }
        let node = self.node.and_then(|node| node.each.as_deref());
        let mut members = 0;
        for index in 0.. {
            self.walk.borrow_mut().path.push(Step::Index(index));
            let member = seq.next_element_seed(At { node, walk: self.walk })?;
            self.walk.borrow_mut().path.pop();
            if member.is_none() {
                break;
            }
            members += 1;
        }
        // Tools written in PHP write an empty map as an empty list.
        let empty_map = members == 0 && self.node.is_some_and(|node| node.any.is_some());
        if node.is_some() || empty_map {
            self.met(if members > 0 { Met::Filled } else { Met::Empty });
        }
        Ok(node.and_then(|node| node.record).map(|_| members))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Option<u64>, E> {
        Ok(None)
    }
    fn visit_i64<E>(self, _: i64) -> Result<Option<u64>, E> {
        Ok(None)
    }
    fn visit_u64<E>(self, _: u64) -> Result<Option<u64>, E> {
        Ok(None)
    }
    fn visit_f64<E>(self, _: f64) -> Result<Option<u64>, E> {
        Ok(None)
    }
    fn visit_str<E>(self, _: &str) -> Result<Option<u64>, E> {
        Ok(None)
    }
    /// Tools written in Go write an empty list as null.
    fn visit_unit<E>(self) -> Result<Option<u64>, E> {
        if self.node.is_some_and(|node| node.each.is_some() || node.any.is_some()) {
            self.met(Met::Empty);
        }
        Ok(None)
    }
}

struct Budget {
    bytes: usize,
    nodes: usize,
}

impl Budget {
    fn take(&mut self, bytes: usize) -> bool {
        let left = self.bytes.checked_sub(bytes).zip(self.nodes.checked_sub(1));
        if let Some((bytes, nodes)) = left {
            (self.bytes, self.nodes) = (bytes, nodes);
        } else {
            (self.bytes, self.nodes) = (0, 0);
        }
        left.is_some()
    }
}

/// Reads a value whole; `None` once the budget is spent, and then the rest of it is passed over.
struct Whole<'b> {
    budget: &'b RefCell<Budget>,
}

impl<'de> DeserializeSeed<'de> for Whole<'_> {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<Value>, D::Error> {
        if self.budget.borrow().nodes == 0 {
            return IgnoredAny.deserialize_into(deserializer).map(|()| None);
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Whole<'_> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<Value>, A::Error> {
        let mut entries = Map::new();
        let mut whole = self.budget.borrow_mut().take(32);
        while let Some(key) = map.next_key::<String>()? {
            whole &= self.budget.borrow_mut().take(key.len());
            match map.next_value_seed(Whole { budget: self.budget })? {
                Some(value) if whole => _ = entries.insert(key, value),
                _ => whole = false,
            }
        }
        Ok(whole.then_some(Value::Object(entries)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Option<Value>, A::Error> {
        let mut members = Vec::new();
        let mut whole = self.budget.borrow_mut().take(32);
        while let Some(member) = seq.next_element_seed(Whole { budget: self.budget })? {
            match member {
                Some(value) if whole => members.push(value),
                _ => whole = false,
            }
        }
        Ok(whole.then_some(Value::Array(members)))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Option<Value>, E> {
        Ok(self.budget.borrow_mut().take(1).then_some(Value::Bool(value)))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Option<Value>, E> {
        Ok(self.budget.borrow_mut().take(8).then(|| value.into()))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Option<Value>, E> {
        Ok(self.budget.borrow_mut().take(8).then(|| value.into()))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Option<Value>, E> {
        Ok(self.budget.borrow_mut().take(8).then(|| value.into()))
    }
    fn visit_str<E>(self, value: &str) -> Result<Option<Value>, E> {
        Ok(self.budget.borrow_mut().take(value.len()).then(|| value.into()))
    }
    fn visit_unit<E>(self) -> Result<Option<Value>, E> {
        Ok(self.budget.borrow_mut().take(1).then_some(Value::Null))
    }
}

/// The fields of a record, read leniently: what is missing or of another type is empty.
#[derive(Debug, Clone, Copy)]
pub struct Record<'v>(pub &'v Value);

impl<'v> Record<'v> {
    /// The value at keys joined by dots; a number is a position in an array.
    pub fn at(self, path: &str) -> Option<Record<'v>> {
        let mut value = self.0;
        for part in path.split('.') {
            value = match value {
                Value::Object(map) => map.get(part)?,
                Value::Array(list) => list.get(part.parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
        (!value.is_null()).then_some(Record(value))
    }

    /// Whether there is something other than null.
    pub fn has(self, path: &str) -> bool {
        self.at(path).is_some()
    }

    /// The string there; empty when there is none.
    pub fn text(self, path: &str) -> &'v str {
        self.at(path).and_then(|r| r.0.as_str()).unwrap_or_default()
    }

    /// The first of several fields that is a string with something in it.
    pub fn first(self, paths: &[&str]) -> &'v str {
        paths
            .iter()
            .map(|path| self.text(path))
            .find(|text| !text.trim().is_empty())
            .unwrap_or_default()
    }

    /// The string, number or truth value there as text; empty when there is none.
    pub fn string(self, path: &str) -> String {
        match self.at(path).map(|r| r.0) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::Bool(truth)) => truth.to_string(),
            _ => String::new(),
        }
    }

    /// The number there, also when it is written as a string; a negative one is none.
    pub fn whole(self, path: &str) -> u32 {
        match self.at(path).map(|r| r.0) {
            Some(Value::Number(n)) => {
                n.as_u64().or_else(|| n.as_f64().filter(|f| *f >= 0.0).map(|f| f as u64))
            }
            Some(Value::String(text)) => text.trim().parse().ok(),
            _ => None,
        }
        .and_then(|n| u32::try_from(n).ok())
        .unwrap_or(0)
    }

    /// The number there, also when it is written as a string.
    pub fn float(self, path: &str) -> Option<f64> {
        match self.at(path).map(|r| r.0) {
            Some(Value::Number(number)) => number.as_f64(),
            Some(Value::String(text)) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// Whether it is `true` there, or "true".
    pub fn flag(self, path: &str) -> bool {
        match self.at(path).map(|r| r.0) {
            Some(Value::Bool(truth)) => *truth,
            Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
            _ => false,
        }
    }

    /// The members of the array there; a single value counts as an array of one.
    pub fn items(self, path: &str) -> impl Iterator<Item = Record<'v>> {
        let found = if path.is_empty() { Some(self) } else { self.at(path) };
        let (list, single) = match found.map(|r| r.0) {
            Some(Value::Array(list)) => (list.as_slice(), None),
            Some(other) => (&[][..], Some(other)),
            None => (&[][..], None),
        };
        list.iter().chain(single).map(Record)
    }

    /// The strings of the array there; numbers as text.
    pub fn texts(self, path: &str) -> Vec<String> {
        let text = |item: Record<'_>| match item.0 {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        self.items(path).filter_map(text).collect()
    }

    /// Key and value of the object there.
    pub fn entries(self, path: &str) -> impl Iterator<Item = (&'v str, Record<'v>)> {
        let found = if path.is_empty() { Some(self) } else { self.at(path) };
        let map = found.and_then(|r| r.0.as_object());
        map.into_iter().flatten().map(|(key, value)| (key.as_str(), Record(value)))
    }
}
