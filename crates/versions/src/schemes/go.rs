//! Go: module versions (golang.org/x/mod/semver), the standard library and the toolchain.
//!
//! Module versions are SemVer; a pseudo-version is a pre-release and falls in place by itself, and
//! `+incompatible` is build metadata. `stdlib` and `toolchain` come in two spellings: Go's own
//! (`go1.22rc1`) and OSV's (`1.22.0-rc.1`); both are read, and mean the same. A release without a third
//! number (`go1.20`, or the `go 1.22` line of a go.mod) is read as its `.0`.
//!
//! `(devel)` and `devel go1.24-…` name no version. Neither does the placeholder that `go mod` writes for
//! a module replaced by a folder.

use std::cmp::Ordering;

use super::semver::{SemVer, compare_identifier_lists, parse_numbers, with_tail};
use crate::digits::{split, split_while, without_v};

/// A pseudo-version of the zero time and hash (`go help mod edit`, modules without a version).
const PLACEHOLDER: &str = "-00010101000000-000000000000";

pub(crate) fn parse(text: &str) -> Result<SemVer<'_>, &'static str> {
    if text.starts_with("(devel") || text.starts_with("devel") {
        return Err("a development build has no version");
    }
    if text.ends_with(PLACEHOLDER) {
        return Err("it is the placeholder of a replaced module");
    }
    let text = match text.strip_prefix("go") {
        Some(text) => without_vendor(text),
        None => without_v(text),
    };
    let (version, rest) = parse_numbers(text)?;
    if !version.more.is_empty() {
        return Err("it has more than three numbers");
    }
    if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return with_tail(version, rest);
    }
    let (word, number) = split_while(rest, |b| b.is_ascii_alphabetic());
    let (digits, after) = split(number);
    if matches!(word, "alpha" | "beta" | "rc") && !digits.is_empty() && after.is_empty() {
        Ok(SemVer { pre: rest, glued: true, ..version })
    } else {
        Err("it is no version of a module or of Go")
    }
}

/// A toolchain without what its vendor appended (`1.23.4-bigcorp`, `1.22.1 X:boringcrypto`), as Go's package
/// `go/version` leaves it out. A pre-release in OSV's spelling stays.
fn without_vendor(text: &str) -> &str {
    match text.find(['-', ' ']) {
        Some(at) => {
            let (version, vendor) = text.split_at_checked(at).unwrap_or((text, ""));
            let pre = ["-rc.", "-beta.", "-alpha.", "-0"].iter().any(|p| vendor.starts_with(p));
            if pre { text } else { version }
        }
        None => text,
    }
}

/// SemVer's order, with the toolchain's `rc1` read as `rc.1`. A module's `-rc10` stays one identifier, below
/// `-rc2`, as Go has it.
pub(crate) fn compare(a: &SemVer<'_>, b: &SemVer<'_>) -> Ordering {
    if !a.glued && !b.glued {
        return a.compare(b);
    }
    a.compare_numbers(b).then_with(|| match (a.pre, b.pre) {
        ("", _) => Ordering::Greater,
        (_, "") => Ordering::Less,
        _ => compare_identifier_lists(identifiers(a), identifiers(b), |a, b| a.cmp(b)),
    })
}

fn identifiers<'a>(version: &SemVer<'a>) -> impl Iterator<Item = &'a str> {
    let (words, number) = if version.glued {
        split_while(version.pre, |b| b.is_ascii_alphabetic())
    } else {
        (version.pre, "")
    };
    words.split('.').chain(Some(number).filter(|n| !n.is_empty()))
}
