//! What is due when, and age against exposure: a drawing, and beside it a table that says the same.

use std::collections::BTreeMap;

use vocab::Exposure;

use super::age::{self, BANDS, Point, Row};
use super::markup::Markup;
use super::queue::cut;
use super::words::plural;
use super::{Emergency, Fix, Page};
use crate::text::day;

/// Days listed one by one; what is due after them is one row.
const DAYS: usize = 30;
/// The drawing's inner width and height, in its own units.
const WIDE: i64 = 560;
const HIGH: i64 = 240;
/// Points closer than this are one.
const CELL: i64 = 10;

/// A row for each day on which something is due.
pub fn timeline(page: &Page, out: &mut Markup) {
    if page.fixes.is_empty() {
        return;
    }
    let mut days: BTreeMap<(u8, String), Vec<&Fix>> = BTreeMap::new();
    for fix in &page.fixes {
        let key = match fix.due {
            _ if fix.overdue => (0, "Overdue".to_owned()),
            Some(due) => (1, day(due)),
            None => (2, "On the next upgrade".to_owned()),
        };
        days.entry(key).or_default().push(fix);
    }
    let mut rows: Vec<(String, Vec<&Fix>)> = Vec::new();
    let mut later: Vec<&Fix> = Vec::new();
    let mut last = String::new();
    for ((sort, label), fixes) in days {
        if sort == 1 && rows.len() >= DAYS {
            later.extend(fixes);
        } else {
            if sort == 1 {
                last.clone_from(&label);
            }
            rows.push((label, fixes));
        }
    }
    if !later.is_empty() {
        rows.push((format!("After {last}"), later));
    }
    let most = rows.iter().map(|(_, fixes)| fixes.len()).max().unwrap_or(1).max(1);
    out.raw("<section aria-labelledby=\"when-title\">\n<h2 id=\"when-title\">What is due when</h2>\n<div class=\"scroll\" tabindex=\"0\"><table class=\"when\">\n<thead><tr><th scope=\"col\">Day (UTC)</th><th scope=\"col\">Fixes</th><th scope=\"col\"><span class=\"hide\">As a bar</span></th><th scope=\"col\">First of them</th></tr></thead>\n<tbody>\n");
    for (label, fixes) in &rows {
        let urgent = fixes.iter().filter(|f| f.overdue || f.emergency != Emergency::No).count();
        out.element("<tr><th scope=\"row\">", label, "</th><td>").number(fixes.len() as i64);
        let count = |wanted| fixes.iter().filter(|f| f.emergency == wanted).count() as u64;
        let (known, assumed) = (count(Emergency::Known), count(Emergency::Assumed));
        if known > 0 {
            out.element(" <strong class=\"mark\">▲ ", &plural(known, "emergency"), "</strong>");
        }
        if assumed > 0 {
            let assumed = format!("{assumed} assumed");
            out.element(" <strong class=\"mark assumed\">△ ", &assumed, "</strong>");
        }
        out.raw("</td><td>");
        bar(urgent, fixes.len(), most, out);
        let names: Vec<String> =
            fixes.iter().take(3).map(|f| format!("{} in {}", f.package, f.asset)).collect();
        let rest = fixes.len() - names.len();
        let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        out.raw("</td><td>").text(&cut(&format!("{}{more}", names.join(", ")), 300));
        out.raw("</td></tr>\n");
    }
    out.raw("</tbody></table></div>\n</section>\n");
}

/// Length for the count, the urgent part first and filled differently.
fn bar(urgent: usize, all: usize, most: usize, out: &mut Markup) {
    let length = |count: usize| (count * 160).div_ceil(most) as i64;
    out.raw("<svg class=\"bar\" viewBox=\"0 0 160 12\" width=\"160\" height=\"12\" aria-hidden=\"true\"><rect class=\"plain\" width=\"");
    out.number(length(all)).raw("\" height=\"12\"/><rect class=\"hot\" width=\"");
    out.number(if urgent > 0 { length(urgent) } else { 0 }).raw("\" height=\"12\"/></svg>");
}

/// How long findings have been exposed, against how long they may stay.
pub fn age(page: &Page, out: &mut Markup) {
    let rows = age::rows(&page.findings, page.made);
    if rows.is_empty() {
        return;
    }
    out.raw("<section aria-labelledby=\"age-title\">\n<h2 id=\"age-title\">Age against exposure</h2>\n<p class=\"faint\">How long attackers or the public have known of each finding, against how long its policy lets it stay. The clock starts at the first sighting here when that is later, so a finding can be older than its allowance and still be in time.</p>\n<div class=\"side\">\n");
    drawing(&age::points(&page.findings, page.made), out);
    table(&rows, out);
    out.raw("</div>\n</section>\n");
}

fn table(rows: &[Row], out: &mut Markup) {
    out.raw("<div class=\"scroll\" tabindex=\"0\"><table>\n<caption>Findings by days exposed</caption>\n<thead><tr><th scope=\"col\">Exposure</th><th scope=\"col\" class=\"n\">over age</th>");
    for (at, most) in BANDS.iter().enumerate() {
        let from = at.checked_sub(1).and_then(|b| BANDS.get(b)).map_or(0, |b| b + 1);
        out.raw("<th scope=\"col\" class=\"n\">")
            .number(from)
            .raw("–")
            .number(*most)
            .raw(" d</th>");
    }
    out.raw("<th scope=\"col\" class=\"n\">more</th><th scope=\"col\" class=\"n\">not known</th><th scope=\"col\" class=\"n\">oldest</th></tr></thead>\n<tbody>\n");
    for row in rows {
        out.raw("<tr><th scope=\"row\">").raw(sign(row.exposure)).raw(" ");
        out.text(row.exposure.as_str()).raw("</th><td class=\"n\">");
        out.number(row.longer as i64).raw(" of ").number(row.findings as i64).raw("</td>");
        for count in row.bands.iter().chain([&row.undated]) {
            out.raw("<td class=\"n\">").number(*count as i64).raw("</td>");
        }
        let oldest = row.oldest.map_or_else(|| "—".to_owned(), |days| format!("{days} d"));
        out.element("<td class=\"n\">", &oldest, "</td></tr>\n");
    }
    out.raw("</tbody></table></div>\n");
}

/// The sign that stands for an exposure; colour says the same.
fn sign(exposure: Exposure) -> &'static str {
    match exposure {
        Exposure::Internet => "●",
        Exposure::Unknown => "◆",
        Exposure::Internal => "■",
        Exposure::Isolated => "▲",
    }
}

/// Days exposed to the right, days it may stay upwards, both by logarithm; below the line a finding is
/// older than its allowance.
fn drawing(points: &[Point], out: &mut Markup) {
    if points.is_empty() {
        return;
    }
    let right = points.iter().map(|p| p.exposed).max().unwrap_or(0).clamp(90, 3_650);
    let top = points.iter().map(|p| p.allowed).max().unwrap_or(0).clamp(90, 3_650);
    let x = |days: i64| 46 + scaled(days, right, WIDE);
    let y = |days: i64| 10 + HIGH - scaled(days, top, HIGH);
    out.raw("<figure><svg viewBox=\"0 0 620 300\" role=\"img\" aria-label=\"Days exposed against days a finding may stay; the table beside it says the same in numbers\">\n");
    // The line on which both are equal is straight, since both scales are logarithms of one day more.
    let meet = right.min(top);
    out.raw("<path class=\"late\" d=\"M46 250L").number(x(meet)).raw(" ").number(y(meet));
    if right > top {
        out.raw("L606 10");
    }
    out.raw("L606 250Z\"/>\n");
    for days in [1, 3, 7, 14, 30, 90, 365, 1_095] {
        if days <= right {
            out.raw("<path class=\"grid\" d=\"M").number(x(days)).raw(" 10V250\"/><text x=\"");
            out.number(x(days)).raw("\" y=\"266\" text-anchor=\"middle\">").number(days);
            out.raw("</text>\n");
        }
        if days <= top {
            out.raw("<path class=\"grid\" d=\"M46 ")
                .number(y(days))
                .raw("H606\"/><text x=\"40\" y=\"");
            out.number(y(days) + 4).raw("\" text-anchor=\"end\">").number(days).raw("</text>\n");
        }
    }
    out.raw("<text x=\"326\" y=\"288\" text-anchor=\"middle\">days exposed</text><text x=\"12\" y=\"130\" text-anchor=\"middle\" transform=\"rotate(-90 12 130)\">days it may stay</text>\n");
    let mut cells: BTreeMap<(Exposure, i64, i64), u64> = BTreeMap::new();
    for p in points {
        let (cx, cy) = (x(p.exposed) / CELL * CELL, y(p.allowed) / CELL * CELL);
        *cells.entry((p.exposure, cx, cy)).or_default() += p.count;
    }
    for ((exposure, cx, cy), count) in cells {
        mark(exposure, cx, cy, count, out);
    }
    out.raw("</svg>\n<figcaption class=\"faint\">Each sign is one finding or several close together, larger for more: ● internet ◆ unknown ■ internal ▲ isolated. In the shaded part they are over age: exposed for longer than they may stay.</figcaption></figure>\n");
}

fn mark(exposure: Exposure, cx: i64, cy: i64, count: u64, out: &mut Markup) {
    // One: 5; ten: 8; a thousand: 14.
    let size = 5 + 3 * i64::from(count.max(1).ilog10());
    let class = match exposure {
        Exposure::Internet => "<path class=\"p internet\" d=\"",
        Exposure::Unknown => "<path class=\"p unknown\" d=\"",
        Exposure::Internal => "<path class=\"p internal\" d=\"",
        Exposure::Isolated => "<path class=\"p isolated\" d=\"",
    };
    out.raw(class);
    let shape = match exposure {
        Exposure::Internet => format!(
            "M{} {cy}a{size} {size} 0 1 0 {} 0a{size} {size} 0 1 0 -{} 0",
            cx - size,
            2 * size,
            2 * size
        ),
        Exposure::Unknown => {
            format!("M{cx} {}l{size} {size}l-{size} {size}l-{size} -{size}", cy - size)
        }
        Exposure::Internal => {
            format!("M{} {}h{}v{}h-{}", cx - size, cy - size, 2 * size, 2 * size, 2 * size)
        }
        Exposure::Isolated => {
            format!("M{cx} {}l{size} {}h-{}", cy - size, 2 * size, 2 * size)
        }
    };
    out.text(&shape).raw("Z\"><title>").text(&plural(count, "finding")).raw("</title></path>\n");
}

fn scaled(days: i64, most: i64, length: i64) -> i64 {
    let part = ((days.clamp(0, most) + 1) as f64).ln() / ((most + 1) as f64).ln();
    (part * length as f64) as i64
}
