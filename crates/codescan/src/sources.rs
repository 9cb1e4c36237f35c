//! What was met in the sources, of all that is asked about?
//!
//! In: the questions, then files. Out: for each name its places. Only what is asked about is kept, so
//! memory does not grow with the sources.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use vocab::Base;

use crate::imports::{self, Met};
use crate::language::Language;
use crate::names;

/// The largest file that is read, in bytes.
pub const MAX_FILE: usize = 1 << 20;
/// The most files of one survey.
pub const MAX_FILES: usize = 50_000;
/// The most places kept of one name.
pub const MAX_PLACES: usize = 5;

/// What is asked: is this package used?
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The package's ecosystem.
    pub ecosystem: Base,
    /// Its name.
    pub name: String,
    /// What the advisories name of it; empty where they name nothing.
    pub named: Vec<Named>,
}

/// A module or path, and functions of it; no functions means all of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    /// Go: an import path. Rust: a path.
    pub path: String,
    /// Functions and methods (`Parse`, `Auth.ServeHTTP`).
    pub symbols: Vec<String>,
}

/// Where something stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// As the caller named the file.
    pub path: Arc<str>,
    /// Counted from 1.
    pub line: u32,
}

/// What was met of one name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hits {
    /// The first places that import it.
    pub imported: Vec<Place>,
    /// A place that only mentions it: a string, a script, a configuration.
    pub mentioned: Option<Place>,
}

/// The sources of one project, as far as the questions are concerned.
#[derive(Debug, Default)]
pub struct Sources {
    /// By language and name, as [`names`] spells it.
    hits: BTreeMap<Language, HashMap<String, Hits>>,
    /// What advisories name of a package or path that [`Sources::hits`] has: each symbol with the first
    /// place in a file that imports that.
    symbols: BTreeMap<Language, HashMap<String, Symbols>>,
    files: BTreeMap<Language, u64>,
    unread: BTreeMap<Language, u64>,
    truncated: bool,
    generated: Option<Place>,
    outside: Option<Place>,
}

type Symbols = HashMap<String, Option<Place>>;

impl Sources {
    /// Sources in which these questions will be asked. Others are answered as unknown.
    pub fn looking_for<'q>(questions: impl IntoIterator<Item = &'q Question>) -> Self {
        let mut sources = Self::default();
        for question in questions {
            let Some(language) = Language::of_ecosystem(question.ecosystem) else { continue };
            let hits = sources.hits.entry(language).or_default();
            let spellings = names::spellings(question.ecosystem, &question.name);
            for name in &spellings {
                hits.entry(name.clone()).or_default();
            }
            let symbols = sources.symbols.entry(language).or_default();
            for named in &question.named {
                let last = |symbol: &String| (names::last_segment(symbol).to_owned(), None);
                let owners = match language {
                    Language::Go => std::slice::from_ref(&named.path),
                    _ => &spellings[..],
                };
                for owner in owners {
                    hits.entry(owner.clone()).or_default();
                    let of_owner = symbols.entry(owner.clone()).or_default();
                    of_owner.extend(named.symbols.iter().map(last));
                }
            }
        }
        sources
    }

    /// Reads one file. What is no text or has no language is passed over. One that is too large is
    /// remembered, for then nobody can say «not imported».
    pub fn file(&mut self, path: &Arc<str>, bytes: &[u8]) {
        let Some(language) = Language::of(path, bytes) else { return };
        if bytes.len() > MAX_FILE {
            return self.not_read(path);
        }
        if self.files.values().sum::<u64>() >= MAX_FILES as u64 {
            self.truncated = true;
            return;
        }
        *self.files.entry(language).or_default() += 1;
        let text = String::from_utf8_lossy(bytes);
        let mut imported: BTreeSet<String> = BTreeSet::new();
        imports::scan(language, &text, &mut |met| self.take(path, &met, &mut imported));
        if !imported.is_empty() {
            self.find_symbols(language, path, &text, &imported);
        }
    }

    /// Notes a file that could not be read.
    pub fn not_read(&mut self, path: &str) {
        let language = Language::of(path, b"").unwrap_or(Language::Words);
        *self.unread.entry(language).or_default() += 1;
    }

    /// Notes that not all files were handed over.
    pub fn truncated(&mut self) {
        self.truncated = true;
    }

    /// How many files of a language were read.
    pub fn files(&self, language: Language) -> u64 {
        self.files.get(&language).copied().unwrap_or(0)
    }

    /// How many files of a language were not read.
    pub fn unread(&self, language: Language) -> u64 {
        self.unread.get(&language).copied().unwrap_or(0)
    }

    /// Whether not all files were looked at.
    pub fn is_truncated(&self) -> bool {
        self.truncated
    }

    /// A place at which Rust takes in code that is generated when it is built.
    pub fn generated(&self) -> Option<&Place> {
        self.generated.as_ref()
    }

    /// A place at which a manifest names code of the project that lies above what is read.
    pub fn outside(&self) -> Option<&Place> {
        self.outside.as_ref()
    }

    /// What was met of a name; `None` when it was not looked for.
    pub fn hits(&self, language: Language, name: &str) -> Option<&Hits> {
        self.hits.get(&language)?.get(name)
    }

    /// Where a symbol is named in a file that imports `owner`.
    pub fn symbol(&self, language: Language, owner: &str, symbol: &str) -> Option<&Place> {
        self.symbols.get(&language)?.get(owner)?.get(symbol)?.as_ref()
    }

    fn take(&mut self, path: &Arc<str>, met: &Met<'_>, imported: &mut BTreeSet<String>) {
        let place = |line| Place { path: path.clone(), line };
        match *met {
            Met::Import { language, name, line } => {
                if let Some(hits) = self.wanted(language, name) {
                    if hits.imported.len() < MAX_PLACES
                        && hits.imported.last().is_none_or(|last| last.path != *path)
                    {
                        hits.imported.push(place(line));
                    }
                    if !imported.contains(name) {
                        imported.insert(name.to_owned());
                    }
                }
            }
            Met::Mention { language, name, line } => {
                if let Some(hits) = self.wanted(language, name) {
                    hits.mentioned.get_or_insert_with(|| place(line));
                }
            }
            Met::Above { levels, line } => {
                if levels > path.matches('/').count() {
                    self.outside.get_or_insert_with(|| place(line));
                }
            }
            Met::Generated { line } => {
                self.generated.get_or_insert_with(|| place(line));
            }
        }
    }

    fn wanted(&mut self, language: Language, name: &str) -> Option<&mut Hits> {
        self.hits.get_mut(&language)?.get_mut(name)
    }

    /// The identifiers of a file, against those that advisories name of what it imports.
    fn find_symbols(
        &mut self,
        language: Language,
        path: &Arc<str>,
        text: &str,
        imported: &BTreeSet<String>,
    ) {
        let Some(symbols) = self.symbols.get_mut(&language) else { return };
        let mut left: HashMap<String, Vec<&String>> = HashMap::new();
        for owner in imported {
            for (symbol, place) in symbols.get(owner).into_iter().flatten() {
                if place.is_none() {
                    left.entry(symbol.clone()).or_default().push(owner);
                }
            }
        }
        for (number, line) in imports::code_lines(language, text) {
            if left.is_empty() {
                return;
            }
            for word in imports::identifiers(line) {
                for owner in left.remove(word).unwrap_or_default() {
                    let place = Place { path: path.clone(), line: number };
                    if let Some(of_owner) = symbols.get_mut(owner) {
                        of_owner.insert(word.to_owned(), Some(place));
                    }
                }
            }
        }
    }
}
