//! The ledger on a server.

use crate::database::{Begin, Database, Dialect, Each, Value};
use crate::schema::Table;
use crate::{LedgerError, Mode, not_yet};

pub(crate) struct Server {
    place: String,
}

impl Server {
    pub(crate) fn open(url: &str, mode: Mode) -> Result<Self, LedgerError> {
        let _ = (url, mode);
        Err(not_yet("a server".to_owned()))
    }

    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    fn not_yet<T>(&self) -> Result<T, LedgerError> {
        Err(not_yet(self.place.clone()))
    }
}

impl Database for Server {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn execute(&mut self, _: &str, _: &[Value]) -> Result<u64, LedgerError> {
        self.not_yet()
    }

    fn query(&mut self, _: &str, _: &[Value], _: &mut Each<'_>) -> Result<(), LedgerError> {
        self.not_yet()
    }

    fn script(&mut self, _: &str) -> Result<(), LedgerError> {
        self.not_yet()
    }

    fn put(&mut self, _: &Table, _: &[Vec<Value>]) -> Result<(), LedgerError> {
        self.not_yet()
    }

    fn remove(&mut self, _: &Table, _: &[Vec<Value>]) -> Result<(), LedgerError> {
        self.not_yet()
    }

    fn put_words(&mut self, _: &[(i64, String)]) -> Result<(), LedgerError> {
        self.not_yet()
    }

    fn begin(&mut self, _: Begin) -> Result<bool, LedgerError> {
        self.not_yet()
    }

    fn commit(&mut self) -> Result<(), LedgerError> {
        self.not_yet()
    }

    fn rollback(&mut self) -> Result<(), LedgerError> {
        self.not_yet()
    }
}
