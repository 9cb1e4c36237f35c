//! Rust: `use x::y`, `extern crate x`, and paths that begin with a crate (`x::y`), in code and in the
//! strings of attributes.

use super::{Met, code_lines, is_identifier};
use crate::language::Language;
use crate::names;

/// Tells the crates that paths begin with.
pub fn scan(text: &str, each: &mut dyn FnMut(Met<'_>)) {
    let mut state = State::default();
    for (line, code) in code_lines(Language::Rust, text) {
        state.line(code, &mut |word, how| {
            let collapsed = names::collapsed(word);
            let (language, name) = (Language::Rust, collapsed.as_str());
            match how {
                How::Root => each(Met::Import { language, name, line }),
                How::Text => each(Met::Mention { language, name, line }),
                How::Include => each(Met::Generated { line }),
            }
        });
    }
}

enum How {
    /// A path begins with it.
    Root,
    /// It is a whole string (`#[serde(with = "x")]`).
    Text,
    /// A macro that takes in a file (`include!`, `include_proto!`).
    Include,
}

/// What goes from line to line: only until the statement ends.
#[derive(Default)]
struct State {
    /// Inside `use …;`.
    in_use: bool,
    /// Open braces inside the part of a `use` that has a path before it (`std::{…}`); nothing in there
    /// is the beginning of a path.
    depth: u32,
    /// The word before was `crate` of `extern crate`.
    after_extern: bool,
}

impl State {
    fn line(&mut self, line: &str, each: &mut dyn FnMut(&str, How)) {
        let mut rest = line;
        let mut before = "";
        while let Some(c) = rest.chars().next() {
            if !is_identifier(c) {
                self.punctuation(c, before);
                let (_, after) = rest.split_at(c.len_utf8());
                before = line.get(..line.len() - after.len()).unwrap_or("");
                rest = after;
                continue;
            }
            let end = rest.find(|c: char| !is_identifier(c)).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            self.word(word, before, after, each);
            before = line.get(..line.len() - after.len()).unwrap_or("");
            rest = after;
        }
    }

    fn punctuation(&mut self, c: char, before: &str) {
        match c {
            ';' => *self = Self::default(),
            '{' if self.depth > 0 => self.depth += 1,
            '{' if self.in_use && has_path(before) => self.depth = 1,
            '}' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }

    fn word(&mut self, word: &str, before: &str, after: &str, each: &mut dyn FnMut(&str, How)) {
        let next = after.trim_start();
        if next.starts_with('!')
            && word.starts_with("include")
            && !matches!(word, "include_str" | "include_bytes")
        {
            each(word, How::Include);
        }
        let inner = self.depth > 0 || has_path(before);
        let named = next.starts_with("::") || self.in_use || self.after_extern;
        if named && !inner {
            each(word, How::Root);
        } else if before.ends_with('"') && after.starts_with('"') {
            each(word, How::Text);
        }
        if word == "use" && !inner {
            self.in_use = true;
        }
        self.after_extern = word == "crate" && super::ends_with_word(before, "extern");
    }
}

/// Does a path lead to here (`std::`)? A `::` with nothing right before it begins one (`use ::std`).
fn has_path(before: &str) -> bool {
    let Some(path) = before.trim_end().strip_suffix("::") else { return false };
    path.chars().next_back().is_some_and(|c| is_identifier(c) || c == '>')
}
