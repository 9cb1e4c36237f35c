//! Which packages does a Dart or Flutter application take?
//!
//! In: pub's lock file. Out: a [`crate::Reading`]. Never: pubspec.yaml resolved. Start reading at
//! [`pubspec_lock::read`].

pub mod pubspec_lock;

use crate::Format;

/// The formats of the Dart family.
pub const FORMATS: &[Format] =
    &[Format::lock("pubspec.lock", &["pubspec.lock"], pubspec_lock::read)];
