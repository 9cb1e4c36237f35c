//! The rows of the queue: what the open findings of one action on one asset amount to.
//!
//! In: the fixes whose findings changed, the entry's instant. Out: their rows, and the calendar of due hours
//! by which a page knows how many are overdue without counting them. A row follows from the findings as they
//! stand at the end of an entry and from the entry's instant alone, so that a replay gives the same.
//!
//! An acceptance ends by time, without a change, and by time another finding comes to lead: `wakes` says when
//! the first of these happens. The next entry after it computes the row again; until then a reader does
//! (`queue.rs`).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::LedgerError;
use crate::database::{Database, Row, Value, all};
use crate::schema::{CALENDAR, FIXES};
use vocab::{Rank, Urgency};

use crate::tables::{NEVER, Stand, instant};

/// Microseconds of an hour.
pub(crate) const HOUR: i64 = 3_600_000_000;
/// Fixes computed in one go.
const CHUNK: usize = 1_000;
/// Findings whose claims are looked up in one go.
const FINDINGS: usize = 5_000;

/// A fix's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FixRow {
    pub(crate) id: i64,
    pub(crate) asset: i64,
    pub(crate) key: Vec<u8>,
    pub(crate) open: i64,
    /// Of the open ones, those whose acceptance lasted longer than the instant of computing.
    pub(crate) paused: i64,
    /// The finding that gives the due instant; the last one there was, when none is open.
    pub(crate) leading: i64,
    pub(crate) due: i64,
    pub(crate) band: i64,
    pub(crate) emergency: bool,
    pub(crate) available: bool,
    /// A bit for each severity of an open finding.
    pub(crate) severities: i64,
    /// Set by a person on the leading finding; empty means the asset's.
    pub(crate) owner: String,
    /// Set by a person on the leading finding; empty means the asset's.
    pub(crate) exposure: String,
    pub(crate) wakes: Option<i64>,
    pub(crate) sources: i64,
    /// The pull request that alone reports it; such a row is no part of the queue.
    pub(crate) reference: String,
    /// Open findings all of whose standing claims are unseen.
    pub(crate) unseen: i64,
}

impl FixRow {
    /// The columns that [`FixRow::read`] wants, of `fixes x`.
    pub(crate) const COLUMNS: &'static str = "x.id, x.asset, x.key, x.open, x.paused, x.leads, \
         x.due, x.band, x.emergency, x.available, x.severities, x.owner, x.exposure, x.wakes, \
         x.sources, x.reference, x.unseen";

    /// A new one, without findings yet.
    pub(crate) fn new(id: i64, asset: i64, key: Vec<u8>, reference: &str) -> Self {
        Self {
            id,
            asset,
            key,
            open: 0,
            paused: 0,
            leading: 0,
            due: NEVER,
            band: NEVER,
            emergency: false,
            available: false,
            severities: 0,
            owner: String::new(),
            exposure: String::new(),
            wakes: None,
            sources: 0,
            reference: reference.to_owned(),
            unseen: 0,
        }
    }

    pub(crate) fn read(row: &mut Row) -> Result<Self, LedgerError> {
        Ok(Self {
            id: row.int(0)?,
            asset: row.int(1)?,
            key: row.bytes(2)?,
            open: row.int(3)?,
            paused: row.int(4)?,
            leading: row.int(5)?,
            due: row.int(6)?,
            band: row.int(7)?,
            emergency: row.flag(8)?,
            available: row.flag(9)?,
            severities: row.int(10)?,
            owner: row.text(11)?,
            exposure: row.text(12)?,
            wakes: row.maybe_int(13)?,
            sources: row.int(14)?,
            reference: row.text(15)?,
            unseen: row.int(16)?,
        })
    }

    /// A row of `schema::FIXES`.
    pub(crate) fn values(&self) -> Vec<Value> {
        vec![
            Value::Int(self.id),
            Value::Int(self.asset),
            Value::Bytes(self.key.clone()),
            Value::Int(self.open),
            Value::Int(self.paused),
            Value::Int(self.active()),
            Value::Int(self.leading),
            Value::Int(self.due),
            Value::Int(self.band),
            Value::Int(i64::from(self.emergency)),
            Value::Int(i64::from(self.available)),
            Value::Int(self.severities),
            Value::text(&self.owner),
            Value::text(&self.exposure),
            Value::some_int(self.wakes),
            Value::Int(self.sources),
            Value::text(&self.reference),
            Value::Int(self.unseen),
        ]
    }

    /// Open findings of the queue that are not paused.
    pub(crate) fn active(&self) -> i64 {
        if self.reference.is_empty() { self.open - self.paused } else { 0 }
    }

    /// Where the calendar counts it.
    fn hour(&self) -> Option<(i64, i64)> {
        (self.active() > 0).then(|| (self.band, self.due.div_euclid(HOUR)))
    }

    /// What decides its place.
    pub(crate) fn urgency(&self) -> Urgency {
        urgency(self.emergency, self.band, self.due)
    }

    /// Takes an open finding in.
    fn add(&mut self, leads: &mut Leads, row: &mut Row, at: i64) -> Result<(), LedgerError> {
        let until = row.maybe_int(5)?.filter(|until| *until > at);
        let (id, due, band, emergency) = (row.int(1)?, row.int(2)?, row.int(3)?, row.flag(4)?);
        self.open += 1;
        let (live, unseen) = (row.int(10)?, row.int(11)?);
        self.unseen += i64::from(live > 0 && unseen >= live);
        self.severities |= 1 << row.int(6)?.clamp(0, 62);
        if let Some(until) = until {
            self.paused += 1;
            self.wake(until);
        }
        let rank = urgency(emergency, band, due).rank(instant(at));
        if until.is_none() && due >= at {
            leads.to_come.push((band, due));
        }
        if leads.best.is_none_or(|best| (until.is_some(), rank, id) < best) {
            leads.best = Some((until.is_some(), rank, id));
            (self.due, self.band, self.leading, self.emergency) = (due, band, id, emergency);
            self.available = row.flag(7)?;
            self.owner = row.text(8)?;
            self.exposure = row.text(9)?;
        }
        Ok(())
    }

    /// When another finding will lead: what is overdue goes by its band, so that one of a shorter band does
    /// once it is overdue too.
    fn turn(&mut self, leads: &Leads) {
        if self.emergency || leads.best.is_none_or(|(paused, ..)| paused) {
            return;
        }
        let shorter = leads.to_come.iter().filter(|(band, _)| *band < self.band);
        if let Some(due) = shorter.map(|(_, due)| *due).filter(|due| *due != NEVER).min() {
            self.wake(due.saturating_add(1));
        }
    }

    fn wake(&mut self, at: i64) {
        self.wakes = Some(self.wakes.map_or(at, |known| known.min(at)));
    }
}

/// The finding that leads so far, and those that are not overdue yet.
#[derive(Default)]
struct Leads {
    /// Paused, place, number.
    best: Option<(bool, Rank, i64)>,
    /// Band and due.
    to_come: Vec<(i64, i64)>,
}

fn urgency(emergency: bool, band: i64, due: i64) -> Urgency {
    Urgency { emergency, band, due: (due != NEVER).then(|| instant(due)) }
}

/// The rows of these fixes as their findings stand, at an instant; and as they are stored.
pub(crate) fn computed(
    database: &mut dyn Database,
    ids: &[i64],
    at: i64,
) -> Result<Vec<(FixRow, FixRow)>, LedgerError> {
    let with = [Value::Ints(ids.to_vec())];
    let sql = format!("SELECT {} FROM fixes x WHERE x.id = ANY($1)", FixRow::COLUMNS);
    let mut rows: BTreeMap<i64, (FixRow, FixRow)> = BTreeMap::new();
    for stored in all(database, &sql, &with, &mut FixRow::read)? {
        let mut fresh = FixRow::new(stored.id, stored.asset, stored.key.clone(), &stored.reference);
        fresh.leading = stored.leading;
        rows.insert(stored.id, (stored, fresh));
    }
    let mut leads: BTreeMap<i64, Leads> = BTreeMap::new();
    let mut open: HashMap<i64, i64> = HashMap::new();
    database.query(
        "SELECT f.fix, f.id, f.due, f.band, f.emergency, f.paused, f.severity, f.available, \
         f.owner, f.exposure, f.live, f.unseen FROM findings f WHERE f.fix = ANY($1) AND f.state = 0",
        &with,
        &mut |row| {
            let id = row.int(0)?;
            if let Some((_, fresh)) = rows.get_mut(&id) {
                open.insert(row.int(1)?, id);
                fresh.add(leads.entry(id).or_default(), row, at)?;
            }
            Ok(true)
        },
    )?;
    for (id, leads) in &leads {
        if let Some((_, fresh)) = rows.get_mut(id) {
            fresh.turn(leads);
        }
    }
    for (fix, sources) in sources(database, &open)? {
        if let Some((_, fresh)) = rows.get_mut(&fix) {
            fresh.sources = sources;
        }
    }
    Ok(rows.into_values().collect())
}

/// How many sources' claims stand on the open findings of each fix; `open` has the fix of each finding.
///
/// One look-up by one index each, and no condition on what stands: of a table that a transaction has just filled
/// PostgreSQL has no figures, and given the condition it reads the whole of a partial index for each finding.
fn sources(
    database: &mut dyn Database,
    open: &HashMap<i64, i64>,
) -> Result<BTreeMap<i64, i64>, LedgerError> {
    let sql = "SELECT a.finding, a.stream, a.state FROM attributions a WHERE a.finding = ANY($1)";
    let mut streams: BTreeSet<(i64, i64)> = BTreeSet::new();
    let mut findings: Vec<i64> = open.keys().copied().collect();
    findings.sort_unstable();
    for chunk in findings.chunks(FINDINGS) {
        database.query(sql, &[Value::Ints(chunk.to_vec())], &mut |row| {
            if row.int(2)? == Stand::Live.number()
                && let Some(fix) = open.get(&row.int(0)?)
            {
                streams.insert((*fix, row.int(1)?));
            }
            Ok(true)
        })?;
    }
    let wanted: BTreeSet<i64> = streams.iter().map(|(_, stream)| *stream).collect();
    let with = [Value::Ints(wanted.into_iter().collect())];
    let sql = "SELECT t.id, t.source FROM streams t WHERE t.id = ANY($1)";
    let names: HashMap<i64, String> =
        all(database, sql, &with, &mut |row| Ok((row.int(0)?, row.text(1)?)))?
            .into_iter()
            .collect();
    let named: BTreeSet<(i64, &String)> =
        streams.iter().filter_map(|(fix, stream)| Some((*fix, names.get(stream)?))).collect();
    let mut counts: BTreeMap<i64, i64> = BTreeMap::new();
    for (fix, _) in named {
        *counts.entry(fix).or_default() += 1;
    }
    Ok(counts)
}

/// The fixes that an entry touches, and the calendar's changes.
#[derive(Default)]
pub(crate) struct Touched {
    ids: BTreeSet<i64>,
    calendar: BTreeMap<(i64, i64), i64>,
}

impl Touched {
    pub(crate) fn add(&mut self, fix: i64) {
        self.ids.insert(fix);
    }

    /// Adds the fixes whose rows are not what they were by now.
    pub(crate) fn wake(&mut self, database: &mut dyn Database, at: i64) -> Result<(), LedgerError> {
        let sql = "SELECT x.id FROM fixes x WHERE x.wakes IS NOT NULL AND x.wakes <= $1";
        for id in all(database, sql, &[Value::Int(at)], &mut |row| row.int(0))? {
            self.ids.insert(id);
        }
        Ok(())
    }

    /// Whether so many wait that they are better computed now.
    pub(crate) fn is_many(&self) -> bool {
        self.ids.len() > 20_000
    }

    /// Computes and writes the rows.
    pub(crate) fn settle(
        &mut self,
        database: &mut dyn Database,
        at: i64,
    ) -> Result<(), LedgerError> {
        let ids: Vec<i64> = std::mem::take(&mut self.ids).into_iter().collect();
        for chunk in ids.chunks(CHUNK) {
            let mut rows = Vec::new();
            for (stored, fresh) in computed(database, chunk, at)? {
                if stored == fresh {
                    continue;
                }
                for (place, by) in [(stored.hour(), -1), (fresh.hour(), 1)] {
                    if let Some(place) = place {
                        *self.calendar.entry(place).or_default() += by;
                    }
                }
                rows.push(fresh.values());
            }
            database.put(&FIXES, &rows)?;
        }
        self.write_calendar(database)
    }

    fn write_calendar(&mut self, database: &mut dyn Database) -> Result<(), LedgerError> {
        let changed = std::mem::take(&mut self.calendar);
        let hours: BTreeSet<i64> = changed.keys().map(|(_, hour)| *hour).collect();
        let with = [Value::Ints(hours.into_iter().collect())];
        let sql = "SELECT c.band, c.hour, c.fixes FROM calendar c WHERE c.hour = ANY($1)";
        let mut known: BTreeMap<(i64, i64), i64> = BTreeMap::new();
        for (band, hour, fixes) in
            all(database, sql, &with, &mut |row| Ok((row.int(0)?, row.int(1)?, row.int(2)?)))?
        {
            known.insert((band, hour), fixes);
        }
        let (mut put, mut gone) = (Vec::new(), Vec::new());
        for ((band, hour), by) in changed.into_iter().filter(|(_, by)| *by != 0) {
            let count = known.get(&(band, hour)).copied().unwrap_or(0) + by;
            let key = vec![Value::Int(band), Value::Int(hour)];
            if count == 0 {
                gone.push(key);
            } else {
                put.push([key, vec![Value::Int(count)]].concat());
            }
        }
        database.put(&CALENDAR, &put)?;
        database.remove(&CALENDAR, &gone)
    }
}
