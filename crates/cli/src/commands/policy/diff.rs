//! `gabion policy diff`: what two tables judge differently, and which dates move.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::anyhow;
use app::intelligence::Intelligence;
use app::policy_diff::{self, EarlierReport, PolicyDiff, PolicyDiffError};
use app::scan::Target;

use crate::args::{Global, PolicyDiffArgs};
use crate::commands;
use crate::exit::{Exit, despite_pipe, usage};
use crate::render;
use crate::terminal::Terminal;

/// Compares and shows.
pub fn run(args: PolicyDiffArgs, global: &Global, terminal: &Terminal) -> anyhow::Result<Exit> {
    let now = commands::now();
    let found = compare(&args, global, now)?;
    let scanned = !args.on.is_empty();
    let incomplete = scanned && [&found.from, &found.to].iter().any(|c| c.complete == Some(false));
    let judged = match (args.fail_on_later && found.is_later(), incomplete) {
        (true, _) => Exit::Gate,
        (false, true) => Exit::Incomplete,
        (false, false) => Exit::Complete,
    };
    despite_pipe(print(&found, args.json, terminal), judged)
}

fn compare(
    args: &PolicyDiffArgs,
    global: &Global,
    now: vocab::Instant,
) -> anyhow::Result<PolicyDiff> {
    if !args.reading.policy.is_empty() {
        let hint = "the tables are FROM and TO; leave --policy out".to_owned();
        return Err(usage(anyhow!("--policy says nothing here"), hint));
    }
    let (from, to) = match (&args.reports, &args.from, &args.to) {
        (Some(files), ..) => return reports(files),
        (None, Some(from), Some(to)) => (from, to),
        _ => {
            let hint = "name two tables, or --reports OLD NEW".to_owned();
            return Err(usage(anyhow!("there is nothing to compare"), hint));
        }
    };
    if args.on.is_empty() {
        return policy_diff::tables(from, to).map_err(told);
    }
    let targets = args.on.iter().map(Target::new).collect();
    let request = commands::request(&args.reading, targets)?;
    let intelligence =
        Intelligence::open(&commands::data_dir(global)?).map_err(commands::intelligence_failed)?;
    policy_diff::on(from, to, &request, &intelligence, now).map_err(told)
}

fn reports(files: &[PathBuf]) -> anyhow::Result<PolicyDiff> {
    let [old, new] = files else {
        return Err(usage(anyhow!("--reports takes two files"), None));
    };
    let load = |path| EarlierReport::load(path).map_err(|e| told(e.into()));
    Ok(policy_diff::findings(&load(old)?, &load(new)?))
}

fn told(error: PolicyDiffError) -> anyhow::Error {
    let hint = match &error {
        PolicyDiffError::Policy(_) => {
            "`gabion policy show` lists the built-in ones; `gabion policy check FILE` shows what is wrong with a table"
        }
        PolicyDiffError::Tables(_) => "compare what they do to findings: --on PATH",
        PolicyDiffError::Report(_) => "a report is what `gabion scan --format json` wrote",
        PolicyDiffError::Scan(_) => "",
    };
    match error {
        PolicyDiffError::Scan(error) => commands::scan_failed(error),
        other => usage(other, hint.to_owned()),
    }
}

fn print(found: &PolicyDiff, json: bool, terminal: &Terminal) -> anyhow::Result<()> {
    if json {
        let mut out = terminal.data();
        serde_json::to_writer_pretty(&mut out, found).map_err(io::Error::from)?;
        writeln!(out)?;
        return Ok(out.flush()?);
    }
    let mut out = terminal.out();
    let style = render::policy_diff::Style { width: terminal.width, verbose: terminal.verbose };
    render::policy_diff::write(&mut out, found, style)?;
    Ok(out.flush()?)
}
