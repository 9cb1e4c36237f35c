//! How does Gabion read the file system? Bounded, confined, and saying what it left out.
//!
//! Walking, reading and memory-mapping are this module's alone (docs/ARCHITECTURE.md, rule 4).

pub mod map;
pub mod mounts;
pub mod read;
pub mod replace;
pub mod tree;
pub mod walk;
