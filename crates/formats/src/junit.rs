//! How does a scan look as a JUnit report?
