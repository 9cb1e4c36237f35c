//! How do Gabion's answers look to other tools, what do other tools' documents say, and how do hostile
//! texts reach a terminal?
//!
//! Documents out and in, bounded. In: plain data filled by the caller, or the bytes of a document. Out:
//! bytes, text, or plain data. Nothing here opens a file, knows the time or decides anything. Start
//! reading at [`sarif::write`], [`sbom`], [`vex`], [`page`] and [`text::printable`].

pub mod credentials;
pub mod gitlab;
pub mod junit;
pub mod page;
pub mod sarif;
pub mod sbom;
pub mod text;
pub mod vex;
pub mod workflow;
