//! Is this component affected? Three answers, never two.

use serde::{Deserialize, Serialize};

/// The answer for one component. Incomplete is never clean: where nothing can be said, the answer is
/// [`Verdict::NotEvaluated`] with the reason, and the scan as a whole is incomplete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// At least one advisory covers this version.
    Affected,
    /// Every advisory known for a completely indexed ecosystem was evaluated and none covers it.
    Clear,
    /// Nothing can be said, for this reason.
    NotEvaluated(NotEvaluated),
}

/// Why a component was not evaluated.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "reason", content = "detail", rename_all = "snake_case")]
pub enum NotEvaluated {
    /// Gabion knows no version order for this ecosystem.
    UnknownEcosystem,
    /// The index holds no advisories for this ecosystem.
    NoAdvisories,
    /// The index holds a part of this ecosystem's advisories only, and none of that part matched.
    PartialAdvisories,
    /// The version does not parse in its ecosystem's order.
    UnparsableVersion,
    /// The file names a range or a variable, not a version.
    NotPinned,
    /// The file names no version at all.
    NoVersion,
    /// The component comes from a git commit; advisories speak of releases.
    GitSource,
    /// The component comes from a URL or a file outside the ecosystem's registry.
    ForeignSource,
    /// An advisory for this package could not be evaluated (its id is the detail), so «clear» cannot be said.
    UnreadableAdvisory(String),
    /// Its distribution's release has ended (the day is the detail): nobody writes advisories for it.
    EndOfLife(String),
}

impl NotEvaluated {
    /// One phrase for people, without the component's name.
    pub fn phrase(&self) -> String {
        match self {
            Self::UnknownEcosystem => "no version order is known for this ecosystem".into(),
            Self::NoAdvisories => "the index has no advisories for this ecosystem".into(),
            Self::PartialAdvisories => {
                "the index has only part of this ecosystem's advisories".into()
            }
            Self::UnparsableVersion => "the version is not one of its ecosystem".into(),
            Self::NotPinned => "a range or variable, not a version".into(),
            Self::NoVersion => "no version is named".into(),
            Self::GitSource => "taken from a git commit; advisories speak of releases".into(),
            Self::ForeignSource => "taken from a URL or file outside the registry".into(),
            Self::UnreadableAdvisory(id) => format!("advisory {id} could not be evaluated"),
            Self::EndOfLife(day) => {
                format!("its distribution ended {day}; no advisories are written for it since")
            }
        }
    }
}
