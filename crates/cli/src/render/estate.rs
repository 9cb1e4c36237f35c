//! The estate for people: the answer, the actions that are due first with how many assets each holds
//! for, the assets that need most, then what is set aside and what is not known.

use std::io::{self, Write};

use app::estate::{EstateAsset, EstateFix, EstateReport};
use formats::page::words::{nothing, plural, when};
use formats::text::{due, printable};

use super::table::{Style, wrap};
use crate::terminal::style::{CAUTION, FAINT, NAME, URGENT};

/// Assets named for one action.
const NAMED: usize = 3;
/// Versions named for one action.
const VERSIONS: usize = 4;

/// Writes the table.
pub fn write(
    out: &mut dyn Write,
    report: &EstateReport,
    style: Style,
    name: &str,
) -> io::Result<()> {
    let mut page = Page { out, style, report };
    page.answer(name)?;
    page.warnings()?;
    page.fixes()?;
    page.assets()?;
    page.aside()?;
    page.unknown()?;
    page.sources()
}

struct Page<'a> {
    out: &'a mut dyn Write,
    style: Style,
    report: &'a EstateReport,
}

impl Page<'_> {
    fn paint(&self, style: anstyle::Style, text: &str) -> String {
        if self.style.colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    fn answer(&mut self, name: &str) -> io::Result<()> {
        let report = self.report;
        let assets = plural(report.assets.len() as u64, "asset");
        let what = format!("{assets} of {}", printable(name));
        let line = if report.findings == 0 {
            let aside = report.ignored + report.stated;
            nothing(&what, report.components, aside, report.complete)
        } else {
            let count =
                |wanted: fn(&&EstateFix) -> bool| report.fixes.iter().filter(wanted).count();
            let (overdue, assumed) = (count(|f| f.overdue), count(|f| f.assumed));
            let emergencies = count(|f| f.emergency);
            let mut parts = vec![format!(
                "{} for {} in {what}",
                plural(report.fixes.len() as u64, "fix"),
                plural(report.findings, "finding"),
            )];
            if overdue > 0 {
                parts.push(self.paint(URGENT, &format!("{overdue} overdue")));
            }
            if emergencies > 0 {
                parts.push(self.paint(URGENT, &plural(emergencies as u64, "emergency")));
            }
            if assumed > 0 {
                let text = format!("{assumed} assumed to be due earlier");
                parts.push(self.paint(CAUTION, &text));
            }
            let first = report.fixes.iter().filter_map(|f| f.due).min();
            let first = first.map(|d| format!(" First {}.", due(report.scanned_at, d)));
            format!("{}.{}", parts.join(", "), first.unwrap_or_default())
        };
        self.paragraph("", &line)?;
        if !report.complete {
            let line = format!("Incomplete: {}.", missing(report).join(", "));
            let line = self.paint(CAUTION, &line);
            self.paragraph("", &line)?;
        }
        Ok(())
    }

    fn warnings(&mut self) -> io::Result<()> {
        let label = self.paint(CAUTION, "warning:");
        let shown = self.shown(self.report.warnings.len());
        for warning in self.report.warnings.iter().take(shown) {
            self.paragraph("  ", &format!("{label} {}", printable(warning)))?;
        }
        self.rest("  ", self.report.warnings.len() as u64, shown, "more warning")
    }

    fn fixes(&mut self) -> io::Result<()> {
        let all = &self.report.fixes;
        let shown = self.shown(all.len());
        for (number, fix) in all.iter().take(shown).enumerate() {
            writeln!(self.out)?;
            self.fix(number + 1, fix)?;
        }
        if all.len() > shown {
            writeln!(self.out)?;
        }
        self.rest("", all.len() as u64, shown, "more fix")
    }

    fn fix(&mut self, number: usize, fix: &EstateFix) -> io::Result<()> {
        let text = when(self.report.scanned_at, fix.due, fix.overdue);
        let text = match (fix.emergency, fix.overdue) {
            _ if fix.assumed => {
                format!("{text}; {}", self.paint(CAUTION, "ASSUMED to be due earlier"))
            }
            (true, _) => format!("{} {text}", self.paint(URGENT, "EMERGENCY")),
            (_, true) => self.paint(URGENT, &text),
            _ => text,
        };
        for (at, line) in wrap(&text, self.style.width.saturating_sub(5).max(20)).iter().enumerate()
        {
            match at {
                0 => writeln!(self.out, "{number:>3}. {line}")?,
                _ => writeln!(self.out, "     {line}")?,
            }
        }
        let owner =
            fix.owner.as_deref().map_or_else(String::new, |o| format!(" · owner {}", printable(o)));
        let name = self.paint(NAME, &printable(&fix.package));
        let assets = plural(fix.assets.len() as u64, "asset");
        let closes = plural(fix.closes, "finding");
        let left = if fix.leaves == 0 { String::new() } else { format!(", leaves {}", fix.leaves) };
        self.paragraph(
            "     ",
            &format!(
                "{name} {} · {} · {assets}{owner} · closes {closes}{left}",
                change(fix),
                printable(&fix.ecosystem)
            ),
        )?;
        let most = if self.style.verbose { usize::MAX } else { NAMED };
        self.paragraph("     ", &format!("in {}", some(&fix.assets, most)))
    }

    /// The assets with something due; those of which not all is known are among what is not known.
    fn assets(&mut self) -> io::Result<()> {
        let mut worst: Vec<&EstateAsset> =
            self.report.assets.iter().filter(|a| a.findings > 0).collect();
        worst.sort_by_key(|a| (a.emergencies == 0, a.overdue == 0, a.due.is_none(), a.due));
        if worst.is_empty() {
            return Ok(());
        }
        writeln!(self.out)?;
        self.head("Assets, the most urgent first")?;
        let shown = self.shown(worst.len());
        for asset in worst.iter().take(shown) {
            let when = when(self.report.scanned_at, asset.due, asset.overdue > 0);
            let owner = asset
                .owner
                .as_deref()
                .map_or_else(String::new, |o| format!(", owner {}", printable(o)));
            let incomplete = if asset.complete { "" } else { "; incomplete" };
            self.paragraph(
                "  ",
                &format!(
                    "{} ({}, {}{owner}): {}, {when}{incomplete}",
                    printable(&asset.id),
                    printable(&asset.kind),
                    asset.exposure.as_str(),
                    plural(asset.findings, "finding"),
                ),
            )?;
        }
        self.rest("  ", worst.len() as u64, shown, "more asset")
    }

    /// What matched and is not in the queue, because somebody says so.
    fn aside(&mut self) -> io::Result<()> {
        let (ignored, stated) = (self.report.ignored, self.report.stated);
        if ignored + stated == 0 {
            return Ok(());
        }
        writeln!(self.out)?;
        let all = plural(ignored + stated, "finding");
        self.paragraph(
            "",
            &format!(
                "{all} set aside: {ignored} ignored, {stated} stated not affected or fixed; the scan of one asset lists them"
            ),
        )
    }

    fn unknown(&mut self) -> io::Result<()> {
        let report = self.report;
        if !report.not_evaluated.is_empty() {
            writeln!(self.out)?;
            self.head("Not evaluated")?;
            for gap in &report.not_evaluated {
                self.paragraph(
                    "  ",
                    &format!(
                        "{}: {} in {}: {}",
                        printable(&gap.ecosystem),
                        plural(gap.components, "component"),
                        plural(gap.assets, "asset"),
                        printable(&gap.detail)
                    ),
                )?;
            }
        }
        if report.not_read_total > 0 {
            writeln!(self.out)?;
            self.head("Not read in whole")?;
            let shown = self.shown(report.not_read.len());
            for row in report.not_read.iter().take(shown) {
                let line = if row.line == 0 { String::new() } else { format!(":{}", row.line) };
                self.paragraph(
                    "  ",
                    &format!("{}{line}: {}", printable(&row.path), printable(&row.problem)),
                )?;
            }
            self.rest("  ", report.not_read_total, shown, "more place")?;
        }
        if report.unrecognised > 0 {
            writeln!(self.out)?;
            let files = plural(report.unrecognised, "file");
            self.paragraph(
                "",
                &format!("{files} without a reader; the scan of one asset names them"),
            )?;
        }
        Ok(())
    }

    /// The last line: what was looked at, with what.
    fn sources(&mut self) -> io::Result<()> {
        let report = self.report;
        let line = format!(
            "{} over {}; policy {}; index built {}",
            plural(report.components, "component"),
            plural(report.assets.len() as u64, "asset"),
            report.policies.join(", "),
            formats::text::ago(report.scanned_at, report.intel.built_at),
        );
        writeln!(self.out)?;
        let line = self.paint(FAINT, &printable(&line));
        self.paragraph("", &line)
    }

    fn head(&mut self, text: &str) -> io::Result<()> {
        let text = self.paint(NAME, text);
        writeln!(self.out, "{text}")
    }

    fn shown(&self, all: usize) -> usize {
        if self.style.limit == 0 { all } else { self.style.limit.min(all) }
    }

    fn rest(&mut self, indent: &str, all: u64, shown: usize, what: &str) -> io::Result<()> {
        match all.saturating_sub(shown as u64) {
            0 => Ok(()),
            rest if self.style.limit == 0 => {
                let text = format!("… and {}, which the report does not hold", plural(rest, what));
                self.paragraph(indent, &text)
            }
            rest => {
                let text = format!("… and {}; --limit 0 shows all", plural(rest, what));
                self.paragraph(indent, &text)
            }
        }
    }

    fn paragraph(&mut self, indent: &str, text: &str) -> io::Result<()> {
        let columns = self.style.width.saturating_sub(indent.len()).max(20);
        for line in wrap(text, columns) {
            writeln!(self.out, "{indent}{line}")?;
        }
        Ok(())
    }
}

/// What keeps the scan from being complete, in counts.
pub fn missing(report: &EstateReport) -> Vec<String> {
    let unevaluated: u64 = report.not_evaluated.iter().map(|g| g.components).sum();
    let mut parts = Vec::new();
    if report.assets.is_empty() {
        parts.push("no asset was scanned".to_owned());
    }
    if unevaluated > 0 {
        let all = plural(report.components, "component");
        parts.push(format!("{unevaluated} of {all} not evaluated"));
    }
    if report.not_read_total > 0 {
        parts.push(format!("{} not read in whole", plural(report.not_read_total, "place")));
    }
    if report.unrecognised > 0 {
        parts.push(format!("{} without a reader", plural(report.unrecognised, "file")));
    }
    parts.extend(report.blind.iter().cloned());
    parts
}

/// `1.0.0, 1.0.1 → 1.0.2`, made printable.
pub fn change(fix: &EstateFix) -> String {
    let from = some(&fix.from, VERSIONS);
    match (&fix.to, fix.action.as_str()) {
        (Some(to), _) => format!("{from} → {}", printable(to)),
        (None, "remove") => format!("{from} — remove it"),
        (None, _) => format!("{from} — no fix published"),
    }
}

/// The first of many, made printable.
pub fn some(all: &[impl AsRef<str>], most: usize) -> String {
    let shown: Vec<String> =
        all.iter().take(most).map(|text| printable(text.as_ref()).into_owned()).collect();
    match all.len().saturating_sub(most) {
        0 => shown.join(", "),
        rest => format!("{} and {rest} more", shown.join(", ")),
    }
}
