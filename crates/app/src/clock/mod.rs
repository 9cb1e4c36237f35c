//! When is a problem due? The one place where plain input becomes what `triage` is asked.
//!
//! A scan, an estate, an import, a verification and a decision each fill a [`Subject`]; nobody else makes
//! `triage::Facts`, so that all of them give the same date, row and reason. Start reading at [`subject`].

pub(crate) mod group;
pub(crate) mod subject;
pub(crate) mod tables;

pub(crate) use group::{GroupFacts, feeds_of, group, others};
pub(crate) use subject::{Past, Place, Standing, Subject, sentence};
