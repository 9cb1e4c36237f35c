//! How does a person read what a fix does? First the answer, then each project: what changes, what stays
//! and why, what was run; the diffs last.

use std::io::{self, Write};

use app::fix::report::{FixReport, Project, Ran, Step};
use formats::text::{due, printable};

use super::table::wrap;
use crate::terminal::{Terminal, style};

/// Most lines of a diff that are shown without `-v`.
const DIFF_LINES: usize = 60;
/// Most names of a list that are shown without `-v`.
const NAMES: usize = 8;

/// Writes it.
pub fn write(out: &mut dyn Write, made: &FixReport, terminal: &Terminal) -> io::Result<()> {
    let mut view = View { out, made, terminal };
    view.answer()?;
    for project in &made.projects {
        view.project(project)?;
    }
    view.rest()
}

struct View<'a> {
    out: &'a mut dyn Write,
    made: &'a FixReport,
    terminal: &'a Terminal,
}

impl View<'_> {
    fn answer(&mut self) -> io::Result<()> {
        let made = self.made;
        let steps = || made.projects.iter().flat_map(|p| &p.fixes).chain(&made.not_applied);
        let all = steps().count();
        let applied = steps().filter(|s| s.outcome == "applied").count();
        let closed: usize = made.projects.iter().map(|p| p.closed.len()).sum();
        let line = match &made.after {
            _ if all == 0 && !made.before.complete => {
                "Nothing to fix was found, but the scan is incomplete: this is not a clean result; `gabion scan` with the same paths says what is missing.".to_owned()
            }
            _ if all == 0 => "Nothing to fix.".to_owned(),
            Some(after) => format!(
                "{applied} of {all} fixes applied: {} findings before, {} after.",
                made.before.findings, after.findings
            ),
            None => format!(
                "{applied} of {all} fixes can be applied; they would close {closed} of {} findings. Nothing was changed; --write does it.",
                made.before.findings
            ),
        };
        self.paragraph("", &line)
    }

    fn project(&mut self, project: &Project) -> io::Result<()> {
        let name = printable(&project.folder).into_owned();
        let head = match project.state.as_str() {
            "refused" | "unchanged" => format!("{} ({}), nothing changes", name, project.manager),
            state => format!(
                "{} ({}), {state}: {} findings → {}",
                name, project.manager, project.before, project.after
            ),
        };
        let (on, off) = (style::NAME, style::NAME.render_reset());
        writeln!(self.out, "\n{on}{head}{off}")?;
        if let Some(reason) = &project.reason {
            self.paragraph("  ", &printable(reason))?;
        }
        for step in &project.fixes {
            self.step(step, project.reason.is_none())?;
        }
        self.list("closes", &project.closed)?;
        self.list("brings", &project.brought)?;
        for remark in &project.remarks {
            self.paragraph("  ", &printable(remark))?;
        }
        for ran in &project.tools {
            self.ran(ran)?;
        }
        for file in &project.files {
            self.diff(&file.diff, file.cut)?;
        }
        Ok(())
    }

    fn step(&mut self, step: &Step, reasons: bool) -> io::Result<()> {
        let to = step.to.as_ref().map_or_else(String::new, |to| format!(" → {to}"));
        let word = step.outcome.replace('_', " ");
        let when = step.due.map_or_else(String::new, |at| format!(", {}", due(self.made.at, at)));
        // A major step may ask for changed code, which no scan sees.
        let major = if step.step == "major" { " (major step: build and test)" } else { "" };
        let from = step.from.join(", ");
        let line = format!("{word}: {} {from}{to}{major}{when}", step.package);
        self.paragraph("  ", &printable(&line))?;
        for line in &step.lines {
            self.paragraph("      ", &printable(line))?;
        }
        if let Some(reason) = step.reason.as_ref().filter(|_| reasons) {
            self.paragraph("      ", &printable(reason))?;
        }
        if let Some(age) = &step.age {
            self.paragraph("      ", &printable(&format!("age rule: {age}")))?;
        }
        if let Some(command) = &step.command {
            for line in command.lines() {
                writeln!(self.out, "      $ {}", printable(line))?;
            }
        }
        Ok(())
    }

    fn list(&mut self, label: &str, items: &[String]) -> io::Result<()> {
        if items.is_empty() {
            return Ok(());
        }
        let most = if self.terminal.verbose { usize::MAX } else { NAMES };
        let mut text = items.iter().take(most).map(String::as_str).collect::<Vec<_>>().join("; ");
        if items.len() > most {
            text.push_str(&format!("; and {} more", items.len() - most));
        }
        self.paragraph("  ", &printable(&format!("{label} {}: {text}", items.len())))
    }

    fn ran(&mut self, ran: &Ran) -> io::Result<()> {
        let line = format!(
            "ran on a copy: {} {} ({}; {}; {:.1} s; {})",
            ran.tool,
            ran.arguments.join(" "),
            ran.version,
            ran.path,
            ran.seconds,
            ran.ended
        );
        let (on, off) = (style::FAINT, style::FAINT.render_reset());
        self.paragraph("  ", &format!("{on}{}{off}", printable(&line)))
    }

    fn diff(&mut self, diff: &str, cut: bool) -> io::Result<()> {
        writeln!(self.out)?;
        let most = if self.terminal.verbose { usize::MAX } else { DIFF_LINES };
        for line in diff.lines().take(most) {
            writeln!(self.out, "{}", printable(line))?;
        }
        let more = diff.lines().count().saturating_sub(most);
        if more > 0 {
            writeln!(self.out, "… and {more} more lines; -v shows all")?;
        }
        if cut {
            writeln!(self.out, "… and more than a report holds")?;
        }
        Ok(())
    }

    fn rest(&mut self) -> io::Result<()> {
        let made = self.made;
        if !made.not_applied.is_empty() {
            writeln!(self.out, "\nNo tool here changes these:")?;
            for step in &made.not_applied {
                self.step(step, true)?;
            }
        }
        if !made.age_rules.is_empty() {
            writeln!(self.out, "\nRules that hold young releases back:")?;
            for rule in &made.age_rules {
                let line = format!("{}:{}: {} ({})", rule.path, rule.line, rule.text, rule.who);
                self.paragraph("  ", &printable(&line))?;
            }
        }
        Ok(())
    }

    fn paragraph(&mut self, indent: &str, text: &str) -> io::Result<()> {
        let columns = self.terminal.width.saturating_sub(indent.len()).max(20);
        for line in wrap(text, columns) {
            writeln!(self.out, "{indent}{line}")?;
        }
        Ok(())
    }
}
