//! Which lines of one list are which of the other, in order, with the least way to go?
//!
//! All of the shorter list find a place; the order is kept; a shift that most lines share costs nothing. Also
//! told: who could as well have been the one left over.

use std::collections::HashMap;
use std::ops::Range;

/// Largest table that is filled; larger lists take the nearest in turn.
const MAX_CELLS: usize = 1 << 20;

/// What an alignment gives.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Aligned {
    /// Positions in `seen` and `known`.
    pub pairs: Vec<(usize, usize)>,
    /// Positions in `known` that are left over in one best alignment and taken in another.
    pub tied: Vec<usize>,
    /// By how many lines most of them moved down.
    pub shift: i64,
}

/// Aligns lines that are both in ascending order; `same` says that two of the known cannot be told apart.
pub fn align(seen: &[u32], known: &[u32], same: &dyn Fn(usize, usize) -> bool) -> Aligned {
    if seen.len() == known.len() {
        let pairs = (0..seen.len()).map(|at| (at, at)).collect();
        return Aligned { pairs, tied: Vec::new(), shift: paired_shift(seen, known) };
    }
    if seen.len().saturating_mul(known.len()) > MAX_CELLS {
        return in_turn(seen, known);
    }
    let shifts = common_shifts(seen, known);
    let shift = shifts.first().copied().unwrap_or(0);
    if seen.len() > known.len() {
        let table = Table::filled(known, seen, |k, s| distance(s, k, shift));
        let pairs = table.places(false).into_iter().enumerate().map(|(k, s)| (s, k)).collect();
        return Aligned { pairs, tied: Vec::new(), shift };
    }
    let table = Table::filled(seen, known, |s, k| distance(s, k, shift));
    let (best, mut late) = (table.places(false), table.places(true));
    let mut early = best.clone();
    for other in shifts.iter().skip(1) {
        let table = Table::filled(seen, known, |s, k| distance(s, k, *other));
        early = early.iter().zip(table.places(false)).map(|(a, b)| b.min(*a)).collect();
        late = late.iter().zip(table.places(true)).map(|(a, b)| b.max(*a)).collect();
    }
    let tied = tied(&early, &late, same, known.len());
    Aligned { pairs: best.into_iter().enumerate().collect(), tied, shift }
}

/// How far a place moved, beside what all of them did. Lines above the change did not move.
fn distance(seen: u32, known: u32, shift: i64) -> u32 {
    let moved = i64::from(seen) - i64::from(known);
    let least = moved.unsigned_abs().min((moved - shift).unsigned_abs());
    u32::try_from(least).unwrap_or(u32::MAX)
}

/// Most shifts that are looked at side by side.
const MAX_SHIFTS: usize = 4;

/// The differences that most pairs have, the smallest first; several where they explain as much, for then nobody
/// knows. That nothing moved is preferred to any of them, and also holds while no two agree.
fn common_shifts(seen: &[u32], known: &[u32]) -> Vec<i64> {
    let mut counts: HashMap<i64, u32> = HashMap::new();
    for s in seen {
        for k in known {
            *counts.entry(i64::from(*s) - i64::from(*k)).or_default() += 1;
        }
    }
    let most = counts.values().copied().max().unwrap_or(0);
    let unmoved = counts.get(&0).copied().unwrap_or(0);
    if most < 2 || unmoved == most {
        return vec![0];
    }
    let best = counts.into_iter().filter(|(_, count)| *count == most);
    let mut shifts: Vec<i64> = best.map(|(shift, _)| shift).collect();
    shifts.sort_unstable_by_key(|shift| (shift.abs(), *shift));
    shifts.truncate(MAX_SHIFTS);
    shifts
}

/// The difference that most pairs of lists of one length have; 0 while no two agree.
fn paired_shift(seen: &[u32], known: &[u32]) -> i64 {
    let mut counts: HashMap<i64, u32> = HashMap::new();
    for (s, k) in seen.iter().zip(known) {
        *counts.entry(i64::from(*s) - i64::from(*k)).or_default() += 1;
    }
    let agreed = counts.into_iter().filter(|(_, count)| *count > 1);
    let best = agreed.max_by_key(|(shift, count)| (*count, -shift.abs(), *shift));
    best.map_or(0, |(shift, _)| shift)
}

/// Least cost of placing the first `row` of the short list among the first `column` of the long one.
struct Table {
    rows: usize,
    columns: usize,
    costs: Vec<u32>,
    steps: Vec<u32>,
}

impl Table {
    fn filled(short: &[u32], long: &[u32], cost: impl Fn(u32, u32) -> u32) -> Self {
        let (rows, columns) = (short.len(), long.len());
        let mut table = Self {
            rows,
            columns,
            costs: vec![u32::MAX; (rows + 1) * (columns + 1)],
            steps: vec![u32::MAX; (rows + 1) * (columns + 1)],
        };
        for column in 0..=columns {
            table.set(0, column, 0, u32::MAX);
        }
        for (row, s) in short.iter().enumerate() {
            for (column, l) in long.iter().enumerate().skip(row) {
                let step = table.cost(row, column).saturating_add(cost(*s, *l));
                let best = step.min(table.cost(row + 1, column));
                table.set(row + 1, column + 1, best, step);
            }
        }
        table
    }

    fn at(&self, row: usize, column: usize) -> usize {
        row * (self.columns + 1) + column
    }

    fn set(&mut self, row: usize, column: usize, cost: u32, step: u32) {
        let at = self.at(row, column);
        if let (Some(c), Some(s)) = (self.costs.get_mut(at), self.steps.get_mut(at)) {
            (*c, *s) = (cost, step);
        }
    }

    fn cost(&self, row: usize, column: usize) -> u32 {
        self.costs.get(self.at(row, column)).copied().unwrap_or(u32::MAX)
    }

    /// For each of the short list its place in the long one, in a best alignment: the earliest or the latest.
    fn places(&self, late: bool) -> Vec<usize> {
        let mut places = vec![0; self.rows];
        let (mut row, mut column) = (self.rows, self.columns);
        while row > 0 && column > 0 {
            let cost = self.cost(row, column);
            let step = self.steps.get(self.at(row, column)).copied().unwrap_or(u32::MAX);
            let may_skip = column > row && self.cost(row, column - 1) == cost;
            let take = if late { step == cost || !may_skip } else { !may_skip };
            if take {
                if let Some(place) = places.get_mut(row - 1) {
                    *place = column - 1;
                }
                row -= 1;
            }
            column -= 1;
        }
        places
    }
}

/// Who is left over by chance: what lies between the earliest and the latest place of somebody, unless those
/// two cannot be told apart (then it does not matter which of them went).
fn tied(
    early: &[usize],
    late: &[usize],
    same: &dyn Fn(usize, usize) -> bool,
    known: usize,
) -> Vec<usize> {
    let ranges: Vec<Range<usize>> = early
        .iter()
        .zip(late)
        .filter(|(early, late)| early != late && !same(**early, **late))
        .map(|(early, late)| *early..late.saturating_add(1))
        .collect();
    let mut tied = vec![false; known];
    let mut from = 0;
    // Both lists ascend, so each place is written at most twice.
    for range in ranges {
        for at in range.start.max(from)..range.end {
            if let Some(slot) = tied.get_mut(at) {
                *slot = true;
            }
        }
        from = from.max(range.end);
    }
    tied.iter().enumerate().filter(|(_, tied)| **tied).map(|(at, _)| at).collect()
}

/// Each of the shorter list takes the nearest that is left, in turn. Whoever is left over is tied, for nobody
/// has looked for the best.
fn in_turn(seen: &[u32], known: &[u32]) -> Aligned {
    let turned = seen.len() > known.len();
    let (short, long) = if turned { (known, seen) } else { (seen, known) };
    let (mut pairs, mut next) = (Vec::with_capacity(short.len()), 0);
    for (at, line) in short.iter().enumerate() {
        // So many must be left for those that follow.
        let last = long.len() - (short.len() - at);
        let apart = |place: usize| long.get(place).map_or(u32::MAX, |other| other.abs_diff(*line));
        while next < last && apart(next + 1) <= apart(next) {
            next += 1;
        }
        pairs.push(if turned { (next, at) } else { (at, next) });
        next += 1;
    }
    let mut left = vec![!turned; known.len()];
    for (_, k) in &pairs {
        if let Some(left) = left.get_mut(*k) {
            *left = false;
        }
    }
    let tied = left.iter().enumerate().filter(|(_, left)| **left).map(|(at, _)| at).collect();
    Aligned { pairs, tied, shift: 0 }
}
