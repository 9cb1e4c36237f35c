//! Hex: Elixir's `Version`, which is SemVer 2.0.0 to the letter (hexdocs.pm, «Version»).

use super::semver::{self, SemVer};

pub(crate) fn parse(text: &str) -> Result<SemVer<'_>, &'static str> {
    semver::parse(text)
}
