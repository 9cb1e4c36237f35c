//! Which gems does a Ruby application take?
//!
//! In: Bundler's lock file. Out: a [`crate::Reading`]. Never: a Gemfile or gemspec, which are programs
//! and would have to be run. Start reading at [`gemfile_lock::read`].

pub mod gemfile_lock;

use crate::Format;

/// The formats of the Ruby family.
pub const FORMATS: &[Format] =
    &[Format::lock("Gemfile.lock", &["Gemfile.lock", "gems.locked"], gemfile_lock::read)];
