//! Which packages does an Elixir or Erlang application take?
//!
//! In: mix.lock, rebar.lock. Out: a [`crate::Reading`]. Never: a term evaluated; both files are data in
//! the syntax of their language and are read as data. Start reading at [`mix::read`].

pub mod mix;
pub mod rebar;
mod term;

use crate::Format;

/// The formats of the BEAM family.
pub const FORMATS: &[Format] = &[
    Format::lock("mix.lock", &["mix.lock"], mix::read),
    Format::lock("rebar.lock", &["rebar.lock"], rebar::read),
];
