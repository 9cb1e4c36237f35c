//! Go: import declarations, single and in parentheses.

use super::{Met, beginnings, code_lines, quoted};
use crate::language::Language;

/// Tells import paths with all their beginnings: a module is imported by any path below its own.
pub fn scan(text: &str, each: &mut dyn FnMut(Met<'_>)) {
    let mut inside = false;
    for (line, code) in code_lines(Language::Go, text) {
        let trimmed = code.trim_start();
        let declares = trimmed.strip_prefix("import").is_some_and(|rest| {
            rest.trim_start().starts_with(['(', '"', '`', '.', '_'])
                || rest.starts_with([' ', '\t'])
        });
        if !inside && !declares {
            continue;
        }
        for (_, path) in quoted(code, &['"', '`']) {
            for name in beginnings(path, '/') {
                each(Met::Import { language: Language::Go, name, line });
            }
        }
        // A parenthesis in an import path is not allowed, so this one ends the declaration.
        inside = (inside || code.contains('(')) && !code.contains(')');
    }
}
