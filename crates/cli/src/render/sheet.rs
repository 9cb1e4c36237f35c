//! What do the tables of the queue share: paragraphs, labels, heads, counts of what is left out?

use std::io::{self, Write};

use formats::text::printable;

use super::table::{Style, wrap};
use crate::terminal::style::{FAINT, NAME};

/// Columns before a labelled text.
const LABEL: usize = 11;

/// A table under way.
pub struct Sheet<'a> {
    out: &'a mut dyn Write,
    style: Style,
}

impl<'a> Sheet<'a> {
    pub fn new(out: &'a mut dyn Write, style: Style) -> Self {
        Self { out, style }
    }

    /// Whether everything is to be listed.
    pub fn verbose(&self) -> bool {
        self.style.verbose
    }

    /// The text in a style, where styles are written.
    pub fn paint(&self, style: anstyle::Style, text: &str) -> String {
        if self.style.colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// An empty line.
    pub fn gap(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    /// A line that is not wrapped: a command to paste, a row of a table.
    pub fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{text}")
    }

    /// A head, after an empty line.
    pub fn head(&mut self, text: &str) -> io::Result<()> {
        let text = self.paint(NAME, text);
        writeln!(self.out, "\n{text}")
    }

    /// Our own text, which may have styles in it; what is not ours must be printable.
    pub fn paragraph(&mut self, indent: usize, text: &str) -> io::Result<()> {
        self.hanging(indent, indent, text)
    }

    /// As a paragraph, with the lines after the first one further in.
    pub fn hanging(&mut self, first: usize, rest: usize, text: &str) -> io::Result<()> {
        let columns = self.style.width.saturating_sub(rest.max(first)).max(20);
        for (at, line) in wrap(text, columns).iter().enumerate() {
            let indent = if at == 0 { first } else { rest };
            writeln!(self.out, "{:indent$}{line}", "")?;
        }
        Ok(())
    }

    /// `label      text`, the text in its own column; nothing when it is empty.
    pub fn labelled(&mut self, indent: usize, label: &str, text: &str) -> io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        let column = indent + LABEL;
        let lines = wrap(text, self.style.width.saturating_sub(column).max(20));
        for (at, line) in lines.iter().enumerate() {
            if at == 0 {
                let label = self.paint(FAINT, &format!("{label:<width$}", width = LABEL - 1));
                writeln!(self.out, "{:indent$}{label} {line}", "")?;
            } else {
                writeln!(self.out, "{:column$}{line}", "")?;
            }
        }
        Ok(())
    }

    /// `… and 3 more`, with how to see them.
    pub fn rest(&mut self, indent: usize, left_out: usize, how: &str) -> io::Result<()> {
        match left_out {
            0 => Ok(()),
            more => self.paragraph(indent, &format!("… and {more} more{how}")),
        }
    }
}

/// Parts that are not empty, made printable, with ` · ` between them.
pub fn dotted(parts: &[&str]) -> String {
    let parts: Vec<_> =
        parts.iter().filter(|part| !part.is_empty()).map(|p| printable(p)).collect();
    parts.join(" · ")
}
