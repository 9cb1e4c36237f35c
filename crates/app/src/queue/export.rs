//! How do findings leave for other programs?
//!
//! In: a filter, a form. Out: one line a finding, written while the ledger is read, so that memory does not grow with
//! their number. CSV cells never begin as a formula. The whole record is another thing: [`super::keep`].

use std::io::Write;

use ledger::row::Finding;
use serde::Serialize;
use vocab::Instant;

use super::names::{self, Letter};
use super::{Filter, QueueError, show};
use crate::books::{Actor, Books, UseCase, allow};

/// The form of the lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A JSON object a line.
    Lines,
    /// Comma-separated values with a head line.
    Csv,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Exported {
    /// Findings written.
    pub written: u64,
    /// Findings looked at.
    pub seen: u64,
}

/// One finding.
#[derive(Debug, Serialize)]
struct Line<'a> {
    finding: String,
    state: &'a str,
    closure: &'a str,
    closed_at: Option<Instant>,
    evidence: &'a str,
    class: &'a str,
    severity: &'a str,
    title: &'a str,
    ids: &'a [String],
    rule: &'a str,
    place: &'a str,
    version: &'a str,
    asset: &'a str,
    exposure: &'a str,
    owner: &'a str,
    first_seen: Instant,
    due: Option<Instant>,
    overdue: bool,
    emergency: bool,
    why: &'a str,
    policy: &'a str,
    exploit_since: Option<Instant>,
    badges: &'a [String],
    accepted_until: Option<Instant>,
    confirmed: bool,
    action: &'a str,
    fix_available: bool,
    sources: i64,
    assumed_due: Option<Instant>,
    assumed_emergency: bool,
}

const HEAD: &str = "finding,state,closure,closed_at,evidence,class,severity,title,ids,rule,place,version,asset,\
exposure,owner,first_seen,due,overdue,emergency,why,policy,exploit_since,badges,accepted_until,confirmed,action,\
fix_available,sources,assumed_due,assumed_emergency";

/// Writes the findings that the filter lets through, by number; closed ones only where it says so.
///
/// # Errors
/// Refused, a filter that findings cannot answer, `out` cannot be written, the ledger's.
pub fn export(
    actor: &Actor,
    books: &mut Books,
    filter: &Filter,
    form: Form,
    now: Instant,
    out: &mut dyn Write,
) -> Result<Exported, QueueError> {
    allow(actor, UseCase::Export, true)?;
    let asked = Asked::of(books, filter, now)?;
    if form == Form::Csv {
        writeln!(out, "{HEAD}")?;
    }
    let mut counts = Exported::default();
    let mut failed = None;
    let asset = asked.only_asset;
    books.ledger.each_finding(asset, !filter.closed, &mut |finding| {
        counts.seen += 1;
        if !asked.lets_through(&finding) {
            return true;
        }
        counts.written += 1;
        failed = write(out, &finding, form, now).err();
        failed.is_none()
    })?;
    match failed {
        Some(error) => Err(error.into()),
        None => Ok(counts),
    }
}

/// A filter, prepared for one finding after the other.
struct Asked<'a> {
    filter: &'a Filter,
    words: Vec<String>,
    proposals: Vec<i64>,
    only_asset: Option<i64>,
    now: Instant,
}

impl<'a> Asked<'a> {
    fn of(books: &mut Books, filter: &'a Filter, now: Instant) -> Result<Self, QueueError> {
        super::views::known(filter)?;
        if !filter.sources.is_empty() {
            return Err(super::unfit(
                "an export cannot be filtered by source",
                "filter the queue by source, or the exported lines by rule and asset",
            ));
        }
        let words = filter.search.split_whitespace().map(str::to_lowercase).collect();
        let proposals = if filter.only.iter().any(|only| only == "proposals") {
            let mut waiting: Vec<i64> =
                books.ledger.proposals(None)?.into_iter().map(|row| row.finding).collect();
            waiting.sort_unstable();
            waiting
        } else {
            Vec::new()
        };
        // One asset is asked for as one; of none by that name nothing is to come out.
        let only_asset = match filter.assets.as_slice() {
            [name] => {
                let assets = books.ledger.assets()?;
                assets.into_iter().find(|(_, facts)| facts.name == *name).map(|(id, _)| id)
            }
            _ => None,
        };
        Ok(Self { filter, words, proposals, only_asset, now })
    }

    fn lets_through(&self, finding: &Finding) -> bool {
        let any = |list: &[String], value: &str| {
            list.is_empty() || list.iter().any(|wanted| wanted == value)
        };
        let owner = match show::owner(finding) {
            "" => "-",
            owner => owner,
        };
        finding.state != "void"
            && finding.reference == self.filter.reference
            && any(&self.filter.assets, &finding.asset_facts.name)
            && any(&self.filter.owners, owner)
            && any(&self.filter.classes, &finding.class)
            && any(&self.filter.severities, show::severity(finding))
            && any(&self.filter.exposures, show::exposure(finding).0)
            && self.filter.only.iter().all(|only| self.is(finding, only))
            && self.has_words(finding)
    }

    fn is(&self, finding: &Finding, only: &str) -> bool {
        let accepted = finding.decision.accepted_until.is_some_and(|until| until > self.now);
        let due = finding.clock.as_ref().and_then(|clock| clock.due);
        match only {
            "overdue" => show::overdue(finding, self.now),
            "due" => due.is_some_and(|due| due.as_second() - self.now.as_second() <= 72 * 3600),
            "emergency" => finding.clock.as_ref().is_some_and(|clock| clock.emergency),
            "unowned" => show::owner(finding).is_empty(),
            "accepted" => accepted,
            "available" => finding.fix.available,
            "unseen" => finding.live > 0 && finding.unseen >= finding.live,
            "proposals" => self.proposals.binary_search(&finding.id).is_ok(),
            _ => false,
        }
    }

    fn has_words(&self, finding: &Finding) -> bool {
        if self.words.is_empty() {
            return true;
        }
        let facts = &finding.facts;
        let parts = [&facts.title, &facts.place, &facts.rule, &finding.asset_facts.name]
            .map(String::as_str);
        let text: Vec<&str> =
            parts.into_iter().chain(facts.ids.iter().map(String::as_str)).collect();
        let text = text.join(" ").to_lowercase();
        self.words.iter().all(|word| text.contains(word.as_str()))
    }
}

fn write(out: &mut dyn Write, finding: &Finding, form: Form, now: Instant) -> std::io::Result<()> {
    let clock = finding.clock.as_ref();
    let closure = finding.closure.as_ref().filter(|_| finding.state == "closed");
    let assumed = clock.and_then(|clock| clock.assumed.as_ref());
    let line = Line {
        finding: names::write(Letter::F, finding.id),
        state: &finding.state,
        closure: closure.map_or("", |closure| &closure.reason),
        closed_at: finding.closed_at,
        evidence: closure.map_or("", |closure| &closure.evidence),
        class: &finding.class,
        severity: show::severity(finding),
        title: &finding.facts.title,
        ids: &finding.facts.ids,
        rule: &finding.facts.rule,
        place: &finding.facts.place,
        version: &finding.facts.version,
        asset: &finding.asset_facts.name,
        exposure: show::exposure(finding).0,
        owner: show::owner(finding),
        first_seen: finding.first_seen,
        due: clock.and_then(|clock| clock.due),
        overdue: show::overdue(finding, now),
        emergency: clock.is_some_and(|clock| clock.emergency),
        why: clock.map_or("", |clock| &clock.why),
        policy: clock.map_or("", |clock| &clock.policy),
        exploit_since: clock.and_then(|clock| clock.exploit_since),
        badges: clock.map_or(&[], |clock| &clock.badges),
        accepted_until: finding.decision.accepted_until,
        confirmed: finding.decision.confirmed,
        action: &finding.fix.action,
        fix_available: finding.fix.available,
        sources: finding.live,
        assumed_due: assumed.and_then(|assumed| assumed.due),
        assumed_emergency: assumed.is_some_and(|assumed| assumed.emergency),
    };
    match form {
        Form::Lines => {
            serde_json::to_writer(&mut *out, &line)?;
            out.write_all(b"\n")
        }
        Form::Csv => csv(out, &line),
    }
}

/// The values in the order of [`HEAD`].
fn csv(out: &mut dyn Write, line: &Line<'_>) -> std::io::Result<()> {
    let when = |at: Option<Instant>| at.map(|at| at.to_string()).unwrap_or_default();
    let yes = |is: bool| if is { "true" } else { "false" }.to_owned();
    let cells = [
        line.finding.clone(),
        line.state.to_owned(),
        line.closure.to_owned(),
        when(line.closed_at),
        line.evidence.to_owned(),
        line.class.to_owned(),
        line.severity.to_owned(),
        line.title.to_owned(),
        line.ids.join(" "),
        line.rule.to_owned(),
        line.place.to_owned(),
        line.version.to_owned(),
        line.asset.to_owned(),
        line.exposure.to_owned(),
        line.owner.to_owned(),
        line.first_seen.to_string(),
        when(line.due),
        yes(line.overdue),
        yes(line.emergency),
        line.why.to_owned(),
        line.policy.to_owned(),
        when(line.exploit_since),
        line.badges.join(" "),
        when(line.accepted_until),
        yes(line.confirmed),
        line.action.to_owned(),
        yes(line.fix_available),
        line.sources.to_string(),
        when(line.assumed_due),
        yes(line.assumed_emergency),
    ];
    let cells: Vec<String> = cells.iter().map(|cell| self::cell(cell)).collect();
    writeln!(out, "{}", cells.join(","))
}

/// A cell by RFC 4180; a text that a spreadsheet would take for a formula gets an apostrophe before it.
fn cell(text: &str) -> String {
    let acts = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if acts { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn cells_are_quoted_and_never_formulas() {
        assert_eq!(cell("plain"), "plain");
        assert_eq!(cell("a,b"), "\"a,b\"");
        assert_eq!(cell("say \"x\"\nand"), "\"say \"\"x\"\"\nand\"");
        assert_eq!(cell("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        assert_eq!(cell("-1"), "'-1");
        assert_eq!(cell("@org/package"), "'@org/package");
    }
}
