//! How does a scan look as annotations of a GitHub workflow run?
