//! Computes the chain again, and the tables where that is asked.

use std::collections::{BTreeMap, BTreeSet};

use super::compare::compare;
use super::replay::Replay;
use super::{Fault, Verified};
use crate::change::Change;
use crate::database::{Value, all, one_int};
use crate::pack::{Sum, hex, sum, texts_of};
use crate::read::entries;
use crate::record::{self, Changes, Entry, Said};
use crate::row::Head;
use crate::{Ledger, LedgerError, write};

/// Faults that are named.
const NAMED: usize = 100;
/// Changes looked at in one go.
const PAGE: i64 = 2_000;
/// Entries looked at in one go.
const ENTRIES: usize = 500;
/// Digests of texts that are remembered as sound.
const SOUND: usize = 200_000;

impl Ledger {
    /// Computes the chain again. `kept` is a head kept elsewhere: a cut tail is found against it. `deep` also
    /// builds the tables again, in a temporary file, and compares. `progress` is told how many changes of how
    /// many; a deep one counts them twice.
    pub fn verify(
        &mut self,
        deep: bool,
        kept: Option<&Head>,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Verified, LedgerError> {
        self.reading(|ledger| {
            let (head, _) = write::head(ledger.database.as_mut())?;
            let sql = "SELECT COUNT(*) FROM changes c";
            let total = one_int(ledger.database.as_mut(), sql, &[])?.unsigned_abs();
            let mut looking = Looking {
                total: if deep { total * 2 } else { total },
                found: Verified {
                    head,
                    entries: 0,
                    changes: 0,
                    pruned: 0,
                    faults: Vec::new(),
                    more: 0,
                },
                last: None,
                kept,
                sound: BTreeSet::new(),
                progress,
            };
            match looking.chain(ledger) {
                Err(LedgerError::Broken { what, .. }) => {
                    let from = looking.last.map_or(1, |(last, ..)| last + 1);
                    let what = format!("an entry from here on does not read: {what}");
                    looking.fault(from, 0, "", what);
                }
                other => other?,
            }
            looking.ends(ledger)?;
            if deep {
                looking.tables(ledger)?;
            }
            Ok(looking.found)
        })
    }
}

struct Looking<'l> {
    total: u64,
    found: Verified,
    /// Number, hash and last change of the entry before.
    last: Option<(i64, Sum, i64)>,
    kept: Option<&'l Head>,
    sound: BTreeSet<Sum>,
    progress: &'l mut dyn FnMut(u64, u64),
}

impl Looking<'_> {
    fn fault(&mut self, entry: i64, change: i64, table: &str, what: String) {
        if self.found.faults.len() < NAMED {
            self.found.faults.push(Fault { entry, change, table: table.to_owned(), what });
        } else {
            self.found.more += 1;
        }
    }

    fn chain(&mut self, ledger: &mut Ledger) -> Result<(), LedgerError> {
        let mut after = i64::MIN;
        loop {
            let rest = format!("WHERE e.seq > $1 ORDER BY e.seq LIMIT {ENTRIES}");
            let with = [Value::Int(after)];
            let page = entries(ledger.database.as_mut(), &rest, &with)?;
            let sql = format!("SELECT e.seq, e.hash FROM entries e {rest}");
            let read = &mut |row: &mut crate::database::Row| Ok((row.int(0)?, row.fixed(1)?));
            let hashes: BTreeMap<i64, Sum> =
                all(ledger.database.as_mut(), &sql, &with, read)?.into_iter().collect();
            let Some(last) = page.last() else { return Ok(()) };
            after = last.seq;
            for entry in page {
                let stored = hashes.get(&entry.seq).copied().unwrap_or_default();
                self.entry(&entry, stored);
                self.changes(&entry, ledger)?;
                self.last = Some((entry.seq, stored, entry.first + entry.changes - 1));
            }
        }
    }

    fn entry(&mut self, entry: &Entry, stored: Sum) {
        self.found.entries += 1;
        let (last, hash, last_change) = self.last.unwrap_or((0, [0; 32], 0));
        if entry.seq != last + 1 {
            let missing = match entry.seq - last {
                2 => format!("entry {} is missing", last + 1),
                _ => format!("entries {} to {} are missing", last + 1, entry.seq - 1),
            };
            self.fault(last + 1, 0, "", missing);
        } else if entry.prev != hash {
            let what = format!("it does not follow from entry {last}: one of the two was changed");
            self.fault(entry.seq, 0, "", what);
        } else if entry.first != last_change + 1 {
            let what = "its changes do not follow those of the entry before".to_owned();
            self.fault(entry.seq, 0, "", what);
        }
        if entry.hash() != stored {
            self.fault(entry.seq, 0, "", "it was changed: its hash is another".to_owned());
        }
        if let Some(kept) = self.kept.filter(|kept| kept.entry == entry.seq)
            && kept.hash != hex(&stored)
        {
            let what = "it is not the entry that was the head when its hash was kept".to_owned();
            self.fault(entry.seq, 0, "", what);
        }
    }

    fn changes(&mut self, entry: &Entry, ledger: &mut Ledger) -> Result<(), LedgerError> {
        let (mut next, end) = (entry.first, entry.first.saturating_add(entry.changes));
        let (mut digests, mut named) = (Changes::default(), false);
        while next < end {
            let until = end.min(next.saturating_add(PAGE));
            let sql = "SELECT c.id, c.entry, c.digest, c.body FROM changes c \
                       WHERE c.id >= $1 AND c.id < $2 ORDER BY c.id";
            let with = [Value::Int(next), Value::Int(until)];
            let page: Vec<(i64, i64, Sum, Vec<u8>)> =
                all(ledger.database.as_mut(), sql, &with, &mut |row| {
                    // What does not read is another than what was hashed.
                    let digest = row.fixed(2).unwrap_or_default();
                    Ok((row.int(0)?, row.int(1)?, digest, row.bytes(3).unwrap_or_default()))
                })?;
            let mut said = Vec::new();
            for (id, of, digest, body) in page {
                for missing in next..id {
                    named = true;
                    self.fault(entry.seq, missing, "", format!("change {missing} is missing"));
                }
                next = id + 1;
                self.found.changes += 1;
                digests.add(&digest);
                let json = ledger.packer.unpack(&body).unwrap_or_default();
                if record::digest(&json) != digest || of != entry.seq {
                    named = true;
                    self.fault(entry.seq, id, "", format!("change {id} was changed"));
                    continue;
                }
                let Ok(mut change) = serde_json::from_str::<Change>(&json) else { continue };
                let (claim, was) = record::claims_of(&mut change);
                let claims = [claim, was].into_iter().flatten();
                said.extend(claims.filter_map(|claim| record::said(claim)).map(|said| (id, said)));
            }
            for missing in next..until {
                named = true;
                self.fault(entry.seq, missing, "", format!("change {missing} is missing"));
            }
            next = until;
            self.bodies(entry.seq, said, ledger)?;
            (self.progress)(self.found.changes, self.total);
        }
        if digests.digest() != entry.digest && !named {
            let what = "its changes are not those that were hashed, or stand in another order";
            self.fault(entry.seq, 0, "", what.to_owned());
        }
        Ok(())
    }

    /// What sources said, against the digests that the changes hold.
    fn bodies(
        &mut self,
        entry: i64,
        said: Vec<(i64, Said)>,
        ledger: &mut Ledger,
    ) -> Result<(), LedgerError> {
        if said.is_empty() {
            return Ok(());
        }
        let rows: BTreeSet<i64> = said.iter().map(|(_, said)| said.row).collect();
        let sql = "SELECT b.id, b.body FROM bodies b WHERE b.id = ANY($1)";
        let with = [Value::Ints(rows.into_iter().collect())];
        let found: BTreeMap<i64, Option<Vec<u8>>> =
            all(ledger.database.as_mut(), sql, &with, &mut |row| {
                let id = row.int(0)?;
                let pruned = row.0.get(1) == Some(&Value::Null);
                Ok((id, if pruned { None } else { Some(row.bytes(1)?) }))
            })?
            .into_iter()
            .collect();
        let mut texts: BTreeMap<Sum, i64> = BTreeMap::new();
        for (change, said) in said {
            match found.get(&said.row) {
                None => {
                    let what = format!("what the source said in change {change} is missing");
                    self.fault(entry, change, "", what);
                }
                Some(None) => self.found.pruned += u64::from(said.row / 2 == change),
                Some(Some(packed)) => {
                    let body = ledger.packer.unpack(packed).unwrap_or_default();
                    if sum(body.as_bytes()) != said.digest {
                        let what = format!("what the source said in change {change} was changed");
                        self.fault(entry, change, "", what);
                        continue;
                    }
                    texts.extend(texts_of(&body).into_iter().map(|digest| (digest, change)));
                }
            }
        }
        self.texts(entry, texts, ledger)
    }

    fn texts(
        &mut self,
        entry: i64,
        mut wanted: BTreeMap<Sum, i64>,
        ledger: &mut Ledger,
    ) -> Result<(), LedgerError> {
        wanted.retain(|digest, _| !self.sound.contains(digest));
        if wanted.is_empty() {
            return Ok(());
        }
        if self.sound.len() > SOUND {
            self.sound.clear();
        }
        let sql = "SELECT x.digest, x.body FROM texts x WHERE x.digest = ANY($1)";
        let with = [Value::Keys(wanted.keys().map(|digest| digest.to_vec()).collect())];
        let found: Vec<(Sum, Vec<u8>)> = all(ledger.database.as_mut(), sql, &with, &mut |row| {
            Ok((row.fixed(0)?, row.bytes(1)?))
        })?;
        for (digest, packed) in found {
            let text = ledger.packer.unpack(&packed).unwrap_or_default();
            if sum(text.as_bytes()) == digest {
                self.sound.insert(digest);
                wanted.remove(&digest);
            }
        }
        for (digest, change) in wanted {
            let what =
                format!("the text {} of change {change} is missing or changed", hex(&digest));
            self.fault(entry, change, "", what);
        }
        Ok(())
    }

    /// What stands after the last entry, and what should.
    fn ends(&mut self, ledger: &mut Ledger) -> Result<(), LedgerError> {
        let (last, _, last_change) = self.last.unwrap_or((0, [0; 32], 0));
        let cut =
            |head: i64| format!("the tail was cut: entry {head} was there, the last one is {last}");
        let sql = "SELECT q.value FROM sequences q WHERE q.name = 'entry'";
        let given = one_int(ledger.database.as_mut(), sql, &[])?;
        let kept = self.kept.map_or(0, |kept| kept.entry);
        if kept.max(given) > last {
            self.fault(last + 1, 0, "", cut(kept.max(given)));
        }
        let sql = "SELECT c.id FROM changes c WHERE c.id < 1 OR c.id > $1 ORDER BY c.id LIMIT 1000";
        let with = [Value::Int(last_change)];
        for id in all(ledger.database.as_mut(), sql, &with, &mut |row| row.int(0))? {
            self.fault(0, id, "", format!("change {id} belongs to no entry"));
        }
        let sql = "SELECT a.claim FROM attributions a JOIN bodies b ON b.id = a.claim * 2 \
                   WHERE b.body IS NULL AND a.state <> 2 ORDER BY a.claim LIMIT 1000";
        for id in all(ledger.database.as_mut(), sql, &[], &mut |row| row.int(0))? {
            let what = format!("what the source said in change {id} stands and was taken out");
            self.fault(0, id, "", what);
        }
        Ok(())
    }

    /// Builds the tables again and compares.
    fn tables(&mut self, ledger: &mut Ledger) -> Result<(), LedgerError> {
        let mut built = Ledger::temporary()?;
        match self.build(ledger, &mut built) {
            Ok(()) => {}
            Err(LedgerError::Unfit(what)) => {
                self.fault(0, 0, "", format!("the tables cannot be built again: {what}"));
                return Ok(());
            }
            Err(LedgerError::Broken { table, id, what }) => {
                let what = format!("the tables cannot be built again: {table} {id}: {what}");
                self.fault(0, 0, "", what);
                return Ok(());
            }
            Err(other) => return Err(other),
        }
        compare(ledger, &mut built, &mut |table, what| self.fault(0, 0, table, what))
    }

    fn build(&mut self, ledger: &mut Ledger, built: &mut Ledger) -> Result<(), LedgerError> {
        let (database, packer) = (built.database.as_mut(), &mut built.packer);
        database.begin(crate::database::Begin::Write)?;
        let (mut replay, mut after, mut done) = (Replay::default(), 0, self.found.changes);
        loop {
            let rest = "WHERE e.seq > $1 ORDER BY e.seq LIMIT 1";
            let next = entries(ledger.database.as_mut(), rest, &[Value::Int(after)])?;
            let Some(entry) = next.into_iter().next() else { break };
            after = entry.seq;
            let (mut from, end) = (entry.first, entry.first.saturating_add(entry.changes));
            replay.entry(entry, database, packer)?;
            while from < end {
                let sql = "SELECT c.id, c.body FROM changes c WHERE c.id >= $1 AND c.id < $2 ORDER BY c.id";
                let with = [Value::Int(from), Value::Int(end.min(from + PAGE))];
                let read = &mut |row: &mut crate::database::Row| Ok((row.int(0)?, row.bytes(1)?));
                for (id, body) in all(ledger.database.as_mut(), sql, &with, read)? {
                    let json = ledger.packer.unpack(&body).unwrap_or_default();
                    replay.change(id, json, database, packer)?;
                    done += 1;
                }
                from += PAGE;
                (self.progress)(done, self.total);
            }
        }
        replay.finish(database, packer)?;
        database.commit()
    }
}
