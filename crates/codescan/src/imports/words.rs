//! Configuration, build files, pages and styles: any word that is a package's name is a mention.

use super::{Met, beginnings};
use crate::language::Language;
use crate::names;

/// Tells the words that may be names of npm packages or Python modules.
pub fn scan(text: &str, each: &mut dyn FnMut(Met<'_>)) {
    for (line, number) in text.split('\n').zip(1u32..) {
        of_line(line, number, each);
    }
}

/// The words of one line.
pub fn of_line(line: &str, number: u32, each: &mut dyn FnMut(Met<'_>)) {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '@' | '/' | '.' | '_' | '-');
    for word in line.split(|c: char| !is_word(c)) {
        if word.is_empty() || word.len() > names::MAX_NAME {
            continue;
        }
        node(word, number, each);
        let module = names::module(word);
        for part in beginnings(&module, '.') {
            let name = part.replace('.', "_");
            each(Met::Mention { language: Language::Python, name: &name, line: number });
        }
    }
}

/// `foo`, `@scope/foo`, `node_modules/foo/bin`, `foo@1.2`.
fn node(word: &str, line: u32, each: &mut dyn FnMut(Met<'_>)) {
    let mut mention = |name: &str| {
        each(Met::Mention { language: Language::JavaScript, name, line });
    };
    let mut rest = word;
    while !rest.is_empty() {
        let (part, after) = rest.split_once('/').unwrap_or((rest, ""));
        if part.starts_with('@') && !after.is_empty() {
            let (name, _) = after.split_once('/').unwrap_or((after, ""));
            let name = name.split('@').next().unwrap_or("");
            let end = part.len() + 1 + name.len();
            mention(rest.get(..end).unwrap_or(""));
        } else {
            mention(part);
            if let Some((name, _)) = part.split_once('@') {
                mention(name);
            }
        }
        rest = after;
    }
}
