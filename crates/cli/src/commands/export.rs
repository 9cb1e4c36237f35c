//! `gabion export`: findings as lines, for other programs.

use std::io::Write;

use anyhow::Context;
use app::books::Mode;
use app::queue::export::{self, Form};
use formats::page::words::plural;

use super::books::{open, queue_failed};
use super::queue::filter;
use crate::args::Global;
use crate::args::queue::{self, ExportArgs};
use crate::exit::{Exit, despite_pipe, failed};
use crate::render;
use crate::terminal::Terminal;

/// Writes them.
pub fn run(args: ExportArgs, global: &Global, terminal: &Terminal) -> anyhow::Result<Exit> {
    let now = super::now();
    let filter = filter(&args.filter);
    let form = match args.format {
        queue::Form::Jsonl => Form::Lines,
        queue::Form::Csv => Form::Csv,
    };
    let (mut books, actor) = open(global, Mode::ReadOnly, terminal)?;
    let mut counts = export::Exported::default();
    let mut write = |out: &mut dyn Write| -> anyhow::Result<()> {
        counts =
            export::export(&actor, &mut books, &filter, form, now, out).map_err(queue_failed)?;
        Ok(out.flush()?)
    };
    let written = match &args.output {
        None => write(&mut terminal.data()),
        Some(path) => render::replace(path, &mut write)
            .with_context(|| format!("cannot write {}", path.display()))
            .map_err(|e| match crate::exit::of(&e) {
                Exit::Usage => e,
                _ => failed(e, "check the folder and its permissions".to_owned()),
            }),
    };
    if written.is_ok() {
        let of = plural(counts.seen, "finding");
        terminal.say(&format!("Wrote {} of {of} looked at.", counts.written));
    }
    despite_pipe(written, Exit::Complete)
}
