//! When does or did a distribution's release end?
//!
//! In: the release. Out: the day from which nobody publishes fixes for everybody, out of the table
//! `end_of_life.toml` (each row with its source) or of os-release's own `SUPPORT_END`; the earlier counts.
//! Never: a guess. A release that is in neither has no known end.

use serde::Deserialize;
use vocab::Instant;

use super::OsRelease;

/// The rows that Gabion was built with.
const TABLE: &str = include_str!("end_of_life.toml");

#[derive(Deserialize)]
struct Table {
    release: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    id: String,
    version: String,
    ends: String,
}

/// The end of a release; `None` when it is not known.
pub(super) fn ends(release: &OsRelease) -> Option<Instant> {
    let stated = release.support_end.as_deref().and_then(vocab::instant::parse);
    let known = known(release);
    match (stated, known) {
        (Some(stated), Some(known)) => Some(stated.min(known)),
        (stated, known) => stated.or(known),
    }
}

fn known(release: &OsRelease) -> Option<Instant> {
    let table: Table = toml::from_str(TABLE).ok()?;
    let id = match release.id.as_str() {
        // Both bear the same ID and number.
        "centos" if release.pretty.contains("Stream") => "centos-stream",
        id => id,
    };
    let row =
        table.release.iter().find(|row| row.id == id && is(&row.version, &release.version))?;
    vocab::instant::parse(&row.ends)
}

/// `9` is the row of `9.4`, `15.0` that of `15`.
fn is(row: &str, version: &str) -> bool {
    match version.strip_prefix(row) {
        Some(rest) => rest.is_empty() || rest.starts_with('.'),
        None => row.strip_suffix(".0") == Some(version),
    }
}

#[cfg(test)]
mod tests {
    use super::{TABLE, Table};

    #[test]
    fn every_row_of_the_table_is_a_release_with_a_day() {
        let table: Table = toml::from_str(TABLE).unwrap();
        let mut seen = std::collections::HashSet::new();
        for row in &table.release {
            assert!(vocab::instant::parse(&row.ends).is_some(), "{} {}", row.id, row.version);
            assert!(seen.insert((&row.id, &row.version)), "{} {} twice", row.id, row.version);
        }
        assert!(seen.len() > 100, "{}", seen.len());
    }
}
