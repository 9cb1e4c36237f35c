//! What do the words of the design mean, exactly?
//!
//! Gabion's words as types: ecosystem, component, place, severity, exposure, instant, verdict, purl.
//! Values only: nothing here reads a file, knows the time or decides anything. Every other crate
//! speaks in these types, so a word has one meaning everywhere (docs/ARCHITECTURE.md, «Words»).
//! Start reading at [`component::Component`] and [`verdict::Verdict`].

pub mod asset;
pub mod component;
pub mod ecosystem;
pub mod instant;
pub mod purl;
pub mod rank;
pub mod severity;
pub mod verdict;

pub use asset::{Environment, Exposure};
pub use component::{Component, Declared, Origin, Scope};
pub use ecosystem::{Base, Ecosystem};
pub use instant::Instant;
pub use rank::{Rank, Urgency};
pub use severity::Severity;
pub use verdict::{NotEvaluated, Verdict};
