//! Which row of a table acts for one CVE, and which fact would move it?
//!
//! In: a table and the state of each of its columns. Out: the row, the assumption behind it where an
//! input is unknown, and the one fact that would change the outcome (docs/ARCHITECTURE.md, «The clock»,
//! rule 4). Signals' dates play no part here.

use crate::check::walk;
use crate::clock::How;
use crate::column::{Domain, bits};
use crate::inputs::{State, Subject};
use crate::policy::{Condition, Outcome, Policy, Row};

/// A fact that would move the outcome.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Move {
    /// The column's place in the table.
    pub(crate) domain: usize,
    /// The value it would have.
    pub(crate) value: u16,
    /// The outcome then.
    pub(crate) outcome: Outcome,
    /// The outcome now.
    pub(crate) from: Outcome,
    /// How little is known of the column now (0: its value was assumed), and whether it would tighten.
    rank: (u8, bool),
}

impl Move {
    /// Whether this is the better one to tell of: by rank, then the larger change, then the smaller
    /// step of the same column away from the worst.
    fn before(&self, other: &Self) -> bool {
        let (this, that) = (self.outcome.looseness(), other.outcome.looseness());
        let tightens = self.rank.1;
        let larger = if tightens { this < that } else { this > that };
        let nearer = !tightens && self.domain == other.domain && this == that;
        self.rank < other.rank || self.rank == other.rank && (larger || nearer)
    }
}

/// The row that acts, and why.
pub(crate) struct Acting<'p> {
    pub(crate) policy: &'p Policy,
    pub(crate) row: usize,
    pub(crate) condition: usize,
    pub(crate) states: Vec<State>,
    /// The value of each column that led to the row.
    pub(crate) point: Vec<u16>,
}

impl<'p> Acting<'p> {
    /// Resolves a table for a subject.
    pub(crate) fn resolve(policy: &'p Policy, subject: &Subject<'_>) -> Option<Self> {
        let states: Vec<State> = policy.domains.iter().map(|d| subject.state(d)).collect();
        let (row, condition, point) = strictest(policy, &states, &axes(policy, &states))?;
        Some(Self { policy, row, condition, states, point })
    }

    pub(crate) fn row(&self) -> Option<&'p Row> {
        self.policy.rows.get(self.row)
    }

    pub(crate) fn condition(&self) -> Option<&'p Condition> {
        self.row()?.when.get(self.condition)
    }

    /// The columns with their state and the value that acted.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (usize, &Domain, &State, u16)> {
        let both = self.states.iter().zip(&self.point);
        let all = self.policy.domains.iter().zip(both).enumerate();
        all.map(|(at, (domain, (state, value)))| (at, domain, state, *value))
    }

    /// Whether a row up to the acting one asks about the column, so that it took part in the choice.
    pub(crate) fn consulted(&self, domain: usize) -> bool {
        let rows = self.policy.rows.iter().take(self.row + 1);
        rows.flat_map(|row| &row.when).any(|c| c.mask(domain).is_some())
    }

    /// Whether the acting condition itself asks about the column.
    pub(crate) fn asked(&self, domain: usize) -> bool {
        self.condition().is_some_and(|c| c.mask(domain).is_some())
    }

    /// Whether the acting row rests on a value that was assumed, because the input is unknown and the
    /// table has no row for that.
    pub(crate) fn assumed(&self, domain: usize) -> bool {
        self.asked(domain)
            && self.columns().any(|(at, columns, state, value)| {
                let one_of_several = state.mask.count_ones() > 1;
                let unknown = state.how == How::Unknown && one_of_several;
                at == domain && unknown && value != columns.unknown_bit()
            })
    }

    /// The one fact that would move the outcome: the column, its value, and the outcome then. What was
    /// assumed comes first, then what is unknown, then what was inferred; of several, the loosest.
    pub(crate) fn would_move(&self) -> Option<Move> {
        let now = self.row()?.outcome;
        let open = axes(self.policy, &self.states);
        let mut best: Option<Move> = None;
        for (at, domain, state, _) in self.columns() {
            let (rank, possible) = match state.how {
                How::Known => continue,
                How::Inferred => (2, domain.all_known()),
                How::Unknown | How::Assumed => (u8::from(!self.assumed(at)), state.open),
            };
            for value in bits(possible) {
                let mut axes = open.clone();
                if let Some(axis) = axes.get_mut(at) {
                    *axis = value;
                }
                let row = strictest(self.policy, &self.states, &axes)
                    .and_then(|(row, ..)| self.policy.rows.get(row));
                let Some(outcome) = row.map(|row| row.outcome).filter(|then| *then != now) else {
                    continue;
                };
                let rank = (rank, outcome.looseness() < now.looseness());
                let found = Move { domain: at, value, outcome, from: now, rank };
                if best.as_ref().is_none_or(|held| found.before(held)) {
                    best = Some(found);
                }
            }
        }
        best
    }
}

/// The values over which each column has to be resolved: `unknown` itself where the table names it.
fn axes(policy: &Policy, states: &[State]) -> Vec<u16> {
    let axis = |(domain, state): (&Domain, &State)| {
        let explicit = state.how == How::Unknown && domain.names_unknown;
        if explicit { domain.unknown_bit() } else { possible(domain, state) }
    };
    policy.domains.iter().zip(states).map(axis).collect()
}

fn possible(domain: &Domain, state: &State) -> u16 {
    if state.mask == 0 { domain.all_known() } else { state.mask }
}

type Reached = (usize, usize, Vec<u16>);

/// The strictest row that any combination of the axes reaches, its condition and that combination; of
/// equals the most urgent values. A combination with `unknown` for which there is no row is resolved
/// over what the unknown may be.
fn strictest(policy: &Policy, states: &[State], axes: &[u16]) -> Option<Reached> {
    let mut best: Option<Reached> = None;
    let mut take = |point: &[u16]| {
        let Some((row, condition)) = policy.first_match(point) else { return false };
        let looseness = |row: usize| policy.rows.get(row).map(|r| r.outcome.looseness());
        if best.as_ref().is_none_or(|(held, ..)| looseness(row) <= looseness(*held)) {
            best = Some((row, condition, point.to_vec()));
        }
        true
    };
    walk(axes, |point| {
        if !take(point) {
            let columns = policy.domains.iter().zip(states).zip(point);
            let open: Vec<u16> = columns
                .map(
                    |((d, state), value)| {
                        if *value == d.unknown_bit() { possible(d, state) } else { *value }
                    },
                )
                .collect();
            walk(&open, |point| {
                take(point);
                true
            });
        }
        true
    });
    best
}
