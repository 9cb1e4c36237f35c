//! The queue of the ledger for people: the answer, then one fix after the other with why and what to do.

use std::io::{self, Write};

use app::queue::Filter;
use app::queue::list::{MOST_EMERGENCIES, Queue, Row};
use app::queue::views::View;
use formats::page::words::{plural, when};
use formats::text::{absolute, ago, printable};
use vocab::Instant;

use super::sheet::{Sheet, dotted};
use super::table::Style;
use crate::terminal::style::{CAUTION, FAINT, NAME, URGENT};

/// Columns before a row's lines.
const INDENT: usize = 7;
/// Published ids that are named.
const IDS: usize = 2;

/// Writes the page.
pub fn write(out: &mut dyn Write, queue: &Queue, style: Style) -> io::Result<()> {
    let mut sheet = Sheet::new(out, style);
    answer(&mut sheet, queue)?;
    for row in &queue.rows {
        sheet.gap()?;
        self::row(&mut sheet, row, queue.at)?;
    }
    if queue.rows.is_empty() {
        return nothing(&mut sheet, queue);
    }
    sheet.gap()?;
    let last = queue.skip + queue.rows.len() as u64;
    if queue.more {
        let next = format!("… more follow: --skip {last} shows the next, --limit more at once");
        sheet.paragraph(0, &next)?;
    }
    let text = "`gabion show X-n` tells all of a fix, `gabion triage X-n …` decides on it";
    let text = sheet.paint(FAINT, text);
    sheet.paragraph(0, &text)
}

/// The first line: what is open, overdue and an emergency in the whole ledger.
fn answer(sheet: &mut Sheet<'_>, queue: &Queue) -> io::Result<()> {
    let Some(last) = &queue.last_import else {
        return sheet.paragraph(0, "The ledger is empty: no report has been imported yet.");
    };
    let count = |n: i64, word: &str| plural(u64::try_from(n).unwrap_or(0), word);
    let mut parts = vec![format!("{} open", count(queue.open, "finding"))];
    if queue.overdue > 0 {
        let text = format!("{} overdue", count(queue.overdue, "fix"));
        parts.push(sheet.paint(URGENT, &text));
    }
    if queue.emergencies > 0 {
        let least = if queue.emergencies >= MOST_EMERGENCIES { "at least " } else { "" };
        let text = format!("{least}{}", plural(u64::from(queue.emergencies), "emergency"));
        parts.push(sheet.paint(URGENT, &text));
    }
    let read = format!(
        "Last report: {}, scanned {}.",
        printable(&last.name),
        ago(queue.at, last.scanned_at)
    );
    sheet.paragraph(0, &format!("{}. {read}", parts.join(", ")))?;
    let shown = words(&queue.filter, queue.view.as_deref());
    if !shown.is_empty() {
        let text = format!("Shown: {}.", shown.join("; "));
        let text = sheet.paint(FAINT, &printable(&text));
        sheet.paragraph(0, &text)?;
    }
    Ok(())
}

/// Nothing to list is never «no issues»: it says what was looked at and what to do.
fn nothing(sheet: &mut Sheet<'_>, queue: &Queue) -> io::Result<()> {
    let filtered = queue.filter != Filter::default();
    let lines: &[&str] = match (&queue.last_import, filtered, queue.skip, queue.open) {
        (None, ..) => &[
            "Take a first report in:",
            "  gabion import REPORT --asset NAME     what a scanner wrote, in any format",
            "  gabion scan PATH --record             a scan of Gabion's own",
            "That nothing is reported does not mean that nothing is there.",
        ],
        (_, _, 1.., _) => &["Nothing follows after so many rows; leave --skip out."],
        (_, true, ..) => &[
            "Nothing matches. Names are written as the queue prints them, capitals too;",
            "--closed adds what was closed.",
        ],
        (_, _, _, 1..) => {
            &["Nothing waits: what is open is accepted for now (`gabion queue --accepted`)."]
        }
        _ => &[
            "All that was reported is closed, with evidence (`gabion queue --closed`).",
            "What no report covers is unknown: `gabion ledger imports` lists what was read.",
        ],
    };
    sheet.gap()?;
    lines.iter().try_for_each(|line| sheet.line(line))
}

fn row(sheet: &mut Sheet<'_>, row: &Row, now: Instant) -> io::Result<()> {
    let text = due(sheet, row, now);
    sheet.hanging(0, INDENT, &format!("{:<width$}{text}", row.fix, width = INDENT))?;
    let name = sheet.paint(NAME, &printable(&row.action));
    sheet.paragraph(INDENT, &name)?;
    let exposed = match row.exposure.as_str() {
        "internet" => sheet.paint(URGENT, "exposed to the internet"),
        "unknown" => "exposure unknown".to_owned(),
        other => printable(other).into_owned(),
    };
    let owner =
        if row.owner.is_empty() { "no owner".to_owned() } else { format!("owner {}", row.owner) };
    let place = place(row);
    let whereabouts = dotted(&[&row.asset, &place]);
    sheet.paragraph(INDENT, &format!("{whereabouts} · {exposed} · {}", printable(&owner)))?;
    sheet.labelled(INDENT, "closes", &printable(&closes(row)))?;
    let badges = badges(row);
    sheet.labelled(INDENT, "evidence", &printable(&badges.join(", ")))?;
    sheet.labelled(INDENT, "why", &printable(&row.why))?;
    if let Some(assumed) = &row.assumed {
        let text = super::words::assumed_of(now, assumed);
        let text = sheet.paint(CAUTION, &printable(&text));
        sheet.labelled(INDENT, "assumed", &text)?;
    }
    let fix = if row.fix_available { "available" } else { "none known" };
    sheet.labelled(INDENT, "fix", fix)
}

/// The place where the action does not name it already.
fn place(row: &Row) -> String {
    if row.action.contains(&row.place) { String::new() } else { row.place.clone() }
}

fn due(sheet: &Sheet<'_>, row: &Row, now: Instant) -> String {
    if row.findings > 0 && row.accepted >= row.findings {
        let until = row.accepted_until.map(|until| format!(" until {}", absolute(now, until)));
        return sheet.paint(CAUTION, &format!("accepted{}", until.unwrap_or_default()));
    }
    if row.findings == 0 {
        return "closed".to_owned();
    }
    let text =
        if row.clocked { when(now, row.due, row.overdue) } else { "without a date".to_owned() };
    match (row.emergency, row.overdue) {
        (true, _) => format!("{} {text}", sheet.paint(URGENT, "EMERGENCY")),
        (_, true) => sheet.paint(URGENT, &text),
        _ => text,
    }
}

fn closes(row: &Row) -> String {
    let shown: Vec<&str> = row.ids.iter().take(IDS).map(String::as_str).collect();
    let ids = if shown.is_empty() { row.title.clone() } else { shown.join(", ") };
    let ids = if row.ids.len() > IDS { format!("{ids} and more names") } else { ids };
    let more = match row.findings.saturating_sub(1) {
        1.. => format!(" and {}", plural(row.findings.saturating_sub(1) as u64, "more finding")),
        _ => String::new(),
    };
    let paused = match row.accepted {
        0 => String::new(),
        accepted if accepted >= row.findings => String::new(),
        accepted => format!("; {accepted} accepted for now"),
    };
    format!("{} {ids}{more}{paused}", row.leading)
}

/// What a reader wants to see at once: how bad, what attackers have, who says so.
fn badges(row: &Row) -> Vec<String> {
    let severity = match row.severity.as_str() {
        "" | "unknown" => "severity unknown",
        word => word,
    };
    let mut badges = vec![severity.to_owned()];
    badges.extend(row.badges.iter().map(|badge| match badge.as_str() {
        "kev" => "KEV".to_owned(),
        "exploit" => "public exploit".to_owned(),
        "malicious" => "malicious package".to_owned(),
        other => other.replace('_', " "),
    }));
    if row.unseen > 0 {
        badges.push(format!("{} unseen", row.unseen));
    }
    if row.sources != 0 {
        badges.push(plural(u64::try_from(row.sources).unwrap_or(0), "source"));
    }
    if !row.declared {
        badges.push("asset not declared".to_owned());
    }
    badges
}

/// What a filter lets through, in words.
fn words(filter: &Filter, view: Option<&str>) -> Vec<String> {
    let mut parts = Vec::new();
    parts.extend(view.map(|view| format!("view {view}")));
    let lists = [
        ("asset", &filter.assets),
        ("owner", &filter.owners),
        ("class", &filter.classes),
        ("severity", &filter.severities),
        ("source", &filter.sources),
        ("exposure", &filter.exposures),
    ];
    for (word, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
        parts.push(format!("{word} {}", list.join(" or ")));
    }
    // A built-in view is its own word.
    parts.extend(filter.only.iter().filter(|only| Some(only.as_str()) != view).cloned());
    if !filter.search.is_empty() {
        parts.push(format!("with «{}»", filter.search));
    }
    if filter.closed {
        parts.push("closed ones too".to_owned());
    }
    parts
}

/// Writes the list of views.
pub fn views(out: &mut dyn Write, views: &[View]) -> io::Result<()> {
    for view in views {
        let text = if view.built_in {
            view.words.to_owned()
        } else {
            words(&view.filter, None).join("; ")
        };
        let text = if text.is_empty() { "everything".to_owned() } else { text };
        writeln!(out, "{:<20} {}", printable(&view.name), printable(&text))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
