//! Which modules does the list inside a Go program name?
//!
//! In: Go's version and the module list (Go source, `runtime/debug.BuildInfo.String`): lines of `path`,
//! `mod`, `dep`, `=>` (the replacement of the one before) and `build`, words apart by tabs. Out: the
//! program's own module, what it was linked with, and the standard library. `(devel)` is no version: the
//! program was built from a folder, so its module is first party. Since Go 1.24 a build from a folder bears
//! the version of its commit, without a sum: that is first party too, at this version; with a sum it came
//! from the module proxy. Never: requirements between modules, which the list does not have.

use vocab::{Base, Component, Declared, Ecosystem, Origin, Scope};

use super::fields::is_plain;
use crate::Reading;
use crate::text::short;

/// What stands for a version where there is none.
const DEVELOPMENT: &str = "(devel)";
/// Versions of modules that have none, because a folder replaces them.
const PLACEHOLDERS: [&str; 2] = ["v0.0.0", "v0.0.0-00010101000000-000000000000"];

/// One `mod` or `dep` line with the `=>` after it.
struct Module<'a> {
    own: bool,
    line: u32,
    path: &'a str,
    version: &'a str,
    has_sum: bool,
    replaced_by: Option<(&'a str, &'a str)>,
}

/// Reads the list.
pub(super) fn read(go: &str, list: &str) -> Reading {
    let mut reading = Reading::default();
    let mut modules: Vec<Module<'_>> = Vec::new();
    let mut program = "";
    for (line, row) in (1u32..).zip(list.lines()) {
        let words: Vec<&str> = row.splitn(5, '\t').collect();
        match words.as_slice() {
            ["path", path] => program = path,
            [kind @ ("mod" | "dep"), path, version, rest @ ..] => modules.push(Module {
                own: *kind == "mod",
                line,
                path,
                version,
                has_sum: rest.first().is_some_and(|sum| !sum.is_empty()),
                replaced_by: None,
            }),
            ["=>", path, version, ..] if !modules.is_empty() => {
                if let Some(last) = modules.last_mut() {
                    last.replaced_by = Some((path, version));
                }
            }
            ["build", ..] | [""] => {}
            [word, ..] => {
                let what = format!("Go's module list: «{}» is not known there", short(word));
                reading.problem(line, what);
            }
            [] => {}
        }
    }
    for module in &modules {
        if !is_plain(module.path) || !module.version.is_empty() && !is_plain(module.version) {
            reading.problem(module.line, "Go's module list: a module whose name is no text");
            continue;
        }
        reading.push(module.component());
    }
    // Go's own commands have no module: they are of the distribution that they come with.
    let command = program.starts_with("cmd/");
    if modules.is_empty() && !command {
        let what = "a Go program without its list of modules: what it was built from is not known";
        reading.problem(0, what);
    }
    push_toolchain(go, command, &mut reading);
    reading
}

/// The standard library that was linked in; for Go's own commands also what the vulnerability database
/// calls `toolchain`. A version is written without `go`, and without what a vendor or an experiment
/// appended (`go1.22.1 X:boringcrypto`, `go1.23.4-bigcorp`).
fn push_toolchain(go: &str, command: bool, reading: &mut Reading) {
    let version = go.strip_prefix("go").and_then(|version| version.split([' ', '-']).next());
    let version = version.filter(|v| v.starts_with(|c: char| c.is_ascii_digit()) && is_plain(v));
    for name in ["stdlib", "toolchain"].into_iter().take(if command { 2 } else { 1 }) {
        let declared = match version {
            Some(version) => Declared::Exact(version.to_owned()),
            None => Declared::Range(short(go)),
        };
        reading.push(component(name, declared, 0, Origin::Registry));
    }
}

impl Module<'_> {
    fn component(&self) -> Component {
        let (path, version) = self.replaced_by.unwrap_or((self.path, self.version));
        let folder = path.starts_with(['.', '/', '\\']) || path.as_bytes().get(1) == Some(&b':');
        // A module of the same workspace is linked in without a version.
        let built_here = (self.own || self.version == DEVELOPMENT)
            && self.replaced_by.is_none()
            && !self.has_sum;
        let (path, origin) = match (path == self.path, folder || built_here) {
            (_, true) => (self.path, Origin::FirstParty),
            (true, false) => (path, Origin::Registry),
            // A fork: advisories speak of the module it stands for, and know nothing of this name.
            (false, false) => {
                (path, Origin::Foreign(format!("{path} in the place of {}", self.path)))
            }
        };
        // A folder in the place of a release is a copy of it, as likely as not with its defects.
        let version = match folder {
            true if PLACEHOLDERS.contains(&self.version) => "",
            true => self.version,
            false => version,
        };
        component(path, declared(version), self.line, origin)
    }
}

fn declared(version: &str) -> Declared {
    let digit = version.strip_prefix('v').and_then(|rest| rest.chars().next());
    match version {
        "" | DEVELOPMENT => Declared::Absent,
        version if digit.is_some_and(|c| c.is_ascii_digit()) => Declared::Exact(version.to_owned()),
        version => Declared::Range(version.to_owned()),
    }
}

fn component(name: &str, version: Declared, line: u32, origin: Origin) -> Component {
    Component {
        ecosystem: Ecosystem::from(Base::Go),
        name: name.to_owned(),
        version,
        origin,
        scope: Scope::Runtime,
        direct: None,
        line,
    }
}
