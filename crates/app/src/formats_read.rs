//! Which formats can be read, by the names that `--as` takes?

use inventory::Format;

/// The format of a name, compared without case.
pub fn by_id(id: &str) -> Option<&'static Format> {
    inventory::format::by_id(id)
}

/// Every name, in the order in which formats are tried.
pub fn ids() -> Vec<&'static str> {
    inventory::format::all().map(|f| f.id).collect()
}
