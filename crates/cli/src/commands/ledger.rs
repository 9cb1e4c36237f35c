//! `gabion ledger …`: how the ledger itself is kept.

use std::fs::File;
use std::io::{self, BufRead, Write};
use std::path::Path;

use anyhow::{Context, anyhow};
use app::books::{Actor, Books, Mode, Role};
use app::queue::keep::{self, Verified};
use app::queue::names::{self, Letter};
use formats::page::words::plural;
use formats::text::printable;

use super::books::{json, open, queue_failed};
use crate::args::Global;
use crate::args::queue::{LedgerCommand, ShapeArgs};
use crate::exit::{Exit, despite_pipe, usage};
use crate::render;
use crate::terminal::Terminal;

/// Does what was asked.
pub fn run(command: LedgerCommand, global: &Global, terminal: &Terminal) -> anyhow::Result<Exit> {
    let mode = match &command {
        LedgerCommand::Import { .. } => Mode::Create,
        LedgerCommand::Role { given: Some(_), .. }
        | LedgerCommand::Retention { days: Some(_) }
        | LedgerCommand::Prune => Mode::Existing,
        _ => Mode::ReadOnly,
    };
    let (mut books, actor) = open(global, mode, terminal)?;
    let mut desk = Desk { books: &mut books, actor: &actor, terminal };
    match command {
        LedgerCommand::Verify { deep, head, shape } => desk.verify(deep, head.as_deref(), shape),
        LedgerCommand::Head => desk.head(),
        LedgerCommand::Export { output } => desk.export(output.as_deref()),
        LedgerCommand::Import { file } => desk.import(&file),
        LedgerCommand::Backup { file } => desk.backup(&file),
        LedgerCommand::Imports { limit, shape } => desk.imports(limit, shape),
        LedgerCommand::Role { name, given } => desk.role(name, given),
        LedgerCommand::Retention { days } => desk.retention(days.as_deref()),
        LedgerCommand::Prune => desk.prune(),
    }
}

struct Desk<'a> {
    books: &'a mut Books,
    actor: &'a Actor,
    terminal: &'a Terminal,
}

impl Desk<'_> {
    fn verify(&mut self, deep: bool, head: Option<&str>, shape: ShapeArgs) -> anyhow::Result<Exit> {
        let kept = head.map(keep::read_head).transpose().map_err(queue_failed)?;
        let bar = self.terminal.progress();
        let verified =
            keep::verify(self.actor, self.books, deep, kept.as_ref(), &mut |done, of| {
                bar.set_length(of);
                bar.set_position(done);
                bar.set_message(format!("{done} of {of} changes"));
            });
        bar.finish_and_clear();
        let verified = verified.map_err(queue_failed)?;
        let judged = if verified.faults.is_empty() { Exit::Complete } else { Exit::Failed };
        let written = if shape.is_json() {
            let mut value = serde_json::to_value(&verified)?;
            if let Some(object) = value.as_object_mut() {
                object.insert("schema".to_owned(), "gabion.ledger-verify/1".into());
            }
            json(self.terminal, |out| serde_json::to_writer_pretty(out, &value))
        } else {
            self.told(&verified, deep, kept.is_some()).map_err(Into::into)
        };
        despite_pipe(written, judged)
    }

    fn told(&self, verified: &Verified, deep: bool, kept: bool) -> io::Result<()> {
        let mut out = self.terminal.out();
        let entries = plural(verified.entries, "entry");
        let changes = plural(verified.changes, "change");
        if verified.faults.is_empty() {
            writeln!(out, "The record is whole: {entries}, {changes}.")?;
            if deep {
                writeln!(out, "The tables are what the record amounts to.")?;
            } else {
                writeln!(out, "--deep also compares the tables with the record.")?;
            }
            if !kept {
                let head = format!("{}:{}", verified.head.entry, verified.head.hash);
                writeln!(out, "A cut tail is found with a head that was kept elsewhere, such as")?;
                writeln!(out, "{head}")?;
            }
        } else {
            let faults = verified.faults.len() as u64 + verified.more;
            writeln!(out, "THE RECORD IS NOT WHOLE: {} in {entries}.", plural(faults, "fault"))?;
            for fault in &verified.faults {
                let place = match (fault.entry, fault.table.as_str()) {
                    (0, "") => String::new(),
                    (0, table) => format!("{table}: "),
                    (entry, "") => format!("{}: ", names::write(Letter::E, entry)),
                    (entry, table) => format!("{} in {table}: ", names::write(Letter::E, entry)),
                };
                writeln!(out, "  {place}{}", printable(&fault.what))?;
            }
            if verified.more > 0 {
                writeln!(out, "  … and {} more", verified.more)?;
            }
            writeln!(
                out,
                "Restore a backup, or take `gabion ledger export` of one into a new ledger."
            )?;
        }
        out.flush()
    }

    fn head(&mut self) -> anyhow::Result<Exit> {
        let head = keep::head(self.actor, self.books).map_err(queue_failed)?;
        let mut out = self.terminal.data();
        let written = writeln!(out, "{}:{}", head.entry, head.hash).and_then(|()| out.flush());
        despite_pipe(written.map_err(Into::into), Exit::Complete)
    }

    fn export(&mut self, output: Option<&Path>) -> anyhow::Result<Exit> {
        let bar = self.terminal.progress();
        let mut progress = |done, of| {
            bar.set_length(of);
            bar.set_position(done);
        };
        let exported = match output {
            Some(path) => keep::export_file(self.actor, self.books, path, &mut progress),
            None => {
                let mut out = self.terminal.data();
                keep::export(self.actor, self.books, &mut out, &mut progress)
                    .and_then(|exported| Ok(out.flush().map(|()| exported)?))
            }
        };
        bar.finish_and_clear();
        let exported = exported.map_err(queue_failed)?;
        let changes = plural(exported.changes, "change");
        self.terminal.say(&format!(
            "Wrote {changes} up to {}; keep it safe: it holds the key of the secrets' hashes.",
            names::write(Letter::E, exported.head.entry)
        ));
        Ok(Exit::Complete)
    }

    fn import(&mut self, file: &Path) -> anyhow::Result<Exit> {
        let from = || -> anyhow::Result<Box<dyn BufRead>> {
            if file.as_os_str() == "-" {
                return Ok(Box::new(io::BufReader::with_capacity(1 << 16, io::stdin().lock())));
            }
            let opened =
                File::open(file).with_context(|| format!("cannot read {}", file.display()));
            let opened = opened
                .map_err(|e| usage(e, "name what `gabion ledger export` wrote".to_owned()))?;
            Ok(Box::new(io::BufReader::with_capacity(1 << 16, opened)))
        };
        let mut from = from()?;
        let bar = self.terminal.progress();
        let imported = keep::import(self.actor, self.books, &mut *from, &mut |done, of| {
            bar.set_length(of);
            bar.set_position(done);
        });
        bar.finish_and_clear();
        let imported = imported.map_err(queue_failed)?;
        let changes = plural(imported.changes, "change");
        self.terminal.say(&format!(
            "Took {changes} in, up to {}; record and tables are equal to the export's.",
            names::write(Letter::E, imported.head.entry)
        ));
        Ok(Exit::Complete)
    }

    fn backup(&mut self, file: &Path) -> anyhow::Result<Exit> {
        let bar = self.terminal.waiting("copying the ledger");
        let copied = keep::backup(self.actor, self.books, file);
        bar.finish_and_clear();
        copied.map_err(queue_failed)?;
        self.terminal.say(&format!("The ledger is copied to {}.", file.display()));
        Ok(Exit::Complete)
    }

    fn imports(&mut self, limit: u32, shape: ShapeArgs) -> anyhow::Result<Exit> {
        let imports = keep::imports(self.actor, self.books, limit).map_err(queue_failed)?;
        if shape.is_json() {
            return despite_pipe(
                json(self.terminal, |out| serde_json::to_writer_pretty(out, &imports)),
                Exit::Complete,
            );
        }
        let mut out = self.terminal.out();
        let style = render::style(self.terminal);
        let written = render::imports::write(&mut out, &imports, style).and_then(|()| out.flush());
        despite_pipe(written.map_err(Into::into), Exit::Complete)
    }

    fn role(&mut self, name: Option<String>, role: Option<String>) -> anyhow::Result<Exit> {
        let name = name.unwrap_or_else(|| self.actor.name.clone());
        let mut out = self.terminal.out();
        let Some(word) = role else {
            let role = keep::role(self.actor, self.books, &name).map_err(queue_failed)?;
            match role {
                Some(role) => writeln!(out, "{} is {}.", printable(&name), role.as_str())?,
                None => writeln!(
                    out,
                    "The ledger gives {} no role, so {0} is admin on the command line.",
                    printable(&name)
                )?,
            }
            out.flush()?;
            return Ok(Exit::Complete);
        };
        let role = match word.as_str() {
            "-" => None,
            word => Some(Role::from_word(word).ok_or_else(|| {
                let known = Role::ALL.map(Role::as_str).join(", ");
                usage(anyhow!("«{word}» is no role"), format!("one of: {known}; - takes it away"))
            })?),
        };
        let entry = keep::set_role(self.actor, self.books, &name, role, super::now());
        self.recorded(entry.map_err(queue_failed)?)
    }

    fn retention(&mut self, days: Option<&str>) -> anyhow::Result<Exit> {
        let Some(word) = days else {
            let kept = keep::retention(self.actor, self.books).map_err(queue_failed)?;
            let mut out = self.terminal.out();
            let kept = kept.unwrap_or_else(|| "for ever".to_owned());
            writeln!(out, "The words of reports are kept {}.", printable(&kept))?;
            out.flush()?;
            return Ok(Exit::Complete);
        };
        let days = match word {
            "forever" => None,
            word => Some(word.trim_end_matches('d').parse::<u32>().map_err(|_| {
                let hint = "name days, such as 400d, or forever".to_owned();
                usage(anyhow!("«{word}» is no number of days"), hint)
            })?),
        };
        let entry = keep::set_retention(self.actor, self.books, days, super::now());
        self.recorded(entry.map_err(queue_failed)?)
    }

    fn prune(&mut self) -> anyhow::Result<Exit> {
        let gone = keep::prune(self.actor, self.books, super::now()).map_err(queue_failed)?;
        let texts = plural(gone, "text");
        self.terminal.say(&format!("Took {texts} out; findings, decisions and evidence stay."));
        Ok(Exit::Complete)
    }

    fn recorded(&self, entry: Option<i64>) -> anyhow::Result<Exit> {
        match entry.map(|entry| names::write(Letter::E, entry)) {
            Some(entry) => self
                .terminal
                .say(&format!("Recorded in {entry}; `gabion undo {entry}` takes it back.")),
            None => self.terminal.say("Is so already; no entry was made."),
        }
        Ok(Exit::Complete)
    }
}
