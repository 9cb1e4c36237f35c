//! How reachable is an asset for an attacker, and what is it for?

use serde::{Deserialize, Serialize};

/// Who can reach an asset. `Unknown` is never treated as safe: a policy either has a row for it or
/// takes the strictest reachable one (docs/ARCHITECTURE.md, «The clock», rule 4).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Exposure {
    /// Nobody outside the asset itself reaches it; also where components of development scope stand.
    Isolated,
    /// Reachable from inside the organisation only.
    Internal,
    /// Nobody has said; treated as at least internal.
    #[default]
    Unknown,
    /// Reachable from the internet.
    Internet,
}

impl Exposure {
    /// The word as written in configuration and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Isolated => "isolated",
            Self::Internal => "internal",
            Self::Unknown => "unknown",
            Self::Internet => "internet",
        }
    }
}

/// What an asset is run for, as the estate file says it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// Serves users.
    Production,
    /// A rehearsal of production.
    Staging,
    /// Built and tried by developers.
    Development,
    /// Nobody has said.
    #[default]
    Unknown,
}
