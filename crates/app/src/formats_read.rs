//! What can be read, by the names that `--as` takes?

use crate::scan::{Kind, ReadAs};

/// What a name stands for, compared without case: a kind of thing, or a format of one file.
pub fn named(name: &str) -> Option<ReadAs> {
    let kind = Kind::ALL.into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(name));
    let format = || inventory::format::by_id(name).map(ReadAs::Format);
    kind.map(ReadAs::Kind).or_else(format)
}

/// Every name: kinds, then formats in the order in which they are tried.
pub fn names() -> Vec<&'static str> {
    let kinds = Kind::ALL.into_iter().map(Kind::as_str);
    kinds.chain(inventory::format::all().map(|f| f.id)).collect()
}
