//! Does the table answer everything, and is every row of use?
//!
//! The columns' values are finite, so all their combinations are walked: each must reach a row, and each
//! row must be the first match of one. `unknown` is among a column's values only where a row names it, and
//! a combination with it needs no row: then the strictest row acts that the unknown may lead to (rule 4).

use crate::column::bits;
use crate::parse::PolicyError;
use crate::policy::Policy;

/// The most steps (combinations times conditions) that a check may take.
///
/// A finding of which nothing is known may take as many, so this also bounds what a foreign table costs.
pub(crate) const MAX_STEPS: u64 = 1_000_000;

/// Refuses a table that is not total or that has a row which never acts.
pub(crate) fn check(origin: &str, policy: &Policy) -> Result<(), PolicyError> {
    let combinations: u64 = policy
        .domains
        .iter()
        .map(|d| u64::from(d.whole().count_ones()))
        .fold(1, u64::saturating_mul);
    let conditions: usize = policy.rows.iter().map(|row| row.when.len()).sum();
    if combinations.saturating_mul(conditions as u64) > MAX_STEPS {
        let (origin, rows) = (origin.to_owned(), policy.rows.len());
        return Err(PolicyError::TooLarge { origin, combinations, rows });
    }
    let axes: Vec<u16> = policy.domains.iter().map(|d| d.whole()).collect();
    let mut reached = vec![false; policy.rows.len()];
    let mut gap = None;
    walk(&axes, |point| match policy.first_match(point) {
        Some((row, _)) => {
            if let Some(seen) = reached.get_mut(row) {
                *seen = true;
            }
            true
        }
        None if has_unknown(policy, point) => true,
        None => {
            gap = Some(describe(policy, point));
            false
        }
    });
    if let Some(combination) = gap {
        return Err(PolicyError::NotTotal { origin: origin.to_owned(), combination });
    }
    let never = policy.rows.iter().zip(&reached).position(|(_, seen)| !seen);
    match never.and_then(|at| policy.rows.get(at).map(|row| (at, row))) {
        None => Ok(()),
        Some((at, row)) => Err(PolicyError::Unreachable {
            origin: origin.to_owned(),
            line: row.line,
            row: row.id.clone(),
            hidden_by: hidden_by(policy, &axes, at),
        }),
    }
}

/// Calls `visit` with every combination of one bit per axis until it answers false. An axis without
/// bits has no combinations.
pub(crate) fn walk(axes: &[u16], mut visit: impl FnMut(&[u16]) -> bool) {
    if axes.contains(&0) {
        return;
    }
    let lowest = |mask: u16| bits(mask).next().unwrap_or(0);
    let mut point: Vec<u16> = axes.iter().map(|mask| lowest(*mask)).collect();
    loop {
        if !visit(&point) {
            return;
        }
        let mut carried = true;
        for (value, mask) in point.iter_mut().zip(axes) {
            let next = bits(*mask).find(|b| *b > *value);
            *value = next.unwrap_or(lowest(*mask));
            if next.is_some() {
                carried = false;
                break;
            }
        }
        if carried {
            return;
        }
    }
}

/// The rows that act wherever this one would match.
fn hidden_by(policy: &Policy, axes: &[u16], row: usize) -> String {
    let mut before = vec![false; policy.rows.len()];
    walk(axes, |point| {
        let matches =
            policy.rows.get(row).is_some_and(|row| row.when.iter().any(|c| c.matches(point)));
        if let Some(first) = policy.first_match(point).filter(|_| matches)
            && let Some(seen) = before.get_mut(first.0)
        {
            *seen = true;
        }
        true
    });
    let hiding = policy.rows.iter().zip(&before).filter(|(_, seen)| **seen);
    let ids: Vec<&str> = hiding.map(|(row, _)| row.id.as_str()).collect();
    match ids.split_last() {
        None => "its own conditions, which no value fulfils".to_owned(),
        Some((only, [])) => format!("row {only}"),
        Some((last, rest)) => format!("rows {} and {last}", rest.join(", ")),
    }
}

fn has_unknown(policy: &Policy, point: &[u16]) -> bool {
    policy.domains.iter().zip(point).any(|(domain, value)| *value == domain.unknown_bit())
}

/// A combination, column by column.
fn describe(policy: &Policy, point: &[u16]) -> String {
    let pairs = policy.domains.iter().zip(point);
    let text: Vec<String> = pairs
        .map(|(domain, value)| format!("{} {}", domain.column.name(), domain.phrase(*value)))
        .collect();
    text.join(", ")
}
