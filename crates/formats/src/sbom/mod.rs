//! What does a bill of materials say, and how does a scan look as one?
