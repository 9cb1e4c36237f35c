//! How are many combinations said in few conditions?
//!
//! Boxes that differ in one column only become one box, until none do. A box may then grow over what
//! cannot occur, so that nobody reads that what KEV lists is also exploited.

use crate::column::{Column, Domain};

/// A set of values for each column of both tables, in their order; the rest is empty.
pub(super) type Mask = [u16; Column::ALL.len()];

/// The columns over which two tables are compared.
pub(super) struct Space<'d> {
    pub(super) domains: &'d [Domain],
    /// Pairs that cannot occur together: a column's place and values, and another's.
    excluded: Vec<[(usize, u16); 2]>,
}

/// What cannot occur together, as the inputs are read (docs/ARCHITECTURE.md, «The clock», rule 3): what
/// KEV lists is exploited, only what KEV lists has its mark of ransomware, and a public exploit is at
/// least a proof of concept.
const EXCLUDED: [[(Column, &[&str]); 2]; 3] = [
    [(Column::Kev, &["yes"]), (Column::Exploitation, &["none", "poc"])],
    [(Column::Kev, &["no"]), (Column::Ransomware, &["yes"])],
    [(Column::Exploit, &["yes"]), (Column::Exploitation, &["none"])],
];

impl<'d> Space<'d> {
    pub(super) fn new(domains: &'d [Domain]) -> Self {
        let values = |(column, words): (Column, &[&str])| {
            let at = domains.iter().position(|d| d.column == column)?;
            let domain = domains.get(at)?;
            let bits = words.iter().filter_map(|word| domain.value_bit(word));
            Some((at, bits.fold(0, |all, bit| all | bit)))
        };
        let pair = |[one, two]: [(Column, &[&str]); 2]| Some([values(one)?, values(two)?]);
        Self { domains, excluded: EXCLUDED.into_iter().filter_map(pair).collect() }
    }

    /// Whether a combination can occur.
    pub(super) fn is_possible(&self, point: &Mask) -> bool {
        let holds = |(at, values): &(usize, u16)| at_of(point, *at) & values != 0;
        !self.excluded.iter().any(|pair| pair.iter().all(holds))
    }

    /// The box without its conditions that only leave out what cannot occur.
    fn grown(&self, mask: &Mask) -> Mask {
        let mut grown = *mask;
        for [one, two] in &self.excluded {
            for ((at, values), (other, others)) in [(one, two), (two, one)] {
                // All of the box has the one; of the other column only what goes with it is left.
                let whole = self.domains.get(*other).map_or(0, Domain::whole);
                let implied = at_of(&grown, *at) & !values == 0;
                let rest = whole & !others;
                if implied
                    && at_of(&grown, *other) == rest
                    && let Some(held) = grown.get_mut(*other)
                {
                    *held = whole;
                }
            }
        }
        grown
    }
}

fn at_of(mask: &Mask, at: usize) -> u16 {
    mask.get(at).copied().unwrap_or(0)
}

/// The fewest boxes found that hold these combinations and no other that can occur; `thorough` tries
/// several orders of the columns, which costs as many times more.
pub(super) fn condense(space: &Space<'_>, points: Vec<Mask>, thorough: bool) -> Vec<Mask> {
    let count = space.domains.len();
    let natural: Vec<usize> = (0..count).collect();
    let mut best = boxes(space, points.clone(), &natural);
    if thorough {
        for turn in 0..count {
            let forward: Vec<usize> = (0..count).map(|at| (at + turn) % count).collect();
            let backward: Vec<usize> = forward.iter().rev().copied().collect();
            for order in [forward, backward] {
                let found = boxes(space, points.clone(), &order);
                if found.len() < best.len() {
                    best = found;
                }
            }
        }
    }
    let asked =
        |mask: &Mask| space.domains.iter().zip(mask).filter(|(d, m)| d.whole() != **m).count();
    best.sort_by_key(|mask| (asked(mask), *mask));
    best
}

fn boxes(space: &Space<'_>, mut boxes: Vec<Mask>, order: &[usize]) -> Vec<Mask> {
    merge(&mut boxes, order);
    boxes.iter_mut().for_each(|mask| *mask = space.grown(mask));
    merge(&mut boxes, order);
    boxes
}

/// Makes one of boxes that differ in one column only, column after column, until none do.
fn merge(boxes: &mut Vec<Mask>, order: &[usize]) {
    loop {
        let before = boxes.len();
        for at in order {
            // Which boxes are alike but for this column is seen side by side.
            let rest = |mask: &Mask| {
                let mut rest = *mask;
                rest.iter_mut().skip(*at).take(1).for_each(|value| *value = 0);
                rest
            };
            boxes.sort_unstable_by_key(|mask| (rest(mask), at_of(mask, *at)));
            boxes.dedup_by(|next, held| {
                let alike = rest(next) == rest(held);
                if let Some(value) = held.get_mut(*at).filter(|_| alike) {
                    *value |= at_of(next, *at);
                }
                alike
            });
        }
        if boxes.len() == before {
            return;
        }
    }
}
