//! Version order and ranges in every ecosystem.
