//! How is a text shown to a person: a hostile name, a long one, a time?
//!
//! In: texts from files that strangers wrote, instants, and `now`. Out: text that cannot steer a
//! terminal or change its reading order, cut to a width, and times in words. All times are UTC.

use std::borrow::Cow;
use std::fmt::Write as _;

use jiff::tz::TimeZone;
use unicode_width::UnicodeWidthChar;
use vocab::Instant;

/// The text with everything that acts instead of showing replaced by a visible escape (`\u{1b}`):
/// control characters with line breaks and tabs (ANSI and OSC sequences begin with one), marks that
/// turn the direction of writing (CVE-2021-42574), line and paragraph separators, and characters
/// that nobody sees (zero width, fillers, tags, variation selectors, byte order mark).
/// A backslash stays as it is, so a text may hold what looks like an escape; it never acts as one.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(acts) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if acts(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Whether a character does something to its surroundings instead of standing there.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Columns that a text takes on a terminal; what acts (see [`printable`]) counts as nothing.
pub fn width(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// The text in at most so many columns; `…` stands for what was cut. Combining marks stay with
/// their letter, and no more than a few of them: a letter under a hundred marks still fits a line.
pub fn truncate(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns && !crowded(text) {
        return Cow::Borrowed(text);
    }
    let fits = width(text) <= columns;
    let room = if fits { columns } else { columns.saturating_sub(1) };
    let (mut shown, mut used, mut marks) = (String::new(), 0, 0);
    for c in text.chars() {
        let wide = c.width().unwrap_or(0);
        marks = if wide == 0 { marks + 1 } else { 0 };
        if used + wide > room {
            break;
        }
        if marks <= MARKS {
            shown.push(c);
            used += wide;
        }
    }
    if !fits && columns > 0 {
        shown.push('…');
    }
    Cow::Owned(shown)
}

/// So many marks without a width of their own may follow one letter.
const MARKS: usize = 4;

fn crowded(text: &str) -> bool {
    let mut marks = 0;
    text.chars().any(|c| {
        marks = if c.width().unwrap_or(0) == 0 { marks + 1 } else { 0 };
        marks > MARKS
    })
}

/// `due in 19 h`, `due now`, `overdue by 3 d`; whole units, rounded down, so that nobody is told of
/// more time than there is.
pub fn due_in(now: Instant, due: Instant) -> String {
    let seconds = due.as_second().saturating_sub(now.as_second());
    match (seconds, due < now) {
        (-59..=59, false) => "due now".to_owned(),
        (_, false) => format!("due in {}", amount(seconds)),
        (-59..=59, true) => "overdue".to_owned(),
        (_, true) => format!("overdue by {}", amount(seconds.saturating_neg())),
    }
}

/// `due in 19 h (Sun 22 Nov 14:00 UTC)`.
pub fn due(now: Instant, due: Instant) -> String {
    format!("{} ({})", due_in(now, due), absolute(now, due))
}

/// `3 h ago`, `just now`, `in 2 d`: the age of a feed or a sighting.
pub fn ago(now: Instant, then: Instant) -> String {
    let seconds = now.as_second().saturating_sub(then.as_second());
    match seconds {
        -59..=59 => "just now".to_owned(),
        60.. => format!("{} ago", amount(seconds)),
        _ => format!("in {}", amount(seconds.saturating_neg())),
    }
}

/// `45 min`, `19 h`, `3 d` for a number of seconds: minutes below an hour, hours below three days.
pub fn amount(seconds: i64) -> String {
    let seconds = seconds.max(0);
    match seconds {
        0..3_600 => format!("{} min", seconds / 60),
        3_600..259_200 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// `Sun 22 Nov 14:00 UTC`, with the year when it is not the present one: `Sun 22 Nov 2027 14:00 UTC`.
pub fn absolute(now: Instant, instant: Instant) -> String {
    let civil = TimeZone::UTC.to_datetime(instant);
    let mut text = civil.strftime("%a %-d %b ").to_string();
    if civil.year() != TimeZone::UTC.to_datetime(now).year() {
        let _ = write!(text, "{} ", civil.year());
    }
    let _ = write!(text, "{:02}:{:02} UTC", civil.hour(), civil.minute());
    text
}

/// `2026-11-22`: the day of an instant in UTC.
pub fn day(instant: Instant) -> String {
    TimeZone::UTC.to_datetime(instant).date().to_string()
}
