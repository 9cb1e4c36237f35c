//! What was reported, by whom, is it known already, and what ends it?
//!
//! In: the bytes of a scanner's or a person's report ([`mod@format`] recognises it, [`readers`] turn it into
//! [`observation::Observation`]s), and rows of what was known before. Out: observations; the keys by which the
//! same problem is known again ([`identity`]); which observation is which known one ([`assign`]); links
//! between sources; suggestions ([`suggest`]); and whether a document proves that something has
//! ended ([`close`]). Never: files, databases, the network, the clock. `app` fetches rows and appends.
//! Start reading at [`observation`], then [`readers`].

pub mod assign;
pub mod close;
pub mod coverage;
pub mod format;
pub mod identity;
pub mod linehash;
pub mod observation;
pub mod readers;
pub mod replay;
pub mod sink;
pub mod source;
pub mod suggest;
pub mod tools;
pub mod walk;

pub use format::{Format, formats, recognise};
pub use observation::{Class, Observation, Secret, Standing};
pub use sink::{Fact, Met, Sink, Stop};
pub use source::Source;
