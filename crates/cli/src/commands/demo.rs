//! `gabion demo`: a queue from a small invented estate.

use crate::args::DemoArgs;
use crate::exit::{Exit, failed};
use crate::render::{self, Found};
use crate::terminal::Terminal;

/// Shows the demo's queue. It has no components to list, so a bill is refused before anything is done. Its scan is incomplete on purpose, and that is no failure of the demo.
pub fn run(args: DemoArgs, terminal: &Terminal) -> anyhow::Result<Exit> {
    let outputs = render::outputs(&args.output)?;
    outputs.without_bill()?;
    let report = app::demo::demo(super::now()).map_err(|e| {
        failed(e, "the demo needs a writable folder for temporary files (TMPDIR)".to_owned())
    })?;
    terminal.say("An invented estate with invented advisories; next: `gabion sync`, then `gabion scan PATH`.\n");
    let found = Found { report, bill: None, name: "demo".to_owned() };
    let exit = render::show(found, &args.output, &outputs, terminal)?;
    Ok(if exit == Exit::Incomplete { Exit::Complete } else { exit })
}
