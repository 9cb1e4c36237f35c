//! Which decision tables act?

use std::path::PathBuf;

use triage::{Policy, PolicyError};

use crate::config::Trust;
use crate::files::read;

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

/// The tables of one scan: those of the command line, else of the trusted configuration, else the
/// default; and always those that a configuration inside the tree adds, since more tables only tighten.
pub(crate) fn for_scan(given: &[String], trust: &Trust) -> Result<Vec<Policy>, PolicyChoiceError> {
    let named = |configs: &[crate::config::Config]| -> Vec<String> {
        let files = |c: &crate::config::Config| {
            c.policy_files.iter().map(|p| p.to_string_lossy().into_owned()).collect::<Vec<_>>()
        };
        configs.iter().flat_map(|c| c.policies.iter().cloned().chain(files(c))).collect()
    };
    let mut names = if given.is_empty() { named(&trust.trusted) } else { given.to_vec() };
    if names.is_empty() {
        names.push(Policy::DEFAULT.to_owned());
    }
    names.extend(named(&trust.tree));
    let mut seen = std::collections::HashSet::new();
    names.iter().filter(|n| seen.insert(n.as_str())).map(|n| load(n)).collect()
}
