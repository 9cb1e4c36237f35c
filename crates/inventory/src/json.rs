//! What does a JSON document say, and on which line?
//!
//! In: text. Out: a [`Node`] tree whose strings borrow from it, or the one [`Problem`] with the line
//! where reading stopped. JSON is RFC 8259, read as serde_json reads it (a test compares the two, it
//! keeps no lines); with comments also `//`, `/* */` and trailing commas, as `bun.lock` and
//! `deno.json` have them. Bounded by [`MAX_DEPTH`] and
//! [`MAX_NODES`]; one pass.

use std::borrow::Cow;

use crate::node::{Entry, MAX_NODES, Node, Value};
use crate::reading::{MAX_DEPTH, Problem};

/// Reads strict JSON.
pub fn parse(text: &str) -> Result<Node<'_>, Problem> {
    Parser { text, at: 0, line: 1, nodes: 0, lenient: false }.document()
}

/// Reads JSON with comments and trailing commas.
pub fn parse_with_comments(text: &str) -> Result<Node<'_>, Problem> {
    Parser { text, at: 0, line: 1, nodes: 0, lenient: true }.document()
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    line: u32,
    nodes: usize,
    lenient: bool,
}

impl<'a> Parser<'a> {
    fn document(mut self) -> Result<Node<'a>, Problem> {
        let node = self.value(0)?;
        self.space()?;
        if self.peek().is_some() {
            return Err(self.expected("the end of the document"));
        }
        Ok(node)
    }

    fn value(&mut self, depth: usize) -> Result<Node<'a>, Problem> {
        self.space()?;
        if depth > MAX_DEPTH {
            return Err(self.fault(format!("nested more than {MAX_DEPTH} deep")));
        }
        let line = self.line;
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(Node::too_many(line));
        }
        let value = match self.peek() {
            Some(b'{') => self.map(depth)?,
            Some(b'[') => self.list(depth)?,
            Some(b'"') => Value::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.word("true", Value::Bool(true))?,
            Some(b'f') => self.word("false", Value::Bool(false))?,
            Some(b'n') => self.word("null", Value::Null)?,
            _ => return Err(self.expected("a JSON value")),
        };
        Ok(Node { line, value })
    }

    fn map(&mut self, depth: usize) -> Result<Value<'a>, Problem> {
        self.at += 1;
        let mut entries = Vec::new();
        while !self.closes(b'}', entries.is_empty(), "`,` or `}`")? {
            if self.peek() != Some(b'"') {
                return Err(self.expected("a key in quotation marks"));
            }
            let line = self.line;
            let key = self.string()?;
            self.space()?;
            if self.peek() != Some(b':') {
                return Err(self.expected("`:`"));
            }
            self.at += 1;
            let node = self.value(depth + 1)?;
            entries.push(Entry { key, line, node });
        }
        Ok(Value::Map(entries))
    }

    fn list(&mut self, depth: usize) -> Result<Value<'a>, Problem> {
        self.at += 1;
        let mut items = Vec::new();
        while !self.closes(b']', items.is_empty(), "`,` or `]`")? {
            items.push(self.value(depth + 1)?);
        }
        Ok(Value::List(items))
    }

    /// True at the closing bracket (taken); false before the next member, the comma taken.
    fn closes(&mut self, close: u8, first: bool, expected: &str) -> Result<bool, Problem> {
        self.space()?;
        let mut comma = false;
        if !first && self.peek() == Some(b',') {
            comma = true;
            self.at += 1;
            self.space()?;
        }
        match self.peek() {
            Some(b) if b == close && (!comma || self.lenient) => {
                self.at += 1;
                Ok(true)
            }
            Some(_) if first || comma => Ok(false),
            _ => Err(self.expected(expected)),
        }
    }

    fn string(&mut self) -> Result<Cow<'a, str>, Problem> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut escaped = false;
        let mut at = start + 1;
        loop {
            match bytes.get(at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    at += 2;
                }
                Some(0x20..) => at += 1,
                _ => return Err(self.fault("a string without its closing quotation mark".into())),
            }
        }
        self.at = at + 1;
        if !escaped {
            return Ok(Cow::Borrowed(self.text.get(start + 1..at).unwrap_or_default()));
        }
        let quoted = self.text.get(start..=at).unwrap_or_default();
        serde_json::from_str(quoted)
            .map(Cow::Owned)
            .map_err(|_| self.fault("a string with an unknown escape".into()))
    }

    fn number(&mut self) -> Result<Value<'a>, Problem> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let end = rest
            .bytes()
            .position(|b| !matches!(b, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'))
            .unwrap_or(rest.len());
        let number = rest.get(..end).unwrap_or_default();
        if serde_json::from_str::<serde_json::Number>(number).is_err() {
            return Err(self.fault("a number that is none".into()));
        }
        self.at += end;
        Ok(Value::Number(Cow::Borrowed(number)))
    }

    fn word(&mut self, word: &str, value: Value<'a>) -> Result<Value<'a>, Problem> {
        if !self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            return Err(self.expected("a JSON value"));
        }
        self.at += word.len();
        Ok(value)
    }

    fn space(&mut self) -> Result<(), Problem> {
        while let Some(byte) = self.peek() {
            match byte {
                b'\n' => self.line = self.line.saturating_add(1),
                b' ' | b'\t' | b'\r' => {}
                b'/' if self.lenient => {
                    self.comment()?;
                    continue;
                }
                _ => break,
            }
            self.at += 1;
        }
        Ok(())
    }

    fn comment(&mut self) -> Result<(), Problem> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            match rest.get(2..).and_then(|body| body.find("*/")) {
                Some(end) => end + 4,
                None => return Err(self.fault("a comment without its end".into())),
            }
        } else {
            return Err(self.expected("a JSON value"));
        };
        let body = rest.get(..length).unwrap_or_default();
        self.line = self.line.saturating_add(crate::text::line_after(body.as_bytes()) - 1);
        self.at += length;
        Ok(())
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn expected(&self, what: &str) -> Problem {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let met = match rest.chars().next() {
            None => "the end of the file".to_owned(),
            Some(c) => format!("{c:?}"),
        };
        self.fault(format!("not JSON here: {met}, expected {what}"))
    }

    fn fault(&self, what: String) -> Problem {
        Problem { line: self.line, what }
    }
}
