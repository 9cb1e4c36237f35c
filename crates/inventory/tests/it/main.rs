//! Do the readers read what the tools wrote? One integration binary for the crate.

mod actions;
mod apple;
mod beam;
mod conan;
mod corpus;
mod dart;
mod dotnet;
mod golang;
mod haskell;
mod hostile;
mod javascript;
mod jvm;
mod php;
mod python;
mod r;
mod rows;
mod ruby;
mod rust;
