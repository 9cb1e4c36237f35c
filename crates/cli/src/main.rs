//! The one program, gabion.
fn main() {}
