//! The estate for people: the answer, the actions that are due first with how many assets each holds
//! for, the assets that need most, then what is not known.

use std::io::{self, Write};

use app::estate::{EstateAsset, EstateFix, EstateReport};
use formats::text::{due, printable, width};

use super::table::Style;
use crate::terminal::style::{CAUTION, FAINT, NAME, URGENT};

/// Assets named for one action.
const NAMED: usize = 3;

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
    page.unknown()
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
        let assets = count(report.assets.len() as u64, "asset");
        let line = if report.findings == 0 {
            match report.complete {
                true => format!(
                    "Nothing due in {}: {assets}, {} checked, none affected.",
                    printable(name),
                    count(report.components, "component")
                ),
                false => format!(
                    "Nothing found in {}, but the scan is incomplete: this is not a clean result.",
                    printable(name)
                ),
            }
        } else {
            let emergencies = report.fixes.iter().filter(|f| f.emergency).count() as u64;
            let overdue = report.fixes.iter().filter(|f| f.overdue).count() as u64;
            let mut parts = vec![format!(
                "{} for {} in {assets} of {}",
                count(report.fixes.len() as u64, "fix"),
                count(report.findings, "finding"),
                printable(name)
            )];
            if overdue > 0 {
                parts.push(self.paint(URGENT, &format!("{overdue} overdue")));
            }
            if emergencies > 0 {
                parts.push(self.paint(URGENT, &count(emergencies, "emergency")));
            }
            let first = report.fixes.iter().filter_map(|f| f.due).min();
            let first = first.map(|d| format!(" First {}.", due(report.scanned_at, d)));
            format!("{}.{}", parts.join(", "), first.unwrap_or_default())
        };
        self.lines("", &line)?;
        if !report.complete {
            let missing = self.missing();
            let line = self.paint(CAUTION, &format!("Incomplete: {}.", missing.join(", ")));
            self.lines("", &line)?;
        }
        Ok(())
    }

    fn missing(&self) -> Vec<String> {
        let report = self.report;
        let unevaluated: u64 = report.not_evaluated.iter().map(|g| g.components).sum();
        let mut parts = Vec::new();
        if report.assets.is_empty() {
            parts.push("no asset was scanned".to_owned());
        }
        if unevaluated > 0 {
            let all = count(report.components, "component");
            parts.push(format!("{unevaluated} of {all} not evaluated"));
        }
        if report.not_read_total > 0 {
            parts.push(format!("{} not read in whole", count(report.not_read_total, "place")));
        }
        if report.unrecognised > 0 {
            parts.push(format!("{} without a reader", count(report.unrecognised, "file")));
        }
        parts
    }

    fn warnings(&mut self) -> io::Result<()> {
        let label = self.paint(CAUTION, "warning:");
        let shown = self.shown(self.report.warnings.len());
        for warning in self.report.warnings.iter().take(shown) {
            self.lines("  ", &format!("{label} {}", printable(warning)))?;
        }
        self.rest("  ", self.report.warnings.len(), shown, "more warning")
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
        self.rest("", all.len(), shown, "more fix")
    }

    fn fix(&mut self, number: usize, fix: &EstateFix) -> io::Result<()> {
        let when = match fix.due {
            None => "on the next upgrade".to_owned(),
            Some(instant) => due(self.report.scanned_at, instant),
        };
        let style = if fix.emergency || fix.overdue { URGENT } else { NAME };
        let mark = if fix.emergency { "EMERGENCY, " } else { "" };
        let when = self.paint(style, &format!("{mark}{when}"));
        writeln!(self.out, "{number:>3}. {when}")?;
        let from = some(&fix.from, 4);
        let to = match (&fix.to, fix.action.as_str()) {
            (Some(to), _) => format!("{from} → {}", printable(to)),
            (None, "remove") => format!("{from} — remove it"),
            (None, _) => format!("{from} — no fix published"),
        };
        let owner =
            fix.owner.as_deref().map_or_else(String::new, |o| format!(" · owner {}", printable(o)));
        let name = self.paint(NAME, &printable(&fix.package));
        let assets = count(fix.assets.len() as u64, "asset");
        let closes = count(fix.closes, "finding");
        let left = if fix.leaves == 0 { String::new() } else { format!(", leaves {}", fix.leaves) };
        self.lines(
            "     ",
            &format!(
                "{name} {to} · {} · {assets}{owner} · closes {closes}{left}",
                printable(&fix.ecosystem)
            ),
        )?;
        let names: Vec<String> = fix.assets.iter().map(|a| a.to_string()).collect();
        let most = if self.style.verbose { usize::MAX } else { NAMED };
        self.lines("     ", &format!("in {}", some(&names, most)))
    }

    fn assets(&mut self) -> io::Result<()> {
        let mut worst: Vec<&EstateAsset> =
            self.report.assets.iter().filter(|a| a.findings > 0).collect();
        worst.sort_by_key(|a| (a.emergencies == 0, a.due.is_none(), a.due));
        if worst.is_empty() {
            return Ok(());
        }
        writeln!(self.out)?;
        self.lines("", &self.paint(NAME, "Assets, the most urgent first"))?;
        let shown = self.shown(worst.len());
        for asset in worst.iter().take(shown) {
            let when = match asset.due {
                None => "on the next upgrade".to_owned(),
                Some(instant) => due(self.report.scanned_at, instant),
            };
            let owner = asset
                .owner
                .as_deref()
                .map_or_else(String::new, |o| format!(", owner {}", printable(o)));
            let incomplete = if asset.complete { "" } else { ", incomplete" };
            self.lines(
                "  ",
                &format!(
                    "{} ({}, {}{owner}): {}, {when}{incomplete}",
                    printable(&asset.id),
                    asset.kind,
                    asset.exposure.as_str(),
                    count(asset.findings, "finding"),
                ),
            )?;
        }
        self.rest("  ", worst.len(), shown, "more asset")
    }

    fn unknown(&mut self) -> io::Result<()> {
        let report = self.report;
        if !report.not_evaluated.is_empty() {
            writeln!(self.out)?;
            self.lines("", &self.paint(CAUTION, "Not evaluated"))?;
            for gap in &report.not_evaluated {
                self.lines(
                    "  ",
                    &format!(
                        "{}: {} in {}: {}",
                        printable(&gap.ecosystem),
                        count(gap.components, "component"),
                        count(gap.assets, "asset"),
                        printable(&gap.detail)
                    ),
                )?;
            }
        }
        if report.not_read_total > 0 {
            writeln!(self.out)?;
            self.lines("", &self.paint(CAUTION, "Not read in whole"))?;
            let shown = self.shown(report.not_read.len());
            for row in report.not_read.iter().take(shown) {
                let line = if row.line == 0 { String::new() } else { format!(":{}", row.line) };
                self.lines(
                    "  ",
                    &format!("{}{line}: {}", printable(&row.path), printable(&row.problem)),
                )?;
            }
            self.rest(
                "  ",
                usize::try_from(report.not_read_total).unwrap_or(usize::MAX),
                shown,
                "more place",
            )?;
        }
        writeln!(self.out)?;
        let line = format!(
            "{} over {}; index of {}; policies {}",
            count(report.components, "component"),
            count(report.assets.len() as u64, "asset"),
            formats::text::day(report.intel.built_at),
            report.policies.join(", ")
        );
        let line = self.paint(FAINT, &printable(&line));
        self.lines("", &line)
    }

    fn shown(&self, all: usize) -> usize {
        if self.style.limit == 0 { all } else { self.style.limit.min(all) }
    }

    fn rest(&mut self, indent: &str, all: usize, shown: usize, what: &str) -> io::Result<()> {
        match all.saturating_sub(shown) {
            0 => Ok(()),
            rest => self
                .lines(indent, &format!("… and {}; --limit 0 shows all", count(rest as u64, what))),
        }
    }

    /// Words broken at the width, further lines indented alike.
    fn lines(&mut self, indent: &str, text: &str) -> io::Result<()> {
        let mut line = indent.to_owned();
        let mut empty = true;
        for word in text.split(' ') {
            if !empty && width(&line) + 1 + width(word) > self.style.width.max(60) {
                writeln!(self.out, "{line}")?;
                line = indent.to_owned();
                empty = true;
            }
            if !empty {
                line.push(' ');
            }
            line.push_str(word);
            empty = false;
        }
        writeln!(self.out, "{line}")
    }
}

/// The first of many, made printable.
fn some(all: &[String], most: usize) -> String {
    let shown: Vec<String> =
        all.iter().take(most).map(|text| printable(text).into_owned()).collect();
    match all.len().saturating_sub(most) {
        0 => shown.join(", "),
        rest => format!("{} and {rest} more", shown.join(", ")),
    }
}

fn count(number: u64, what: &str) -> String {
    let plural = match what {
        w if w.ends_with('y') => format!("{}ies", &w[..w.len() - 1]),
        w if w.ends_with("fix") => format!("{w}es"),
        w => format!("{w}s"),
    };
    if number == 1 { format!("1 {what}") } else { format!("{number} {plural}") }
}
