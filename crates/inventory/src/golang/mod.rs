//! Which components does the Go family name?
//!
//! In: the bytes of one of its files. Out: a [`crate::Reading`]. Never: anything opened or executed.

use crate::Format;

/// The formats of the Go family.
pub const FORMATS: &[Format] = &[];
