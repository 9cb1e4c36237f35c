//! Which of two versions is newer, and does a version lie inside an advisory's range?
//!
//! In go version texts as registries and advisories write them, and the [`Scheme`] by which their
//! ecosystem orders them. Out come orders, intervals and upgrade sizes, or [`Unparsable`] with the
//! reason: a text without a place in the order is never silently «newer» or «older».
//!
//! Each scheme lives in its own file under `schemes/` and follows its native tool. Where that tool's
//! own order is no order at all (it runs in circles), the file says what stands in its place. Nothing
//! here knows networks, files or advisories' other parts.
//!
//! Start reading at [`Scheme::parse`] (`version.rs`), then [`range`].

mod digits;
pub mod range;
mod scheme;
mod schemes;
mod step;
mod version;

pub use scheme::Scheme;
pub use step::{Step, step};
pub use version::{MAX_LENGTH, Unparsable, Version};
