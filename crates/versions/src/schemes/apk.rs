//! apk-tools: Alpine, Wolfi, Chainguard, MinimOS, Alpaquita, BellSoft
//! (`number{.number}[letter]{_suffix[number]}[~hash][-r#]`; apk-package(5), as apk-tools 3 orders them).
//!
//! At one place the order is `_alpha`, `_beta`, `_pre`, `_rc`, what is invalid, (end), `-r#`, `~hash`, a suffix's
//! number, `_cvs`, `_svn`, `_git`, `_hg`, `_p`, a letter, `.number`. Numbers after the first that begin with
//! 0 compare as text, like decimals. From the first invalid byte on nothing more is read.

use std::cmp::Ordering;

use crate::digits::{Number, split, split_while, tail};

pub(crate) fn check(text: &str) -> Result<(), &'static str> {
    let known = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'~' | b'+');
    if text.bytes().all(known) { Ok(()) } else { Err("a character that no version has") }
}

pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (Tokens::new(a), Tokens::new(b));
    loop {
        let (x, y) = (a.next(), b.next());
        match x.cmp(&y) {
            Ordering::Equal if x.ends() => return Ordering::Equal,
            Ordering::Equal => {}
            unequal => return unequal,
        }
    }
}

pub(crate) fn is_prerelease(text: &str) -> bool {
    let mut tokens = Tokens::new(text);
    loop {
        match tokens.next() {
            Token::Before(_) => return true,
            token if token.ends() => return false,
            _ => {}
        }
    }
}

/// Does apk-tools accept it, or does it only have to put it somewhere?
pub(crate) fn is_valid(text: &str) -> bool {
    let mut tokens = Tokens::new(text);
    loop {
        match tokens.next() {
            Token::Invalid(_) => return false,
            Token::End => return true,
            _ => {}
        }
    }
}

/// In the order of the variants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Token<'a> {
    /// A suffix that comes before the release, by its place in the list.
    Before(usize),
    /// What follows; nothing after a hyphen.
    Invalid(&'a str),
    End,
    Revision(Number<'a>),
    Hash(&'a str),
    SuffixNumber(Number<'a>),
    /// A suffix that comes after the release.
    Past(usize),
    Letter(u8),
    /// A later number that begins with 0, as text.
    Decimal(&'a str),
    Number(Number<'a>),
}

impl Token<'_> {
    fn ends(self) -> bool {
        matches!(self, Self::End | Self::Invalid(_))
    }
}

const BEFORE: &[&str] = &["alpha", "beta", "pre", "rc"];
const PAST: &[&str] = &["cvs", "svn", "git", "hg", "p"];

/// What the last token was, as far as it decides what may follow.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Last {
    Nothing,
    Number,
    Letter,
    Suffix,
    SuffixNumber,
    Hash,
    Revision,
}

struct Tokens<'a> {
    rest: &'a str,
    last: Last,
}

impl<'a> Tokens<'a> {
    fn new(text: &'a str) -> Self {
        Self { rest: text, last: Last::Nothing }
    }

    /// The next token; after the end again the end.
    fn next(&mut self) -> Token<'a> {
        let Some(&first) = self.rest.as_bytes().first() else {
            return if self.last == Last::Nothing { Token::Invalid("") } else { Token::End };
        };
        let after = tail(self.rest);
        let token = match (first, self.last) {
            (b'0'..=b'9', Last::Nothing) => {
                let (number, rest) = Number::take(self.rest);
                Some((Token::Number(number), rest, Last::Number))
            }
            (b'0'..=b'9', Last::Letter) => Some(number(self.rest)),
            (b'.', Last::Number | Last::Letter)
                if after.as_bytes().first().is_some_and(u8::is_ascii_digit) =>
            {
                Some(number(after))
            }
            (b'a'..=b'z', Last::Number) => Some((Token::Letter(first), after, Last::Letter)),
            (b'0'..=b'9', Last::Suffix) => {
                let (number, rest) = Number::take(self.rest);
                Some((Token::SuffixNumber(number), rest, Last::SuffixNumber))
            }
            (b'_', Last::Number | Last::Letter | Last::Suffix | Last::SuffixNumber) => {
                suffix(after)
            }
            (b'~', last) if last > Last::Nothing && last < Last::Hash => hash(after),
            (b'-', last) if last > Last::Nothing && last < Last::Revision => revision(after),
            _ => None,
        };
        match token {
            Some((token, rest, last)) => {
                (self.rest, self.last) = (rest, last);
                token
            }
            None if first == b'-' => Token::Invalid(""),
            None => Token::Invalid(self.rest),
        }
    }
}

type Step<'a> = (Token<'a>, &'a str, Last);

fn number(text: &str) -> Step<'_> {
    let (digits, rest) = split(text);
    let token = if digits.starts_with('0') {
        Token::Decimal(digits)
    } else {
        Token::Number(Number::of(digits))
    };
    (token, rest, Last::Number)
}

fn suffix(text: &str) -> Option<Step<'_>> {
    let (name, rest) = split_while(text, |b| b.is_ascii_lowercase());
    let place = |names: &[&str]| names.iter().position(|n| *n == name);
    let token = match place(BEFORE) {
        Some(i) => Token::Before(i),
        None => Token::Past(place(PAST)?),
    };
    Some((token, rest, Last::Suffix))
}

fn hash(text: &str) -> Option<Step<'_>> {
    let (hash, rest) = split_while(text, |b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    (!hash.is_empty()).then_some((Token::Hash(hash), rest, Last::Hash))
}

/// `-r` without a number is revision 0, unless letters follow.
fn revision(text: &str) -> Option<Step<'_>> {
    let (number, rest) = Number::take(text.strip_prefix('r')?);
    let ends = rest.is_empty() || rest.starts_with('-');
    ends.then_some((Token::Revision(number), rest, Last::Revision))
}
