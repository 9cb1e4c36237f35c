//! Which components does the R family (renv) name?
//!
//! In: the bytes of one of its files. Out: a [`crate::Reading`]. Never: anything opened or executed.

use crate::Format;

/// The formats of the R family (renv).
pub const FORMATS: &[Format] = &[];
