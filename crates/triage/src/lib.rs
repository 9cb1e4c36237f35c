//! What matters first, and why?
//!
//! In: the facts of one finding ([`Facts`]), the decision tables that are on ([`Policy`]) and `now`.
//! Out: one acting clock and the others beside it ([`Clocks`]), each with the sentence that explains
//! it. The rules are those of docs/ARCHITECTURE.md, «The clock»; a table chooses among durations and
//! never overrides them. Nothing here reads a file, asks the time or remembers anything, and no input
//! that is not known is ever taken for a safe one. Start reading at [`clock`].

mod check;
mod clock;
mod column;
mod cvss;
mod diff;
mod evaluate;
mod facts;
mod inputs;
mod parse;
mod policy;
mod render;
mod signal;
mod why;

pub use clock::{Assumed, Band, Clock, Clocks, Earlier, How, Input, clock, queue_order};
pub use cvss::{infer_automatable, infer_total_impact};
pub use diff::{Case, Change, DiffError, Direction, Side, TableDiff, diff};
pub use facts::{
    ClockFrom, CveFacts, Epss, Exploit, Exploitation, Facts, Feed, Feeds, Kev, Kind, MissionImpact,
    SafetyImpact, Ssvc, Stated,
};
pub use parse::PolicyError;
pub use policy::{Outcome, Policy};
pub use render::{Heading, Line, Sheet};

/// How long a table allows: a whole number of hours.
pub type Duration = jiff::SignedDuration;
