//! What is a decision table, and which ones come with Gabion?
//!
//! A [`Policy`] exists only checked: every combination of its columns' values reaches a row, and every
//! row is reached by one. Its file format is described at [`Policy::parse`].

use crate::Duration;
use crate::check;
use crate::column::Domain;
use crate::parse::{self, PolicyError};

/// A checked decision table.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) title: String,
    pub(crate) source: String,
    pub(crate) text: String,
    pub(crate) domains: Vec<Domain>,
    pub(crate) rows: Vec<Row>,
}

/// One row: any of its conditions makes it match.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) line: usize,
    pub(crate) when: Vec<Condition>,
    pub(crate) outcome: Outcome,
    pub(crate) says: String,
}

/// A mask per domain of the table; `None` where the condition does not ask.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Condition(pub(crate) Vec<Option<u16>>);

impl Condition {
    pub(crate) fn matches(&self, point: &[u16]) -> bool {
        self.0.iter().zip(point).all(|(mask, value)| mask.is_none_or(|m| m & value != 0))
    }

    /// The mask this condition puts on a domain, if it does.
    pub(crate) fn mask(&self, domain: usize) -> Option<u16> {
        self.0.get(domain).copied().flatten()
    }
}

/// What a row allows and asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// How long; `None`: on the next upgrade.
    pub allowed: Option<Duration>,
    /// Whether it comes before everything else.
    pub emergency: bool,
    /// Whether traces of use have to be looked for.
    pub forensics: bool,
}

impl Outcome {
    /// Smaller is stricter: emergency, then the shorter time, then forensics.
    pub(crate) fn looseness(&self) -> (bool, Duration, bool) {
        (!self.emergency, self.allowed.unwrap_or(Duration::MAX), !self.forensics)
    }
}

impl std::fmt::Display for Outcome {
    /// In words: «3 d, search for traces», «on the next upgrade».
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&crate::why::outcome_phrase(self))
    }
}

const GABION_24H: &str = include_str!("../policies/gabion-24h.toml");
const CISA_BOD_26_04: &str = include_str!("../policies/cisa-bod-26-04.toml");
const CERT_CC_DEPLOYER: &str = include_str!("../policies/cert-cc-deployer.toml");

fn builtin_text(name: &str) -> Option<&'static str> {
    match name {
        "gabion-24h" => Some(GABION_24H),
        "cisa-bod-26-04" => Some(CISA_BOD_26_04),
        "cert-cc-deployer" => Some(CERT_CC_DEPLOYER),
        _ => None,
    }
}

impl Policy {
    /// The names of the tables that come with Gabion.
    pub const BUILTIN: &'static [&'static str] =
        &["gabion-24h", "cisa-bod-26-04", "cert-cc-deployer"];

    /// The table that acts when none is chosen.
    pub const DEFAULT: &'static str = "gabion-24h";

    /// Reads and checks a table. `origin` names the file in errors.
    ///
    /// The format is TOML. At the top: `name`, `version`, and optionally `title` and `source` (where
    /// the table comes from). Then `[[row]]`s, of which the first that matches acts:
    ///
    /// - `id`: what the row is called in reports; unique.
    /// - `when`: a table `column = value`, all of which must hold, or a list of such tables, one of
    ///   which must; `{}` matches everything. A value is one word or a list of words, of which one
    ///   must hold. Columns: `malicious`, `kev`, `ransomware`, `exploit`, `automatable` (`yes`, `no`);
    ///   `exploitation` (`none`, `poc`, `active`); `exposure` (`isolated`, `internal`, `internet`);
    ///   `severity` (`none` … `critical`); `technical_impact` (`partial`, `total`); `human_impact`
    ///   (`low`, `medium`, `high`, `very high`); `epss_percentile` and `epss_score` (`">= 0.95"`,
    ///   `"< 0.95"`). Every column but `malicious` also has `unknown`.
    /// - `due`: `24h`, `3d`, or `next-upgrade` (no due instant).
    /// - `emergency`, `forensics`: flags, false when absent.
    /// - `says`: optionally, a phrase for people.
    ///
    /// In a column that some row names `unknown` in, that is what an unknown input matches, as does a
    /// row that does not ask about the column. Where no row answers, and in every other column, an
    /// unknown input counts as whichever value leads to the strictest row, and the clock says so.
    /// Malicious packages are an emergency of 24 h in every table. `policies/example.toml` is a table
    /// with comments to start from.
    ///
    /// # Errors
    /// The first thing that is wrong, with its line and what was expected; a combination of values
    /// that no row matches; a row that can never act, with the rows that hide it.
    pub fn parse(origin: &str, toml: &str) -> Result<Self, PolicyError> {
        let policy = parse::read(origin, toml)?;
        check::check(origin, &policy)?;
        Ok(policy)
    }

    /// A table that comes with Gabion, by its name in [`Policy::BUILTIN`].
    pub fn builtin(name: &str) -> Option<Self> {
        // Their totality and reachability are tested; walking them at each start would cost more
        // than many scans.
        parse::read(name, builtin_text(name)?).ok()
    }

    /// The table's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The table's version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// One line on what the table is.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Where the table comes from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The text that it was read from, by which it can be read again.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The rows' ids, in order.
    pub fn rows(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().map(|row| row.id.as_str())
    }

    /// The row and the condition in it that matches first; a point has one bit per domain.
    pub(crate) fn first_match(&self, point: &[u16]) -> Option<(usize, usize)> {
        self.rows.iter().enumerate().find_map(|(at, row)| {
            row.when.iter().position(|c| c.matches(point)).map(|condition| (at, condition))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Policy, builtin_text};

    #[test]
    fn the_built_in_tables_pass_the_check_that_others_must() {
        for name in Policy::BUILTIN {
            let checked = Policy::parse(name, builtin_text(name).expect(name)).expect(name);
            assert_eq!(Some(checked), Policy::builtin(name));
        }
    }
}
