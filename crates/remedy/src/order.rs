//! How do two versions of a package stand to each other, as far as a plan needs it?
//!
//! In: an ecosystem and version texts. Out: order, step and pre-release (all from `versions`), and the
//! line of releases. What `versions` cannot order is `None` here, and is then never suggested.

use std::cmp::Ordering;

use versions::{Scheme, Step};
use vocab::{Base, Ecosystem};

/// The order of two versions, or `None` when either cannot be read.
pub fn compare(ecosystem: &Ecosystem, a: &str, b: &str) -> Option<Ordering> {
    Scheme::of(ecosystem)?.compare(a, b).ok()
}

/// How large the step between two versions is.
pub fn step(ecosystem: &Ecosystem, from: &str, to: &str) -> Step {
    Scheme::of(ecosystem).map_or(Step::Unknown, |scheme| versions::step(scheme, from, to))
}

/// Whether users of the present version get the other one without changing what they ask for.
pub fn compatible(ecosystem: &Ecosystem, from: &str, to: &str) -> bool {
    matches!(step(ecosystem, from, to), Step::Patch | Step::Minor)
}

/// Whether a version was published as a trial. Go's pseudo-versions are none: a module without tags
/// has no other versions, and `go get` treats them as releases of their commit.
pub fn prerelease(ecosystem: &Ecosystem, version: &str) -> bool {
    let Some(Ok(parsed)) = Scheme::of(ecosystem).map(|scheme| scheme.parse(version)) else {
        return false;
    };
    parsed.is_prerelease() && !(ecosystem.base() == Base::Go && pseudo(version))
}

/// Go modules reference, «Pseudo-versions»: after the last hyphen but one stands a time of 14 digits,
/// perhaps behind `0.` or `pre.0.`; after the last one a hash of 12.
fn pseudo(version: &str) -> bool {
    let version = version.strip_suffix("+incompatible").unwrap_or(version);
    let mut parts = version.rsplit('-');
    let (Some(hash), Some(time), Some(_)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let time = time.rsplit('.').next().unwrap_or(time);
    time.len() == 14
        && time.bytes().all(|b| b.is_ascii_digit())
        && hash.len() == 12
        && hash.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The line of releases that a version belongs to: everything up to the first number that counts as
/// major, which below 1.0 is the first that is not zero (see [`versions::step`]). Only a name to group
/// by and to show: whether a step is compatible is asked of [`compatible`].
pub fn line(ecosystem: &Ecosystem, version: &str) -> String {
    let text = version.strip_prefix(['v', 'V']).unwrap_or(version);
    let end = text.find(['-', '+']).unwrap_or(text.len());
    let base = ecosystem.base();
    let numbers = match base {
        Base::CratesIo | Base::Npm => 3,
        Base::Pub | Base::Hex | Base::Packagist | Base::Go => 2,
        _ => 1,
    };
    let mut line = String::new();
    for number in text.get(..end).unwrap_or("").split('.').take(numbers) {
        if !line.is_empty() {
            line.push('.');
        }
        line.push_str(number);
        if number.bytes().any(|b| b != b'0') {
            break;
        }
    }
    line
}
