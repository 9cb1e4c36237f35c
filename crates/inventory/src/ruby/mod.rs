//! Which components does the Ruby family name?
//!
//! In: the bytes of one of its files. Out: a [`crate::Reading`]. Never: anything opened or executed.

use crate::Format;

/// The formats of the Ruby family.
pub const FORMATS: &[Format] = &[];
