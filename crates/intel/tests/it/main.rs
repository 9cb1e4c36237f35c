//! Tests of `intel` through its public interface.

mod corpus;
mod damage;
mod evaluation;
mod groups;
mod support;
