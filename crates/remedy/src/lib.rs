//! What has to change, in the fewest actions, so that every finding ends?
//!
//! In: packages at versions with their findings, the versions that could replace them (each already
//! judged by the index), and who brings them in; all filled by `app`. Out: [`Fix`] rows, one action
//! with one owner each, with the command to paste. Every finding given stands in exactly one row, in
//! its `closes` or its `leaves`: none is dropped because nothing helps.
//! Never: reads a file, runs a command, asks a registry, orders the queue (`app` does), suggests a
//! version that is not above the present one, or puts a name it does not trust into a command.
//! Names, versions and paths come from hostile files and stand unescaped in the texts: renderers
//! make them printable. Start reading at [`plan`].

mod choice;
mod command;
pub mod edit;
mod order;
mod row;
mod shell;
mod system;
mod words;

use vocab::{Ecosystem, Instant, Scope};

pub use row::plan;
pub use versions::Step;

/// One package at one version in one asset, with what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Affected {
    /// The asset that holds the package.
    pub asset: String,
    /// The package's ecosystem.
    pub ecosystem: Ecosystem,
    /// The name as the file spells it.
    pub name: String,
    /// The exact version now present.
    pub version: String,
    /// What the package is needed for; decides between runtime and development commands.
    pub scope: Scope,
    /// One of the findings says that the package itself is malicious.
    pub malicious: bool,
    /// What is wrong. A finding's id belongs to one `Affected` only.
    pub findings: Vec<FindingRef>,
    /// Versions that could replace the present one, in any order.
    pub candidates: Vec<Candidate>,
    /// Named by the project itself (true), brought in by another package (false), or not told.
    pub direct: Option<bool>,
    /// Dependency paths from a package that the project itself names down to this one; the project's
    /// own packages (workspace members, the root) are no hops. A last hop that is this package, and a
    /// first hop without a name, are left out when read.
    pub paths: Vec<Vec<Hop>>,
    /// Lock or manifest files that hold it, `/`-separated, relative to where commands are run.
    pub files: Vec<String>,
    /// Who has to act, when the estate file says it.
    pub owner: Option<String>,
    /// Taken from a git commit, which no version number moves.
    pub git: bool,
    /// The installed packages, where `name` is the source package that advisories name.
    pub installed: Vec<String>,
    /// It lies in an image, which is built anew and not changed.
    pub image: bool,
}

/// A finding as far as a plan needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingRef {
    /// The finding's id.
    pub id: String,
    /// When it is due; `None` is «on the next upgrade», the least urgent of all.
    pub due: Option<Instant>,
    /// It stops other work.
    pub emergency: bool,
}

/// A version that could replace the present one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The version, usually the `fixed` end of an advisory's range.
    pub version: String,
    /// The findings that this version would have: ids of present findings that stay, and the
    /// advisory's id for one that only this version has.
    pub still_affected_by: Vec<String>,
    /// The index could judge this version completely. One that it could not is never suggested.
    pub evaluated: bool,
    /// Known to be malicious itself, under whatever name; never suggested.
    pub malicious: bool,
}

/// One package on a dependency path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hop {
    /// The package's name.
    pub name: String,
    /// Its version; may be empty.
    pub version: String,
}

/// One action by one owner: the row of the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// `asset|ecosystem|package|action`, for upgrades with the major line they lead to. It holds no
    /// present version, so the row keeps its id while its target moves within a line.
    pub id: String,
    /// The asset to change.
    pub asset: String,
    /// What to do.
    pub action: Action,
    /// The package with the findings (not the parent that may have to be raised).
    pub package: String,
    /// Its ecosystem.
    pub ecosystem: Ecosystem,
    /// The versions present that this row ends, ascending.
    pub from: Vec<String>,
    /// The version to reach; `None` for [`Action::Remove`] and [`Action::Mitigate`].
    pub to: Option<String>,
    /// The largest step among the versions in `from`; `Unknown` without a target.
    pub step: Step,
    /// Ids of the findings that end, in order of urgency.
    pub closes: Vec<String>,
    /// Ids of the findings that stay, in order of urgency.
    pub leaves: Vec<String>,
    /// What the target version itself is known to be affected by, beyond what is present now.
    pub brings: Vec<String>,
    /// The earliest due instant among `closes` and `leaves`: a finding that stays is no less urgent.
    pub due: Option<Instant>,
    /// One of the findings is an emergency.
    pub emergency: bool,
    /// Shell lines to paste where the scan was started; `None` when there is none to be trusted,
    /// and `how` then says what to change.
    pub command: Option<String>,
    /// What to do, in one or a few sentences.
    pub how: String,
    /// Who has to act.
    pub owner: Option<String>,
    /// The files that hold the package, sorted.
    pub files: Vec<String>,
}

/// The kind of a [`Fix`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Move the package itself to [`Fix::to`].
    Upgrade,
    /// The package cannot move by itself: what brings it in has to.
    RaiseParent {
        /// The packages named by the project that bring it in, sorted; empty when no file tells.
        parents: Vec<Hop>,
    },
    /// Malicious: remove it, rotate what it could read, look for traces.
    Remove,
    /// No release closes anything: what to do instead stands in [`Fix::how`].
    Mitigate,
}

impl Action {
    /// The word as written in reports.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Upgrade => "upgrade",
            Self::RaiseParent { .. } => "raise parent",
            Self::Remove => "remove",
            Self::Mitigate => "mitigate",
        }
    }
}
