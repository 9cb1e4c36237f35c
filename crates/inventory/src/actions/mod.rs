//! Which components does a GitHub workflow name?
//!
//! In: the bytes of one of its files. Out: a [`crate::Reading`]. Never: anything opened or executed.

use crate::Format;

/// The formats of a GitHub workflow.
pub const FORMATS: &[Format] = &[];
