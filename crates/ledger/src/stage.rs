//! Where a document's claims wait before they are matched: a private temporary file of SQLite, gone with the
//! process, so that memory does not grow with the document.
//!
//! In: claims as they are read. Out: whole buckets in order, with the attribution each was matched to. Never:
//! in the ledger's own file.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::LedgerError;
use crate::change::Key;
use crate::sqlite::said;

/// A claim that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staged {
    /// Its place in the document.
    pub ordinal: i64,
    /// Names, the strongest first; true: believed only where it does not stand for two that are told
    /// apart in this document.
    pub names: Vec<(Key, bool)>,
    /// What it is, structured.
    pub tuple: Key,
    /// What a doubtful name must not stand for two of in this document; not kept past that question.
    pub apart: Key,
    /// Where nearness is asked for.
    pub bucket: Key,
    /// What stands there.
    pub content: Option<Key>,
    /// Content without the file.
    pub moved: Option<Key>,
    /// The line; 0 when unknown.
    pub line: u32,
    /// Digest of the observations.
    pub digest: Key,
    /// Equal for the same claim told twice.
    pub double: Key,
    /// Whether the strongest name is an id that the tool documents as unique.
    pub trusted: bool,
    /// The path of its first place.
    pub path: String,
    /// The tool's rule.
    pub rule: String,
    /// The buckets that it had under its rule's former ids.
    pub former: Vec<Key>,
    /// The claim as JSON; empty where it was not asked for.
    pub body: String,
}

/// How a document met an attribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HowMet {
    /// One of its claims is it.
    Matched,
    /// It is told of under another claim's names.
    Seen,
    /// One of its claims may be it.
    Ambiguous,
    /// Not at all.
    Not,
}

/// A staged claim with the attribution it was matched to.
pub type Waiting = (Staged, Option<i64>);

/// The claims of one document.
pub struct Stage {
    connection: Connection,
    len: u64,
}

const TABLES: &str = "
    PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = FILE;
    PRAGMA cache_size = -16384; PRAGMA locking_mode = EXCLUSIVE;
    CREATE TABLE claims (
        ordinal INTEGER PRIMARY KEY, names BLOB NOT NULL, tuple BLOB NOT NULL, bucket BLOB NOT NULL,
        content BLOB, moved BLOB, line INTEGER NOT NULL, digest BLOB NOT NULL, double BLOB NOT NULL,
        trusted INTEGER NOT NULL, path TEXT NOT NULL, rule TEXT NOT NULL, former BLOB NOT NULL,
        body TEXT NOT NULL
    );
    CREATE TABLE doubted (key BLOB NOT NULL, apart BLOB NOT NULL, PRIMARY KEY (key, apart)) WITHOUT ROWID;
    CREATE TABLE unbelieved (key BLOB PRIMARY KEY) WITHOUT ROWID;
    CREATE TABLE matched (ordinal INTEGER PRIMARY KEY, attribution INTEGER NOT NULL);
    CREATE TABLE seen (attribution INTEGER PRIMARY KEY, ambiguous INTEGER NOT NULL);
    BEGIN;
";
/// A name's bytes and whether it is doubted.
const NAME: usize = 17;
const COLUMNS: &str = "c.ordinal, c.names, c.tuple, c.bucket, c.content, c.moved, c.line, c.digest, \
     c.double, c.trusted, c.path, c.rule, c.former, m.attribution";

type Answer<T> = Result<T, LedgerError>;

fn fault(error: rusqlite::Error) -> LedgerError {
    said("a temporary file", &error)
}

impl Stage {
    /// An empty one.
    pub fn new() -> Answer<Self> {
        let connection = Connection::open("").map_err(fault)?;
        connection.set_prepared_statement_cache_capacity(32);
        connection.execute_batch(TABLES).map_err(fault)?;
        Ok(Self { connection, len: 0 })
    }

    /// Puts one in.
    pub fn put(&mut self, staged: &Staged) -> Answer<()> {
        let mut names = Vec::with_capacity(staged.names.len() * NAME);
        for (key, doubted) in &staged.names {
            names.extend_from_slice(key);
            names.push(u8::from(*doubted));
        }
        let former: Vec<u8> = staged.former.iter().flatten().copied().collect();
        let run = || -> rusqlite::Result<()> {
            let sql = "INSERT INTO claims VALUES \
                       (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
            self.connection.prepare_cached(sql)?.execute(params![
                staged.ordinal,
                names,
                staged.tuple,
                staged.bucket,
                staged.content,
                staged.moved,
                staged.line,
                staged.digest,
                staged.double,
                staged.trusted,
                staged.path,
                staged.rule,
                former,
                staged.body
            ])?;
            let sql = "INSERT OR IGNORE INTO doubted VALUES (?1, ?2)";
            let mut doubt = self.connection.prepare_cached(sql)?;
            for (key, _) in staged.names.iter().filter(|(_, doubted)| *doubted) {
                doubt.execute(params![key, staged.apart])?;
            }
            Ok(())
        };
        run().map_err(fault)?;
        self.len += 1;
        Ok(())
    }

    /// After the last: builds the indices and takes the unbelievable names out. How many names that were.
    pub fn seal(&mut self) -> Answer<u64> {
        let sql = "
            INSERT INTO unbelieved SELECT key FROM doubted GROUP BY key HAVING COUNT(*) > 1;
            DROP TABLE doubted;
            CREATE INDEX claims_bucket ON claims (bucket, ordinal);
            CREATE INDEX matched_attribution ON matched (attribution);
        ";
        self.connection.execute_batch(sql).map_err(fault)?;
        let count = "SELECT COUNT(*) FROM unbelieved";
        let count: i64 = self.connection.query_row(count, [], |row| row.get(0)).map_err(fault)?;
        Ok(count.unsigned_abs())
    }

    /// Whole buckets in the order of their keys, those after `after`, until `most_rows` are reached: at least
    /// one bucket, if any is left. `only_unmatched` leaves matched claims out, `bodies` reads what they say too.
    pub fn buckets(
        &mut self,
        after: Option<Key>,
        most_rows: u32,
        only_unmatched: bool,
        bodies: bool,
    ) -> Answer<Vec<(Key, Vec<Waiting>)>> {
        let unmatched = if only_unmatched { "AND m.attribution IS NULL" } else { "" };
        let body = if bodies { "c.body" } else { "''" };
        let sql = format!(
            "SELECT {COLUMNS}, {body} FROM claims c LEFT JOIN matched m ON m.ordinal = c.ordinal \
             WHERE c.bucket > ?1 {unmatched} ORDER BY c.bucket, c.ordinal"
        );
        let mut found: Vec<(Key, Vec<Waiting>)> = Vec::new();
        let mut count = 0;
        let mut run = || -> rusqlite::Result<()> {
            let mut statement = self.connection.prepare_cached(&sql)?;
            // Every key is longer than nothing, and so comes after it.
            let after: &[u8] = after.as_ref().map_or(&[], |key| key.as_slice());
            let mut rows = statement.query(params![after])?;
            while let Some(row) = rows.next()? {
                let bucket: Key = row.get(3)?;
                match found.last_mut() {
                    Some((last, of_bucket)) if *last == bucket => of_bucket.push(waiting(row)?),
                    Some(_) if count >= most_rows => break,
                    _ => found.push((bucket, vec![waiting(row)?])),
                }
                count += 1;
            }
            Ok(())
        };
        run().map_err(fault)?;
        for (staged, _) in found.iter_mut().flat_map(|(_, rows)| rows) {
            self.believe(staged)?;
        }
        Ok(found)
    }

    /// Takes the names out that are not believed.
    fn believe(&self, staged: &mut Staged) -> Answer<()> {
        let mut failed = None;
        staged.names.retain(|(key, doubted)| {
            let run = || -> rusqlite::Result<Option<i64>> {
                let sql = "SELECT 1 FROM unbelieved WHERE key = ?1";
                self.connection.prepare_cached(sql)?.query_row([key], |row| row.get(0)).optional()
            };
            match if *doubted { run() } else { Ok(None) } {
                Ok(found) => found.is_none(),
                Err(error) => {
                    failed = Some(fault(error));
                    true
                }
            }
        });
        failed.map_or(Ok(()), Err)
    }

    /// Which claim (its ordinal) is which attribution.
    pub fn mark(&mut self, pairs: &[(i64, i64)]) -> Answer<()> {
        let run = || -> rusqlite::Result<()> {
            let sql = "INSERT OR REPLACE INTO matched VALUES (?1, ?2)";
            let mut statement = self.connection.prepare_cached(sql)?;
            for (ordinal, attribution) in pairs {
                statement.execute([ordinal, attribution])?;
            }
            Ok(())
        };
        run().map_err(fault)
    }

    /// Which of these attributions were matched or seen, in the order asked.
    pub fn is_matched(&mut self, attributions: &[i64]) -> Answer<Vec<bool>> {
        let run = || -> rusqlite::Result<Vec<bool>> {
            let sql = "SELECT EXISTS (SELECT 1 FROM matched WHERE attribution = ?1) \
                       OR EXISTS (SELECT 1 FROM seen WHERE attribution = ?1)";
            let mut statement = self.connection.prepare_cached(sql)?;
            attributions.iter().map(|a| statement.query_row([a], |row| row.get(0))).collect()
        };
        run().map_err(fault)
    }

    /// How many claims that have a rule were matched; a published id of a package is no rule.
    pub fn ruled_matches(&self) -> Answer<u64> {
        let sql = "SELECT COUNT(*) FROM matched m JOIN claims c ON c.ordinal = m.ordinal \
                   WHERE c.rule <> '' AND c.path <> ''";
        let count: i64 = self.connection.query_row(sql, [], |row| row.get(0)).map_err(fault)?;
        Ok(count.unsigned_abs())
    }

    /// Takes every mark back.
    pub fn unmark(&mut self) -> Answer<()> {
        self.connection.execute_batch("DELETE FROM matched; DELETE FROM seen;").map_err(fault)
    }

    /// Whether any claim was matched.
    pub fn is_any_matched(&self) -> Answer<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM matched)";
        self.connection.query_row(sql, [], |row| row.get(0)).map_err(fault)
    }

    /// Attributions that were met without a claim of their own: told of under another's names (merged aliases), or
    /// `ambiguous`: a claim that was not matched may be it.
    pub fn mark_seen(&mut self, attributions: &[i64], ambiguous: bool) -> Answer<()> {
        let run = || -> rusqlite::Result<()> {
            let sql = "INSERT OR IGNORE INTO seen VALUES (?1, ?2)";
            let mut statement = self.connection.prepare_cached(sql)?;
            for attribution in attributions {
                statement.execute([*attribution, i64::from(ambiguous)])?;
            }
            Ok(())
        };
        run().map_err(fault)
    }

    /// How each of these attributions was met, in the order asked.
    pub fn how_met(&mut self, attributions: &[i64]) -> Answer<Vec<HowMet>> {
        let run = || -> rusqlite::Result<Vec<HowMet>> {
            let matched = "SELECT EXISTS (SELECT 1 FROM matched WHERE attribution = ?1)";
            let mut matched = self.connection.prepare_cached(matched)?;
            let seen = "SELECT ambiguous FROM seen WHERE attribution = ?1";
            let mut seen = self.connection.prepare_cached(seen)?;
            let mut all = Vec::with_capacity(attributions.len());
            for attribution in attributions {
                let is: bool = matched.query_row([attribution], |row| row.get(0))?;
                let ambiguous: Option<bool> =
                    seen.query_row([attribution], |row| row.get(0)).optional()?;
                all.push(match (is, ambiguous) {
                    (true, _) => HowMet::Matched,
                    (false, Some(false)) => HowMet::Seen,
                    (false, Some(true)) => HowMet::Ambiguous,
                    (false, None) => HowMet::Not,
                });
            }
            Ok(all)
        };
        run().map_err(fault)
    }

    /// How many wait.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

fn waiting(row: &Row<'_>) -> rusqlite::Result<Waiting> {
    let names: Vec<u8> = row.get(1)?;
    let former: Vec<u8> = row.get(12)?;
    let name = |bytes: &[u8]| {
        let (doubted, key) = bytes.split_last()?;
        Some((key.try_into().ok()?, *doubted != 0))
    };
    let staged = Staged {
        ordinal: row.get(0)?,
        names: names.chunks_exact(NAME).filter_map(name).collect(),
        tuple: row.get(2)?,
        apart: row.get(2)?,
        bucket: row.get(3)?,
        content: row.get(4)?,
        moved: row.get(5)?,
        line: row.get(6)?,
        digest: row.get(7)?,
        double: row.get(8)?,
        trusted: row.get(9)?,
        path: row.get(10)?,
        rule: row.get(11)?,
        former: former.chunks_exact(16).filter_map(|key| key.try_into().ok()).collect(),
        body: row.get(14)?,
    };
    Ok((staged, row.get(13)?))
}
