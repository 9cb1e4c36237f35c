//! `gabion comment F-n TEXT`: a remark, kept with its author.

use app::books::Mode;
use app::queue::comment;
use app::queue::names::{self, Letter};

use super::books::{open, queue_failed};
use crate::args::Global;
use crate::args::queue::CommentArgs;
use crate::exit::Exit;
use crate::terminal::Terminal;

/// Writes it.
pub fn run(args: CommentArgs, global: &Global, terminal: &Terminal) -> anyhow::Result<Exit> {
    let finding = names::read(Letter::F, &args.finding).map_err(queue_failed)?;
    let (mut books, actor) = open(global, Mode::Existing, terminal)?;
    let text = args.text.join(" ");
    let entry = comment::comment(&actor, &mut books, finding, &text, super::now());
    let entry = names::write(Letter::E, entry.map_err(queue_failed)?);
    terminal.say(&format!("Recorded in {entry}."));
    Ok(Exit::Complete)
}
