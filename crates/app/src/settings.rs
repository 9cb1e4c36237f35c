//! What has the ledger been told once for all?
//!
//! The tables that act, how old intelligence may be, and what is said of assets: who can reach them, who fixes, how
//! much depends on them. In: the ledger's settings. Out: [`Settings`], which every use case around the ledger
//! asks. A command may tighten them, never loosen (docs/ARCHITECTURE.md, «The clock», rule 11). Never: a change;
//! that is [`crate::queue::settings`]'s.

use std::collections::BTreeMap;

use ledger::Ledger;
use ledger::change::AssetFacts;
use serde::{Deserialize, Serialize};
use triage::Policy;
use vocab::Exposure;

use crate::books::BooksError;
use crate::clock::tables::{KEPT, Tables};
use crate::config::{Config, Criticality, PathPattern};
use crate::policy::PolicyChoiceError;
use crate::sync::status;

/// The setting with the tables that act everywhere: names of settings, a line each.
pub(crate) const TABLES: &str = "policies";
/// The setting with the age up to which a feed's silence means «no», in hours.
pub(crate) const INTEL_AGE: &str = "intel-age";
/// The setting with what is said of assets: [`AssetRule`]s as JSON.
pub(crate) const ASSETS: &str = "assets";

/// What the ledger has been told.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Whether the ledger was told which tables act; else the default does.
    pub told: bool,
    /// The tables that act everywhere, and those that assets have of their own.
    pub tables: Tables,
    /// Hours up to which a feed's silence means «no».
    pub max_age: i64,
    /// What is said of assets: see [`said_of`].
    pub assets: Vec<AssetRule>,
    /// The names of the settings that keep tables.
    pub kept: Vec<String>,
}

/// What is said of the assets whose name fits.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AssetRule {
    /// A name, or a pattern of names.
    pub asset: String,
    /// `internet`, `internal`, `isolated`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub exposure: String,
    /// Who fixes.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner: String,
    /// `low`, `medium`, `high`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub criticality: String,
    /// Who says so.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
}

impl AssetRule {
    /// Whether it speaks of an asset.
    pub(crate) fn fits(&self, asset: &str) -> bool {
        self.asset == asset || PathPattern::parse(&self.asset).is_some_and(|p| p.is_match(asset))
    }

    /// Whether it says nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.exposure.is_empty() && self.owner.is_empty() && self.criticality.is_empty()
    }
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The ledger.
    #[error(transparent)]
    Books(#[from] BooksError),
    /// A table that is kept does not read.
    #[error(transparent)]
    Policy(#[from] PolicyChoiceError),
    /// What is kept does not read.
    #[error("the ledger's setting «{name}» does not read: {what}")]
    Broken {
        /// The setting.
        name: String,
        /// What was met.
        what: String,
    },
}

impl From<ledger::LedgerError> for SettingsError {
    fn from(error: ledger::LedgerError) -> Self {
        Self::Books(error.into())
    }
}

impl Settings {
    /// Where there is no ledger: these tables, and the age that was asked for.
    #[cfg(test)]
    pub fn without(tables: Vec<Policy>, max_age: Option<i64>) -> Self {
        Self {
            told: false,
            tables: Tables::new(tables, BTreeMap::new()),
            max_age: max_age.unwrap_or(status::STALE_AFTER_HOURS),
            assets: Vec::new(),
            kept: Vec::new(),
        }
    }

    /// What a ledger was told.
    pub fn of(ledger: &mut Ledger) -> Result<Self, SettingsError> {
        Self::read(&ledger.settings()?)
    }

    /// Reads the settings of a ledger.
    pub fn read(settings: &[(String, String)]) -> Result<Self, SettingsError> {
        let value = |name: &str| settings.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
        let broken =
            |name: &str, what: String| SettingsError::Broken { name: name.to_owned(), what };
        let mut kept = BTreeMap::new();
        for (name, text) in settings.iter().filter(|(name, _)| name.starts_with(KEPT)) {
            let policy = Policy::parse(name, text).map_err(|source| PolicyChoiceError::Table {
                origin: format!("the ledger's {name}"),
                source,
            })?;
            kept.insert(name.clone(), policy);
        }
        let mut base = Vec::new();
        for name in value(TABLES).unwrap_or_default().lines() {
            let table = kept.get(name);
            base.push(table.ok_or_else(|| broken(TABLES, format!("no «{name}» is kept")))?.clone());
        }
        let max_age = match value(INTEL_AGE) {
            None => status::STALE_AFTER_HOURS,
            Some(hours) => hours.parse().map_err(|_| broken(INTEL_AGE, hours.to_owned()))?,
        };
        let assets = match value(ASSETS) {
            None => Vec::new(),
            Some(json) => serde_json::from_str(json).map_err(|e| broken(ASSETS, e.to_string()))?,
        };
        let names = kept.keys().cloned().collect();
        let told = !base.is_empty();
        Ok(Self { told, tables: Tables::new(base, kept), max_age, assets, kept: names })
    }

    /// The age that acts: a command may ask for less.
    pub fn max_age(&self, asked: Option<i64>) -> i64 {
        asked.map_or(self.max_age, |asked| asked.min(self.max_age))
    }

    /// Of the tables of a command, those that do not act everywhere anyway.
    pub fn further(&self, asked: &[Policy]) -> Vec<Policy> {
        asked.iter().filter(|policy| !self.tables.base().contains(policy)).cloned().collect()
    }

    /// What the settings say of an asset, whatever else is known of it.
    pub fn describe(&self, facts: &mut AssetFacts) {
        let said = said_of(&self.assets, &facts.name);
        if !said.exposure.is_empty() {
            facts.exposure = said.exposure;
            facts.exposure_source = said.source;
        }
        if !said.owner.is_empty() {
            facts.owner = said.owner;
        }
        if !said.criticality.is_empty() {
            facts.criticality = said.criticality;
        }
    }
}

/// What rules say of an asset, field by field: its very name before patterns, and of each the last. `source` is whose word the
/// exposure is.
pub(crate) fn said_of(rules: &[AssetRule], asset: &str) -> AssetRule {
    let mut said = AssetRule { asset: asset.to_owned(), ..AssetRule::default() };
    let named = rules.iter().filter(|rule| rule.asset == asset);
    let fitting = rules.iter().filter(|rule| rule.asset != asset && rule.fits(asset));
    for rule in fitting.chain(named) {
        if !rule.exposure.is_empty() {
            said.exposure.clone_from(&rule.exposure);
            said.source.clone_from(&rule.source);
        }
        if !rule.owner.is_empty() {
            said.owner.clone_from(&rule.owner);
        }
        if !rule.criticality.is_empty() {
            said.criticality.clone_from(&rule.criticality);
        }
    }
    said
}

/// What a configuration says of assets, as settings keep it: in the file the last that fits wins, among the settings a name wins
/// over patterns, so of a name is left what no later rule of the file says too.
pub(crate) fn rules_of(config: &Config) -> Vec<AssetRule> {
    let rule = |rule: &crate::config::AssetRule| AssetRule {
        asset: rule.name.clone().unwrap_or_else(|| rule.pattern.clone()),
        exposure: rule.exposure.map(|e| e.as_str().to_owned()).unwrap_or_default(),
        owner: rule.owner.clone().unwrap_or_default(),
        criticality: rule.criticality.map(|c| c.as_str().to_owned()).unwrap_or_default(),
        source: format!("{}:{}", config.origin, rule.line),
    };
    let mut rules: Vec<AssetRule> = config.assets.iter().map(rule).collect();
    for at in 0..rules.len() {
        let Some((rule, later)) = rules.get_mut(at..).and_then(|rules| rules.split_first_mut())
        else {
            break;
        };
        for said in later.iter().filter(|said| said.asset != rule.asset && said.fits(&rule.asset)) {
            for (own, over) in [
                (&mut rule.exposure, &said.exposure),
                (&mut rule.owner, &said.owner),
                (&mut rule.criticality, &said.criticality),
            ] {
                if !over.is_empty() {
                    own.clear();
                }
            }
        }
    }
    rules.retain(|rule| !rule.is_empty());
    rules
}

/// The exposure of a word; an unknown word is unknown.
pub(crate) fn exposure_of(word: &str) -> Exposure {
    let all = [Exposure::Internet, Exposure::Internal, Exposure::Isolated];
    all.into_iter().find(|exposure| exposure.as_str() == word).unwrap_or_default()
}

/// The facts of an asset that is there already, after what a command says of it now, and what it does not get. Unknown
/// and nobody overwrite nothing; what is known is only tightened: a command may say that more can reach an
/// asset or that more depends on it, and who fixes where nobody is named.
pub(crate) fn joined(known: &AssetFacts, said: &AssetFacts) -> (AssetFacts, Vec<String>) {
    let mut facts = known.clone();
    let mut refused = Vec::new();
    let name = &known.name;
    facts.declared |= said.declared;
    let (is, asked) = (exposure_of(&known.exposure), exposure_of(&said.exposure));
    let first = known.exposure_source.is_empty() && is == Exposure::Unknown;
    if !said.exposure_source.is_empty() && (said.exposure != known.exposure || first) {
        if asked != Exposure::Unknown && (first || asked > is) {
            facts.exposure.clone_from(&said.exposure);
            facts.exposure_source.clone_from(&said.exposure_source);
        } else if asked != Exposure::Unknown {
            refused.push(format!(
                "exposure {} of {name} is not applied: the ledger has {}, and a command may only tighten; `gabion settings set exposure {name} {}` changes it",
                said.exposure, known.exposure, said.exposure
            ));
        }
    }
    if known.owner.is_empty() {
        facts.owner.clone_from(&said.owner);
    } else if !said.owner.is_empty() && said.owner != known.owner {
        refused.push(format!(
            "the owner of {name} stays {}; `gabion settings set owner {name} {}` changes it",
            known.owner, said.owner
        ));
    }
    let depends = |word: &str| Criticality::of(word).map(|criticality| criticality as u8);
    match (depends(&known.criticality), depends(&said.criticality)) {
        (is, Some(asked)) if is.is_none_or(|is| asked > is) => {
            facts.criticality.clone_from(&said.criticality);
        }
        (Some(is), Some(asked)) if asked < is => refused.push(format!(
            "criticality {} of {name} is not applied: the ledger has {}; `gabion settings set criticality {name} {}` changes it",
            said.criticality, known.criticality, said.criticality
        )),
        _ => {}
    }
    for table in &said.tables {
        if !facts.tables.contains(table) {
            facts.tables.push(table.clone());
        }
    }
    (facts, refused)
}

#[cfg(test)]
mod tests {
    use ledger::change::AssetFacts;

    use super::{Settings, joined};

    fn asset(exposure: &str, source: &str, owner: &str) -> AssetFacts {
        AssetFacts {
            name: "web".to_owned(),
            declared: true,
            exposure: exposure.to_owned(),
            exposure_source: source.to_owned(),
            owner: owner.to_owned(),
            ..AssetFacts::default()
        }
    }

    #[test]
    fn a_command_tightens_and_what_is_not_said_overwrites_nothing() {
        let check = |known: (&str, &str, &str), said: (&str, &str, &str), expect: (&str, &str)| {
            let known = asset(known.0, known.1, known.2);
            let (facts, refused) = joined(&known, &asset(said.0, said.1, said.2));
            assert_eq!((facts.exposure.as_str(), facts.owner.as_str()), expect);
            refused.len()
        };
        assert_eq!(check(("internal", "a", "ann"), ("unknown", "", ""), ("internal", "ann")), 0);
        assert_eq!(check(("internal", "a", ""), ("internet", "b", "bob"), ("internet", "bob")), 0);
        assert_eq!(
            check(("internet", "a", "ann"), ("isolated", "b", "bob"), ("internet", "ann")),
            2
        );
        assert_eq!(check(("unknown", "", ""), ("isolated", "b", ""), ("isolated", "")), 0);
        assert_eq!(check(("internal", "a", ""), ("unknown", "b", ""), ("internal", "")), 0);
    }

    #[test]
    fn a_table_is_kept_with_its_text() {
        let text = "name = \"t\"\nversion = \"2\"\n[[row]]\nid = \"x\"\nwhen = {}\ndue = \"2d\"\n";
        let policy = triage::Policy::parse("t", text).expect("a table");
        let name = crate::clock::tables::name(&policy);
        let settings = [(name.clone(), text.to_owned()), ("policies".to_owned(), name.clone())];
        let read = Settings::read(&settings).expect("settings");
        assert_eq!(read.tables.base(), [policy]);
        assert_eq!(
            (read.max_age(None), read.max_age(Some(24)), read.max_age(Some(999))),
            (168, 24, 168)
        );
        assert!(Settings::read(&[("policies".to_owned(), name)]).is_err());
        assert!(Settings::read(&[("intel-age".to_owned(), "soon".to_owned())]).is_err());
    }
}
