//! A table for people who hold it against its source: the head, what its words mean, then its lines.
//!
//! A table of cases is a grid in the source's words; any other is its rows in order, each with what the
//! source says and, where it differs, what Gabion asks.

use std::collections::BTreeMap;
use std::io::{self, Write};

use app::policy_show::{Column, Line, Shown};
use formats::text::{printable, width};

use super::table::wrap;
use crate::terminal::style::NAME;

/// Columns between two columns of a grid.
const GAP: usize = 2;

/// Writes the table.
pub fn write(out: &mut dyn Write, shown: &Shown, columns: usize) -> io::Result<()> {
    let mut view = View { out, shown, columns };
    view.head()?;
    if shown.cases { view.grid() } else { view.rows() }?;
    view.unknown()
}

struct View<'a> {
    out: &'a mut dyn Write,
    shown: &'a Shown,
    columns: usize,
}

impl View<'_> {
    fn head(&mut self) -> io::Result<()> {
        let shown = self.shown;
        let name = printable(&shown.name).into_owned();
        writeln!(self.out, "{NAME}{name}{NAME:#} {}", printable(&shown.version))?;
        if !shown.title.is_empty() {
            self.paragraph("  ", "  ", &printable(&shown.title))?;
        }
        let source = if shown.source.is_empty() { "not stated" } else { &shown.source };
        self.paragraph("  source: ", "          ", &printable(source))
    }

    /// Cases in columns; what the words mean comes before, so that the grid stays as narrow as its source's.
    fn grid(&mut self) -> io::Result<()> {
        let shown = self.shown;
        let foreign = shown.columns.iter().filter(|column| is_foreign(column));
        let meanings: Vec<String> = foreign.map(meaning).collect();
        if !meanings.is_empty() {
            writeln!(self.out, "\nIts columns, and the inputs that they are here:")?;
            for text in &meanings {
                self.paragraph("  ", "      ", text)?;
            }
        }
        let legend = legend(&shown.lines);
        if let Some(legend) = &legend {
            writeln!(self.out, "\nWhat it says, and when that is due here:")?;
            let longest = legend.iter().map(|(says, _)| width(says)).max().unwrap_or(0);
            for (says, due) in legend {
                let fill = " ".repeat(longest - width(says).min(longest));
                self.paragraph("  ", "      ", &printable(&format!("{says}{fill}  {due}")))?;
            }
        }
        let heads = shown.columns.iter().map(|c| c.name.clone());
        let last = if shown.outcome.is_empty() { "due".to_owned() } else { shown.outcome.clone() };
        let heads: Vec<String> =
            std::iter::once("row".to_owned()).chain(heads).chain([last]).collect();
        let lines: Vec<Vec<String>> =
            shown.lines.iter().map(|line| cells(line, legend.is_some())).collect();
        writeln!(self.out)?;
        self.columns(&heads, &lines)
    }

    /// Cells under heads of as many lines as they need.
    fn columns(&mut self, heads: &[String], lines: &[Vec<String>]) -> io::Result<()> {
        let cell = |line: &[String], at: usize| -> String {
            line.get(at).map(|text| printable(text).into_owned()).unwrap_or_default()
        };
        let widths: Vec<usize> = (0..heads.len())
            .map(|at| {
                let widest = lines.iter().map(|line| width(&cell(line, at))).max().unwrap_or(0);
                let words = heads.get(at).map(|head| head.split(' ').map(width).max().unwrap_or(0));
                widest.max(words.unwrap_or(0))
            })
            .collect();
        let heads: Vec<Vec<String>> =
            heads.iter().zip(&widths).map(|(head, wide)| wrap(&printable(head), *wide)).collect();
        let tall = heads.iter().map(Vec::len).max().unwrap_or(0);
        for level in 0..tall {
            let line: Vec<String> =
                heads.iter().map(|head| head.get(level).cloned().unwrap_or_default()).collect();
            self.row(&line, &widths)?;
        }
        for line in lines {
            let line: Vec<String> = (0..widths.len()).map(|at| cell(line, at)).collect();
            self.row(&line, &widths)?;
        }
        Ok(())
    }

    /// One line of a grid; where it does not fit, the last cell goes below it.
    fn row(&mut self, cells: &[String], widths: &[usize]) -> io::Result<()> {
        let whole: usize = widths.iter().map(|wide| wide + GAP).sum::<usize>().saturating_sub(GAP);
        let (last, before) = cells.split_last().map_or(("", cells), |(l, b)| (l.as_str(), b));
        let mut text = String::new();
        for (cell, wide) in before.iter().zip(widths) {
            text.push_str(&pad(cell, wide + GAP));
        }
        if whole <= self.columns {
            text.push_str(last);
            return writeln!(self.out, "{}", text.trim_end());
        }
        if !text.trim_end().is_empty() {
            writeln!(self.out, "{}", text.trim_end())?;
        }
        if last.is_empty() {
            return Ok(());
        }
        let hang = " ".repeat(widths.first().copied().unwrap_or(0) + GAP);
        self.paragraph(&hang, &hang, last)
    }

    fn rows(&mut self) -> io::Result<()> {
        writeln!(self.out, "\nThe first row that matches acts.\n")?;
        let shown = self.shown;
        let ids: Vec<String> = shown.lines.iter().map(|l| printable(&l.row).into_owned()).collect();
        let wide = ids.iter().map(|id| width(id)).max().unwrap_or(0).clamp(3, 24);
        let due = shown.lines.iter().map(|l| width(&l.due.text)).max().unwrap_or(0).max(3);
        let hang = " ".repeat(wide + GAP + due + GAP);
        writeln!(self.out, "{:<wide$}  {:<due$}  when", "row", "due")?;
        for (id, line) in ids.iter().zip(&shown.lines) {
            let start = format!("{}  {:<due$}  ", pad(id, wide), line.due.text);
            let when = printable(&line.when.join("; or ")).into_owned();
            if line.says.is_empty() {
                self.paragraph(&start, &hang, &when)?;
            } else {
                self.paragraph(&start, &hang, &printable(&line.says))?;
                self.paragraph(&format!("{hang}= "), &format!("{hang}  "), &when)?;
            }
        }
        Ok(())
    }

    /// What an unknown input counts as in this table.
    fn unknown(&mut self) -> io::Result<()> {
        let names = |asks: bool| -> Vec<String> {
            let columns = self.shown.columns.iter().filter(|c| c.input != "malicious");
            let columns = columns.filter(|c| c.asks_unknown == asks);
            columns.map(|c| c.input.replace('_', " ")).collect()
        };
        let (named, silent) = (names(true), names(false));
        let mut text = String::new();
        if !named.is_empty() {
            text.push_str(&format!("Unknown has rows of its own for {}. ", named.join(", ")));
        }
        if !silent.is_empty() {
            text.push_str(&format!(
                "An input that is not known ({}) counts as whatever leads to the strictest row, and the clock says so. ",
                silent.join(", ")
            ));
        }
        text.push_str("A malicious package is an emergency of 24 h in every table.");
        writeln!(self.out)?;
        self.paragraph("", "", &text)
    }

    fn paragraph(&mut self, first: &str, hang: &str, text: &str) -> io::Result<()> {
        let columns = self.columns.saturating_sub(width(hang)).max(20);
        for (at, line) in wrap(text, columns).iter().enumerate() {
            writeln!(self.out, "{}{line}", if at == 0 { first } else { hang })?;
        }
        Ok(())
    }
}

fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// Whether the source's words are other than ours.
fn is_foreign(column: &Column) -> bool {
    column.name != column.input.replace('_', " ")
        || column.values.iter().any(|value| value.word != value.means)
}

/// «Publicly Exposed is exposure: no = isolated or internal, yes = internet».
fn meaning(column: &Column) -> String {
    let other = column.values.iter().filter(|value| value.word != value.means);
    let words: Vec<String> =
        other.map(|value| format!("{} = {}", value.word, value.means)).collect();
    let words = if words.is_empty() { String::new() } else { format!(": {}", words.join(", ")) };
    format!("{} is {}{words}", column.name, column.input.replace('_', " "))
}

/// Each thing the source says with the due time it stands for, strictest first as met from below; `None`
/// where one saying stands for several, or for none.
fn legend(lines: &[Line]) -> Option<Vec<(String, String)>> {
    let mut found: BTreeMap<(i64, bool, bool, &str), &str> = BTreeMap::new();
    let mut sayings: BTreeMap<&str, &str> = BTreeMap::new();
    for line in lines {
        let due = line.due.text.as_str();
        let held = sayings.entry(&line.says).or_insert(due);
        if line.says.is_empty() || *held != due {
            return None;
        }
        let hours = line.due.hours.unwrap_or(i64::MAX);
        found.insert((hours, !line.due.emergency, !line.due.forensics, &line.says), due);
    }
    let pairs = found.into_iter().map(|((.., says), due)| (says.to_owned(), due.to_owned()));
    Some(pairs.collect())
}

/// A case's cells: row, values, and what is said or due.
fn cells(line: &Line, said: bool) -> Vec<String> {
    let last = match (said, line.says.is_empty()) {
        (true, _) => line.says.clone(),
        (false, true) => line.due.text.clone(),
        (false, false) => format!("{} ({})", line.due.text, line.says),
    };
    std::iter::once(line.row.clone()).chain(line.values.iter().cloned()).chain([last]).collect()
}
