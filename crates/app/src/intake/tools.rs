//! By which name is a tool known, and what is known of how it reports?
//!
//! In: the name that a document bears. Out: the one name of that tool, and what its kind of report can prove. The table
//! is `findings`'s; here it is asked.

use findings::coverage::Caps;

/// What is known of how a tool reports.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Habits {
    /// Its rules are built in: its version is theirs.
    pub(crate) rules_built_in: bool,
    /// Its rules change daily.
    pub(crate) feed: bool,
    /// How many places of a rule it writes at most.
    pub(crate) caps: Caps,
}

/// The one name of a tool.
pub(crate) fn canonical(name: &str) -> String {
    name.trim().to_owned()
}

/// What is known of a tool.
pub(crate) fn habits(_name: &str) -> Habits {
    Habits::default()
}
