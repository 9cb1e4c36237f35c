//! The integration tests of `findings`.

mod corpus;
mod readers;
mod walks;
