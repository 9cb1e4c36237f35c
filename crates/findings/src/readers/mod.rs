//! How does each tool say what it found? One file per format.
//!
//! [`code`]: SARIF, Gabion's own and generic shapes, static analysis. [`dependency`]: packages, images, bills,
//! VEX. [`network`]: hosts and web applications. [`posture`]: configuration, cloud, secrets, people's
//! reports. docs/FORMATS.md says how to add one.

pub mod code;
pub mod dependency;
pub mod network;
pub mod posture;
pub(crate) mod told;
pub mod words;

use crate::format::Format;

/// All groups in the order of recognition.
pub const ALL: &[&[&Format]] =
    &[dependency::FORMATS, network::FORMATS, posture::FORMATS, code::FORMATS];
