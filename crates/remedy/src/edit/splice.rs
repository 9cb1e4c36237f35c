//! Which bytes are replaced, and what does every change come to?
//!
//! In: places found by the editors. Out: the text with only those places replaced. A change that is
//! refused at one place of a file is made at none of it.

use std::cmp::Ordering;
use std::ops::Range;

use versions::Scheme;

use super::{Change, Edited, Line, Outcome};

/// Most characters of a line that are shown.
const SHOWN: usize = 400;

/// One place that speaks of a package.
enum Found {
    Edit { range: Range<usize>, new: String },
    Admits,
    Refused(String),
}

/// A file on its way to its edited form.
pub struct Draft<'a> {
    /// The text before.
    pub text: &'a str,
    /// What is wanted.
    pub changes: &'a [Change],
    found: Vec<Vec<Found>>,
}

impl<'a> Draft<'a> {
    pub fn new(text: &'a str, changes: &'a [Change]) -> Self {
        Self { text, changes, found: changes.iter().map(|_| Vec::new()).collect() }
    }

    /// Changes that concern a package, by position. `name` is compared as the ecosystem compares.
    pub fn wanted(&self, name: &str) -> Vec<usize> {
        let same = |change: &Change| {
            change.ecosystem.normal_name(name) == change.ecosystem.normal_name(&change.name)
        };
        self.changes.iter().enumerate().filter(|(_, c)| same(c)).map(|(at, _)| at).collect()
    }

    /// Replace a range for a change.
    pub fn replace(&mut self, change: usize, range: Range<usize>, new: impl Into<String>) {
        self.note(change, Found::Edit { range, new: new.into() });
    }

    /// The place takes the target already.
    pub fn admits(&mut self, change: usize) {
        self.note(change, Found::Admits);
    }

    /// The place cannot be edited.
    pub fn refuse(&mut self, change: usize, reason: impl Into<String>) {
        self.note(change, Found::Refused(reason.into()));
    }

    fn note(&mut self, change: usize, found: Found) {
        if let Some(list) = self.found.get_mut(change) {
            list.push(found);
        }
    }

    /// The line of an offset, counted from 1.
    pub fn line(&self, at: usize) -> u32 {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        u32::try_from(before.iter().filter(|b| **b == b'\n').count())
            .unwrap_or(u32::MAX)
            .saturating_add(1)
    }

    /// Whole lines that a range touches, the last line end included.
    pub fn lines_of(&self, range: &Range<usize>) -> Range<usize> {
        let before = self.text.get(..range.start).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let last = range.end.max(range.start + 1) - 1;
        let after = self.text.get(last..).unwrap_or_default();
        let end = after.find('\n').map_or(self.text.len(), |at| last + at + 1);
        start..end
    }

    /// Applies what was found.
    pub fn finish(self) -> Edited {
        let mut chosen: Vec<(Range<usize>, String, usize)> = Vec::new();
        let mut refused: Vec<Option<String>> = Vec::new();
        for list in &self.found {
            refused.push(list.iter().find_map(|found| match found {
                Found::Refused(reason) => Some(reason.clone()),
                _ => None,
            }));
        }
        for (at, list) in self.found.iter().enumerate() {
            if refused.get(at).is_some_and(Option::is_some) {
                continue;
            }
            for found in list {
                let Found::Edit { range, new } = found else { continue };
                match chosen.iter_mut().find(|(other, ..)| crosses(other, range)) {
                    None => chosen.push((range.clone(), new.clone(), at)),
                    // Two packages that share one text (a property): the higher version serves both.
                    Some((other, text, _)) if *other == *range => {
                        if higher(self.changes.get(at), new, text) {
                            text.clone_from(new);
                        }
                    }
                    Some(_) => {
                        if let Some(slot) = refused.get_mut(at) {
                            *slot = Some("another fix changes the same text".to_owned());
                        }
                    }
                }
            }
        }
        chosen.retain(|(_, _, at)| refused.get(*at).is_some_and(Option::is_none));
        chosen.sort_by_key(|(range, ..)| (range.start, range.end));
        let lines: Vec<Line> =
            chosen.iter().map(|(range, ..)| self.shown(range, &chosen)).collect();
        let outcomes = self.found.iter().enumerate().map(|(at, list)| {
            if let Some(Some(reason)) = refused.get(at) {
                return Outcome::Refused(reason.clone());
            }
            let edits = list.iter().filter_map(|found| match found {
                Found::Edit { range, .. } => Some(range),
                _ => None,
            });
            let mut own: Vec<Line> = edits
                .filter_map(|range| chosen.iter().position(|(other, ..)| other == range))
                .filter_map(|position| lines.get(position).cloned())
                .collect();
            own.sort();
            own.dedup();
            match (own.is_empty(), list.is_empty()) {
                (false, _) => Outcome::Edited(own),
                (true, false) => Outcome::Admits,
                (true, true) => Outcome::NotNamed,
            }
        });
        let outcomes = outcomes.collect();
        Edited { text: replaced(self.text, 0..self.text.len(), &chosen).into_bytes(), outcomes }
    }

    fn shown(&self, range: &Range<usize>, chosen: &[(Range<usize>, String, usize)]) -> Line {
        let whole = self.lines_of(range);
        let before = self.text.get(whole.clone()).unwrap_or_default();
        let after = replaced(self.text, whole, chosen);
        Line { line: self.line(range.start), before: cut(before), after: cut(&after) }
    }
}

fn crosses(a: &Range<usize>, b: &Range<usize>) -> bool {
    a == b || (a.start < b.end && b.start < a.end)
}

fn higher(change: Option<&Change>, new: &str, old: &str) -> bool {
    change
        .and_then(|c| Scheme::of(&c.ecosystem))
        .and_then(|scheme| scheme.compare(new, old).ok())
        .is_some_and(|order| order == Ordering::Greater)
}

/// A part of the text with the edits inside it made; `edits` are sorted and do not cross.
fn replaced(text: &str, part: Range<usize>, edits: &[(Range<usize>, String, usize)]) -> String {
    let mut out = String::with_capacity(part.len() + 64);
    let mut at = part.start;
    for (range, new, _) in edits {
        if range.start < at || range.end > part.end {
            continue;
        }
        out.push_str(text.get(at..range.start).unwrap_or_default());
        out.push_str(new);
        at = range.end;
    }
    out.push_str(text.get(at..part.end).unwrap_or_default());
    out
}

fn cut(line: &str) -> String {
    let line = line.trim_end_matches(['\n', '\r']);
    match line.char_indices().nth(SHOWN) {
        None => line.to_owned(),
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
    }
}
