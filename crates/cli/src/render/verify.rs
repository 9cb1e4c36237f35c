//! How does a person read what a verification came to? First the answer, then each date that moved, then what
//! would close the rest.

use std::io::{self, Write};

use app::intake::verify::Verified;
use formats::page::words::plural;
use formats::text::{due, printable};
use vocab::Instant;

use super::table::wrap;
use crate::terminal::Terminal;

/// Most rows of a list that are shown without `-v`.
const SHOWN: usize = 20;

/// Writes it.
pub fn write(
    out: &mut dyn Write,
    verified: &Verified,
    now: Instant,
    terminal: &Terminal,
) -> io::Result<()> {
    let most = if terminal.verbose { usize::MAX } else { SHOWN };
    let when = |at: Option<Instant>| at.map_or_else(|| "no date".to_owned(), |at| due(now, at));
    let paragraph = |out: &mut dyn Write, indent: &str, text: &str| -> io::Result<()> {
        let columns = terminal.width.saturating_sub(indent.len()).max(20);
        wrap(&printable(text), columns).iter().try_for_each(|line| writeln!(out, "{indent}{line}"))
    };
    let dates = verified.moved_total.saturating_sub(verified.reworded_total);
    let mut parts = vec![format!("{} moved", plural(dates, "date"))];
    if verified.reworded_total > 0 {
        parts.push(format!("{} kept for another reason", verified.reworded_total));
    }
    parts.push(format!("{} closed as withdrawn", verified.withdrawn_total));
    let looked_at = format!("{} looked at", plural(verified.looked_at, "open finding"));
    let answer = match (verified.moved_total, verified.withdrawn_total) {
        (0, 0) => format!("{looked_at}: nothing moved."),
        _ => format!("{looked_at}: {}.", parts.join(", ")),
    };
    paragraph(out, "", &answer)?;
    for row in verified.moved.iter().take(most) {
        let dates = match row.due == row.was {
            true => format!("as before {}", when(row.due)),
            false => format!("{}; it was {}", when(row.due), when(row.was)),
        };
        paragraph(out, "  ", &format!("{} {}: {dates}", row.finding, row.title))?;
        paragraph(out, "      ", &row.why)?;
    }
    for row in verified.withdrawn.iter().take(most) {
        paragraph(out, "  ", &format!("{} {}: closed: {}", row.finding, row.title, row.needs))?;
    }
    for row in &verified.waits {
        paragraph(out, "  ", &format!("{} {} is {}", row.finding, row.title, row.state))?;
        let word = if row.state == "open" { "closes with: " } else { "" };
        paragraph(out, "      ", &format!("{word}{}", row.needs))?;
    }
    let told = verified.moved.len().min(most) + verified.withdrawn.len().min(most);
    let rest = (verified.moved_total + verified.withdrawn_total).saturating_sub(told as u64);
    if rest > 0 {
        paragraph(
            out,
            "  ",
            &format!("and {rest} more; -v shows up to a thousand of each, `gabion ledger` has all"),
        )?;
    }
    Ok(())
}
