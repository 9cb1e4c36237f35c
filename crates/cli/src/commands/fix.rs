//! `gabion fix PATH…`: what has to be edited so that the fixes hold, shown or written.

use std::io::{self, Write};

use app::fix::report::FixReport;
use app::fix::{FixError, Interrupt, Options, Request};
use app::intelligence::Intelligence;
use app::scan::Target;

use crate::args::{FixArgs, Global};
use crate::exit::{Exit, despite_pipe, failed, usage};
use crate::render;
use crate::terminal::Terminal;

/// Fixes, or shows what would be fixed.
pub fn run(args: FixArgs, global: &Global, terminal: &Terminal) -> anyhow::Result<Exit> {
    let data = super::data_dir(global)?;
    let intelligence = Intelligence::open(&data).map_err(super::intelligence_failed)?;
    let request = Request {
        scan: super::request(&args.reading, args.paths.iter().map(Target::new).collect())?,
        options: Options {
            write: args.write,
            manifest_only: args.manifest_only,
            offline: args.offline,
            allow_dirty: args.allow_dirty,
            seconds: args.tool_timeout,
            work: data.0.join("work"),
        },
        variables: std::env::vars_os().collect(),
        interrupt: Interrupt::listen(),
    };
    let say = |text: &str| terminal.say(&formats::text::printable(text));
    let made = app::fix::fix(&request, &intelligence, super::now(), &say).map_err(fix_failed)?;
    for warning in &made.warnings {
        terminal.warn(warning);
    }
    let judged = if made.complete { Exit::Complete } else { Exit::Incomplete };
    despite_pipe(print(&made, args.json, terminal), judged)
}

fn fix_failed(error: FixError) -> anyhow::Error {
    match error {
        FixError::Scan(error) => super::scan_failed(error),
        FixError::Work(_) => usage(error, "name a folder outside of it with --data-dir".to_owned()),
        FixError::Interrupted(_) => failed(error, None),
    }
}

fn print(made: &FixReport, json: bool, terminal: &Terminal) -> anyhow::Result<()> {
    if json {
        let mut out = terminal.data();
        serde_json::to_writer_pretty(&mut out, made).map_err(io::Error::from)?;
        writeln!(out)?;
        Ok(out.flush()?)
    } else {
        let mut out = terminal.out();
        render::fix::write(&mut out, made, terminal)?;
        Ok(out.flush()?)
    }
}
