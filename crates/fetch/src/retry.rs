//! How long until the next attempt, if there is one? Attempt number and failure in, a wait out.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

use jiff::fmt::rfc2822;

use crate::config::Limits;
use crate::error::Failure;

/// The wait before attempt number `done + 1`, or `None` when it is not to be made:
/// the failure would repeat, the attempts are used up, or the wait would pass `left`.
pub(crate) fn wait_before_next(
    limits: &Limits,
    done: u32,
    left: Duration,
    failure: &Failure,
) -> Option<Duration> {
    let most = if failure.is_unreachable() { limits.retries.min(1) } else { limits.retries };
    if !failure.retry_helps() || done > most {
        return None;
    }
    let wait = match failure.asked_wait() {
        // Asked to wait longer than we would: coming back early is rude and useless.
        Some(asked) if asked > limits.longest_wait => return None,
        Some(asked) => asked.max(backoff(limits, done, 0.0)),
        None => backoff(limits, done, random()),
    };
    (wait < left).then_some(wait)
}

/// Doubling from [`Limits::backoff`], half of it moved by `jitter` (0 to 1) so that many clients
/// that failed together do not come back together.
fn backoff(limits: &Limits, done: u32, jitter: f64) -> Duration {
    let doublings = done.saturating_sub(1).min(16);
    let full = limits.backoff.saturating_mul(1 << doublings).min(limits.longest_wait);
    full / 2 + (full / 2).mul_f64(jitter.clamp(0.0, 1.0))
}

/// A number from 0 to 1. The standard library's hash keys are random, which is enough to spread
/// retries; nothing secret hangs on it.
fn random() -> f64 {
    let bits = RandomState::new().build_hasher().finish() >> 32;
    bits as f64 / f64::from(u32::MAX)
}

/// Reads `Retry-After` (RFC 9110 §10.2.3): seconds, or a date, which counts from the answer's own
/// `Date`, so that no clock of ours is needed; a date without one is ignored.
pub(crate) fn retry_after(value: &str, date: Option<&str>) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let parser = rfc2822::DateTimeParser::new();
    let until = parser.parse_timestamp(value).ok()?;
    let from = parser.parse_timestamp(date?.trim()).ok()?;
    let seconds = until.as_second().saturating_sub(from.as_second());
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{backoff, random, retry_after, wait_before_next};
    use crate::config::Limits;
    use crate::error::Failure;

    const LONG: Duration = Duration::from_secs(1000);

    fn status(status: u16, seconds: Option<u64>) -> Failure {
        Failure::Status { status, retry_after: seconds.map(Duration::from_secs) }
    }

    #[test]
    fn backoff_doubles_up_to_the_longest_wait() {
        let limits = Limits::default();
        let whole: Vec<u128> =
            (1..=10).map(|done| backoff(&limits, done, 1.0).as_millis()).collect();
        assert_eq!(whole, [500, 1000, 2000, 4000, 8000, 16000, 32000, 64000, 120000, 120000]);
        assert_eq!(backoff(&limits, 3, 0.0).as_millis(), 1000);
        assert_eq!(backoff(&limits, u32::MAX, 1.0), limits.longest_wait);
        assert!((0..100).all(|_| (0.0..=1.0).contains(&random())));
    }

    #[test]
    fn what_is_tried_again_and_when() {
        let limits = Limits::default();
        let wait = |done, failure: &Failure| wait_before_next(&limits, done, LONG, failure);
        assert_eq!(wait(1, &status(404, None)), None);
        assert_eq!(wait(1, &status(403, Some(1))), None);
        assert_eq!(wait(1, &status(429, Some(7))), Some(Duration::from_secs(7)));
        assert_eq!(wait(1, &status(503, Some(121))), None, "longer than we would wait");
        assert!(wait(4, &status(500, None)).is_some());
        assert_eq!(wait(5, &status(500, None)), None, "used up");
        assert!(wait(1, &Failure::HostNotFound).is_some());
        assert_eq!(wait(2, &Failure::HostNotFound), None, "nobody there");
        let short = Duration::from_secs(5);
        assert_eq!(wait_before_next(&limits, 1, short, &status(429, Some(7))), None);
    }

    #[test]
    fn retry_after_in_both_forms() {
        let date = Some("Sun, 06 Nov 1994 08:49:37 GMT");
        for (value, date, expect) in [
            ("120", None, Some(120)),
            (" 0 ", None, Some(0)),
            ("99999999999999999999999", None, Some(u64::MAX)),
            ("Sun, 06 Nov 1994 08:50:37 GMT", date, Some(60)),
            ("Sun, 06 Nov 1994 08:40:37 GMT", date, Some(0)),
            ("Sun, 06 Nov 1994 08:50:37 GMT", None, None),
            ("soon", date, None),
            ("-5", date, None),
            ("", date, None),
        ] {
            assert_eq!(retry_after(value, date), expect.map(Duration::from_secs), "{value}");
        }
    }
}
