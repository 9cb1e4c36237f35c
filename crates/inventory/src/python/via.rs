//! Who brought a requirement in, by the comments of the tool that wrote the list?
//!
//! In: the text that pip-compile or `uv pip compile` wrote: after each requirement a comment `# via NAME`,
//! or `# via` and one `#   NAME` a line. Out: edges, and what is direct. A list that nobody compiled has
//! no such comments and is left as it is.

use std::collections::HashMap;

use vocab::{Base, Ecosystem};

use crate::{Reading, text};

/// Takes the edges of a list into a reading whose components are lines of this very text.
pub(super) fn apply(text: &str, reading: &mut Reading) {
    let told = told(text);
    if told.is_empty() {
        return;
    }
    let normal = |name: &str| Ecosystem::from(Base::PyPI).normal_name(name).into_owned();
    let mut names: HashMap<String, u32> = HashMap::new();
    let mut lines: Vec<(u32, u32)> = Vec::with_capacity(reading.components.len());
    for (index, component) in (0u32..).zip(&reading.components) {
        names.insert(normal(&component.name), index);
        lines.push((component.line, index));
    }
    lines.sort_unstable();
    let mut direct: HashMap<u32, bool> = HashMap::new();
    for (line, name) in told {
        let before = lines.partition_point(|(at, _)| *at < line);
        let Some((_, index)) = before.checked_sub(1).and_then(|at| lines.get(at)) else { continue };
        // `-r requirements.in`, `pyproject.toml`, `app (pyproject.toml)` or `(setup.py)`: the project itself.
        let own = name.starts_with('-')
            || name.contains('(')
            || [".toml", ".in", ".txt", ".py", ".cfg"].iter().any(|end| name.ends_with(end));
        *direct.entry(*index).or_default() |= own;
        match names.get(&normal(name)) {
            Some(from) if !own => reading.requires.push((*from, *index)),
            _ => {}
        }
    }
    for (index, told) in direct {
        if let Some(component) = reading.components.get_mut(index as usize) {
            component.direct = Some(told);
        }
    }
}

/// Every name in a `via` comment, with its line.
fn told(text: &str) -> Vec<(u32, &str)> {
    let mut found = Vec::new();
    let mut inside = false;
    for (line, text) in text::lines(text) {
        // The comment stands on its own line, or (older tools) behind the requirement.
        let Some((_, comment)) = text.split_once('#') else {
            inside = false;
            continue;
        };
        let own_line = text.trim_ascii_start().starts_with('#');
        // A comment behind a requirement belongs to the component of this very line.
        let line = if own_line { line } else { line.saturating_add(1) };
        let body = comment.trim_ascii();
        let names = match body.strip_prefix("via") {
            Some(names) if names.is_empty() || names.starts_with(' ') => {
                inside = own_line;
                names
            }
            // The names that follow are set in by more than one space.
            _ if inside && own_line && comment.starts_with("   ") => body,
            _ => {
                inside = false;
                continue;
            }
        };
        let names = names.split(',').map(str::trim_ascii).filter(|name| !name.is_empty());
        found.extend(names.map(|name| (line, name)));
    }
    found
}
