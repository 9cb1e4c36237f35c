//! By what is the same problem known again?
//!
//! In: an observation, the ledger's key for secrets, and what is known of aliases. Out: an [`Identity`]: the names by
//! which the same source's claim is known again, the keys for matching by content, nearness and rename, and
//! the keys that link it to other sources' claims. Never part of any of them: severity, score, description,
//! line number, version, time, the order of lists, text that a model wrote (field notes, «Dedup»).

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::observation::{Class, Observation};

/// The first 128 bits of SHA-256 over length-prefixed parts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(pub [u8; 16]);

impl Key {
    /// The key of parts in this order; each part's length goes in, so that no two lists meet.
    pub fn of(parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        let mut key = [0; 16];
        for (to, from) in key.iter_mut().zip(hash.finalize()) {
            *to = from;
        }
        Self(key)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// What an identity needs beside the observation.
pub struct Knowledge<'a> {
    /// The ledger's key for hashes of secrets (HMAC-SHA-256).
    pub secrets: &'a [u8; 32],
    /// Every id of the alias group of an id, itself among them; just itself where nothing is known.
    pub aliases: &'a dyn Fn(&str) -> Vec<String>,
}

/// Why a name is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// The tool documents the id as unique. Believed unless it repeats over different tuples in one document.
    ToolId,
    /// A fingerprint of the tool. Believed unless it repeats over different tuples in one document.
    Fingerprint,
    /// A keyed hash of the secret's value.
    SecretValue,
    /// Package and published id.
    Alias,
    /// The class's structured tuple, where it is complete without a line.
    Tuple,
}

/// A key that is enough by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name {
    /// The key.
    pub key: Key,
    /// Why it is believed.
    pub how: How,
}

/// A rule that links claims of different sources on one declared asset by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LinkRule {
    /// Package without version, and alias group.
    PackageAlias,
    /// The same secret by keyed hash.
    SecretValue,
    /// Host, port and alias group.
    HostPortAlias,
    /// The innermost three frames of the project itself.
    TopFrames,
}

impl LinkRule {
    /// For the edge in the ledger; never changes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PackageAlias => "package-alias",
            Self::SecretValue => "secret-value",
            Self::HostPortAlias => "host-port-alias",
            Self::TopFrames => "top-frames",
        }
    }
}

/// By what an observation is known again.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    /// The kind of problem.
    pub class: Class,
    /// Strongest first. Empty where only nearness can tell (a place in code without content).
    pub names: Vec<Name>,
    /// The class's structured tuple: equal for observations that nothing but a line tells apart.
    pub tuple: Key,
    /// Where matching by content and nearest line happens: class, rule and file; of other classes the tuple.
    pub bucket: Key,
    /// What stands there: line hash or snippet; tells places of one bucket apart.
    pub content: Option<Key>,
    /// As `content` with the rule but without the file: for unique renames.
    pub moved: Option<Key>,
    /// The first place's line; 0 when unknown. For nearness only.
    pub line: u32,
    /// Keys across sources, with the rule and the fact in words (`npm/lodash CVE-2021-23337`).
    pub links: Vec<(LinkRule, Key, String)>,
    /// Over everything that is told and stable: another digest means «changed».
    pub digest: Key,
    /// The alias group as far as it is known, sorted; empty without ids.
    pub ids: Vec<String>,
}

/// The identity of a settled observation.
pub fn identify(observation: &Observation, knowledge: &Knowledge<'_>) -> Identity {
    let _ = knowledge;
    let tuple = Key::of(&[observation.rule.as_bytes(), observation.title.as_bytes()]);
    Identity {
        class: observation.class,
        names: vec![Name { key: tuple, how: How::Tuple }],
        tuple,
        bucket: tuple,
        content: None,
        moved: None,
        line: observation.locations.first().map_or(0, |l| l.line),
        links: Vec::new(),
        digest: tuple,
        ids: observation.ids.clone(),
    }
}
