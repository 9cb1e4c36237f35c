//! Which role may do which use case?
//!
//! Agents read, propose and comment. They neither import (a document of their own would be evidence) nor decide. An
//! owner of assets decides on what it owns. What touches the ledger as a whole (its export holds the key of the secrets'
//! hashes) is the administrators'.

use serde::{Deserialize, Serialize};

use crate::role::{Actor, Role};

/// What can be asked of `app` around the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UseCase {
    /// Take in a report, or record a scan.
    Import,
    /// List what is due.
    Queue,
    /// Save or remove a view of the queue.
    SaveView,
    /// Tell all of one finding or fix.
    Show,
    /// Decide on a finding.
    Triage(Triage),
    /// Close what the inventory proves to have ended.
    Verify,
    /// Close with a reason.
    Close,
    /// Open again.
    Reopen,
    /// State that a source's runs are whole, or take that back.
    StateSource,
    /// End what a pull request alone reports.
    EndReference,
    /// Write a remark.
    Comment,
    /// Take an entry back.
    Undo,
    /// Write findings out as lines.
    Export,
    /// Figures out of the record.
    Stats,
    /// Check the chain of the record, print its head, list imports.
    LedgerVerify,
    /// Write the whole record out.
    LedgerExport,
    /// Read a whole record into an empty ledger.
    LedgerImport,
    /// Copy the ledger while it is in use.
    Backup,
    /// Retention, and who has which role.
    Settings,
}

/// The decisions of triage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Triage {
    /// It is a problem.
    Confirm,
    /// It is none.
    FalsePositive,
    /// It is another one.
    Duplicate,
    /// A pause until a date.
    Accept,
    /// Who fixes.
    Assign,
    /// Who can reach it.
    Exposure,
    /// How bad it is.
    Severity,
    /// Tie its claims to another finding.
    Link,
    /// Take a source's claim out into a finding of its own.
    Split,
    /// Take or refuse a proposal.
    Settle,
}

/// What the matrix says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It may be done.
    Yes,
    /// It becomes a proposal, which a person settles.
    Propose,
    /// It may not; why, as a part of a sentence.
    No(&'static str),
}

impl Triage {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Confirm,
        Self::FalsePositive,
        Self::Duplicate,
        Self::Accept,
        Self::Assign,
        Self::Exposure,
        Self::Severity,
        Self::Link,
        Self::Split,
        Self::Settle,
    ];
}

impl UseCase {
    /// All of them.
    pub fn all() -> Vec<Self> {
        let before = [Self::Import, Self::Queue, Self::SaveView, Self::Show];
        let after = [
            Self::Verify,
            Self::Close,
            Self::Reopen,
            Self::StateSource,
            Self::EndReference,
            Self::Comment,
            Self::Undo,
            Self::Export,
            Self::Stats,
            Self::LedgerVerify,
            Self::LedgerExport,
            Self::LedgerImport,
            Self::Backup,
            Self::Settings,
        ];
        before.into_iter().chain(Triage::ALL.map(Self::Triage)).chain(after).collect()
    }

    /// As a sentence names it: «… may not *import*».
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Queue => "list the queue",
            Self::SaveView => "save views",
            Self::Show => "show findings",
            Self::Triage(Triage::Confirm) => "confirm",
            Self::Triage(Triage::FalsePositive) => "declare false positives",
            Self::Triage(Triage::Duplicate) => "declare duplicates",
            Self::Triage(Triage::Accept) => "accept until a date",
            Self::Triage(Triage::Assign) => "assign",
            Self::Triage(Triage::Exposure) => "set exposure",
            Self::Triage(Triage::Severity) => "set severity",
            Self::Triage(Triage::Link) => "merge findings",
            Self::Triage(Triage::Split) => "split findings",
            Self::Triage(Triage::Settle) => "settle proposals",
            Self::Verify => "verify",
            Self::Close => "close",
            Self::Reopen => "reopen",
            Self::StateSource => "state of a source that its runs are whole",
            Self::EndReference => "end a reference",
            Self::Comment => "comment",
            Self::Undo => "undo",
            Self::Export => "export findings",
            Self::Stats => "see figures",
            Self::LedgerVerify => "check the ledger",
            Self::LedgerExport => "export the ledger",
            Self::LedgerImport => "import a ledger",
            Self::Backup => "back the ledger up",
            Self::Settings => "change settings and roles",
        }
    }

    fn need(self) -> Need {
        match self {
            Self::Queue | Self::Show | Self::Export | Self::Stats | Self::LedgerVerify => {
                Need::Read
            }
            Self::Comment => Need::Remark,
            Self::Triage(Triage::Settle)
            | Self::Undo
            | Self::Import
            | Self::Verify
            | Self::EndReference => Need::Person,
            Self::StateSource => Need::Vouch,
            Self::Triage(_) | Self::Close | Self::Reopen => Need::Decide,
            Self::SaveView => Need::Arrange,
            Self::LedgerExport | Self::LedgerImport | Self::Backup | Self::Settings => {
                Need::Administer
            }
        }
    }
}

/// What a use case asks for.
enum Need {
    /// Nothing changes.
    Read,
    /// Words are added.
    Remark,
    /// What others see first is arranged; no finding changes.
    Arrange,
    /// A finding changes; an agent may propose it.
    Decide,
    /// A finding changes by evidence or by an approval, and no agent may bring either.
    Person,
    /// Closures rest on a word that outlasts it: whoever answers for the asset gives it.
    Vouch,
    /// The ledger as a whole.
    Administer,
}

/// Whether the actor may do it; `owns`: whether it owns the asset in question, which only counts for
/// owners of assets. A use case that does not yet know the asset asks with `true`, and again once it knows.
pub fn may(actor: &Actor, case: UseCase, owns: bool) -> Answer {
    match (case.need(), actor.acts_as()) {
        (_, Role::Admin) | (Need::Read, _) => Answer::Yes,
        (Need::Administer, _) => Answer::No("only an admin may"),
        (_, Role::Viewer) => Answer::No("a viewer only reads"),
        (Need::Vouch, Role::Triager) => Answer::No("only the asset's owner or an admin may"),
        (_, Role::Triager) | (Need::Remark, _) => Answer::Yes,
        (Need::Decide, Role::Agent) => Answer::Propose,
        (_, Role::Agent) => Answer::No("an agent proposes and comments, and a person decides"),
        (Need::Arrange, Role::Owner) => Answer::Yes,
        (_, Role::Owner) if owns => Answer::Yes,
        (_, Role::Owner) => Answer::No("an owner decides on its own assets only"),
    }
}
