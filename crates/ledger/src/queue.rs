//! The queue: which fixes first?
//!
//! In: a filter, `now`. Out: a page in the order of [`vocab::rank`]: known emergencies by due, what is overdue
//! by band and due, the rest by due. Each part is one scan of an index; how many are overdue comes from the
//! calendar. Never: a count or a sort of all that is stored.
//!
//! A fix whose acceptance has ended since its row was computed is computed here, for this page alone.

use std::collections::{BTreeMap, BTreeSet};

use vocab::{Instant, Rank};

use crate::database::{Database, Value, all, one_int};
use crate::fixes::{FixRow, HOUR, computed};
use crate::pack::Packer;
use crate::read::{assets_of, findings};
use crate::row::{Filter, Finding, Fix, Page};
use crate::tables::{NEVER, instant, micros, severity_number};
use crate::{Ledger, LedgerError, words};

/// Most findings that a search inside the queue looks at, the newest.
const HITS: u32 = 10_000;
/// So many findings of some classes are few: their rows are gone to, rather than met on the way.
const FEW: usize = 3_000;
/// Most fixes whose acceptance has ended that are computed for a page, the earliest first.
const WOKEN: u32 = 2_000;
/// «Due» means within 72 h.
const SOON: i64 = 72 * HOUR;

impl Ledger {
    /// A page of the queue: `most` rows after the first `skip`.
    pub fn queue(
        &mut self,
        filter: &Filter,
        now: Instant,
        skip: u64,
        most: u32,
    ) -> Result<Page, LedgerError> {
        let now = micros(now);
        self.reading(|ledger| {
            let database = ledger.database.as_mut();
            let overdue = overdue(database, now)?;
            let woken = woken(database, now)?;
            let mut count: i64 = overdue.iter().map(|(_, count)| count).sum();
            count += woken
                .iter()
                .map(|(stored, fresh)| {
                    i64::from(is_overdue(fresh, now)) - i64::from(is_overdue(stored, now))
                })
                .sum::<i64>();
            let named = Named::of(database, filter)?;
            let search = Search::new(filter, now, overdue, named);
            let rows = search.rows(database, woken, skip, most)?;
            let more = rows.len() > most as usize;
            let rows = rows.into_iter().take(most as usize).collect();
            let fixes = dressed(database, &mut ledger.packer, rows)?;
            let sql = "SELECT c.value FROM counters c WHERE c.kind = 'open' AND c.key = ''";
            Ok(Page { fixes, open: one_int(database, sql, &[])?, overdue: count, more })
        })
    }
}

fn is_overdue(row: &FixRow, now: i64) -> bool {
    row.active() > 0 && row.due < now
}

/// How many fixes of each band are overdue, by band: whole hours from the calendar, the rest of this hour
/// from the index.
fn overdue(database: &mut dyn Database, now: i64) -> Result<Vec<(i64, i64)>, LedgerError> {
    let hour = now.div_euclid(HOUR);
    let mut bands: BTreeMap<i64, i64> = BTreeMap::new();
    let sql = "SELECT c.band, CAST(SUM(CASE WHEN c.hour < $1 THEN c.fixes ELSE 0 END) AS BIGINT) \
               FROM calendar c WHERE c.hour <= $1 GROUP BY c.band";
    for (band, count) in
        all(database, sql, &[Value::Int(hour)], &mut |row| Ok((row.int(0)?, row.int(1)?)))?
    {
        let sql = "SELECT COUNT(*) FROM fixes x \
                   WHERE x.band = $1 AND x.active > 0 AND x.due >= $2 AND x.due < $3";
        let with = [Value::Int(band), Value::Int(hour * HOUR), Value::Int(now)];
        bands.insert(band, count + one_int(database, sql, &with)?);
    }
    Ok(bands.into_iter().collect())
}

/// Fixes of which an acceptance has ended since their rows were computed: as stored, and as they are.
fn woken(database: &mut dyn Database, now: i64) -> Result<Vec<(FixRow, FixRow)>, LedgerError> {
    let sql = format!(
        "SELECT x.id FROM fixes x WHERE x.wakes IS NOT NULL AND x.wakes <= $1 \
         ORDER BY x.wakes, x.id LIMIT {WOKEN}"
    );
    let ids = all(database, &sql, &[Value::Int(now)], &mut |row| row.int(0))?;
    if ids.is_empty() { Ok(Vec::new()) } else { computed(database, &ids, now) }
}

/// One scan of an index, in the order of the queue.
struct Part {
    terms: String,
    order: &'static str,
    /// How many rows it has without a filter, where that is known.
    count: Option<i64>,
}

/// What a filter's words name: looked up once, so that where it is little or nothing no scan goes on in vain.
#[derive(Default)]
struct Named {
    /// Findings of which a row must have one, by each word that names few.
    findings: Vec<Vec<i64>>,
    /// The rows of the classes, where they are few.
    fixes: Option<Vec<i64>>,
    /// The classes have many findings: a scan meets them soon.
    frequent_classes: bool,
    /// The streams of the sources.
    streams: Vec<i64>,
    /// Something that is asked for is not there at all.
    nothing: bool,
}

impl Named {
    fn of(database: &mut dyn Database, filter: &Filter) -> Result<Self, LedgerError> {
        let mut named = Self::default();
        if !filter.search.trim().is_empty() {
            match words::hits(database, &filter.search, HITS)? {
                Some(hits) => named.findings.push(hits),
                None => named.nothing = true,
            }
        }
        if !filter.classes.is_empty() {
            let states = if filter.closed { "(0, 1)" } else { "(0)" };
            let (term, with) = any_of("f.class", &filter.classes);
            let sql = format!(
                "SELECT f.fix FROM findings f WHERE {term} AND f.state IN {states} LIMIT {}",
                FEW + 1
            );
            let mut found = all(database, &sql, &with, &mut |row| row.int(0))?;
            named.frequent_classes = found.len() > FEW;
            if !named.frequent_classes {
                named.nothing |= found.is_empty();
                found.sort_unstable();
                found.dedup();
                named.fixes = Some(found);
            }
        }
        if !filter.sources.is_empty() {
            let (term, with) = any_of("t.source", &filter.sources);
            let sql = format!("SELECT t.id FROM streams t WHERE {term}");
            named.streams = all(database, &sql, &with, &mut |row| row.int(0))?;
            named.nothing |= named.streams.is_empty();
        }
        named.nothing |= named.findings.iter().any(Vec::is_empty);
        Ok(named)
    }
}

/// «Is one of these words», and the words.
fn any_of(column: &str, words: &[String]) -> (String, Vec<Value>) {
    let places: Vec<String> = (1..=words.len()).map(|n| format!("${n}")).collect();
    let with = words.iter().map(|word| Value::text(word)).collect();
    (format!("{column} IN ({})", places.join(", ")), with)
}

/// A filter as SQL.
struct Search<'f> {
    filter: &'f Filter,
    now: i64,
    /// The rows that are asked.
    from: String,
    /// What does not hang on the row's sums.
    terms: String,
    /// What does.
    sums: String,
    with: Vec<Value>,
    parts: Vec<Part>,
    impossible: bool,
}

impl<'f> Search<'f> {
    fn new(filter: &'f Filter, now: i64, overdue: Vec<(i64, i64)>, named: Named) -> Self {
        let mut search = Self {
            filter,
            now,
            from: "fixes".to_owned(),
            terms: String::new(),
            sums: String::new(),
            with: Vec::new(),
            parts: Vec::new(),
            impossible: false,
        };
        search.name_terms(named);
        search.sum_terms();
        search.part_up(overdue);
        search
    }

    /// A parameter's place.
    fn place(&mut self, value: Value) -> usize {
        self.with.push(value);
        self.with.len()
    }

    fn any_of(&mut self, column: &str, words: &[String]) -> String {
        let places: Vec<String> =
            words.iter().map(|word| format!("${}", self.place(Value::text(word)))).collect();
        format!("{column} IN ({})", places.join(", "))
    }

    fn name_terms(&mut self, named: Named) {
        let filter = self.filter;
        if !filter.assets.is_empty() {
            let term = self.any_of("s.name", &filter.assets);
            self.terms += &format!(" AND x.asset IN (SELECT s.id FROM assets s WHERE {term})");
        }
        let open = if filter.closed { "f.state <> 2" } else { "f.state = 0" };
        self.impossible |= named.nothing;
        for findings in named.findings {
            let place = self.place(Value::Ints(findings));
            self.terms += &format!(
                " AND x.id IN (SELECT f.fix FROM findings f WHERE f.id = ANY(${place}) AND {open})"
            );
        }
        if let Some(fixes) = named.fixes {
            let place = self.place(Value::Ints(fixes));
            self.terms += &format!(" AND x.id = ANY(${place})");
            // With a bound of its own they are gone to, and not met on a walk in the order of the queue.
            self.from = format!("(SELECT * FROM fixes WHERE id = ANY(${place}) LIMIT {})", FEW + 1);
        }
        if named.frequent_classes {
            let term = self.any_of("f.class", &filter.classes);
            self.terms += &format!(
                " AND EXISTS (SELECT 1 FROM findings f WHERE f.fix = x.id AND {open} AND {term})"
            );
        }
        if !filter.sources.is_empty() {
            let place = self.place(Value::Ints(named.streams));
            let term = self.any_of("t.source", &filter.sources);
            self.terms += &format!(
                " AND x.asset IN (SELECT t.asset FROM streams t WHERE t.id = ANY(${place})) \
                 AND EXISTS (SELECT 1 FROM findings f JOIN attributions a ON a.finding = f.id \
                 JOIN streams t ON t.id = a.stream \
                 WHERE f.fix = x.id AND {open} AND a.state <> 2 AND {term})"
            );
        }
        if filter.only.iter().any(|only| only == "proposals") {
            self.terms += " AND x.id IN (SELECT f.fix FROM proposals p \
                           JOIN findings f ON f.id = p.finding WHERE p.settled = 0)";
        }
    }

    /// What hangs on the row's sums; the same as [`Search::admits`], which is asked of computed rows.
    fn sum_terms(&mut self) {
        let filter = self.filter;
        for (words, column) in [(&filter.owners, "owner"), (&filter.exposures, "exposure")] {
            if words.is_empty() {
                continue;
            }
            let words: Vec<String> = words.iter().map(|word| plain(word, column)).collect();
            let own = self.any_of(&format!("x.{column}"), &words);
            let of_asset = self.any_of(&format!("s.{column}"), &words);
            self.sums += &format!(
                " AND ((x.{column} <> '' AND {own}) OR (x.{column} = '' \
                 AND x.asset IN (SELECT s.id FROM assets s WHERE {of_asset})))"
            );
        }
        if !filter.severities.is_empty() {
            let place = self.place(Value::Int(mask(&filter.severities)));
            self.sums += &format!(" AND (x.severities & ${place}) <> 0");
        }
        for only in &filter.only {
            let now = self.now;
            match only.as_str() {
                "overdue" => {
                    let place = self.place(Value::Int(now));
                    self.sums += &format!(" AND x.due < ${place}");
                }
                "due" => {
                    let place = self.place(Value::Int(now.saturating_add(SOON)));
                    self.sums += &format!(" AND x.due <= ${place}");
                }
                "emergency" => self.sums += " AND x.emergency = 1",
                "available" => self.sums += " AND x.available = 1",
                "accepted" => self.sums += " AND x.paused > 0",
                "unowned" => {
                    self.sums += " AND x.owner = '' \
                         AND x.asset IN (SELECT s.id FROM assets s WHERE s.owner = '')";
                }
                "unseen" => self.sums += " AND x.unseen > 0",
                "proposals" => {}
                _ => self.impossible = true,
            }
        }
    }

    fn wants_accepted(&self) -> bool {
        self.filter.only.iter().any(|only| only == "accepted")
    }

    fn is_plain(&self) -> bool {
        self.terms.is_empty() && self.sums.is_empty()
    }

    /// The scans, one after another.
    fn part_up(&mut self, overdue: Vec<(i64, i64)>) {
        let now = self.place(Value::Int(self.now));
        if !self.filter.reference.is_empty() {
            let reference = self.place(Value::text(&self.filter.reference));
            let terms = format!("x.reference = ${reference} AND x.open > x.paused");
            self.parts.push(Part { terms, order: "x.due, x.id", count: None });
        } else if self.wants_accepted() {
            let terms = "x.paused > 0 AND x.reference = ''".to_owned();
            self.parts.push(Part { terms, order: "x.due, x.id", count: None });
        } else {
            let terms = "x.active > 0 AND x.emergency = 1".to_owned();
            self.parts.push(Part { terms, order: "x.due, x.id", count: None });
            // Band 0 is that of emergencies alone.
            for (band, count) in overdue.into_iter().filter(|(band, count)| *count > 0 && *band > 0)
            {
                let band = self.place(Value::Int(band));
                let terms = format!(
                    "x.active > 0 AND x.emergency = 0 AND x.band = ${band} AND x.due < ${now}"
                );
                self.parts.push(Part { terms, order: "x.due, x.id", count: Some(count) });
            }
            let terms = format!("x.active > 0 AND x.emergency = 0 AND x.due >= ${now}");
            self.parts.push(Part { terms, order: "x.due, x.id", count: None });
        }
        if self.filter.closed {
            let terms = "x.open = 0 AND x.reference = '' AND EXISTS (SELECT 1 FROM findings f \
                         WHERE f.fix = x.id AND f.state = 1)"
                .to_owned();
            self.parts.push(Part { terms, order: "x.id DESC", count: None });
        }
    }

    /// The rows after `skip`, one more than `most` where there are more.
    fn rows(
        mut self,
        database: &mut dyn Database,
        woken: Vec<(FixRow, FixRow)>,
        skip: u64,
        most: u32,
    ) -> Result<Vec<FixRow>, LedgerError> {
        if self.impossible {
            return Ok(Vec::new());
        }
        let mut rows = Vec::new();
        if woken.is_empty() {
            self.scan(database, skip, u64::from(most) + 1, &mut rows)?;
            return Ok(rows);
        }
        let ids: Vec<i64> = woken.iter().map(|(stored, _)| stored.id).collect();
        let fresh = self.admitted(database, woken, &ids)?;
        let place = self.place(Value::Ints(ids));
        self.terms += &format!(" AND NOT (x.id = ANY(${place}))");
        self.scan(database, 0, skip.saturating_add(u64::from(most) + 1), &mut rows)?;
        rows.extend(fresh);
        rows.sort_by_key(|row| self.rank(row));
        let skip = usize::try_from(skip).unwrap_or(usize::MAX);
        Ok(rows.into_iter().skip(skip).take(most as usize + 1).collect())
    }

    fn scan(
        &self,
        database: &mut dyn Database,
        mut skip: u64,
        wanted: u64,
        rows: &mut Vec<FixRow>,
    ) -> Result<(), LedgerError> {
        for part in &self.parts {
            if rows.len() as u64 >= wanted {
                break;
            }
            let count = part.count.filter(|_| self.is_plain()).and_then(|c| u64::try_from(c).ok());
            if let Some(count) = count.filter(|count| *count <= skip) {
                skip -= count;
                continue;
            }
            let limit = wanted - rows.len() as u64 + skip;
            let sql = format!(
                "SELECT {} FROM {} x WHERE {}{}{} ORDER BY {} LIMIT {limit}",
                FixRow::COLUMNS,
                self.from,
                part.terms,
                self.terms,
                self.sums,
                part.order
            );
            let (sql, with) = compact(&sql, &self.with);
            database.query(&sql, &with, &mut |row| {
                if skip > 0 {
                    skip -= 1;
                } else {
                    rows.push(FixRow::read(row)?);
                }
                Ok(true)
            })?;
        }
        Ok(())
    }

    /// Of the computed rows, those that the filter admits.
    fn admitted(
        &self,
        database: &mut dyn Database,
        woken: Vec<(FixRow, FixRow)>,
        ids: &[i64],
    ) -> Result<Vec<FixRow>, LedgerError> {
        let mut with = self.with.clone();
        with.push(Value::Ints(ids.to_vec()));
        let sql =
            format!("SELECT x.id FROM fixes x WHERE x.id = ANY(${}){}", with.len(), self.terms);
        let (sql, with) = compact(&sql, &with);
        let named: BTreeSet<i64> =
            all(database, &sql, &with, &mut |row| row.int(0))?.into_iter().collect();
        let assets = assets_of(database, woken.iter().map(|(_, fresh)| fresh.asset))?;
        let of_asset = |row: &FixRow| {
            assets.get(&row.asset).map_or(("", ""), |a| (a.owner.as_str(), a.exposure.as_str()))
        };
        let fresh = woken.into_iter().map(|(_, fresh)| fresh);
        Ok(fresh.filter(|row| named.contains(&row.id) && self.admits(row, of_asset(row))).collect())
    }

    fn admits(&self, row: &FixRow, (asset_owner, asset_exposure): (&str, &str)) -> bool {
        let filter = self.filter;
        let owner = if row.owner.is_empty() { asset_owner } else { &row.owner };
        let exposure = if row.exposure.is_empty() { asset_exposure } else { &row.exposure };
        let names = |words: &[String], column: &str, value: &str| {
            words.is_empty() || words.iter().any(|word| plain(word, column) == value)
        };
        let shown = if !filter.reference.is_empty() {
            row.reference == filter.reference && row.open > row.paused
        } else if self.wants_accepted() {
            row.reference.is_empty() && row.paused > 0
        } else {
            row.active() > 0
        };
        shown
            && names(&filter.owners, "owner", owner)
            && names(&filter.exposures, "exposure", exposure)
            && (filter.severities.is_empty() || row.severities & mask(&filter.severities) != 0)
            && filter.only.iter().all(|only| match only.as_str() {
                "overdue" => row.due < self.now,
                "due" => row.due <= self.now.saturating_add(SOON),
                "emergency" => row.emergency,
                "available" => row.available,
                "unseen" => row.unseen > 0,
                "unowned" => owner.is_empty(),
                _ => true,
            })
    }

    /// The order of the queue.
    fn rank(&self, row: &FixRow) -> (u8, Rank, i64, i64) {
        if row.open == 0 {
            (2, Rank::LAST, 0, -row.id)
        } else if self.wants_accepted() {
            (1, Rank::LAST, row.due, row.id)
        } else {
            (0, row.urgency().rank(instant(self.now)), 0, row.id)
        }
    }
}

/// A statement with the parameters that it names alone, numbered anew.
fn compact(sql: &str, with: &[Value]) -> (String, Vec<Value>) {
    let (mut out, mut used, mut places) = (String::new(), Vec::new(), BTreeMap::new());
    let mut parts = sql.split('$');
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = part.split_at(digits);
        let place = *places.entry(number).or_insert_with(|| {
            let at = number.parse::<usize>().unwrap_or(0).saturating_sub(1);
            used.push(with.get(at).cloned().unwrap_or(Value::Null));
            used.len()
        });
        out.push_str(&format!("${place}{rest}"));
    }
    (out, used)
}

/// `-` means nobody.
fn plain(word: &str, column: &str) -> String {
    if word == "-" && column == "owner" { String::new() } else { word.to_owned() }
}

fn mask(severities: &[String]) -> i64 {
    severities.iter().fold(0, |mask, word| mask | 1 << severity_number(word))
}

/// Rows with their leading finding's words.
pub(crate) fn dressed(
    database: &mut dyn Database,
    packer: &mut Packer,
    rows: Vec<FixRow>,
) -> Result<Vec<Fix>, LedgerError> {
    let leading: BTreeSet<i64> = rows.iter().map(|row| row.leading).collect();
    let with = [Value::Ints(leading.into_iter().collect())];
    let found = findings(database, packer, "WHERE f.id = ANY($1)", &with)?;
    let found: BTreeMap<i64, Finding> = found.into_iter().map(|f| (f.id, f)).collect();
    let fix = |row: FixRow| {
        let leads = found.get(&row.leading)?;
        let asset = &leads.asset_facts;
        let or = |own: String, of_asset: &str| {
            if own.is_empty() { of_asset.to_owned() } else { own }
        };
        Some(Fix {
            id: row.id,
            asset: asset.clone(),
            fix: leads.fix.clone(),
            findings: row.open,
            accepted: row.paused,
            leading: row.leading,
            facts: leads.facts.clone(),
            clock: if row.due == NEVER && row.band == NEVER { None } else { leads.clock.clone() },
            owner: or(row.owner, &asset.owner),
            exposure: or(row.exposure, &asset.exposure),
            sources: row.sources,
            unseen: row.unseen,
            reference: row.reference,
        })
    };
    Ok(rows.into_iter().filter_map(fix).collect())
}
