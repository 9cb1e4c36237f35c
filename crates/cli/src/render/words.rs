//! Which words do all formats share for what the report has as codes?
//!
//! Nothing is made printable here: each writer escapes for its own format.

use app::report::{Assumed, Finding, Fix, Place, Report, Statement};
use formats::page::words::plural;
use formats::text::day;
use vocab::Instant;

/// What keeps the scan from being complete, in counts.
pub fn missing(report: &Report) -> Vec<String> {
    let mut parts = Vec::new();
    if !report.not_evaluated.is_empty() {
        parts.push(format!(
            "{} of {} not evaluated",
            report.not_evaluated.len(),
            plural(report.components, "component")
        ));
    }
    if !report.not_read.is_empty() {
        let places = plural(report.not_read.len() as u64, "place");
        parts.push(format!("{places} not read in whole"));
    }
    if !report.unrecognised.is_empty() {
        let files = plural(report.unrecognised.len() as u64, "file");
        parts.push(format!("{files} without a reader"));
    }
    parts.extend(report.blind.iter().cloned());
    parts
}

/// What keeps the scan from speaking of all that was named, in one line; empty when nothing does.
pub fn gaps(report: &Report) -> String {
    let missing = if report.complete { Vec::new() } else { missing(report) };
    missing.into_iter().chain(report.left_out()).collect::<Vec<_>>().join(", ")
}

/// How many findings matched and are not in the queue, because somebody says so.
pub fn aside(report: &Report) -> u64 {
    (report.ignored.len() + report.stated.len()) as u64
}

/// «2 findings set aside: 1 ignored, 1 stated not affected or fixed»; nothing when there are none.
pub fn set_aside(report: &Report) -> Option<String> {
    let (ignored, stated) = (report.ignored.len(), report.stated.len());
    (aside(report) > 0).then(|| {
        format!(
            "{} set aside: {ignored} ignored, {stated} stated not affected or fixed",
            plural(aside(report), "finding")
        )
    })
}

/// The versions that end a finding, or what else does.
pub fn fixed(finding: &Finding) -> String {
    match finding.fixed_in.as_slice() {
        _ if finding.kind == "malicious" => "malicious: remove it".to_owned(),
        [] => "no fix is published".to_owned(),
        versions => format!("fixed in {}", versions.join(", ")),
    }
}

/// `1.0.0 → 1.0.2 (patch)`, `1.0.3 — remove it`, `1.0.3 — no fix published`.
pub fn change(fix: &Fix) -> String {
    let from = fix.from.join(", ");
    match (&fix.to, fix.action.as_str()) {
        (Some(to), _) if fix.step == "unknown" => format!("{from} → {to}"),
        (Some(to), _) => format!("{from} → {to} ({})", fix.step),
        (None, "remove") => format!("{from} — remove it"),
        (None, _) => format!("{from} — no fix published"),
    }
}

/// What is assumed of the findings of a fix: the earliest, where none is a known emergency.
pub fn assumed<'a>(findings: impl Iterator<Item = &'a Finding>) -> Option<&'a Assumed> {
    let mut first: Option<&Assumed> = None;
    for finding in findings {
        if finding.emergency {
            return None;
        }
        let key = |assumed: &Assumed| (!assumed.emergency, assumed.due);
        if let Some(assumed) = &finding.assumed
            && first.is_none_or(|held| key(assumed) < key(held))
        {
            first = Some(assumed);
        }
    }
    first
}

/// «assumed due in 24 h (…), emergency, as CISA KEV is missing».
pub fn assumed_words(now: Instant, assumed: &Assumed) -> String {
    let due = match assumed.due {
        Some(due) => formats::text::due(now, due),
        None => "due on the next upgrade".to_owned(),
    };
    let emergency = if assumed.emergency { ", emergency" } else { "" };
    format!("assumed {due}{emergency}, as {}", assumed.because)
}

/// «due in 24 h (…), emergency, if a feed that never came says so (gabion-24h row 2)».
pub fn assumed_of(now: Instant, assumed: &app::queue::Assumed) -> String {
    let due = match assumed.due {
        Some(due) => formats::text::due(now, due),
        None => "due on the next upgrade".to_owned(),
    };
    let emergency = if assumed.emergency { ", emergency" } else { "" };
    format!("{due}{emergency}, if a feed that never came says so ({})", assumed.policy)
}

/// What attackers have, and what else a reader wants to see at once.
pub fn marks(finding: &Finding) -> Vec<String> {
    let mut marks = Vec::new();
    let signals = &finding.signals;
    if let Some(kev) = &signals.kev {
        marks.push(if kev.ransomware { "KEV, ransomware" } else { "KEV" }.to_owned());
    }
    if signals.exploit.is_some() {
        marks.push("public exploit".to_owned());
    }
    if let Some(epss) = signals.epss.as_ref().filter(|epss| epss.percentile >= 0.9) {
        marks.push(format!("EPSS percentile {:.0}", epss.percentile * 100.0));
    }
    if let Some(statement) = &finding.statement {
        marks.push(format!("distribution: {statement}"));
    }
    if finding.reach.as_ref().is_some_and(|reach| reach.answer == "not_imported") {
        marks.push("not imported".to_owned());
    }
    if finding.disputed {
        marks.push("disputed".to_owned());
    }
    marks
}

/// What is said of a finding besides its clock, each in one sentence.
pub fn remarks(finding: &Finding) -> Vec<String> {
    let mut remarks = Vec::new();
    if let Some(statement) = &finding.statement {
        remarks.push(format!("The distribution says: {statement}."));
    }
    if let Some(reach) = &finding.reach {
        let detail = reach.detail.trim_end_matches('.');
        remarks.push(match reach.answer.as_str() {
            "not_imported" => {
                format!(
                    "Not imported: {detail}. That lowers its order among equals and closes nothing."
                )
            }
            "imported" => format!("Imported: {detail}."),
            "named" => format!("What is vulnerable is named in the sources: {detail}."),
            _ => format!("Whether it is imported is not known: {detail}."),
        });
    }
    if let Some(origin) = &finding.origin {
        remarks.push(format!("Matched although it is no release of the registry: {origin}."));
    }
    for vex in &finding.vex {
        let dated = vex.dated.map(|at| format!(", {}", day(at))).unwrap_or_default();
        remarks.push(format!(
            "VEX of {} ({}{dated}) says {}: {}.",
            vex.author,
            vex.origin,
            status(&vex.status),
            reason(vex).trim_end_matches('.')
        ));
    }
    if finding.disputed {
        remarks.push("Disputed by its vendor or assigner, which changes nothing.".to_owned());
    }
    remarks
}

/// A VEX status in words.
pub fn status(code: &str) -> &str {
    match code {
        "not_affected" => "not affected",
        "under_investigation" => "under investigation",
        other => other,
    }
}

/// Why a statement says what it says: its justification and its own words.
pub fn reason(statement: &Statement) -> String {
    let justification = statement.justification.as_deref().map(|code| code.replace('_', " "));
    match (justification, statement.text.as_str()) {
        (Some(justification), "") => justification,
        (Some(justification), text) => format!("{justification}: {text}"),
        (None, "") => "no reason given".to_owned(),
        (None, text) => text.to_owned(),
    }
}

/// `path:line`, and of an image the layer.
pub fn place(place: &Place) -> String {
    let line = if place.line > 0 { format!(":{}", place.line) } else { String::new() };
    let layer = place.layer.as_deref().map(|layer| format!(" in layer {}", short(layer)));
    format!("{}{line}{}", place.path, layer.unwrap_or_default())
}

/// A digest by its first twelve digits.
pub fn short(digest: &str) -> &str {
    let hex = digest.split_once(':').map_or(digest, |(_, hex)| hex);
    hex.get(..12).unwrap_or(hex)
}
