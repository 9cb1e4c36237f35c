//! Which dates move when something else than a report changed: a table, an asset's exposure, how old intelligence may be?
//!
//! In: the settings as they are now, and why. Out: the clocks of the open findings that moved, each recorded with
//! what it was and the reason. A date that stays is no news. Without an index what has published ids stays as it is:
//! nothing would be known of its exploitation.

use ledger::change::{Change, Clock};
use ledger::row::Finding;
use vocab::Instant;

use super::timing::{About, Timing};
use super::writing::WriteError;
use crate::books::{Actor, Books};

/// Most findings changed by one entry of the record.
const MAX_ENTRY: usize = 50_000;
/// Findings read at a time.
const PAGE: usize = 500;

/// Clocks computed again.
pub(crate) struct Again<'a> {
    pub(crate) timing: &'a Timing<'a>,
    pub(crate) actor: &'a Actor,
    pub(crate) reason: &'a str,
}

impl Again<'_> {
    /// Of one asset or all: how many moved, and the last entry.
    pub(crate) fn of(
        &self,
        books: &mut Books,
        asset: Option<i64>,
        now: Instant,
    ) -> Result<(u64, Option<i64>), WriteError> {
        let (mut ids, mut failed) = (Vec::new(), None);
        books.ledger.each_finding(asset, true, &mut |finding| {
            match self.moves(&finding) {
                Ok(Some(_)) => ids.push(finding.id),
                Ok(None) => {}
                Err(error) => failed = Some(error),
            }
            failed.is_none()
        })?;
        if let Some(error) = failed {
            return Err(error.into());
        }
        let (mut moved, mut entry) = (0, None);
        for part in ids.chunks(MAX_ENTRY) {
            let mut write = books.write(self.actor, now)?;
            let mut clocks = 0;
            for page in part.chunks(PAGE) {
                for finding in write.findings(page)? {
                    let Some(clock) = self.moves(&finding)? else { continue };
                    clocks += 1;
                    let was = finding.clock;
                    write.append(&Change::Clocked { finding: finding.id, clock, was })?;
                }
            }
            if clocks > 0 {
                let summary = format!("{clocks} clocks moved: {}", self.reason);
                entry = Some(write.commit("verify", &summary)?.entry);
                moved += clocks;
            }
        }
        Ok((moved, entry))
    }

    /// The clock that it has now, where that is another one.
    fn moves(&self, finding: &Finding) -> Result<Option<Option<Clock>>, intel::IndexError> {
        let blind = self.timing.index().is_none() && !finding.facts.ids.is_empty();
        if finding.state != "open" || blind {
            return Ok(None);
        }
        let clock = self.timing.clock(&About::finding(finding))?;
        if same(clock.as_ref(), finding.clock.as_ref()) {
            return Ok(None);
        }
        Ok(Some(clock.map(|clock| Clock { moved_by: self.reason.to_owned(), ..clock })))
    }
}

/// Whether two clocks give the same place for the same reason. Words about how old a feed is change daily; a
/// date that stays is no news.
pub(crate) fn same(a: Option<&Clock>, b: Option<&Clock>) -> bool {
    let key = |clock: &Clock| {
        (
            (clock.due, clock.start, clock.band, clock.emergency),
            (clock.policy.clone(), clock.badges.clone(), clock.assumed.clone(), clock.life.clone()),
        )
    };
    a.map(key) == b.map(key)
}
