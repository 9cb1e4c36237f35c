//! `gabion watch-intel --estate FILE`: which assets do new advisories and signals touch?

use std::io::{self, Write};

use anyhow::anyhow;
use app::estate::place::Place;
use app::estate::watch::{self, WatchError, Watched};
use app::intelligence::Intelligence;
use app::scan::{Request, Scanner, Target};
use formats::text::{due, printable};

use crate::args::{Global, WatchIntelArgs};
use crate::exit::{Exit, despite_pipe, failed, usage};
use crate::terminal::Terminal;
use crate::terminal::style::{NAME, URGENT};

/// Assets named for one package version.
const NAMED: usize = 5;
/// Rows of what was not evaluated that are shown.
const UNTOLD: usize = 20;

/// Tells the news.
pub fn run(args: WatchIntelArgs, global: &Global, terminal: &Terminal) -> anyhow::Result<Exit> {
    let data = super::data_dir(global)?;
    let intelligence = Intelligence::open(&data).map_err(super::intelligence_failed)?;
    let mut request = Request::of(Vec::new());
    request.configs = vec![Target::new(&args.estate)];
    request.policies.clone_from(&args.policy);
    request.max_intel_age = args.max_intel_age;
    let scanner =
        Scanner::new(&request, &intelligence, super::now()).map_err(super::scan_failed)?;
    let place = Place::of(&data, &args.estate);
    let watched = watch::watch(&place, &scanner).map_err(|error| match error {
        WatchError::NothingKept => {
            // The estate file is called by its path; from another folder it is the same estate.
            usage(
                anyhow!(
                    "{}: {error}, for it was not scanned with this data folder",
                    args.estate.display()
                ),
                format!("scan it first: gabion scan --estate {}", args.estate.display()),
            )
        }
        WatchError::Scan(error) => super::scan_failed(error),
        WatchError::Kept(_) => failed(
            anyhow!(error),
            format!("scan it again: gabion scan --estate {}", args.estate.display()),
        ),
    })?;
    let hit = args.fail_on_news && !watched.touched.is_empty();
    let judged = if hit { Exit::Gate } else { Exit::Complete };
    let printed = print(&watched, args.json, terminal);
    // What did not reach the reader is told again.
    if printed.is_ok() && !args.peek {
        watch::remember(&place, &scanner).map_err(|error| {
            failed(error, "the news will be told again; check the data folder".to_owned())
        })?;
    }
    despite_pipe(printed, judged)
}

fn print(watched: &Watched, json: bool, terminal: &Terminal) -> anyhow::Result<()> {
    if json {
        let mut out = io::BufWriter::new(terminal.data());
        serde_json::to_writer_pretty(&mut out, watched).map_err(io::Error::from)?;
        writeln!(out)?;
        return Ok(out.flush()?);
    }
    let mut out = terminal.out();
    let day = formats::text::day(watched.index_built_at);
    match watched.touched.len() {
        0 => writeln!(
            out,
            "Nothing new touches the estate: {}, {} new or changed, index of {day}.",
            counted(watched.assets, "asset", "assets"),
            counted(watched.news, "advisory", "advisories"),
        )?,
        touched => writeln!(
            out,
            "{touched} of {} new or changed touch the estate: {}, index of {day}.",
            counted(watched.news, "advisory", "advisories"),
            counted(watched.assets, "asset", "assets"),
        )?,
    }
    if watched.unread > 0 {
        writeln!(
            out,
            "Of {} something was not read: news of what is there are not told.",
            counted(watched.unread, "target", "targets")
        )?;
    }
    for (number, row) in watched.touched.iter().enumerate() {
        let when = row.due.map_or_else(|| "on the next upgrade".to_owned(), |d| due(watched.at, d));
        let mark = if row.emergency { "EMERGENCY, " } else { "" };
        let style = if row.emergency { URGENT } else { NAME };
        writeln!(out, "\n{:>3}. {style}{mark}{when}{style:#}", number + 1)?;
        writeln!(
            out,
            "     {} ({}): {}",
            printable(&row.advisory),
            row.what.join(", "),
            printable(&row.title)
        )?;
        for package in &row.packages {
            let fixed = match package.fixed_in.as_slice() {
                [] => "no fix published".to_owned(),
                fixed => format!("fixed in {}", fixed.join(", ")),
            };
            let named = package.assets.iter().take(NAMED).map(String::as_str);
            let named = named.collect::<Vec<_>>().join(", ");
            let more = match package.assets.len().saturating_sub(NAMED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            writeln!(
                out,
                "     {} {} ({}), {}: in {}{more}",
                printable(&package.name),
                printable(&package.version),
                printable(&package.ecosystem),
                printable(&fixed),
                printable(&named)
            )?;
        }
    }
    untold(&mut out, watched)?;
    Ok(out.flush()?)
}

/// What the news may touch, and nobody can tell.
fn untold(out: &mut dyn Write, watched: &Watched) -> io::Result<()> {
    if watched.untold.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nNot evaluated, {}:", watched.untold.len())?;
    for row in watched.untold.iter().take(UNTOLD) {
        writeln!(
            out,
            "     {}: {} {} ({}) in {}: {}",
            printable(&row.advisory),
            printable(&row.name),
            printable(&row.version),
            printable(&row.ecosystem),
            counted(row.assets, "asset", "assets"),
            printable(&row.why)
        )?;
    }
    let more = watched.untold.len().saturating_sub(UNTOLD);
    if more > 0 {
        writeln!(out, "     and {more} more (--json)")?;
    }
    Ok(())
}

fn counted(count: u64, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}
