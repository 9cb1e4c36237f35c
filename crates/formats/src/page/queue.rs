//! The queue as tables of a hundred rows: the first open, the others folded, so that a browser lays
//! out only what is looked at. The script makes one table of them, with pages, a filter and an order.

use std::io;

use super::markup::Markup;
use super::words::{distinct, plural, when};
use super::{Emergency, Finding, Fix, Page, age, html};
use crate::text::{absolute, day, printable, truncate};

/// Rows of one table.
const CHUNK: usize = 100;
/// Findings told of one fix.
const FINDINGS: usize = 20;
/// Columns of a name.
const NAME: usize = 300;
/// Columns of a sentence.
const SENTENCE: usize = 2_000;

const TABLE: &str = "<div class=\"scroll\"><table class=\"queue\">\n<thead><tr><th scope=\"col\">#</th><th scope=\"col\">Due</th><th scope=\"col\">Fix</th><th scope=\"col\">Asset, owner</th><th scope=\"col\">Closes, and why then</th></tr></thead>\n<tbody>\n";
const TABLE_END: &str = "</tbody></table></div>\n";

/// Writes the section.
pub fn write(page: &Page, out: &mut dyn io::Write) -> io::Result<()> {
    let mut markup = Markup::default();
    markup.raw("<section id=\"queue\" aria-labelledby=\"queue-title\">\n<h2 id=\"queue-title\">The queue</h2>\n");
    if page.fixes.is_empty() {
        markup.raw("<p>No fix is due.</p>\n</section>\n");
        return out.write_all(markup.take().as_bytes());
    }
    markup.raw("<p class=\"faint\">One row is one action of one owner. Overdue first, then by the time it is due.</p>\n<div id=\"controls\" hidden></div>\n");
    let most = page.fixes.len().min(html::FIXES);
    let (mut bytes, mut shown) = (0, 0);
    let kept = page.fixes.get(..most).unwrap_or(&page.fixes);
    for (number, chunk) in kept.chunks(CHUNK).enumerate() {
        if bytes > html::BYTES {
            break;
        }
        let first = number * CHUNK + 1;
        if number > 0 {
            markup.raw("<details class=\"chunk\"><summary>Fixes ").number(first as i64).raw(" to ");
            markup.number((first + chunk.len() - 1) as i64);
            if let Some(fix) = chunk.first() {
                markup.raw(", from ").text(&when(page.made, fix.due, fix.overdue));
            }
            markup.raw("</summary>\n");
        }
        markup.raw(TABLE);
        for (at, fix) in chunk.iter().enumerate() {
            row(page, first + at, fix, &mut markup);
        }
        markup.raw(TABLE_END);
        if number > 0 {
            markup.raw("</details>\n");
        }
        shown += chunk.len();
        let text = markup.take();
        bytes += text.len();
        out.write_all(text.as_bytes())?;
    }
    if shown < page.fixes.len() {
        let rest = plural((page.fixes.len() - shown) as u64, "further fix");
        markup.raw("<p class=\"box caution\">").text(&rest);
        markup.raw(" are left out of this page, the least urgent; the JSON report has all.</p>\n");
    }
    markup.raw("</section>\n");
    out.write_all(markup.take().as_bytes())
}

fn row(page: &Page, number: usize, fix: &Fix, out: &mut Markup) {
    let urgent = fix.overdue || fix.emergency != Emergency::No;
    out.raw(if urgent { "<tr class=\"urgent\" data-due=\"" } else { "<tr data-due=\"" });
    if let Some(due) = fix.due {
        out.number(due.as_second());
    }
    out.raw("\"><th scope=\"row\">").number(number as i64).raw("</th><td data-is=\"Due\">");
    due_cell(page, fix, out);
    out.raw("</td><td data-is=\"Fix\"><strong>").text(&cut(&fix.package, NAME)).raw("</strong> ");
    out.element("<span class=\"faint\">", &cut(&fix.ecosystem, NAME), "</span>");
    out.element("<div>", &cut(&fix.change, NAME), "</div>");
    if let Some(command) = &fix.command {
        for line in command.lines().take(FINDINGS) {
            out.element("<code>", &cut(line, SENTENCE), "</code>");
        }
    }
    out.raw("</td><td data-is=\"Asset\">").text(&cut(&fix.asset, NAME));
    let owner = fix.owner.as_deref().map(|owner| format!("owner {}", cut(owner, NAME)));
    out.element("<div class=\"faint\">", owner.as_deref().unwrap_or("no owner"), "</div>");
    out.raw("</td><td data-is=\"Closes\">");
    let find = |all: &[usize]| -> Vec<&Finding> {
        distinct(all.iter().filter_map(|at| page.finding(*at)))
    };
    names(&find(&fix.closes), out);
    if !fix.leaves.is_empty() {
        out.raw("<div class=\"stays\">Stays open:</div>");
        names(&find(&fix.leaves), out);
    }
    out.element("<p>", &cut(&fix.why, SENTENCE), "</p>");
    more(page, fix, out);
    out.raw("</td></tr>\n");
}

fn due_cell(page: &Page, fix: &Fix, out: &mut Markup) {
    match fix.emergency {
        Emergency::Known => {
            out.raw("<strong class=\"mark\">▲ Emergency</strong> ");
        }
        Emergency::Assumed => {
            out.raw("<strong class=\"mark assumed\">△ Assumed to be due earlier</strong> ");
        }
        Emergency::No => {}
    }
    if fix.overdue {
        out.raw("<strong class=\"mark\">● Overdue</strong> ");
    }
    match fix.due {
        Some(due) => {
            let earlier = fix.overdue && due >= page.made;
            out.raw(if earlier { "by an earlier row; now " } else { "" });
            out.raw("<span>").text(&crate::text::due_in(page.made, due)).raw("</span> ");
            out.raw("<time datetime=\"").text(&due.to_string()).raw("\">");
            out.text(&absolute(page.made, due)).raw("</time>");
        }
        None => {
            out.text(&when(page.made, None, fix.overdue));
        }
    }
}

fn names(named: &[&Finding], out: &mut Markup) {
    out.raw(if named.is_empty() { "<div>Closes nothing by itself." } else { "<div>" });
    for (at, finding) in named.iter().take(6).enumerate() {
        out.raw(if at > 0 { "; " } else { "" });
        advisory(finding, out);
        out.raw(" <span class=\"faint\">(");
        let mut words = vec![match finding.severity {
            _ if finding.malicious => "malicious package",
            vocab::Severity::Unknown => "severity unknown",
            known => known.as_str(),
        }];
        words.extend(finding.marks.iter().take(4).map(String::as_str));
        out.text(&cut(&words.join(", "), NAME)).raw(")</span>");
        if finding.new == Some(true) {
            out.raw(" <strong class=\"mark new\">new</strong>");
        }
    }
    if named.len() > 6 {
        out.raw("; and ").number((named.len() - 6) as i64).raw(" more");
    }
    out.raw("</div>");
}

/// The advisory's name, and where it can be read.
fn advisory(finding: &Finding, out: &mut Markup) {
    match &finding.record {
        Some(record) => {
            let (id, _) = crate::sarif::uri(record.as_bytes());
            out.raw("<a rel=\"noreferrer noopener\" href=\"https://osv.dev/vulnerability/");
            out.text(&id).raw("\">").text(&cut(&finding.advisory, NAME)).raw("</a>");
        }
        None => {
            out.text(&cut(&finding.advisory, NAME));
        }
    }
}

/// What to do and what is known, folded.
fn more(page: &Page, fix: &Fix, out: &mut Markup) {
    out.raw("<details><summary>What to do, and each finding</summary><p>");
    out.text(&cut(&fix.how, SENTENCE)).raw("</p>");
    if !fix.brings.is_empty() {
        let brings = format!("Itself affected by: {}.", fix.brings.join(", "));
        out.element("<p>", &cut(&brings, SENTENCE), "</p>");
    }
    out.raw("<ul>");
    let all = fix.closes.iter().map(|at| (at, false));
    let all = all.chain(fix.leaves.iter().map(|at| (at, true)));
    let known: Vec<(&Finding, bool)> =
        all.filter_map(|(at, leaves)| page.finding(*at).map(|f| (f, leaves))).collect();
    for (finding, leaves) in known.iter().take(FINDINGS) {
        out.raw("<li>");
        advisory(finding, out);
        out.raw(if *leaves { " (stays)" } else { "" }).raw(" ");
        out.text(&cut(&finding.title, SENTENCE)).raw(". ").text(&facts(finding, page));
        out.raw("</li>");
    }
    if known.len() > FINDINGS {
        out.raw("<li>and ").number((known.len() - FINDINGS) as i64).raw(" more findings</li>");
    }
    out.raw("</ul>");
    if !fix.files.is_empty() {
        let files = format!("Files: {}", fix.files.join(", "));
        out.element("<p class=\"faint\">", &cut(&files, SENTENCE), "</p>");
    }
    out.raw("</details>");
}

/// A finding's ages, places and remarks, as sentences.
fn facts(finding: &Finding, page: &Page) -> String {
    let mut parts = vec![match (finding.exposed_since, age::exposed(finding, page.made)) {
        (Some(since), Some(days)) => {
            format!("Exposed for {} (since {}).", plural(days.unsigned_abs(), "day"), day(since))
        }
        _ => "Since when it is exposed is not known.".to_owned(),
    }];
    if let Some(days) = age::allowed(finding) {
        parts.push(format!(
            "May stay {} from the start of its clock.",
            plural(days.unsigned_abs(), "day")
        ));
    }
    if !finding.fixed_in.is_empty() {
        parts.push(format!("Fixed in {}.", finding.fixed_in.join(", ")));
    }
    if !finding.installed.is_empty() {
        parts.push(format!("Installed as {}.", finding.installed.join(", ")));
    }
    if !finding.places.is_empty() {
        let shown: Vec<&str> = finding.places.iter().take(5).map(String::as_str).collect();
        let rest = finding.places.len() - shown.len();
        let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        parts.push(format!("At {}{more}.", shown.join(", ")));
    }
    parts.extend(finding.remarks.iter().take(10).cloned());
    cut(&parts.join(" "), SENTENCE)
}

/// Shown as it is, and no longer than so many columns.
pub fn cut(text: &str, columns: usize) -> String {
    truncate(&printable(text), columns).into_owned()
}
