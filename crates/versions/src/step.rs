//! How big is an upgrade?

use std::cmp::Ordering;

use crate::digits::{Number, without_v};
use crate::scheme::Scheme;

/// The size of an upgrade, by what the ecosystem's own rules let it break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// Corrections: the third number, or what follows it.
    Patch,
    /// Additions: the second number.
    Minor,
    /// It may break its users: the first number, an epoch, and below 1.0 what the ecosystem says.
    Major,
    /// One of the two cannot be read, or `to` is not newer than `from`.
    Unknown,
}

/// How big the step from one version to a newer one is. Below 1.0, Cargo, npm, Pub, Composer, Hex and
/// Go promise nothing for the first number that is not zero: there 0.1 to 0.2 is major (and for Cargo
/// and npm 0.0.1 to 0.0.2 too). Elsewhere only the position of the first difference counts.
pub fn step(scheme: Scheme, from: &str, to: &str) -> Step {
    if !matches!(scheme.compare(from, to), Ok(Ordering::Less)) {
        return Step::Unknown;
    }
    let ((from_epoch, from), (to_epoch, to)) = (numbers(scheme, from), numbers(scheme, to));
    if from_epoch != to_epoch {
        return Step::Major;
    }
    let position = (0..3).find(|&i| from[i] != to[i]).unwrap_or(3);
    let unstable = from[0].is_zero();
    match (scheme, position) {
        (_, 0) => Step::Major,
        (
            Scheme::SemVer
            | Scheme::Npm
            | Scheme::Pub
            | Scheme::Packagist
            | Scheme::Hex
            | Scheme::Go,
            1,
        ) if unstable => Step::Major,
        (Scheme::SemVer | Scheme::Npm, 2) if unstable && from[1].is_zero() => Step::Major,
        // Haskell's policy: the first two numbers together are the major version.
        (Scheme::Hackage, 1) => Step::Major,
        (Scheme::Hackage, 2) => Step::Minor,
        (_, 1) => Step::Minor,
        _ => Step::Patch,
    }
}

/// The epoch and the first three numbers; absent ones are zero.
fn numbers(scheme: Scheme, text: &str) -> (Number<'_>, [Number<'_>; 3]) {
    let text = text.trim_ascii().trim_start_matches('=').trim_ascii_start();
    let text = if scheme == Scheme::Go { text.strip_prefix("go").unwrap_or(text) } else { text };
    let text = without_v(text);
    let mark = match scheme {
        Scheme::PyPI => '!',
        Scheme::Dpkg | Scheme::Rpm => ':',
        _ => '\0',
    };
    let (epoch, mut rest) = match text.split_once(mark) {
        Some((epoch, rest)) if crate::digits::is_number(epoch) => (Number::of(epoch), rest),
        _ => (Number::default(), text),
    };
    let mut found = [Number::default(); 3];
    for slot in &mut found {
        let (number, after) = Number::take(rest);
        *slot = number;
        match after.strip_prefix('.') {
            Some(after) => rest = after,
            None => break,
        }
    }
    (epoch, found)
}
