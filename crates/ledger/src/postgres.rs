//! The ledger on a server of PostgreSQL, 15 or newer.
//!
//! Tables in the schema `gabion`, or where the address's `options=-csearch_path=…` says. One writer at a time
//! by an advisory lock that ends with its transaction, so that a writer that dies frees the place. The
//! password of the address stands in no error. TLS is not spoken: an address that requires it is refused.

use postgres::config::{Host, SslMode};
use postgres::error::SqlState;
use postgres::fallible_iterator::FallibleIterator;
use postgres::types::{ToSql, Type};
use postgres::{Client, Config, NoTls, Statement};
use std::collections::HashMap;
use std::str::FromStr;

use crate::database::{Begin, Database, Dialect, Each, Row, Value, one_int};
use crate::schema::{self, Kind, META, Table};
use crate::{LedgerError, Mode};

/// The oldest server, as `server_version_num` has it.
const OLDEST: i64 = 150_000;
/// «gabi», the first half of the advisory lock's name; the schema is the other.
const LOCK: i32 = 0x6761_6269;
/// Statements that are kept prepared.
const PREPARED: usize = 256;

pub(crate) struct Server {
    client: Client,
    place: String,
    prepared: HashMap<String, Statement>,
}

type Parameter<'v> = Box<dyn ToSql + Sync + 'v>;

impl Server {
    /// Connects, and makes the tables where `mode` says so.
    pub(crate) fn open(url: &str, mode: Mode) -> Result<Self, LedgerError> {
        let config = Config::from_str(url).map_err(|_| LedgerError::Database {
            place: "postgres://…".to_owned(),
            what: "the address does not read; it should be postgres://user@host/database"
                .to_owned(),
        })?;
        let place = shown(&config);
        if config.get_ssl_mode() == SslMode::Require {
            return Err(LedgerError::Database {
                place,
                what: "TLS to the server is not spoken yet; use a Unix socket, a local tunnel, or \
                       sslmode=prefer on a network that is yours"
                    .to_owned(),
            });
        }
        let client = config.connect(NoTls).map_err(|e| said(&place, &e))?;
        let mut server = Self { client, place, prepared: HashMap::new() };
        server.refuse_old()?;
        let own = config.get_options().is_some_and(|options| options.contains("search_path"));
        server.settle(own, mode)?;
        server.forward(own, mode)?;
        Ok(server)
    }

    /// The address without its password.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    fn refuse_old(&mut self) -> Result<(), LedgerError> {
        let sql = "SELECT CAST(current_setting('server_version_num') AS BIGINT)";
        let found = one_int(self, sql, &[])?;
        if found >= OLDEST {
            return Ok(());
        }
        Err(LedgerError::Database {
            place: self.place.clone(),
            what: format!("the server is PostgreSQL {}; 15 or newer is needed", found / 10_000),
        })
    }

    /// Every statement here goes by an index; without figures about fresh tables the planner may not know.
    fn settle(&mut self, own_path: bool, mode: Mode) -> Result<(), LedgerError> {
        self.script(
            "SET client_min_messages = warning; SET enable_seqscan = off; SET jit = off; \
             SET plan_cache_mode = force_generic_plan; SET idle_in_transaction_session_timeout = 0",
        )?;
        if !own_path {
            self.script("SET search_path = gabion")?;
        }
        if mode == Mode::ReadOnly {
            self.script("SET default_transaction_read_only = on")?;
        }
        Ok(())
    }

    /// Brings it to this program's version, in one transaction.
    fn forward(&mut self, own_path: bool, mode: Mode) -> Result<(), LedgerError> {
        let found = self.version()?;
        if found > schema::VERSION {
            let (place, known) = (self.place.clone(), schema::VERSION);
            return Err(LedgerError::Newer { place, found, known });
        }
        if found == schema::VERSION {
            return Ok(());
        }
        if found == 0 && mode != Mode::Create {
            return Err(LedgerError::Missing(self.place.clone()));
        }
        if mode == Mode::ReadOnly {
            return Err(LedgerError::NotWritable {
                place: self.place.clone(),
                what: format!("it is of version {found}; open it for writing once"),
            });
        }
        crate::patiently(&self.place.clone(), &mut |_| {}, &mut || {
            Ok(self.begin(Begin::Write)?.then_some(()))
        })?;
        if !own_path {
            self.script("CREATE SCHEMA IF NOT EXISTS gabion")?;
        }
        // Another process may have done it meanwhile.
        let mut found = self.version()?;
        while let Some(sql) = schema::migration(found + 1, Dialect::Postgres) {
            self.script(&sql)?;
            found += 1;
        }
        let version = found.to_string().into_bytes();
        self.put(&META, &[vec![Value::text("version"), Value::Bytes(version)]])?;
        self.commit()
    }

    /// The ledger's version; 0 when there is none.
    fn version(&mut self) -> Result<i64, LedgerError> {
        let sql = "SELECT COUNT(*) FROM information_schema.tables \
                   WHERE table_schema = current_schema() AND table_name = 'meta'";
        if one_int(self, sql, &[])? == 0 {
            return Ok(0);
        }
        let sql = "SELECT m.value FROM meta m WHERE m.name = 'version'";
        let found = crate::database::all(self, sql, &[], &mut |row| row.bytes(0))?;
        let text = found.first().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        Ok(text.and_then(|text| text.parse().ok()).unwrap_or(0))
    }

    fn prepared(&mut self, sql: &str) -> Result<Statement, LedgerError> {
        if let Some(statement) = self.prepared.get(sql) {
            return Ok(statement.clone());
        }
        if self.prepared.len() >= PREPARED {
            self.prepared.clear();
        }
        let statement = self.client.prepare(sql).map_err(|e| said(&self.place, &e))?;
        self.prepared.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    /// Runs a statement once over columns of rows.
    fn over(&mut self, sql: &str, kinds: &[Kind], rows: &[Vec<Value>]) -> Result<(), LedgerError> {
        if rows.is_empty() {
            return Ok(());
        }
        let statement = self.prepared(sql)?;
        for chunk in rows.chunks(2_000) {
            let columns: Vec<Parameter<'_>> =
                kinds.iter().enumerate().map(|(at, kind)| column(chunk, at, *kind)).collect();
            let with: Vec<&(dyn ToSql + Sync)> = columns.iter().map(|c| c.as_ref()).collect();
            self.client.execute(&statement, &with).map_err(|e| said(&self.place, &e))?;
        }
        Ok(())
    }
}

/// The address for messages.
fn shown(config: &Config) -> String {
    let host = match config.get_hosts().first() {
        Some(Host::Tcp(host)) => host.clone(),
        #[cfg(unix)]
        Some(Host::Unix(path)) => path.display().to_string(),
        None => "localhost".to_owned(),
    };
    let port = match config.get_ports().first() {
        Some(5432) | None => String::new(),
        Some(port) => format!(":{port}"),
    };
    let user = config.get_user().unwrap_or("-");
    format!("postgres://{user}@{host}{port}/{}", config.get_dbname().unwrap_or(user))
}

/// The server's words as one of ours.
fn said(place: &str, error: &postgres::Error) -> LedgerError {
    let place = place.to_owned();
    let Some(db) = error.as_db_error() else {
        // «error connecting to server» alone does not say that nothing listens there.
        let what = match std::error::Error::source(error) {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        };
        return LedgerError::Database { place, what };
    };
    let what = format!("{} ({})", db.message(), db.code().code());
    match db.code() {
        &SqlState::READ_ONLY_SQL_TRANSACTION
        | &SqlState::DISK_FULL
        | &SqlState::OUT_OF_MEMORY
        | &SqlState::INSUFFICIENT_PRIVILEGE => LedgerError::NotWritable { place, what },
        &SqlState::LOCK_NOT_AVAILABLE => LedgerError::Busy(place),
        _ => LedgerError::Database { place, what },
    }
}

fn parameter<'v>(value: &'v Value, of: Option<&Type>) -> Parameter<'v> {
    match value {
        Value::Null if of == Some(&Type::BYTEA) => Box::new(None::<Vec<u8>>),
        Value::Null if of == Some(&Type::TEXT) => Box::new(None::<String>),
        Value::Null => Box::new(None::<i64>),
        Value::Int(value) => Box::new(*value),
        Value::Real(value) => Box::new(*value),
        Value::Text(value) => Box::new(value.as_str()),
        Value::Bytes(value) => Box::new(value.as_slice()),
        Value::Ints(values) => Box::new(values.as_slice()),
        Value::Keys(values) => Box::new(values.iter().map(Vec::as_slice).collect::<Vec<_>>()),
    }
}

/// A column of rows as one array.
fn column(rows: &[Vec<Value>], at: usize, kind: Kind) -> Parameter<'_> {
    match kind {
        Kind::Int => {
            let int = |row: &Vec<Value>| match row.get(at) {
                Some(Value::Int(value)) => Some(*value),
                _ => None,
            };
            Box::new(rows.iter().map(int).collect::<Vec<Option<i64>>>())
        }
        Kind::Text => Box::new(rows.iter().map(|row| text(row.get(at))).collect::<Vec<_>>()),
        Kind::Bytes => Box::new(rows.iter().map(|row| bytes(row.get(at))).collect::<Vec<_>>()),
    }
}

fn text(value: Option<&Value>) -> Option<&str> {
    if let Some(Value::Text(value)) = value { Some(value) } else { None }
}

fn bytes(value: Option<&Value>) -> Option<&[u8]> {
    if let Some(Value::Bytes(value)) = value { Some(value) } else { None }
}

/// The arrays of some columns: `$1::bigint[], $2::text[]`.
fn arrays(columns: &[(&str, Kind)]) -> String {
    let arrays: Vec<String> = columns
        .iter()
        .enumerate()
        .map(|(at, (_, kind))| {
            let kind = match kind {
                Kind::Int => "bigint",
                Kind::Text => "text",
                Kind::Bytes => "bytea",
            };
            format!("${}::{kind}[]", at + 1)
        })
        .collect();
    arrays.join(", ")
}

impl Database for Server {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn execute(&mut self, sql: &str, with: &[Value]) -> Result<u64, LedgerError> {
        let statement = self.prepared(sql)?;
        let types = statement.params();
        let with: Vec<Parameter<'_>> =
            with.iter().enumerate().map(|(at, value)| parameter(value, types.get(at))).collect();
        let with: Vec<&(dyn ToSql + Sync)> = with.iter().map(|p| p.as_ref()).collect();
        self.client.execute(&statement, &with).map_err(|e| said(&self.place, &e))
    }

    fn query(&mut self, sql: &str, with: &[Value], each: &mut Each<'_>) -> Result<(), LedgerError> {
        let statement = self.prepared(sql)?;
        let types = statement.params();
        let with: Vec<Parameter<'_>> =
            with.iter().enumerate().map(|(at, value)| parameter(value, types.get(at))).collect();
        let place = &self.place;
        let fault = |e: postgres::Error| said(place, &e);
        let with = with.iter().map(|p| p.as_ref() as &dyn ToSql);
        let mut rows = self.client.query_raw(&statement, with).map_err(fault)?;
        while let Some(found) = rows.next().map_err(fault)? {
            let mut row = Row(Vec::with_capacity(found.len()));
            for (at, column) in found.columns().iter().enumerate() {
                let value = match *column.type_() {
                    Type::INT8 => found.try_get::<_, Option<i64>>(at).map(|v| v.map(Value::Int)),
                    Type::INT4 => found
                        .try_get::<_, Option<i32>>(at)
                        .map(|v| v.map(|v| Value::Int(i64::from(v)))),
                    Type::BYTEA => {
                        found.try_get::<_, Option<Vec<u8>>>(at).map(|v| v.map(Value::Bytes))
                    }
                    Type::FLOAT8 => found.try_get::<_, Option<f64>>(at).map(|v| v.map(Value::Real)),
                    Type::BOOL => found
                        .try_get::<_, Option<bool>>(at)
                        .map(|v| v.map(|v| Value::Int(i64::from(v)))),
                    _ => found.try_get::<_, Option<String>>(at).map(|v| v.map(Value::Text)),
                };
                row.0.push(value.map_err(fault)?.unwrap_or(Value::Null));
            }
            if !each(&mut row)? {
                break;
            }
        }
        Ok(())
    }

    fn script(&mut self, sql: &str) -> Result<(), LedgerError> {
        self.client.batch_execute(sql).map_err(|e| said(&self.place, &e))
    }

    fn put(&mut self, table: &Table, rows: &[Vec<Value>]) -> Result<(), LedgerError> {
        let sql = format!(
            "INSERT INTO {} ({}) SELECT * FROM UNNEST({}) {}",
            table.name,
            table.names(),
            arrays(table.columns),
            table.on_conflict()
        );
        let kinds: Vec<Kind> = table.columns.iter().map(|(_, kind)| *kind).collect();
        self.over(&sql, &kinds, rows)
    }

    fn remove(&mut self, table: &Table, keys: &[Vec<Value>]) -> Result<(), LedgerError> {
        let (key, _) = table.columns.split_at(table.key.min(table.columns.len()));
        let names: Vec<&str> = key.iter().map(|(name, _)| *name).collect();
        let terms: Vec<String> =
            names.iter().map(|name| format!("{}.{name} = v.{name}", table.name)).collect();
        let sql = format!(
            "DELETE FROM {} USING UNNEST({}) AS v({}) WHERE {}",
            table.name,
            arrays(key),
            names.join(", "),
            terms.join(" AND ")
        );
        let kinds: Vec<Kind> = key.iter().map(|(_, kind)| *kind).collect();
        self.over(&sql, &kinds, keys)
    }

    fn put_words(&mut self, words: &[(i64, String)]) -> Result<(), LedgerError> {
        let rows: Vec<Vec<Value>> = words
            .iter()
            .map(|(id, words)| vec![Value::Int(*id), Value::Text(words.clone())])
            .collect();
        let sql = "INSERT INTO finding_words (finding, words) \
                   SELECT v.id, array_to_tsvector(string_to_array(v.words, ' ')) \
                   FROM UNNEST($1::bigint[], $2::text[]) AS v(id, words) \
                   ON CONFLICT (finding) DO UPDATE SET words = excluded.words";
        self.over(sql, &[Kind::Int, Kind::Text], &rows)
    }

    fn begin(&mut self, kind: Begin) -> Result<bool, LedgerError> {
        if kind == Begin::Read {
            self.script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
            return Ok(true);
        }
        self.script("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")?;
        let sql = format!(
            "SELECT pg_try_advisory_xact_lock({LOCK}, hashtext(COALESCE(current_schema(), 'gabion')))"
        );
        if one_int(self, &sql, &[])? == 1 {
            return Ok(true);
        }
        self.rollback()?;
        Ok(false)
    }

    fn commit(&mut self) -> Result<(), LedgerError> {
        self.script("COMMIT")
    }

    fn rollback(&mut self) -> Result<(), LedgerError> {
        self.script("ROLLBACK")
    }

    fn copy_to(&mut self, _: &std::path::Path) -> Result<bool, LedgerError> {
        Ok(false)
    }
}
