//! The house keeper: gate, bench, layer rules.
fn main() {}
