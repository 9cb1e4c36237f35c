//! How do numbers of any length compare?
//!
//! In goes text that may begin with ASCII digits, out comes the number and the rest. Versions carry
//! dates, build counters and nonsense of thirty digits: no number is ever converted to a machine
//! integer, so none can overflow.

use std::cmp::Ordering;

/// A natural number as its digits without leading zeros (zero is empty).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Number<'a>(&'a str);

impl<'a> Number<'a> {
    pub(crate) const ZERO: Self = Self("");

    /// The number at the beginning of the text (none: zero) and what follows it.
    pub(crate) fn take(text: &'a str) -> (Self, &'a str) {
        let (digits, rest) = split(text);
        (Self::of(digits), rest)
    }

    /// The number that a text of digits alone stands for.
    pub(crate) fn of(digits: &'a str) -> Self {
        Self(digits.trim_start_matches('0'))
    }

    pub(crate) fn is_zero(self) -> bool {
        self.0.is_empty()
    }
}

impl Ord for Number<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.as_bytes().cmp(other.0.as_bytes()))
    }
}

impl PartialOrd for Number<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The digits at the beginning and the rest.
pub(crate) fn split(text: &str) -> (&str, &str) {
    split_while(text, |b| b.is_ascii_digit())
}

/// The longest beginning of ASCII bytes that pass the test, and the rest.
pub(crate) fn split_while(text: &str, test: impl Fn(u8) -> bool) -> (&str, &str) {
    let end = text.bytes().take_while(|b| b.is_ascii() && test(*b)).count();
    text.split_at(end)
}

/// Digits and nothing else, at least one.
pub(crate) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// The text without a leading `v` or `V`.
pub(crate) fn without_v(text: &str) -> &str {
    text.strip_prefix(['v', 'V']).unwrap_or(text)
}
