//! Samples of this group.
