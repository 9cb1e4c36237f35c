//! `gabion reopen F-n…`: findings are open again, with their first start.

use app::books::Mode;
use app::queue::reopen;

use super::books::{named, open, queue_failed, say};
use crate::args::Global;
use crate::args::queue::ReopenArgs;
use crate::exit::Exit;
use crate::terminal::Terminal;

/// Reopens.
pub fn run(args: ReopenArgs, global: &Global, terminal: &Terminal) -> anyhow::Result<Exit> {
    let targets = named(&args.what)?;
    let (mut books, actor) = open(global, Mode::Existing, terminal)?;
    let reason = &args.reason.reason;
    let done = reopen::reopen(&actor, &mut books, &targets, reason, super::now());
    say(&done.map_err(queue_failed)?, terminal)
}
