//! All that is known of one advisory, for people.

use std::io::{self, Write};

use app::explain::{Cve, Explanation, Record};
use app::report::{Finding, Place};
use formats::text::{day, printable};
use vocab::Instant;

use super::table::{day_or_dash, when, wrap};
use crate::terminal::Terminal;
use crate::terminal::style::NAME;

/// Lines of details shown without `-v`.
const DETAIL_LINES: usize = 12;

/// Writes the explanation.
pub fn write(
    out: &mut dyn Write,
    e: &Explanation,
    now: Instant,
    terminal: &Terminal,
) -> io::Result<()> {
    let title = e
        .records
        .iter()
        .map(|r| r.summary.as_str())
        .find(|s| !s.is_empty())
        .unwrap_or("no advisory for a package is known");
    writeln!(out, "{NAME}{}{NAME:#}: {}", printable(&e.id), printable(title))?;
    paragraph(out, terminal, &format!("One problem, called {}", e.aliases.join(", ")))?;
    due(out, e, now, terminal)?;
    for cve in &e.cves {
        signals(out, cve)?;
    }
    made_from(out, e, terminal)?;
    for record in &e.records {
        advisory(out, record, terminal)?;
    }
    Ok(())
}

/// Which CVEs the records were made from, and which records were made from its CVEs.
fn made_from(out: &mut dyn Write, e: &Explanation, terminal: &Terminal) -> io::Result<()> {
    if !e.upstream.is_empty() {
        let text = format!("Made from {}, whose signals count", shortened(&e.upstream));
        writeln!(out)?;
        paragraph(out, terminal, &text)?;
    }
    if e.downstream.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nRecords made from it:")?;
    for record in &e.downstream {
        let withdrawn = if record.withdrawn.is_some() { ", withdrawn" } else { "" };
        let text = format!(
            "- {} ({}{withdrawn}): {}",
            record.id,
            record.severity.as_str(),
            shortened(&record.packages)
        );
        paragraph(out, terminal, &text)?;
    }
    if e.downstream_more > 0 {
        writeln!(out, "  and {} more", e.downstream_more)?;
    }
    Ok(())
}

/// The first few of many names.
fn shortened(names: &[String]) -> String {
    const SHOWN: usize = 6;
    let first: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

/// Where it is in the scanned paths, and why it has its date or none.
fn due(out: &mut dyn Write, e: &Explanation, now: Instant, terminal: &Terminal) -> io::Result<()> {
    let Some(findings) = &e.findings else { return Ok(()) };
    writeln!(out)?;
    if findings.is_empty() && e.ignored.is_empty() && e.notices.is_empty() {
        let sure = if e.scan_complete == Some(true) {
            ""
        } else {
            "; the scan is incomplete, so this does not say it is absent"
        };
        return writeln!(out, "Not found in the scanned paths{sure}.");
    }
    for f in findings {
        finding(out, f, &when(now, f.due, f.overdue), terminal)?;
    }
    for ignored in &e.ignored {
        let until = format!("ignored until {}", day(ignored.until));
        finding(out, &ignored.finding, &until, terminal)?;
        let rule = format!("ignored by {}: {}", ignored.origin, ignored.reason);
        paragraph(out, terminal, &rule)?;
    }
    for n in &e.notices {
        package(out, (&n.name, &n.version, &n.asset), "a notice, without a clock")?;
        paragraph(out, terminal, &format!("{} ({}) {}", kind(&n.kind), n.advisory, n.title))?;
        paragraph(out, terminal, &format!("at {}", places(&n.places)))?;
    }
    Ok(())
}

/// A notice's kind in words.
pub fn kind(kind: &str) -> &str {
    match kind {
        "first_party" => "bears the name and version of an affected package",
        other => other,
    }
}

fn package(out: &mut dyn Write, named: (&str, &str, &str), what: &str) -> io::Result<()> {
    let (name, version, asset) = named;
    let (name, version) = (printable(name), printable(version));
    writeln!(out, "{NAME}{name} {version}{NAME:#} in {}: {what}", printable(asset))
}

fn finding(out: &mut dyn Write, f: &Finding, what: &str, terminal: &Terminal) -> io::Result<()> {
    package(out, (&f.name, &f.version, &f.asset), what)?;
    paragraph(out, terminal, &f.why)?;
    for other in f.other_clocks.iter() {
        paragraph(out, terminal, &format!("beside it: {}", other.why))?;
    }
    for input in f.inputs.iter() {
        let as_of = input.as_of.map_or_else(String::new, |t| format!(", {}", day(t)));
        let text =
            format!("- {} = {} ({}; {}{as_of})", input.name, input.value, input.how, input.source);
        paragraph(out, terminal, &text)?;
    }
    if let Some(reach) = &f.reach {
        let at = match reach.places.is_empty() {
            true => String::new(),
            false => format!(" ({})", places(&reach.places)),
        };
        paragraph(out, terminal, &format!("sources: {}{at}", reach.detail))?;
    }
    if let Some(statement) = &f.statement {
        paragraph(out, terminal, &format!("stated by the distribution: {statement}"))?;
    }
    if !f.path.is_empty() {
        paragraph(out, terminal, &format!("brought in by {}", f.path.join(" → ")))?;
    }
    paragraph(out, terminal, &format!("at {}", places(&f.places)))?;
    let fixed = if f.fixed_in.is_empty() {
        "no fix is published".to_owned()
    } else {
        format!("fixed in {}", f.fixed_in.join(", "))
    };
    paragraph(out, terminal, &fixed)
}

fn places(places: &[Place]) -> String {
    let shown = places
        .iter()
        .take(5)
        .map(|p| if p.line > 0 { format!("{}:{}", p.path, p.line) } else { p.path.to_string() });
    shown.collect::<Vec<_>>().join(", ")
}

fn signals(out: &mut dyn Write, cve: &Cve) -> io::Result<()> {
    let state = if cve.rejected {
        " (rejected: gives no signals)"
    } else if cve.disputed {
        " (disputed)"
    } else {
        ""
    };
    writeln!(
        out,
        "\n{NAME}{}{NAME:#}{state}, published {}",
        printable(&cve.id),
        day_or_dash(cve.published)
    )?;
    match (cve.kev_added, cve.kev_ransomware) {
        (Some(added), ransomware) => {
            let ransomware =
                if ransomware == Some(true) { ", used in ransomware campaigns" } else { "" };
            writeln!(out, "  KEV      listed since {}{ransomware}", day(added))?;
        }
        _ => writeln!(out, "  KEV      not listed in the copy at hand")?,
    }
    for (seen, what) in &cve.kev_history {
        writeln!(out, "           {}: {}", day(*seen), printable(what))?;
    }
    match (cve.epss, cve.epss_percentile) {
        (Some(score), Some(percentile)) => {
            writeln!(
                out,
                "  EPSS     {:.2} % in 30 days, percentile {:.1} ({})",
                score * 100.0,
                percentile * 100.0,
                day_or_dash(cve.epss_date)
            )?;
        }
        _ => writeln!(out, "  EPSS     no score")?,
    }
    if cve.exploits.is_empty() {
        writeln!(out, "  exploit  none known to be public")?;
    }
    for exploit in &cve.exploits {
        writeln!(
            out,
            "  exploit  {} ({}), {} known, first {}",
            exploit.source,
            exploit.maturity,
            exploit.count,
            day_or_dash(exploit.first)
        )?;
    }
    if let Some(ssvc) = &cve.ssvc {
        let word = |b: Option<bool>, yes: &str, no: &str| {
            b.map_or("unknown".to_owned(), |b| if b { yes.into() } else { no.into() })
        };
        writeln!(
            out,
            "  SSVC     exploitation {}, automatable {}, technical impact {} ({})",
            ssvc.exploitation.unwrap_or("unknown"),
            word(ssvc.automatable, "yes", "no"),
            word(ssvc.total_impact, "total", "partial"),
            day_or_dash(ssvc.as_of)
        )?;
    }
    for vector in &cve.vectors {
        writeln!(out, "  CVSS     {}", printable(vector))?;
    }
    Ok(())
}

fn advisory(out: &mut dyn Write, record: &Record, terminal: &Terminal) -> io::Result<()> {
    let withdrawn = record
        .withdrawn
        .map_or_else(String::new, |w| format!(", withdrawn {} (matches nothing)", day(w)));
    writeln!(
        out,
        "\n{NAME}{}{NAME:#}: {}, {}, published {}, modified {}{withdrawn}",
        printable(&record.id),
        record.kind,
        record.severity.as_str(),
        day_or_dash(record.published),
        day_or_dash(record.modified)
    )?;
    const SHOWN: usize = 8;
    let more = record.packages.len().saturating_sub(SHOWN);
    let packages = record.packages.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    paragraph(out, terminal, &format!("packages: {packages}{more}"))?;
    for line in record.vectors.iter().chain(&record.cwes) {
        paragraph(out, terminal, line)?;
    }
    let lines: Vec<&str> = record.details.lines().collect();
    let most = if terminal.verbose { usize::MAX } else { DETAIL_LINES };
    for line in lines.iter().take(most) {
        paragraph(out, terminal, line)?;
    }
    if lines.len() > most {
        writeln!(out, "  … {} more lines; -v shows all", lines.len() - most)?;
    }
    for reference in record.references.iter().take(if terminal.verbose { usize::MAX } else { 5 }) {
        writeln!(out, "  {}", printable(reference))?;
    }
    Ok(())
}

fn paragraph(out: &mut dyn Write, terminal: &Terminal, text: &str) -> io::Result<()> {
    for line in wrap(&printable(text), terminal.width.saturating_sub(2)) {
        writeln!(out, "  {line}")?;
    }
    Ok(())
}
