//! What does a JSON document say, and on which line?
//!
//! In: text. Out: a [`Node`] tree that borrows from it, or the [`Refused`] with the line where reading
//! stopped. RFC 8259, nothing more lenient; bounded by [`MAX_DEPTH`] and [`MAX_NODES`]; one pass.

use std::borrow::Cow;

use super::Refused;
use super::node::{MAX_DEPTH, MAX_NODES, Node, Value, refused, too_deep, too_many};

/// Reads a document.
pub fn parse(text: &str) -> Result<Node<'_>, Refused> {
    let mut parser = Parser { text, at: 0, line: 1, nodes: 0 };
    let node = parser.value(0)?;
    parser.space();
    match parser.peek() {
        None => Ok(node),
        Some(_) => Err(parser.expected("the end of the document")),
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    line: u32,
    nodes: usize,
}

impl<'a> Parser<'a> {
    fn value(&mut self, depth: usize) -> Result<Node<'a>, Refused> {
        self.space();
        if depth > MAX_DEPTH {
            return Err(too_deep(self.line));
        }
        let line = self.line;
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(too_many(line));
        }
        let value = match self.peek() {
            Some(b'{') => self.map(depth)?,
            Some(b'[') => self.list(depth)?,
            Some(b'"') => Value::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.word("true")?,
            Some(b'f') => self.word("false")?,
            Some(b'n') => self.word("null")?,
            _ => return Err(self.expected("a JSON value")),
        };
        Ok(Node { line, value })
    }

    fn map(&mut self, depth: usize) -> Result<Value<'a>, Refused> {
        self.at += 1;
        let mut entries = Vec::new();
        while !self.closes(b'}', entries.is_empty(), "`,` or `}`")? {
            if self.peek() != Some(b'"') {
                return Err(self.expected("a key in quotation marks"));
            }
            let key = self.string()?;
            self.space();
            if self.peek() != Some(b':') {
                return Err(self.expected("`:`"));
            }
            self.at += 1;
            entries.push((key, self.value(depth + 1)?));
        }
        Ok(Value::Map(entries))
    }

    fn list(&mut self, depth: usize) -> Result<Value<'a>, Refused> {
        self.at += 1;
        let mut items = Vec::new();
        while !self.closes(b']', items.is_empty(), "`,` or `]`")? {
            items.push(self.value(depth + 1)?);
        }
        Ok(Value::List(items))
    }

    /// True at the closing bracket (taken); false before the next member, the comma taken.
    fn closes(&mut self, close: u8, first: bool, expected: &str) -> Result<bool, Refused> {
        self.space();
        if self.peek() == Some(close) {
            self.at += 1;
            return Ok(true);
        }
        if first {
            return if self.peek().is_some() { Ok(false) } else { Err(self.expected(expected)) };
        }
        if self.peek() != Some(b',') {
            return Err(self.expected(expected));
        }
        self.at += 1;
        self.space();
        if self.peek() == Some(close) { Err(self.expected("a value")) } else { Ok(false) }
    }

    fn string(&mut self) -> Result<Cow<'a, str>, Refused> {
        let start = self.at + 1;
        let bytes = self.text.as_bytes();
        let mut escaped = false;
        let mut at = start;
        loop {
            match bytes.get(at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    at += 2;
                }
                Some(0x20..) => at += 1,
                _ => {
                    return Err(refused(self.line, "a string without its closing quotation mark"));
                }
            }
        }
        self.at = at + 1;
        let inside = self.text.get(start..at).unwrap_or_default();
        if !escaped {
            return Ok(Cow::Borrowed(inside));
        }
        let quoted = self.text.get(start - 1..=at).unwrap_or_default();
        serde_json::from_str(quoted)
            .map(Cow::Owned)
            .map_err(|_| refused(self.line, "a string with an escape that JSON does not have"))
    }

    fn number(&mut self) -> Result<Value<'a>, Refused> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let end = rest
            .bytes()
            .position(|b| !matches!(b, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'))
            .unwrap_or(rest.len());
        let number = rest.get(..end).unwrap_or_default();
        if serde_json::from_str::<&serde_json::value::RawValue>(number).is_err() {
            return Err(refused(self.line, "a number that is none"));
        }
        self.at += end;
        Ok(Value::Number(number))
    }

    fn word(&mut self, word: &str) -> Result<Value<'a>, Refused> {
        if !self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            return Err(self.expected("a JSON value"));
        }
        self.at += word.len();
        Ok(Value::Word)
    }

    fn space(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                b'\n' => self.line = self.line.saturating_add(1),
                b' ' | b'\t' | b'\r' => {}
                _ => break,
            }
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn expected(&self, what: &str) -> Refused {
        let met = match self.text.get(self.at..).unwrap_or_default().chars().next() {
            None => "the end of the file".to_owned(),
            Some(c) => format!("{c:?}"),
        };
        refused(self.line, format!("not JSON here: {met}, expected {what}"))
    }
}
