//! Which components does the BEAM family (Elixir, Erlang) name?
//!
//! In: the bytes of one of its files. Out: a [`crate::Reading`]. Never: anything opened or executed.

use crate::Format;

/// The formats of the BEAM family (Elixir, Erlang).
pub const FORMATS: &[Format] = &[];
