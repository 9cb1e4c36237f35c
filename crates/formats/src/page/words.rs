//! Which words do all pages share: the answer, a due time, a count?

use vocab::Instant;

use super::{Finding, Page};
use crate::text::{due, printable};

/// The first sentence: how much is due, how bad, and when the first of it.
pub fn answer(page: &Page) -> String {
    let what = printable(&page.subject);
    if page.findings.is_empty() {
        let checked = page.components.saturating_sub(page.first_party);
        return nothing(&what, checked, page.silenced.len() as u64, page.complete);
    }
    let mut parts = vec![format!(
        "{} for {} in {what}",
        plural(page.fixes.len() as u64, "fix"),
        plural(page.findings.len() as u64, "finding")
    )];
    let (known, assumed) = page.emergencies();
    let overdue = page.overdue();
    if overdue > 0 {
        parts.push(format!("{overdue} overdue"));
    }
    if known > 0 {
        parts.push(plural(known as u64, "emergency"));
    }
    if assumed > 0 {
        parts.push(format!("{assumed} assumed to be due earlier"));
    }
    let first = page.fixes.iter().filter_map(|fix| fix.due).min();
    let first = first.map(|first| format!(" First {}.", due(page.made, first)));
    format!("{}.{}", parts.join(", "), first.unwrap_or_default())
}

/// The first sentence when nothing is in the queue. Only what was read whole, with nothing set aside, is
/// said to be unaffected.
pub fn nothing(what: &str, checked: u64, aside: u64, complete: bool) -> String {
    let findings = plural(aside, "finding");
    match (complete, aside) {
        (true, 0) => {
            format!(
                "Nothing due in {what}: {} checked, none affected.",
                plural(checked, "component")
            )
        }
        (true, _) => format!(
            "Nothing due in {what}: {} checked; {findings} set aside, ignored or stated otherwise.",
            plural(checked, "component")
        ),
        (false, 0) => format!(
            "Nothing found in {what}, but the scan is incomplete: this is not a clean result."
        ),
        (false, _) => format!(
            "Nothing due in {what}, with {findings} set aside, and the scan is incomplete: this is not a clean result."
        ),
    }
}

/// The findings with each advisory once: a package at several versions has it several times.
pub fn distinct<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<&'a Finding> {
    let mut told = std::collections::HashSet::new();
    findings.filter(|finding| told.insert(finding.advisory.as_str())).collect()
}

/// When something is due. What an earlier row made overdue stays so, however far the present row's
/// date is.
pub fn when(now: Instant, due_at: Option<Instant>, overdue: bool) -> String {
    let text = due_at.map_or_else(|| "on the next upgrade".to_owned(), |at| due(now, at));
    let earlier = overdue && due_at.is_none_or(|at| at >= now);
    if earlier { format!("overdue by an earlier row; now {text}") } else { text }
}

/// `1 fix`, `2 fixes`, `3 emergencies`.
pub fn plural(count: u64, noun: &str) -> String {
    if count == 1 {
        return format!("1 {noun}");
    }
    if let Some(stem) = noun.strip_suffix("fix") {
        return format!("{count} {stem}fixes");
    }
    match noun.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o']) => format!("{count} {stem}ies"),
        _ => format!("{count} {noun}s"),
    }
}

/// Whole days from one instant to a later one; none when it is not later.
pub fn days(from: Instant, to: Instant) -> i64 {
    to.as_second().saturating_sub(from.as_second()).max(0) / 86_400
}
