//! Which components does the Apple family (CocoaPods, Swift) name?
//!
//! In: the bytes of one of its files. Out: a [`crate::Reading`]. Never: anything opened or executed.

use crate::Format;

/// The formats of the Apple family (CocoaPods, Swift).
pub const FORMATS: &[Format] = &[];
