//! How are the records of a large document met one after the other?
//!
//! One walker for each syntax: [`json`], [`xml`], [`table`] (CSV) and [`lines`]. Each takes a source and hands
//! on one record at a time; memory is bounded by the largest record. A record past [`MAX_RECORD`] is dropped
//! and said; the rest goes on.

pub mod json;
pub mod lines;
mod pages;
pub mod shape;
pub mod table;
mod tail;
pub mod xml;

/// Most bytes of text in one record.
pub const MAX_RECORD: usize = 16 << 20;
/// Most values or elements in one record.
pub const MAX_NODES: usize = 1_000_000;
/// Deepest nesting; deeper documents are refused there.
pub const MAX_DEPTH: usize = 120;
