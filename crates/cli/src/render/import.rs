//! How does a person read what an import came to? First the answer, then what was dropped and what did not
//! happen, with why.

use std::io::{self, Write};

use app::intake::Imported;
use formats::text::printable;

use super::table::wrap;
use crate::terminal::Terminal;

/// Most dropped records that are shown without `-v`.
const SHOWN: usize = 5;

/// Writes it.
pub fn write(out: &mut dyn Write, imported: &Imported, terminal: &Terminal) -> io::Result<()> {
    let paragraph = |out: &mut dyn Write, indent: &str, text: &str| -> io::Result<()> {
        let columns = terminal.width.saturating_sub(indent.len()).max(20);
        wrap(&printable(text), columns).iter().try_for_each(|line| writeln!(out, "{indent}{line}"))
    };
    paragraph(out, "", &answer(imported))?;
    for why in &imported.incomplete {
        paragraph(out, "  ", &format!("not whole: {why}"))?;
    }
    let most = if terminal.verbose { usize::MAX } else { SHOWN };
    for dropped in imported.dropped.iter().take(most) {
        paragraph(out, "  ", &format!("not used: {}: {}", dropped.place, dropped.why))?;
    }
    let shown = imported.dropped.len().min(most) as u64;
    if imported.dropped_total > shown {
        paragraph(
            out,
            "  ",
            &format!("and {} more not used; -v shows them", imported.dropped_total - shown),
        )?;
    }
    imported.remarks.iter().try_for_each(|remark| paragraph(out, "  ", remark))
}

/// «12 new, 3 closed, 40 unchanged from trivy (Trivy JSON) on web».
pub fn answer(imported: &Imported) -> String {
    let mut parts = Vec::new();
    let mut part = |count: u64, word: &str| {
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    };
    part(imported.new, "new");
    part(imported.closed, "closed");
    part(imported.reopened, "open again");
    part(imported.changed, "changed");
    part(imported.unchanged, "unchanged");
    part(imported.unseen, "unseen");
    part(imported.dropped_total, "not used");
    let what = match (imported.repeat, parts.is_empty()) {
        (true, _) => "Nothing new: the same document was taken in before;".to_owned(),
        (false, true) => "Nothing reported".to_owned(),
        (false, false) => parts.join(", "),
    };
    let mut line =
        format!("{what} from {} ({}) on {}", imported.source, imported.title, imported.asset);
    if !imported.reference.is_empty() {
        line.push_str(&format!(", {}", imported.reference));
    }
    if imported.linked > 0 {
        line.push_str(&format!("; {} tied to what other claims report", imported.linked));
    }
    if imported.dry_run {
        line.push_str(" (dry run: nothing was kept)");
    }
    line
}
