//! What does one table answer to every combination of values, unknown ones included?
//!
//! Each combination is answered once, in an order in which what it falls back to was answered before:
//! so the strictest row that an unknown may lead to is found without walking its values again.

use crate::Duration;
use crate::column::{Column, Domain, bit};
use crate::policy::{Outcome, Policy};

/// What a table says to one combination.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Answer {
    /// The place of the row that acts; `None` where rule 9 does.
    pub(super) row: Option<usize>,
    pub(super) outcome: Outcome,
    /// Whether the condition that holds asks about malicious packages itself.
    asks_malicious: bool,
}

/// The answers of one table to every combination of its columns.
pub(super) struct Grid {
    answers: Vec<Option<Answer>>,
    /// For each column of both tables, how far each of its values moves in `answers`.
    steps: Vec<Vec<usize>>,
    /// The place of the column that tells a malicious package among those of both tables.
    malicious: Option<usize>,
}

/// A column as this table has it.
struct Axis<'p> {
    domain: &'p Domain,
    /// Its place among the table's columns.
    at: usize,
    stride: usize,
    /// Whether `unknown` is among the values that are asked for.
    unknown: bool,
}

impl Axis<'_> {
    fn known(&self) -> usize {
        self.domain.known() as usize
    }

    fn size(&self) -> usize {
        self.known() + usize::from(self.unknown)
    }

    /// The number of its value in a combination.
    fn digit(&self, combination: usize) -> usize {
        (combination / self.stride) % self.size().max(1)
    }

    fn is_unknown(&self, combination: usize) -> bool {
        self.digit(combination) >= self.known()
    }

    /// The same combination with each known value in place of an unknown one.
    fn opened(&self, combination: usize) -> impl Iterator<Item = usize> {
        let base = combination.saturating_sub(self.known() * self.stride);
        (0..self.known()).map(move |value| base + value * self.stride)
    }
}

impl Grid {
    /// Asks the table everything, over the values that the columns of both have.
    pub(super) fn new(policy: &Policy, domains: &[Domain]) -> Self {
        let mut axes: Vec<Axis<'_>> = Vec::new();
        let mut stride = 1;
        for (at, own) in policy.domains.iter().enumerate() {
            let both = domains.iter().find(|d| d.column == own.column);
            let unknown = both.is_some_and(|d| d.names_unknown);
            let axis = Axis { domain: own, at, stride, unknown };
            stride *= axis.size().max(1);
            axes.push(axis);
        }
        Self {
            answers: answers(policy, &axes, stride),
            steps: domains.iter().map(|domain| steps(domain, &axes)).collect(),
            malicious: domains.iter().position(|d| d.column == Column::Malicious),
        }
    }

    /// What it says to a combination, given as the number of each column's value.
    pub(super) fn answer(&self, digits: &[u32]) -> Option<Answer> {
        let step = |(steps, digit): (&Vec<usize>, &u32)| steps.get(*digit as usize).copied();
        let at: usize = self.steps.iter().zip(digits).filter_map(step).sum();
        let answer = self.answers.get(at).copied().flatten()?;
        let malicious = self.malicious.and_then(|at| digits.get(at)).is_some_and(|d| *d > 0);
        Some(if malicious { rule_9(answer) } else { answer })
    }
}

/// Malicious packages: an emergency of 24 h or less, with a search for traces, whatever the table says.
fn rule_9(answer: Answer) -> Answer {
    let day = Duration::from_hours(24);
    let own = answer.outcome;
    let strict =
        answer.asks_malicious && own.emergency && own.allowed.is_some_and(|allowed| allowed <= day);
    let (row, allowed) = if strict { (answer.row, own.allowed) } else { (None, Some(day)) };
    Answer { row, outcome: Outcome { allowed, emergency: true, forensics: true }, ..answer }
}

/// How far each value of a column of both tables moves in this table's answers.
fn steps(domain: &Domain, axes: &[Axis<'_>]) -> Vec<usize> {
    let own = axes.iter().find(|axis| axis.domain.column == domain.column);
    let step = |value: u32| {
        let Some(axis) = own else { return 0 };
        if value >= domain.known() {
            return axis.known() * axis.stride;
        }
        // An interval of both tables lies whole in one of this table's: where its lower end does.
        let lower = value.checked_sub(1).and_then(|at| domain.cuts.get(at as usize));
        let number = match (axis.domain.column.is_threshold(), lower) {
            (false, _) => value,
            (true, None) => 0,
            (true, Some(cut)) => axis.domain.number_bit(*cut).trailing_zeros(),
        };
        number as usize * axis.stride
    };
    (0..domain.whole().count_ones()).map(step).collect()
}

fn answers(policy: &Policy, axes: &[Axis<'_>], count: usize) -> Vec<Option<Answer>> {
    // With every unknown open to all that it may be.
    let mut open: Vec<Option<Answer>> = Vec::with_capacity(count);
    let mut answers: Vec<Option<Answer>> = Vec::with_capacity(count);
    for combination in 0..count {
        let unknown = axes.iter().find(|axis| axis.is_unknown(combination));
        let unnamed =
            axes.iter().find(|axis| axis.is_unknown(combination) && !axis.domain.names_unknown);
        let matched = || first_match(policy, axes, combination);
        let widest = match unknown {
            None => matched(),
            Some(axis) => strictest(&open, axis.opened(combination)),
        };
        let answer = match (unknown, unnamed) {
            (None, _) => widest,
            (Some(_), Some(axis)) => strictest(&answers, axis.opened(combination)),
            (Some(_), None) => matched().or(widest),
        };
        open.push(widest);
        answers.push(answer);
    }
    answers
}

/// The strictest of these answers; of equals the most urgent values', as for a clock.
fn strictest(answers: &[Option<Answer>], among: impl Iterator<Item = usize>) -> Option<Answer> {
    let mut best: Option<Answer> = None;
    for answer in among.filter_map(|at| answers.get(at).copied().flatten()) {
        let looseness = answer.outcome.looseness();
        if best.is_none_or(|held| looseness <= held.outcome.looseness()) {
            best = Some(answer);
        }
    }
    best
}

fn first_match(policy: &Policy, axes: &[Axis<'_>], combination: usize) -> Option<Answer> {
    let mut point = vec![0; axes.len()];
    for axis in axes {
        if let Some(value) = point.get_mut(axis.at) {
            *value = bit(u32::try_from(axis.digit(combination)).unwrap_or(u32::MAX));
        }
    }
    let (at, condition) = policy.first_match(&point)?;
    let row = policy.rows.get(at)?;
    let malicious = axes.iter().find(|axis| axis.domain.column == Column::Malicious);
    let asks_malicious = malicious.is_some_and(|axis| {
        row.when.get(condition).is_some_and(|condition| condition.mask(axis.at).is_some())
    });
    Some(Answer { row: Some(at), outcome: row.outcome, asks_malicious })
}
