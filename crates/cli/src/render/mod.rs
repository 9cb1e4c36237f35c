//! From one report value to the formats people asked for, and to the exit code.

mod beside;
mod estate;
pub mod explain;
pub mod fix;
mod github;
mod gitlab;
pub mod import;
pub mod imports;
mod junit;
mod openvex;
mod outputs;
mod page;
pub mod policy_diff;
pub mod policy_show;
pub mod queue;
mod sarif;
mod sheet;
pub mod show;
pub mod stats;
pub mod table;
mod vdr;
pub mod verify;
mod words;

use std::io::{self, BufWriter, Write};

use anyhow::Context;
use app::estate::EstateReport;
use app::report::Report;
use formats::sbom::{Bill, Problem, Provenance};

pub use beside::replace;
pub use outputs::{Outputs, name, outputs};

use crate::args::{Format, OutputArgs};
use crate::exit::{Exit, despite_pipe, failed};
use crate::terminal::Terminal;

/// What a command found: what every format is made of.
pub struct Found {
    /// The scan's result.
    pub report: Report,
    /// Every component, when a format that was asked for lists them ([`Outputs::want_bill`]).
    pub bill: Option<Bill>,
    /// What was scanned, in the words of who asked.
    pub name: String,
}

/// The style of a table on standard output.
pub fn style(terminal: &Terminal) -> table::Style {
    table::Style { limit: 0, verbose: terminal.verbose, colour: true, width: terminal.width }
}

/// Writes the report to the files, then to standard output, and gives the judgement, which was made
/// before: a reader that goes away must not turn a gate that was hit into success. The program ends
/// next, so the report is not taken apart again.
pub fn show(
    found: Found,
    args: &OutputArgs,
    outputs: &Outputs,
    terminal: &Terminal,
) -> anyhow::Result<Exit> {
    let mut found = std::mem::ManuallyDrop::new(found);
    say_holes(&mut found);
    let found = &*found;
    for (format, path) in &outputs.files {
        // A file is no terminal: no colour, and everything in it.
        let plain = table::Style { limit: 0, verbose: true, colour: false, width: 100 };
        beside::replace(path, &mut |out| write(out, found, *format, plain))
            .with_context(|| format!("cannot write {}", path.display()))
            .map_err(|e| match crate::exit::of(&e) {
                Exit::Usage => e,
                _ => failed(e, "check the folder and its permissions".to_owned()),
            })?;
    }
    let report = &found.report;
    let judged = judge(report, args);
    let written = print(found, args, outputs.stdout, terminal);
    if outputs.stdout != Format::Table {
        report.warnings.iter().for_each(|warning| terminal.warn(warning));
    }
    if !report.complete && judged == Exit::Complete {
        terminal.warn("the scan is incomplete; allowed by --allow-incomplete");
    }
    despite_pipe(written, judged)
}

/// Writes the report of an estate; to a terminal as the arguments say, else whole and without colour.
pub fn estate(
    out: &mut dyn Write,
    report: &EstateReport,
    format: Format,
    shown: Option<(&OutputArgs, &Terminal)>,
    name: &str,
) -> anyhow::Result<()> {
    if format == Format::Json {
        serde_json::to_writer_pretty(&mut *out, report).map_err(io::Error::from)?;
        out.write_all(b"\n")?;
        return Ok(());
    }
    let style = match shown {
        None => table::Style { limit: 0, verbose: true, colour: false, width: 100 },
        Some((args, terminal)) => table::Style {
            limit: args.limit,
            verbose: terminal.verbose,
            colour: true,
            width: terminal.width,
        },
    };
    Ok(estate::write(out, report, style, name)?)
}

fn print(
    found: &Found,
    args: &OutputArgs,
    format: Format,
    terminal: &Terminal,
) -> anyhow::Result<()> {
    let style = table::Style {
        limit: args.limit,
        verbose: terminal.verbose,
        colour: true,
        width: terminal.width,
    };
    if format == Format::Table {
        let mut out = terminal.out();
        write(&mut out, found, format, style)?;
        Ok(out.flush()?)
    } else {
        // Data has no colours to take out.
        let mut out = terminal.data();
        write(&mut out, found, format, style)?;
        Ok(out.flush()?)
    }
}

fn write(
    out: &mut dyn Write,
    found: &Found,
    format: Format,
    style: table::Style,
) -> anyhow::Result<()> {
    let report = &found.report;
    match format {
        Format::Table => table::write(out, report, style, &found.name)?,
        Format::Json => {
            // A buffer of a known type: the serialiser writes a few bytes at a time, and a call through
            // `dyn Write` for each would cost more than the bytes.
            let mut out = BufWriter::with_capacity(1 << 16, out);
            // As an error of the stream it is, so that a broken pipe is known for one.
            serde_json::to_writer_pretty(&mut out, report).map_err(io::Error::from)?;
            out.write_all(b"\n")?;
            out.flush()?;
        }
        Format::Sarif => formats::sarif::write(&sarif::log(report), out)?,
        Format::Markdown => {
            let page = page::page(report, &found.name);
            out.write_all(formats::page::markdown::render(&page).as_bytes())?;
        }
        Format::Html => formats::page::html::write(&page::page(report, &found.name), out)?,
        Format::Junit => formats::junit::write(&junit::suites(report), report.scanned_at, out)?,
        Format::Github => formats::workflow::write(&github::annotations(report), out)?,
        Format::Gitlab => formats::gitlab::write(&gitlab::log(report), out)?,
        Format::Cyclonedx => {
            let (bill, provenance) = bill(found, format)?;
            formats::sbom::write_cyclonedx(bill, &provenance, out)?;
        }
        Format::Spdx => {
            let (bill, provenance) = bill(found, format)?;
            formats::sbom::write_spdx(bill, &provenance, out)?;
        }
        Format::Openvex => openvex::write(report, out)?,
        Format::CyclonedxVex => vdr::write(report, out)?,
    }
    Ok(())
}

/// A bill of a scan that could not read everything lacks components, and has to say so. One that was
/// read and not evaluated lacks nothing.
fn say_holes(found: &mut Found) {
    let Some(bill) = &mut found.bill else { return };
    let unread = found.report.not_read.iter().map(|row| Problem {
        line: row.line,
        place: row.path.clone(),
        what: row.problem.clone(),
    });
    let unrecognised = found.report.unrecognised.iter().map(|path| Problem {
        line: 0,
        place: path.clone(),
        what: "looks like a manifest and no reader knows it".to_owned(),
    });
    let left_out =
        found.report.left_out().map(|what| Problem { line: 0, place: String::new(), what });
    bill.problems.extend(unread.chain(unrecognised).chain(left_out));
}

/// The bill, and who writes it when. Its serial is made of what it says, so two bills that differ have
/// two serials, without chance.
fn bill(found: &Found, format: Format) -> anyhow::Result<(&Bill, Provenance)> {
    let bill = found.bill.as_ref().ok_or_else(|| outputs::unavailable(format))?;
    let made = found.report.scanned_at;
    let key = format!("{format:?} {} {made} {bill:?}", found.name);
    let provenance = Provenance {
        tool_version: found.report.gabion.clone(),
        timestamp: made.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        serial: format!("urn:uuid:{}", formats::gitlab::uuid(&key)),
    };
    Ok((bill, provenance))
}

/// The exit code: the gate beats incompleteness, so that a pipeline that asked for it learns of it.
fn judge(report: &Report, args: &OutputArgs) -> Exit {
    if args.fail_on.iter().any(|gate| gate.is_hit(report)) {
        return Exit::Gate;
    }
    if report.complete || args.allow_incomplete { Exit::Complete } else { Exit::Incomplete }
}

#[cfg(test)]
mod tests;
