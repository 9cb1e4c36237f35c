//! Python: `import a.b, c as d`, `from a import b`, wherever they stand in a line; `import_module("x")`.
//! Any other string that is a module's path is a mention (Django's `INSTALLED_APPS`).

use super::{
    Met, beginnings, code_lines, ends_with_word, is_identifier, near_end, near_start, quoted,
};
use crate::language::Language;
use crate::names;

const LANGUAGE: Language = Language::Python;
/// How much of a line is looked at before and behind one `import`, in bytes.
const BEFORE: usize = 300;
const BEHIND: usize = 2_048;

/// Tells modules with all their beginnings.
pub fn scan(text: &str, each: &mut dyn FnMut(Met<'_>)) {
    for (line, code) in code_lines(LANGUAGE, text) {
        let mut any = false;
        for (at, word) in code.match_indices("import") {
            let (before, after) = code.split_at(at);
            let after = after.get(word.len()..).unwrap_or("");
            // `cimport` of Cython; `important` is neither.
            let before = before.strip_suffix('c').unwrap_or(before);
            if before.chars().next_back().is_some_and(is_identifier)
                || after.chars().next().is_some_and(is_identifier)
            {
                continue;
            }
            any = true;
            let before = near_end(before, BEFORE);
            let from = before.rfind("from").map(|at| before.get(at + 4..).unwrap_or("").trim());
            let names = near_start(after, BEHIND);
            statement(from.filter(|from| from.chars().all(is_path)), names, line, each);
        }
        if !any && let Some(from) = code.trim_start().strip_prefix("from ") {
            // Goes on in the next line.
            module(from.trim_end_matches('\\').trim(), line, each);
        }
        for (before, string) in quoted(code, &['"', '\'']) {
            if string.is_empty() || !string.chars().all(is_path) {
                continue;
            }
            let call = before.trim_end().strip_suffix('(').unwrap_or("");
            if ends_with_word(call, "import_module") || ends_with_word(call, "__import__") {
                module(string, line, each);
            } else {
                let name = names::module(string);
                for name in beginnings(&name, '.').map(|part| part.replace('.', "_")) {
                    each(Met::Mention { language: LANGUAGE, name: &name, line });
                }
            }
        }
    }
}

fn is_path(c: char) -> bool {
    is_identifier(c) || c == '.'
}

/// One `import` with what stands before and after it.
fn statement(from: Option<&str>, names: &str, line: u32, each: &mut dyn FnMut(Met<'_>)) {
    let from = from.filter(|from| !from.is_empty());
    if from.is_some_and(|from| from.starts_with('.')) {
        return;
    }
    if let Some(from) = from {
        module(from, line, each);
    }
    for name in names.split(',') {
        let name = name.trim_start_matches(|c: char| c.is_whitespace() || c == '(');
        let end = name.find(|c: char| !is_path(c)).unwrap_or(name.len());
        let name = name.get(..end).unwrap_or("");
        match from {
            Some(from) if !name.is_empty() => module(&format!("{from}.{name}"), line, each),
            None => module(name, line, each),
            Some(_) => {}
        }
    }
}

/// A module and the packages it lies in. A distribution may bear the name of any of them.
fn module(path: &str, line: u32, each: &mut dyn FnMut(Met<'_>)) {
    if path.is_empty() || path.starts_with('.') || path.len() > names::MAX_NAME {
        return;
    }
    let path = names::module(path);
    for part in beginnings(&path, '.') {
        let name = part.replace('.', "_");
        each(Met::Import { language: LANGUAGE, name: &name, line });
    }
}
