//! Integration tests of `formats`, one binary.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "the helpers of tests may fail a test, as the tests may"
)]

mod page;
mod sarif;
mod sbom;
mod text;
mod vex;
mod vex_bounds;
mod vex_matching;
