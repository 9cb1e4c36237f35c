//! Which packages does a list of requirements ask pip for?
//!
//! In: `requirements.txt` and its kin (pip, «Requirements File Format»), with the files it includes
//! (`-r`) and the constraints it names (`-c`) looked up in the tree. Out: one component a line; a range
//! stays a range unless a constraint pins it. Never: an index asked, a variable expanded.

use std::collections::{HashMap, HashSet};

use vocab::{Base, Component, Declared, Ecosystem, Origin, Scope};

use super::requirement::{self, is_development};
use super::via;
use crate::{Document, Reading, Tree, text};

/// Most files that one list may include, however deep.
const MAX_INCLUDED: usize = 64;
/// Options that take a value and name no package.
const OPTIONS: &[&str] = &[
    "-i",
    "--index-url",
    "--pypi-url",
    "--extra-index-url",
    "--no-index",
    "-f",
    "--find-links",
    "--no-binary",
    "--only-binary",
    "--prefer-binary",
    "--require-hashes",
    "--pre",
    "--trusted-host",
    "--use-feature",
    "--always-unzip",
    "-Z",
    "--process-dependency-links",
    "--no-deps",
];

/// Reads a list of requirements.
pub fn read(document: Document<'_>, tree: &dyn Tree) -> Reading {
    let mut reader = Reader {
        tree,
        reading: Reading::default(),
        seen: HashSet::from([(document.path.to_owned(), false)]),
        constraints: HashMap::new(),
    };
    let scope = scope_of(document.path);
    reader.file(document.path, document.bytes, &Place { scope, line: None, constraint: false });
    reader.constrain();
    // The lines of included files are those of the includes, so the comments fit a list without any;
    // and they are found by their lines, so each has to have its own.
    if reader.seen.len() == 1
        && let Ok(text) = text::of_any_encoding(document.bytes)
        && !text::has_python_lines(&text)
    {
        via::apply(&text, &mut reader.reading);
    }
    reader.reading
}

struct Reader<'t> {
    tree: &'t dyn Tree,
    reading: Reading,
    /// The files read so far, and whether as constraints: one file may be named in both ways.
    seen: HashSet<(String, bool)>,
    /// Normalised name to the version that a constraint pins.
    constraints: HashMap<String, String>,
}

/// From where a file is being read.
struct Place {
    scope: Scope,
    /// The line of the first file that brought this one in; components carry it, since a component's
    /// line is a line of the document that was asked for.
    line: Option<u32>,
    constraint: bool,
}

impl Reader<'_> {
    fn file(&mut self, path: &str, bytes: &[u8], place: &Place) {
        let text = match text::of_any_encoding(bytes) {
            Ok(text) => text,
            Err(problem) => {
                let what = match place.line {
                    Some(_) => format!("{path}: {}", problem.what),
                    None => problem.what,
                };
                return self.reading.problem(place.line.unwrap_or(problem.line), what);
            }
        };
        for (line, logical) in logical_lines(&text) {
            self.line(path, line, &logical, place);
        }
    }

    fn line(&mut self, path: &str, line: u32, text: &str, place: &Place) {
        let at = place.line.unwrap_or(line);
        if let Some(name) = option(text, &["-r", "--requirement"]) {
            // Also out of a list of constraints `-r` includes requirements (pip, `req_file.py`).
            let inner = Place { line: Some(at), scope: place.scope, constraint: false };
            return self.include(path, name, &inner, at);
        }
        if let Some(name) = option(text, &["-c", "--constraint"]) {
            let inner = Place { line: Some(at), scope: place.scope, constraint: true };
            return self.include(path, name, &inner, at);
        }
        let (editable, requirement) = match option(text, &["-e", "--editable"]) {
            Some(address) => (true, address),
            None => (false, text),
        };
        if requirement.starts_with('-') {
            let name = requirement.split([' ', '=']).next().unwrap_or_default();
            if !OPTIONS.contains(&name)
                && !OPTIONS.iter().any(|o| o.len() == 2 && name.starts_with(o))
            {
                let what = format!("unknown option `{}`", text::short(name));
                self.reading.problem(at, what);
            }
            return;
        }
        match component(requirement, editable, place.scope, at) {
            Some(component) if place.constraint => {
                if let Declared::Exact(version) = component.version {
                    let name = component.ecosystem.normal_name(&component.name).into_owned();
                    self.constraints.insert(name, version);
                }
            }
            Some(component) => {
                self.reading.push(component);
            }
            None => {
                let what = format!("`{}` is no requirement (PEP 508)", text::short(requirement));
                self.reading.problem(at, what);
            }
        }
    }

    fn include(&mut self, from: &str, name: &str, place: &Place, line: u32) {
        let name = name.trim_matches(['"', '\'']);
        if name.contains("://") {
            let what =
                format!("`{}` is an address; only files of the tree are read", text::short(name));
            return self.reading.problem(line, what);
        }
        let Some(path) = (Document { path: from, bytes: &[] }).beside(name) else {
            let what = format!("`{}` leads out of the tree", text::short(name));
            return self.reading.problem(line, what);
        };
        if self.seen.len() > MAX_INCLUDED {
            let what = format!("more than {MAX_INCLUDED} included files; the rest was not read");
            if self.reading.problems.last().map(|p| &p.what) != Some(&what) {
                self.reading.problem(line, what);
            }
            return;
        }
        if !self.seen.insert((path.clone(), place.constraint)) {
            return;
        }
        match self.tree.read(&path) {
            Some(bytes) => self.file(&path, &bytes, place),
            None => {
                let what =
                    format!("included file `{}` is not there or cannot be read", text::short(name));
                self.reading.problem(line, what);
            }
        }
    }

    fn constrain(&mut self) {
        for component in &mut self.reading.components {
            if component.origin != Origin::Registry || component.version.exact().is_some() {
                continue;
            }
            let name = component.ecosystem.normal_name(&component.name);
            if let Some(version) = self.constraints.get(name.as_ref()) {
                component.version = Declared::Exact(version.clone());
            }
        }
    }
}

/// The value of an option in its three spellings (`-r x`, `-rx`, `--requirement=x`).
fn option<'t>(text: &'t str, names: &[&str]) -> Option<&'t str> {
    names.iter().find_map(|name| {
        let rest = text.strip_prefix(name)?;
        let value = rest.strip_prefix('=').unwrap_or(rest).trim_ascii();
        let apart =
            rest.starts_with([' ', '\t', '=']) || (name.len() == 2 && !rest.starts_with('-'));
        (apart && !value.is_empty()).then_some(value)
    })
}

fn component(text: &str, editable: bool, scope: Scope, line: u32) -> Option<Component> {
    // Options of one requirement: `--hash=…`, `--config-settings=…`, `--global-option=…`.
    let text = text.find(" --").map_or(text, |at| &text[..at]).trim_ascii();
    if !editable && let Some(requirement) = requirement::parse(text) {
        return Some(requirement::component(&requirement, scope, line));
    }
    let address = text.split_ascii_whitespace().next().unwrap_or_default();
    let path = address.starts_with(['.', '/', '~']) || address.contains('/') || editable;
    let file = [".whl", ".tar.gz", ".zip"].iter().any(|end| address.ends_with(end));
    if !(address.contains("://") || address.starts_with("git@") || path || file)
        || address.starts_with('<')
    {
        return None;
    }
    let origin = match requirement::origin_of_url(address) {
        Origin::Foreign(_) if editable || (path && !file && !address.contains("://")) => {
            Origin::FirstParty
        }
        other => other,
    };
    let (name, version) = named(address);
    Some(Component {
        ecosystem: Ecosystem::from(Base::PyPI),
        name,
        version,
        origin,
        scope,
        direct: Some(true),
        line,
    })
}

/// A name for an address: `#egg=`, the parts of a wheel's file name (PEP 427), else its last part.
fn named(address: &str) -> (String, Declared) {
    if let Some((_, egg)) = address.split_once("#egg=").or_else(|| address.split_once("&egg=")) {
        let egg = egg.split(['&', '[']).next().unwrap_or_default();
        if !egg.is_empty() {
            return (egg.to_owned(), Declared::Absent);
        }
    }
    let bare = address.split(['#', '?']).next().unwrap_or_default().trim_end_matches('/');
    let last = bare.rsplit(['/', '\\']).next().unwrap_or_default();
    if let Some(wheel) = last.strip_suffix(".whl") {
        let mut parts = wheel.splitn(3, '-');
        if let (Some(name), Some(version)) = (parts.next(), parts.next()) {
            return (name.to_owned(), Declared::Exact(version.to_owned()));
        }
    }
    let last = last.split('@').next().unwrap_or_default();
    let last = last.strip_suffix(".git").unwrap_or(last);
    let name = if matches!(last, "" | "." | "..") { address } else { last };
    (name.to_owned(), Declared::Absent)
}

/// Lines with continuations joined and comments removed, each with the number of its first line. A
/// comment ends where its line ends, also when that line is continued (pip does both in this order).
fn logical_lines(text: &str) -> impl Iterator<Item = (u32, String)> {
    let mut lines = text::python_lines(text);
    std::iter::from_fn(move || {
        loop {
            let (line, first) = lines.next()?;
            let mut whole = String::new();
            let mut part = first;
            loop {
                let (body, comment) = without_comment(part);
                match body.strip_suffix('\\').filter(|_| !comment) {
                    Some(body) => {
                        whole.push_str(body);
                        whole.push(' ');
                    }
                    None => {
                        whole.push_str(body);
                        break;
                    }
                }
                match lines.next() {
                    Some((_, next)) => part = next,
                    None => break,
                }
            }
            let trimmed = whole.trim_ascii();
            if !trimmed.is_empty() {
                return Some((line, trimmed.to_owned()));
            }
        }
    })
}

/// A comment begins with `#` at the start or after white space.
fn without_comment(line: &str) -> (&str, bool) {
    let mut before = b' ';
    for (at, byte) in line.bytes().enumerate() {
        if byte == b'#' && before.is_ascii_whitespace() {
            return (&line[..at], true);
        }
        before = byte;
    }
    (line, false)
}

/// The scope that the name of the file tells (`requirements-dev.txt`, `requirements/test.txt`).
fn scope_of(path: &str) -> Scope {
    let mut parts = path.rsplit('/');
    let file = parts.next().unwrap_or_default();
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    if is_development(stem) { Scope::Development } else { Scope::Runtime }
}

#[cfg(test)]
mod tests {
    use super::logical_lines;
    use crate::Document;

    #[test]
    fn continuations_join_and_comments_go() {
        let lines: Vec<_> =
            logical_lines("a==1 \\\n  --hash=x \\\n  --hash=y # c\n# d \\\nb#c\n\nc \\").collect();
        let expected = [(1, "a==1    --hash=x    --hash=y"), (5, "b#c"), (7, "c")];
        let lines: Vec<_> = lines.iter().map(|(line, text)| (*line, text.as_str())).collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn includes_stay_in_the_tree() {
        let beside = |path, name| Document { path, bytes: &[] }.beside(name);
        assert_eq!(beside("a/requirements.txt", "../base.txt").as_deref(), Some("base.txt"));
        assert_eq!(beside("requirements.txt", "../base.txt"), None);
        assert_eq!(beside("requirements.txt", "/etc/passwd"), None);
    }
}
