//! One finding or fix for people: what it is, when it is due and why, who says so, what happened, what
//! would end it.

use std::io::{self, Write};

use app::queue::call::reason_words;
use app::queue::show::{Claim, Fix, Short, Shown, Told};
use formats::page::words::{plural, when};
use formats::text::{absolute, ago, day, due_in, printable};
use vocab::Instant;

use super::sheet::{Sheet, dotted};
use super::table::Style;
use crate::terminal::style::{CAUTION, FAINT, NAME, URGENT};

/// Columns before the parts.
const IN: usize = 2;
/// Lines of history, places and references without --verbose.
const FEW: usize = 12;

/// Writes it.
pub fn write(out: &mut dyn Write, shown: &Shown, style: Style) -> io::Result<()> {
    let mut page = Page { sheet: Sheet::new(out, style), now: shown.at };
    if let Some(finding) = &shown.finding {
        page.finding(finding)?;
    }
    if let Some(fix) = &shown.fix {
        page.fix(fix)?;
    }
    Ok(())
}

struct Page<'a> {
    sheet: Sheet<'a>,
    now: Instant,
}

impl Page<'_> {
    fn finding(&mut self, told: &Told) -> io::Result<()> {
        let title = self.sheet.paint(NAME, &printable(&told.title));
        self.sheet.hanging(0, IN, &format!("{} {title}", told.finding))?;
        let state = self.state(told);
        self.sheet.paragraph(IN, &state)?;
        self.facts(told)?;
        self.clock(told)?;
        self.claims(told)?;
        self.history(told)?;
        self.waiting(told)?;
        self.sheet.head(if told.state == "open" {
            "What would end it"
        } else {
            "What would change it"
        })?;
        told.ends
            .iter()
            .try_for_each(|line| self.sheet.hanging(IN, IN + 2, &format!("- {}", printable(line))))
    }

    /// The answer: open and due when, or closed as what by which evidence.
    fn state(&self, told: &Told) -> String {
        if told.state == "void" {
            return "void: the import that opened it was taken back".to_owned();
        }
        if let Some(closure) = told.closure.as_ref().filter(|_| told.state == "closed") {
            let of = match closure.duplicate_of {
                0 => String::new(),
                of => format!(" of F-{of}"),
            };
            let at = told.closed_at.map(|at| format!(", {}", absolute(self.now, at)));
            return format!(
                "closed as {}{of}{}: {}",
                reason_words(&closure.reason),
                at.unwrap_or_default(),
                printable(&closure.evidence)
            );
        }
        let due = match &told.clock {
            Some(clock) => when(self.now, clock.due, told.overdue),
            None => "without a date".to_owned(),
        };
        let due = if told.overdue { self.sheet.paint(URGENT, &due) } else { due };
        let emergency = told.clock.as_ref().is_some_and(|clock| clock.emergency);
        let emergency = if emergency {
            format!("{} ", self.sheet.paint(URGENT, "EMERGENCY"))
        } else {
            String::new()
        };
        let accepted = match told.decision.accepted_until {
            Some(until) if until > self.now => {
                let text = format!("; accepted until {}", absolute(self.now, until));
                self.sheet.paint(CAUTION, &text)
            }
            Some(until) => {
                let text = format!("; its acceptance ended {}", absolute(self.now, until));
                self.sheet.paint(CAUTION, &text)
            }
            None => String::new(),
        };
        let confirmed = if told.decision.confirmed { ", confirmed" } else { "" };
        format!("open{confirmed}, {emergency}{due}{accepted}")
    }

    fn facts(&mut self, told: &Told) -> io::Result<()> {
        self.sheet.gap()?;
        let by_hand = |set: &str| if set.is_empty() { "" } else { " (set by a person)" };
        let severity = format!("{}{}", told.severity, by_hand(&told.decision.severity));
        self.label("severity", &severity)?;
        self.label("ids", &told.ids.join(", "))?;
        self.label("kind", &dotted(&[&told.class, &told.rule]))?;
        let version = match told.version.as_str() {
            "" => String::new(),
            version => format!(" at {version}"),
        };
        self.label("place", &format!("{}{version}", told.place))?;
        let declared =
            if told.declared { "" } else { " (not declared: nothing is linked across sources)" };
        self.label("asset", &format!("{}{declared}", told.asset))?;
        let says = match told.exposure_source.as_str() {
            "" => String::new(),
            says => format!(" ({says})"),
        };
        self.label("exposure", &format!("{}{says}", told.exposure))?;
        let owner = if told.owner.is_empty() { "nobody" } else { &told.owner };
        self.label("owner", owner)?;
        let seen = format!("{} ({})", day(told.first_seen), ago(self.now, told.first_seen));
        self.label("first seen", &seen)?;
        let known = if told.fix_available { "" } else { " (no fixed version or patch is known)" };
        self.label("fix", &format!("{}{known}", told.action))
    }

    fn label(&mut self, label: &str, text: &str) -> io::Result<()> {
        self.sheet.labelled(IN, label, &printable(text))
    }

    fn clock(&mut self, told: &Told) -> io::Result<()> {
        let Some(clock) = &told.clock else { return Ok(()) };
        self.sheet.head("Why this date")?;
        self.sheet.paragraph(IN, &printable(&clock.why))?;
        self.label("started", &absolute(self.now, clock.start))?;
        if let Some(since) = clock.exploit_since {
            let text = format!("available since {} ({})", day(since), ago(self.now, since));
            self.label("exploit", &text)?;
        }
        if let Some(assumed) = &clock.assumed {
            self.label("assumed", &super::words::assumed_of(self.now, assumed))?;
        }
        let life = clock.life.iter();
        for former in life.flat_map(|life| &life.former) {
            let (seen, closed) = (day(former.seen), day(former.closed_at));
            let text = format!("first seen {seen}, closed as {} {closed}", former.reason);
            self.label("before", &text)?;
        }
        if !clock.moved_by.is_empty() {
            self.label("moved by", &clock.moved_by)?;
        }
        self.label("policy", &clock.policy)
    }

    fn claims(&mut self, told: &Told) -> io::Result<()> {
        let live = told.claims.iter().filter(|claim| claim.live).count();
        self.sheet.head(&match (live, told.claims.len()) {
            (live, all) if live == all => format!("Who says so ({})", plural(all as u64, "claim")),
            (live, all) => format!("Who says so ({live} of {})", plural(all as u64, "claim")),
        })?;
        told.claims.iter().try_for_each(|claim| self.claim(claim))
    }

    fn claim(&mut self, claim: &Claim) -> io::Result<()> {
        let mut parts = vec![self.sheet.paint(NAME, &printable(&claim.source))];
        if !claim.reference.is_empty() {
            parts.push(format!("on {}", printable(&claim.reference)));
        }
        if !claim.live {
            parts.push("(no longer reported)".to_owned());
        } else if claim.standing != "reported" && !claim.standing.is_empty() {
            parts.push(format!("({})", printable(&claim.standing.replace('_', " "))));
        }
        let title = printable(&claim.title).into_owned();
        self.sheet.hanging(
            IN,
            IN + 2,
            &format!("{}: {title}, {}", parts.join(" "), claim.severity),
        )?;
        let most = if self.sheet.verbose() { usize::MAX } else { FEW };
        for place in claim.places.iter().take(most) {
            self.sheet.hanging(IN + 2, IN + 4, &format!("at {}", printable(place)))?;
        }
        self.sheet.rest(
            IN + 2,
            claim.places.len().saturating_sub(most),
            " places; -v lists all",
        )?;
        if let Some(unseen) = &claim.unseen {
            let since = unseen.since.map(|at| format!(" since {}", formats::text::day(at)));
            let runs = plural(u64::try_from(unseen.runs).unwrap_or(0), "run");
            let missing = unseen.missing.iter().map(|missing| {
                let word = if missing.no { "no" } else { "not said" };
                format!("{} {word} ({})", missing.which, missing.why)
            });
            let missing = missing.collect::<Vec<_>>().join("; ");
            let text = format!("unseen{} in {runs}: {missing}", since.unwrap_or_default());
            self.sheet.hanging(IN + 2, IN + 4, &printable(&text))?;
        }
        if !claim.fixed_in.is_empty() {
            let text = format!("fixed in {}", claim.fixed_in.join(", "));
            self.sheet.hanging(IN + 2, IN + 4, &printable(&text))?;
        }
        if claim.rule != "first" {
            let text = format!("tied by {} ({}), {}", claim.rule, claim.evidence, claim.author);
            let text = self.sheet.paint(FAINT, &printable(&text));
            self.sheet.hanging(IN + 2, IN + 4, &text)?;
        }
        if self.sheet.verbose() {
            for text in [&claim.description, &claim.remedy].into_iter().filter(|t| !t.is_empty()) {
                for line in text.lines() {
                    self.sheet.paragraph(IN + 4, &printable(line))?;
                }
            }
            for address in &claim.references {
                self.sheet.line(&format!("{:1$}{2}", "", IN + 4, printable(address)))?;
            }
        }
        Ok(())
    }

    fn history(&mut self, told: &Told) -> io::Result<()> {
        self.sheet.head("What happened")?;
        let few = if self.sheet.verbose() { usize::MAX } else { FEW };
        let hidden = told.history.len().saturating_sub(few);
        for (at, line) in told.history.iter().enumerate() {
            // The first line and the latest ones tell the story.
            if at > 0 && at <= hidden {
                continue;
            }
            let text = format!(
                "{} {} {}: {}",
                line.entry,
                day(line.at),
                printable(&line.author),
                printable(&line.words)
            );
            self.sheet.hanging(IN, IN + 5, &text)?;
            let left_out = told.history_left_out + hidden;
            if at == 0 && left_out > 0 {
                self.sheet.paragraph(IN, &format!("… {left_out} more; -v or --format json"))?;
            }
        }
        Ok(())
    }

    fn waiting(&mut self, told: &Told) -> io::Result<()> {
        if !told.proposals.is_empty() {
            self.sheet.head("Proposals that wait for a person")?;
        }
        for proposal in &told.proposals {
            let reason = match proposal.reason.as_str() {
                "" => String::new(),
                reason => format!(": {reason}"),
            };
            let text = format!(
                "{} by {}: {}{reason}",
                proposal.proposal,
                printable(&proposal.author),
                printable(&proposal.what)
            );
            self.sheet.hanging(IN, IN + 5, &text)?;
        }
        if let Some(first) = told.proposals.first() {
            let text = format!("`gabion triage approve {0}` or `reject {0}`", first.proposal);
            self.sheet.paragraph(IN, &text)?;
        }
        if !told.suggestions.is_empty() {
            self.sheet.head("May be the same")?;
        }
        for candidate in &told.suggestions {
            let text = format!(
                "{} {} ({:.2}, {})",
                candidate.finding,
                printable(&candidate.title),
                candidate.score,
                candidate.state
            );
            self.sheet.hanging(IN, IN + 5, &text)?;
            let why = self.sheet.paint(FAINT, &printable(&candidate.evidence));
            self.sheet.hanging(IN + 5, IN + 7, &why)?;
        }
        if let (Some(first), "open") = (told.suggestions.first(), told.state.as_str()) {
            let text =
                format!("`gabion triage {} link {}` merges them", told.finding, first.finding);
            self.sheet.paragraph(IN, &text)?;
        }
        Ok(())
    }

    fn fix(&mut self, fix: &Fix) -> io::Result<()> {
        let row = &fix.row;
        let action = self.sheet.paint(NAME, &printable(&row.action));
        self.sheet.hanging(0, IN, &format!("{} {action}", row.fix))?;
        let open = plural(u64::try_from(row.findings).unwrap_or(0), "open finding");
        let due = if row.clocked {
            when(self.now, row.due, row.overdue)
        } else {
            "without a date".to_owned()
        };
        let due = if row.findings == 0 { "nothing is left to do".to_owned() } else { due };
        let due = if row.overdue { self.sheet.paint(URGENT, &due) } else { due };
        let urgent = row.emergency && row.findings > 0;
        let urgent = if urgent { self.sheet.paint(URGENT, "EMERGENCY ") } else { String::new() };
        self.sheet.paragraph(IN, &format!("{urgent}{due}; {open}"))?;
        self.sheet.gap()?;
        self.label("asset", &row.asset)?;
        self.label("exposure", &row.exposure)?;
        self.label("owner", if row.owner.is_empty() { "nobody" } else { &row.owner })?;
        self.label("why", &row.why)?;
        self.label("policy", &row.policy)?;
        self.label("fix", if row.fix_available { "available" } else { "none known" })?;
        self.sheet.head("Findings that it ends")?;
        fix.listed.iter().try_for_each(|short| self.short(short))?;
        if fix.more {
            self.sheet.paragraph(IN, "… and more: `gabion queue`, `gabion export`")?;
        }
        Ok(())
    }

    fn short(&mut self, short: &Short) -> io::Result<()> {
        let state = match (short.state.as_str(), short.due) {
            ("open", Some(due)) => due_in(self.now, due),
            ("closed", _) => format!("closed as {}", reason_words(&short.reason)),
            (state, _) => state.to_owned(),
        };
        let ids = short.ids.first().map(String::as_str).unwrap_or_default();
        let text = dotted(&[&short.title, ids, &short.severity, &short.place, &state]);
        self.sheet.hanging(IN, IN + 5, &format!("{} {text}", short.finding))
    }
}
