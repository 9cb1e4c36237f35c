//! Which components does a bill of materials name, and how does a component stand in one?
//!
//! In: a [`formats::sbom::Bill`]. Out: a [`Reading`], one component for each of the bill, in its order,
//! so that indices agree. And back: [`entry`], so that a bill written from a scan and read again gives
//! the same components. Never: a CPE evaluated, a name guessed.

use formats::sbom::{self, Bill};
use vocab::Component;

use crate::{Details, Reading};

/// The components of a bill. `requires` and `details` have the bill's indices. What is no package (a
/// file, an operating system) is there as not evaluated, never dropped.
pub fn components(_bill: &Bill) -> Reading {
    Reading::default()
}

/// Where a scan met a component; written into a bill and found there again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// `path:line`, or the path alone.
    pub places: Vec<String>,
    /// The image layer's digest.
    pub layer: Option<String>,
}

/// A component of a scan as one of a bill, with an empty `id`.
pub fn entry(
    _component: &Component,
    _details: Option<&Details>,
    _found: &Found,
) -> sbom::Component {
    sbom::Component::default()
}

/// Where the scan that wrote a bill met a component; nothing in bills of other tools.
pub fn found(_component: &sbom::Component) -> Found {
    Found::default()
}
