//! Which components does the C and C++ family (Conan) name?
//!
//! In: the bytes of one of its files. Out: a [`crate::Reading`]. Never: anything opened or executed.

use crate::Format;

/// The formats of the C and C++ family (Conan).
pub const FORMATS: &[Format] = &[];
