//! When: instants in UTC, and the dates that feeds publish.

/// An instant in UTC, to the second or finer. Only renderers know time zones.
pub type Instant = jiff::Timestamp;

/// Reads what feeds write: RFC 3339 with or without an offset, or a plain date. Without a time the
/// instant is 00:00 UTC; without an offset it is UTC (docs/ARCHITECTURE.md, «The clock», rule 2).
/// `None` when it is neither.
pub fn parse(text: &str) -> Option<Instant> {
    let text = text.trim();
    if text.len() > 64 {
        return None;
    }
    if let Ok(instant) = text.parse::<Instant>() {
        return Some(instant);
    }
    let civil = text.parse::<jiff::civil::DateTime>().ok()?;
    civil.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|z| z.timestamp())
}

#[cfg(test)]
mod tests {
    use super::parse;

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
}
