//! GitHub Actions: tags `v4`, `v4.1`, `v4.1.2` as SemVer; a commit hash or a branch has no place.
//!
//! `v4` is read as 4.0.0. It is a tag that moves: whether it may stand for one release at all is for the
//! reader of the workflow to say.

use super::semver::{self, SemVer};

/// The length of a full commit hash, in characters.
const HASH: usize = 40;

pub(crate) fn parse(text: &str) -> Result<SemVer<'_>, &'static str> {
    if text.len() >= HASH && text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err("it is a commit");
    }
    semver::parse(text)
}
