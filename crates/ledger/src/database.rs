//! What both databases have to be able to do, in one small set of words.
//!
//! In: SQL in PostgreSQL's style (`$1`, `= ANY($2)`), values. Out: rows. SQLite's adaptor rewrites the few
//! places that differ. Never: what the statements mean.

use crate::LedgerError;
use crate::schema::Table;

/// A value on its way in or out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    Int(i64),
    Real(f64),
    Text(String),
    Bytes(Vec<u8>),
    /// Only as a parameter, of `= ANY($n)`.
    Ints(Vec<i64>),
    /// Only as a parameter, of `= ANY($n)`.
    Keys(Vec<Vec<u8>>),
}

impl Value {
    /// Text without NUL, which PostgreSQL does not store.
    pub(crate) fn text(text: &str) -> Self {
        Self::Text(clean(text))
    }

    pub(crate) fn some_int(value: Option<i64>) -> Self {
        value.map_or(Self::Null, Self::Int)
    }

    pub(crate) fn key(key: Option<crate::change::Key>) -> Self {
        key.map_or(Self::Null, |k| Self::Bytes(k.to_vec()))
    }
}

/// Text without NUL.
pub(crate) fn clean(text: &str) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text.to_owned() }
}

/// A row of an answer.
pub(crate) struct Row(pub(crate) Vec<Value>);

impl Row {
    pub(crate) fn int(&self, at: usize) -> Result<i64, LedgerError> {
        match self.0.get(at) {
            Some(Value::Int(value)) => Ok(*value),
            _ => Err(wrong(at, "a number")),
        }
    }

    pub(crate) fn maybe_int(&self, at: usize) -> Result<Option<i64>, LedgerError> {
        if self.0.get(at) == Some(&Value::Null) { Ok(None) } else { self.int(at).map(Some) }
    }

    /// A number that says yes or no.
    pub(crate) fn flag(&self, at: usize) -> Result<bool, LedgerError> {
        Ok(self.int(at)? != 0)
    }

    /// Takes the text out.
    pub(crate) fn text(&mut self, at: usize) -> Result<String, LedgerError> {
        match self.0.get_mut(at) {
            Some(Value::Text(value)) => Ok(std::mem::take(value)),
            _ => Err(wrong(at, "text")),
        }
    }

    /// Takes the bytes out.
    pub(crate) fn bytes(&mut self, at: usize) -> Result<Vec<u8>, LedgerError> {
        match self.0.get_mut(at) {
            Some(Value::Bytes(value)) => Ok(std::mem::take(value)),
            _ => Err(wrong(at, "bytes")),
        }
    }

    pub(crate) fn fixed<const N: usize>(&mut self, at: usize) -> Result<[u8; N], LedgerError> {
        self.bytes(at)?.try_into().map_err(|_| wrong(at, "so many bytes"))
    }

    pub(crate) fn maybe_key(
        &mut self,
        at: usize,
    ) -> Result<Option<crate::change::Key>, LedgerError> {
        if self.0.get(at) == Some(&Value::Null) { Ok(None) } else { self.fixed(at).map(Some) }
    }
}

fn wrong(at: usize, wanted: &str) -> LedgerError {
    LedgerError::Broken {
        table: "row",
        id: 0,
        what: format!("column {} should be {wanted}", at + 1),
    }
}

/// What is done with each row; false ends it.
pub(crate) type Each<'e> = dyn FnMut(&mut Row) -> Result<bool, LedgerError> + 'e;

/// Which database it is, where statements must differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// A transaction's kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Begin {
    /// One consistent snapshot.
    Read,
    /// The one writer's place.
    Write,
}

/// A connection.
pub(crate) trait Database: Send {
    fn dialect(&self) -> Dialect;

    /// Runs one statement; how many rows it touched.
    fn execute(&mut self, sql: &str, with: &[Value]) -> Result<u64, LedgerError>;

    /// Runs one statement and streams its rows.
    fn query(&mut self, sql: &str, with: &[Value], each: &mut Each<'_>) -> Result<(), LedgerError>;

    /// Several statements without parameters.
    fn script(&mut self, sql: &str) -> Result<(), LedgerError>;

    /// Puts whole rows in, in place of those with the same key.
    fn put(&mut self, table: &Table, rows: &[Vec<Value>]) -> Result<(), LedgerError>;

    /// Takes rows out by their keys.
    fn remove(&mut self, table: &Table, keys: &[Vec<Value>]) -> Result<(), LedgerError>;

    /// The words by which findings are searched, in place of earlier ones.
    fn put_words(&mut self, words: &[(i64, String)]) -> Result<(), LedgerError>;

    /// Begins; false when another holds the writer's place.
    fn begin(&mut self, kind: Begin) -> Result<bool, LedgerError>;

    fn commit(&mut self) -> Result<(), LedgerError>;

    fn rollback(&mut self) -> Result<(), LedgerError>;

    /// Copies itself into an empty file, consistent while others write; false when it cannot.
    fn copy_to(&mut self, file: &std::path::Path) -> Result<bool, LedgerError>;
}

/// The first row's first number; 0 when there is none.
pub(crate) fn one_int(
    database: &mut dyn Database,
    sql: &str,
    with: &[Value],
) -> Result<i64, LedgerError> {
    let mut found = 0;
    database.query(sql, with, &mut |row| {
        found = row.maybe_int(0)?.unwrap_or(0);
        Ok(false)
    })?;
    Ok(found)
}

/// All rows, each made into something.
pub(crate) fn all<T>(
    database: &mut dyn Database,
    sql: &str,
    with: &[Value],
    make: &mut dyn FnMut(&mut Row) -> Result<T, LedgerError>,
) -> Result<Vec<T>, LedgerError> {
    let mut found = Vec::new();
    database.query(sql, with, &mut |row| {
        found.push(make(row)?);
        Ok(true)
    })?;
    Ok(found)
}
