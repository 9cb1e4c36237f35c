//! From one report value to the formats people asked for, and to the exit code.

mod beside;
pub mod explain;
mod sarif;
mod table;

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use anyhow::{Context, anyhow};
use app::report::Report;
use clap::ValueEnum;

use crate::args::{Format, OutputArgs};
use crate::exit::{Exit, despite_pipe, failed, usage};
use crate::terminal::Terminal;

/// A format and the file it goes to.
pub type Output = (Format, PathBuf);

/// Reads the `-o FORMAT=FILE` options.
pub fn outputs(args: &OutputArgs) -> anyhow::Result<Vec<Output>> {
    args.outputs.iter().map(|text| output(text)).collect()
}

fn output(text: &str) -> anyhow::Result<Output> {
    let expected = "expected FORMAT=FILE with table, json or sarif, such as -o sarif=gabion.sarif";
    let (format, file) =
        text.split_once('=').ok_or_else(|| usage(anyhow!("-o «{text}»"), expected.to_owned()))?;
    let format = Format::from_str(format, true)
        .map_err(|_| usage(anyhow!("-o «{text}»"), expected.to_owned()))?;
    if file.is_empty() {
        return Err(usage(anyhow!("-o «{text}»"), expected.to_owned()));
    }
    Ok((format, PathBuf::from(file)))
}

/// Writes the report to the files, then to standard output, and gives the judgement, which was made
/// before: a reader that goes away must not turn a gate that was hit into success. The program ends
/// next, so the report is not taken apart again.
pub fn show(
    report: Report,
    args: &OutputArgs,
    outputs: &[Output],
    name: &str,
    terminal: &Terminal,
) -> anyhow::Result<Exit> {
    let report = &*std::mem::ManuallyDrop::new(report);
    for (format, path) in outputs {
        // A file is no terminal: no colour, and everything in it.
        let plain = table::Style { limit: 0, verbose: true, colour: false, width: 100 };
        beside::replace(path, &mut |out| write(out, report, *format, plain, name))
            .with_context(|| format!("cannot write {}", path.display()))
            .map_err(|e| failed(e, "check the folder and its permissions".to_owned()))?;
    }
    let judged = judge(report, args);
    let written = print(report, args, name, terminal);
    if args.format != Format::Table {
        report.warnings.iter().for_each(|warning| terminal.warn(warning));
    }
    if !report.complete && judged == Exit::Complete {
        terminal.warn("the scan is incomplete; allowed by --allow-incomplete");
    }
    despite_pipe(written, judged)
}

fn print(
    report: &Report,
    args: &OutputArgs,
    name: &str,
    terminal: &Terminal,
) -> anyhow::Result<()> {
    let style = table::Style {
        limit: args.limit,
        verbose: terminal.verbose,
        colour: true,
        width: terminal.width,
    };
    if args.format == Format::Table {
        let mut out = terminal.out();
        write(&mut out, report, args.format, style, name)?;
        Ok(out.flush()?)
    } else {
        // Data has no colours to take out.
        let mut out = terminal.data();
        write(&mut out, report, args.format, style, name)?;
        Ok(out.flush()?)
    }
}

fn write(
    out: &mut dyn Write,
    report: &Report,
    format: Format,
    style: table::Style,
    name: &str,
) -> anyhow::Result<()> {
    match format {
        Format::Table => table::write(out, report, style, name)?,
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
    }
    Ok(())
}

/// The exit code: the gate beats incompleteness, so that a pipeline that asked for it learns of it.
fn judge(report: &Report, args: &OutputArgs) -> Exit {
    if args.fail_on.iter().any(|gate| gate.is_hit(report)) {
        return Exit::Gate;
    }
    if report.complete || args.allow_incomplete { Exit::Complete } else { Exit::Incomplete }
}

#[cfg(test)]
mod tests {
    //! Every format whole, from the demo at a fixed instant: what a user sees, changed only on purpose.

    use app::report::Report;
    use clap::ValueEnum;

    use super::{table, write};
    use crate::args::Format;

    fn demo() -> Report {
        let now = vocab::instant::parse("2026-11-21T10:00:00Z").expect("an instant");
        app::demo::demo(now).expect("the demo")
    }

    fn rendered(format: Format, width: usize) -> String {
        let style = table::Style { limit: 0, verbose: false, colour: false, width };
        let mut out = Vec::new();
        write(&mut out, &demo(), format, style, "demo").expect("written");
        String::from_utf8(out).expect("text").replace(env!("CARGO_PKG_VERSION"), "VERSION")
    }

    #[test]
    fn each_format_of_the_demo_is_as_it_was() {
        for format in Format::value_variants() {
            let name = format!("demo.{}", format.to_possible_value().expect("a name").get_name());
            insta::assert_snapshot!(name, rendered(*format, 80));
        }
    }

    #[test]
    fn nothing_in_a_fix_steers_the_terminal() {
        let hostile = || "x\u{1b}[2J\u{202e}\n".to_owned();
        let mut report = demo();
        for fix in &mut report.fixes {
            fix.to = Some(hostile());
            fix.brings = vec![hostile()];
            fix.step = "patch".to_owned();
            fix.ecosystem = hostile();
        }
        for finding in &mut report.findings {
            finding.origin = Some(hostile());
        }
        let style = table::Style { limit: 0, verbose: true, colour: false, width: 80 };
        let mut out = Vec::new();
        write(&mut out, &report, Format::Table, style, "demo").expect("written");
        let text = String::from_utf8(out).expect("text");
        assert!(text.contains("brings"), "{text}");
        assert_eq!(text.find(['\u{1b}', '\u{202e}']), None, "{text}");
    }

    #[test]
    fn the_table_keeps_to_its_columns_but_for_commands() {
        for width in [40, 80, 120] {
            let table = rendered(Format::Table, width);
            let long =
                table.lines().filter(|l| !l.contains(" $ ") && l.chars().count() > width.max(60));
            assert_eq!(long.collect::<Vec<_>>(), Vec::<&str>::new(), "{width}");
        }
    }
}
