//! What does the estate file say, and how far is it to be trusted?
//!
//! `gabion.toml` describes assets by path glob (exposure, owner, criticality, environment), policies,
//! ignores with reason and expiry, mirrors of public registries, and the feeds' addresses. Inside a
//! scanned tree it may only tighten: more exposure, more policies. Ignores and loosening in it count
//! only with `--trust-config` or when the file lies outside the tree (docs/ARCHITECTURE.md, «Trust»):
//! otherwise a pull request silences itself. What was not applied is said.

mod shape;
pub mod trust;

use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};
use vocab::{Environment, Exposure, Instant};

pub use trust::Trust;

use crate::feeds::Addresses;
use crate::files::read;
use crate::scan::ReadAs;

/// Largest configuration file read.
const MAX_CONFIG: u64 = 1 << 20;

/// One configuration file, checked.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Where it was read, as people should see it.
    pub origin: String,
    /// The folder it lies in.
    pub folder: PathBuf,
    /// For a file inside a scanned tree: the only assets it speaks of.
    pub scope: Option<Scope>,
    /// Names of built-in policies, in the order written; empty when it names none.
    pub policies: Vec<String>,
    /// Files of own policies, resolved against the configuration's folder.
    pub policy_files: Vec<PathBuf>,
    /// Descriptions of assets; the last that fits wins field by field.
    pub assets: Vec<AssetRule>,
    /// What `gabion scan --estate` scans.
    pub targets: Vec<TargetRule>,
    /// Findings to leave out until a date.
    pub ignores: Vec<IgnoreRule>,
    /// Addresses that mirror public registries: packages from below them count as from the registry.
    pub mirrors: Vec<String>,
    /// Addresses of the feeds, where they differ from the public ones.
    pub feeds: Option<Addresses>,
}

/// The part of a scan that a configuration inside it speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The scanned root, as given.
    pub root: String,
    /// The folder of the configuration, relative to the root; empty for the root itself.
    pub folder: String,
}

/// What a configuration says of the assets whose path fits.
#[derive(Debug, Clone)]
pub struct AssetRule {
    /// Which paths, relative to the configuration's folder or to the scanned root.
    pub path: PathPattern,
    /// The pattern as written.
    pub pattern: String,
    /// What to call it.
    pub name: Option<String>,
    /// Who can reach it.
    pub exposure: Option<Exposure>,
    /// Who fixes.
    pub owner: Option<String>,
    /// `low`, `medium` or `high`.
    pub criticality: Option<Criticality>,
    /// What it is run for.
    pub environment: Option<Environment>,
    /// Line in the file, counted from 1.
    pub line: u32,
}

/// Paths that belong to an estate.
#[derive(Debug, Clone)]
pub struct TargetRule {
    /// Relative to the configuration's folder, or absolute; `*` and `?` within a part of the path.
    pub pattern: String,
    /// What they are, if the content shall not decide.
    pub read_as: Option<ReadAs>,
    /// Which image of several.
    pub platform: Option<String>,
    /// Line in the file, counted from 1.
    pub line: u32,
}

/// How much depends on an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Criticality {
    /// Nobody would notice for a day.
    Low,
    /// Work slows down.
    Medium,
    /// The mission stops or people are endangered.
    High,
}

impl Criticality {
    /// The word as written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// The criticality of a word.
    pub fn of(word: &str) -> Option<Self> {
        [Self::Low, Self::Medium, Self::High].into_iter().find(|c| c.as_str() == word)
    }
}

/// A finding to leave out until a date.
#[derive(Debug, Clone)]
pub struct IgnoreRule {
    /// An id of the alias group: any of them fits.
    pub id: String,
    /// Only this package, as `name` or `ecosystem/name`; all when absent.
    pub package: Option<String>,
    /// Only findings with a place under this pattern; all when absent.
    pub path: Option<PathPattern>,
    /// Why; never empty.
    pub reason: String,
    /// From this instant on it no longer holds.
    pub until: Instant,
    /// File and line.
    pub origin: String,
}

/// Why a configuration could not be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read configuration {path}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The file is no TOML, or has keys or values that do not exist.
    #[error("{path}:{line}: {what}")]
    Shape {
        /// Which file.
        path: String,
        /// Counted from 1.
        line: u32,
        /// What was met and what was expected.
        what: String,
    },
}

impl Config {
    /// Reads and checks a configuration file.
    ///
    /// # Errors
    /// Not readable, or a key or value that does not exist; file and line are named.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let bytes = read::bounded(path, MAX_CONFIG)
            .map_err(|source| ConfigError::Read { path: path.to_path_buf(), source })?;
        let origin = path.display().to_string();
        let text = String::from_utf8(bytes).map_err(|e| ConfigError::Shape {
            path: origin.clone(),
            line: u32::try_from(e.utf8_error().valid_up_to()).map_or(0, |_| 1),
            what: "not UTF-8 text".into(),
        })?;
        Self::parse(&origin, &text, path.parent().unwrap_or(Path::new("")))
    }

    /// Calls the file by another name in everything that is said of it.
    pub fn rename(&mut self, origin: &str) {
        for ignore in &mut self.ignores {
            if let Some(rest) = ignore.origin.strip_prefix(self.origin.as_str()) {
                ignore.origin = format!("{origin}{rest}");
            }
        }
        origin.clone_into(&mut self.origin);
    }

    /// Checks the text of a configuration; `folder` is what its relative file names start from.
    ///
    /// # Errors
    /// As [`Config::load`], without reading.
    pub fn parse(origin: &str, text: &str, folder: &Path) -> Result<Self, ConfigError> {
        shape::parse(origin, text, folder)
    }
}

/// A path pattern: `shop` and `shop/` also mean everything below it.
#[derive(Debug, Clone)]
pub struct PathPattern {
    /// The folder or file itself; `None` where the pattern speaks of contents only (`shop/**`) or of
    /// the whole root.
    own: Option<GlobMatcher>,
    below: GlobMatcher,
}

impl PathPattern {
    fn new(pattern: &str) -> Result<Self, globset::Error> {
        let matcher = |text: &str| -> Result<GlobMatcher, globset::Error> {
            Ok(GlobBuilder::new(text).literal_separator(true).build()?.compile_matcher())
        };
        Ok(match pattern.trim_start_matches("./").trim_end_matches('/') {
            "" | "." => Self { own: None, below: matcher("**")? },
            p if p.ends_with("**") => Self { own: None, below: matcher(p)? },
            p => Self { own: Some(matcher(p)?), below: matcher(&format!("{p}/**"))? },
        })
    }

    /// A pattern out of its text; `None` when it is none.
    pub fn parse(pattern: &str) -> Option<Self> {
        Self::new(pattern).ok()
    }

    /// Whether the path is meant.
    pub fn is_match(&self, path: &str) -> bool {
        self.below.is_match(path) || self.names(path)
    }

    /// Whether the pattern names this very folder.
    pub fn names(&self, path: &str) -> bool {
        self.own.as_ref().is_some_and(|own| own.is_match(path))
    }
}
