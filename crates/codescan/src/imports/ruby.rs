//! Ruby: `require "a/b"`. Bundler can require every gem by itself, so absence says nothing.

use super::{Met, beginnings, code_lines, quoted};
use crate::language::Language;

/// Tells what is required, in the spelling of gems (`net/http` as `net-http`), with its beginnings.
pub fn scan(text: &str, each: &mut dyn FnMut(Met<'_>)) {
    for (line, code) in code_lines(Language::Ruby, text) {
        if !code.contains("require") && !code.contains("autoload") {
            continue;
        }
        for (_, path) in quoted(code, &['"', '\'']) {
            for part in beginnings(path, '/') {
                let name = part.replace(['/', '_'], "-");
                each(Met::Import { language: Language::Ruby, name: &name, line });
            }
        }
    }
}
