//! What term does this text hold, in Elixir's or Erlang's syntax?
//!
//! In: text. Out: one [`Term`] with lines, text borrowed. Never: an operator, a variable, an
//! interpolation; nesting is bounded by [`MAX_DEPTH`]. Only the part of both syntaxes that lock files
//! use: maps, tuples, lists, binaries, strings, atoms, numbers, `key: value` and `key => value`.

use crate::Problem;
use crate::reading::MAX_DEPTH;

/// A term and the line on which it begins.
#[derive(Debug)]
pub(super) struct Term<'a> {
    pub kind: Kind<'a>,
    /// Counted from 1.
    pub line: u32,
}

#[derive(Debug)]
pub(super) enum Kind<'a> {
    /// A string, a binary, an atom or a number: what stands between the quotes, escapes as written.
    Text(&'a str),
    Tuple(Vec<Term<'a>>),
    /// A list or a map.
    List(Vec<Term<'a>>),
    /// `key: value` or `key => value`.
    Pair(&'a str, Box<Term<'a>>),
}

impl<'a> Term<'a> {
    pub fn text(&self) -> Option<&'a str> {
        match self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn tuple(&self) -> Option<&[Term<'a>]> {
        match &self.kind {
            Kind::Tuple(items) => Some(items),
            _ => None,
        }
    }

    pub fn list(&self) -> Option<&[Term<'a>]> {
        match &self.kind {
            Kind::List(items) => Some(items),
            _ => None,
        }
    }
}

/// The text of the item at a place of a tuple.
pub(super) fn text_at<'a>(items: &[Term<'a>], at: usize) -> Option<&'a str> {
    items.get(at).and_then(Term::text)
}

/// Parses the first term of a text; what follows it is not looked at.
pub(super) fn parse(text: &str) -> Result<Term<'_>, Problem> {
    Parser { text, at: 0, line: 1 }.value(0)
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    line: u32,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn step(&mut self, bytes: usize) {
        let passed = self.rest().get(..bytes).unwrap_or("");
        self.line += u32::try_from(passed.matches('\n').count()).unwrap_or(0);
        self.at += bytes;
    }

    /// Passes white space and comments (`#` in Elixir, `%` in Erlang, where `%{` is no comment).
    fn blank(&mut self) {
        loop {
            let rest = self.rest();
            let white = rest.len() - rest.trim_start().len();
            self.step(white);
            let rest = self.rest();
            let comment =
                rest.starts_with('#') || (rest.starts_with('%') && !rest.starts_with("%{"));
            if !comment {
                return;
            }
            self.step(rest.find('\n').unwrap_or(rest.len()));
        }
    }

    fn taken(&mut self, word: &str) -> bool {
        let there = self.rest().starts_with(word);
        if there {
            self.step(word.len());
        }
        there
    }

    fn value(&mut self, depth: usize) -> Result<Term<'a>, Problem> {
        if depth > MAX_DEPTH {
            return Err(Problem {
                line: self.line,
                what: format!("nested more than {MAX_DEPTH} deep"),
            });
        }
        self.blank();
        let line = self.line;
        if self.taken("%{") {
            return Ok(Term { kind: Kind::List(self.items("}", depth)?), line });
        }
        if self.taken("{") {
            return Ok(Term { kind: Kind::Tuple(self.items("}", depth)?), line });
        }
        if self.taken("[") {
            return Ok(Term { kind: Kind::List(self.items("]", depth)?), line });
        }
        let text = self.word()?;
        self.blank_same_line();
        let key = if self.rest().starts_with("=>") {
            self.step(2);
            true
        } else {
            self.taken(":")
        };
        if key {
            let value = self.value(depth + 1)?;
            return Ok(Term { kind: Kind::Pair(text, Box::new(value)), line });
        }
        Ok(Term { kind: Kind::Text(text), line })
    }

    fn blank_same_line(&mut self) {
        let rest = self.rest();
        self.step(rest.len() - rest.trim_start_matches([' ', '\t']).len());
    }

    fn items(&mut self, end: &str, depth: usize) -> Result<Vec<Term<'a>>, Problem> {
        let mut items = Vec::new();
        loop {
            self.blank();
            if self.taken(end) {
                return Ok(items);
            }
            items.push(self.value(depth + 1)?);
            self.blank();
            if !self.taken(",") && !self.rest().starts_with(end) {
                let found: String = self.rest().chars().take(20).collect();
                return Err(Problem {
                    line: self.line,
                    what: format!("expected «,» or «{end}», found «{found}»"),
                });
            }
        }
    }

    /// `"text"`, `<<"text">>`, `:atom`, `:"atom"`, `atom`, `12`.
    fn word(&mut self) -> Result<&'a str, Problem> {
        if self.taken("<<") {
            self.blank();
            let text = if self.rest().starts_with('"') { self.quoted()? } else { "" };
            self.blank();
            self.taken("/utf8");
            let closed = self.taken(">>");
            return if closed {
                Ok(text)
            } else {
                Err(Problem { line: self.line, what: "expected «>>»".to_owned() })
            };
        }
        self.taken(":");
        if self.rest().starts_with(['"', '\'']) {
            return self.quoted();
        }
        let rest = self.rest();
        let bare = |c: char| c.is_alphanumeric() || matches!(c, '_' | '@' | '?' | '!' | '-' | '.');
        let mut end = rest.find(|c| !bare(c)).unwrap_or(rest.len());
        // The full stop that ends an Erlang term is no part of the word.
        if rest.get(..end).is_some_and(|word| word.ends_with('.')) {
            end -= 1;
        }
        if end == 0 {
            let found: String = rest.chars().take(20).collect();
            let found = if found.is_empty() { "the end of the file".to_owned() } else { found };
            return Err(Problem {
                line: self.line,
                what: format!("expected a term, found «{found}»"),
            });
        }
        let word = rest.get(..end).unwrap_or("");
        self.step(end);
        Ok(word)
    }

    fn quoted(&mut self) -> Result<&'a str, Problem> {
        let rest = self.rest();
        let line = self.line;
        let quote = rest.as_bytes().first().copied().unwrap_or(b'"');
        let mut escaped = false;
        for (at, byte) in rest.bytes().enumerate().skip(1) {
            if escaped {
                escaped = false;
            } else if byte == b'\\' {
                escaped = true;
            } else if byte == quote {
                let text = rest.get(1..at).unwrap_or("");
                self.step(at + 1);
                return Ok(text);
            }
        }
        Err(Problem { line, what: "the quote is not closed".to_owned() })
    }
}
