//! Which cases do two tables judge differently?
//!
//! In: two tables. Out: every combination of values over the columns of both, counted by whether the
//! second is stricter or looser, and the conditions under which they differ, condensed until a person
//! can read them. An unknown input counts as it does for a clock: as itself in a table that names
//! `unknown` in that column, else as whichever value leads to the strictest row. Malicious packages are
//! an emergency in both (docs/ARCHITECTURE.md, «The clock», rule 9), and what cannot occur together, as
//! a listing in KEV without exploitation, is no combination. Nothing here knows a finding or a date.

mod condense;
mod grid;

use std::collections::{BTreeMap, BTreeSet};

use crate::check::MAX_STEPS;
use crate::column::{Column, Domain, bit};
use crate::policy::{Outcome, Policy};
use condense::{Mask, Space, condense};
use grid::Grid;

/// The most cut points that both tables together may have in one column.
const MAX_CUTS: usize = 14;

/// Up to so many combinations that differ, several orders of the columns are tried to condense them.
const THOROUGH: usize = 20_000;

/// How two tables differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableDiff {
    /// The columns of both, by the names that a table's file uses.
    pub columns: Vec<String>,
    /// How many combinations of their values were compared.
    pub combinations: u64,
    /// How many of them both judge the same.
    pub same: u64,
    /// What the second judges differently: looser first, then stricter; within it from the strictest.
    pub changes: Vec<Change>,
}

/// All the combinations that go from one outcome to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Whether more or less is asked.
    pub direction: Direction,
    /// What the first table says.
    pub from: Side,
    /// What the second says.
    pub to: Side,
    /// How many combinations these are.
    pub combinations: u64,
    /// The conditions that together describe them, those that ask least first; no case is in two.
    pub when: Vec<Case>,
}

/// What one table says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// What is allowed and asked.
    pub outcome: Outcome,
    /// The ids of the rows that act, in the table's order; `rule 9` where the rule does.
    pub rows: Vec<String>,
}

/// A condition: the columns that matter, each with its values in words; none of them: every case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The column's name, and its values («internal or internet»).
    pub values: Vec<(String, String)>,
}

impl std::fmt::Display for Case {
    /// «kev yes, exposure internal or internet».
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.values.is_empty() {
            return f.write_str("every case");
        }
        let part =
            |(name, values): &(String, String)| format!("{} {values}", name.replace('_', " "));
        f.write_str(&self.values.iter().map(part).collect::<Vec<_>>().join(", "))
    }
}

/// Which way an outcome moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// More time, or less asked beside it.
    Looser,
    /// Stricter in one way and looser in another: less time and no emergency any more.
    Mixed,
    /// Less time, or more asked beside it.
    Stricter,
}

impl Direction {
    /// The way from one outcome to another; `None` when they are the same.
    fn of(from: &Outcome, to: &Outcome) -> Option<Self> {
        let time = |o: &Outcome| o.allowed.unwrap_or(crate::Duration::MAX);
        let parts = [
            time(to).cmp(&time(from)),
            from.emergency.cmp(&to.emergency),
            from.forensics.cmp(&to.forensics),
        ];
        match (parts.iter().any(|p| p.is_gt()), parts.iter().any(|p| p.is_lt())) {
            (false, false) => None,
            (true, false) => Some(Self::Looser),
            (false, true) => Some(Self::Stricter),
            (true, true) => Some(Self::Mixed),
        }
    }
}

impl Change {
    /// Whether the second table allows more time: the dates of such findings move later.
    pub fn is_later(&self) -> bool {
        let time = |side: &Side| side.outcome.allowed.unwrap_or(crate::Duration::MAX);
        time(&self.to) > time(&self.from)
    }
}

impl TableDiff {
    /// How many combinations go this way.
    pub fn count(&self, direction: Direction) -> u64 {
        let changes = self.changes.iter().filter(|change| change.direction == direction);
        changes.map(|change| change.combinations).sum()
    }
}

/// Why two tables cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DiffError {
    /// Together they have too many combinations.
    #[error(
        "{combinations} combinations of values over the columns of both tables are too many to compare; expected at most {MAX_STEPS}"
    )]
    TooLarge {
        /// How many.
        combinations: u64,
    },
    /// Together they cut a column into too many intervals.
    #[error("{count} cut points in column {column} of both tables; expected at most {MAX_CUTS}")]
    TooManyCuts {
        /// Which column.
        column: &'static str,
        /// How many.
        count: usize,
    },
}

/// Compares two tables.
///
/// # Errors
/// Their columns together have more combinations than a check of one table may take steps.
pub fn diff(from: &Policy, to: &Policy) -> Result<TableDiff, DiffError> {
    let domains = union(from, to)?;
    let combinations = domains.iter().map(|d| u64::from(size(d))).fold(1, u64::saturating_mul);
    if combinations > MAX_STEPS {
        return Err(DiffError::TooLarge { combinations });
    }
    let space = Space::new(&domains);
    let (before, after) = (Grid::new(from, &domains), Grid::new(to, &domains));
    let mut groups: BTreeMap<(OutcomeKey, OutcomeKey), Group> = BTreeMap::new();
    let (mut compared, mut same) = (0, 0);
    let mut digits = vec![0; domains.len()];
    loop {
        let mask = point(&digits);
        if space.is_possible(&mask) {
            compared += 1;
            if let (Some(a), Some(b)) = (before.answer(&digits), after.answer(&digits)) {
                if a.outcome == b.outcome {
                    same += 1;
                } else {
                    let group = groups.entry((key(&a.outcome), key(&b.outcome))).or_default();
                    group.points.push(mask);
                    group.rows.0.insert(a.row);
                    group.rows.1.insert(b.row);
                    group.outcomes = Some((a.outcome, b.outcome));
                }
            }
        }
        if !advance(&mut digits, &domains) {
            break;
        }
    }
    let thorough = groups.values().map(|group| group.points.len()).sum::<usize>() <= THOROUGH;
    let change = |group: Group| change(group, from, to, &space, thorough);
    let mut changes: Vec<Change> = groups.into_values().filter_map(change).collect();
    changes.sort_by_key(|c| c.direction);
    let columns = domains.iter().map(|d| d.column.name().to_owned()).collect();
    Ok(TableDiff { columns, combinations: compared, same, changes })
}

/// Sorts from the strictest.
type OutcomeKey = (bool, crate::Duration, bool);

fn key(outcome: &Outcome) -> OutcomeKey {
    outcome.looseness()
}

/// The combinations from one outcome to another.
#[derive(Default)]
struct Group {
    outcomes: Option<(Outcome, Outcome)>,
    points: Vec<Mask>,
    /// Places of the rows that act in each table; `None` is rule 9.
    rows: (BTreeSet<Option<usize>>, BTreeSet<Option<usize>>),
}

fn change(
    group: Group,
    from: &Policy,
    to: &Policy,
    space: &Space<'_>,
    thorough: bool,
) -> Option<Change> {
    let (before, after) = group.outcomes?;
    let side = |policy: &Policy, outcome, rows: BTreeSet<Option<usize>>| {
        let id = |at: usize| policy.rows.get(at).map(|row| row.id.clone()).unwrap_or_default();
        let ids = rows.into_iter().map(|row| row.map_or_else(|| "rule 9".to_owned(), id));
        Side { outcome, rows: ids.collect() }
    };
    Some(Change {
        direction: Direction::of(&before, &after)?,
        from: side(from, before, group.rows.0),
        to: side(to, after, group.rows.1),
        combinations: group.points.len() as u64,
        when: condense(space, group.points, thorough).iter().map(|mask| space.case(mask)).collect(),
    })
}

/// The columns of both, with the cut points of both; `unknown` is a value where either names it.
fn union(from: &Policy, to: &Policy) -> Result<Vec<Domain>, DiffError> {
    let mut domains = Vec::new();
    for column in Column::ALL {
        let of = |policy: &Policy| policy.domains.iter().find(|d| d.column == column).cloned();
        let domain = match (of(from), of(to)) {
            (None, None) => continue,
            (Some(one), None) | (None, Some(one)) => one,
            (Some(mut one), Some(two)) => {
                one.names_unknown |= two.names_unknown;
                one.cuts.extend(two.cuts);
                one.cuts.sort_by(f32::total_cmp);
                one.cuts.dedup();
                one
            }
        };
        let count = domain.cuts.len();
        if count > MAX_CUTS {
            return Err(DiffError::TooManyCuts { column: column.name(), count });
        }
        domains.push(domain);
    }
    Ok(domains)
}

/// How many values a column has, `unknown` included where it is one.
fn size(domain: &Domain) -> u32 {
    domain.whole().count_ones()
}

/// The combination as masks of one bit each.
fn point(digits: &[u32]) -> Mask {
    let mut mask = Mask::default();
    mask.iter_mut().zip(digits).for_each(|(m, digit)| *m = bit(*digit));
    mask
}

/// The next combination, the first column fastest; false after the last.
fn advance(digits: &mut [u32], domains: &[Domain]) -> bool {
    for (digit, domain) in digits.iter_mut().zip(domains) {
        *digit += 1;
        if *digit < size(domain) {
            return true;
        }
        *digit = 0;
    }
    false
}

impl Space<'_> {
    /// A mask in words: the columns that matter.
    fn case(&self, mask: &Mask) -> Case {
        let columns = self.domains.iter().zip(mask).filter(|(d, m)| **m != d.whole());
        let named = |(d, m): (&Domain, &u16)| (d.column.name().to_owned(), d.phrase(*m));
        Case { values: columns.map(named).collect() }
    }
}
