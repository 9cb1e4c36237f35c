//! By what is the same problem known again?
//!
//! In: an observation, the ledger's key for secrets, and what is known of aliases. Out: an [`Identity`]: the names by
//! which the same source's claim is known again, the keys for matching by content, nearness and rename, and
//! the keys that link it to other sources' claims. Never part of any of them: severity, score, description,
//! line number, version, time, the order of lists, text that a model wrote (field notes, «Dedup»).
//!
//! Each class has its own tuple: `classes` names them one by one. `package` and `ids` say when two packages
//! and two published ids are the same, `place` reads paths and code, `words` makes titles comparable.

mod catch_all;
mod classes;
mod digest;
mod frames;
mod ids;
mod package;
mod place;
mod words;

use std::collections::HashMap;
use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::observation::{Class, Observation};

pub use ids::{aliases_told, canonical};
pub(crate) use place::full_port;
pub use place::{normal_path, normal_target};

/// Most former ids of a rule that are looked at.
const MAX_FORMER: usize = 20;

/// The first 128 bits of SHA-256 over length-prefixed parts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(pub [u8; 16]);

impl Key {
    /// In hexadecimal.
    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

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
        f.write_str(&self.hex())
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
    /// The tuple with the title and the tool's id: what tells two records of one document apart.
    Titled,
    /// The tuple of a class whose records can be told apart further. Believed unless it repeats in one document
    /// under other titles or ids.
    Place,
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
    /// What a doubtful name must not stand for two of in one document: the tuple with the line in code, with title
    /// and tool id elsewhere.
    pub apart: Key,
    /// Where matching by content and nearest line happens: class, rule and file; of other classes the tuple.
    pub bucket: Key,
    /// What stands there: line hash or snippet; tells places of one bucket apart.
    pub content: Option<Key>,
    /// As `content` with the rule but without the file: for unique renames.
    pub moved: Option<Key>,
    /// The first place's line, 1 for a file as a whole, 0 where lines tell nothing. For nearness only.
    pub line: u32,
    /// Keys across sources, with the rule and the fact in words (`npm/lodash CVE-2021-23337`).
    pub links: Vec<(LinkRule, Key, String)>,
    /// Over everything that is told and stable: another digest means «changed».
    pub digest: Key,
    /// Equal for doubles: the same claim told twice in one document, line and column included. For grouping
    /// within one document only; never stored.
    pub double: Key,
    /// The alias group as far as it is known, sorted; empty without ids.
    pub ids: Vec<String>,
    /// What the claim was known by when its rule bore another id, the same one after the other for each of
    /// [`Observation::former_rules`].
    pub former: Vec<Former>,
}

impl Identity {
    /// All names, the strongest first: after its own those under the rule's former ids.
    pub fn known_by(&self) -> Vec<Name> {
        let mut names: Vec<Name> = Vec::new();
        for name in self.names.iter().chain(self.former.iter().flat_map(|of| &of.names)) {
            if !names.iter().any(|known| known.key == name.key) {
                names.push(*name);
            }
        }
        names
    }
}

/// An identity with a former id in the place of the rule's.
#[derive(Debug, Clone, PartialEq)]
pub struct Former {
    /// The former id.
    pub rule: String,
    /// Its names, the strongest first; those that know no rule are among them.
    pub names: Vec<Name>,
    /// Its tuple.
    pub tuple: Key,
    /// Where matching by content and nearness would have happened.
    pub bucket: Key,
    /// What stands there.
    pub content: Option<Key>,
    /// For unique renames.
    pub moved: Option<Key>,
}

/// The identity of a settled observation.
pub fn identify(observation: &Observation, knowledge: &Knowledge<'_>) -> Identity {
    let ids = ids::Ids::of(observation, knowledge);
    let made = classes::made(observation, &ids, knowledge);
    let digest = digest::digest(observation, made.secret);
    Identity {
        class: observation.class,
        double: digest::double(observation, digest),
        digest,
        names: made.names,
        tuple: made.tuple,
        apart: made.apart,
        bucket: made.bucket,
        content: made.content,
        moved: made.moved,
        line: made.line,
        links: made.links,
        former: former(observation, &ids, knowledge),
        ids: ids.all,
    }
}

fn former(observation: &Observation, ids: &ids::Ids, knowledge: &Knowledge<'_>) -> Vec<Former> {
    let rules = observation.former_rules.iter();
    let rules = rules.filter(|rule| !rule.trim().is_empty() && **rule != observation.rule);
    let of = |rule: &String| {
        let before = Observation { rule: rule.clone(), ..observation.clone() };
        let classes::Made { names, tuple, bucket, content, moved, .. } =
            classes::made(&before, ids, knowledge);
        Former { rule: rule.clone(), names, tuple, bucket, content, moved }
    };
    rules.take(MAX_FORMER).map(of).collect()
}

/// Whether a name of this kind must be looked at over its whole document before it is believed: one that
/// stands for several of [`Identity::apart`] there is no identity (a constant, «requires login», a redacted value).
pub fn to_be_checked(how: How) -> bool {
    matches!(how, How::ToolId | How::Fingerprint | How::Place)
}

/// Which observations of one document are one claim: for each the smallest position of its claim. In: the
/// keys that an observation shares with others of its claim, which are its believed names and its `double`;
/// all of one bucket.
pub fn group(names_of: &[Vec<Key>]) -> Vec<usize> {
    let mut parent: Vec<usize> = (0..names_of.len()).collect();
    let mut first: HashMap<Key, usize> = HashMap::new();
    for (at, names) in names_of.iter().enumerate() {
        for name in names {
            let other = *first.entry(*name).or_insert(at);
            let (a, b) = (root(&mut parent, at), root(&mut parent, other));
            // The smaller one leads, so that the result does not depend on the order of names.
            if let Some(slot) = parent.get_mut(a.max(b)) {
                *slot = a.min(b);
            }
        }
    }
    (0..names_of.len()).map(|at| root(&mut parent, at)).collect()
}

/// The leader of a set; halves the way on each step.
fn root(parent: &mut [usize], mut at: usize) -> usize {
    loop {
        let up = parent.get(at).copied().unwrap_or(at);
        if up == at {
            return at;
        }
        let above = parent.get(up).copied().unwrap_or(up);
        if let Some(slot) = parent.get_mut(at) {
            *slot = above;
        }
        at = above;
    }
}

/// The digest of a claim that several observations of one document make.
pub fn digest_of(members: &[Key]) -> Key {
    if let [one] = members {
        return *one;
    }
    let mut members: Vec<Key> = members.to_vec();
    members.sort_unstable();
    let parts: Vec<&[u8]> = members.iter().map(|key| key.0.as_slice()).collect();
    Key::of(&parts)
}
