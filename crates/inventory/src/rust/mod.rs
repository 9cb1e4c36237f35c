//! Which components does the Rust family name?
//!
//! In: the bytes of one of its files. Out: a [`crate::Reading`]. Never: anything opened or executed.

use crate::Format;

/// The formats of the Rust family.
pub const FORMATS: &[Format] = &[];
