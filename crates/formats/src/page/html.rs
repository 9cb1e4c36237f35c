//! How does a report look as one file that anyone can open?
//!
//! In: a [`Page`]. Out: an HTML document that needs nothing else. Styles and script are inside, a policy
//! in its head lets the browser run those two and nothing more (their SHA-256), and nothing is fetched.
//! Without script it reads the same; with it the queue can be filtered and sorted. How much is shown is
//! bounded, and what is left out is said where it would stand.

use std::io;

use sha2::{Digest, Sha256};

use super::markup::Markup;
use super::words::{answer, plural};
use super::{Page, charts, queue, sections};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Fixes that are shown; the rest is counted.
pub const FIXES: usize = 10_000;
/// Bytes after which no further fix is shown, whatever the count.
pub const BYTES: usize = 32 << 20;
/// Rows of every other list.
pub const ROWS: usize = 1_000;

/// Writes the document.
///
/// # Errors
/// What the writer returns.
pub fn write(page: &Page, out: &mut dyn io::Write) -> io::Result<()> {
    let mut markup = Markup::default();
    head(page, &mut markup);
    out.write_all(markup.take().as_bytes())?;
    summary(page, &mut markup);
    charts::timeline(page, &mut markup);
    out.write_all(markup.take().as_bytes())?;
    queue::write(page, out)?;
    charts::age(page, &mut markup);
    sections::unknown(page, &mut markup);
    sections::comparison(page, &mut markup);
    sections::assets(page, &mut markup);
    sections::silenced(page, &mut markup);
    sections::notices(page, &mut markup);
    sections::sources(page, &mut markup);
    foot(page, &mut markup);
    out.write_all(markup.take().as_bytes())
}

fn head(page: &Page, out: &mut Markup) {
    out.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-");
    out.text(&hash(STYLE)).raw("'; script-src 'sha256-").text(&hash(SCRIPT));
    out.raw("'; base-uri 'none'; form-action 'none'\">\n");
    out.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    out.raw("<meta name=\"referrer\" content=\"no-referrer\">\n");
    out.raw("<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
    out.text(&page.subject).raw(": fixes due — Gabion</title>\n<style>");
    // The hashes are of exactly what stands between the tags.
    out.raw(STYLE).raw("</style>\n</head>\n<body>\n");
}

/// The answer, what is missing, and the counts.
fn summary(page: &Page, out: &mut Markup) {
    out.raw("<a class=\"skip\" href=\"#queue\">To the queue</a>\n<header>\n<p class=\"kicker\">Gabion · ");
    out.text(&page.subject).raw(" · <time datetime=\"").text(&page.made.to_string()).raw("\">");
    out.text(&page.made.strftime("%a %-d %b %Y %H:%M UTC").to_string()).raw("</time></p>\n<h1>");
    out.text(&answer(page)).raw("</h1>\n");
    if !page.complete {
        out.raw("<p class=\"box caution\"><strong>Incomplete, so not a clean result.</strong> ");
        out.text(&page.missing.join(", "));
        out.raw(". <a href=\"#unknown\">What was not evaluated</a></p>\n");
    }
    for warning in page.warnings.iter().take(ROWS) {
        out.raw("<p class=\"box caution\"><strong>Warning:</strong> ").text(warning).raw("</p>\n");
    }
    if let Some(rest) = page.warnings.get(ROWS..).filter(|rest| !rest.is_empty()) {
        let rest = plural(rest.len() as u64, "more warning");
        out.element("<p class=\"box caution\">… and ", &rest, "; the JSON report has all.</p>\n");
    }
    if let Some(comparison) = &page.comparison {
        out.raw("<p>Since the earlier report: <strong>").number(comparison.new as i64);
        out.raw(" new</strong>, ").number(comparison.unchanged as i64).raw(" unchanged, ");
        out.number(comparison.gone.len() as i64);
        out.raw(" no longer seen. <a href=\"#comparison\">Details</a></p>\n");
    }
    tiles(page, out);
    out.raw("</header>\n<main>\n");
}

fn tiles(page: &Page, out: &mut Markup) {
    let within = |from: i64, to: i64| {
        let seconds = |fix: &super::Fix| {
            fix.due.map(|due| due.as_second().saturating_sub(page.made.as_second()))
        };
        let open = page.fixes.iter().filter(|fix| !fix.overdue);
        open.filter_map(seconds).filter(|left| (from..to).contains(left)).count()
    };
    const DAY: i64 = 86_400;
    let (known, assumed) = page.emergencies();
    let undated = page.fixes.iter().filter(|fix| fix.due.is_none() && !fix.overdue).count();
    let unknown: usize = page.not_evaluated.iter().map(|row| row.components.len()).sum();
    let tiles: [(&'static str, usize, bool); 8] = [
        ("overdue", page.overdue(), true),
        ("emergencies", known, true),
        ("assumed to be due earlier", assumed, true),
        ("due within 3 days", within(0, 3 * DAY + 1), false),
        ("due in 3 to 14 days", within(3 * DAY + 1, 14 * DAY + 1), false),
        ("due later", within(14 * DAY + 1, i64::MAX), false),
        ("on the next upgrade", undated, false),
        (
            "not evaluated or not read",
            unknown + page.not_read.len() + page.unrecognised.len(),
            false,
        ),
    ];
    out.raw("<ul class=\"tiles\">\n");
    for (label, count, urgent) in tiles {
        // What is seldom asked for takes no room when there is none.
        if count == 0 && matches!(label, "assumed to be due earlier" | "on the next upgrade") {
            continue;
        }
        out.raw(if urgent && count > 0 { "<li class=\"urgent\">" } else { "<li>" });
        out.raw("<strong>").number(count as i64).raw("</strong> ").text(label).raw("</li>\n");
    }
    out.raw("</ul>\n");
}

fn foot(page: &Page, out: &mut Markup) {
    out.raw("</main>\n<footer>\n<p>");
    out.text(&format!(
        "{} in {} of {}; {} of them the project's own; policy {}. Not seen is not fixed, and incomplete is never clean. All times are UTC. {}.",
        plural(page.components, "component"),
        plural(page.files, "file"),
        plural(page.assets.len() as u64, "asset"),
        page.first_party,
        page.policies.join(", "),
        page.program
    ));
    out.raw("</p>\n</footer>\n<script>").raw(SCRIPT).raw("</script>\n</body>\n</html>\n");
}

fn hash(text: &str) -> String {
    let digest: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    base64(&digest)
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let part = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = part(0) << 16 | part(1) << 8 | part(2);
        for digit in 0..4_u32 {
            let value = (bits >> (18 - 6 * digit)) & 63;
            let known = digit as usize <= chunk.len();
            let letter = DIGITS.get(value as usize).filter(|_| known);
            text.push(letter.map_or('=', |b| char::from(*b)));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base64_is_that_of_rfc_4648() {
        let check = |plain: &str, expect: &str| assert_eq!(base64(plain.as_bytes()), expect);
        check("", "");
        check("f", "Zg==");
        check("fo", "Zm8=");
        check("foo", "Zm9v");
        check("foobar", "Zm9vYmFy");
    }
}
