//! Which packages does one file import or mention?
//!
//! In: a language and the text. Out, one after the other: imports, mentions, places at which generated
//! code comes in; each with its line. One file for each language. No state is carried over more than a
//! statement, so that no quotation mark in the wrong place hides what follows it: every quotation mark is
//! tried as the beginning of a string, and comments are only passed over where a line begins with one.

mod golang;
mod javascript;
mod manifests;
mod python;
mod ruby;
mod rust;
mod words;

use crate::language::Language;

/// Something met in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Met<'t> {
    /// An import. Names come in the spelling of [`crate::names`].
    Import {
        /// Of which language's packages.
        language: Language,
        /// What.
        name: &'t str,
        /// Counted from 1.
        line: u32,
    },
    /// A name that stands there without being imported: it may be run or loaded by something else.
    Mention {
        /// Of which language's packages.
        language: Language,
        /// What.
        name: &'t str,
        /// Counted from 1.
        line: u32,
    },
    /// A folder that lies this many levels above the file's own holds code of the project.
    Above {
        /// How many.
        levels: usize,
        /// Counted from 1.
        line: u32,
    },
    /// Code that is generated when it is built comes in here.
    Generated {
        /// Counted from 1.
        line: u32,
    },
}

/// Tells what one file imports and mentions, each as often as it does.
pub fn scan(language: Language, text: &str, each: &mut dyn FnMut(Met<'_>)) {
    match language {
        Language::Rust => rust::scan(text, each),
        Language::Go => golang::scan(text, each),
        Language::JavaScript => javascript::scan(text, each),
        Language::Python => python::scan(text, each),
        Language::Ruby => ruby::scan(text, each),
        Language::CargoManifest => manifests::cargo(text, each),
        Language::NodeManifest => manifests::node(text, each),
        Language::GoManifest => manifests::go(text, each),
        Language::PythonManifest => manifests::python(text, each),
        Language::Words => words::scan(text, each),
    }
}

/// The lines of a text with their numbers, without those that are comments from their beginning on. A
/// block comment counts as one only where a line begins with it, and only if it ends.
pub fn code_lines(language: Language, text: &str) -> impl Iterator<Item = (u32, &str)> {
    let slashes = matches!(language, Language::Rust | Language::Go | Language::JavaScript);
    let hash = matches!(language, Language::Python | Language::Ruby);
    let last_end = if slashes { text.rfind("*/").unwrap_or(0) } else { 0 };
    let mut inside = false;
    let mut at = 0usize;
    text.split('\n').zip(1u32..).filter_map(move |(line, number)| {
        let begin = at;
        at += line.len() + 1;
        let trimmed = line.trim_start();
        if inside {
            return match line.split_once("*/") {
                Some((_, rest)) => {
                    inside = false;
                    Some((number, rest))
                }
                None => None,
            };
        }
        if hash && trimmed.starts_with('#') {
            return None;
        }
        if slashes {
            // `/// <reference types="…" />` is no comment to TypeScript.
            let directive = language == Language::JavaScript && trimmed.starts_with("///");
            if trimmed.starts_with("//") && !directive {
                return None;
            }
            if let Some(comment) = trimmed.strip_prefix("/*") {
                match comment.split_once("*/") {
                    Some((_, rest)) => return Some((number, rest)),
                    None if last_end > begin => {
                        inside = true;
                        return None;
                    }
                    None => {}
                }
            }
        }
        Some((number, line))
    })
}

/// The identifiers of a line.
pub fn identifiers(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !is_identifier(c)).filter(|word| !word.is_empty())
}

pub(crate) fn is_identifier(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// How much of a line is looked at before a string, in bytes.
const BEFORE: usize = 300;
/// The longest string that may be a name, in bytes.
const MAX_STRING: usize = 300;

/// Every stretch of a line between two quotation marks of the same sort: what stands before it, and the
/// stretch. Of the former the last [`BEFORE`] bytes are given. Each mark is tried as a beginning, so a real string is always among them.
pub(crate) fn quoted<'l>(
    line: &'l str,
    marks: &'static [char],
) -> impl Iterator<Item = (&'l str, &'l str)> {
    line.match_indices(marks).filter_map(move |(at, mark)| {
        let inside = line.get(at + mark.len()..)?;
        let end = match inside.as_bytes().get(..MAX_STRING) {
            Some(near) => near.iter().position(|b| mark.as_bytes().first() == Some(b))?,
            None => inside.find(mark)?,
        };
        Some((near_end(line.get(..at)?, BEFORE), inside.get(..end)?))
    })
}

/// The last bytes of a text, at most `limit`.
pub(crate) fn near_end(text: &str, limit: usize) -> &str {
    let from = text.len().saturating_sub(limit);
    (from..text.len()).find_map(|at| text.get(at..)).unwrap_or("")
}

/// The first bytes of a text, at most `limit`.
pub(crate) fn near_start(text: &str, limit: usize) -> &str {
    (0..=limit.min(text.len())).rev().find_map(|at| text.get(..at)).unwrap_or("")
}

/// Whether what stands before a place ends with this word.
pub(crate) fn ends_with_word(before: &str, word: &str) -> bool {
    before
        .trim_end()
        .strip_suffix(word)
        .is_some_and(|rest| !rest.chars().next_back().is_some_and(is_identifier))
}

/// The beginnings of a name at each of its separators, the longest first.
pub(crate) fn beginnings(name: &str, separator: char) -> impl Iterator<Item = &str> {
    let shorter = name.rmatch_indices(separator).filter_map(|(at, _)| name.get(..at));
    std::iter::once(name).chain(shorter).filter(|part| !part.is_empty()).take(32)
}
