//! The queue for people: the answer, then each fix with why and what to do, then what is not known.
//!
//! Reads without colour and at 80 columns. Everything from files and feeds is made printable first.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use app::report::{Finding, Fix, Notice, Report, Unevaluated};
use formats::text::{due_in, printable, width};
use vocab::{Instant, Severity};

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
    page.fixes()?;
    page.notices()?;
    page.ignored()?;
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
            match report.complete {
                true => format!(
                    "Nothing due in {what}: {} checked, none affected.",
                    plural(report.components.saturating_sub(report.first_party), "component")
                ),
                false => format!(
                    "Nothing found in {what}, but the scan is incomplete: this is not a clean result."
                ),
            }
        } else {
            let assumed = report.fixes.iter().filter(|f| f.emergency && self.is_assumed(f)).count();
            let emergencies = report.fixes.iter().filter(|f| f.emergency).count() - assumed;
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
                parts.push(self.paint(CAUTION, &format!("{} assumed", count(assumed))));
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
            let line = format!("Incomplete: {}.", self.missing().join(", "));
            let line = self.paint(CAUTION, &line);
            self.paragraph("", &line)?;
        }
        Ok(())
    }

    /// What keeps the scan from being complete, in counts.
    fn missing(&self) -> Vec<String> {
        let report = self.report;
        let mut parts = Vec::new();
        if !report.not_evaluated.is_empty() {
            parts.push(format!(
                "{} of {} not evaluated",
                report.not_evaluated.len(),
                plural(report.components, "component")
            ));
        }
        if !report.not_read.is_empty() {
            parts.push(format!(
                "{} not read in whole",
                plural(report.not_read.len() as u64, "place")
            ));
        }
        if !report.unrecognised.is_empty() {
            parts.push(format!(
                "{} without a reader",
                plural(report.unrecognised.len() as u64, "file")
            ));
        }
        parts
    }

    fn warnings(&mut self) -> io::Result<()> {
        let label = self.paint(CAUTION, "warning:");
        for warning in &self.report.warnings {
            self.paragraph("  ", &format!("{label} {}", printable(warning)))?;
        }
        Ok(())
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
        let versions = match (&fix.to, fix.action.as_str()) {
            (Some(to), _) => {
                let step =
                    if fix.step == "unknown" { String::new() } else { format!(" ({})", fix.step) };
                format!("{} → {}{step}", printable(&fix.from.join(", ")), printable(to))
            }
            (None, "remove") => format!("{} — remove it", printable(&fix.from.join(", "))),
            (None, _) => format!("{} — no fix published", printable(&fix.from.join(", "))),
        };
        let name = self.paint(NAME, &printable(&fix.package));
        let owner =
            fix.owner.as_deref().map_or_else(String::new, |o| format!(" · owner {}", printable(o)));
        self.paragraph(
            "     ",
            &format!(
                "{name} {versions} · {} · {}{owner}",
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
        let all = fix.closes.iter().chain(&fix.leaves);
        let known = all.filter_map(|id| self.findings.get(id.as_str()));
        if let Some(since) = known.filter_map(|(_, f)| f.exposed_since).min() {
            self.labelled("exposed", &format!("since {}", formats::text::day(since)))?;
        }
        if let Some(origin) = &lead.origin {
            self.labelled(
                "note",
                &format!(
                    "matched although it is no release of the registry: {}",
                    printable(origin)
                ),
            )?;
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

    fn when(&self, fix: &Fix) -> String {
        let now = self.report.scanned_at;
        let text = when(now, fix.due, fix.overdue);
        match (fix.emergency, fix.overdue) {
            (true, _) if self.is_assumed(fix) => {
                format!("{} {text}", self.paint(CAUTION, "ASSUMED EMERGENCY"))
            }
            (true, _) => format!("{} {text}", self.paint(URGENT, "EMERGENCY")),
            (_, true) => self.paint(URGENT, &text),
            _ => text,
        }
    }

    /// Whether no finding of the fix is known to be an emergency: a stale feed makes it one.
    fn is_assumed(&self, fix: &Fix) -> bool {
        let all = fix.closes.iter().chain(&fix.leaves);
        let known = all.filter_map(|id| self.findings.get(id.as_str())).map(|(_, f)| *f);
        let mut emergencies = known.filter(|f| f.emergency).peekable();
        emergencies.peek().is_some()
            && emergencies.all(|f| f.inputs.iter().any(|i| i.name == "kev" && i.how == "assumed"))
    }

    /// Findings in short: name, severity, what attackers have.
    fn list(&self, ids: &[String]) -> String {
        const SHOWN: usize = 6;
        let mut parts = Vec::new();
        let most = if self.style.verbose { usize::MAX } else { SHOWN };
        let all = ids.iter().filter_map(|id| self.findings.get(id.as_str()));
        let mut told = std::collections::HashSet::new();
        let once: Vec<&Finding> =
            all.map(|(_, f)| *f).filter(|f| told.insert(&f.advisory)).collect();
        for finding in once.iter().take(most) {
            let severity = finding.severity;
            let unknown = severity == Severity::Unknown;
            let mut words =
                vec![if unknown { "severity unknown" } else { severity.as_str() }.to_owned()];
            let signals = &finding.signals;
            if finding.kind == "malicious" {
                words = vec!["malicious package".to_owned()];
            }
            if let Some(kev) = &signals.kev {
                words.push(if kev.ransomware { "KEV, ransomware".into() } else { "KEV".into() });
            }
            if signals.exploit.is_some() {
                words.push("public exploit".into());
            }
            if let Some(epss) = signals.epss.as_ref().filter(|e| e.percentile >= 0.9) {
                words.push(format!("EPSS percentile {:.0}", epss.percentile * 100.0));
            }
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

fn plural(count: u64, noun: &str) -> String {
    match (count, noun) {
        (1, _) => format!("1 {noun}"),
        (_, n) if n.ends_with("fix") => format!("{count} {n}es"),
        _ => format!("{count} {noun}s"),
    }
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

/// When something is due. What an earlier row made overdue stays so, however far the present row's
/// date is.
pub fn when(now: Instant, due: Option<Instant>, overdue: bool) -> String {
    let text =
        due.map_or_else(|| "on the next upgrade".to_owned(), |due| formats::text::due(now, due));
    let earlier = overdue && due.is_none_or(|due| due >= now);
    if earlier { format!("overdue by an earlier row; now {text}") } else { text }
}

/// An instant as a day, or a dash.
pub fn day_or_dash(instant: Option<Instant>) -> String {
    instant.map_or_else(|| "—".to_owned(), formats::text::day)
}

#[cfg(test)]
mod tests {
    use vocab::instant;

    use super::{when, wrap};

    #[test]
    fn what_an_earlier_row_made_overdue_is_said_to_be() {
        let at = |text: &str| instant::parse(text).expect("an instant");
        let now = at("2026-11-21T10:00:00Z");
        let check = |due: Option<&str>, overdue, expect: &str| {
            assert_eq!(when(now, due.map(at), overdue), expect);
        };
        check(Some("2026-11-21T21:00:00Z"), false, "due in 11 h (Sat 21 Nov 21:00 UTC)");
        let said = "overdue by an earlier row; now due in 11 h (Sat 21 Nov 21:00 UTC)";
        check(Some("2026-11-21T21:00:00Z"), true, said);
        check(Some("2026-11-21T09:00:00Z"), true, "overdue by 1 h (Sat 21 Nov 09:00 UTC)");
        check(None, true, "overdue by an earlier row; now on the next upgrade");
        check(None, false, "on the next upgrade");
    }

    #[test]
    fn lines_break_at_spaces_and_long_words_stay_whole() {
        assert_eq!(wrap("aa bb cc", 5), ["aa bb", "cc"]);
        assert_eq!(wrap("aaaaaaaa bb", 5), ["aaaaaaaa", "bb"]);
        assert_eq!(wrap("", 5), [""]);
        assert_eq!(wrap("\u{1b}[1maa\u{1b}[0m bb cc", 5), ["\u{1b}[1maa\u{1b}[0m bb", "cc"]);
    }
}
