//! PyPI: PEP 440, now the «Version specifiers» specification of packaging.python.org.
//!
//! Epoch, release (trailing zeros do not count), then within a release
//! `devN < aN < bN < rcN < (final) < postN`, each with its own `.devN` before it, and last the local
//! version. All spellings that the specification normalises are read (`1.0-RC_1`, `v1.0`, `1.0-1`).
//! What does not follow it is a legacy version (`pypi_legacy.rs`), below all others.

use std::cmp::Ordering;

use super::pypi_legacy;
use crate::digits::{Number, Numbers, compare_padded, is_number, split, without_v};

/// A version of PyPI, borrowed from its text.
#[derive(Debug, Clone)]
pub(crate) enum PyPI<'a> {
    Normal(Normal<'a>),
    Legacy(&'a str),
}

/// A version that follows PEP 440.
#[derive(Debug, Clone)]
pub(crate) struct Normal<'a> {
    epoch: Number<'a>,
    /// Numbers joined by dots, at least one.
    release: &'a str,
    pre: Option<(Phase, Number<'a>)>,
    post: Option<Number<'a>>,
    dev: Option<Number<'a>>,
    /// Without the plus; empty when there is none.
    local: &'a str,
}

/// What comes before a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Alpha,
    Beta,
    Candidate,
}

pub(crate) fn parse(text: &str) -> Result<PyPI<'_>, &'static str> {
    match normal(text) {
        Some(version) => Ok(PyPI::Normal(version)),
        None => pypi_legacy::check(text).map(|()| PyPI::Legacy(text)),
    }
}

impl PyPI<'_> {
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Normal(a), Self::Normal(b)) => a.compare(b),
            (Self::Normal(_), Self::Legacy(_)) => Ordering::Greater,
            (Self::Legacy(_), Self::Normal(_)) => Ordering::Less,
            (Self::Legacy(a), Self::Legacy(b)) => pypi_legacy::compare(a, b),
        }
    }

    /// The order against a version that an advisory names. One without a local part speaks of every
    /// build of its release (`2.0.0` of `2.0.0+cu118`), as a specifier does.
    pub(crate) fn compare_with_bound(&self, bound: &Self) -> Ordering {
        match (self, bound) {
            (Self::Normal(a), Self::Normal(b)) if b.local.is_empty() => a.compare_public(b),
            _ => self.compare(bound),
        }
    }

    pub(crate) fn is_prerelease(&self) -> bool {
        match self {
            Self::Normal(version) => version.pre.is_some() || version.dev.is_some(),
            Self::Legacy(_) => false,
        }
    }

    pub(crate) fn is_legacy(&self) -> bool {
        matches!(self, Self::Legacy(_))
    }
}

impl Normal<'_> {
    fn compare(&self, other: &Self) -> Ordering {
        self.compare_public(other).then_with(|| compare_locals(self.local, other.local))
    }

    /// The order without the local versions.
    fn compare_public(&self, other: &Self) -> Ordering {
        self.epoch
            .cmp(&other.epoch)
            .then_with(|| compare_padded(Numbers::of(self.release), Numbers::of(other.release)))
            .then_with(|| self.phase().cmp(&other.phase()))
            .then_with(|| self.post.cmp(&other.post))
            .then_with(|| match (self.dev, other.dev) {
                (Some(a), Some(b)) => a.cmp(&b),
                (a, b) => a.is_none().cmp(&b.is_none()),
            })
    }

    /// A development release of the final release comes before its first alpha; all other releases
    /// without a phase come after its last candidate.
    fn phase(&self) -> (u8, Option<(Phase, Number<'_>)>) {
        match self.pre {
            Some(_) => (1, self.pre),
            None if self.post.is_none() && self.dev.is_some() => (0, None),
            None => (2, None),
        }
    }
}

/// None below any; segments of digits by value and above the others; those without case.
fn compare_locals(a: &str, b: &str) -> Ordering {
    let segments = |text| str::split(text, ['.', '-', '_']);
    match (a, b) {
        ("", "") => return Ordering::Equal,
        ("", _) => return Ordering::Less,
        (_, "") => return Ordering::Greater,
        _ => {}
    }
    segments(a).map(Segment).cmp(segments(b).map(Segment))
}

/// A segment of a local version.
#[derive(PartialEq, Eq)]
struct Segment<'a>(&'a str);

impl Ord for Segment<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        match (is_number(self.0), is_number(other.0)) {
            (true, true) => Number::of(self.0).cmp(&Number::of(other.0)),
            (false, false) => {
                let lower = |byte: u8| byte.to_ascii_lowercase();
                self.0.bytes().map(lower).cmp(other.0.bytes().map(lower))
            }
            (a, b) => a.cmp(&b),
        }
    }
}

impl PartialOrd for Segment<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The grammar of PEP 440, appendix B, read by hand.
fn normal(text: &str) -> Option<Normal<'_>> {
    let text = without_v(text);
    let (epoch, text) = match text.split_once('!') {
        Some((epoch, rest)) if is_number(epoch) => (Number::of(epoch), rest),
        Some(_) => return None,
        None => (Number::default(), text),
    };
    let (release, rest) = release(text)?;
    if rest.is_empty() {
        return Some(Normal { epoch, release, pre: None, post: None, dev: None, local: "" });
    }
    let (public, local) = match rest.split_once('+') {
        Some((public, local)) if is_local(local) => (public, local),
        Some(_) => return None,
        None => (rest, ""),
    };
    let (pre, rest) = pre(public);
    let (post, rest) = post(rest);
    let (dev, rest) = match labelled(rest, &[("dev", ())]) {
        Some(((), number, rest)) => (Some(number), rest),
        None => (None, rest),
    };
    rest.is_empty().then_some(Normal { epoch, release, pre, post, dev, local })
}

/// The numbers joined by dots at the beginning, and the rest (a dot before a word belongs to it).
fn release(text: &str) -> Option<(&str, &str)> {
    let mut end = split(text).0.len();
    if end == 0 {
        return None;
    }
    while let Some(after) = text.get(end..).and_then(|rest| rest.strip_prefix('.')) {
        let digits = split(after).0.len();
        if digits == 0 {
            break;
        }
        end += 1 + digits;
    }
    text.split_at_checked(end)
}

fn pre(text: &str) -> (Option<(Phase, Number<'_>)>, &str) {
    // Longer words first: `a` would hide `alpha`.
    const WORDS: &[(&str, Phase)] = &[
        ("alpha", Phase::Alpha),
        ("a", Phase::Alpha),
        ("beta", Phase::Beta),
        ("b", Phase::Beta),
        ("preview", Phase::Candidate),
        ("pre", Phase::Candidate),
        ("rc", Phase::Candidate),
        ("c", Phase::Candidate),
    ];
    match labelled(text, WORDS) {
        Some((phase, number, rest)) => (Some((phase, number)), rest),
        None => (None, text),
    }
}

fn post(text: &str) -> (Option<Number<'_>>, &str) {
    // `1.0-1` is `1.0.post1`.
    if let Some(after) = text.strip_prefix('-') {
        let (digits, rest) = split(after);
        if !digits.is_empty() {
            return (Some(Number::of(digits)), rest);
        }
    }
    match labelled(text, &[("post", ()), ("rev", ()), ("r", ())]) {
        Some(((), number, rest)) => (Some(number), rest),
        None => (None, text),
    }
}

/// An optional separator, one of the words in any case, an optional separator and number (0 without).
fn labelled<'a, T: Copy>(text: &'a str, words: &[(&str, T)]) -> Option<(T, Number<'a>, &'a str)> {
    let separators = ['.', '-', '_'];
    let start = text.strip_prefix(separators).unwrap_or(text);
    for (word, meaning) in words {
        let Some((head, rest)) = start.split_at_checked(word.len()) else { continue };
        if !head.eq_ignore_ascii_case(word) {
            continue;
        }
        let (digits, rest) = split(rest.strip_prefix(separators).unwrap_or(rest));
        return Some((*meaning, Number::of(digits), rest));
    }
    None
}

fn is_local(text: &str) -> bool {
    text.split(['.', '-', '_'])
        .all(|s| !s.is_empty() && s.bytes().all(|b| b.is_ascii_alphanumeric()))
}
