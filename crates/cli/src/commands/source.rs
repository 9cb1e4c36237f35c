//! `gabion source`: what is stated of the sources of an asset.

use std::io::{self, Write};

use app::books::Mode;
use app::queue::names::{self, Letter};
use app::queue::source::{self, Request, Sources, Stated};
use formats::text::printable;

use super::books::{json, open, queue_failed};
use crate::args::Global;
use crate::args::queue::SourceCommand;
use crate::exit::{Exit, despite_pipe};
use crate::render::table::wrap;
use crate::terminal::Terminal;

/// Most findings that are named.
const NAMED: usize = 20;

/// Lists, states or withdraws.
pub fn run(command: SourceCommand, global: &Global, terminal: &Terminal) -> anyhow::Result<Exit> {
    let now = super::now();
    match command {
        SourceCommand::Show { asset, shape } => {
            let (mut books, actor) = open(global, Mode::ReadOnly, terminal)?;
            let sources = source::sources(&actor, &mut books, asset.as_deref());
            let sources = sources.map_err(queue_failed)?;
            let written = if shape.is_json() {
                json(terminal, |out| serde_json::to_writer_pretty(out, &sources))
            } else {
                let mut out = terminal.out();
                list(&mut out, &sources, terminal.width)
                    .and_then(|()| out.flush())
                    .map_err(Into::into)
            };
            despite_pipe(written, Exit::Complete)
        }
        SourceCommand::Set { name, asset, whole: _, kinds, reason } => {
            let (mut books, actor) = open(global, Mode::Existing, terminal)?;
            let request = Request { source: name, asset, kinds, reason: reason.reason };
            let stated = source::set(&actor, &mut books, &request, now).map_err(queue_failed)?;
            let what = format!("The runs of {} on {} are whole", request.source, request.asset);
            terminal.say(&match stated.entry {
                Some(_) => format!("{what}{}", kept(&stated)),
                None => format!("{what}: that is stated already."),
            });
            Ok(Exit::Complete)
        }
        SourceCommand::Unset { name, asset, reopen, reason } => {
            let (mut books, actor) = open(global, Mode::Existing, terminal)?;
            let request = Request { source: name, asset, kinds: Vec::new(), reason: reason.reason };
            let stated =
                source::unset(&actor, &mut books, &request, reopen, now).map_err(queue_failed)?;
            terminal.say(&format!("The statement is withdrawn{}", kept(&stated)));
            if stated.rest_total > 0 {
                terminal.say(&resting(&stated));
            }
            Ok(Exit::Complete)
        }
    }
}

fn kept(stated: &Stated) -> String {
    let entry = stated.entry.map(|entry| names::write(Letter::E, entry)).unwrap_or_default();
    format!(" ({entry}; `gabion undo {entry}` takes it back).")
}

fn resting(stated: &Stated) -> String {
    let named: Vec<&str> = stated.rest.iter().take(NAMED).map(String::as_str).collect();
    let more = match stated.rest_total.saturating_sub(named.len() as u64) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let findings = if stated.rest_total == 1 { "finding was" } else { "findings were" };
    let now = if stated.reopened {
        "open again"
    } else {
        "closed still; --reopen opens them again, `gabion reopen` some of them"
    };
    format!("{} {findings} closed on it, {now}: {}{more}", stated.rest_total, named.join(" "))
}

fn list(out: &mut dyn Write, sources: &Sources, width: usize) -> io::Result<()> {
    if sources.sources.is_empty() {
        return writeln!(out, "Nothing was imported yet.");
    }
    let mut asset = "";
    for source in &sources.sources {
        if source.asset != asset {
            asset = &source.asset;
            writeln!(out, "{}", printable(asset))?;
        }
        let references: Vec<&str> =
            source.references.iter().map(String::as_str).filter(|r| !r.is_empty()).collect();
        let on = match references.as_slice() {
            [] => String::new(),
            references => format!(" on {}", references.join(", ")),
        };
        let stated = match &source.statement {
            None => String::new(),
            Some(statement) if !statement.ended.is_empty() => format!(
                ": the statement E-{} acts no more: another configuration ({})",
                statement.entry, statement.ended
            ),
            Some(statement) => {
                let kinds = match statement.kinds.as_slice() {
                    [] => String::new(),
                    kinds => format!(" for {}", kinds.join(", ")),
                };
                format!(
                    ": whole{kinds}, says {} (E-{}): {}",
                    statement.author, statement.entry, statement.reason
                )
            }
        };
        let line = format!("{}{on}{stated}", source.source);
        for (at, line) in
            wrap(&printable(&line), width.saturating_sub(4).max(20)).iter().enumerate()
        {
            writeln!(out, "{}{line}", if at == 0 { "  " } else { "    " })?;
        }
    }
    Ok(())
}
