//! `gabion close F-n…`: a person ends findings, with a reason.

use app::books::Mode;
use app::queue::{call, close};

use super::books::{named, open, queue_failed, say};
use crate::args::Global;
use crate::args::queue::{CloseArgs, Ending};
use crate::exit::Exit;
use crate::terminal::Terminal;

/// Closes.
pub fn run(args: CloseArgs, global: &Global, terminal: &Terminal) -> anyhow::Result<Exit> {
    let ending = match args.ending {
        Ending::Fixed => call::Ending::Fixed,
        Ending::NotAffected => call::Ending::NotAffected,
        Ending::Withdrawn => call::Ending::Withdrawn,
        Ending::AssetGone => call::Ending::AssetGone,
    };
    let (mut books, actor) = open(global, Mode::Existing, terminal)?;
    let targets = match &args.asset {
        Some(asset) if args.unseen => {
            let source = args.source.as_deref();
            close::unseen(&actor, &mut books, asset, source).map_err(queue_failed)?
        }
        _ => named(&args.what)?,
    };
    let reason = &args.reason.reason;
    let done = close::close(&actor, &mut books, &targets, ending, reason, super::now());
    say(&done.map_err(queue_failed)?, terminal)
}
