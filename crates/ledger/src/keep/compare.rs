//! Do two ledgers' tables hold the same?
//!
//! In: tables. Out: a digest of all, or the rows that differ. Packed values are compared unpacked, for another
//! version of the compressor may pack otherwise.

use std::cmp::Ordering;

use sha2::{Digest, Sha256};

use crate::database::{Database, Value, all};
use crate::pack::{Packer, hex};
use crate::schema::{FOLLOWING, Table};
use crate::tables::broken;
use crate::{Ledger, LedgerError};

const PAGE: usize = 2_000;

/// Digest of the tables that follow from the changes.
pub(super) fn digest(ledger: &mut Ledger) -> Result<String, LedgerError> {
    let mut hasher = Sha256::new();
    for table in FOLLOWING {
        hasher.update(table.name.as_bytes());
        let mut rows = Rows::new(table);
        while let Some(row) = rows.next(ledger.database.as_mut(), &mut ledger.packer)? {
            for value in row {
                let (tag, bytes) = match &value {
                    Value::Int(value) => (1_u8, value.to_be_bytes().to_vec()),
                    Value::Text(value) => (2, value.as_bytes().to_vec()),
                    Value::Bytes(value) => (3, value.clone()),
                    _ => (0, Vec::new()),
                };
                hasher.update([tag]);
                hasher.update((bytes.len() as u64).to_be_bytes());
                hasher.update(&bytes);
            }
        }
    }
    Ok(hex(&<[u8; 32]>::from(hasher.finalize())))
}

/// Tells every row in which `stored` departs from `built`.
pub(super) fn compare(
    stored: &mut Ledger,
    built: &mut Ledger,
    tell: &mut dyn FnMut(&'static str, String),
) -> Result<(), LedgerError> {
    for table in FOLLOWING {
        let (mut left, mut right) = (Rows::new(table), Rows::new(table));
        let mut stored_row = left.next(stored.database.as_mut(), &mut stored.packer)?;
        let mut built_row = right.next(built.database.as_mut(), &mut built.packer)?;
        loop {
            let order = match (&stored_row, &built_row) {
                (None, None) => break,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(left), Some(right)) => keys(table, left, right),
            };
            match order {
                Ordering::Less => {
                    tell(
                        table.name,
                        format!("row {} follows from no change", shown(table, &stored_row)),
                    );
                }
                Ordering::Greater => {
                    tell(table.name, format!("row {} is missing", shown(table, &built_row)));
                }
                Ordering::Equal if stored_row != built_row => {
                    let column = differing(table, &stored_row, &built_row);
                    let row = shown(table, &stored_row);
                    tell(table.name, format!("row {row} departs in {column}"));
                }
                Ordering::Equal => {}
            }
            if order != Ordering::Greater {
                stored_row = left.next(stored.database.as_mut(), &mut stored.packer)?;
            }
            if order != Ordering::Less {
                built_row = right.next(built.database.as_mut(), &mut built.packer)?;
            }
        }
    }
    Ok(())
}

fn keys(table: &Table, left: &[Value], right: &[Value]) -> Ordering {
    for (left, right) in left.iter().zip(right).take(table.key) {
        let order = match (left, right) {
            (Value::Int(left), Value::Int(right)) => left.cmp(right),
            (Value::Text(left), Value::Text(right)) => left.cmp(right),
            (Value::Bytes(left), Value::Bytes(right)) => left.cmp(right),
            _ => Ordering::Equal,
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

fn shown(table: &Table, row: &Option<Vec<Value>>) -> String {
    let key = row.iter().flatten().take(table.key).map(|value| match value {
        Value::Int(value) => value.to_string(),
        Value::Text(value) => format!("«{value}»"),
        Value::Bytes(value) => hex(value),
        _ => "?".to_owned(),
    });
    key.collect::<Vec<String>>().join(" ")
}

fn differing(table: &Table, left: &Option<Vec<Value>>, right: &Option<Vec<Value>>) -> &'static str {
    let pairs = left.iter().flatten().zip(right.iter().flatten());
    let at = pairs.into_iter().position(|(left, right)| left != right);
    at.and_then(|at| table.columns.get(at)).map_or("a column", |(name, _)| name)
}

/// The rows of a table in the order of its key, a page at a time.
struct Rows {
    table: &'static Table,
    page: std::vec::IntoIter<Vec<Value>>,
    last: Option<Vec<Value>>,
    ended: bool,
}

impl Rows {
    fn new(table: &'static Table) -> Self {
        Self { table, page: Vec::new().into_iter(), last: None, ended: false }
    }

    fn next(
        &mut self,
        database: &mut dyn Database,
        packer: &mut Packer,
    ) -> Result<Option<Vec<Value>>, LedgerError> {
        if let Some(row) = self.page.next() {
            return Ok(Some(row));
        }
        if self.ended {
            return Ok(None);
        }
        let (table, key) = (self.table, self.table.columns.iter().take(self.table.key));
        let key: Vec<&str> = key.map(|(name, _)| *name).collect();
        let order = key.join(", ");
        let after = self.last.as_ref().map_or(String::new(), |_| {
            let places: Vec<String> = (1..=key.len()).map(|n| format!("${n}")).collect();
            format!("WHERE ({order}) > ({})", places.join(", "))
        });
        let sql = format!(
            "SELECT {} FROM {} {after} ORDER BY {order} LIMIT {PAGE}",
            table.names(),
            table.name
        );
        let with = self.last.take().unwrap_or_default();
        let rows = all(database, &sql, &with, &mut |row| {
            let mut values = std::mem::take(&mut row.0);
            for (at, value) in values.iter_mut().enumerate() {
                let packed = match value {
                    Value::Bytes(bytes) if table.is_packed(at) => bytes,
                    _ => continue,
                };
                let text = packer.unpack(packed);
                *value = Value::Text(text.map_err(|e| broken(table.name, 0, &e.to_string()))?);
            }
            Ok(values)
        })?;
        self.ended = rows.len() < PAGE;
        self.last = rows.last().map(|row| row.iter().take(table.key).cloned().collect());
        self.page = rows.into_iter();
        Ok(self.page.next())
    }
}
