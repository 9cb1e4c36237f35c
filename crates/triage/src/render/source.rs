//! Which words do the published tables use, and in which order do their columns stand?
//!
//! The names and values are those of the tables' own files at CERTCC/SSVC, versions aside. A table is
//! known by the key in its `source`, so a copy that somebody changed is still held against the original.

use super::Shown;
use crate::column::{Column, Domain, bits};
use crate::policy::Policy;

/// A published table.
pub(super) struct Source {
    /// Its key, as a table's `source` ends with it.
    key: &'static str,
    columns: &'static [Named],
    /// What it calls the outcome.
    pub(super) outcome: &'static str,
}

struct Named {
    column: Column,
    name: &'static str,
    /// Its words, each with those of ours that mean it.
    values: &'static [(&'static str, &'static [&'static str])],
}

const NO_YES: &[(&str, &[&str])] = &[("no", &["no"]), ("yes", &["yes"])];

const SOURCES: &[Source] = &[
    Source {
        key: "cisa:BOD2604:1.0.0",
        columns: &[
            Named { column: Column::Kev, name: "In KEV", values: NO_YES },
            Named {
                column: Column::Exposure,
                name: "Publicly Exposed",
                values: &[("no", &["isolated", "internal"]), ("yes", &["internet"])],
            },
            Named { column: Column::Automatable, name: "Automatable", values: NO_YES },
            Named {
                column: Column::TechnicalImpact,
                name: "Technical Impact",
                values: &[("partial", &["partial"]), ("total", &["total"])],
            },
        ],
        outcome: "CISA BOD 26-04 Remediation Timelines",
    },
    Source {
        key: "ssvc:DT_DP:1.0.0",
        columns: &[
            Named {
                column: Column::Exploitation,
                name: "Exploitation",
                values: &[("none", &["none"]), ("public poc", &["poc"]), ("active", &["active"])],
            },
            Named {
                column: Column::Exposure,
                name: "System Exposure",
                values: &[
                    ("small", &["isolated"]),
                    ("controlled", &["internal"]),
                    ("open", &["internet"]),
                ],
            },
            Named { column: Column::Automatable, name: "Automatable", values: NO_YES },
            Named {
                column: Column::HumanImpact,
                name: "Human Impact",
                values: &[
                    ("low", &["low"]),
                    ("medium", &["medium"]),
                    ("high", &["high"]),
                    ("very high", &["very high"]),
                ],
            },
        ],
        outcome: "Defer, Scheduled, Out-of-Cycle, Immediate",
    },
];

impl Source {
    /// The published table that this one says it is, if it has all of its columns.
    pub(super) fn of(policy: &Policy) -> Option<&'static Self> {
        let source = SOURCES.iter().find(|source| policy.source.ends_with(source.key))?;
        let has = |named: &Named| policy.domains.iter().any(|d| d.column == named.column);
        source.columns.iter().all(has).then_some(source)
    }

    /// The columns in the source's order and words; what a table has besides stands after them, in ours.
    pub(super) fn columns<'p>(&self, domains: &'p [Domain]) -> Vec<Shown<'p>> {
        let place = |column: Column| self.columns.iter().position(|named| named.column == column);
        let mut found: Vec<(usize, Shown<'p>)> = Vec::new();
        for (at, domain) in domains.iter().enumerate() {
            let place = place(domain.column);
            let mut shown = Shown::plain(at, domain);
            if let Some(named) = place.and_then(|place| self.columns.get(place)) {
                shown.name = named.name.to_owned();
                shown.values = named.values(domain);
            }
            found.push((place.unwrap_or(usize::MAX), shown));
        }
        found.sort_by_key(|(place, _)| *place);
        found.into_iter().map(|(_, shown)| shown).collect()
    }
}

impl Named {
    fn values(&self, domain: &Domain) -> Vec<(String, u16)> {
        let mask = |ours: &[&str]| {
            ours.iter().filter_map(|word| domain.value_bit(word)).fold(0, |all, bit| all | bit)
        };
        let mut values: Vec<(String, u16)> =
            self.values.iter().map(|(word, ours)| ((*word).to_owned(), mask(ours))).collect();
        let unknown = domain.whole() & domain.unknown_bit();
        values.extend(bits(unknown).map(|bit| ("unknown".to_owned(), bit)));
        values
    }
}
