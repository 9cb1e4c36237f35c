//! The reports that were read, for people: one line each, the last first.

use std::io::{self, Write};

use app::queue::keep::ImportRow;
use formats::page::words::plural;
use formats::text::{day, printable};

use super::sheet::Sheet;
use super::table::Style;

/// Writes them.
pub fn write(out: &mut dyn Write, imports: &[ImportRow], style: Style) -> io::Result<()> {
    let mut sheet = Sheet::new(out, style);
    if imports.is_empty() {
        return sheet.paragraph(
            0,
            "No report has been imported yet: `gabion import REPORT --asset NAME` takes one in.",
        );
    }
    for import in imports {
        let document = &import.document;
        let counts = &import.counts;
        let mut parts = vec![plural(counts.observations, "observation")];
        let named = [
            (counts.new, "new"),
            (counts.changed, "changed"),
            (counts.closed, "closed"),
            (counts.reopened, "reopened"),
            (counts.unchanged, "unchanged"),
            (counts.dropped, "dropped"),
        ];
        let named = named.into_iter().filter(|(count, _)| *count > 0);
        parts.extend(named.map(|(count, word)| format!("{count} {word}")));
        let incomplete = if document.incomplete.is_empty() { "" } else { "; not whole" };
        let text = format!(
            "E-{:<6}{}  {} ({}): {}{incomplete}",
            import.entry,
            day(document.scanned_at),
            printable(&document.name),
            printable(&document.format),
            parts.join(", ")
        );
        sheet.hanging(0, 8, &text)?;
    }
    Ok(())
}
