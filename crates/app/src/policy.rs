//! Which decision tables act?

use std::path::PathBuf;

use triage::{Policy, PolicyError};

use crate::config::{Config, Trust};
use crate::files::read;
use crate::report::Unread;

/// Largest table read.
const MAX_TABLE: u64 = 4 << 20;

/// Why a policy cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PolicyChoiceError {
    /// Neither a built-in name nor a file.
    #[error("no policy «{name}»: built in are {}; else name a table's file", Policy::BUILTIN.join(", "))]
    Unknown {
        /// As given.
        name: String,
    },
    /// The file cannot be read.
    #[error("cannot read policy {path}")]
    Read {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The table is wrong.
    #[error("policy {origin} cannot be used")]
    Table {
        /// The file.
        origin: String,
        /// Where and what.
        #[source]
        source: PolicyError,
    },
}

/// A policy by its built-in name or from a table's file.
///
/// # Errors
/// No such name or file, or the table is wrong.
pub fn load(choice: &str) -> Result<Policy, PolicyChoiceError> {
    if let Some(policy) = Policy::builtin(choice) {
        return Ok(policy);
    }
    let path = PathBuf::from(choice);
    if !path.exists() {
        return Err(PolicyChoiceError::Unknown { name: choice.to_owned() });
    }
    let bytes = read::bounded(&path, MAX_TABLE)
        .map_err(|source| PolicyChoiceError::Read { path, source })?;
    let text = String::from_utf8_lossy(&bytes);
    Policy::parse(choice, &text)
        .map_err(|source| PolicyChoiceError::Table { origin: choice.to_owned(), source })
}

/// The names of the tables that come with Gabion.
pub fn builtin() -> &'static [&'static str] {
    Policy::BUILTIN
}

/// The tables of one scan, and those that a configuration inside the tree asks for and does not get.
#[derive(Debug, Default)]
pub(crate) struct Chosen {
    pub policies: Vec<Policy>,
    /// Nobody named the first one: it is the default.
    pub defaulted: bool,
    pub refused: Vec<Unread>,
}

/// The tables of the command line, else of the trusted configuration, else the default; and those that a
/// configuration inside the tree adds, since more tables only tighten: built-in ones by name, others
/// from files of its own folder. One that cannot be had is named, and the rest goes on.
pub(crate) fn for_scan(given: &[String], trust: &Trust) -> Result<Chosen, PolicyChoiceError> {
    let named = |config: &Config| -> Vec<String> {
        let files = config.policy_files.iter().map(|p| p.to_string_lossy().into_owned());
        config.policies.iter().cloned().chain(files).collect()
    };
    let mut names: Vec<String> = match given {
        [] => trust.trusted.iter().flat_map(named).collect(),
        given => given.to_vec(),
    };
    let mut chosen = Chosen { defaulted: names.is_empty(), ..Chosen::default() };
    if names.is_empty() {
        names.push(Policy::DEFAULT.to_owned());
    }
    for name in &names {
        chosen.add(load(name)?);
    }
    for config in &trust.tree {
        for policy in of_tree(config) {
            match policy {
                Ok(policy) => chosen.add(policy),
                Err(problem) => {
                    let path = config.origin.clone();
                    chosen.refused.push(Unread { path, line: 0, problem, code: String::new() });
                }
            }
        }
    }
    Ok(chosen)
}

impl Chosen {
    /// The tables that somebody asked for.
    pub fn asked(&self) -> &[Policy] {
        self.policies.get(usize::from(self.defaulted)..).unwrap_or_default()
    }

    fn add(&mut self, policy: Policy) {
        if !self.policies.contains(&policy) {
            self.policies.push(policy);
        }
    }
}

/// The tables that a configuration inside a tree adds. Nothing outside its folder is opened for it, and
/// nothing of what was opened is shown but the place of a mistake.
fn of_tree(config: &Config) -> Vec<Result<Policy, String>> {
    let built_in = config.policies.iter().map(|name| {
        let why = || {
            format!("policy «{name}»: a configuration inside the tree may name built-in ones only")
        };
        Policy::builtin(name).ok_or_else(why)
    });
    let folder = config.folder.canonicalize().ok();
    let own = config.policy_files.iter().map(|path| {
        let real = path.canonicalize().map_err(|e| format!("{}: {e}", path.display()))?;
        if !folder.as_ref().is_some_and(|folder| real.starts_with(folder)) {
            return Err(format!("{} lies outside the configuration's folder", path.display()));
        }
        load(&real.to_string_lossy()).map_err(|e| crate::sync::chain(&e))
    });
    built_in.chain(own).collect()
}
