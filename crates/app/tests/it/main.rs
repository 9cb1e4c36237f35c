//! Integration tests of `app`, one binary.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a helper that fails is a failed test; files here are our own"
)]

mod by_place;
mod coverage;
mod demo_files;
mod estate;
mod fix;
mod hostile;
mod kinds;
mod mutation;
mod neighbours;
mod one_clock;
mod oracle;
mod planted;
mod policy_diff;
mod queue;
mod queue_world;
mod reach;
mod record;
mod roles;
mod scan;
mod settings;
mod story;
mod suggestions;
mod sync;
mod upstream;
mod world;
