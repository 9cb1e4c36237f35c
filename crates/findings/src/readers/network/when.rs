//! When was it, in the words of scanners?
//!
//! Beside RFC 3339: seconds and milliseconds since 1970, and dates whose month is a name. Dates in numbers are
//! read only where the year stands first: whether 03/04 is in March or in April nobody can tell.

use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::TimeZone;
use vocab::Instant;

/// Shapes with a named month or the year first; without an offset they are in UTC.
const SHAPES: &[&str] = &[
    "%a %b %d %H:%M:%S %Y",
    "%a %b %d %H:%M:%S UTC %Y",
    "%a %b %d %H:%M:%S GMT %Y",
    "%a, %d %b %Y %H:%M:%S",
    "%b %d, %Y %H:%M:%S",
    "%b %d, %Y %I:%M %p",
    "%b %d, %Y",
    "%d %b %Y %H:%M:%S",
    "%d %b %Y %I:%M%p",
    "%d %b %Y",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
];

/// Reads an instant; `None` when the text is none or leaves open which day it means.
pub fn when(text: &str) -> Option<Instant> {
    let text = text.trim();
    if text.is_empty() || text.len() > 64 {
        return None;
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return epoch(text);
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let spaced = words.join(" ");
    if let Some(instant) = vocab::instant::parse(&spaced) {
        return Some(instant);
    }
    let (civil, offset) = zone(&spaced);
    let shape = SHAPES.iter().find_map(|shape| BrokenDownTime::parse(shape, civil).ok())?;
    let date = shape.to_date().ok()?;
    let time = shape.to_time().unwrap_or(jiff::civil::Time::midnight());
    let zone = TimeZone::fixed(offset);
    date.to_datetime(time).to_zoned(zone).ok().map(|zoned| zoned.timestamp())
}

/// Seconds since 1970 in ten digits, milliseconds in thirteen.
fn epoch(digits: &str) -> Option<Instant> {
    let number: i64 = digits.parse().ok()?;
    match digits.len() {
        9 | 10 => Instant::from_second(number).ok(),
        13 => Instant::from_millisecond(number).ok(),
        _ => None,
    }
}

/// Takes the zone off: `GMT-0400`, `+0000`, `UTC`, `GMT`; others are not known and stay.
fn zone(text: &str) -> (&str, jiff::tz::Offset) {
    let utc = jiff::tz::Offset::UTC;
    let Some((civil, last)) = text.rsplit_once(' ') else { return (text, utc) };
    let digits = last.trim_start_matches("GMT").trim_start_matches("UTC");
    if digits.is_empty() || last == "Z" {
        return (civil, utc);
    }
    let parsed = || {
        let sign = match digits.chars().next()? {
            '+' => 1,
            '-' => -1,
            _ => return None,
        };
        let digits = digits.get(1..)?.replace(':', "");
        let (hours, minutes) = (digits.get(..2)?, digits.get(2..4)?);
        let seconds = hours.parse::<i32>().ok()? * 3600 + minutes.parse::<i32>().ok()? * 60;
        jiff::tz::Offset::from_seconds(sign * seconds).ok()
    };
    match parsed() {
        Some(offset) => (civil, offset),
        None => (text, utc),
    }
}

#[cfg(test)]
mod tests {
    use super::when;

    #[test]
    fn as_scanners_write_it() {
        let show = |text: &str| when(text).map(|i| i.to_string()).unwrap_or_default();
        assert_eq!(show("Mon Jul  1 11:40:48 2013"), "2013-07-01T11:40:48Z");
        assert_eq!(show("Sun, 22 Jun 2025 04:04:14"), "2025-06-22T04:04:14Z");
        assert_eq!(show("Feb 5, 2024 21:01:08 UTC"), "2024-02-05T21:01:08Z");
        assert_eq!(show("Feb 03, 2026 07:00 AM"), "2026-02-03T07:00:00Z");
        assert_eq!(show("12 Mar 2020 04:42PM GMT-0400"), "2020-03-12T20:42:00Z");
        assert_eq!(show("1648044472"), "2022-03-23T14:07:52Z");
        assert_eq!(show("1611066291482"), "2021-01-19T14:24:51.482Z");
        assert_eq!(show("2013/05/31"), "2013-05-31T00:00:00Z");
        assert_eq!(show("2021-02-08T12:19:48"), "2021-02-08T12:19:48Z");
        for open in ["05/13/2021 07:08:28", "03/04/2021", "soon", "", "N/A"] {
            assert_eq!(show(open), "", "{open}");
        }
    }
}
