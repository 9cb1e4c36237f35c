//! Which components does the .NET family name?
//!
//! In: the bytes of one of its files. Out: a [`crate::Reading`]. Never: anything opened or executed.

use crate::Format;

/// The formats of the .NET family.
pub const FORMATS: &[Format] = &[];
