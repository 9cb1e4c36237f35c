//! Which tables there are, and how a ledger of an earlier version is brought forward.
//!
//! In: nothing. Out: the tables' columns, and the migrations as numbered SQL. A migration that has been
//! released is never edited; a change is a new number.

use crate::database::Dialect;

/// The version that this program writes.
pub(crate) const VERSION: i64 = 2;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Int,
    Text,
    Bytes,
}

/// A table: its key's columns first.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    /// How many columns the key has.
    pub(crate) key: usize,
    pub(crate) columns: &'static [(&'static str, Kind)],
}

use Kind::{Bytes, Int, Text};

pub(crate) const META: Table =
    Table { name: "meta", key: 1, columns: &[("name", Text), ("value", Bytes)] };
pub(crate) const SEQUENCES: Table =
    Table { name: "sequences", key: 1, columns: &[("name", Text), ("value", Int)] };
pub(crate) const ENTRIES: Table = Table {
    name: "entries",
    key: 1,
    columns: &[
        ("seq", Int),
        ("at", Int),
        ("author", Text),
        ("role", Text),
        ("kind", Text),
        ("summary", Text),
        ("first", Int),
        ("changes", Int),
        ("digest", Bytes),
        ("prev", Bytes),
        ("hash", Bytes),
    ],
};
pub(crate) const CHANGES: Table = Table {
    name: "changes",
    key: 1,
    columns: &[
        ("id", Int),
        ("entry", Int),
        ("kind", Text),
        ("finding", Int),
        ("other", Int),
        ("digest", Bytes),
        ("body", Bytes),
    ],
};
/// What the record's columns say of a change beside its own words.
pub(crate) const LABELS: Table = Table {
    name: "changes",
    key: 1,
    columns: &[("id", Int), ("entry", Int), ("kind", Text), ("finding", Int), ("other", Int)],
};
pub(crate) const BODIES: Table =
    Table { name: "bodies", key: 1, columns: &[("id", Int), ("body", Bytes)] };
pub(crate) const TEXTS: Table =
    Table { name: "texts", key: 1, columns: &[("digest", Bytes), ("body", Bytes)] };
pub(crate) const ASSETS: Table = Table {
    name: "assets",
    key: 1,
    columns: &[
        ("id", Int),
        ("name", Text),
        ("declared", Int),
        ("exposure", Text),
        ("exposure_source", Text),
        ("owner", Text),
        ("criticality", Text),
        ("tables", Text),
    ],
};
pub(crate) const STREAMS: Table = Table {
    name: "streams",
    key: 1,
    columns: &[("id", Int), ("asset", Int), ("source", Text), ("reference", Text)],
};
pub(crate) const DOCUMENTS: Table = Table {
    name: "documents",
    key: 1,
    columns: &[
        ("id", Int),
        ("stream", Int),
        ("entry", Int),
        ("scanned_at", Int),
        ("sha256", Text),
        ("void", Int),
        ("details", Bytes),
    ],
};
pub(crate) const FINDINGS: Table = Table {
    name: "findings",
    key: 1,
    columns: &[
        ("id", Int),
        ("asset", Int),
        ("class", Text),
        ("state", Int),
        ("severity", Int),
        ("fix", Int),
        ("band", Int),
        ("due", Int),
        ("emergency", Int),
        ("paused", Int),
        ("available", Int),
        ("live", Int),
        ("owner", Text),
        ("exposure", Text),
        ("details", Bytes),
        ("unseen", Int),
        ("reference", Text),
    ],
};
pub(crate) const ATTRIBUTIONS: Table = Table {
    name: "attributions",
    key: 1,
    columns: &[
        ("id", Int),
        ("finding", Int),
        ("stream", Int),
        ("state", Int),
        ("rule", Text),
        ("path", Text),
        ("line", Int),
        ("content", Bytes),
        ("bucket", Bytes),
        ("moved", Bytes),
        ("digest", Bytes),
        ("standing", Text),
        ("claim", Int),
        ("said", Bytes),
        ("edge", Bytes),
        ("ground", Text),
        ("unseen", Text),
    ],
};
pub(crate) const NAMES: Table = Table {
    name: "names",
    key: 3,
    columns: &[("stream", Int), ("key", Bytes), ("attribution", Int)],
};
pub(crate) const LINKS: Table = Table {
    name: "links",
    key: 3,
    columns: &[("asset", Int), ("key", Bytes), ("attribution", Int)],
};
pub(crate) const APART: Table = Table {
    name: "apart",
    key: 2,
    columns: &[("finding", Int), ("attribution", Int), ("entry", Int)],
};
pub(crate) const FIXES: Table = Table {
    name: "fixes",
    key: 1,
    columns: &[
        ("id", Int),
        ("asset", Int),
        ("key", Bytes),
        ("open", Int),
        ("paused", Int),
        ("active", Int),
        ("leads", Int),
        ("due", Int),
        ("band", Int),
        ("emergency", Int),
        ("available", Int),
        ("severities", Int),
        ("owner", Text),
        ("exposure", Text),
        ("wakes", Int),
        ("sources", Int),
        ("reference", Text),
        ("unseen", Int),
    ],
};
pub(crate) const STATEMENTS: Table = Table {
    name: "statements",
    key: 2,
    columns: &[("asset", Int), ("source", Text), ("details", Bytes)],
};
pub(crate) const PROPOSALS: Table = Table {
    name: "proposals",
    key: 1,
    columns: &[
        ("id", Int),
        ("finding", Int),
        ("settled", Int),
        ("at", Int),
        ("author", Text),
        ("what", Bytes),
        ("reason", Text),
    ],
};
pub(crate) const VIEWS: Table =
    Table { name: "views", key: 1, columns: &[("name", Text), ("filter", Text)] };
pub(crate) const SETTINGS: Table =
    Table { name: "settings", key: 1, columns: &[("name", Text), ("value", Text)] };
pub(crate) const ROLES: Table =
    Table { name: "roles", key: 1, columns: &[("actor", Text), ("role", Text)] };
pub(crate) const COUNTERS: Table =
    Table { name: "counters", key: 2, columns: &[("kind", Text), ("key", Text), ("value", Int)] };
pub(crate) const CALENDAR: Table =
    Table { name: "calendar", key: 2, columns: &[("band", Int), ("hour", Int), ("fixes", Int)] };

/// The tables that follow from the changes; their digests are compared after a move and by a deep verify.
pub(crate) const FOLLOWING: &[&Table] = &[
    &LABELS,
    &ASSETS,
    &STREAMS,
    &DOCUMENTS,
    &FINDINGS,
    &ATTRIBUTIONS,
    &NAMES,
    &LINKS,
    &APART,
    &FIXES,
    &PROPOSALS,
    &STATEMENTS,
    &VIEWS,
    &SETTINGS,
    &ROLES,
    &COUNTERS,
    &CALENDAR,
    &SEQUENCES,
];

/// The statements that lead from the version before `version` to it; nothing for a number that is none.
pub(crate) fn migration(version: i64, dialect: Dialect) -> Option<String> {
    let (both, own) = match (version, dialect) {
        (1, Dialect::Sqlite) => {
            (include_str!("migrations/0001.sql"), include_str!("migrations/0001-sqlite.sql"))
        }
        (1, Dialect::Postgres) => {
            (include_str!("migrations/0001.sql"), include_str!("migrations/0001-postgres.sql"))
        }
        (2, _) => (include_str!("migrations/0002.sql"), ""),
        _ => return None,
    };
    let both = match dialect {
        Dialect::Postgres => both.to_owned(),
        Dialect::Sqlite => both
            .replace("BIGINT PRIMARY KEY", "INTEGER PRIMARY KEY")
            .replace("BIGINT", "INTEGER")
            .replace("BYTEA", "BLOB")
            .replace(" COLLATE \"C\"", "")
            .replace("/*keyed*/", "WITHOUT ROWID"),
    };
    Some(format!("{both}\n{own}"))
}

impl Table {
    /// Whether a column holds packed JSON.
    pub(crate) fn is_packed(&self, column: usize) -> bool {
        self.columns
            .get(column)
            .is_some_and(|(name, _)| matches!(*name, "details" | "edge" | "what"))
    }

    /// Its columns' names, separated by commas.
    pub(crate) fn names(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        names.join(", ")
    }

    /// «ON CONFLICT …»: the new row stands.
    pub(crate) fn on_conflict(&self) -> String {
        let (key, rest) = self.columns.split_at(self.key.min(self.columns.len()));
        let key: Vec<&str> = key.iter().map(|(name, _)| *name).collect();
        let set: Vec<String> =
            rest.iter().map(|(name, _)| format!("{name} = excluded.{name}")).collect();
        // A text is named by its digest: the same name is the same text.
        let what = if set.is_empty() || self.name == TEXTS.name {
            "NOTHING".to_owned()
        } else {
            format!("UPDATE SET {}", set.join(", "))
        };
        format!("ON CONFLICT ({}) DO {what}", key.join(", "))
    }
}
