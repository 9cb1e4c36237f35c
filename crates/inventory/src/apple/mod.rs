//! Which packages does an application for Apple's platforms take?
//!
//! In: the lock files of the Swift Package Manager and of CocoaPods. Out: a [`crate::Reading`]. Never:
//! Package.swift or a Podfile, which are programs. Start reading at [`swift::read`].

pub mod podfile_lock;
pub mod swift;

use crate::Format;

/// The formats of the Apple family.
pub const FORMATS: &[Format] = &[
    Format::lock("Package.resolved", &["Package.resolved"], swift::read),
    Format::lock("Podfile.lock", &["Podfile.lock"], podfile_lock::read),
];
