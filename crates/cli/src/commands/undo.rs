//! `gabion undo E-n`: a decision or a whole import is taken back.

use std::io::Write;

use app::books::Mode;
use app::queue::names::{self, Letter};
use app::queue::undo;
use formats::page::words::plural;
use formats::text::printable;

use super::books::{open, queue_failed};
use crate::args::Global;
use crate::args::queue::UndoArgs;
use crate::exit::Exit;
use crate::terminal::Terminal;

/// Takes it back.
pub fn run(args: UndoArgs, global: &Global, terminal: &Terminal) -> anyhow::Result<Exit> {
    let entry = names::read(Letter::E, &args.entry).map_err(queue_failed)?;
    let (mut books, actor) = open(global, Mode::Existing, terminal)?;
    let undone = undo::undo(&actor, &mut books, entry, super::now()).map_err(queue_failed)?;
    let mut out = terminal.out();
    let name = names::write(Letter::E, entry);
    writeln!(out, "Taken back: {name}, {}.", printable(&undone.what))?;
    for remark in &undone.remarks {
        writeln!(out, "{}", printable(remark))?;
    }
    let changes = plural(undone.changes, "change");
    writeln!(out, "Recorded in {}, with {changes}.", names::write(Letter::E, undone.entry))?;
    out.flush()?;
    Ok(Exit::Complete)
}
