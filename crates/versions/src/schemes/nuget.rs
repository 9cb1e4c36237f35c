//! NuGet: SemVer 2.0.0 with an optional fourth number, identifiers compared without case, build metadata
//! ignored (learn.microsoft.com, «Package versioning»; class `NuGetVersion`).

use std::cmp::Ordering;

use super::semver::{self, SemVer, compare_identifiers_by};

pub(crate) fn parse(text: &str) -> Result<SemVer<'_>, &'static str> {
    let version = semver::parse(text)?;
    if version.more.bytes().filter(|b| *b == b'.').count() > 1 {
        return Err("it has more than four numbers");
    }
    Ok(version)
}

pub(crate) fn compare(a: &SemVer<'_>, b: &SemVer<'_>) -> Ordering {
    a.compare_numbers(b).then_with(|| match (a.pre, b.pre) {
        ("", "") => Ordering::Equal,
        ("", _) => Ordering::Greater,
        (_, "") => Ordering::Less,
        (a, b) => compare_identifiers_by(a, b, without_case),
    })
}

fn without_case(a: &str, b: &str) -> Ordering {
    let lower = |byte: u8| byte.to_ascii_lowercase();
    a.bytes().map(lower).cmp(b.bytes().map(lower))
}
