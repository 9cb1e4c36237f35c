//! The figures for people: the answer, then each figure with what it follows from.

use std::io::{self, Write};

use app::queue::call::reason_words;
use app::queue::stats::{Stats, Week};
use formats::page::words::plural;
use formats::text::{amount, day, printable};

use super::sheet::Sheet;
use super::table::Style;
use crate::terminal::style::{FAINT, URGENT};

/// Columns of the bars.
const BAR: u64 = 24;

/// Writes them.
pub fn write(out: &mut dyn Write, stats: &Stats, style: Style) -> io::Result<()> {
    let mut sheet = Sheet::new(out, style);
    if stats.opened == 0 {
        sheet.paragraph(0, "The ledger holds no finding yet, so there is nothing to compute.")?;
        return sheet.paragraph(0, "`gabion import REPORT --asset NAME` takes a first report in.");
    }
    let overdue: u64 = stats.overdue.iter().map(|row| row.findings).sum();
    let rate =
        stats.closure_rate.map(|rate| format!(", {:.0} % of {}", rate * 100.0, stats.opened));
    let closed: u64 = stats.closed.values().sum();
    let late = sheet.paint(URGENT, &format!("{overdue} overdue"));
    let late = if overdue > 0 { format!(", {late}") } else { String::new() };
    let accepted = match stats.accepted {
        0 => String::new(),
        accepted => format!(" ({accepted} accepted for now)"),
    };
    sheet.paragraph(
        0,
        &format!(
            "{} open{accepted}{late}; {closed} closed{}.",
            plural(stats.open, "finding"),
            rate.unwrap_or_default()
        ),
    )?;
    gaps(&mut sheet, stats)?;
    weeks(&mut sheet, stats)?;
    owners(&mut sheet, stats)?;
    if !stats.closed.is_empty() {
        sheet.head("Closed as")?;
        for (reason, count) in &stats.closed {
            let words =
                if reason.is_empty() { "not said".to_owned() } else { reason_words(reason) };
            sheet.line(&format!("  {:<24}{count:>9}", printable(&words)))?;
        }
    }
    sheet.gap()?;
    let head = stats.head.get(..12).unwrap_or(&stats.head);
    let text = format!("Computed from the entries E-1 to E-{} (head {head}…).", stats.entries);
    let text = sheet.paint(FAINT, &text);
    sheet.paragraph(0, &text)
}

/// The patch gap: how long attackers had.
fn gaps(sheet: &mut Sheet<'_>, stats: &Stats) -> io::Result<()> {
    sheet.head("Patch gap: from «exploit available» to closed as fixed")?;
    if stats.patch_gap.iter().all(|gap| gap.findings == 0) {
        sheet.paragraph(2, "nothing with a known exploit was closed as fixed yet")?;
    } else {
        sheet
            .line(&format!("  {:<10}{:>9}{:>12}{:>12}", "exposure", "findings", "median", "p90"))?;
    }
    let hours = |hours: Option<u32>| match hours {
        Some(hours) => amount(i64::from(hours) * 3_600),
        None => "—".to_owned(),
    };
    for gap in stats.patch_gap.iter().filter(|gap| gap.findings > 0) {
        let (median, p90) = (hours(gap.median), hours(gap.p90));
        sheet.line(&format!("  {:<10}{:>9}{median:>12}{p90:>12}", gap.exposure, gap.findings))?;
    }
    let waiting = stats.exploited_open;
    if waiting.findings > 0 {
        let longest = amount(i64::from(waiting.longest) * 3_600);
        let what = plural(waiting.findings, "open finding");
        let text = format!("{what} with a known exploit, the longest for {longest}");
        sheet.paragraph(2, &text)?;
    }
    Ok(())
}

fn weeks(sheet: &mut Sheet<'_>, stats: &Stats) -> io::Result<()> {
    sheet.head("By week: first seen against closed")?;
    let most = |of: fn(&Week) -> u64| stats.weeks.iter().map(of).max().unwrap_or(0);
    let most = most(|week| week.arrived).max(most(|week| week.closed)).max(1);
    for week in &stats.weeks {
        // At least one sign where there is something.
        let bar = |count: u64, sign: &str| {
            sign.repeat(usize::try_from((count * BAR).div_ceil(most)).unwrap_or(0))
        };
        let text = format!(
            "  {}{:>8} {:<24} {:>7} {}",
            day(week.from),
            week.arrived,
            bar(week.arrived, "+"),
            week.closed,
            bar(week.closed, "-")
        );
        sheet.line(text.trim_end())?;
    }
    Ok(())
}

fn owners(sheet: &mut Sheet<'_>, stats: &Stats) -> io::Result<()> {
    if stats.overdue.is_empty() {
        return Ok(());
    }
    sheet.head("Overdue by owner")?;
    sheet.line(&format!(
        "  {:<28}{:>9}{:>13}{:>12}",
        "owner", "findings", "emergencies", "longest"
    ))?;
    for row in &stats.overdue {
        let owner = if row.owner.is_empty() { "nobody" } else { &row.owner };
        let owner = formats::text::truncate(owner, 27).into_owned();
        let owner = printable(&owner);
        let longest = amount(i64::from(row.longest) * 3_600);
        let pad = " ".repeat(28_usize.saturating_sub(formats::text::width(&owner)));
        sheet.line(&format!(
            "  {owner}{pad}{:>9}{:>13}{longest:>12}",
            row.findings, row.emergencies
        ))?;
    }
    Ok(())
}
