//! The ledger that a command uses, and who asks: from options and environment to `app`'s words.
#![expect(
    clippy::disallowed_methods,
    reason = "the environment is read here, once: GABION_DATABASE, GABION_ROLE, USER and LOGNAME"
)]

use std::io::Write;
use std::sync::Arc;

use anyhow::anyhow;
use app::books::{Actor, Books, BooksError, Database, Mode, Role};
use app::queue::QueueError;
use app::queue::names::{self, Letter, Named};
use app::queue::triage::Done;
use formats::text::printable;

use crate::args::Global;
use crate::exit::{Exit, failed, usage};
use crate::terminal::Terminal;

/// Opens the ledger, and says who asks: the local user, an admin unless the ledger says otherwise. Of the ledger's
/// role, every `--role` and the environment's the least acts.
///
/// # Errors
/// There is none, it cannot be used, or a word is no role.
pub fn open(global: &Global, mode: Mode, terminal: &Terminal) -> anyhow::Result<(Books, Actor)> {
    let wanted = wanted(global)?;
    let database = database(global)?;
    let mut books = Books::open(&database, mode).map_err(books_failed)?;
    let name = user();
    let given = books.role_of(&name).map_err(books_failed)?.unwrap_or(Role::Admin);
    let role = wanted.into_iter().fold(given, Role::lesser);
    let speaker = *terminal;
    let mut said = false;
    books.on_wait(Box::new(move |_| {
        if !std::mem::replace(&mut said, true) {
            speaker.say("Another process writes to the ledger; waiting for it …");
        }
    }));
    Ok((books, Actor::person(&name, role)))
}

/// What the ledger knows, for a scan: nothing where there is none. One that cannot be read now is said, and the
/// scan goes on without.
///
/// # Errors
/// Its settings do not read.
pub fn memory(
    global: &Global,
    terminal: &Terminal,
) -> anyhow::Result<Option<Arc<dyn app::scan::Memory>>> {
    let database = database(global)?;
    let books = match Books::open(&database, Mode::ReadOnly) {
        Ok(books) => books,
        Err(BooksError::Ledger(error)) if error.is_missing() => return Ok(None),
        Err(error) => {
            terminal.warn(&format!(
                "the ledger cannot be read ({error}): its settings and first sightings do not act here"
            ));
            return Ok(None);
        }
    };
    let actor = Actor::person(&user(), Role::Viewer);
    let memory = app::intake::memory::LedgerMemory::of(&actor, books).map_err(settings_failed)?;
    Ok(Some(Arc::new(memory)))
}

/// The error of settings that do not read.
pub fn settings_failed(error: app::settings::SettingsError) -> anyhow::Error {
    match error {
        app::settings::SettingsError::Books(error) => books_failed(error),
        error => failed(error, "`gabion settings` shows what is set".to_owned()),
    }
}

/// Every role that was given beside the ledger's.
fn wanted(global: &Global) -> anyhow::Result<Vec<Role>> {
    let typed = global.roles.iter().map(|word| ("--role", word.clone()));
    let around = std::env::var_os("GABION_ROLE").filter(|word| !word.is_empty());
    let around = around.map(|word| ("GABION_ROLE", word.to_string_lossy().into_owned()));
    let role = |(from, word): (&str, String)| {
        Role::from_word(&word).ok_or_else(|| {
            let known = Role::ALL.map(Role::as_str).join(", ");
            usage(anyhow!("{from} «{word}» is no role"), format!("one of: {known}"))
        })
    };
    typed.chain(around).map(role).collect()
}

/// Where the ledger is.
pub fn database(global: &Global) -> anyhow::Result<Database> {
    let typed = global.database.clone().or_else(|| std::env::var("GABION_DATABASE").ok());
    match typed.filter(|text| !text.trim().is_empty()) {
        Some(text) => Database::typed(&text).map_err(books_failed),
        None => Ok(Database::of(&super::data_dir(global)?)),
    }
}

/// The error with its remedy and exit code.
pub fn books_failed(error: BooksError) -> anyhow::Error {
    let remedy = error.remedy().map(str::to_owned);
    match error {
        BooksError::Refused { .. } | BooksError::Address { .. } => usage(error, remedy),
        _ => failed(error, remedy),
    }
}

fn user() -> String {
    let named = ["USER", "LOGNAME"].into_iter().filter_map(|name| std::env::var(name).ok());
    let named = named.map(|name| name.trim().to_owned()).find(|name| !name.is_empty());
    named.unwrap_or_else(|| "local".to_owned())
}

/// The error of a use case around the queue, with its remedy and exit code.
pub fn queue_failed(error: QueueError) -> anyhow::Error {
    match error {
        QueueError::Books(error) => books_failed(error),
        QueueError::Unfit { what, remedy } => usage(anyhow!(what), remedy),
        QueueError::Write(error) => error.into(),
    }
}

/// A result for programs, and the end of the line.
pub fn json(
    terminal: &Terminal,
    write: impl FnOnce(&mut dyn Write) -> serde_json::Result<()>,
) -> anyhow::Result<()> {
    let mut out = terminal.data();
    // As an error of the stream it is, so that a broken pipe is known for one.
    write(&mut out).map_err(std::io::Error::from)?;
    writeln!(out)?;
    Ok(out.flush()?)
}

/// What was typed as findings and fixes.
pub fn named(typed: &[String]) -> anyhow::Result<Vec<Named>> {
    typed.iter().map(|text| names::finding_or_fix(text).map_err(queue_failed)).collect()
}

/// What came of a decision: each finding, then the entry and how it is taken back.
pub fn say(done: &Done, terminal: &Terminal) -> anyhow::Result<Exit> {
    const MOST: usize = 50;
    let mut out = terminal.out();
    for outcome in done.outcomes.iter().take(MOST) {
        writeln!(out, "{} {}", printable(&outcome.name), printable(&outcome.words))?;
    }
    if done.outcomes.len() > MOST {
        writeln!(out, "… and {} more", done.outcomes.len() - MOST)?;
    }
    for remark in &done.remarks {
        writeln!(out, "{}", printable(remark))?;
    }
    let entry = done.entry.map(|entry| names::write(Letter::E, entry));
    match entry {
        None => writeln!(out, "Nothing changed; no entry was made.")?,
        Some(entry) if done.proposed => writeln!(
            out,
            "Proposed in {entry}; it waits for a person: `gabion triage approve P-n` or `reject P-n`."
        )?,
        Some(entry) => writeln!(out, "Recorded in {entry}; `gabion undo {entry}` takes it back.")?,
    }
    out.flush()?;
    Ok(Exit::Complete)
}
