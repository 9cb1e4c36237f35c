//! What can a user ask for? One use case per file.
//!
//! In: a request as plain data, paths, and `now`. Out: a report value or an error with its place and
//! remedy. `app` owns walking and reading files, the clock of the world, and the wiring of the engines,
//! which never meet each other; nothing here prints or parses arguments. Start reading at
//! [`scan::scan`], then [`sync::sync`].

pub mod books;
pub(crate) mod clock;
pub mod config;
pub mod demo;
pub mod demo_files;
pub mod estate;
pub mod explain;
pub mod feeds;
pub mod files;
pub mod fix;
pub mod formats_read;
pub mod gate;
pub mod intake;
pub mod intelligence;
pub(crate) mod near;
pub mod policy;
pub mod policy_diff;
pub mod policy_show;
pub mod queue;
pub mod report;
pub mod scan;
pub mod settings;
pub mod sync;
