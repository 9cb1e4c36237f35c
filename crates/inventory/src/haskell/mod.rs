//! Which packages does a Haskell project take?
//!
//! In: the lock files of Stack and cabal. Out: a [`crate::Reading`]. Never: a snapshot, which stands on
//! a server and names most of what a Stack project takes. Start reading at [`stack::read`].

pub mod cabal;
pub mod stack;

use crate::Format;

/// The formats of the Haskell family.
pub const FORMATS: &[Format] = &[
    Format::lock("stack.yaml.lock", &["stack.yaml.lock"], stack::read),
    Format::lock(
        "cabal.project.freeze",
        &["cabal.project.freeze", "*.project.freeze"],
        cabal::read,
    ),
];
