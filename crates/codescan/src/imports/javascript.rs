//! JavaScript and TypeScript: `import`, `export … from`, `require(…)`, `import(…)`; any other string that
//! is a package's name is a mention.

use super::{Met, code_lines, ends_with_word, quoted};
use crate::language::Language;
use crate::names;

/// Tells package names.
pub fn scan(text: &str, each: &mut dyn FnMut(Met<'_>)) {
    for (line, code) in code_lines(Language::JavaScript, text) {
        for (before, string) in quoted(code, &['"', '\'', '`']) {
            let language = Language::JavaScript;
            let Some(name) = names::npm_package(string) else { continue };
            if is_import(before) {
                each(Met::Import { language, name, line });
            } else {
                each(Met::Mention { language, name, line });
            }
        }
    }
}

/// Whether what stands before a string makes it an import.
fn is_import(before: &str) -> bool {
    if ends_with_word(before, "from") || ends_with_word(before, "import") {
        return true;
    }
    // `import(/* webpackChunkName: "x" */ "y")`.
    let mut before = before.trim_end();
    if let Some(start) = before.strip_suffix("*/").and_then(|b| b.rfind("/*")) {
        before = before.get(..start).unwrap_or("").trim_end();
    }
    let Some(call) = before.strip_suffix('(') else { return false };
    ["require", "import", "resolve", "requireActual", "mock", "unmock", "importActual"]
        .iter()
        .any(|word| ends_with_word(call, word))
        || call.trim_end().ends_with('>') && call.contains("import")
}
