//! What stands around a record, when it may come after it?
//!
//! The members of a JSON object have no order: the name of an image may stand behind the problems found in it.
//! So a first pass collects what patterns name, by place, and the second pass asks for it record by record.
//! Bounded by [`MAX_KEPT`]; what lies past the bound is said to be dropped.

use std::collections::HashMap;

use serde_json::Value;

use crate::sink::{Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Hit, Record, Step};

/// Most bytes kept of one document's context.
pub const MAX_KEPT: usize = 64 << 20;

/// Values by their place (`$.Results[0].Target`).
pub struct Context {
    values: HashMap<String, Value>,
}

impl Context {
    /// Walks the document once and keeps what the patterns name.
    ///
    /// # Errors
    /// Where the document is no JSON.
    pub fn of(
        source: &mut Source<'_>,
        patterns: &[&str],
        sink: &mut dyn Sink,
    ) -> Result<Self, Stop> {
        let mut values = HashMap::new();
        let mut left = MAX_KEPT;
        json::walk(source, patterns, sink, &mut |sink, hit| {
            let place = hit.place();
            match left.checked_sub(place.len() + weight(&hit.value)) {
                Some(rest) => {
                    left = rest;
                    values.insert(place, hit.value);
                }
                None if left > 0 => {
                    left = 0;
                    sink.dropped(
                        &place,
                        "more context of records than 64 MiB; the rest of it is not kept",
                    );
                }
                None => {}
            }
            Ok(())
        })?;
        Ok(Self { values })
    }

    /// What stands at that pattern around the record: each `[]` and `*` of the pattern is where the record is.
    pub fn record(&self, hit: &Hit<'_>, pattern: &str) -> Option<Record<'_>> {
        self.values.get(&place(hit.path, pattern)).map(Record).filter(|r| !r.0.is_null())
    }

    /// The text there; empty when there is none.
    pub fn text(&self, hit: &Hit<'_>, pattern: &str) -> &str {
        self.record(hit, pattern).and_then(|r| r.0.as_str()).unwrap_or_default()
    }

    /// The text at a place (`$.files[3].path`), if there is one.
    pub fn at(&self, place: &str) -> Option<&str> {
        self.values.get(place)?.as_str()
    }

    /// What stands at a pattern without `[]`, of the document as a whole.
    pub fn root(&self, pattern: &str) -> Option<Record<'_>> {
        self.values.get(&place(&[], pattern)).map(Record).filter(|r| !r.0.is_null())
    }

    /// The text there; empty when there is none.
    pub fn root_text(&self, pattern: &str) -> &str {
        self.root(pattern).and_then(|r| r.0.as_str()).unwrap_or_default()
    }

    /// The smallest of all texts kept under that last key, so that it is the same whatever their order.
    pub fn any_text(&self, key: &str) -> &str {
        let kept = self.values.iter();
        let named = kept.filter(|(place, _)| place.rsplit('.').next() == Some(key));
        named.filter_map(|(_, value)| value.as_str()).min().unwrap_or_default()
    }

    /// The sum of all whole numbers kept under that last key.
    pub fn sum(&self, key: &str) -> u64 {
        let kept = self.values.iter();
        kept.filter(|(place, _)| place.rsplit('.').next() == Some(key))
            .filter_map(|(_, value)| value.as_u64())
            .sum()
    }
}

fn place(path: &[Step], pattern: &str) -> String {
    use std::fmt::Write as _;
    let mut text = String::from("$");
    let mut depth = 0;
    for part in pattern.split('.') {
        let (key, arrays) = part.split_at(part.find("[]").unwrap_or(part.len()));
        match (key, path.get(depth)) {
            ("", _) => {}
            ("*", Some(Step::Key(key))) => _ = write!(text, ".{key}"),
            _ => _ = write!(text, ".{key}"),
        }
        depth += usize::from(!key.is_empty());
        for _ in 0..arrays.len() / 2 {
            if let Some(Step::Index(index)) = path.get(depth) {
                _ = write!(text, "[{index}]");
            }
            depth += 1;
        }
    }
    text
}

/// About how many bytes a value takes.
fn weight(value: &Value) -> usize {
    let mut sum = 0;
    let mut left = vec![value];
    while let Some(value) = left.pop() {
        sum += 32;
        match value {
            Value::String(text) => sum += text.len(),
            Value::Array(list) => left.extend(list),
            Value::Object(map) => {
                sum += map.keys().map(String::len).sum::<usize>();
                left.extend(map.values());
            }
            _ => {}
        }
    }
    sum
}
