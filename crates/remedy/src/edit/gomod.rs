//! Where does a `go.mod` name a module?
//!
//! Go modules reference, «go.mod files»: `require` alone or in brackets, `// indirect` behind it. What
//! a `replace` puts in another's place is not moved by `require`.

use std::ops::Range;

use super::splice::Draft;

/// Finds the places.
pub fn find(draft: &mut Draft<'_>) {
    let replaced = replacements(draft.text);
    for statement in statements(draft.text) {
        if statement.verb != "require" {
            continue;
        }
        let [(module, _), (version, at_version), ..] = statement.words.as_slice() else { continue };
        for at in draft.wanted(module) {
            let Some(change) = draft.changes.get(at) else { continue };
            let bare = |v: &str| v.strip_prefix('v').unwrap_or(v).to_owned();
            let present = bare(version);
            if !change.from.is_empty() && !change.from.iter().any(|from| bare(from) == present) {
                continue;
            }
            if replaced
                .iter()
                .any(|(name, of)| name == module && of.is_none_or(|of| of == *version))
            {
                draft.refuse(
                    at,
                    format!("a `replace` decides what {module} is; change that by hand"),
                );
                continue;
            }
            match &change.to {
                None => {
                    let whole = draft.lines_of(at_version);
                    draft.replace(at, whole, "");
                }
                Some(to) => match target(module, &present, to) {
                    Ok(new) if new == *version => draft.admits(at),
                    Ok(new) => draft.replace(at, at_version.clone(), new),
                    Err(reason) => draft.refuse(at, reason),
                },
            }
        }
    }
}

/// The version as `go.mod` spells it; a major version above 1 belongs to another module path.
fn target(module: &str, present: &str, to: &str) -> Result<String, String> {
    let bare = to.strip_prefix('v').unwrap_or(to);
    let major = |v: &str| v.split('.').next().and_then(|n| n.parse::<u64>().ok());
    let (old, new) = (major(present), major(bare));
    if new.is_none() {
        return Err(format!("{to} is no version of a Go module"));
    }
    let pathed = module.rsplit_once("/v").is_some_and(|(_, n)| n.parse::<u64>().is_ok())
        || module.starts_with("gopkg.in/");
    let large = new.is_some_and(|n| n > 1);
    if large && old != new && !present.ends_with("+incompatible") {
        return Err(format!(
            "{to} is another major version: its module path ends in /v{}, and the imports have to follow",
            new.unwrap_or_default()
        ));
    }
    if large && !pathed && !bare.ends_with("+incompatible") {
        return Ok(format!("v{bare}+incompatible"));
    }
    Ok(format!("v{bare}"))
}

/// Left sides of `replace`, with the version they hold for.
fn replacements(text: &str) -> Vec<(&str, Option<&str>)> {
    let mut all = Vec::new();
    for statement in statements(text).into_iter().filter(|s| s.verb == "replace") {
        let words: Vec<&str> = statement.words.iter().map(|(word, _)| *word).collect();
        match words.as_slice() {
            [name, "=>", ..] => all.push((*name, None)),
            [name, version, "=>", ..] => all.push((*name, Some(*version))),
            _ => {}
        }
    }
    all
}

struct Statement<'a> {
    verb: &'a str,
    words: Vec<(&'a str, Range<usize>)>,
}

/// Every line of a directive, those in brackets too, without comments.
fn statements(text: &str) -> Vec<Statement<'_>> {
    let mut all = Vec::new();
    let mut block: Option<&str> = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let code = line.split("//").next().unwrap_or_default();
        let mut words = words(code, start);
        start += line.len();
        let (Some(first), last) = (words.first().cloned(), words.last().cloned()) else { continue };
        match block {
            Some(_) if first.0 == ")" => block = None,
            Some(verb) => all.push(Statement { verb, words }),
            None if last.is_some_and(|(word, _)| word == "(") => block = Some(first.0),
            None => {
                words.remove(0);
                all.push(Statement { verb: first.0, words });
            }
        }
    }
    all
}

fn words(code: &str, offset: usize) -> Vec<(&str, Range<usize>)> {
    let mut all = Vec::new();
    let mut at = 0;
    for word in code.split([' ', '\t', '\r', '\n']) {
        if !word.is_empty() {
            all.push((word, offset + at..offset + at + word.len()));
        }
        at += word.len() + 1;
    }
    all
}
