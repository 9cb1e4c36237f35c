//! How do Gabion's answers look to other tools, and how do hostile texts reach a terminal?
//!
//! Documents out (and later in), bounded. In: plain data filled by the caller. Out: bytes or text.
//! Nothing here reads a file, knows the time or decides anything. Start reading at [`sarif::write`]
//! and [`text::printable`].

pub mod sarif;
pub mod text;
