//! What comes of one project's fixes, tried on a copy?
//!
//! Each step is a transaction: manifests are edited, the tool writes the lock file, the copy is scanned;
//! a step that does not make it better is taken back, with the reason.

use std::collections::{BTreeMap, BTreeSet};

use remedy::edit::{self, Change, Kind, Outcome};
use sandbox::{Ended, Limits, Order, Toolbox};
use vocab::Instant;

use super::check::{self, Key, Seen};
use super::copy::Copy;
use super::locks::{self, Wish};
use super::project::{Family, Project};
use super::report::Ran;
use super::{Options, files};
use crate::intelligence::Intelligence;
use crate::report::{Fix, Report};

/// What every attempt of one run shares.
pub struct Around<'a> {
    pub intelligence: &'a Intelligence,
    pub toolbox: &'a Toolbox,
    pub options: &'a Options,
    pub report: &'a Report,
    pub now: Instant,
    /// Told what is being done.
    pub say: &'a dyn Fn(&str),
}

/// What came of one fix in the project.
#[derive(Debug, Clone, Default)]
pub struct Came {
    pub lines: Vec<String>,
    pub reason: Option<String>,
}

/// One project on its way.
pub struct Attempt<'a, 'r> {
    pub project: &'a Project<'r>,
    around: &'a Around<'a>,
    copy: Copy,
    /// Manifests in the copy.
    manifests: Vec<String>,
    lock: Option<String>,
    /// The files as they were.
    pub original: BTreeMap<String, Vec<u8>>,
    pub before: Seen,
    pub after: Seen,
    pub results: Vec<Came>,
    pub ran: Vec<Ran>,
    /// The next step would fail as the last one did: no tool, no network, no time, no source.
    hopeless: bool,
}

impl<'a, 'r> Attempt<'a, 'r> {
    /// Makes the copy.
    ///
    /// # Errors
    /// The project cannot be worked on; why.
    pub fn new(
        project: &'a Project<'r>,
        changed: &super::tree::Changed,
        around: &'a Around<'a>,
    ) -> Result<Self, String> {
        let copy =
            Copy::new(&around.options.work).map_err(|e| format!("no copy could be made: {e}"))?;
        let files = files::of(project, changed)?;
        let put = |path: &str, bytes: &[u8]| {
            copy.put(path, bytes).map_err(|e| format!("no copy of {path} could be made: {e}"))
        };
        for (path, bytes) in &files.texts {
            put(path, bytes)?;
            if project.family == Family::Cargo && files.manifests.contains(path) {
                let text = String::from_utf8_lossy(bytes);
                copy.stand_in(path, &text).map_err(|e| format!("no copy could be made: {e}"))?;
            }
        }
        let mut attempt = Self {
            project,
            around,
            copy,
            manifests: files.manifests,
            lock: files.lock,
            original: files.texts,
            before: Seen::default(),
            after: Seen::default(),
            results: vec![Came::default(); project.fixes.len()],
            ran: Vec::new(),
            hopeless: false,
        };
        attempt.before = attempt.look()?;
        attempt.after = attempt.before.clone();
        Ok(attempt)
    }

    /// Tries all fixes: together where the tool takes several, else and after a failure one by one.
    pub fn run(&mut self) {
        let all: Vec<usize> =
            (0..self.project.fixes.len()).filter(|at| self.possible(*at)).collect();
        let together = self.project.family != Family::Cargo && !all.is_empty();
        if together {
            (self.around.say)(&format!(
                "{}: {} on a copy",
                self.project.shown(&self.project.folder),
                self.project.family.as_str()
            ));
            let reason = self.step(&all).err();
            let once = reason.is_none() || self.hopeless;
            if once || all.len() == 1 {
                self.note(&all, reason.as_ref());
            }
        }
        if !together || all.len() > 1 {
            for at in all {
                if self.around.toolbox.interrupted() {
                    return;
                }
                if self.settled(at) || self.results.get(at).is_some_and(|r| r.reason.is_some()) {
                    continue;
                }
                let reason = self.step(&[at]).err();
                self.note(&[at], reason.as_ref());
                if let Some(reason) = reason.filter(|_| self.hopeless) {
                    // The next would wait for the same source, and fail as well.
                    let all: Vec<usize> = (0..self.project.fixes.len()).collect();
                    return self.note(&all, Some(&reason));
                }
            }
        }
    }

    /// Whether a fix names anything that can be done here; the reason is noted where not.
    fn possible(&mut self, at: usize) -> bool {
        let Some(fix) = self.project.fixes.get(at) else { return false };
        let reason = match fix.action.as_str() {
            "mitigate" => Some(fix.how.clone()),
            "raise_parent"
                if self.project.family == Family::Npm || self.project.family == Family::Cargo =>
            {
                None
            }
            "raise_parent" => Some("what brings it in has to move first".to_owned()),
            "remove" if self.lock.is_some() => Some(format!(
                "malicious: take {} out of the manifest, then look for what it did; the lock file follows",
                fix.package
            )),
            _ => None,
        };
        if let (Some(reason), Some(result)) = (&reason, self.results.get_mut(at)) {
            result.reason = Some(reason.clone());
        }
        reason.is_none()
    }

    fn note(&mut self, which: &[usize], reason: Option<&String>) {
        let Some(reason) = reason else { return };
        for at in which {
            if let Some(result) = self.results.get_mut(*at) {
                result.reason.get_or_insert_with(|| reason.clone());
            }
        }
    }

    /// The findings that a fix ends, as the copy shows them.
    pub fn keys(&self, fix: &Fix) -> BTreeSet<Key> {
        let of =
            |id: &String| self.around.report.findings.iter().find(|f| f.id == *id).map(Key::of);
        fix.closes.iter().filter_map(of).filter(|key| self.before.keys.contains(key)).collect()
    }

    /// How many of these have not ended.
    pub fn left(&self, keys: &BTreeSet<Key>) -> usize {
        keys.iter().filter(|key| !check::ended(key, &self.before, &self.after)).count()
    }

    /// Versions of the same packages that have the same problems, and came only with the change.
    pub fn still(&self, keys: &BTreeSet<Key>) -> BTreeSet<String> {
        let new = self.after.keys.difference(&self.before.keys);
        let same = |key: &&Key| keys.iter().any(|k| k.same_problem(key));
        new.filter(same).map(|key| format!("{} {}", key.name, key.version)).collect()
    }

    /// Whether nothing of a fix is left to do.
    pub fn settled(&self, at: usize) -> bool {
        let Some(fix) = self.project.fixes.get(at) else { return true };
        let keys = self.keys(fix);
        !keys.is_empty() && keys.iter().all(|key| check::ended(key, &self.before, &self.after))
    }

    /// One transaction over some of the fixes.
    fn step(&mut self, which: &[usize]) -> Result<(), String> {
        let snapshot = self.files();
        let result = self.edited(which).and_then(|lines| {
            let seen = self.look()?;
            let locked = self.lock.is_some() && self.around.options.manifest_only;
            if locked {
                unbroken(&self.after, &seen)?
            } else {
                check::better(&self.after, &seen)?
            }
            Ok((lines, seen))
        });
        match result {
            Ok((lines, seen)) => {
                self.after = seen;
                for (at, lines) in lines {
                    if let Some(result) = self.results.get_mut(at) {
                        result.lines.extend(lines);
                    }
                }
                Ok(())
            }
            Err(reason) => {
                self.copy
                    .restore(&snapshot)
                    .map_err(|e| format!("{reason}; the copy could not be put back: {e}"))?;
                Err(reason)
            }
        }
    }

    /// Edits manifests and lets the tool write the lock file. The lines changed, by fix.
    fn edited(&mut self, which: &[usize]) -> Result<Vec<(usize, Vec<String>)>, String> {
        let changes: Vec<Change> = which.iter().filter_map(|at| self.change(*at)).collect();
        if changes.len() != which.len() {
            return Err("the ecosystem is not known".to_owned());
        }
        let mut all = self.manifests_edited(&changes)?;
        let relocks = self.lock.is_some() && !self.around.options.manifest_only;
        let mut kept = Vec::new();
        for (at, (outcome, lines)) in which.iter().zip(&mut all) {
            let stuck = match outcome {
                Outcome::Refused(reason) => Some(reason.clone()),
                Outcome::NotNamed | Outcome::Admits if !relocks => Some(self.unnamed(outcome)),
                _ => None,
            };
            match stuck {
                Some(reason) if which.len() == 1 => return Err(reason),
                Some(reason) => {
                    if let Some(result) = self.results.get_mut(*at) {
                        result.reason = Some(reason);
                    }
                }
                None => kept.push((*at, std::mem::take(lines))),
            }
        }
        if kept.is_empty() {
            return Err("nothing here can be changed".to_owned());
        }
        if relocks {
            let outcomes: Vec<(usize, &Outcome)> = which
                .iter()
                .zip(&all)
                .filter(|(at, _)| kept.iter().any(|(k, _)| k == *at))
                .map(|(at, (outcome, _))| (*at, outcome))
                .collect();
            self.relock(&outcomes)?;
        }
        Ok(kept)
    }

    fn unnamed(&self, outcome: &Outcome) -> String {
        match (outcome, self.lock.is_some()) {
            (Outcome::Admits, true) => {
                "the manifest takes the target already; the lock file has to follow".to_owned()
            }
            (_, true) => "no manifest names it; only the lock file can change".to_owned(),
            (Outcome::Admits, false) => "the requirement takes the target already".to_owned(),
            (_, false) => {
                "no file here sets its version: a parent, an import or another package does"
                    .to_owned()
            }
        }
    }

    fn change(&self, at: usize) -> Option<Change> {
        let fix = self.project.fixes.get(at)?;
        let ecosystem = vocab::Ecosystem::parse(&fix.ecosystem);
        let (name, from, to) = (fix.package.clone(), fix.from.clone(), fix.to.clone());
        Some(Change { ecosystem, name, from, to })
    }

    /// Makes the changes in every manifest of the copy.
    fn manifests_edited(&self, changes: &[Change]) -> Result<Vec<(Outcome, Vec<String>)>, String> {
        let mut all = vec![(Outcome::NotNamed, Vec::new()); changes.len()];
        for path in &self.manifests {
            let Some(text) = self.copy.take(path) else { continue };
            let kind = match self.project.family {
                // An included list may have any name.
                Family::Requirements => Kind::Requirements,
                _ => match Kind::of(path) {
                    Some(kind) => kind,
                    None => continue,
                },
            };
            let edited = edit::edit(kind, &text, changes).map_err(|e| format!("{path}: {e}"))?;
            if edited.text != text {
                self.copy.put(path, &edited.text).map_err(|e| format!("{path}: {e}"))?;
            }
            for ((known, lines), outcome) in all.iter_mut().zip(edited.outcomes) {
                if let Outcome::Edited(own) = &outcome {
                    let shown = self.project.shown(path);
                    lines.extend(own.iter().map(|l| {
                        format!("{shown}:{}: {} → {}", l.line, l.before.trim(), l.after.trim())
                    }));
                }
                merge(known, outcome, path);
            }
        }
        Ok(all)
    }

    /// Lets the tool bring the lock file to the manifests and the plan.
    fn relock(&mut self, wished: &[(usize, &Outcome)]) -> Result<(), String> {
        let Some(lock) = self.lock.clone() else { return Ok(()) };
        let bytes = self.copy.take(&lock).unwrap_or_default();
        if self.project.family == Family::Poetry && self.holds("requires-plugins") {
            return Err("pyproject.toml asks Poetry for plugins, which would run code".to_owned());
        }
        let parents: Vec<Vec<(String, String)>> =
            wished.iter().map(|(at, _)| self.parents(*at)).collect();
        let mut wishes = Vec::new();
        for ((at, outcome), parents) in wished.iter().zip(&parents) {
            let Some(fix) = self.project.fixes.get(*at) else { continue };
            let to = fix.to.as_deref().unwrap_or_default();
            wishes.push(Wish { name: &fix.package, from: &fix.from, to, outcome, parents });
        }
        let commands = locks::commands(self.project.family, &wishes, &bytes)?;
        for (tool, arguments) in commands {
            let precise = arguments.iter().position(|a| a == "--precise");
            let newest = precise.map(|at| arguments.get(..at).unwrap_or_default().to_vec());
            match (self.tool(tool, arguments), newest) {
                (Ok(()), _) => {}
                // What stands in the way of this very version may let a newer one pass.
                (Err(reason), Some(newest)) if !self.hopeless => {
                    self.tool(tool, newest).map_err(|_| reason)?;
                }
                (Err(reason), _) => return Err(reason),
            }
        }
        Ok(())
    }

    fn holds(&self, word: &str) -> bool {
        let texts = self.manifests.iter().filter_map(|path| self.copy.take(path));
        texts.into_iter().any(|text| String::from_utf8_lossy(&text).contains(word))
    }

    /// What brings a package in, for one that cannot move alone; as the scan's paths show it.
    fn parents(&self, at: usize) -> Vec<(String, String)> {
        let Some(fix) = self.project.fixes.get(at) else { return Vec::new() };
        if fix.action != "raise_parent" {
            return Vec::new();
        }
        let mut all: Vec<(String, String)> = Vec::new();
        let findings = self.around.report.findings.iter().filter(|f| fix.closes.contains(&f.id));
        for finding in findings {
            // The first is the project itself where it has a version, the last the package.
            for hop in finding.path.iter().take(finding.path.len().saturating_sub(1)) {
                let Some((name, version)) = hop.rsplit_once('@') else { continue };
                let pair = (name.to_owned(), version.to_owned());
                let own = version.is_empty() || self.is_own(name) || !self.locks(name, version);
                if !own && name != fix.package && !all.contains(&pair) {
                    all.push(pair);
                }
            }
        }
        all
    }

    /// Whether a `Cargo.lock` still has a package at a version: an earlier step may have moved it.
    fn locks(&self, name: &str, version: &str) -> bool {
        let entry = format!("name = \"{name}\"\nversion = \"{version}\"");
        let lock = self.lock.as_ref().and_then(|path| self.copy.take(path)).unwrap_or_default();
        let text = String::from_utf8_lossy(&lock).replace("\r\n", "\n");
        self.project.family != Family::Cargo || text.contains(&entry)
    }

    /// Whether the project's own manifests declare a package of this name.
    fn is_own(&self, name: &str) -> bool {
        let quoted = format!("name = \"{name}\"");
        self.project.family == Family::Cargo && self.holds(&quoted)
    }

    fn tool(&mut self, tool: sandbox::Tool, arguments: Vec<String>) -> Result<(), String> {
        let folder = self.copy.tree().join(&self.project.folder);
        let home = self.copy.home();
        let limits = Limits { seconds: self.around.options.seconds, ..Limits::default() };
        (self.around.say)(&format!("on a copy: {} {}", tool.program(), arguments.join(" ")));
        let order = Order { tool, arguments, folder: &folder, home: &home, network: true, limits };
        self.hopeless = true;
        let ran = self.around.toolbox.run(&order).map_err(|e| e.to_string())?;
        let said =
            if ran.stderr_tail.trim().is_empty() { &ran.stdout_tail } else { &ran.stderr_tail };
        self.hopeless = match ran.ended {
            Ended::TimedOut | Ended::Interrupted => true,
            Ended::Exit(0) => false,
            _ => is_sourceless(said),
        };
        let reason = match ran.ended {
            Ended::Exit(0) => None,
            Ended::TimedOut => {
                Some(format!("{} was stopped after {} s", ran.tool, self.around.options.seconds))
            }
            Ended::Interrupted => Some("stopped".to_owned()),
            _ => Some(format!("{} failed: {}", ran.tool, last_words(said))),
        };
        self.ran.push(super::ran(ran));
        reason.map_or(Ok(()), Err)
    }

    fn look(&self) -> Result<Seen, String> {
        check::look(&self.copy.tree(), self.around.intelligence, self.around.now)
            .map_err(|e| format!("the copy could not be scanned: {e}"))
    }

    /// The manifests and the lock file as they are in the copy.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let names = self.original.keys();
        names.filter_map(|path| Some((path.clone(), self.copy.take(path)?))).collect()
    }
}

/// The outcome over all manifests: edited beats refused beats taken beats not named.
fn merge(known: &mut Outcome, new: Outcome, path: &str) {
    let rank = |outcome: &Outcome| match outcome {
        Outcome::Edited(_) => 3,
        Outcome::Refused(_) => 2,
        Outcome::Admits => 1,
        Outcome::NotNamed => 0,
    };
    if rank(&new) > rank(known) {
        *known = match new {
            Outcome::Refused(reason) => Outcome::Refused(format!("{path}: {reason}")),
            other => other,
        };
    }
}

/// Whether a tool says that it found no source: its own words, for it has no code for that.
fn is_sourceless(said: &str) -> bool {
    const WORDS: &[&str] = &["failed to load source", "unable to update", "network failure"];
    WORDS.iter().any(|words| said.contains(words))
}

/// Nothing that could be read no longer can.
fn unbroken(before: &Seen, after: &Seen) -> Result<(), String> {
    match after.unread.difference(&before.unread).next() {
        Some(problem) => Err(format!("the changed files could not be read: {problem}")),
        None => Ok(()),
    }
}

/// The last lines of what a tool said, in one.
fn last_words(said: &str) -> String {
    let lines: Vec<&str> = said
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty() && !l.contains("complete log of this run"))
        .collect();
    let start =
        lines.iter().position(|l| l.starts_with("error")).unwrap_or(lines.len().saturating_sub(4));
    let text = lines.get(start..).unwrap_or_default().join(" ");
    match text.char_indices().nth(400) {
        None => text,
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}
