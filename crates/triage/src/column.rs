//! Which inputs may a decision table ask about, and which values has each?
//!
//! A column is one typed input. Its values are numbered from the least to the most urgent, so that a
//! set of values is a bit mask; `unknown` is one value more, after the last. The values of a threshold
//! column are the intervals between the cut points that the table itself names.

/// An input that a table may have as a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Column {
    Malicious,
    Kev,
    Ransomware,
    Exploit,
    Exploitation,
    Exposure,
    EpssPercentile,
    EpssScore,
    Severity,
    Automatable,
    TechnicalImpact,
    HumanImpact,
}

const NO_YES: &[&str] = &["no", "yes"];

impl Column {
    /// Every column, in the order in which reports show them.
    pub(crate) const ALL: [Self; 12] = [
        Self::Malicious,
        Self::Kev,
        Self::Ransomware,
        Self::Exploit,
        Self::Exploitation,
        Self::Exposure,
        Self::EpssPercentile,
        Self::EpssScore,
        Self::Severity,
        Self::Automatable,
        Self::TechnicalImpact,
        Self::HumanImpact,
    ];

    /// The name as a table's file spells it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Malicious => "malicious",
            Self::Kev => "kev",
            Self::Ransomware => "ransomware",
            Self::Exploit => "exploit",
            Self::Exploitation => "exploitation",
            Self::Exposure => "exposure",
            Self::EpssPercentile => "epss_percentile",
            Self::EpssScore => "epss_score",
            Self::Severity => "severity",
            Self::Automatable => "automatable",
            Self::TechnicalImpact => "technical_impact",
            Self::HumanImpact => "human_impact",
        }
    }

    /// The column of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.name() == name)
    }

    /// The known values, from the least to the most urgent; empty for a threshold column.
    pub(crate) fn values(self) -> &'static [&'static str] {
        match self {
            Self::Malicious | Self::Kev | Self::Ransomware | Self::Exploit | Self::Automatable => {
                NO_YES
            }
            Self::Exploitation => &["none", "poc", "active"],
            Self::Exposure => &["isolated", "internal", "internet"],
            Self::EpssPercentile | Self::EpssScore => &[],
            Self::Severity => &["none", "low", "medium", "high", "critical"],
            Self::TechnicalImpact => &["partial", "total"],
            Self::HumanImpact => &["low", "medium", "high", "very high"],
        }
    }

    /// Whether the values are numbers against cut points.
    pub(crate) fn is_threshold(self) -> bool {
        matches!(self, Self::EpssPercentile | Self::EpssScore)
    }

    /// Whether `unknown` can be a value: what sort of package it is, is always known.
    pub(crate) fn has_unknown(self) -> bool {
        self != Self::Malicious
    }
}

/// A column as one table uses it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Domain {
    pub(crate) column: Column,
    /// Cut points of a threshold column, ascending; value `i` lies below `cuts[i]`.
    pub(crate) cuts: Vec<f32>,
    /// Whether any row names `unknown`: then it is a value to match, else it is every value it may be.
    pub(crate) names_unknown: bool,
}

impl Domain {
    /// How many known values there are.
    pub(crate) fn known(&self) -> u32 {
        let count = if self.column.is_threshold() {
            self.cuts.len() + 1
        } else {
            self.column.values().len()
        };
        u32::try_from(count).unwrap_or(0)
    }

    /// The mask of every known value.
    pub(crate) fn all_known(&self) -> u16 {
        bit(self.known()).saturating_sub(1)
    }

    /// The bit of `unknown`.
    pub(crate) fn unknown_bit(&self) -> u16 {
        bit(self.known())
    }

    /// Every value that the table must have an answer for.
    pub(crate) fn whole(&self) -> u16 {
        self.all_known() | if self.names_unknown { self.unknown_bit() } else { 0 }
    }

    /// The bit of a number in a threshold column.
    pub(crate) fn number_bit(&self, number: f32) -> u16 {
        bit(u32::try_from(self.cuts.iter().filter(|cut| number >= **cut).count()).unwrap_or(0))
    }

    /// The bit of a named value.
    pub(crate) fn value_bit(&self, value: &str) -> Option<u16> {
        let at = self.column.values().iter().position(|v| *v == value)?;
        Some(bit(u32::try_from(at).ok()?))
    }

    /// The values of a mask in words («internal or unknown», «at least 0.95»).
    pub(crate) fn phrase(&self, mask: u16) -> String {
        let held = |value: &u32| mask & bit(*value) != 0;
        let mut words: Vec<String> = if self.column.is_threshold() {
            self.intervals(mask)
        } else {
            let values = (0..self.known()).zip(self.column.values());
            values.filter(|(value, _)| held(value)).map(|(_, word)| (*word).to_owned()).collect()
        };
        if mask & self.unknown_bit() != 0 {
            words.push("unknown".to_owned());
        }
        words.join(" or ")
    }

    /// The intervals of a threshold column's mask, neighbours as one.
    fn intervals(&self, mask: u16) -> Vec<String> {
        let mut words = Vec::new();
        let mut from: Option<usize> = None;
        for value in 0..=self.cuts.len() {
            let held = u32::try_from(value).is_ok_and(|value| mask & bit(value) != 0);
            if held && from.is_none() {
                from = Some(value);
            }
            if let Some(first) = from.filter(|_| !held) {
                words.push(self.interval(first, self.cuts.get(value.saturating_sub(1))));
                from = None;
            }
        }
        words.extend(from.map(|first| self.interval(first, None)));
        words
    }

    /// From the lower end of the interval numbered `first` up to a cut point, or without an end.
    fn interval(&self, first: usize, high: Option<&f32>) -> String {
        let low = first.checked_sub(1).and_then(|i| self.cuts.get(i));
        match (low, high) {
            (None, Some(high)) => format!("below {high}"),
            (Some(low), None) => format!("at least {low}"),
            (Some(low), Some(high)) => format!("{low} to below {high}"),
            (None, None) => "any".to_owned(),
        }
    }
}

/// The bit of the value with this number.
pub(crate) fn bit(value: u32) -> u16 {
    1u16.checked_shl(value).unwrap_or(0)
}

/// The single bits of a mask, lowest first.
pub(crate) fn bits(mask: u16) -> impl Iterator<Item = u16> {
    (0..u16::BITS).map(bit).filter(move |b| mask & b != 0)
}
