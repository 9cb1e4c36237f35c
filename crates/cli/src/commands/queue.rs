//! `gabion queue`: what is due, first things first.

use std::io::Write;

use app::books::Mode;
use app::queue::gated;
use app::queue::list::{self, Request};
use app::queue::names::{self, Letter};
use app::queue::{Filter, views};

use super::books::{json, open, queue_failed};
use crate::args::Global;
use crate::args::queue::{FilterArgs, QueueArgs};
use crate::exit::{Exit, despite_pipe};
use crate::render;
use crate::terminal::Terminal;

/// Lists the queue or its views, or saves one.
pub fn run(args: QueueArgs, global: &Global, terminal: &Terminal) -> anyhow::Result<Exit> {
    let filter = filter(&args.filter);
    let now = super::now();
    if args.save.is_some() || args.forget.is_some() {
        return keep(&args, &filter, global, terminal);
    }
    let (mut books, actor) = open(global, Mode::ReadOnly, terminal)?;
    if args.views {
        let views = views::views(&actor, &mut books).map_err(queue_failed)?;
        if args.shape.is_json() {
            return despite_pipe(
                json(terminal, |out| serde_json::to_writer_pretty(out, &views)),
                Exit::Complete,
            );
        }
        let mut out = terminal.out();
        let written = render::queue::views(&mut out, &views).and_then(|()| out.flush());
        return despite_pipe(written.map_err(Into::into), Exit::Complete);
    }
    let request = Request { filter, view: args.view, skip: args.skip, most: args.limit };
    let mut judged = Exit::Complete;
    for gate in &args.fail_on {
        if gated::is_hit(&actor, &mut books, &request, gate, now).map_err(queue_failed)? {
            judged = Exit::Gate;
        }
    }
    let queue = list::list(&actor, &mut books, request, now).map_err(queue_failed)?;
    let written = if args.shape.is_json() {
        json(terminal, |out| serde_json::to_writer_pretty(out, &queue))
    } else {
        let mut out = terminal.out();
        let style = render::style(terminal);
        let written = render::queue::write(&mut out, &queue, style).and_then(|()| out.flush());
        written.map_err(Into::into)
    };
    despite_pipe(written, judged)
}

fn keep(
    args: &QueueArgs,
    filter: &Filter,
    global: &Global,
    terminal: &Terminal,
) -> anyhow::Result<Exit> {
    let now = super::now();
    let (mut books, actor) = open(global, Mode::Existing, terminal)?;
    let (entry, text) = match (&args.save, &args.forget) {
        (Some(name), _) => (
            views::save(&actor, &mut books, name, filter, now).map_err(queue_failed)?,
            format!("The view {name} is saved: `gabion queue --view {name}` lists it"),
        ),
        (None, name) => {
            let name = name.as_deref().unwrap_or_default();
            let entry = views::forget(&actor, &mut books, name, now).map_err(queue_failed)?;
            (entry, format!("The view {name} is removed"))
        }
    };
    let entry = names::write(Letter::E, entry);
    terminal.say(&format!("{text} ({entry}; `gabion undo {entry}` takes it back)."));
    Ok(Exit::Complete)
}

/// A filter from what was typed.
pub fn filter(args: &FilterArgs) -> Filter {
    let only = [
        (args.overdue, "overdue"),
        (args.due, "due"),
        (args.emergency, "emergency"),
        (args.unowned, "unowned"),
        (args.accepted, "accepted"),
        (args.proposals, "proposals"),
        (args.available, "available"),
        (args.unseen, "unseen"),
    ];
    let only = only.into_iter().filter(|(asked, _)| *asked).map(|(_, word)| word.to_owned());
    let words = |list: &[String]| list.iter().map(|word| word.to_lowercase()).collect();
    Filter {
        assets: args.asset.clone(),
        owners: args.owner.clone(),
        classes: words(&args.class),
        severities: words(&args.severity),
        sources: args.source.clone(),
        exposures: words(&args.exposure),
        only: only.collect(),
        search: args.search.clone().unwrap_or_default(),
        closed: args.closed,
        reference: args
            .reference
            .as_deref()
            .map(app::intake::normal_reference)
            .unwrap_or_default()
            .to_owned(),
    }
}
