//! Which modules does go.mod (or go.work) require, and at which version?
//!
//! In: go.mod; for a file from before Go 1.17 also go.sum beside it, through the tree. Out: the module
//! itself as first party, each requirement after `replace`, and the standard library and the tools of
//! the named toolchain. Never: a version selected, another go.mod fetched. Rules: Go Modules Reference, «go.mod
//! files»; Go Toolchains, «Go toolchain selection».

use std::collections::{HashMap, HashSet};

use vocab::{Base, Component, Declared, Ecosystem, Origin, Scope};

use super::gosum;
use super::statements::{Statement, statements};
use crate::reading::{Reading, pinned};
use crate::text::short;
use crate::{Document, Problem, Tree};

/// The statements of go.mod that say nothing about what is built.
const SILENT: &[&str] = &["retract", "exclude", "tool", "godebug", "ignore"];

/// Reads go.mod. A `require` marked `// indirect` is not direct; a module replaced by a path is first
/// party; `toolchain` wins over `go` for the standard library.
pub fn read(document: Document<'_>, tree: &dyn Tree) -> Reading {
    let mut file = match parse(document) {
        Ok(file) => file,
        Err(problem) => return problem.into(),
    };
    if file.module.is_none() && file.requires.is_empty() {
        file.reading.problem(1, "no «module» and no «require» line: this is no go.mod");
        return file.reading;
    }
    let root = file.module.and_then(|(name, line)| file.reading.push(first_party(name, line)));
    let requires = std::mem::take(&mut file.requires);
    let mut named = HashSet::new();
    for require in &requires {
        named.insert(require.name);
        let component = file.replacements.resolve(require);
        if let (Some(index), Some(root), true) =
            (file.reading.push(component), root, require.direct)
        {
            file.reading.requires.push((root, index));
        }
    }
    file.push_toolchain();
    if !requires.is_empty() && !file.lists_indirect() {
        add_checksummed(&mut file, document.path, tree, &named);
    }
    file.reading
}

/// Reads go.work: its toolchain and the replacements that hold for the whole workspace. The modules
/// that it uses have their own go.mod.
pub fn read_work(document: Document<'_>, _: &dyn Tree) -> Reading {
    let mut file = match parse(document) {
        Ok(file) => file,
        Err(problem) => return problem.into(),
    };
    if file.uses == 0 && file.go.is_none() {
        file.reading.problem(1, "no «go» and no «use» line: this is no go.work");
        return file.reading;
    }
    for replaced in file.replacements.in_order() {
        file.reading.push(replaced);
    }
    file.push_toolchain();
    file.reading
}

/// One line of `require`.
struct Require<'a> {
    name: &'a str,
    version: &'a str,
    direct: bool,
    line: u32,
}

/// What the file states, sorted by verb.
#[derive(Default)]
struct File<'a> {
    module: Option<(&'a str, u32)>,
    requires: Vec<Require<'a>>,
    replacements: Replacements<'a>,
    uses: usize,
    go: Option<(&'a str, u32)>,
    toolchain: Option<(&'a str, u32)>,
    reading: Reading,
}

fn parse(document: Document<'_>) -> Result<File<'_>, Problem> {
    let text = crate::text::of(document.bytes)?;
    let mut file = File::default();
    for statement in statements(text, &mut file.reading) {
        file.take(&statement);
    }
    Ok(file)
}

impl<'a> File<'a> {
    fn take(&mut self, statement: &Statement<'a>) {
        let line = statement.line;
        match (statement.verb, statement.words.as_slice()) {
            ("module", [name]) => self.module = Some((name, line)),
            ("require", [name, version]) => {
                let direct = !is_indirect(statement.comment);
                self.requires.push(Require { name, version, direct, line });
            }
            ("replace", words) => {
                if !self.replacements.take(words, line) {
                    let what = "expected «replace PATH [VERSION] => PATH [VERSION]»";
                    self.reading.problem(line, what);
                }
            }
            ("go", [version]) => self.go = Some((version, line)),
            ("toolchain", [name]) => self.toolchain = Some((name, line)),
            ("use", [_]) => self.uses += 1,
            (verb, _) if SILENT.contains(&verb) => {}
            ("require", _) => self.reading.problem(line, "expected «require PATH VERSION»"),
            (verb @ ("module" | "go" | "toolchain" | "use"), _) => {
                self.reading.problem(line, format!("expected one word after «{verb}»"));
            }
            (verb, _) => {
                let what = format!("expected a go.mod directive, found «{}»", short(verb));
                self.reading.problem(line, what);
            }
        }
    }

    /// Since Go 1.17 go.mod names every module that provides a package to the build.
    fn lists_indirect(&self) -> bool {
        self.go.and_then(|(version, _)| language(version)).is_some_and(|minor| minor >= (1, 17))
    }

    /// The `toolchain` line, else the `go` line, as the packages `stdlib` and `toolchain` (the Go
    /// vulnerability database keeps the go command and the compiler apart). Only a full release names
    /// these; `go 1.22` names the language, which any later toolchain may build: a range.
    fn push_toolchain(&mut self) {
        let toolchain = self.toolchain.and_then(|(name, line)| {
            let version = name.strip_prefix("go")?;
            let version = version.split_once('-').map_or(version, |(version, _)| version);
            Some((version, line))
        });
        let Some((version, line)) = toolchain.or(self.go) else { return };
        for name in ["stdlib", "toolchain"] {
            let mut component = pinned(Base::Go, name, version, line);
            component.scope = Scope::Runtime;
            component.direct = Some(true);
            if !is_release(version) {
                component.version = Declared::Range(version.to_owned());
            }
            self.reading.push(component);
        }
    }
}

/// What `replace` says, by module.
#[derive(Default)]
struct Replacements<'a> {
    by_name: HashMap<(&'a str, Option<&'a str>), usize>,
    targets: Vec<Target<'a>>,
}

struct Target<'a> {
    from: &'a str,
    path: &'a str,
    version: Option<&'a str>,
    line: u32,
}

impl<'a> Replacements<'a> {
    /// Takes `A [V] => B [W]`; false when the words are not of that shape.
    fn take(&mut self, words: &[&'a str], line: u32) -> bool {
        let (from, of, path, version) = match *words {
            [from, "=>", path] => (from, None, path, None),
            [from, "=>", path, version] => (from, None, path, Some(version)),
            [from, of, "=>", path] => (from, Some(of), path, None),
            [from, of, "=>", path, version] => (from, Some(of), path, Some(version)),
            _ => return false,
        };
        self.by_name.insert((from, of), self.targets.len());
        self.targets.push(Target { from, path, version, line });
        true
    }

    /// The component that a requirement comes to: a replacement of this very version wins over one of
    /// all versions (Go Modules Reference, «replace directive»).
    fn resolve(&self, require: &Require<'a>) -> Component {
        let key = |version| self.by_name.get(&(require.name, version));
        let target = key(Some(require.version)).or_else(|| key(None));
        let mut component = match target.and_then(|at| self.targets.get(*at)) {
            Some(target) => target.component(),
            None => module(require.name, require.version, require.line),
        };
        if component.version == Declared::Absent {
            component.version = declared(require.version);
        }
        component.direct = Some(require.direct);
        component
    }

    fn in_order(&self) -> Vec<Component> {
        self.targets.iter().map(Target::component).collect()
    }
}

impl Target<'_> {
    fn component(&self) -> Component {
        if is_path(self.path) {
            return first_party(self.from, self.line);
        }
        let mut component = module(self.path, self.version.unwrap_or(""), self.line);
        if self.version.is_none() {
            component.version = Declared::Absent;
        }
        if self.path != self.from {
            // A fork: advisories speak of the module it stands for, and know nothing of this name.
            component.origin =
                Origin::Foreign(format!("{} in the place of {}", self.path, self.from));
        }
        component
    }
}

/// Adds what only go.sum names: for a go.mod from before Go 1.17 that is the best list of its
/// indirect modules that the tree has.
fn add_checksummed(file: &mut File<'_>, path: &str, tree: &dyn Tree, named: &HashSet<&str>) {
    let beside = match path.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/go.sum"),
        None => "go.sum".to_owned(),
    };
    let line = file.go.map_or(1, |(_, line)| line);
    let Some(bytes) = tree.read(&beside) else {
        let what = "before Go 1.17 indirect modules are not listed here, and no go.sum lies beside";
        file.reading.problem(line, what);
        return;
    };
    let sums = gosum::read(Document { path: &beside, bytes: &bytes }, &crate::NoTree);
    if let Some(problem) = sums.problems.first() {
        let what = format!("go.sum line {}: {}", problem.line, problem.what);
        file.reading.problem(line, what);
    }
    for component in sums.components {
        if named.contains(component.name.as_str()) {
            continue;
        }
        let require = Require {
            name: &component.name,
            version: component.version.text(),
            direct: false,
            // The line in go.sum would point into the wrong file.
            line: 0,
        };
        let resolved = file.replacements.resolve(&require);
        file.reading.push(resolved);
    }
}

fn module(name: &str, version: &str, line: u32) -> Component {
    let mut component = pinned(Base::Go, name, "", line);
    component.version = declared(version);
    component
}

/// A canonical version begins with `v`; a branch or commit name awaits `go mod tidy`.
fn declared(version: &str) -> Declared {
    let digit = version.strip_prefix('v').and_then(|rest| rest.chars().next());
    if digit.is_some_and(|c| c.is_ascii_digit()) {
        Declared::Exact(version.to_owned())
    } else {
        Declared::Range(version.to_owned())
    }
}

fn first_party(name: &str, line: u32) -> Component {
    Component {
        ecosystem: Ecosystem::from(Base::Go),
        name: name.to_owned(),
        version: Declared::Absent,
        origin: Origin::FirstParty,
        scope: Scope::Unknown,
        direct: None,
        line,
    }
}

/// A replacement that begins so is a folder (Go Modules Reference, «replace directive»).
fn is_path(path: &str) -> bool {
    let drive = path.as_bytes().get(1) == Some(&b':');
    path.starts_with('.') || path.starts_with('/') || path.starts_with('\\') || drive
}

/// `// indirect`, alone or before `;`.
fn is_indirect(comment: &str) -> bool {
    comment == "indirect" || comment.starts_with("indirect;")
}

/// The language version of `1.17`, `1.22.3`, `1.21rc2`.
fn language(version: &str) -> Option<(u32, u32)> {
    let (major, rest) = version.split_once('.')?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    Some((major.parse().ok()?, rest.get(..digits)?.parse().ok()?))
}

/// Names one release: `1.22.3`, `1.21rc2`. The two-part form is the language version, also up to Go
/// 1.20, whose first release bore it too.
fn is_release(version: &str) -> bool {
    let pre_release = version.contains("rc") || version.contains("beta");
    version.matches('.').count() == 2 || pre_release
}
