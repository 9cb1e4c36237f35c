//! How does a report look as a comment on a pull request?
//!
//! In: a [`Page`]. Out: Markdown (GitHub's and GitLab's): the answer, a short table, the rest folded;
//! the order is that of the page, so that two comments can be compared. It stays under [`MOST`]
//! characters; what is left out is counted. No text of a stranger makes a link, a mention, an image, a
//! reference or a tag.

use super::words::{answer, distinct, plural, when};
use super::{Emergency, Finding, Fix, Page};
use crate::text::{day, due_in, printable, truncate};

/// Characters that GitHub takes in one comment.
pub const MOST: usize = 65_536;
/// Kept free for what closes the document and for the sentence on what is left out.
const SPARE: usize = 1_200;
/// Fixes in the table; a reader of a comment acts on the first.
pub const FIXES: usize = 15;
/// Warnings above the table.
const WARNINGS: usize = 5;
/// Rows of each folded section.
const ROWS: usize = 100;
/// Columns of a name in a table.
const NAME: usize = 80;
/// Columns of a sentence.
const SENTENCE: usize = 500;

/// The comment.
pub fn render(page: &Page) -> String {
    let mut out = Comment::default();
    out.line(&format!("### {}", heading(page)));
    out.line("");
    out.line(&prose(&answer(page)));
    if !page.complete {
        let missing: Vec<String> = page.missing.iter().map(|m| prose(m)).collect();
        out.line("");
        let rest =
            if missing.is_empty() { String::new() } else { format!(" {}.", missing.join(", ")) };
        out.line(&format!("> **Incomplete, so not a clean result.**{rest}"));
    }
    if let Some(comparison) = &page.comparison {
        out.line("");
        out.line(&format!(
            "Against the earlier report: **{} new**, {} unchanged, {} no longer seen (which is not yet fixed).",
            comparison.new,
            comparison.unchanged,
            comparison.gone.len()
        ));
    }
    for warning in page.warnings.iter().take(WARNINGS) {
        out.line("");
        out.line(&format!("> Warning: {}", sentence(warning)));
    }
    if let Some(rest) = page.warnings.get(WARNINGS..).filter(|rest| !rest.is_empty()) {
        out.line("");
        out.line(&format!("> … and {}.", plural(rest.len() as u64, "more warning")));
    }
    table(page, &mut out);
    findings(page, &mut out);
    unknown(page, &mut out);
    others(page, &mut out);
    known(page, &mut out);
    out.finish()
}

fn heading(page: &Page) -> &'static str {
    match (page.overdue() > 0 || page.emergencies().0 > 0, page.fixes.is_empty(), page.complete) {
        (true, _, _) => "Gabion: act now",
        (_, false, _) => "Gabion: fixes due",
        (_, true, true) => "Gabion: nothing due",
        (_, true, false) => "Gabion: incomplete",
    }
}

fn table(page: &Page, out: &mut Comment) {
    if page.fixes.is_empty() {
        return;
    }
    out.line("");
    out.line("| # | Due | Fix | Asset | Closes |");
    out.line("|--:|:--|:--|:--|:--|");
    // A bar ends a cell even in a code span, unless it is escaped; elsewhere it is an entity already.
    let row = |at: usize, fix: &Fix| {
        format!(
            "| {} | {} | {} {} | {} | {} |",
            at + 1,
            due_cell(page, fix),
            code(&fix.package).replace('|', "\\|"),
            prose(&truncate(&printable(&fix.change), NAME)),
            prose(&truncate(&printable(&fix.asset), NAME)),
            names(page, &fix.closes, 3).replace('|', "\\|"),
        )
    };
    let rows = page.fixes.iter().take(FIXES).enumerate().map(|(at, fix)| row(at, fix));
    out.rows(rows, page.fixes.len(), "more fix");
}

fn due_cell(page: &Page, fix: &Fix) -> String {
    let when = match fix.due {
        Some(due) if !(fix.overdue && due >= page.made) => due_in(page.made, due),
        _ => when(page.made, fix.due, fix.overdue),
    };
    match fix.emergency {
        Emergency::Known => format!("**EMERGENCY** {when}"),
        Emergency::Assumed => format!("{when} **(assumed to be due earlier)**"),
        Emergency::No if fix.overdue => format!("**{when}**"),
        Emergency::No => when,
    }
}

fn names(page: &Page, findings: &[usize], most: usize) -> String {
    let all = distinct(findings.iter().filter_map(|at| page.finding(*at)));
    let mut parts: Vec<String> = all.iter().take(most).map(|f| name(f)).collect();
    if all.len() > most {
        parts.push(format!("and {} more", all.len() - most));
    }
    if parts.is_empty() { "nothing by itself".to_owned() } else { parts.join("; ") }
}

fn name(finding: &Finding) -> String {
    let mut words = vec![if finding.malicious {
        "malicious package".to_owned()
    } else {
        severity(finding).to_owned()
    }];
    words.extend(finding.marks.iter().take(4).map(|mark| sentence(mark)));
    if finding.new == Some(true) {
        words.push("**new**".to_owned());
    }
    format!("{} ({})", code(&finding.advisory), words.join(", "))
}

fn severity(finding: &Finding) -> &'static str {
    match finding.severity {
        vocab::Severity::Unknown => "severity unknown",
        known => known.as_str(),
    }
}

fn findings(page: &Page, out: &mut Comment) {
    let block = |at: usize, fix: &Fix| {
        let mut lines = vec![
            String::new(),
            format!("**{}. {}** {}", at + 1, code(&fix.package), sentence(&fix.change)),
            format!("- due: {}", sentence(&when(page.made, fix.due, fix.overdue))),
        ];
        lines.push(format!("- closes: {}", names(page, &fix.closes, 10)));
        if !fix.leaves.is_empty() {
            lines.push(format!("- leaves: {}", names(page, &fix.leaves, 10)));
        }
        if !fix.brings.is_empty() {
            let brings: Vec<String> = fix.brings.iter().take(10).map(|b| code(b)).collect();
            lines.push(format!("- brings: {}", brings.join(", ")));
        }
        lines.push(format!("- why: {}", sentence(&fix.why)));
        for remark in fix.closes.iter().chain(&fix.leaves).filter_map(|at| page.finding(*at)) {
            lines.extend(remark.remarks.iter().take(3).map(|r| format!("- note: {}", sentence(r))));
        }
        lines.push(format!("- do: {}", sentence(&fix.how)));
        if let Some(command) = fix.command.as_deref().filter(|c| c.len() <= SENTENCE) {
            lines.extend(command.lines().map(|line| format!("- run: {}", code_whole(line))));
        }
        lines.join("\n")
    };
    let blocks = page.fixes.iter().take(ROWS).enumerate().map(|(at, fix)| block(at, fix));
    out.section("Why, and what to do", page.fixes.len(), blocks, "more fix");
}

/// What nobody can say anything about.
fn unknown(page: &Page, out: &mut Comment) {
    let count: usize = page.not_evaluated.iter().map(|row| row.components.len()).sum();
    let rows = page.not_evaluated.iter().take(ROWS).map(|row| {
        let shown: Vec<String> = row.components.iter().take(5).map(|c| code(c)).collect();
        let rest = row.components.len().saturating_sub(shown.len());
        let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        format!(
            "- {} of {}: {}: {}{more}",
            plural(row.components.len() as u64, "component"),
            sentence(&row.ecosystem),
            sentence(&row.reason),
            shown.join(", ")
        )
    });
    let title = format!("Not evaluated ({})", plural(count as u64, "component"));
    out.section(&title, page.not_evaluated.len(), rows, "more reason");
    let rows = page.not_read.iter().take(ROWS);
    let rows = rows.map(|row| format!("- {}: {}", code(&row.place), sentence(&row.problem)));
    let title = format!("Not read ({})", plural(page.not_read.len() as u64, "place"));
    out.section(&title, page.not_read.len(), rows, "more place");
    let rows = page.unrecognised.iter().take(ROWS).map(|path| format!("- {}", code(path)));
    let title = format!("Without a reader ({})", plural(page.unrecognised.len() as u64, "file"));
    out.section(&title, page.unrecognised.len(), rows, "more file");
}

fn others(page: &Page, out: &mut Comment) {
    let rows = page.silenced.iter().take(ROWS).map(|row| {
        let until = row.until.map(|u| format!(" until {}", day(u))).unwrap_or_default();
        let since = row.since.map(|s| format!(" since {}", day(s))).unwrap_or_default();
        format!(
            "- {} in {} ({}): {}{since}{until}, by {}: {}",
            code(&row.advisory),
            code(&row.package),
            sentence(&row.asset),
            sentence(&row.how),
            sentence(&row.who),
            sentence(&row.why)
        )
    });
    let title = format!("Ignored or stated otherwise ({})", page.silenced.len());
    out.section(&title, page.silenced.len(), rows, "more finding");
    let gone = page.comparison.as_ref().map_or(&[][..], |comparison| &comparison.gone);
    let rows = gone.iter().take(ROWS).map(|row| {
        let seen = row.first_seen.map(|at| format!(", first seen {}", day(at)));
        format!("- {}{}", code(&row.what), seen.unwrap_or_default())
    });
    let title = format!("No longer seen, which is not yet fixed ({})", gone.len());
    out.section(&title, gone.len(), rows, "more finding");
    let rows = page.notices.iter().take(ROWS).map(|row| {
        format!(
            "- {} in {}: {} ({}) {}",
            code(&row.package),
            sentence(&row.asset),
            sentence(&row.kind),
            code(&row.advisory),
            sentence(&row.title)
        )
    });
    let title = format!("Notices, without a clock ({})", page.notices.len());
    out.section(&title, page.notices.len(), rows, "more notice");
}

/// What was known, and how old it is.
fn known(page: &Page, out: &mut Comment) {
    let rows = page.sources.iter().take(ROWS).map(|source| {
        let age = source.as_of.map_or_else(
            || "of unknown age".to_owned(),
            |at| format!("{} ({})", crate::text::ago(page.made, at), day(at)),
        );
        format!("- {}: {age}, {}", code(&source.feed), plural(source.records, "record"))
    });
    out.section("What was known, and how old it is", page.sources.len(), rows, "more feed");
    out.line("");
    out.line(&format!(
        "<sub>{} in {} of {}; policy {}; {}, {}</sub>",
        plural(page.components, "component"),
        plural(page.files, "file"),
        plural(page.assets.len() as u64, "asset"),
        sentence(&page.policies.join(", ")),
        sentence(&page.program),
        page.made.strftime("%Y-%m-%d %H:%M UTC")
    ));
}

/// Text that counts what it holds.
#[derive(Default)]
struct Comment {
    text: String,
    characters: usize,
    left_out: Vec<String>,
}

impl Comment {
    fn fits(&self, line: &str) -> bool {
        self.characters + line.chars().count() + SPARE < MOST
    }

    /// A line, unless there is no room for it.
    fn line(&mut self, line: &str) -> bool {
        let fits = self.fits(line);
        if fits {
            self.text.push_str(line);
            self.text.push('\n');
            self.characters += line.chars().count() + 1;
        }
        fits
    }

    /// Our own words, room or not.
    fn keep(&mut self, text: &str) {
        self.text.push_str(text);
        self.characters += text.chars().count();
    }

    /// Rows until there is no room, then how many of `all` are not there.
    fn rows(&mut self, rows: impl Iterator<Item = String>, all: usize, noun: &str) {
        let mut shown = 0;
        for row in rows {
            if !self.line(&row) {
                break;
            }
            shown += 1;
        }
        if all > shown {
            // Always told: SPARE is kept for it.
            self.keep(&format!("\n… and {}.\n", plural((all - shown) as u64, noun)));
        }
    }

    /// A folded section with rows; nothing when there are none.
    fn section(&mut self, title: &str, all: usize, rows: impl Iterator<Item = String>, noun: &str) {
        if all == 0 {
            return;
        }
        let open = format!("\n<details><summary>{title}</summary>\n");
        if !self.fits(&open) {
            self.left_out.push(title.to_owned());
            return;
        }
        self.line(&open);
        self.rows(rows, all, noun);
        // What closes it always has room: SPARE is kept for it.
        self.keep("\n</details>\n");
    }

    fn finish(mut self) -> String {
        if !self.left_out.is_empty() {
            let titles = self.left_out.join("; ");
            self.text.push_str(&format!("\nLeft out for length: {titles}.\n"));
        }
        self.text
    }
}

/// A sentence of whoever, cut.
fn sentence(text: &str) -> String {
    prose(&truncate(&printable(text), SENTENCE))
}

/// A text inside a line of Markdown, shown as it is: nothing in it is markup, HTML, a link, a mention,
/// a reference or an emoji. What hosts find in the rendered text (`@name`, `#1`, `GH-1`, `www.`) is
/// parted by a zero-width space, since no escape reaches them.
pub fn prose(text: &str) -> String {
    let text = printable(text);
    let mut safe = String::with_capacity(text.len() + 16);
    let mut before = ['\n'; 3];
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let next = rest.peek().copied();
        let parted = next.is_some_and(|n| !n.is_whitespace());
        match c {
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '|' => {
                entity(&mut safe, c)
            }
            // A time of day or a line number stays readable in the raw text.
            ':' if next.is_none_or(|n| n.is_whitespace() || n.is_ascii_digit()) => safe.push(c),
            '@' | '#' | '!' | '~' | '%' | '&' | '$' | '^' | ':' => {
                entity(&mut safe, c);
                if parted {
                    safe.push_str("&#8203;");
                }
            }
            // «www.», and «GH-1» as a reference to an issue.
            '.' if before.iter().all(|b| b.eq_ignore_ascii_case(&'w')) => safe.push_str("&#8203;."),
            '-' if next.is_some_and(|n| n.is_ascii_digit())
                && before[1].eq_ignore_ascii_case(&'g')
                && before[2].eq_ignore_ascii_case(&'h') =>
            {
                safe.push_str("&#8203;-");
            }
            _ => safe.push(c),
        }
        before = [before[1], before[2], c];
    }
    safe
}

fn entity(out: &mut String, c: char) {
    out.push_str(&format!("&#{};", u32::from(c)));
}

/// A name as a code span (CommonMark, section 6.1), cut: nothing inside one is read.
pub fn code(text: &str) -> String {
    code_whole(&truncate(&printable(text), NAME))
}

/// The same, whole: for what is to be pasted.
fn code_whole(text: &str) -> String {
    let text = printable(text);
    let text = text.trim();
    if text.is_empty() {
        return "—".to_owned();
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}
