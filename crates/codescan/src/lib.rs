//! What does the code show? First rung of reachability: which packages and functions a source names.
//!
//! In: questions (a package, and what advisories name of it), then the bytes of one source file at a
//! time. Out: for each question whether the functions are named, the package is imported, no file that
//! was read imports it, or nothing can be said, with places. Nothing is parsed into a tree, resolved or
//! run: an import is a line that looks like one. What is in doubt counts as imported, and «not imported»
//! is only said where a package's name tells what an import of it looks like.
//!
//! Start reading at [`Sources`] and [`answer()`]; [`imports`] has one file for each language.
//!
//! Known limits, all of them cases where «not imported» can be said of what runs: a crate whose library
//! has another name than the package and is not in the table; what only a macro's expansion names; what
//! another package loads by itself without being told its name (a database driver). So the answer
//! orders what is equally urgent, and closes nothing (docs/decisions/0011-reachability.md).

pub mod answer;
pub mod imports;
pub mod language;
pub mod names;
pub mod sources;

pub use answer::{Answer, Found, answer};
pub use language::Language;
pub use sources::{Named, Place, Question, Sources};
