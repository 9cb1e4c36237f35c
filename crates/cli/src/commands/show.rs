//! `gabion show F-n|X-n`: all that is known of one finding or fix.

use std::io::Write;

use app::books::Mode;
use app::queue::show;

use super::books::{json, open, queue_failed};
use crate::args::Global;
use crate::args::queue::ShowArgs;
use crate::exit::{Exit, despite_pipe};
use crate::render;
use crate::terminal::Terminal;

/// Shows it.
pub fn run(args: ShowArgs, global: &Global, terminal: &Terminal) -> anyhow::Result<Exit> {
    let (mut books, actor) = open(global, Mode::ReadOnly, terminal)?;
    let what = args.what.join(" ");
    let shown = show::show(&actor, &mut books, &what, super::now()).map_err(queue_failed)?;
    let written = if args.shape.is_json() {
        json(terminal, |out| serde_json::to_writer_pretty(out, &shown))
    } else {
        let mut out = terminal.out();
        let style = render::style(terminal);
        let written = render::show::write(&mut out, &shown, style).and_then(|()| out.flush());
        written.map_err(Into::into)
    };
    despite_pipe(written, Exit::Complete)
}
