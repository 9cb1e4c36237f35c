//! Do the readers read what the tools wrote? One integration binary for the crate.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "helpers of tests fail as tests do, and read the files of the corpus"
)]

mod actions;
mod apple;
mod beam;
mod conan;
mod corpus;
mod dangling;
mod dart;
mod dotnet;
mod golang;
mod haskell;
mod hostile;
mod image;
mod image_build;
mod image_hostile;
mod installed;
mod installed_java;
mod installed_programs;
mod javascript;
mod jvm;
mod php;
mod python;
mod r;
mod rows;
mod ruby;
mod rust;
mod sbom;
mod sbom_corpus;
mod system;
mod system_databases;
mod system_hostile;
