//! `gabion ref end NAME`: what a pull request alone reported ends with it.

use app::books::Mode;
use app::queue::names::{self, Letter};
use app::queue::reference;

use super::books::{open, queue_failed};
use crate::args::Global;
use crate::args::queue::RefCommand;
use crate::exit::Exit;
use crate::terminal::Terminal;

/// Ends it.
pub fn run(command: RefCommand, global: &Global, terminal: &Terminal) -> anyhow::Result<Exit> {
    let RefCommand::End { name, asset, reason } = command;
    let (mut books, actor) = open(global, Mode::Existing, terminal)?;
    let now = super::now();
    let ended = reference::end(&actor, &mut books, &name, asset.as_deref(), &reason.reason, now)
        .map_err(queue_failed)?;
    let entry = match ended.entry {
        Some(entry) => {
            let entry = names::write(Letter::E, entry);
            format!(" ({entry}; `gabion undo {entry}` takes it back)")
        }
        None => String::new(),
    };
    let findings = if ended.closed == 1 { "finding" } else { "findings" };
    terminal.say(&format!("{name} ended: {} {findings} closed{entry}.", ended.closed));
    Ok(Exit::Complete)
}
