//! `gabion sync`: fetch feeds, build the index, tell its age.
#![expect(
    clippy::disallowed_methods,
    reason = "proxy variables are read from the environment here, once"
)]

use std::io::Write;

use anyhow::anyhow;
use app::feeds::Addresses;
use app::intelligence::{DataDir, Intelligence};
use app::sync::{self, Network, Outcome, Progress, Request, SyncError, status};
use formats::text::{amount, printable};

use crate::args::{Global, SyncArgs};
use crate::exit::{Exit, despite_pipe, failed, usage};
use crate::terminal::Terminal;

/// Syncs, or tells what is there.
pub fn run(args: SyncArgs, global: &Global, terminal: &Terminal) -> anyhow::Result<Exit> {
    let data = super::data_dir(global)?;
    if args.status || args.verify {
        return tell(&data, args.verify, terminal);
    }
    let addresses = match &args.config {
        Some(path) => super::config(path)?.feeds.unwrap_or_default(),
        None => Addresses::default(),
    };
    let request = Request {
        data,
        from: args.from,
        fetched: None,
        ecosystems: (!args.ecosystems.is_empty()).then_some(args.ecosystems),
        addresses,
        network: Network { proxies: proxies(), extra_ca: args.ca_file },
    };
    if args.dry_run {
        return sizes(&request, terminal).map(|_| Exit::Complete);
    }
    let choose = request.from.is_none()
        && request.ecosystems.is_none()
        && !args.yes
        && terminal.interactive();
    if choose {
        sizes(&request, terminal)?;
        if !terminal.ask("Fetch all of these? (or choose with --ecosystems npm,PyPI,…)") {
            return Ok(Exit::Complete);
        }
    }
    sync(&request, terminal)
}

/// The first sync, offered by `scan` on a terminal.
pub fn first(data: &DataDir, terminal: &Terminal) -> anyhow::Result<Exit> {
    let network = Network { proxies: proxies(), extra_ca: None };
    let request = Request {
        data: data.clone(),
        from: None,
        fetched: None,
        ecosystems: None,
        addresses: Addresses::default(),
        network,
    };
    sizes(&request, terminal)?;
    if !terminal.ask("Fetch all of these? (`gabion sync --ecosystems npm,PyPI,…` chooses)") {
        return Ok(Exit::Failed);
    }
    sync(&request, terminal)
}

fn proxies() -> app::sync::Proxies {
    app::sync::Proxies::from_variables(&|name| std::env::var(name).ok())
}

fn sync(request: &Request, terminal: &Terminal) -> anyhow::Result<Exit> {
    let bar = terminal.progress();
    let outcome = sync::sync(request, super::now(), &mut |progress| {
        let (position, length, message) = match progress {
            Progress::Downloading { feed, received, total: Some(total) } => {
                (received, total, format!("fetching {feed}: {} of {}", size(received), size(total)))
            }
            Progress::Downloading { feed, received, total: None } => {
                (0, 1, format!("fetching {feed}: {}", size(received)))
            }
            Progress::Reading { feed, number, of } => {
                (number as u64, of as u64, format!("reading {feed} ({} of {of})", number + 1))
            }
            Progress::Writing => (1, 1, "writing the index".to_owned()),
        };
        bar.set_length(length);
        bar.set_position(position);
        bar.set_message(printable(&message).into_owned());
        bar.tick();
    });
    bar.finish_and_clear();
    let outcome = outcome.map_err(|error| told(error, request))?;
    let judged = if outcome.complete() { Exit::Complete } else { Exit::Incomplete };
    despite_pipe(summary(&outcome, terminal), judged)
}

fn told(error: SyncError, request: &Request) -> anyhow::Error {
    let kept = if request.data.index().exists() {
        "the earlier index is untouched"
    } else {
        "there is no index yet"
    };
    let hint = match &error {
        SyncError::Running(_) => {
            "wait for it to end; the lock goes away with its process".to_owned()
        }
        SyncError::NoAdvisories { .. } | SyncError::Folder { .. } => {
            return usage(
                error,
                format!(
                    "--from takes a folder with osv/, kev/, epss/, exploits/ and cve/ in it; {kept}"
                ),
            );
        }
        SyncError::NothingFetched { failed } => {
            let shown = failed
                .iter()
                .take(3)
                // One line each, whatever a server put into its answer.
                .map(|(feed, why)| printable(&format!("{feed}: {why}")).into_owned())
                .collect::<Vec<_>>()
                .join("\n  ");
            format!(
                "{kept}; check network and proxy (HTTPS_PROXY, --ca-file), or use --from DIR\n  {shown}"
            )
        }
        _ => kept.to_owned(),
    };
    failed(error, hint)
}

fn summary(outcome: &Outcome, terminal: &Terminal) -> anyhow::Result<()> {
    let meta = &outcome.built.meta;
    let counts = meta.counts;
    let mut out = terminal.out();
    writeln!(
        out,
        "Index built: {} advisories for {} packages, {} KEV entries, {} EPSS scores, {} CVEs with public exploits; {}.",
        counts.advisories,
        counts.packages,
        counts.kev,
        counts.epss,
        counts.exploits,
        size(outcome.built.bytes)
    )?;
    writeln!(out, "  {}", printable(&outcome.index.to_string_lossy()))?;
    let partial: Vec<&str> =
        meta.coverage.iter().filter(|(_, c)| !c.complete).map(|(n, _)| n.as_str()).collect();
    if !partial.is_empty() {
        writeln!(
            out,
            "Partial, so «no match» there is «not evaluated»: {}.",
            printable(&partial.join(", "))
        )?;
    }
    for (feed, why) in outcome.not_fetched.iter().chain(&outcome.built.failed) {
        writeln!(out, "Not taken: {}: {}", printable(feed), printable(why))?;
    }
    if meta.problems_total > 0 {
        writeln!(
            out,
            "Not read: {} records; the first are listed by `gabion sync --status -v`.",
            meta.problems_total
        )?;
    }
    out.flush()?;
    Ok(())
}

/// Ages of the feeds and coverage of the ecosystems; with `verify`, every block is checked first.
fn tell(data: &DataDir, verify: bool, terminal: &Terminal) -> anyhow::Result<Exit> {
    let intelligence = Intelligence::open(data).map_err(super::intelligence_failed)?;
    let index = intelligence.index().map_err(super::intelligence_failed)?;
    let mut out = terminal.out();
    if verify {
        index.verify().map_err(|e| super::intelligence_failed(intelligence.unusable(e)))?;
        writeln!(out, "Every block of {} is intact.", data.index().display())?;
        out.flush()?;
        return Ok(Exit::Complete);
    }
    let now = super::now();
    let intel = status::intel(index.meta(), now);
    let old = intel
        .sources
        .iter()
        .filter(|s| s.age_hours.is_none_or(|h| h > status::SAID_AFTER_HOURS))
        .count();
    let built = amount(now.duration_since(intel.built_at).as_secs().max(0));
    writeln!(
        out,
        "{} feeds, {old} older than 24 h; index built {built} ago.\n",
        intel.sources.len()
    )?;
    writeln!(out, "{:<24} {:>9}  {:<20} {:>9}", "FEED", "AGE", "AS OF", "RECORDS")?;
    for source in &intel.sources {
        let age = source.age_hours.map_or_else(|| "unknown".to_owned(), |h| amount(h * 3600));
        let as_of =
            source.as_of.map_or_else(String::new, |t| t.strftime("%Y-%m-%d %H:%M UTC").to_string());
        writeln!(
            out,
            "{:<24} {age:>9}  {as_of:<20} {:>9}",
            printable(&source.feed),
            source.records
        )?;
    }
    writeln!(out, "\n{:<24} {:>9}  COVERAGE", "ECOSYSTEM", "RECORDS")?;
    for row in &intel.coverage {
        let word = if row.complete { "complete" } else { "partial" };
        writeln!(out, "{:<24} {:>9}  {word}", printable(&row.ecosystem), row.records)?;
    }
    let meta = index.meta();
    if meta.problems_total > 0 {
        writeln!(out, "\n{} records could not be read:", meta.problems_total)?;
        let most = if terminal.verbose { meta.problems.len() } else { 5 };
        for problem in meta.problems.iter().take(most) {
            writeln!(out, "  {}: {}", printable(&problem.file), printable(&problem.what))?;
        }
    }
    out.flush()?;
    Ok(Exit::Complete)
}

fn sizes(request: &Request, terminal: &Terminal) -> anyhow::Result<u64> {
    if request.from.is_some() {
        return Err(usage(
            anyhow!("--dry-run asks the network; with --from nothing is fetched"),
            None,
        ));
    }
    let sizes = sync::sizes(request).map_err(|e| told(e, request))?;
    let mut out = terminal.out();
    let mut total = 0;
    writeln!(out, "{:<32} {:>10}", "ECOSYSTEM", "SIZE")?;
    for (name, bytes) in &sizes {
        total += bytes.unwrap_or(0);
        writeln!(
            out,
            "{:<32} {:>10}",
            printable(name),
            bytes.map_or_else(|| "unknown".to_owned(), size)
        )?;
    }
    writeln!(
        out,
        "{:<32} {:>10}  (and about 30 MB of KEV, EPSS, exploit and CVE feeds)",
        "all",
        size(total)
    )?;
    out.flush()?;
    Ok(total)
}

/// Bytes for people, in decimal units.
fn size(bytes: u64) -> String {
    match bytes {
        b if b >= 1_000_000_000 => format!("{:.1} GB", b as f64 / 1e9),
        b if b >= 1_000_000 => format!("{:.1} MB", b as f64 / 1e6),
        b if b >= 1_000 => format!("{:.0} kB", b as f64 / 1e3),
        b => format!("{b} B"),
    }
}
