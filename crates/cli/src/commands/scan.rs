//! `gabion scan PATH…`: the fixes due, and why.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use app::books::Mode;
use app::intake::record::{Asked, Inventory};
use app::intelligence::{Intelligence, IntelligenceError};
use app::report::Report;
use app::scan::Target;

use crate::args::{Global, ScanArgs};
use crate::exit::{Exit, usage};
use crate::render::{self, Found};
use crate::terminal::Terminal;

fn target(path: &PathBuf) -> Target {
    Target::called(path, called(path))
}

/// How people call a path.
fn called(path: &Path) -> String {
    if path.as_os_str() == "-" {
        "standard input".to_owned()
    } else {
        path.to_string_lossy().into_owned()
    }
}

/// Scans and shows the result.
pub fn run(args: ScanArgs, global: &Global, terminal: &Terminal) -> anyhow::Result<Exit> {
    // What was typed is checked before anything long begins.
    let outputs = render::outputs(&args.output)?;
    super::writable(&outputs)?;
    let targets: Vec<Target> = args.paths.iter().map(target).collect();
    let mut request = super::request(&args.reading, targets)?;
    if args.record && request.from_signal {
        return Err(usage(
            anyhow!(
                "--clock signal cannot be recorded: the queue counts from the later of signal and sighting"
            ),
            "leave --record or --clock signal out".to_owned(),
        ));
    }
    let data = super::data_dir(global)?;
    if args.record {
        // Made first, so that the report is of the ledger that it goes into.
        drop(super::books::open(global, Mode::Create, terminal)?);
    }
    request.memory = super::books::memory(global, terminal)?;
    request.sightings = Some(data.clone());
    let intelligence = match Intelligence::open(&data) {
        Err(IntelligenceError::Absent(_))
            if terminal.interactive()
                && terminal.ask("There is no advisory index yet. Fetch the public feeds now?") =>
        {
            super::sync::first(&data, terminal)?;
            Intelligence::open(&data)
        }
        opened => opened,
    }
    .map_err(super::intelligence_failed)?;
    if let Some(file) = &args.estate {
        return super::estate::run(
            file,
            request,
            &data,
            &intelligence,
            &args.output,
            &outputs,
            terminal,
        );
    }
    let bar = terminal.waiting(&match args.paths.as_slice() {
        [one] => format!("reading {}", called(one)),
        several => format!("reading {} paths", several.len()),
    });
    let scanned = app::scan::scan_whole(&request, &intelligence, super::now());
    bar.finish_and_clear();
    let scanned = scanned.map_err(super::scan_failed)?;
    let bill = outputs.want_bill().then(|| scanned.bill());
    let inventory = args.record.then(|| Inventory::of(&scanned));
    let tables = scanned.asked().to_vec();
    let report = scanned.into_report();
    if let Some(inventory) = inventory {
        let max_intel_age = request.max_intel_age;
        let asked = Asked { inventory: &inventory, tables, max_intel_age };
        record(&report, &asked, &intelligence, global, terminal)?;
    }
    let name = match args.paths.as_slice() {
        // «.» says nothing to whoever reads the report later.
        [one] if one.file_name().is_none() => {
            report.assets.first().map(|a| a.id.clone()).unwrap_or_default()
        }
        [one] => called(one),
        several => format!("{} paths", several.len()),
    };
    render::show(Found { report, bill, name }, &args.output, &outputs, terminal)
}

/// Puts the scan into the queue, and says in a line for each asset what it came to.
fn record(
    report: &Report,
    asked: &Asked<'_>,
    intelligence: &Intelligence,
    global: &Global,
    terminal: &Terminal,
) -> anyhow::Result<()> {
    let (mut books, actor) = super::books::open(global, Mode::Create, terminal)?;
    let now = report.scanned_at;
    let quiet = &mut |_| {};
    let recorded =
        app::intake::record::record(&actor, &mut books, intelligence, report, asked, now, quiet)
            .map_err(super::import::import_failed)?;
    for done in recorded {
        let mut line = format!("recorded: {}", render::import::answer(&done.imported));
        if done.proved > 0 {
            line.push_str(&format!(
                "; {} closed: every instance is at a clear version",
                done.proved
            ));
        }
        if done.proposed > 0 {
            line.push_str(&format!("; {} proposed as closed: no instance is left", done.proposed));
        }
        terminal.say(&formats::text::printable(&line));
        done.imported.remarks.iter().for_each(|remark| terminal.warn(remark));
    }
    Ok(())
}
