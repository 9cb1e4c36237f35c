//! Which packages does Paket's lock file name?
//!
//! In: paket.lock (Paket documentation, «The paket.lock file»): sources at column 0, remotes at column
//! 2, packages at column 4, what they require at column 6. Out: NuGet components with edges; GitHub and
//! other sources as git. Never: paket.dependencies.

use std::collections::HashMap;

use vocab::{Base, Declared};

use crate::reading::{Reading, pinned};
use crate::{Document, Tree, source, text};

/// Reads paket.lock.
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

#[derive(Default)]
struct Lock<'a> {
    reading: Reading,
    source: &'a str,
    remote: &'a str,
    seen: bool,
    current: Option<u32>,
    by_name: HashMap<String, u32>,
    edges: Vec<(u32, String)>,
}

impl<'a> Lock<'a> {
    fn take(&mut self, row: &'a str, line: u32) {
        let body = row.trim_start_matches(' ');
        match (row.len() - body.len(), self.source) {
            (0, _) => self.open(body, line),
            (2, "NUGET" | "GITHUB" | "GIT" | "HTTP") => {
                self.remote = body.strip_prefix("remote:").map_or(self.remote, str::trim);
            }
            (4, "NUGET") => {
                let Some((name, version)) = named(body) else {
                    self.reading.problem(line, "expected «NAME (VERSION)»");
                    return;
                };
                self.current = self.reading.push(pinned(Base::NuGet, name, version, line));
                let index = self.current;
                self.by_name.extend(index.map(|index| (name.to_ascii_lowercase(), index)));
            }
            (4, "GITHUB" | "GIT" | "HTTP") => {
                let (name, commit) = named(body).unwrap_or((body, ""));
                let mut component = pinned(Base::NuGet, name, "", line);
                component.version = Declared::Absent;
                component.origin = source::git(self.remote, Some(commit));
                self.current = self.reading.push(component);
            }
            (6, _) => {
                let name = body.split(' ').next().unwrap_or_default().to_ascii_lowercase();
                self.edges.extend(self.current.map(|from| (from, name)));
            }
            (_, "") => self.reading.problem(line, "expected a source such as NUGET first"),
            _ => {}
        }
    }

    fn open(&mut self, body: &'a str, line: u32) {
        self.remote = "";
        self.current = None;
        self.source = match body {
            "NUGET" | "GITHUB" | "GIT" | "HTTP" => body,
            // A group has its own sources; options such as `RESTRICTION: == net6.0` name no packages.
            _ if body.starts_with("GROUP ") || body.contains(':') => "option",
            _ => {
                let what =
                    format!("expected a source such as NUGET, found «{}»", text::short(body));
                self.reading.problem(line, what);
                "option"
            }
        };
        self.seen |= self.source != "option";
    }

    fn finish(mut self) -> Reading {
        if !self.seen && self.reading.problems.is_empty() {
            self.reading.problem(1, "expected a source such as NUGET, found none");
        }
        let known =
            self.edges.iter().filter_map(|(from, to)| Some((*from, *self.by_name.get(to)?)));
        self.reading.requires.extend(known);
        self.reading
    }
}

/// `NAME (VERSION)`, what follows the parenthesis ignored.
fn named(body: &str) -> Option<(&str, &str)> {
    let (name, rest) = body.split_once(" (")?;
    let (version, _) = rest.split_once(')')?;
    Some((name, version)).filter(|(name, version)| !name.is_empty() && !version.is_empty())
}
