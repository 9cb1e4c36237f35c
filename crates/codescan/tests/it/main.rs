//! Tests of `codescan` through its public interface.

mod answers;
mod hostile;
mod languages;
