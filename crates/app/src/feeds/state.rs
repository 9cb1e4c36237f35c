//! What is known of each downloaded file? `state.json` beside them, read and written whole.
//!
//! It only saves transfers: a folder without it, or with one that cannot be read, is downloaded anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use fetch::Validators;
use serde::{Deserialize, Serialize};
use vocab::Instant;

use super::FeedError;
use super::place;
use crate::files::read;

/// Name of the file, in the folder of feeds.
pub const STATE_FILE: &str = "state.json";

/// Largest state that is read, in bytes.
const LARGEST: u64 = 16 << 20;

/// The shape of the file.
const SCHEMA: &str = "gabion.feeds/1";

/// All files, by their path in the folder (`osv/npm/all.zip`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    schema: String,
    /// By path, with `/` on every system.
    pub files: BTreeMap<String, FileState>,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileState {
    /// Where it came from, without credentials and query values.
    pub address: String,
    /// What the server recognises this version by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// When the server says this version was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
    /// When the server last gave this content or said it is current.
    pub fetched: Instant,
    /// When this content came.
    pub changed: Instant,
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256, in hexadecimal.
    pub sha256: String,
}

impl Default for State {
    fn default() -> Self {
        Self { schema: SCHEMA.to_owned(), files: BTreeMap::new() }
    }
}

impl State {
    /// Reads the state of a folder; empty when there is none that can be read.
    pub fn load(folder: &Path) -> Self {
        let bytes = read::bounded(&folder.join(STATE_FILE), LARGEST).unwrap_or_default();
        let state: Option<Self> = serde_json::from_slice(&bytes).ok();
        state.filter(|state| state.schema == SCHEMA).unwrap_or_default()
    }

    /// Writes the state, whole or not at all.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn save(&self, folder: &Path) -> Result<(), FeedError> {
        let path = folder.join(STATE_FILE);
        let failed = |source| FeedError::File { path: path.clone(), source };
        let bytes = serde_json::to_vec_pretty(self).map_err(|error| failed(error.into()))?;
        place::write(&path, &bytes).map(|_| ()).map_err(failed)
    }

    /// What to send so that an unchanged file is not sent again: only when the file is there as it
    /// was left, and came from the same address.
    pub(super) fn held(&self, folder: &Path, file: &str, address: &str) -> Option<Validators> {
        let known = self.files.get(file)?;
        let there = fs::metadata(folder.join(file)).ok()?;
        let same = known.address == address && there.is_file() && there.len() == known.bytes;
        same.then(|| Validators {
            etag: known.etag.clone(),
            last_modified: known.last_modified.clone(),
        })
    }
}
