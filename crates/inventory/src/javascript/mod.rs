//! Which components does the JavaScript family name?
//!
//! In: the bytes of one of its files. Out: a [`crate::Reading`]. Never: anything opened or executed.

use crate::Format;

/// The formats of the JavaScript family.
pub const FORMATS: &[Format] = &[];
