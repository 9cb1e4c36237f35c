//! What is a component, and how does a file declare it?

use serde::{Deserialize, Serialize};

use crate::ecosystem::Ecosystem;

/// A package at a version, as one place in one file declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// The package ecosystem, in OSV's words.
    pub ecosystem: Ecosystem,
    /// The name as the file spells it, in the ecosystem's full form (`group:artifact`, `@scope/name`).
    pub name: String,
    /// The version, or what the file has in its stead.
    pub version: Declared,
    /// Where the package's content comes from.
    pub origin: Origin,
    /// What it is needed for.
    pub scope: Scope,
    /// Named by the project itself (true), brought in by another package (false), or not told (None).
    pub direct: Option<bool>,
    /// Line of the declaration, counted from 1; 0 when the format has no lines worth naming.
    pub line: u32,
}

/// What a file says of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Declared {
    /// One version.
    Exact(String),
    /// A range, a variable or a tag: the text as it stands. A range is not a version.
    Range(String),
    /// Nothing.
    Absent,
}

impl Declared {
    /// The exact version, if there is one.
    pub fn exact(&self) -> Option<&str> {
        match self {
            Self::Exact(v) => Some(v),
            _ => None,
        }
    }

    /// The text as the file has it; empty when absent.
    pub fn text(&self) -> &str {
        match self {
            Self::Exact(v) | Self::Range(v) => v,
            Self::Absent => "",
        }
    }
}

/// Where a component's content comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Origin {
    /// The ecosystem's public registry, or a mirror of it that the file does not tell apart.
    #[default]
    Registry,
    /// A git repository at a commit (empty when the file names none).
    Git {
        /// The repository's address, credentials removed.
        url: String,
        /// The commit, or empty.
        commit: String,
    },
    /// The project itself: a workspace member or a path inside the tree.
    FirstParty,
    /// A URL, an archive or a registry that is not the public one.
    Foreign(String),
}

/// What a component is needed for.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Part of what runs.
    Runtime,
    /// The file does not tell; treated as runtime.
    #[default]
    Unknown,
    /// Optional or peer: may be part of what runs; treated as runtime.
    Optional,
    /// Needed to build, test or develop only; its exposure counts as isolated.
    Development,
}

impl Scope {
    /// The word as written in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Runtime => "runtime",
            Self::Unknown => "unknown",
            Self::Optional => "optional",
            Self::Development => "development",
        }
    }
}
