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
    #[inline]
    pub(crate) fn take(text: &'a str) -> (Self, &'a str) {
        let (digits, rest) = split(text);
        (Self::of(digits), rest)
    }

    /// The number that a text of digits alone stands for.
    #[inline]
    pub(crate) fn of(digits: &'a str) -> Self {
        let zeros = digits.bytes().take_while(|b| *b == b'0').count();
        Self(digits.get(zeros..).unwrap_or(""))
    }

    #[inline]
    pub(crate) fn is_zero(self) -> bool {
        self.0.is_empty()
    }
}

impl Ord for Number<'_> {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.bytes().cmp(other.0.bytes()))
    }
}

impl PartialOrd for Number<'_> {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The numbers of a text of digits and single separating bytes. Past the last one it ends.
#[derive(Clone)]
pub(crate) struct Numbers<'a>(Option<&'a str>);

impl<'a> Numbers<'a> {
    #[inline]
    pub(crate) fn of(text: &'a str) -> Self {
        Self(Some(text))
    }
}

impl<'a> Iterator for Numbers<'a> {
    type Item = Number<'a>;

    #[inline]
    fn next(&mut self) -> Option<Number<'a>> {
        let (number, rest) = Number::take(self.0?);
        self.0 = if rest.is_empty() { None } else { rest.get(1..) };
        Some(number)
    }
}

/// Two lists of numbers, the shorter one continued with zeros.
#[inline]
pub(crate) fn compare_padded(mut a: Numbers<'_>, mut b: Numbers<'_>) -> Ordering {
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (x, y) => x.unwrap_or_default().cmp(&y.unwrap_or_default()),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// The digits at the beginning and the rest.
#[inline]
pub(crate) fn split(text: &str) -> (&str, &str) {
    split_while(text, |b| b.is_ascii_digit())
}

/// The longest beginning of ASCII bytes that pass the test, and the rest.
#[inline]
pub(crate) fn split_while(text: &str, test: impl Fn(u8) -> bool) -> (&str, &str) {
    let end = text.bytes().take_while(|b| b.is_ascii() && test(*b)).count();
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// The text without its first byte, which must be ASCII.
#[inline]
pub(crate) fn tail(text: &str) -> &str {
    text.get(1..).unwrap_or("")
}

/// Digits and nothing else, at least one.
#[inline]
pub(crate) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// The text without a leading `v` or `V`.
#[inline]
pub(crate) fn without_v(text: &str) -> &str {
    if matches!(text.as_bytes().first(), Some(b'v' | b'V')) { tail(text) } else { text }
}
