//! How does a bill of materials become components?
