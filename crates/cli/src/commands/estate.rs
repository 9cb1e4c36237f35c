//! `gabion scan --estate FILE`: what is due over everything an organisation runs.

use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, anyhow};
use app::estate::place::Place;
use app::estate::{EstateReport, EstateRequest};
use app::intelligence::{DataDir, Intelligence};
use app::scan::Request;
use vocab::Instant;

use crate::args::{Format, OutputArgs};
use crate::exit::{Exit, despite_pipe, failed, usage};
use crate::render::{self, Outputs};
use crate::terminal::Terminal;
use app::gate::Gate;

/// Scans the estate and shows the result.
pub fn run(
    file: &Path,
    settings: Request,
    data: &DataDir,
    intelligence: &Intelligence,
    args: &OutputArgs,
    outputs: &Outputs,
    terminal: &Terminal,
) -> anyhow::Result<Exit> {
    let formats = outputs.files.iter().map(|(format, _)| *format).chain([outputs.stdout]);
    if formats.into_iter().any(|f| !matches!(f, Format::Table | Format::Json)) {
        return Err(usage(
            anyhow!("an estate is written as table or json"),
            "for the other formats, scan its assets by themselves".to_owned(),
        ));
    }
    // Checked here, since an estate without targets would be kept in place of what was scanned before.
    if super::config(file)?.targets.is_empty() {
        return Err(usage(
            anyhow!("{} names no [[target]], so there is nothing to scan", file.display()),
            "add one, such as [[target]] with path = \"services/*\"; docs/CONFIG.md shows more"
                .to_owned(),
        ));
    }
    let now = super::now();
    let bar = terminal.progress();
    let place = Place::of(data, file);
    let request = EstateRequest { file, place: Some(&place), settings };
    let report = app::estate::scan(request, intelligence, now, &|done, total| {
        bar.set_length(total);
        bar.set_position(done);
        if done.is_multiple_of(64) || done == total {
            bar.set_message(format!("{done} of {total} assets"));
        }
    });
    bar.finish_and_clear();
    let report = report.map_err(super::scan_failed)?;
    let name = file.to_string_lossy().into_owned();
    for (format, path) in &outputs.files {
        render::replace(path, &mut |out| render::estate(out, &report, *format, None, &name))
            .with_context(|| format!("cannot write {}", path.display()))
            .map_err(|e| failed(e, "check the folder and its permissions".to_owned()))?;
    }
    let judged = judge(&report, args, now);
    let written = print(&report, args, outputs.stdout, &name, terminal);
    if !report.complete && judged == Exit::Complete {
        terminal.warn("the scan is incomplete; allowed by --allow-incomplete");
    }
    despite_pipe(written, judged)
}

fn print(
    report: &EstateReport,
    args: &OutputArgs,
    format: Format,
    name: &str,
    terminal: &Terminal,
) -> anyhow::Result<()> {
    if format == Format::Table {
        let mut out = terminal.out();
        render::estate(&mut out, report, format, Some((args, terminal)), name)?;
        Ok(out.flush()?)
    } else {
        let mut out = io::BufWriter::with_capacity(1 << 16, terminal.data());
        render::estate(&mut out, report, format, None, name)?;
        Ok(out.flush()?)
    }
}

fn judge(report: &EstateReport, args: &OutputArgs, now: Instant) -> Exit {
    let hit = |gate: &Gate| match gate {
        Gate::Assumed => report.fixes.iter().any(|f| f.assumed),
        Gate::Emergency => report.fixes.iter().any(|f| f.emergency),
        Gate::Overdue => report.fixes.iter().any(|f| f.overdue),
        Gate::DueWithin(hours) => report.fixes.iter().any(|f| {
            let within =
                |due: Instant| due.duration_since(now).as_secs() <= hours.saturating_mul(3600);
            f.overdue || f.due.is_some_and(within)
        }),
        Gate::SeverityAtLeast(least) => report
            .problems
            .iter()
            .any(|p| p.severity >= *least || p.severity == vocab::Severity::Unknown),
        Gate::Any => report.findings > 0,
    };
    if args.fail_on.iter().any(hit) {
        return Exit::Gate;
    }
    if report.complete || args.allow_incomplete { Exit::Complete } else { Exit::Incomplete }
}
