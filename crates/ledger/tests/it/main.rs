//! The integration tests of this crate.

mod made;
mod staging;
mod story;
