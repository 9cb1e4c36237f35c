//! How are numbers written: F-12, X-3, E-7, P-2?
//!
//! In: what a person typed. Out: the number, or an error that says what is expected. The letter may be left out where
//! it is clear; a letter of another kind is an error, so that nobody undoes what they meant to show.

use super::{QueueError, unfit};

/// A finding or a row of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// `F-12`.
    Finding(i64),
    /// `X-3`.
    Fix(i64),
}

/// What has numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Letter {
    /// Findings.
    F,
    /// Fixes.
    X,
    /// Entries.
    E,
    /// Proposals.
    P,
}

impl Letter {
    fn word(self) -> (&'static str, &'static str) {
        match self {
            Self::F => ("F", "finding"),
            Self::X => ("X", "fix"),
            Self::E => ("E", "entry"),
            Self::P => ("P", "proposal"),
        }
    }
}

/// `F-12` and its like.
pub fn write(letter: Letter, number: i64) -> String {
    format!("{}-{number}", letter.word().0)
}

/// `F-12`, `F-13 and 3 more`.
pub(crate) fn list(letter: Letter, numbers: &[i64]) -> String {
    let shown: Vec<String> = numbers.iter().take(8).map(|n| write(letter, *n)).collect();
    match numbers.len().saturating_sub(8) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// A number of one kind, with or without its letter.
///
/// # Errors
/// No number, or another letter.
pub fn read(letter: Letter, text: &str) -> Result<i64, QueueError> {
    let (sign, word) = letter.word();
    match split(text) {
        Some((None, number)) => Ok(number),
        Some((Some(found), number)) if found == letter => Ok(number),
        _ => Err(unfit(
            format!("«{text}» is no {word}"),
            format!(
                "{word} numbers are written {sign}-12, as `gabion queue` and `gabion show` print them"
            ),
        )),
    }
}

/// A finding or a fix; without a letter a finding.
///
/// # Errors
/// No number, or another letter.
pub fn finding_or_fix(text: &str) -> Result<Named, QueueError> {
    match split(text) {
        Some((None | Some(Letter::F), number)) => Ok(Named::Finding(number)),
        Some((Some(Letter::X), number)) => Ok(Named::Fix(number)),
        _ => Err(unfit(
            format!("«{text}» is neither a finding nor a fix"),
            "findings are written F-12 and fixes X-3, as `gabion queue` and `gabion show` print them; \
             `gabion ledger imports` lists entries, `gabion queue --proposals` what waits",
        )),
    }
}

/// Whether it is written as a number of any kind.
pub(crate) fn is_number(text: &str) -> bool {
    let text = text.trim();
    let digits = text.strip_prefix(|c: char| "FXEPfxep".contains(c)).unwrap_or(text);
    let digits = digits.strip_prefix('-').unwrap_or(digits);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

fn split(text: &str) -> Option<(Option<Letter>, i64)> {
    let text = text.trim();
    let (letter, digits) = match text.chars().next()?.to_ascii_uppercase() {
        'F' => (Some(Letter::F), text.get(1..)?),
        'X' => (Some(Letter::X), text.get(1..)?),
        'E' => (Some(Letter::E), text.get(1..)?),
        'P' => (Some(Letter::P), text.get(1..)?),
        _ => (None, text),
    };
    let digits = if letter.is_some() { digits.strip_prefix('-').unwrap_or(digits) } else { digits };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok().filter(|number| *number > 0).map(|number| (letter, number))
}

#[cfg(test)]
mod tests {
    use super::{Letter, Named, finding_or_fix, read};

    #[test]
    fn numbers_with_and_without_their_letter() {
        let entry = |text| read(Letter::E, text).ok();
        assert_eq!([entry("E-12"), entry("e12"), entry("12")], [Some(12); 3]);
        let wrong = ["F-12", "", "E", "E-", "-3", "0", "99999999999999999999", "E--3", "1x", "Ä1"];
        assert_eq!(wrong.map(entry), [None; 10]);
        let named = |text| finding_or_fix(text).ok();
        assert_eq!([named("f-7"), named("7")], [Some(Named::Finding(7)); 2]);
        assert_eq!(named("X-7"), Some(Named::Fix(7)));
        assert_eq!(named("E-7"), None);
    }
}
