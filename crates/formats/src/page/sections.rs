//! What is not the queue: what nobody can say anything about, what changed, what was looked at, what
//! was set aside, and what was known.

use super::html::ROWS;
use super::markup::Markup;
use super::queue::cut;
use super::words::plural;
use super::{Asset, Page, Silenced};
use crate::text::{ago, day};

/// Columns of a name.
const NAME: usize = 300;
/// Columns of a sentence.
const SENTENCE: usize = 2_000;

/// What was not evaluated and not read; said also when there is nothing of it.
pub fn unknown(page: &Page, out: &mut Markup) {
    out.raw("<section id=\"unknown\" aria-labelledby=\"unknown-title\">\n<h2 id=\"unknown-title\">Not evaluated, not read</h2>\n");
    if page.complete {
        out.raw("<p>Everything that was met was read and evaluated.</p>\n");
    } else {
        out.raw("<p class=\"box caution\"><strong>About these nothing is known. They are not clean.</strong></p>\n");
    }
    if !page.not_evaluated.is_empty() {
        out.raw("<div class=\"scroll\" tabindex=\"0\"><table>\n<caption>Components not evaluated</caption>\n<thead><tr><th scope=\"col\">How many</th><th scope=\"col\">Ecosystem</th><th scope=\"col\">Reason</th><th scope=\"col\">Which</th></tr></thead>\n<tbody>\n");
        for row in page.not_evaluated.iter().take(ROWS) {
            out.raw("<tr><th scope=\"row\">").number(row.components.len() as i64).raw("</th>");
            cells(&[&row.ecosystem, &row.reason], out);
            out.raw("<td>");
            list(&row.components, out);
            out.raw("</td></tr>\n");
        }
        out.raw("</tbody></table></div>\n");
        rest(page.not_evaluated.len(), "more reason", out);
    }
    if !page.not_read.is_empty() {
        table("Places not read whole", &["Place", "What was met"], out);
        for row in page.not_read.iter().take(ROWS) {
            out.raw("<tr>");
            cells(&[&row.place, &row.problem], out);
            out.raw("</tr>\n");
        }
        out.raw("</tbody></table></div>\n");
        rest(page.not_read.len(), "more place", out);
    }
    if !page.unrecognised.is_empty() {
        out.raw("<p>Look like manifests, and no reader knows them: ");
        list(&page.unrecognised, out);
        out.raw("</p>\n");
    }
    if !page.skipped.is_empty() {
        let count = plural(page.skipped.len() as u64, "place");
        out.element("<details><summary>Passed over by rule: ", &count, "</summary>\n");
        table("Passed over", &["Place", "Rule"], out);
        for row in page.skipped.iter().take(ROWS) {
            out.raw("<tr>");
            cells(&[&row.path, &row.rule], out);
            out.raw("</tr>\n");
        }
        out.raw("</tbody></table></div>\n");
        rest(page.skipped.len(), "more place", out);
        out.raw("</details>\n");
    }
    out.raw("</section>\n");
}

/// How it differs from the earlier report.
pub fn comparison(page: &Page, out: &mut Markup) {
    let Some(comparison) = &page.comparison else { return };
    out.raw("<section id=\"comparison\" aria-labelledby=\"comparison-title\">\n<h2 id=\"comparison-title\">Since the earlier report</h2>\n<ul class=\"tiles\">");
    let gone = comparison.gone.len() as u64;
    for (count, label) in [
        (comparison.new, "new findings"),
        (comparison.unchanged, "unchanged, with their clocks carried on"),
        (gone, "no longer seen"),
    ] {
        out.raw("<li><strong>").number(count as i64).raw("</strong> ").text(label).raw("</li>");
    }
    out.raw("</ul>\n");
    if !comparison.gone.is_empty() {
        out.raw("<p>No longer seen is not yet fixed: a file may have moved, or may not have been read.</p>\n<details><summary>Which</summary>\n");
        table("No longer seen", &["Finding", "First seen"], out);
        for row in comparison.gone.iter().take(ROWS) {
            out.raw("<tr>");
            let seen = row.first_seen.map_or_else(|| "—".to_owned(), day);
            cells(&[&row.what, &seen], out);
            out.raw("</tr>\n");
        }
        out.raw("</tbody></table></div>\n");
        rest(comparison.gone.len(), "more finding", out);
        out.raw("</details>\n");
    }
    out.raw("</section>\n");
}

/// What was looked at.
pub fn assets(page: &Page, out: &mut Markup) {
    out.raw("<section aria-labelledby=\"assets-title\">\n<h2 id=\"assets-title\">Assets</h2>\n");
    let columns = ["Asset", "Kind", "Exposure", "Owner", "Components", "Fixes due"];
    table("What was looked at", &columns, out);
    for asset in page.assets.iter().take(ROWS) {
        out.raw("<tr><th scope=\"row\">").text(&cut(&asset.name, NAME));
        if let Some(digest) = &asset.digest {
            out.element("<code>", &cut(digest, NAME), "</code>");
        }
        out.raw("</th><td>").text(&kind(asset));
        if let Some(end) = end(asset, page) {
            out.element(end.0, &end.1, "</div>");
        }
        out.raw("</td><td>").text(asset.exposure.as_str());
        out.element("<div class=\"faint\">", &cut(&asset.exposure_source, NAME), "</div></td><td>");
        out.text(&cut(asset.owner.as_deref().unwrap_or("nobody named"), NAME)).raw("</td><td>");
        out.text(&components(asset)).raw("</td><td class=\"n\">").number(asset.fixes as i64);
        out.raw("</td></tr>\n");
    }
    out.raw("</tbody></table></div>\n");
    rest(page.assets.len(), "more asset", out);
    out.raw("</section>\n");
}

fn kind(asset: &Asset) -> String {
    match &asset.distribution {
        Some(distribution) => format!("{}, {}", asset.kind, cut(distribution, NAME)),
        None => cut(&asset.kind, NAME),
    }
}

fn end(asset: &Asset, page: &Page) -> Option<(&'static str, String)> {
    let ends = asset.ends?;
    Some(if ends < page.made {
        ("<div class=\"mark\">", format!("● release ended {}", day(ends)))
    } else {
        ("<div class=\"faint\">", format!("release ends {}", day(ends)))
    })
}

fn components(asset: &Asset) -> String {
    let all = format!("{} in {}", asset.components, plural(asset.files, "file"));
    match asset.owned {
        0 => all,
        owned => format!("{all}; {owned} of them brought by the distribution's packages"),
    }
}

/// What a person or a document took out of the queue.
pub fn silenced(page: &Page, out: &mut Markup) {
    if page.silenced.is_empty() {
        return;
    }
    out.raw("<section aria-labelledby=\"silenced-title\">\n<h2 id=\"silenced-title\">Ignored or stated otherwise</h2>\n<p class=\"faint\">These matched. They are not in the queue because somebody says so.</p>\n");
    let columns = ["Advisory", "Package", "Asset", "How", "Who", "Why", "Until"];
    table("Not in the queue", &columns, out);
    for row in page.silenced.iter().take(ROWS) {
        out.raw("<tr>");
        let (how, until) = (how(row), row.until.map_or_else(|| "no end".to_owned(), day));
        let texts = [&row.advisory, &row.package, &row.asset, &how, &row.who, &row.why, &until];
        cells(&texts.map(String::as_str), out);
        out.raw("</tr>\n");
    }
    out.raw("</tbody></table></div>\n");
    rest(page.silenced.len(), "more finding", out);
    out.raw("</section>\n");
}

fn how(row: &Silenced) -> String {
    row.since.map_or_else(|| row.how.clone(), |since| format!("{} since {}", row.how, day(since)))
}

/// What has no clock.
pub fn notices(page: &Page, out: &mut Markup) {
    if page.notices.is_empty() {
        return;
    }
    out.raw("<section aria-labelledby=\"notices-title\">\n<h2 id=\"notices-title\">Notices, without a clock</h2>\n");
    table("Notices", &["Package", "Asset", "What", "Advisory", "Title"], out);
    for row in page.notices.iter().take(ROWS) {
        out.raw("<tr>");
        cells(&[&row.package, &row.asset, &row.kind, &row.advisory, &row.title], out);
        out.raw("</tr>\n");
    }
    out.raw("</tbody></table></div>\n");
    rest(page.notices.len(), "more notice", out);
    out.raw("</section>\n");
}

/// What was known, and how old it is.
pub fn sources(page: &Page, out: &mut Markup) {
    out.raw("<section aria-labelledby=\"sources-title\">\n<h2 id=\"sources-title\">What was known, and how old it is</h2>\n<p>The index was built ");
    out.text(&ago(page.made, page.index_built)).raw(".</p>\n");
    if !page.partial.is_empty() {
        out.raw("<p class=\"box caution\">Of these ecosystems not all advisories are known, so a component without a match is not evaluated: ");
        list(&page.partial, out);
        out.raw("</p>\n");
    }
    table("Feeds", &["Feed", "Speaks up to", "Age", "Records"], out);
    for source in page.sources.iter().take(ROWS) {
        out.raw("<tr>");
        let dated = source.as_of.map_or_else(|| "not known".to_owned(), day);
        let age = source.as_of.map_or_else(|| "—".to_owned(), |at| ago(page.made, at));
        cells(&[&source.feed, &dated, &age, &source.records.to_string()], out);
        out.raw("</tr>\n");
    }
    out.raw("</tbody></table></div>\n");
    rest(page.sources.len(), "more feed", out);
    out.raw("</section>\n");
}

fn table(caption: &str, columns: &[&str], out: &mut Markup) {
    out.element(
        "<div class=\"scroll\" tabindex=\"0\"><table>\n<caption>",
        caption,
        "</caption>\n<thead><tr>",
    );
    for column in columns {
        out.element("<th scope=\"col\">", column, "</th>");
    }
    out.raw("</tr></thead>\n<tbody>\n");
}

/// The first as the row's name, the others beside it.
fn cells(texts: &[&str], out: &mut Markup) {
    for text in texts {
        out.element("<td>", &cut(text, SENTENCE), "</td>");
    }
}

/// Some of them, then how many more.
fn list(texts: &[String], out: &mut Markup) {
    const SHOWN: usize = 50;
    let shown: Vec<String> = texts.iter().take(SHOWN).map(|text| cut(text, NAME)).collect();
    out.text(&shown.join(", "));
    if texts.len() > shown.len() {
        out.raw(" and ").number((texts.len() - shown.len()) as i64).raw(" more");
    }
}

fn rest(all: usize, noun: &str, out: &mut Markup) {
    if all > ROWS {
        let rest = plural((all - ROWS) as u64, noun);
        out.element("<p>… and ", &rest, "; the JSON report has all.</p>\n");
    }
}
