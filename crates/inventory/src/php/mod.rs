//! Which packages does a PHP application take?
//!
//! In: Composer's lock file and its list of what is installed. Out: a [`crate::Reading`]. Never: a
//! constraint of composer.json resolved. Start reading at [`composer::read_lock`].

pub mod composer;

use crate::Format;

/// The formats of the PHP family.
pub const FORMATS: &[Format] = &[
    Format::lock("composer.lock", &["composer.lock"], composer::read_lock),
    Format::lock("installed.json", &["composer/installed.json"], composer::read_installed),
];
