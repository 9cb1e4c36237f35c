//! Which software of programming languages is installed: Python, Node, Ruby, Java, .NET, in Go and Rust binaries?

use crate::Reading;
use crate::system::Want;

/// Whether a file tells of installed software of a language, and how far it is to be read.
pub fn wants(_path: &str, _size: u64, _executable: bool) -> Option<Want> {
    None
}

/// The software that a file tells of.
pub fn read(_path: &str, _bytes: &[u8]) -> Option<Reading> {
    None
}
