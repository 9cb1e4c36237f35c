//! Who may do what?
//!
//! In: an [`Actor`], a [`UseCase`], and whether the actor owns the asset in question. Out: an [`Answer`]. Every use case
//! of `app` asks [`may`] before it loads anything. Never: who somebody is (a surface knows that), what a ledger
//! holds, the time. The whole matrix role × use case is one snapshot in the tests.

mod matrix;
mod role;

pub use matrix::{Answer, Triage, UseCase, may};
pub use role::{Actor, Kind, Role};
