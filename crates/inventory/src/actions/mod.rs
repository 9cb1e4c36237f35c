//! Which actions does a GitHub workflow run?
//!
//! In: workflows and the metadata of composite actions. Out: a [`crate::Reading`]. Never: anything else
//! of the workflow judged; that is code scanning.

pub mod workflow;

use crate::Format;

/// The formats of a GitHub workflow.
pub const FORMATS: &[Format] = &[Format::lock(
    "github-workflow",
    &[".github/workflows/*.yml", ".github/workflows/*.yaml", "action.yml", "action.yaml"],
    workflow::read,
)];
