//! Integration tests of the program as a user meets it, one binary.

mod exits;
mod kill;
mod outputs;
mod program;
