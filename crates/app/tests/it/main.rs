//! Integration tests of `app`, one binary.

mod demo_files;
mod hostile;
mod oracle;
mod scan;
mod sync;
mod world;
