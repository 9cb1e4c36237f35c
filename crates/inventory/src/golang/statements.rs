//! What does one go.mod or go.work file state, line by line?
//!
//! In: the text. Out: verb, arguments and line of each statement, blocks unfolded (Go Modules
//! Reference, «Lexical elements» and «Grammar»). Never: a meaning given to a verb.

use crate::reading::Reading;
use crate::text::{lines, short};

/// One statement: `require example.com/a v1.0.0 // indirect`, alone or out of a block.
pub(super) struct Statement<'a> {
    /// `module`, `require`, `replace` …
    pub verb: &'a str,
    /// What follows the verb, quotes removed.
    pub words: Vec<&'a str>,
    /// The text after `//`, trimmed.
    pub comment: &'a str,
    /// Counted from 1.
    pub line: u32,
}

/// Splits the text into statements; what does not fit the grammar becomes a problem of `reading`.
pub(super) fn statements<'a>(text: &'a str, reading: &mut Reading) -> Vec<Statement<'a>> {
    let mut found = Vec::new();
    let mut block: Option<(&str, u32)> = None;
    for (line, row) in lines(text) {
        let (mut words, comment) = match words(row) {
            Ok(split) => split,
            Err(what) => {
                reading.problem(line, what);
                continue;
            }
        };
        if words.is_empty() {
            continue;
        }
        if let Some((verb, _)) = block {
            if words == [")"] {
                block = None;
            } else {
                found.push(Statement { verb, words, comment, line });
            }
            continue;
        }
        let verb = words.remove(0);
        if words == ["("] {
            block = Some((verb, line));
        } else if words == ["(", ")"] {
            // An empty block states nothing.
        } else {
            found.push(Statement { verb, words, comment, line });
        }
    }
    if let Some((verb, line)) = block {
        reading.problem(line, format!("the block «{} (» is not closed by «)»", short(verb)));
    }
    found
}

/// The words of one line and the comment after them. As in the reference lexer: `//` begins a comment
/// anywhere outside quotes, `(` and `)` are words of their own, `"…"` and `` `…` `` are one word.
fn words(row: &str) -> Result<(Vec<&str>, &str), String> {
    let mut found = Vec::new();
    let mut rest = row.trim();
    while let Some(first) = rest.chars().next() {
        if let Some(comment) = rest.strip_prefix("//") {
            return Ok((found, comment.trim()));
        }
        let after = match first {
            '"' | '`' => {
                let inner = rest.get(1..).unwrap_or("");
                let Some((word, after)) = inner.split_once(first) else {
                    return Err(format!("the quote {first} is not closed on its line"));
                };
                found.push(word);
                after
            }
            '(' | ')' => {
                let (word, after) = rest.split_at(1);
                found.push(word);
                after
            }
            _ => {
                let (word, after) = rest.split_at(word_end(rest));
                if word.contains(['"', '`']) {
                    return Err(format!("a quote inside «{}»", short(word)));
                }
                found.push(word);
                after
            }
        };
        rest = after.trim_start();
    }
    Ok((found, ""))
}

/// Where an unquoted word ends: white space, a parenthesis or a comment.
fn word_end(text: &str) -> usize {
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        if c.is_whitespace() || c == '(' || c == ')' {
            return at;
        }
        if c == '/' && before == '/' {
            return at - 1;
        }
        before = c;
    }
    text.len()
}
