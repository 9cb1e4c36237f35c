//! The only process spawner.
