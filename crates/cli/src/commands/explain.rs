//! `gabion explain ID [PATH…]`: all that is known of one advisory, and why its date is what it is.

use std::io::{self, Write};

use anyhow::anyhow;
use app::explain::Explanation;
use app::intelligence::Intelligence;
use app::scan::Target;
use vocab::Instant;

use crate::args::{ExplainArgs, Global};
use crate::exit::{Exit, despite_pipe, usage};
use crate::render;
use crate::terminal::Terminal;

/// Explains.
pub fn run(args: ExplainArgs, global: &Global, terminal: &Terminal) -> anyhow::Result<Exit> {
    let now = super::now();
    let data = super::data_dir(global)?;
    let intelligence = Intelligence::open(&data).map_err(super::intelligence_failed)?;
    let report = if args.paths.is_empty() {
        None
    } else {
        let targets = args.paths.iter().map(Target::new).collect();
        let mut request = super::request(&args.reading, targets)?;
        request.memory = super::books::memory(global, terminal)?;
        request.sightings = Some(data.clone());
        Some(app::scan::scan(&request, &intelligence, now).map_err(super::scan_failed)?)
    };
    let explanation = app::explain::explain(&args.id, &intelligence, report.as_ref())
        .map_err(super::intelligence_failed)?;
    let Some(explanation) = explanation else {
        let hint = "ids are like CVE-2021-44228, GHSA-jfh8-c2jp-5v3q or RUSTSEC-2021-0079; `gabion sync --status` tells what the index holds";
        return Err(usage(
            anyhow!("the index knows nothing called «{}»", args.id),
            hint.to_owned(),
        ));
    };
    let incomplete = report.is_some_and(|r| !r.complete);
    let judged = if incomplete { Exit::Incomplete } else { Exit::Complete };
    despite_pipe(print(&explanation, args.json, now, terminal), judged)
}

fn print(
    explanation: &Explanation,
    json: bool,
    now: Instant,
    terminal: &Terminal,
) -> anyhow::Result<()> {
    if json {
        let mut out = terminal.data();
        serde_json::to_writer_pretty(&mut out, explanation).map_err(io::Error::from)?;
        writeln!(out)?;
        Ok(out.flush()?)
    } else {
        let mut out = terminal.out();
        render::explain::write(&mut out, explanation, now, terminal)?;
        Ok(out.flush()?)
    }
}
