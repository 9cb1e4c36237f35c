//! Where does a `Gemfile` name a gem?
//!
//! Bundler, «Gemfile»: `gem "name", "requirement", …, option: value`. The file is a Ruby program; only
//! lines that call `gem` with plain strings are edited, and nothing is run.

use std::ops::Range;

use super::requirement::{Asked, Dialect, ask};
use super::splice::Draft;

/// Finds the places.
pub fn find(draft: &mut Draft<'_>) {
    let mut start = 0;
    for line in draft.text.split_inclusive('\n') {
        call(draft, line, start);
        start += line.len();
    }
}

fn call(draft: &mut Draft<'_>, line: &str, start: usize) {
    let code = line.trim_start();
    let Some(arguments) = code.strip_prefix("gem") else { return };
    if !arguments.starts_with([' ', '\t', '(']) {
        return;
    }
    let mut at = line.len() - arguments.len();
    at += arguments.len() - arguments.trim_start_matches([' ', '\t', '(']).len();
    let Some(name) = literal(line, at) else { return };
    let mut requirements: Vec<Range<usize>> = Vec::new();
    let mut after = name.end + 1;
    while let Some(next) = following(line, after).and_then(|next| literal(line, next)) {
        after = next.end + 1;
        // `"ruby" => …` is an option, not a requirement.
        if line.get(after..).is_some_and(|rest| rest.trim_start().starts_with("=>")) {
            break;
        }
        requirements.push(next);
    }
    for change in draft.wanted(line.get(name.clone()).unwrap_or_default()) {
        require(draft, change, line, start, &requirements);
    }
}

fn require(
    draft: &mut Draft<'_>,
    at: usize,
    line: &str,
    start: usize,
    requirements: &[Range<usize>],
) {
    let Some(change) = draft.changes.get(at) else { return };
    let Some(to) = change.to.as_deref() else {
        let end = start + line.len();
        return draft.replace(at, start..end, "");
    };
    let (Some(first), Some(last)) = (requirements.first(), requirements.last()) else {
        return draft.admits(at);
    };
    let texts: Vec<&str> = requirements.iter().filter_map(|r| line.get(r.clone())).collect();
    match ask(Dialect::Gem, &texts.join(", "), &change.from, to) {
        Asked::Elsewhere => {}
        Asked::Admits => draft.admits(at),
        Asked::Refuse(reason) => draft.refuse(at, reason),
        Asked::Raise(new, more) => {
            let quote = line.get(first.start - 1..first.start).unwrap_or("\"");
            let mut parts: Vec<String> = if requirements.len() == 1 {
                vec![new]
            } else {
                new.split(',').map(|part| part.trim().to_owned()).collect()
            };
            parts.extend(more.map(|more| more.replace(">=", ">= ")));
            let between = format!("{quote}, {quote}");
            draft.replace(at, start + first.start..start + last.end, parts.join(&between));
        }
    }
}

/// The content of a string literal that begins here, without escapes or interpolation.
fn literal(line: &str, at: usize) -> Option<Range<usize>> {
    let rest = line.get(at..)?;
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let length = rest.get(1..)?.find(quote)?;
    let inner = rest.get(1..1 + length)?;
    (!inner.contains(['\\', '#'])).then_some(at + 1..at + 1 + length)
}

/// Where the next argument begins.
fn following(line: &str, at: usize) -> Option<usize> {
    let rest = line.get(at..)?;
    let comma = rest.trim_start().strip_prefix(',')?;
    let argument = comma.trim_start();
    Some(line.len() - argument.len())
}
