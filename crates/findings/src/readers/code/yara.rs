//! YARA's command line with metadata and strings (`yara -m -s`): which rule matched which file.
//!
//! The matched strings are left out: they are often what must not be shown. The plain output (a rule and a
//! path) looks like any two words and is not recognised; `--format yara` reads it.

use super::claim;
use super::fields::{self, CODE, Cells, Fields};
use crate::format::Format;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::lines;
use crate::walk::shape::Shape;

/// Its text.
pub const FORMAT: Format = Format { id: "yara", title: "YARA output with metadata", detects, read };

fn detects(shape: &Shape) -> bool {
    let mut lines = shape.text.lines().take(200);
    !shape.is_json
        && !shape.is_xml
        && shape.text.lines().next().is_some_and(|line| matched(line).is_some_and(|m| m.described))
        && lines.any(is_string)
}

/// `0x16:$b: text`.
fn is_string(line: &str) -> bool {
    line.strip_prefix("0x")
        .and_then(|rest| rest.split_once(":$"))
        .is_some_and(|(at, _)| !at.is_empty() && at.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

struct Match<'l> {
    rule: &'l str,
    metadata: &'l str,
    path: &'l str,
    described: bool,
}

/// `Rule [a="b",c=1] /path`, the part in brackets left out without `-m`.
fn matched(line: &str) -> Option<Match<'_>> {
    let (rule, rest) = line.split_once(' ')?;
    let name = rule.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let begins = rule.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let (metadata, path, described) = match rest.strip_prefix('[') {
        Some(inside) => {
            let (metadata, path) = inside.rsplit_once("] ")?;
            (metadata, path, true)
        }
        None => ("", rest, false),
    };
    (name && begins && !path.is_empty()).then_some(Match { rule, metadata, path, described })
}

impl Cells for Match<'_> {
    fn one(&self, name: &str) -> String {
        match name {
            "rule" => self.rule.to_owned(),
            "path" => self.path.to_owned(),
            // `name="value"`, with `\"` inside.
            name => {
                let Some((_, rest)) = self.metadata.split_once(&format!("{name}=\"")) else {
                    return String::new();
                };
                let mut value = String::new();
                let mut escaped = false;
                for c in rest.chars() {
                    match c {
                        '"' if !escaped => break,
                        '\\' if !escaped => escaped = true,
                        c => {
                            value.push(c);
                            escaped = false;
                        }
                    }
                }
                value
            }
        }
    }
}

const FIELDS: Fields = Fields {
    rule: "rule",
    title: "description",
    description: "description",
    severity: "severity",
    path: "path",
    reference: "reference",
    ..CODE
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("YARA".to_owned()));
    lines::walk(source, sink, &mut |sink, number, line| {
        let place = format!("line {number}");
        match matched(line) {
            _ if line.trim().is_empty() || is_string(line) => Ok(()),
            Some(found) => claim::keep(sink, fields::observation(&found, &FIELDS, place)),
            None => {
                sink.dropped(&place, "neither a rule with a file nor a matched string");
                Ok(())
            }
        }
    })
}
