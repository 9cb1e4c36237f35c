//! What comes first in the queue?
//!
//! In: how urgent a finding or a fix is, and `now`. Out: its [`Rank`]: known emergencies by due; then what is
//! overdue by band (the hours allowed) and due; then the rest by due, what has no due instant last
//! (docs/ARCHITECTURE.md, «The clock», rule 10). The one rule for scans, estates and the queue; a database that
//! sorts by itself is tested against it. Never: a tie broken; equal ranks are the caller's to order.

use crate::Instant;

/// The band of what is due on the next upgrade: after every other.
pub const LAST_BAND: i64 = 1_000_000_000;

/// What decides the place of a finding or a fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Urgency {
    /// A known emergency; what is only assumed is none.
    pub emergency: bool,
    /// Hours allowed; [`LAST_BAND`] for «on the next upgrade».
    pub band: i64,
    /// The earliest instant at which it was ever due; none is never overdue.
    pub due: Option<Instant>,
}

/// A place in the queue; the least comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    class: u8,
    band: i64,
    due: Instant,
}

impl Rank {
    /// After everything.
    pub const LAST: Self = Self { class: u8::MAX, band: i64::MAX, due: Instant::MAX };
}

impl Urgency {
    /// Whether it is past due.
    pub fn overdue(&self, now: Instant) -> bool {
        self.due.is_some_and(|due| due < now)
    }

    /// Its place at an instant.
    pub fn rank(&self, now: Instant) -> Rank {
        let (class, band) = match (self.emergency, self.overdue(now)) {
            (true, _) => (0, 0),
            (false, true) => (1, self.band),
            (false, false) => (2, 0),
        };
        Rank { class, band, due: self.due.unwrap_or(Instant::MAX) }
    }
}

#[cfg(test)]
mod tests {
    use super::{LAST_BAND, Urgency};
    use crate::Instant;

    #[test]
    fn known_emergencies_then_overdue_by_band_then_the_rest_by_due() {
        let at = |second| Some(Instant::from_second(second).expect("an instant"));
        let made = |emergency, band, due| Urgency { emergency, band, due };
        let order = [
            made(true, 0, at(90)),
            made(true, 0, at(200)),
            made(false, 72, at(99)),
            made(false, 720, at(1)),
            made(false, 720, at(2)),
            made(false, 720, at(100)),
            made(false, 72, at(101)),
            made(false, LAST_BAND, None),
        ];
        let now = Instant::from_second(100).expect("an instant");
        let ranks: Vec<_> = order.iter().map(|urgency| urgency.rank(now)).collect();
        assert!(ranks.windows(2).all(|pair| pair[0] < pair[1]), "{ranks:?}");
    }
}
