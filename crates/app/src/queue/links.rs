//! How do claims move between findings? Merge and split.
//!
//! An edge is never removed: a claim is tied anew, with who says so and what the edge was. After a split no rule ties the
//! claim back. Both are one entry, and `undo` takes them back.

use ledger::change::{Closure, Edge, Facts};
use ledger::row::{ClaimRow, Finding, Ids};
use ledger::{Change, LedgerError};

use super::decide::Acting;
use super::names::{self, Letter};
use super::{QueueError, unfit};
use crate::intake::kept;

/// Ties every claim of a finding to another one, and closes the emptied one as its duplicate.
pub(super) fn merge(
    act: &mut Acting<'_, '_, '_>,
    finding: &Finding,
    to: i64,
) -> Result<(String, bool), QueueError> {
    let root = act.root(finding.id, to)?;
    let target = act.other(root)?;
    let (from, into) = (names::write(Letter::F, finding.id), names::write(Letter::F, root));
    if target.asset != finding.asset {
        let what = format!(
            "{from} is on {}, {into} on {}: claims stay on their asset",
            finding.asset_facts.name, target.asset_facts.name
        );
        let remedy = format!(
            "`gabion triage {from} duplicate-of {into} --reason …` closes it as a duplicate"
        );
        return Err(unfit(what, remedy));
    }
    let claims = current(act, finding)?;
    for claim in &claims {
        tie(act, claim, finding.id, root)?;
    }
    raise(act, finding, &target)?;
    if finding.state == "open" {
        let reason = act.deciding.reason;
        let because = if reason.is_empty() { String::new() } else { format!(": {reason}") };
        let closure = Closure {
            reason: "duplicate".to_owned(),
            evidence: format!("{}: merged into {into}{because}", act.deciding.actor.name),
            duplicate_of: root,
            ..Closure::default()
        };
        act.write.append(&Change::Closed { finding: finding.id, closure })?;
    }
    Ok((format!("merged into {into}, with {}", count(claims.len())), true))
}

/// Takes a source's claims out into a finding of their own.
pub(super) fn split(
    act: &mut Acting<'_, '_, '_>,
    finding: &Finding,
    source: &str,
) -> Result<(String, bool), QueueError> {
    let claims = current(act, finding)?;
    let (own, others): (Vec<ClaimRow>, Vec<ClaimRow>) =
        claims.into_iter().partition(|claim| claim.source == source);
    let name = names::write(Letter::F, finding.id);
    if own.is_empty() || others.is_empty() {
        let mut sources: Vec<String> =
            own.into_iter().chain(others).map(|claim| claim.source).collect();
        sources.sort_unstable();
        sources.dedup();
        let (what, remedy) = match sources.as_slice() {
            [only] => (
                format!("{name} is reported by {only} alone"),
                "there is nothing to split".to_owned(),
            ),
            _ => (
                format!("{name} is not reported by «{source}»"),
                format!("it is reported by: {}", sources.join(", ")),
            ),
        };
        return Err(unfit(what, remedy));
    }
    let new = act.write.next(Ids::Finding)?;
    act.write.append(&Change::Opened {
        finding: new,
        asset: finding.asset,
        class: finding.class.clone(),
        first_seen: finding.first_seen,
        facts: facts(&own, finding)?,
        clock: finding.clock.clone(),
        fix: finding.fix.clone(),
        reference: finding.reference.clone(),
    })?;
    for claim in &own {
        tie(act, claim, finding.id, new)?;
        act.write.append(&Change::KeptApart {
            attribution: claim.attribution,
            finding: finding.id,
            reason: act.deciding.reason.to_owned(),
        })?;
    }
    for claim in &others {
        act.write.append(&Change::KeptApart {
            attribution: claim.attribution,
            finding: new,
            reason: act.deciding.reason.to_owned(),
        })?;
    }
    let new = names::write(Letter::F, new);
    Ok((format!("what {source} reports is {new} now, with {}", count(own.len())), true))
}

/// The claims that were read before the transaction, if they are still the same.
fn current(act: &mut Acting<'_, '_, '_>, finding: &Finding) -> Result<Vec<ClaimRow>, QueueError> {
    let mut now: Vec<i64> =
        act.write.attributions_of(finding.id)?.into_iter().map(|known| known.id).collect();
    now.sort_unstable();
    let read = act.claims.iter().find(|(id, _)| *id == finding.id);
    let read = read.map(|(_, claims)| claims.clone()).unwrap_or_default();
    let mut before: Vec<i64> = read.iter().map(|claim| claim.attribution).collect();
    before.sort_unstable();
    if now != before {
        let what = format!("{} has changed meanwhile", names::write(Letter::F, finding.id));
        return Err(unfit(what, "look at it again with `gabion show`, and try again"));
    }
    Ok(read)
}

fn tie(
    act: &mut Acting<'_, '_, '_>,
    claim: &ClaimRow,
    was: i64,
    finding: i64,
) -> Result<(), QueueError> {
    let reason = act.deciding.reason;
    let edge = Edge {
        rule: "person".to_owned(),
        evidence: if reason.is_empty() { "no reason given".to_owned() } else { reason.to_owned() },
        score: 1.0,
        author: act.deciding.actor.name.clone(),
    };
    let attribution = claim.attribution;
    let was_edge = claim.edge.clone();
    Ok(act.write.append(&Change::Linked { attribution, finding, edge, was, was_edge })?)
}

/// What is merged into is never less urgent than what was merged: the worse severity, the earlier date and
/// all ids.
fn raise(act: &mut Acting<'_, '_, '_>, from: &Finding, target: &Finding) -> Result<(), QueueError> {
    let mut facts = target.facts.clone();
    for id in &from.facts.ids {
        if !facts.ids.contains(id) {
            facts.ids.push(id.clone());
        }
    }
    let severity = |facts: &Facts| vocab::Severity::from_word(&facts.severity);
    if severity(&from.facts) > severity(&target.facts) {
        facts.severity.clone_from(&from.facts.severity);
    }
    let others = |f: &Facts| if f.met.is_empty() { f.severity.clone() } else { f.rated.clone() };
    if !from.facts.met.is_empty() || !facts.met.is_empty() {
        let worse = |word: &String| vocab::Severity::from_word(word);
        let rated = [others(&from.facts), others(&target.facts)].into_iter().max_by_key(worse);
        facts.rated = rated.unwrap_or_default();
        facts.met.extend(from.facts.met.iter().cloned());
        facts.met.sort();
        facts.met.dedup();
    }
    if facts != target.facts {
        let was = Box::new(target.facts.clone());
        act.write.append(&Change::Facts { finding: target.id, facts, was })?;
    }
    // A clock without a due instant is the last of all; none at all is later still.
    let order = |finding: &Finding| {
        finding.clock.as_ref().map_or((2, None), |clock| match clock.due {
            Some(due) => (0, Some(due)),
            None => (1, None),
        })
    };
    if from.state == "open" && order(from) < order(target) {
        act.write.append(&Change::Clocked {
            finding: target.id,
            clock: from.clock.clone(),
            was: target.clock.clone(),
        })?;
    }
    Ok(())
}

/// The facts of a finding that is split off: the first of its own claims says them, as far as it does.
fn facts(own: &[ClaimRow], from: &Finding) -> Result<Facts, LedgerError> {
    let mut facts = from.facts.clone();
    let live = own.iter().find(|claim| claim.live).or(own.first());
    let observations = live.map(kept::of_row).transpose()?;
    let Some(first) = observations.and_then(|all| all.into_iter().next()) else {
        return Ok(facts);
    };
    if !first.title.is_empty() {
        facts.title = first.title;
    }
    if first.severity != vocab::Severity::Unknown {
        facts.severity = first.severity.as_str().to_owned();
    }
    if !first.rule.is_empty() && !facts.rule.is_empty() {
        facts.rule = first.rule;
    }
    if !first.ids.is_empty() {
        facts.ids = first.ids;
    }
    Ok(facts)
}

fn count(claims: usize) -> String {
    if claims == 1 { "1 claim".to_owned() } else { format!("{claims} claims") }
}
