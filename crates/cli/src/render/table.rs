//! The queue for people: the answer, then each fix with why and what to do, then what is not known.
//!
//! Reads without colour and at 80 columns. Everything from files and feeds is made printable first.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use app::report::{Assumed, Finding, Fix, Notice, Report, Unevaluated};
pub use formats::page::words::when;
use formats::page::words::{nothing, plural};
use formats::text::{due_in, printable, width};
use vocab::{Instant, Severity};

use super::words;
use crate::terminal::style::{CAUTION, FAINT, NAME, URGENT};

/// How the table looks.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Fixes shown; 0 shows all.
    pub limit: usize,
    /// Whether to list everything.
    pub verbose: bool,
    /// Whether styles are written at all.
    pub colour: bool,
    /// Columns.
    pub width: usize,
}

struct Page<'a> {
    out: &'a mut dyn Write,
    style: Style,
    report: &'a Report,
    findings: HashMap<&'a str, (usize, &'a Finding)>,
}

/// Writes the table.
pub fn write(out: &mut dyn Write, report: &Report, style: Style, name: &str) -> io::Result<()> {
    let ranked = report.findings.iter().enumerate();
    let findings = ranked.map(|(rank, f)| (f.id.as_str(), (rank, f))).collect();
    let mut page = Page { out, style, report, findings };
    page.answer(name)?;
    page.warnings()?;
    page.installed()?;
    page.fixes()?;
    page.notices()?;
    page.ignored()?;
    page.stated()?;
    page.unknown()?;
    page.sources()
}

impl Page<'_> {
    fn paint(&self, style: anstyle::Style, text: &str) -> String {
        if self.style.colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// The first line: how much is due, and when the first of it.
    fn answer(&mut self, name: &str) -> io::Result<()> {
        let report = self.report;
        let (fixes, findings) = (report.fixes.len(), report.findings.len());
        let what = printable(name);
        let line = if findings == 0 {
            let checked = report.components.saturating_sub(report.first_party);
            nothing(&what, checked, words::aside(report), report.complete)
        } else {
            let assumed = report.fixes.iter().filter(|f| self.assumed(f).is_some()).count();
            let emergencies = report.fixes.iter().filter(|f| f.emergency).count();
            let overdue = report.fixes.iter().filter(|f| f.overdue).count();
            let mut parts = vec![format!(
                "{} for {} in {what}",
                plural(fixes as u64, "fix"),
                plural(findings as u64, "finding")
            )];
            if overdue > 0 {
                parts.push(self.paint(URGENT, &format!("{overdue} overdue")));
            }
            let count =
                |n: usize| if n == 1 { "1 emergency".into() } else { format!("{n} emergencies") };
            if emergencies > 0 {
                parts.push(self.paint(URGENT, &count(emergencies)));
            }
            if assumed > 0 {
                let text = format!("{assumed} assumed to be due earlier");
                parts.push(self.paint(CAUTION, &text));
            }
            let first = report
                .fixes
                .iter()
                .filter_map(|f| f.due)
                .min()
                .map(|due| format!(" First {}.", formats::text::due(report.scanned_at, due)));
            format!("{}.{}", parts.join(", "), first.unwrap_or_default())
        };
        self.paragraph("", &line)?;
        if !report.complete && findings > 0 {
            let line = format!("Incomplete: {}.", words::missing(report).join(", "));
            let line = self.paint(CAUTION, &line);
            self.paragraph("", &line)?;
        }
        Ok(())
    }

    fn warnings(&mut self) -> io::Result<()> {
        let label = self.paint(CAUTION, "warning:");
        for warning in &self.report.warnings {
            self.paragraph("  ", &format!("{label} {}", printable(warning)))?;
        }
        Ok(())
    }

    /// What images, systems and bills are: their distribution, its end, and their digest.
    fn installed(&mut self) -> io::Result<()> {
        let report = self.report;
        let most = if self.style.verbose { usize::MAX } else { 10 };
        let others: Vec<_> = report.assets.iter().filter(|a| a.kind != "repository").collect();
        for asset in others.iter().take(most) {
            let mut parts = vec![format!("{} {}", asset.kind, asset.id)];
            parts.extend(asset.distribution.clone());
            parts.extend(asset.digest.as_deref().map(|d| format!("digest {}", words::short(d))));
            if asset.owned > 0 {
                let owned = plural(asset.owned, "component");
                parts.push(format!("{owned} brought by its distribution's packages"));
            }
            let text = printable(&parts.join(", ")).into_owned();
            let ends = asset.ends.map(|ends| (ends < report.scanned_at, formats::text::day(ends)));
            let text = match ends {
                Some((true, day)) => {
                    format!("{text}; {}", self.paint(CAUTION, &format!("its release ended {day}")))
                }
                Some((false, day)) => format!("{text}; its release ends {day}"),
                None => text,
            };
            self.paragraph("  ", &text)?;
        }
        self.rest(others.len(), most)
    }

    fn fixes(&mut self) -> io::Result<()> {
        let all = &self.report.fixes;
        let shown = if self.style.limit == 0 { all.len() } else { self.style.limit.min(all.len()) };
        for (number, fix) in all.iter().take(shown).enumerate() {
            writeln!(self.out)?;
            self.fix(number + 1, fix)?;
        }
        if let Some(next) = all.get(shown) {
            let next =
                format!(", the next {}", when(self.report.scanned_at, next.due, next.overdue));
            writeln!(self.out)?;
            self.paragraph(
                "",
                &format!(
                    "… and {}{next}; --limit 0 shows all",
                    plural((all.len() - shown) as u64, "more fix")
                ),
            )?;
        }
        Ok(())
    }

    fn fix(&mut self, number: usize, fix: &Fix) -> io::Result<()> {
        let when = self.when(fix);
        writeln!(self.out, "{number:>3}. {when}")?;
        let name = self.paint(NAME, &printable(&fix.package));
        let owner =
            fix.owner.as_deref().map_or_else(String::new, |o| format!(" · owner {}", printable(o)));
        self.paragraph(
            "     ",
            &format!(
                "{name} {} · {} · {}{owner}",
                printable(&words::change(fix)),
                printable(&fix.ecosystem),
                printable(&fix.asset)
            ),
        )?;
        let all = fix.closes.iter().chain(&fix.leaves);
        let lead =
            all.filter_map(|id| self.findings.get(id.as_str())).min_by_key(|(rank, _)| *rank);
        let lead = lead.map(|(_, finding)| *finding);
        self.labelled("closes", &self.list(&fix.closes))?;
        if !fix.leaves.is_empty() {
            self.labelled("leaves", &self.list(&fix.leaves))?;
        }
        if !fix.brings.is_empty() {
            self.labelled(
                "brings",
                &format!(
                    "{} is itself affected by {}",
                    printable(fix.to.as_deref().unwrap_or_default()),
                    printable(&fix.brings.join(", "))
                ),
            )?;
        }
        if let Some(lead) = lead {
            self.reasons(fix, lead)?;
        }
        self.labelled("do", &printable(&fix.how))?;
        if let Some(command) = &fix.command {
            for line in command.lines() {
                // A command is to be pasted: never wrapped.
                writeln!(self.out, "     {:<8} $ {}", "", printable(line))?;
            }
        }
        if self.style.verbose {
            self.labelled("files", &printable(&fix.files.join(", ")))?;
        }
        Ok(())
    }

    /// Why it has its date, by the finding that gave it.
    fn reasons(&mut self, fix: &Fix, lead: &Finding) -> io::Result<()> {
        self.labelled("why", &printable(&lead.why))?;
        for other in lead.other_clocks.iter() {
            let now = self.report.scanned_at;
            let due =
                other.due.map_or_else(|| "on the next upgrade".to_owned(), |d| due_in(now, d));
            let other = format!("{} row {}", other.policy, other.row);
            self.labelled("beside", &format!("{}: {due}", printable(&other)))?;
        }
        if let Some(since) = self.findings_of(fix).filter_map(|f| f.exposed_since).min() {
            self.labelled("exposed", &format!("since {}", formats::text::day(since)))?;
        }
        self.place(lead)?;
        for remark in words::remarks(lead) {
            self.labelled("note", &printable(&remark))?;
        }
        if self.style.verbose {
            for input in lead.inputs.iter() {
                let text =
                    format!("{} = {} ({}; {})", input.name, input.value, input.how, input.source);
                self.labelled("", &self.paint(FAINT, &printable(&text)))?;
            }
        }
        Ok(())
    }

    /// Under which name it is installed, and in which layer, where that is not plain from the files.
    fn place(&mut self, lead: &Finding) -> io::Result<()> {
        if !lead.installed.is_empty() {
            self.labelled("as", &printable(&lead.installed.join(", ")))?;
        }
        match lead.places.iter().find(|place| place.layer.is_some()) {
            Some(place) => self.labelled("at", &printable(&words::place(place))),
            None => Ok(()),
        }
    }

    fn when(&self, fix: &Fix) -> String {
        let now = self.report.scanned_at;
        let text = when(now, fix.due, fix.overdue);
        if let Some(assumed) = self.assumed(fix) {
            let words = words::assumed_words(now, assumed);
            let text = if fix.overdue { self.paint(URGENT, &text) } else { text };
            return format!("{text}; {}", self.paint(CAUTION, &printable(&words)));
        }
        match (fix.emergency, fix.overdue) {
            (true, _) => format!("{} {text}", self.paint(URGENT, "EMERGENCY")),
            (_, true) => self.paint(URGENT, &text),
            _ => text,
        }
    }

    fn assumed<'a>(&'a self, fix: &'a Fix) -> Option<&'a Assumed> {
        words::assumed(self.findings_of(fix))
    }

    /// The findings that a fix closes or leaves.
    fn findings_of<'a>(&'a self, fix: &'a Fix) -> impl Iterator<Item = &'a Finding> {
        let all = fix.closes.iter().chain(&fix.leaves);
        all.filter_map(|id| self.findings.get(id.as_str())).map(|(_, finding)| *finding)
    }

    /// Findings in short: name, severity, what attackers have.
    fn list(&self, ids: &[String]) -> String {
        const SHOWN: usize = 6;
        let mut parts = Vec::new();
        let most = if self.style.verbose { usize::MAX } else { SHOWN };
        let mut all: Vec<_> = ids.iter().filter_map(|id| self.findings.get(id.as_str())).collect();
        // The most urgent first: the rest is only counted.
        all.sort_unstable_by_key(|(rank, _)| *rank);
        let mut told = std::collections::HashSet::new();
        let once: Vec<&Finding> =
            all.into_iter().map(|(_, f)| *f).filter(|f| told.insert(&f.advisory)).collect();
        for finding in once.iter().take(most) {
            let severity = finding.severity;
            let unknown = severity == Severity::Unknown;
            let mut words =
                vec![if unknown { "severity unknown" } else { severity.as_str() }.to_owned()];
            if finding.kind == "malicious" {
                words = vec!["malicious package".to_owned()];
            }
            words.extend(super::words::marks(finding).iter().map(|m| printable(m).into_owned()));
            if finding.new == Some(true) {
                words.push("new".into());
            }
            parts.push(format!("{} ({})", printable(&finding.advisory), words.join(", ")));
        }
        if once.len() > most {
            parts.push(format!("and {} more", once.len() - most));
        }
        if parts.is_empty() { "nothing by itself".into() } else { parts.join("; ") }
    }

    fn notices(&mut self) -> io::Result<()> {
        if self.report.notices.is_empty() {
            return Ok(());
        }
        writeln!(self.out, "\nNotices (no clock):")?;
        let mut rows: Vec<&Notice> = self.report.notices.iter().collect();
        rows.dedup_by(|a, b| {
            (&a.asset, &a.name, &a.version, &a.advisory, &a.kind)
                == (&b.asset, &b.name, &b.version, &b.advisory, &b.kind)
        });
        let most = if self.style.verbose || self.style.limit == 0 { rows.len() } else { 10 };
        for notice in rows.iter().take(most) {
            let kind = super::explain::kind(&notice.kind);
            let text = format!(
                "{} {} in {}: {kind} ({}) {}",
                notice.name, notice.version, notice.asset, notice.advisory, notice.title
            );
            self.paragraph("  ", &printable(&text))?;
        }
        if rows.len() > most {
            writeln!(self.out, "  … and {} more; -v lists all", rows.len() - most)?;
        }
        Ok(())
    }

    fn ignored(&mut self) -> io::Result<()> {
        if self.report.ignored.is_empty() {
            return Ok(());
        }
        writeln!(self.out, "\nIgnored until a date:")?;
        for ignored in &self.report.ignored {
            let text = format!(
                "{} in {} {} until {}: {} ({})",
                ignored.finding.advisory,
                ignored.finding.name,
                ignored.finding.version,
                formats::text::day(ignored.until),
                ignored.reason,
                ignored.origin
            );
            self.paragraph("  ", &printable(&text))?;
        }
        Ok(())
    }

    /// What VEX documents took out of the queue, and who says so.
    fn stated(&mut self) -> io::Result<()> {
        let all = &self.report.stated;
        if all.is_empty() {
            return Ok(());
        }
        let count = plural(all.len() as u64, "finding");
        writeln!(self.out, "\n{count} stated not affected or fixed by VEX:")?;
        let most = if self.style.verbose { usize::MAX } else { 10 };
        for stated in all.iter().take(most) {
            let (finding, statement) = (&stated.finding, &stated.statement);
            let dated = statement.dated.map(|at| format!(", {}", formats::text::day(at)));
            let text = format!(
                "{} in {} {} ({}): {}, says {} ({}{}): {}",
                finding.advisory,
                finding.name,
                finding.version,
                finding.asset,
                words::status(&statement.status),
                statement.author,
                statement.origin,
                dated.unwrap_or_default(),
                words::reason(statement)
            );
            self.paragraph("  ", &printable(&text))?;
        }
        self.rest(all.len(), most)
    }

    /// What nobody can say anything about; the part that other tools leave out.
    fn unknown(&mut self) -> io::Result<()> {
        let report = self.report;
        let most = if self.style.verbose { usize::MAX } else { 5 };
        if !report.not_evaluated.is_empty() {
            writeln!(
                self.out,
                "\nNot evaluated ({} of {}):",
                report.not_evaluated.len(),
                plural(report.components, "component")
            )?;
            let mut groups: BTreeMap<(&str, &str), Vec<&Unevaluated>> = BTreeMap::new();
            for row in &report.not_evaluated {
                groups.entry((&row.detail, &row.ecosystem)).or_default().push(row);
            }
            for ((detail, ecosystem), rows) in groups {
                let names: Vec<String> = rows
                    .iter()
                    .take(if self.style.verbose { usize::MAX } else { 3 })
                    .map(|r| example(r))
                    .collect();
                let more = if rows.len() > names.len() {
                    format!(" and {} more", rows.len() - names.len())
                } else {
                    String::new()
                };
                self.paragraph(
                    "  ",
                    &printable(&format!(
                        "{} {ecosystem}: {detail}: {}{more}",
                        rows.len(),
                        names.join(", ")
                    )),
                )?;
            }
        }
        if !report.not_read.is_empty() {
            writeln!(self.out, "\nNot read:")?;
            for row in report.not_read.iter().take(most) {
                let line = if row.line > 0 { format!(":{}", row.line) } else { String::new() };
                self.paragraph("  ", &printable(&format!("{}{line}: {}", row.path, row.problem)))?;
            }
            self.rest(report.not_read.len(), most)?;
        }
        if !report.unrecognised.is_empty() {
            writeln!(
                self.out,
                "\nLook like manifests, and no reader knows them (--as FORMAT reads an odd name):"
            )?;
            for path in report.unrecognised.iter().take(most) {
                writeln!(self.out, "  {}", printable(path))?;
            }
            self.rest(report.unrecognised.len(), most)?;
        }
        if self.style.verbose && !report.skipped.is_empty() {
            writeln!(self.out, "\nPassed over:")?;
            for row in &report.skipped {
                writeln!(self.out, "  {}: {}", printable(&row.path), printable(&row.rule))?;
            }
        }
        if !report.gone.is_empty() {
            writeln!(
                self.out,
                "\nNo longer seen since the baseline: {} (not seen is not yet fixed).",
                report.gone.len()
            )?;
        }
        Ok(())
    }

    fn rest(&mut self, all: usize, shown: usize) -> io::Result<()> {
        if all > shown {
            writeln!(self.out, "  … and {} more; -v lists all", all - shown)
        } else {
            Ok(())
        }
    }

    /// The last line: what was looked at, with what.
    fn sources(&mut self) -> io::Result<()> {
        let report = self.report;
        let files: u64 = report.assets.iter().map(|a| a.files).sum();
        let text = format!(
            "{} in {} of {}; {} of them the project's own; policy {}; index built {}",
            plural(report.components, "component"),
            plural(files, "file"),
            plural(report.assets.len() as u64, "asset"),
            report.first_party,
            printable(&report.policies.join(", ")),
            formats::text::ago(report.scanned_at, report.intel.built_at),
        );
        writeln!(self.out)?;
        let text = self.paint(FAINT, &text);
        self.paragraph("", &text)
    }

    fn labelled(&mut self, label: &str, text: &str) -> io::Result<()> {
        let indent = " ".repeat(14);
        let lines = wrap(text, self.style.width.saturating_sub(14).max(20));
        for (at, line) in lines.iter().enumerate() {
            if at == 0 {
                let label = self.paint(FAINT, &format!("{label:<8}"));
                writeln!(self.out, "     {label} {line}")?;
            } else {
                writeln!(self.out, "{indent}{line}")?;
            }
        }
        Ok(())
    }

    fn paragraph(&mut self, indent: &str, text: &str) -> io::Result<()> {
        for line in wrap(text, self.style.width.saturating_sub(indent.len()).max(20)) {
            writeln!(self.out, "{indent}{line}")?;
        }
        Ok(())
    }
}

fn example(row: &Unevaluated) -> String {
    if row.version.is_empty() { row.name.clone() } else { format!("{} {}", row.name, row.version) }
}

/// Breaks at spaces; styles are written with no width, so escape sequences do not count.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let next = visible(word);
        if !line.is_empty() && visible(&line) + 1 + next > columns {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

/// Columns a text takes, our own colour sequences aside.
fn visible(text: &str) -> usize {
    let mut total = 0;
    let mut rest = text;
    while let Some(start) = rest.find("\u{1b}[") {
        total += width(&rest[..start]);
        let after = &rest[start + 2..];
        rest = after.find('m').map_or("", |end| &after[end + 1..]);
    }
    total + width(rest)
}

/// An instant as a day, or a dash.
pub fn day_or_dash(instant: Option<Instant>) -> String {
    instant.map_or_else(|| "—".to_owned(), formats::text::day)
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn lines_break_at_spaces_and_long_words_stay_whole() {
        assert_eq!(wrap("aa bb cc", 5), ["aa bb", "cc"]);
        assert_eq!(wrap("aaaaaaaa bb", 5), ["aaaaaaaa", "bb"]);
        assert_eq!(wrap("", 5), [""]);
        assert_eq!(wrap("\u{1b}[1maa\u{1b}[0m bb cc", 5), ["\u{1b}[1maa\u{1b}[0m bb", "cc"]);
    }
}
