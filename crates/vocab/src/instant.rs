//! When: instants in UTC, and the dates that feeds publish.

/// An instant in UTC, to the second or finer. Only renderers know time zones.
pub type Instant = jiff::Timestamp;

/// What [`parse`] reads, for messages.
pub const ACCEPTED: &str = "2026-11-21, 2026-11-21T10:00 (UTC), 2026-11-21T10:00:00Z or 2026-11-21T10:00+01:00; \
                            a zone's name in brackets only behind its offset";

/// Reads what feeds write: RFC 3339 with or without an offset, or a plain date. Without a time the
/// instant is 00:00 UTC; without an offset it is UTC (docs/ARCHITECTURE.md, «The clock», rule 2). Of RFC 9557's
/// brackets, a zone behind an offset says nothing more; alone it is read where it is UTC or an offset itself, since
/// what a name means changes with a database that is not here. `None` when it is none of these: nothing that says
/// otherwise than UTC is passed over.
pub fn parse(text: &str) -> Option<Instant> {
    let text = text.trim();
    if text.len() > 64 {
        return None;
    }
    let Some((plain, brackets)) = text.split_once('[') else { return without_brackets(text) };
    let zone = zone(brackets)?;
    match plain.parse::<Instant>() {
        Ok(instant) => Some(instant),
        // An offset that is there and does not read is no reason to look for another.
        Err(_) if !is_civil(plain) => None,
        Err(_) if ["UTC", "Etc/UTC", "GMT", "Z"].contains(&zone) => without_brackets(plain),
        Err(_) if zone.starts_with(['+', '-']) => format!("{plain}{zone}").parse().ok(),
        Err(_) => None,
    }
}

fn without_brackets(text: &str) -> Option<Instant> {
    if let Ok(instant) = text.parse::<Instant>() {
        return Some(instant);
    }
    let civil = text.parse::<jiff::civil::DateTime>().ok().filter(|_| is_civil(text))?;
    civil.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|z| z.timestamp())
}

/// Whether a text has no offset: no sign stands behind the date, and none before it.
fn is_civil(text: &str) -> bool {
    let signs = |part: &str| part.contains(['+', '-', '[']);
    !text.starts_with(['+', '-']) && !text.get(9..).is_some_and(signs)
}

/// The zone among the brackets, without what says nothing of the time (`u-ca=iso8601`); `None` when they are broken
/// or one of them must not be passed over.
fn zone(brackets: &str) -> Option<&str> {
    let mut zone = "";
    for bracket in brackets.strip_suffix(']')?.split("][") {
        if bracket.is_empty() || bracket.starts_with('!') || bracket.contains(['[', ']']) {
            return None;
        }
        if !bracket.contains('=') {
            zone = bracket;
        }
    }
    Some(zone)
}

#[cfg(test)]
mod tests {
    use super::{ACCEPTED, parse};

    #[test]
    fn a_date_means_midnight_utc() {
        let show = |s: &str| parse(s).map(|i| i.to_string());
        assert_eq!(show("2026-08-07").as_deref(), Some("2026-08-07T00:00:00Z"));
        assert_eq!(show("2026-08-07T16:45:47.0648Z").as_deref(), Some("2026-08-07T16:45:47.0648Z"));
        assert_eq!(show("1999-09-29T04:00:00").as_deref(), Some("1999-09-29T04:00:00Z"));
        assert_eq!(show("2026-08-07T02:00:00+02:00").as_deref(), Some("2026-08-07T00:00:00Z"));
        assert_eq!(show("soon"), None);
        assert_eq!(show(""), None);
    }

    #[test]
    fn a_zone_is_read_rightly_or_not_at_all() {
        let check = |text: &str, expect: &str| {
            let read = parse(text).map(|i| i.to_string());
            assert_eq!(read.as_deref(), (!expect.is_empty()).then_some(expect), "{text}");
        };
        check("2027-01-31T12:00+01:00", "2027-01-31T11:00:00Z");
        check("2027-01-31T12:00+01:00[Europe/Berlin]", "2027-01-31T11:00:00Z");
        check("2027-01-31T12:00Z[Europe/Berlin][u-ca=iso8601]", "2027-01-31T12:00:00Z");
        check("2027-01-31T12:00[UTC]", "2027-01-31T12:00:00Z");
        check("2027-01-31T12:00:00[+01:00]", "2027-01-31T11:00:00Z");
        check("2027-01-31T12:00:00.5[-05:30]", "2027-01-31T17:30:00.5Z");
        check("20270131T120000", "2027-01-31T12:00:00Z");
        for none in [
            "2027-01-31T12:00[Europe/Berlin]",
            "2027-01-31[Europe/Berlin]",
            "2027-01-31T12:00[u-ca=hebrew]",
            "2027-01-31T12:00+01:00[!Europe/Berlin]",
            "2027-01-31T12:00+01:00[Europe/Berlin",
            "2027-01-31T12:00+99:00",
            "9999-12-31T23:59:59-12:00",
            "2027-01-31T12:00 +01:00 [CET]",
            "2027-01-31T12:00 CET",
        ] {
            check(none, "");
        }
    }

    #[test]
    fn what_a_message_says_is_read_is_read() {
        for example in ACCEPTED.split([',', ' ', ';']).filter(|word| word.starts_with("2026")) {
            assert!(parse(example).is_some(), "{example}");
        }
    }
}
