//! How does a file look in which the plan holds?
