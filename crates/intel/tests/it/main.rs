#![expect(clippy::unwrap_used, reason = "a helper that fails is a failed test")]
//! Tests of `intel` through its public interface.

mod bounds;
mod corpus;
mod damage;
mod distributions;
mod evaluation;
mod groups;
mod model;
mod support;
