//! What can be decided on a finding?
//!
//! One [`Call`] is what a person decides or an agent proposes; it is kept in the record as JSON, so that an approval does
//! exactly what was proposed. Fields are only ever added.

use serde::{Deserialize, Serialize};
use vocab::{Exposure, Instant, Severity};

use super::names::{self, Letter};
use super::{QueueError, unfit};
use crate::books::{Triage, UseCase};

/// Longest reason, remark or name that is kept, in bytes.
pub const MAX_WORDS: usize = 16 * 1024;

/// A decision on a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "call", rename_all = "snake_case")]
pub enum Call {
    /// It is a problem.
    Confirm,
    /// It is none.
    FalsePositive,
    /// It is another one.
    Duplicate {
        /// The finding that stays.
        of: i64,
    },
    /// A pause.
    Accept {
        /// Its end.
        until: Instant,
    },
    /// Who fixes; empty means the asset's owner.
    Assign {
        /// Who.
        owner: String,
    },
    /// Who can reach it; empty means as its asset.
    Exposure {
        /// `internet`, `internal`, `isolated`, `unknown`, or empty.
        exposure: String,
    },
    /// How bad it is; empty means as the sources say.
    Severity {
        /// A word of [`Severity`], or empty.
        severity: String,
    },
    /// Its claims belong to another finding.
    Link {
        /// The finding that they belong to.
        to: i64,
    },
    /// A source's claims are a problem of their own.
    Split {
        /// The source.
        source: String,
    },
    /// It ended.
    Close {
        /// Why.
        ending: Ending,
    },
    /// It has not ended.
    Reopen,
}

/// Why a person closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// It was mended.
    Fixed,
    /// The asset is not affected.
    NotAffected,
    /// What was published was taken back.
    Withdrawn,
    /// There is no such asset any more.
    AssetGone,
}

impl Ending {
    /// As the record has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::NotAffected => "not_affected",
            Self::Withdrawn => "withdrawn",
            Self::AssetGone => "asset_gone",
        }
    }
}

impl Call {
    /// The use case that the matrix of roles knows.
    pub fn case(&self) -> UseCase {
        UseCase::Triage(match self {
            Self::Confirm => Triage::Confirm,
            Self::FalsePositive => Triage::FalsePositive,
            Self::Duplicate { .. } => Triage::Duplicate,
            Self::Accept { .. } => Triage::Accept,
            Self::Assign { .. } => Triage::Assign,
            Self::Exposure { .. } => Triage::Exposure,
            Self::Severity { .. } => Triage::Severity,
            Self::Link { .. } => Triage::Link,
            Self::Split { .. } => Triage::Split,
            Self::Close { .. } => return UseCase::Close,
            Self::Reopen => return UseCase::Reopen,
        })
    }

    /// In words, after «to»: «accept until 2026-12-01».
    pub fn words(&self) -> String {
        match self {
            Self::Confirm => "confirm".to_owned(),
            Self::FalsePositive => "close as a false positive".to_owned(),
            Self::Duplicate { of } => {
                format!("close as a duplicate of {}", names::write(Letter::F, *of))
            }
            Self::Accept { until } => format!("accept until {}", until_words(*until)),
            Self::Assign { owner } if owner.is_empty() => "leave to the asset's owner".to_owned(),
            Self::Assign { owner } => format!("assign to {owner}"),
            Self::Exposure { exposure } if exposure.is_empty() => {
                "take the asset's exposure".to_owned()
            }
            Self::Exposure { exposure } => format!("set exposure {exposure}"),
            Self::Severity { severity } if severity.is_empty() => {
                "take the sources' severity".to_owned()
            }
            Self::Severity { severity } => format!("set severity {severity}"),
            Self::Link { to } => format!("merge into {}", names::write(Letter::F, *to)),
            Self::Split { source } => format!("split off what {source} reports"),
            Self::Close { ending } => format!("close as {}", reason_words(ending.as_str())),
            Self::Reopen => "reopen".to_owned(),
        }
    }

    /// Whether the record needs to know why.
    pub fn needs_reason(&self) -> bool {
        match self {
            Self::FalsePositive
            | Self::Duplicate { .. }
            | Self::Accept { .. }
            | Self::Close { .. }
            | Self::Reopen => true,
            Self::Confirm
            | Self::Assign { .. }
            | Self::Exposure { .. }
            | Self::Severity { .. }
            | Self::Link { .. }
            | Self::Split { .. } => false,
        }
    }

    /// Whether it can be done at all, before anything is loaded.
    pub(super) fn check(&self, reason: &str, now: Instant) -> Result<(), QueueError> {
        if self.needs_reason() && reason.trim().is_empty() {
            return Err(unfit(
                format!("to {} needs a reason", self.words()),
                "add --reason \"…\"; whoever reads the record later wants to know why",
            ));
        }
        if reason.len() > MAX_WORDS {
            return Err(unfit("the reason is longer than 16 KiB", "say it shorter"));
        }
        match self {
            Self::Accept { until } if *until <= now => Err(unfit(
                format!("{} has passed", until_words(*until)),
                "an acceptance is a pause: name a date to come, such as 2027-01-31",
            )),
            Self::Exposure { exposure }
                if !exposure.is_empty() && exposure_of(exposure).is_none() =>
            {
                Err(unfit(
                    format!("«{exposure}» is no exposure"),
                    "one of: internet, internal, isolated, unknown; `-` takes the asset's",
                ))
            }
            Self::Severity { severity }
                if !severity.is_empty() && severity_of(severity).is_none() =>
            {
                Err(unfit(
                    format!("«{severity}» is no severity"),
                    "one of: critical, high, medium, low, none; `-` takes the sources'",
                ))
            }
            Self::Assign { owner } if owner.len() > 256 => {
                Err(unfit("the owner's name is longer than 256 bytes", "name a person or a team"))
            }
            _ => Ok(()),
        }
    }
}

/// `2026-12-01 00:00 UTC`.
pub(super) fn until_words(until: Instant) -> String {
    until.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// A closure's reason in words.
pub fn reason_words(reason: &str) -> String {
    match reason {
        "false_positive" => "a false positive".to_owned(),
        "duplicate" => "a duplicate".to_owned(),
        "asset_gone" => "gone with its asset".to_owned(),
        other => other.replace('_', " "),
    }
}

/// The exposure of a word.
pub(super) fn exposure_of(word: &str) -> Option<Exposure> {
    let all = [Exposure::Isolated, Exposure::Internal, Exposure::Unknown, Exposure::Internet];
    all.into_iter().find(|exposure| exposure.as_str() == word)
}

/// The severity of a word that a person may set; «unknown» is what `-` gives.
pub(super) fn severity_of(word: &str) -> Option<Severity> {
    use Severity::{Critical, High, Low, Medium, None as Nil};
    [Critical, High, Medium, Low, Nil].into_iter().find(|severity| severity.as_str() == word)
}
