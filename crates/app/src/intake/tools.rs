//! By which name is a tool known?
//!
//! The table is `findings::tools`; here a source's name is made of it.

/// The one name of a tool.
pub(crate) fn canonical(name: &str) -> String {
    findings::tools::canonical(name).name.into_owned()
}
