//! What two tables judge differently, or which dates moved: the counts first, then what is later, then
//! the rest, each with why.

use std::io::{self, Write};

use app::policy_diff::{
    Change, Condition, Findings, Moved, PolicyDiff, Reason, Said, Tables, When,
};
use formats::page::words::plural;
use formats::text::{absolute, amount, day, printable};
use vocab::Instant;

use super::table::wrap;
use crate::terminal::style::{CAUTION, FAINT, NAME, URGENT};

/// Conditions of one change that are shown without `-v`.
const CONDITIONS: usize = 8;
/// Changes of tables that are shown without `-v`.
const CHANGES: usize = 40;
/// Findings that are shown without `-v`.
const FINDINGS: usize = 50;

/// How it looks.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Columns.
    pub width: usize,
    /// Whether to list everything.
    pub verbose: bool,
}

/// Writes the comparison.
pub fn write(out: &mut dyn Write, found: &PolicyDiff, style: Style) -> io::Result<()> {
    let mut view = View { out, found, style };
    if let Some(tables) = &found.tables {
        view.tables(tables)?;
    }
    if let Some(findings) = &found.findings {
        view.findings(findings)?;
    }
    if !found.remarks.is_empty() {
        writeln!(view.out)?;
    }
    for remark in &found.remarks {
        view.paragraph("", &printable(remark))?;
    }
    Ok(())
}

struct View<'a> {
    out: &'a mut dyn Write,
    found: &'a PolicyDiff,
    style: Style,
}

impl View<'_> {
    fn between(&self) -> String {
        let (from, to) = (printable(&self.found.from.name), printable(&self.found.to.name));
        format!("{NAME}{from}{NAME:#} → {NAME}{to}{NAME:#}")
    }

    fn tables(&mut self, tables: &Tables) -> io::Result<()> {
        let all = plural(tables.combinations, "case");
        let columns: Vec<String> = tables.columns.iter().map(|c| c.replace('_', " ")).collect();
        let line = if tables.changes.is_empty() {
            format!("{}: no difference in {all}.", self.between())
        } else {
            let mut parts =
                vec![format!("{} stricter", tables.stricter), format!("{} looser", tables.looser)];
            if tables.mixed > 0 {
                parts.push(format!("{} stricter in one way and looser in another", tables.mixed));
            }
            parts.push(format!("{} the same", tables.same));
            format!("{}: of {all}, {}.", self.between(), parts.join(", "))
        };
        self.paragraph("", &line)?;
        let mut over = format!("A case is a combination of {}.", columns.join(", "));
        let harmless = !tables.changes.is_empty()
            && tables.changes.iter().flat_map(|c| &c.when).all(is_not_malicious);
        if harmless {
            over.push_str(" No malicious package is among those that differ.");
        }
        self.paragraph("", &format!("{FAINT}{}{FAINT:#}", printable(&over)))?;
        let most = if self.style.verbose { usize::MAX } else { CHANGES };
        tables.changes.iter().take(most).try_for_each(|change| self.change(change, harmless))?;
        let more = tables.changes.len().saturating_sub(most);
        if more > 0 {
            writeln!(self.out, "\nAnd {}; -v shows all.", plural(more as u64, "more change"))?;
        }
        Ok(())
    }

    fn change(&mut self, change: &Change, harmless: bool) -> io::Result<()> {
        let (mark, word) = match change.direction {
            "looser" => (URGENT, "LOOSER"),
            "mixed" => (CAUTION, "BOTH WAYS"),
            _ => (NAME, "stricter"),
        };
        writeln!(self.out)?;
        let head = format!(
            "{mark}{word}{mark:#}  {} → {}  in {}",
            change.from.due.text,
            change.to.due.text,
            plural(change.combinations, "case")
        );
        self.paragraph("", &head)?;
        let rows = format!("{} → {}", rows(&change.from.rows), rows(&change.to.rows));
        self.paragraph("  ", &format!("{FAINT}{}{FAINT:#}", printable(&rows)))?;
        let most = if self.style.verbose { usize::MAX } else { CONDITIONS };
        for condition in change.when.iter().take(most) {
            self.hanging("  - ", &printable(&words(condition, harmless)))?;
        }
        let more = change.when.len().saturating_sub(most);
        if more > 0 {
            writeln!(self.out, "  - and {}; -v shows all", plural(more as u64, "more condition"))?;
        }
        Ok(())
    }

    fn findings(&mut self, findings: &Findings) -> io::Result<()> {
        let all = plural(findings.compared, "finding");
        let line = if findings.moved.is_empty() {
            format!("{}: no date moves; {all} compared.", self.between())
        } else {
            let mut parts =
                vec![format!("{} later", findings.later), format!("{} earlier", findings.earlier)];
            if findings.marked > 0 {
                parts.push(format!("{} with other marks only", findings.marked));
            }
            parts.push(format!("{} the same", findings.same));
            format!("{}: of {all}, {}.", self.between(), parts.join(", "))
        };
        self.paragraph("", &line)?;
        self.others(findings)?;
        let most = if self.style.verbose { usize::MAX } else { FINDINGS };
        findings.moved.iter().take(most).try_for_each(|moved| self.moved(moved))?;
        let more = findings.moved.len().saturating_sub(most);
        if more > 0 {
            writeln!(self.out, "\nAnd {}; -v shows all.", plural(more as u64, "more finding"))?;
        }
        Ok(())
    }

    /// Findings that have no counterpart to be compared with.
    fn others(&mut self, findings: &Findings) -> io::Result<()> {
        let counts = [
            (findings.only_from, "only in the first"),
            (findings.only_to, "only in the second"),
            (findings.set_aside, "ignored or taken out by a VEX statement in the second"),
            (findings.returned, "ignored or taken out by a VEX statement in the first"),
        ];
        let parts: Vec<String> = counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        if parts.is_empty() {
            return Ok(());
        }
        self.paragraph("", &format!("Not compared: {}.", parts.join(", ")))
    }

    fn moved(&mut self, moved: &Moved) -> io::Result<()> {
        let (mark, word) = match moved.direction {
            "later" => (URGENT, "LATER"),
            "earlier" => (NAME, "earlier"),
            _ => (CAUTION, "marks"),
        };
        let by = moved.seconds.filter(|s| *s != 0);
        let by = by.map(|s| format!(" by {}", amount(s.saturating_abs()))).unwrap_or_default();
        let what = format!("{} {} in {}", moved.name, moved.version, moved.asset);
        writeln!(self.out)?;
        let head = format!(
            "{mark}{word}{by}{mark:#}  {} ({})",
            printable(&what),
            printable(&moved.advisory)
        );
        self.paragraph("", &head)?;
        let (from, to) = (self.when(&moved.from), self.when(&moved.to));
        self.hanging("  ", &format!("{from} → {to}"))?;
        for reason in &moved.reasons {
            self.hanging("  - ", &printable(&told(reason)))?;
        }
        if moved.reasons.is_empty() {
            self.hanging("  - ", "nothing that both hold tells why")?;
        }
        Ok(())
    }

    fn when(&self, when: &When) -> String {
        let now = self.found.to.scanned_at.unwrap_or(Instant::MIN);
        let mut text =
            when.due.map_or_else(|| "on the next upgrade".to_owned(), |due| absolute(now, due));
        for (set, word) in [
            (when.emergency, "emergency"),
            (when.forensics, "search for traces"),
            (when.overdue, "overdue"),
        ] {
            if set {
                text.push_str(&format!(", {word}"));
            }
        }
        text
    }

    fn hanging(&mut self, first: &str, text: &str) -> io::Result<()> {
        let hang = " ".repeat(first.len().max(4));
        let columns = self.style.width.saturating_sub(hang.len()).max(20);
        for (at, line) in wrap(text, columns).iter().enumerate() {
            writeln!(self.out, "{}{line}", if at == 0 { first } else { &hang })?;
        }
        Ok(())
    }

    fn paragraph(&mut self, indent: &str, text: &str) -> io::Result<()> {
        let columns = self.style.width.saturating_sub(indent.len()).max(20);
        for line in wrap(text, columns) {
            writeln!(self.out, "{indent}{line}")?;
        }
        Ok(())
    }
}

/// Whether a condition is one of packages that are not malicious.
fn is_not_malicious(condition: &Condition) -> bool {
    condition.columns.iter().any(|c| c.column == "malicious" && c.values == "no")
}

/// A condition, without what was said of all of them at once.
fn words(condition: &Condition, harmless: bool) -> String {
    let columns = condition.columns.iter().filter(|c| !harmless || c.column != "malicious");
    let words: Vec<String> =
        columns.map(|c| format!("{} {}", c.column.replace('_', " "), c.values)).collect();
    if words.is_empty() { "every case".to_owned() } else { words.join(", ") }
}

/// `row 5`, `rows 5, 7`; of very many the first.
fn rows(rows: &[String]) -> String {
    const MOST: usize = 12;
    let shown: Vec<&str> = rows.iter().take(MOST).map(String::as_str).collect();
    let more = rows.len().saturating_sub(MOST);
    match (rows, more) {
        ([one], _) if one == "rule 9" => one.clone(),
        ([one], _) => format!("row {one}"),
        (_, 0) => format!("rows {}", shown.join(", ")),
        (_, more) => format!("rows {} and {more} more", shown.join(", ")),
    }
}

/// «kev: no (CISA KEV, 2026-11-20) → yes (CISA KEV, 2026-11-21)».
fn told(reason: &Reason) -> String {
    let name = match reason.what {
        "input" => reason.name.replace('_', " "),
        _ => reason.name.clone(),
    };
    let (from, to) = (said(reason.what, &reason.from), said(reason.what, &reason.to));
    match reason.what {
        "policy" | "row" => format!("{name} {from} → {to}"),
        "table" => format!("{name} allowed {from} and now allows {to}; its version is the same"),
        _ => format!("{name}: {from} → {to}"),
    }
}

/// A value with its source and date; of a start the instant itself.
fn said(what: &str, said: &Said) -> String {
    if matches!(what, "start" | "first_seen" | "exposed_since") {
        let at = said.as_of.map_or_else(|| "unknown".to_owned(), minute);
        return if said.source.is_empty() { at } else { format!("{at} ({})", said.source) };
    }
    let how = Some(said.how.as_str()).filter(|how| !matches!(*how, "" | "known" | "unknown"));
    let source = Some(said.source.as_str()).filter(|source| !source.is_empty());
    let beside: Vec<String> =
        [how.map(str::to_owned), source.map(str::to_owned), said.as_of.map(day)]
            .into_iter()
            .flatten()
            .collect();
    match beside.as_slice() {
        [] => said.value.clone(),
        beside => format!("{} ({})", said.value, beside.join(", ")),
    }
}

fn minute(at: Instant) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests;
