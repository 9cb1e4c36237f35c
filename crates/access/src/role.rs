//! Who asks, and as what?

use serde::{Deserialize, Serialize};

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// As the record names it.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// What it was given.
    pub role: Role,
}

/// What asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A person, or a program that a person answers for (a pipeline's import).
    Person,
    /// Gabion itself, by its own rules.
    System,
    /// A model or a program that one steers.
    Agent,
}

/// What an actor was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads.
    Viewer,
    /// Reads, imports and decides on everything.
    Triager,
    /// Owner of assets: reads, and decides on findings of the assets it owns.
    Owner,
    /// Everything, the ledger itself and roles among it.
    Admin,
    /// Reads, proposes and comments; never decides.
    Agent,
}

impl Actor {
    /// A person.
    pub fn person(name: &str, role: Role) -> Self {
        let kind = if role == Role::Agent { Kind::Agent } else { Kind::Person };
        Self { name: name.to_owned(), kind, role }
    }

    /// The role that acts: an agent is one, whatever it was given.
    pub fn acts_as(&self) -> Role {
        match self.kind {
            Kind::Agent => Role::Agent,
            Kind::Person | Kind::System => self.role,
        }
    }
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Viewer, Self::Triager, Self::Owner, Self::Admin, Self::Agent];

    /// The word as written in the record and typed by people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Triager => "triager",
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Agent => "agent",
        }
    }

    /// The role of a word; `None` when it is none.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word.trim())
    }

    /// The one of both that may do less. Of triager and owner each may something that the other may not; who would be
    /// both acts as an agent, which both cover.
    #[must_use]
    pub fn lesser(self, other: Self) -> Self {
        match (self.covers(other), other.covers(self)) {
            (true, _) => other,
            (false, true) => self,
            (false, false) => Self::Agent,
        }
    }

    /// Whether who has this role may also act as the other one, since that allows nothing more.
    pub fn covers(self, other: Self) -> bool {
        match self {
            Self::Admin => true,
            Self::Triager => !matches!(other, Self::Admin | Self::Owner),
            Self::Owner => !matches!(other, Self::Admin | Self::Triager),
            Self::Agent => matches!(other, Self::Agent | Self::Viewer),
            Self::Viewer => other == Self::Viewer,
        }
    }
}
