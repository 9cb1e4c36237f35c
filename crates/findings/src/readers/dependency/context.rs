//! What stands around a record, when it may come after it?
//!
//! The members of a JSON object have no order: the name of an image may stand behind the problems found in it.
//! So a first pass collects what patterns name, by place, and the second pass asks for it record by record.
//! Bounded by [`MAX_KEPT`]; what lies past the bound is said to be dropped.

use std::collections::HashMap;

use serde_json::Value;

use crate::observation::MAX_TEXT;
use crate::sink::{Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Hit, Record, Step};

/// Most bytes kept of one document's context.
pub const MAX_KEPT: usize = 64 << 20;

/// Most members kept of one list.
const MAX_LIST: usize = 10_000;

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
        Self::within(source, patterns, sink, MAX_KEPT)
    }

    fn within(
        source: &mut Source<'_>,
        patterns: &[&str],
        sink: &mut dyn Sink,
        most: usize,
    ) -> Result<Self, Stop> {
        let mut values = HashMap::new();
        let mut left = Some(most);
        json::walk(source, patterns, sink, &mut |sink, hit| {
            let Some(room) = left else { return Ok(()) };
            let (place, value) = (hit.place(), short(hit.value));
            left = room.checked_sub(place.len() + weight(&value));
            if left.is_some() {
                values.insert(place, value);
            } else {
                let why = format!("more than {most} bytes around records; the rest is not kept");
                sink.dropped(&place, &why);
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

    /// What stands at a place, if anything does.
    pub fn record_at(&self, place: &str) -> Option<Record<'_>> {
        self.values.get(place).map(Record).filter(|r| !r.0.is_null())
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

/// Every record may copy what stands around it, so it must be short: texts are cut at [`MAX_TEXT`], lists at
/// [`MAX_LIST`].
fn short(mut value: Value) -> Value {
    let mut left = vec![&mut value];
    while let Some(value) = left.pop() {
        match value {
            Value::String(text) if text.len() > MAX_TEXT => {
                let end = (0..=MAX_TEXT).rev().find(|at| text.is_char_boundary(*at));
                text.truncate(end.unwrap_or(0));
            }
            Value::Array(list) => {
                list.truncate(MAX_LIST);
                left.extend(list);
            }
            Value::Object(map) => left.extend(map.values_mut()),
            _ => {}
        }
    }
    value
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

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::sink::Kept;

    fn check(text: &str, most: usize, expect: &[(&str, Option<&str>)], dropped: usize) {
        let mut cursor = Cursor::new(text.as_bytes());
        let mut kept = Kept::default();
        let mut source = Source::new(&mut cursor);
        let context = Context::within(&mut source, &["name", "a[].b"], &mut kept, most).unwrap();
        for (place, value) in expect {
            assert_eq!(context.at(place), *value, "{place}");
        }
        assert_eq!(kept.dropped.len(), dropped);
    }

    #[test]
    fn it_is_kept_to_the_bound_and_past_it_once_said() {
        // A place and a value of one letter take 6 + 32 + 1 and 8 + 32 + 1 bytes.
        let text = r#"{"name":"x","a":[{"b":"y"},{"b":"z"},{"b":"z"}]}"#;
        let both = [("$.name", Some("x")), ("$.a[0].b", Some("y"))];
        check(text, 39 + 41, &both, 1);
        check(text, 39 + 41 - 1, &[both[0], ("$.a[0].b", None)], 1);
        check(text, 39 + 41 * 3, &both, 0);
    }

    #[test]
    fn long_texts_are_cut_at_a_character() {
        let long = "é".repeat(MAX_TEXT);
        let cut = "é".repeat(MAX_TEXT / 2);
        check(&format!(r#"{{"name":"{long}"}}"#), MAX_KEPT, &[("$.name", Some(&cut))], 0);
    }
}
