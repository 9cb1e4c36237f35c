//! How does a table look beside the source it was taken from?
//!
//! In: a table. Out: a [`Sheet`], lines of words that a person holds against the published table. Where
//! the source is known and lists combinations, so does the sheet: its columns in its order and its
//! words, one line for each case, even where a row of ours stands for several. Any other table is shown
//! row by row, in order. Words only; nothing here is laid out for a terminal.

mod source;

use crate::check::walk;
use crate::column::{Column, Domain, bits};
use crate::policy::{Condition, Outcome, Policy, Row};
use source::Source;

/// The most lines that a sheet expands a table to; a larger one is shown row by row.
const MAX_LINES: usize = 256;

/// A table as words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// The columns, in the source's order; of a sheet of cases every line has a word for each.
    pub headings: Vec<Heading>,
    /// What the source calls the outcome; empty where no source is known.
    pub outcome: String,
    /// Whether each line is one case (then it holds [`Line::values`]) or one row ([`Line::when`]).
    pub cases: bool,
    /// The lines, in the order of the rows.
    pub lines: Vec<Line>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// What the source calls it, else our name.
    pub name: String,
    /// Our name for the input, as in a table's file.
    pub input: String,
    /// The values: the source's word, and ours for what it means.
    pub values: Vec<(String, String)>,
    /// Whether some row asks for `unknown`; where none does, an unknown input counts as whichever value
    /// leads to the strictest row.
    pub asks_unknown: bool,
}

/// One case or one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The id of the row that acts.
    pub row: String,
    /// Of a case: the value in each column, in the source's words.
    pub values: Vec<String>,
    /// Of a row: its conditions in words, any of which is enough.
    pub when: Vec<String>,
    /// What the row says for people: the source's words for the outcome or the case.
    pub says: String,
    /// What it allows and asks for.
    pub outcome: Outcome,
}

impl Policy {
    /// The table as words that can be checked against its source.
    pub fn sheet(&self) -> Sheet {
        let source = Source::of(self);
        let columns: Vec<Shown<'_>> = match source {
            Some(source) => source.columns(&self.domains),
            None => self.domains.iter().enumerate().map(|(at, d)| Shown::plain(at, d)).collect(),
        };
        let cases = (source.is_some() || self.is_grid()).then(|| self.cases(&columns)).flatten();
        Sheet {
            headings: columns.iter().map(Shown::heading).collect(),
            outcome: source.map(|source| source.outcome.to_owned()).unwrap_or_default(),
            cases: cases.is_some(),
            lines: cases
                .unwrap_or_else(|| self.rows.iter().map(|row| self.row_line(row)).collect()),
        }
    }

    /// Whether every row has one condition, which asks about every column: a list of combinations.
    fn is_grid(&self) -> bool {
        let asks_all = |condition: &Condition| condition.0.iter().all(Option::is_some);
        let one = |row: &Row| matches!(row.when.as_slice(), [only] if asks_all(only));
        self.rows.iter().all(one)
    }

    /// One line for each combination of the source's values, in the order of the rows that act; `None`
    /// where they are too many.
    fn cases(&self, columns: &[Shown<'_>]) -> Option<Vec<Line>> {
        let count = columns.iter().map(|c| c.values.len()).fold(1, usize::saturating_mul);
        if count > MAX_LINES {
            return None;
        }
        let mut found: Vec<(usize, Line)> = Vec::new();
        for mut number in 0..count {
            let mut chosen: Vec<&(String, u16)> = Vec::new();
            for column in columns {
                let size = column.values.len().max(1);
                chosen.extend(column.values.get(number % size));
                number /= size;
            }
            self.case(columns, &chosen, &mut found);
        }
        // Stable: the cases of one row stay in the order of the columns' values.
        found.sort_by_key(|(row, _)| *row);
        Some(found.into_iter().map(|(_, line)| line).collect())
    }

    /// The lines of one combination: one, unless the table tells apart what the source does not.
    fn case(
        &self,
        columns: &[Shown<'_>],
        chosen: &[&(String, u16)],
        into: &mut Vec<(usize, Line)>,
    ) {
        let mut axes: Vec<u16> = self.domains.iter().map(Domain::whole).collect();
        for (column, (_, mask)) in columns.iter().zip(chosen) {
            if let Some(axis) = axes.get_mut(column.at) {
                *axis &= mask;
            }
        }
        let mut reached: Vec<(usize, Vec<u16>)> = Vec::new();
        walk(&axes, |point| {
            if let Some((row, _)) = self.first_match(point) {
                match reached.iter_mut().find(|(held, _)| *held == row) {
                    Some((_, masks)) => masks.iter_mut().zip(point).for_each(|(m, p)| *m |= p),
                    None => reached.push((row, point.to_vec())),
                }
            }
            true
        });
        let apart = reached.len() > 1;
        for (at, masks) in reached {
            let Some(row) = self.rows.get(at) else { continue };
            let word = |(column, (word, mask)): (&Shown<'_>, &&(String, u16))| {
                let held = masks.get(column.at).copied().unwrap_or(*mask);
                let narrower = apart && held != *mask;
                if narrower {
                    format!("{word} ({})", column.domain.phrase(held))
                } else {
                    word.clone()
                }
            };
            let values = columns.iter().zip(chosen).map(word).collect();
            into.push((at, line(row, values, Vec::new())));
        }
    }

    fn row_line(&self, row: &Row) -> Line {
        line(row, Vec::new(), row.when.iter().map(|c| self.condition_text(c)).collect())
    }

    fn condition_text(&self, condition: &Condition) -> String {
        let asked = self
            .domains
            .iter()
            .enumerate()
            .filter_map(|(at, domain)| Some(phrase(domain, condition.mask(at)?)));
        let text: Vec<String> = asked.collect();
        if text.is_empty() { "anything else".to_owned() } else { text.join(", ") }
    }
}

/// A column's values with its name («exposure internal or internet»).
pub(crate) fn phrase(domain: &Domain, mask: u16) -> String {
    format!("{} {}", spoken(domain.column), domain.phrase(mask))
}

/// A column's name for people.
pub(crate) fn spoken(column: Column) -> String {
    column.name().replace('_', " ")
}

fn line(row: &Row, values: Vec<String>, when: Vec<String>) -> Line {
    Line { row: row.id.clone(), values, when, says: row.says.clone(), outcome: row.outcome }
}

/// A column of a sheet: its place in the table, and which of our values each of its words means.
struct Shown<'p> {
    at: usize,
    domain: &'p Domain,
    name: String,
    values: Vec<(String, u16)>,
}

impl<'p> Shown<'p> {
    /// In our own words.
    fn plain(at: usize, domain: &'p Domain) -> Self {
        let values = bits(domain.whole()).map(|bit| (domain.phrase(bit), bit)).collect();
        Self { at, domain, name: spoken(domain.column), values }
    }

    fn heading(&self) -> Heading {
        let values = self.values.iter();
        Heading {
            name: self.name.clone(),
            input: self.domain.column.name().to_owned(),
            values: values.map(|(word, mask)| (word.clone(), self.domain.phrase(*mask))).collect(),
            asks_unknown: self.domain.names_unknown,
        }
    }
}
