//! By which words is a finding found? The same on both databases: they are made here.
//!
//! A word is a run of letters and digits, lower-cased; a search wants every run, the last of each search word
//! as a beginning. Never: a language's rules; ids, paths and package names are no prose.

use std::collections::BTreeSet;

use crate::LedgerError;
use crate::change::Facts;
use crate::database::{Database, Dialect, Value, all};

/// Most words of one finding.
const MOST: usize = 200;
/// Findings by which it is told whether words are frequent.
const NEWEST: usize = 5_000;
/// So many hits among them are frequent: a twentieth.
const FREQUENT: usize = NEWEST / 20;
/// Longest word in bytes; longer ones are cut.
const LONGEST: usize = 64;

/// The words of a finding, each once, separated by blanks.
pub(crate) fn of(facts: &Facts, asset: &str) -> String {
    let mut found = BTreeSet::new();
    let ids = facts.ids.iter().map(String::as_str);
    let texts = ids.chain([facts.place.as_str(), &facts.rule, &facts.title, asset]);
    for run in texts.flat_map(runs) {
        if found.len() >= MOST {
            break;
        }
        found.insert(run);
    }
    let words: Vec<String> = found.into_iter().collect();
    words.join(" ")
}

fn runs(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|r| !r.is_empty()).map(|run| {
        let mut word = String::new();
        for c in run.chars().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()) {
            if word.len() + c.len_utf8() > LONGEST {
                break;
            }
            word.push(c);
        }
        word
    })
}

/// A search in the database's words; `None` when it holds no word.
fn search(text: &str, dialect: Dialect) -> Option<String> {
    let mut terms = Vec::new();
    for word in text.split_whitespace().take(32) {
        let mut of_word: Vec<String> = runs(word).filter(|r| !r.is_empty()).collect();
        let last = of_word.pop();
        terms.extend(of_word.into_iter().map(|run| term(&run, false, dialect)));
        terms.extend(last.map(|run| term(&run, true, dialect)));
    }
    (!terms.is_empty()).then(|| terms.join(and(dialect)))
}

/// A search for whole words alone: no list of beginnings has to be merged for it.
pub(crate) fn whole(text: &str, dialect: Dialect) -> Option<String> {
    let words: BTreeSet<String> = runs(text).filter(|run| !run.is_empty()).take(MOST).collect();
    let terms: Vec<String> = words.iter().map(|run| term(run, false, dialect)).collect();
    (!terms.is_empty()).then(|| terms.join(and(dialect)))
}

fn and(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => " AND ",
        Dialect::Postgres => " & ",
    }
}

/// Runs hold letters and digits alone, so that nothing has to be escaped.
fn term(run: &str, beginning: bool, dialect: Dialect) -> String {
    match (dialect, beginning) {
        (Dialect::Sqlite, true) => format!("\"{run}\"*"),
        (Dialect::Sqlite, false) => format!("\"{run}\""),
        (Dialect::Postgres, true) => format!("'{run}':*"),
        (Dialect::Postgres, false) => format!("'{run}'"),
    }
}

/// The findings that hold the words of a text, the newest first; `None` when it holds no word.
pub(crate) fn hits(
    database: &mut dyn Database,
    text: &str,
    most: u32,
) -> Result<Option<Vec<i64>>, LedgerError> {
    let dialect = database.dialect();
    let Some(search) = search(text, dialect) else { return Ok(None) };
    let with = [Value::Text(search)];
    match dialect {
        Dialect::Sqlite => {
            let sql = format!(
                "SELECT rowid FROM finding_words WHERE finding_words MATCH $1 \
                 ORDER BY rowid DESC LIMIT {most}"
            );
            all(database, &sql, &with, &mut |row| row.int(0)).map(Some)
        }
        Dialect::Postgres => on_a_server(database, &with, most).map(Some),
    }
}

/// By how frequent the words are among the newest findings it is decided whether these, all findings or the index of
/// words are gone through. The planner would have to guess it, and for a word's beginning it always guesses the same;
/// so each statement leaves it one way alone.
fn on_a_server(
    database: &mut dyn Database,
    with: &[Value],
    most: u32,
) -> Result<Vec<i64>, LedgerError> {
    let newest = format!(
        "SELECT x.finding FROM (SELECT w.finding, w.words FROM finding_words w \
         ORDER BY w.finding DESC LIMIT {NEWEST}) x WHERE x.words @@ $1::text::tsquery \
         ORDER BY x.finding DESC LIMIT {most}"
    );
    let found = all(database, &newest, with, &mut |row| row.int(0))?;
    if found.len() >= most as usize {
        return Ok(found);
    }
    let rest = if found.len() >= FREQUENT {
        // A test of truth is none that the index of words answers.
        "(w.words @@ $1::text::tsquery) IS TRUE ORDER BY w.finding DESC"
    } else {
        // A sum is no order that the key gives.
        "w.words @@ $1::text::tsquery ORDER BY w.finding + 0 DESC"
    };
    let sql = format!("SELECT w.finding FROM finding_words w WHERE {rest} LIMIT {most}");
    all(database, &sql, with, &mut |row| row.int(0))
}

/// A statement whose rows are findings of the asset of parameter `$2` that hold the words of `$1`, not void ones, the
/// newest first.
pub(crate) fn of_asset(most: u32, dialect: Dialect) -> String {
    let (key, holds) = match dialect {
        Dialect::Sqlite => ("rowid", "w.finding_words MATCH $1"),
        Dialect::Postgres => ("finding", "w.words @@ $1::text::tsquery"),
    };
    format!(
        "SELECT w.{key} FROM finding_words w JOIN findings f ON f.id = w.{key} \
         WHERE {holds} AND f.asset = $2 AND f.state <> 2 ORDER BY w.{key} DESC LIMIT {most}"
    )
}
