//! Manifests: what they say of a package besides that it is needed.

use super::{Met, beginnings, ends_with_word, quoted, words};
use crate::language::Language;
use crate::names;

/// `Cargo.toml`: `other = { package = "name" }` gives a crate another name in the source, and
/// `path = "../other"` may lead out of what is read.
pub fn cargo(text: &str, each: &mut dyn FnMut(Met<'_>)) {
    for (code, line) in text.split('\n').zip(1u32..) {
        for (before, string) in quoted(code, &['"', '\'']) {
            let key = before.trim_end().strip_suffix('=').unwrap_or("");
            let key = key.trim_end().trim_end_matches(['"', '\'']);
            if ends_with_word(key, "path") {
                let levels = string.split(['/', '\\']).take_while(|part| *part == "..").count();
                each(Met::Above { levels, line });
            }
            if ends_with_word(key, "package") {
                let name = names::collapsed(string);
                each(Met::Mention { language: Language::Rust, name: &name, line });
            }
        }
    }
}

/// `package.json`: scripts and the configuration of tools. A key with a string behind it is a needed
/// package or a setting, and says nothing by itself.
pub fn node(text: &str, each: &mut dyn FnMut(Met<'_>)) {
    let mut line = 1u32;
    let mut rest = text;
    while let Some(at) = rest.find('"') {
        let (before, after) = rest.split_at(at);
        line += before.matches('\n').count() as u32;
        let after = after.get(1..).unwrap_or("");
        let mut escaped = false;
        let end = after.find(|c: char| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        let Some(end) = end else { return };
        let (string, behind) = after.split_at(end);
        rest = behind.get(1..).unwrap_or("");
        let value = rest.trim_start().strip_prefix(':').map(str::trim_start);
        if !value.is_some_and(|value| value.starts_with('"')) {
            words::of_line(string, line, each);
        }
        line += string.matches('\n').count() as u32;
    }
}

/// `go.mod`: the tools that it names.
pub fn go(text: &str, each: &mut dyn FnMut(Met<'_>)) {
    let mut inside = false;
    for (code, line) in text.split('\n').zip(1u32..) {
        let mut words = code.split_whitespace().peekable();
        let begins = words.peek() == Some(&"tool");
        if !inside && !begins {
            continue;
        }
        for word in words {
            for name in beginnings(word.trim_matches('"'), '/') {
                each(Met::Mention { language: Language::Go, name, line });
            }
        }
        inside = (inside || code.contains('(')) && !code.contains(')');
    }
}

/// `pyproject.toml`: the tools that it configures.
pub fn python(text: &str, each: &mut dyn FnMut(Met<'_>)) {
    for (code, line) in text.split('\n').zip(1u32..) {
        let Some(table) = code.trim_start().strip_prefix("[tool.") else { continue };
        let name = table.split(['.', ']']).next().unwrap_or("");
        let name = names::module(name.trim_matches('"'));
        each(Met::Mention { language: Language::Python, name: &name, line });
    }
}
