//! Which packages does a Conan project take?
//!
//! In: Conan's lock file of either generation. Out: a [`crate::Reading`]. Never: a conanfile.py, which
//! is a program. Start reading at [`lock::read`].

pub mod lock;

use crate::Format;

/// The formats of the Conan family.
pub const FORMATS: &[Format] = &[Format::lock("conan.lock", &["conan.lock"], lock::read)];
