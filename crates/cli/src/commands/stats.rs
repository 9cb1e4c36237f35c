//! `gabion stats`: figures out of the record.

use std::io::Write;

use app::books::Mode;
use app::queue::stats;

use super::books::{json, open, queue_failed};
use crate::args::Global;
use crate::args::queue::StatsArgs;
use crate::exit::{Exit, despite_pipe};
use crate::render;
use crate::terminal::Terminal;

/// Shows them.
pub fn run(args: StatsArgs, global: &Global, terminal: &Terminal) -> anyhow::Result<Exit> {
    let (mut books, actor) = open(global, Mode::ReadOnly, terminal)?;
    let stats = stats::stats(&actor, &mut books, super::now()).map_err(queue_failed)?;
    let written = if args.shape.is_json() {
        json(terminal, |out| serde_json::to_writer_pretty(out, &stats))
    } else {
        let mut out = terminal.out();
        let style = render::style(terminal);
        let written = render::stats::write(&mut out, &stats, style).and_then(|()| out.flush());
        written.map_err(Into::into)
    };
    despite_pipe(written, Exit::Complete)
}
