//! Which gems does Bundler's lock file name?
//!
//! In: Gemfile.lock or gems.locked. Out: gems with their source, what the project names itself, who
//! requires whom. Never: a gem resolved for a platform: all platforms' builds of one version are one
//! component. Shape as Bundler's lock file parser takes it: sections at column 0, their attributes at
//! column 2, gems at column 4, what a gem requires at column 6.

use std::collections::{HashMap, HashSet};

use vocab::{Base, Component, Declared, Ecosystem, Origin, Scope};

use crate::reading::Reading;
use crate::source;
use crate::{Document, Tree, text};

/// Sections that name no gems.
const SILENT: &[&str] = &["PLATFORMS", "RUBY VERSION", "BUNDLED WITH", "CHECKSUMS"];
/// Sections whose `specs:` are gems.
const SOURCES: &[&str] = &["GEM", "GIT", "PATH", "PLUGIN SOURCE"];

/// Reads the lock file. The remote of a GEM section may be a mirror of rubygems.org or not; the file
/// does not tell, so its gems count as from the registry.
pub fn read(document: Document<'_>, _: &dyn Tree) -> Reading {
    let text = match text::of(document.bytes) {
        Ok(text) => text,
        Err(problem) => return problem.into(),
    };
    let mut lock = Lock::default();
    for (line, row) in text::lines(text) {
        let row = row.trim_end();
        if !row.is_empty() {
            lock.take(row, line);
        }
    }
    lock.finish()
}

#[derive(Default, PartialEq, Clone, Copy)]
enum Section {
    /// Before the first one, or in one that is not known.
    #[default]
    Nowhere,
    Source,
    Dependencies,
    Silent,
}

#[derive(Default)]
struct Lock<'a> {
    section: Section,
    seen: usize,
    /// Attributes of the source section so far.
    kind: &'a str,
    remote: &'a str,
    revision: &'a str,
    /// The gem under which requirements stand now.
    current: Option<u32>,
    by_version: HashMap<(&'a str, &'a str), u32>,
    by_name: HashMap<&'a str, u32>,
    edges: Vec<(u32, &'a str)>,
    direct: Option<HashSet<&'a str>>,
    reading: Reading,
}

impl<'a> Lock<'a> {
    fn take(&mut self, row: &'a str, line: u32) {
        let body = row.trim_start_matches(' ');
        match (row.len() - body.len(), self.section) {
            (0, _) => self.open(body, line),
            (_, Section::Silent | Section::Nowhere) => {}
            (_, Section::Dependencies) => {
                let name = body.split([' ', '!']).next().unwrap_or("");
                self.direct.get_or_insert_default().insert(name);
            }
            (2, Section::Source) => self.attribute(body, line),
            (4, Section::Source) => self.gem(body, line),
            (6, Section::Source) => {
                let name = body.split(' ').next().unwrap_or("");
                self.edges.extend(self.current.map(|gem| (gem, name)));
            }
            (indent, Section::Source) => {
                let what = format!("indented by {indent}, expected 2, 4 or 6 spaces");
                self.reading.problem(line, what);
            }
        }
    }

    fn open(&mut self, name: &'a str, line: u32) {
        (self.kind, self.remote, self.revision) = (name, "", "");
        self.current = None;
        self.section = match name {
            _ if SOURCES.contains(&name) => Section::Source,
            _ if SILENT.contains(&name) => Section::Silent,
            "DEPENDENCIES" => {
                self.direct.get_or_insert_default();
                Section::Dependencies
            }
            _ => {
                let name = text::short(name);
                let what = format!("expected a section such as GEM, found «{name}»; not read");
                self.reading.problem(line, what);
                Section::Nowhere
            }
        };
        if self.section != Section::Nowhere {
            self.seen += 1;
        }
    }

    fn attribute(&mut self, body: &'a str, line: u32) {
        match body.split_once(':') {
            Some(("remote", url)) => self.remote = url.trim(),
            Some(("revision", commit)) => self.revision = commit.trim(),
            Some(_) => {}
            None => self.reading.problem(line, "expected «KEY: VALUE», such as «remote: URL»"),
        }
    }

    fn gem(&mut self, body: &'a str, line: u32) {
        let (name, version) = match body.split_once(" (") {
            // What follows the first dash is the platform (`1.13.3-x86_64-linux`).
            Some((name, rest)) => {
                (name, rest.trim_end_matches(')').split('-').next().unwrap_or(""))
            }
            None => (body, ""),
        };
        if let Some(index) = self.by_version.get(&(name, version)) {
            self.current = Some(*index);
            return;
        }
        let origin = match self.kind {
            "GIT" => source::git(self.remote, Some(self.revision)),
            "PATH" => Origin::FirstParty,
            "PLUGIN SOURCE" => source::foreign(self.remote),
            _ => Origin::Registry,
        };
        let version_declared = match version {
            "" => Declared::Absent,
            exact => Declared::Exact(exact.to_owned()),
        };
        self.current = self.reading.push(Component {
            ecosystem: Ecosystem::from(Base::RubyGems),
            name: name.to_owned(),
            version: version_declared,
            origin,
            scope: Scope::Unknown,
            direct: None,
            line,
        });
        if let Some(index) = self.current {
            self.by_version.insert((name, version), index);
            self.by_name.entry(name).or_insert(index);
        }
    }

    fn finish(mut self) -> Reading {
        if self.seen == 0 {
            self.reading.problem(1, "expected a section such as GEM, found none");
            return self.reading;
        }
        if let Some(direct) = &self.direct {
            for component in &mut self.reading.components {
                component.direct = Some(direct.contains(component.name.as_str()));
            }
        }
        for (requirer, name) in &self.edges {
            let required = self.by_name.get(name).filter(|required| *required != requirer);
            self.reading.requires.extend(required.map(|required| (*requirer, *required)));
        }
        // Each platform's build of a gem states its requirements again.
        let mut known = HashSet::new();
        self.reading.requires.retain(|edge| known.insert(*edge));
        self.reading
    }
}
