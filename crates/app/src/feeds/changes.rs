//! Which records of an ecosystem changed? Two versions of `modified_id.csv` in, the difference out.
//!
//! The file has one line `MODIFIED,ID` a record, newest first; neighbours can be out of order, so the
//! whole lists are compared instead of stopping at a date.

use std::collections::{HashMap, HashSet};

use vocab::Instant;

use super::FeedError;

/// The list of an ecosystem.
#[derive(Debug, Default)]
pub(super) struct Records<'a> {
    lines: Vec<(&'a str, &'a str)>,
}

/// How two lists differ.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Difference<'a> {
    /// Records that are new or have another date, in the order of the new list.
    pub(super) changed: Vec<&'a str>,
    /// Records that are gone.
    pub(super) removed: usize,
}

impl<'a> Records<'a> {
    /// Reads a list; `file` names it in errors. IDs are taken as they come: whoever makes a path of
    /// one asks `names` first.
    pub(super) fn parse(file: &str, text: &'a str) -> Result<Self, FeedError> {
        let mut lines = Vec::new();
        for (number, line) in text.lines().enumerate() {
            if line.is_empty() {
                continue;
            }
            let wrong =
                || FeedError::List { file: file.to_owned(), line: number + 1, expected: "DATE,ID" };
            let (modified, id) = line.split_once(',').ok_or_else(wrong)?;
            vocab::instant::parse(modified).ok_or_else(wrong)?;
            lines.push((modified, id));
        }
        Ok(Self { lines })
    }

    /// What changed since `old`.
    pub(super) fn since(&self, old: &Records<'_>) -> Difference<'a> {
        let mut before: HashMap<&str, &str> =
            old.lines.iter().map(|&(modified, id)| (id, modified)).collect();
        let mut changed = Vec::new();
        for &(modified, id) in &self.lines {
            if before.remove(id) != Some(modified) {
                changed.push(id);
            }
        }
        Difference { changed, removed: before.len() }
    }

    /// Records modified after an instant, in the order of the list.
    pub(super) fn after(&self, instant: Instant) -> Vec<&'a str> {
        let later = |modified: &str| vocab::instant::parse(modified).is_some_and(|at| at > instant);
        self.lines.iter().filter(|(modified, _)| later(modified)).map(|&(_, id)| id).collect()
    }

    /// The list without these records, as a file.
    pub(super) fn without(&self, ids: &[&str]) -> String {
        let left_out: HashSet<&str> = ids.iter().copied().collect();
        let kept = self.lines.iter().filter(|(_, id)| !left_out.contains(id));
        kept.map(|(modified, id)| format!("{modified},{id}\n")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{FeedError, Records};

    const OLD: &str =
        "2026-08-21T20:38:00Z,A-3\n2026-08-20T00:00:00Z,A-2\n2026-08-19T00:00:00.5Z,A-1\n";

    fn records(text: &str) -> Records<'_> {
        Records::parse("list", text).expect("a list")
    }

    #[test]
    fn the_difference_is_exact_whatever_the_order() {
        let new = "2026-08-20T00:00:00Z,A-2\n2026-08-21T20:38:00Z,A-3\r\n2026-08-22T00:00:00Z,A-1\n2026-08-01T00:00:00Z,A-4";
        let new = records(new);
        let difference = new.since(&records(OLD));
        assert_eq!((difference.changed, difference.removed), (vec!["A-1", "A-4"], 0));
        let back = records(OLD);
        let difference = back.since(&new);
        assert_eq!((difference.changed, difference.removed), (vec!["A-1"], 1));
        let same = back.since(&records(OLD));
        assert_eq!((same.changed, same.removed), (vec![], 0));
    }

    #[test]
    fn later_ones_and_the_rest() {
        let list = records(OLD);
        let instant = "2026-08-20T00:00:00Z".parse().expect("an instant");
        assert_eq!(list.after(instant), ["A-3"]);
        assert_eq!(list.without(&["A-3", "A-1"]), "2026-08-20T00:00:00Z,A-2\n");
    }

    #[test]
    fn what_is_no_list_is_refused() {
        for (text, line) in [("<html>", 1), ("2026-08-20,A-1\nsoon,A-2", 2), ("2026-08-20", 1)] {
            let error = Records::parse("list", text).expect_err("no list");
            assert!(
                matches!(&error, FeedError::List { line: at, .. } if *at == line),
                "{text}: {error:?}"
            );
        }
    }
}
