//! By which words is a finding found? The same on both databases: they are made here.
//!
//! A word is a run of letters and digits, lower-cased; a search wants every run, the last of each search word
//! as a beginning. Never: a language's rules; ids, paths and package names are no prose.

use std::collections::BTreeSet;

use crate::change::Facts;
use crate::database::Dialect;

/// Most words of one finding.
const MOST: usize = 200;
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
pub(crate) fn search(text: &str, dialect: Dialect) -> Option<String> {
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

/// A statement whose rows are the findings that hold the words of parameter `$n`, the newest first.
pub(crate) fn statement(parameter: usize, most: u32, dialect: Dialect) -> String {
    match dialect {
        Dialect::Sqlite => format!(
            "SELECT rowid FROM finding_words WHERE finding_words MATCH ${parameter} \
             ORDER BY rowid DESC LIMIT {most}"
        ),
        Dialect::Postgres => format!(
            "SELECT finding FROM finding_words WHERE words @@ ${parameter}::text::tsquery \
             ORDER BY finding DESC LIMIT {most}"
        ),
    }
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
