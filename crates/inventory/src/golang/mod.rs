//! Which modules does a Go build take?
//!
//! In: go.mod, go.work, go.sum. Out: a [`crate::Reading`]. Never: the module graph fetched or a
//! version selected. go.mod is the build list since Go 1.17 (Go Modules Reference, «Module graph
//! pruning»); go.sum is a list of checksums and holds more than is built, so it only fills in what an
//! older go.mod leaves out. Start reading at [`gomod::read`].

pub mod gomod;
pub mod gosum;
mod statements;

use crate::Format;

/// The formats of the Go family.
pub const FORMATS: &[Format] = &[
    Format::lock("go.mod", &["go.mod"], gomod::read),
    Format::lock("go.work", &["go.work"], gomod::read_work),
    Format::manifest("go.sum", &["go.sum"], &["go.mod"], gosum::read).names_all(),
    Format::manifest("go.work.sum", &["go.work.sum"], &["go.work"], gosum::read).names_all(),
];
