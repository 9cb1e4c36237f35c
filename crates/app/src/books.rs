//! Where is what is remembered, who opens it, and may they do what they ask?
//!
//! In: the place of a ledger, an [`Actor`]. Out: [`Books`], the open ledger that every use case around it takes, or an
//! error with its remedy. Each use case asks `allow` before it loads anything. Never: a decision about a finding.

use std::path::PathBuf;
use std::time::Duration;

use ledger::{Author, Ledger, LedgerError, Place, Write};
use vocab::Instant;

pub use access::{Actor, Kind, Role, Triage, UseCase};
pub use ledger::Mode;

use crate::intelligence::DataDir;

/// Where the ledger is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// A file of SQLite.
    File(PathBuf),
    /// A server: `postgres://…`.
    Postgres(String),
}

impl Database {
    /// The ledger of a data folder: `ledger.db`.
    pub fn of(data: &DataDir) -> Self {
        Self::File(data.0.join("ledger.db"))
    }

    /// What was typed: an address of PostgreSQL, else a file.
    ///
    /// # Errors
    /// It has the shape of an address and is none of ours, or one whose password cannot be told from its host. The
    /// error holds the scheme alone: a file named after a mistyped address would carry the password.
    pub fn typed(text: &str) -> Result<Self, BooksError> {
        let text = text.trim();
        let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
        if matches!(scheme, "postgres" | "postgresql") {
            let before = rest.split('?').next().unwrap_or_default();
            let (authority, path) = before.split_once('/').unwrap_or((before, ""));
            if authority.matches('@').count() > 1 || path.contains('@') {
                let what = format!("in {scheme}://… an «@» stands in a name or password as it is");
                return Err(BooksError::Address { what });
            }
            return Ok(Self::Postgres(text.to_owned()));
        }
        let what = if text.contains("://") {
            let named = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
            let scheme = if scheme.chars().all(named) { scheme } else { "" };
            format!("«{scheme}://…» is no address of a ledger")
        } else if is_like_an_address(text) {
            "what was typed looks like the address of a server, and no postgres:// is in front"
                .to_owned()
        } else {
            return Ok(Self::File(PathBuf::from(text)));
        };
        Err(BooksError::Address { what })
    }

    fn place(&self) -> Place {
        match self {
            Self::File(path) => Place::File(path.clone()),
            Self::Postgres(address) => Place::Postgres(address.clone()),
        }
    }
}

/// `user:password@host`, with or without a scheme that lost its slashes, and libpq's `host=… password=…`. A path from
/// the root or from here is a file whatever is in it.
fn is_like_an_address(text: &str) -> bool {
    if text.starts_with("./") || text.starts_with("../") {
        return false;
    }
    if text.starts_with('/') && !text.starts_with("//") {
        return false;
    }
    let lower = text.to_ascii_lowercase();
    let userinfo =
        lower.find('@').is_some_and(|at| lower.get(..at).is_some_and(|u| u.contains(':')));
    let pairs = ["password=", "host=", "hostaddr=", "dbname=", "user=", "pwd="];
    userinfo || pairs.iter().any(|pair| lower.contains(pair))
}

/// An open ledger.
pub struct Books {
    pub(crate) ledger: Ledger,
    waiting: Box<dyn FnMut(Duration)>,
}

/// What the matrix of [`access`] leaves open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leave {
    /// Do it.
    Act,
    /// Propose it; a person settles.
    Propose,
}

/// Why the ledger cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BooksError {
    /// The role does not allow it.
    #[error("{name} ({role}) may not {what}: {why}")]
    Refused {
        /// Who asked.
        name: String,
        /// As what.
        role: &'static str,
        /// What was asked.
        what: &'static str,
        /// The rule.
        why: &'static str,
    },
    /// What was typed is neither an address of PostgreSQL nor the name of a file.
    #[error("--database: {what}")]
    Address {
        /// What is wrong, without anything that may be a password.
        what: String,
    },
    /// The folder of a new ledger cannot be made.
    #[error("cannot make the folder {path}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The ledger itself.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl BooksError {
    /// The next step for the user, where there is one.
    pub fn remedy(&self) -> Option<&'static str> {
        Some(match self {
            Self::Refused { .. } => {
                "`gabion ledger role` tells yours; an admin gives one with `gabion ledger role NAME ROLE`"
            }
            Self::Address { .. } => {
                "write postgres://user@host/database (in a name or password «@» is %40, «/» %2F), or a file; ./ in front makes any name a file"
            }
            Self::Folder { .. } => "check the permissions, or name another place with --database",
            Self::Ledger(LedgerError::Missing(_)) => {
                "`gabion import FILE` makes one and takes a report in; --database names another place"
            }
            Self::Ledger(LedgerError::Newer { .. }) => {
                "use the newer gabion; this one leaves the ledger as it is"
            }
            Self::Ledger(LedgerError::NotWritable { .. }) => {
                "check permissions and free space, or name another place with --database"
            }
            Self::Ledger(LedgerError::Busy(_)) => "try again when the other import has ended",
            Self::Ledger(LedgerError::Database { .. }) => {
                "check the file or address given by --database; `gabion ledger verify` tells whether a ledger is whole"
            }
            Self::Ledger(LedgerError::File { .. }) => "check permissions and free space",
            Self::Ledger(LedgerError::Broken { .. } | LedgerError::Unfit(_)) => {
                "`gabion ledger verify --deep` names all that departs from the record"
            }
        })
    }
}

impl Books {
    /// Opens the ledger. With [`Mode::Create`] its folder is made too.
    ///
    /// # Errors
    /// Missing, not writable, of a newer version, not reachable.
    pub fn open(database: &Database, mode: Mode) -> Result<Self, BooksError> {
        if let (Database::File(file), Mode::Create) = (database, mode)
            && let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty())
        {
            std::fs::create_dir_all(folder)
                .map_err(|source| BooksError::Folder { path: folder.to_path_buf(), source })?;
        }
        let ledger = Ledger::open(&database.place(), mode)?;
        Ok(Self { ledger, waiting: Box::new(|_| {}) })
    }

    /// Whom to tell, while another process writes, how long this one has waited.
    pub fn on_wait(&mut self, waiting: Box<dyn FnMut(Duration)>) {
        self.waiting = waiting;
    }

    /// The role that the ledger gives to somebody; `None` when it says nothing. A word that is no role is
    /// taken for the least one.
    ///
    /// # Errors
    /// The ledger's.
    pub fn role_of(&mut self, name: &str) -> Result<Option<Role>, BooksError> {
        let word = self.ledger.role(name)?;
        Ok(word.map(|word| Role::from_word(&word).unwrap_or(Role::Viewer)))
    }

    /// One transaction in the actor's name.
    pub(crate) fn write(&mut self, actor: &Actor, now: Instant) -> Result<Write<'_>, LedgerError> {
        let role = actor.acts_as().as_str().to_owned();
        let author = Author { name: actor.name.clone(), role };
        self.ledger.write(author, now, &mut *self.waiting)
    }
}

/// Asks the matrix. `owns`: whether the actor owns the asset; `true` while the asset is not known yet, and
/// asked again once it is.
pub(crate) fn allow(actor: &Actor, case: UseCase, owns: bool) -> Result<Leave, BooksError> {
    match access::may(actor, case, owns) {
        access::Answer::Yes => Ok(Leave::Act),
        access::Answer::Propose => Ok(Leave::Propose),
        access::Answer::No(why) => Err(BooksError::Refused {
            name: actor.name.clone(),
            role: actor.acts_as().as_str(),
            what: case.as_str(),
            why,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_of_ours_or_an_error_without_its_password() {
        let typed = |text: &str| Database::typed(text);
        for text in ["postgres://bob:hunter2@h/x", "postgresql:///x?host=/run&application_name=a@b"]
        {
            assert_eq!(typed(text).ok(), Some(Database::Postgres(text.to_owned())), "{text}");
        }
        for text in
            ["ledger.db", "a b/ledger.db", "/srv/a:b@c/l.db", "./u:p@h", "C:\\ledger.db", "me@x.db"]
        {
            assert_eq!(typed(text).ok(), Some(Database::File(PathBuf::from(text))), "{text}");
        }
        for text in [
            "POSTGRES://bob:hunter2@h/x",
            "Postgres://bob:hunter2@h/x",
            "mysql://bob:hunter2@h/x",
            "sqlite://hunter2",
            "jdbc:postgresql://h/x?user=bob&password=hunter2",
            "hunter2@h://x",
            "postgres://bob:p@hunter2@h/x",
            "postgres://bob:12/hunter2@h/x",
            "postgres://bob@x:12/hunter2@h",
            "postgres:bob:hunter2@h/x",
            "postgres:/bob:hunter2@h/x",
            "//bob:hunter2@h/x",
            "bob:hunter2@h/x",
            "host=h user=bob password=hunter2",
        ] {
            let error = typed(text).expect_err(text);
            assert!(!error.to_string().contains("hunter2"), "{error}");
            assert!(error.remedy().is_some());
        }
    }
}
