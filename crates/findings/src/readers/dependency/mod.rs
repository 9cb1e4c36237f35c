//! Packages: composition analysis, images, bills of materials, VEX.

use crate::format::Format;

/// The formats of this group, the most specific first.
pub const FORMATS: &[&Format] = &[];
