//! What becomes of the assets that are there already when what is said of assets changes?
//!
//! In: the rules before and after. Out: of each asset the fields of which the rules say something else now. Only these
//! move: what a command has tightened stays, unless a person names the asset and the value; and then that is said.

use ledger::Change;
use ledger::change::AssetFacts;
use vocab::Exposure;

use super::SettingUp;
use crate::config::{Criticality, PathPattern};
use crate::queue::{QueueError, unfit};
use crate::settings::{ASSETS, AssetRule, exposure_of, said_of};

/// Most rules for assets.
pub const MAX_RULES: usize = 2_000;
/// Most assets that are told of by name.
const MOST_TOLD: usize = 20;

/// One thing that is said of an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Exposure,
    Owner,
    Criticality,
}

impl Field {
    fn word(self) -> &'static str {
        match self {
            Self::Exposure => "exposure",
            Self::Owner => "owner",
            Self::Criticality => "criticality",
        }
    }

    fn of_rule(self, rule: &mut AssetRule) -> &mut String {
        match self {
            Self::Exposure => &mut rule.exposure,
            Self::Owner => &mut rule.owner,
            Self::Criticality => &mut rule.criticality,
        }
    }
}

impl SettingUp<'_> {
    /// Sets one thing that is said of an asset; an empty word takes it away.
    pub(super) fn rule(&mut self, asset: &str, field: Field, word: &str) -> Result<(), QueueError> {
        if PathPattern::parse(asset).is_none() || asset.is_empty() {
            return Err(unfit(format!("«{asset}» is no asset"), "`gabion queue` names them"));
        }
        let what = field.word();
        let said = if word.is_empty() { "nobody says" } else { word };
        let said = format!("{what} of {asset}: {said}");
        if !word.is_empty() {
            self.unknown(asset);
        }
        let mut rules = self.settings.assets.clone();
        put(&mut rules, asset, field, word);
        self.rules(rules, Some((asset, field)), said)
    }

    /// What fits nothing yet is set ahead, or misspelt.
    fn unknown(&mut self, asset: &str) {
        let rule = AssetRule { asset: asset.to_owned(), ..AssetRule::default() };
        if self.assets.iter().any(|(_, facts)| rule.fits(&facts.name)) {
            return;
        }
        let mut near: Vec<&str> =
            self.assets.iter().map(|(_, facts)| facts.name.as_str()).collect();
        near.retain(|name| crate::near::is_near(name, asset));
        let near = match near.as_slice() {
            [] => String::new(),
            near => format!("; there is {}", near.join(", ")),
        };
        self.done.remarks.push(format!(
            "nothing in the ledger has the name «{asset}» yet: it holds for what gets it{near}"
        ));
    }

    /// The rules for assets, and the assets that are there already by them. `named`: of which asset a person sets what.
    pub(super) fn rules(
        &mut self,
        rules: Vec<AssetRule>,
        named: Option<(&str, Field)>,
        said: String,
    ) -> Result<(), QueueError> {
        if rules.len() > MAX_RULES {
            let what = format!("{} rules for assets", rules.len());
            return Err(unfit(what, "at most 2,000 are kept; a pattern may say what many do"));
        }
        let value = match rules.as_slice() {
            [] => String::new(),
            rules => serde_json::to_string(rules).map_err(|e| unfit(e.to_string(), "change it"))?,
        };
        let before = std::mem::replace(&mut self.settings.assets, rules);
        self.put(ASSETS, value, said.clone());
        let mut told = Vec::new();
        for (id, was) in &self.assets {
            let named = named.filter(|(name, _)| *name == was.name).map(|(_, field)| field);
            let mut moving = Moving {
                before: said_of(&before, &was.name),
                after: said_of(&self.settings.assets, &was.name),
                named,
                facts: was.clone(),
                told: &mut told,
            };
            moving.all();
            let facts = moving.facts;
            if facts != *was {
                self.changes.push(Change::Asset { id: *id, facts, was: Some(was.clone()) });
            }
        }
        // The rules may say it already, and the asset not be so.
        if !self.changes.is_empty() && !self.done.said.contains(&said) {
            self.done.said.push(said);
        }
        let more = told.len().saturating_sub(MOST_TOLD);
        told.truncate(MOST_TOLD);
        self.done.remarks.extend(told);
        if more > 0 {
            self.done
                .remarks
                .push(format!("and {more} more assets are left as commands made them"));
        }
        Ok(())
    }
}

/// Puts one thing among the rules: what a pattern says anew stands after the other patterns, for the last one wins.
fn put(rules: &mut Vec<AssetRule>, asset: &str, field: Field, word: &str) {
    for rule in rules.iter_mut().filter(|rule| rule.asset == asset) {
        field.of_rule(rule).clear();
    }
    rules.retain(|rule| !rule.is_empty());
    if word.is_empty() {
        return;
    }
    let pattern = asset.contains(['*', '?', '[', '{']);
    let at = match rules.iter().rposition(|rule| rule.asset == asset) {
        Some(at) if !pattern || at + 1 == rules.len() => at,
        _ => {
            rules.push(AssetRule { asset: asset.to_owned(), ..AssetRule::default() });
            rules.len() - 1
        }
    };
    if let Some(rule) = rules.get_mut(at) {
        word.clone_into(field.of_rule(rule));
        "gabion settings".clone_into(&mut rule.source);
    }
}

/// One asset, and what the rules say of it.
struct Moving<'a> {
    before: AssetRule,
    after: AssetRule,
    /// What a person sets of this very asset.
    named: Option<Field>,
    facts: AssetFacts,
    told: &'a mut Vec<String>,
}

impl Moving<'_> {
    fn all(&mut self) {
        self.exposure();
        self.criticality();
        let (before, after) = (&self.before.owner, &self.after.owner);
        let moves = before != after || self.named == Some(Field::Owner);
        if moves && !after.is_empty() {
            self.facts.owner.clone_from(after);
        } else if moves && self.facts.owner == *before {
            self.facts.owner.clear();
        } else if moves {
            self.stays(Field::Owner, &self.facts.owner.clone(), "a command");
        }
    }

    fn exposure(&mut self) {
        let (before, after) = (self.before.clone(), self.after.clone());
        let named = self.named == Some(Field::Exposure);
        let same = (&before.exposure, &before.source) == (&after.exposure, &after.source);
        if same && !named {
            return;
        }
        let (is, source) = (self.facts.exposure.clone(), self.facts.exposure_source.clone());
        let own =
            !before.exposure.is_empty() && (&is, &source) == (&before.exposure, &before.source);
        if after.exposure.is_empty() {
            if own {
                self.facts.exposure = Exposure::Unknown.as_str().to_owned();
                self.facts.exposure_source = String::new();
            } else if exposure_of(&is) != Exposure::Unknown {
                self.stays(Field::Exposure, &is, &source);
            }
            return;
        }
        let first = source.is_empty() && exposure_of(&is) == Exposure::Unknown;
        let tighter = exposure_of(&after.exposure) > exposure_of(&is);
        if own || named || first || tighter {
            let loosens = exposure_of(&after.exposure) < exposure_of(&is);
            if !own && !first && loosens {
                self.told.push(format!(
                    "{} was {is} ({source}); it is {} now, for it is set by name",
                    self.facts.name, after.exposure
                ));
            }
            self.facts.exposure = after.exposure;
            self.facts.exposure_source = after.source;
        } else if after.exposure != is {
            self.stays(Field::Exposure, &is, &source);
        }
    }

    fn criticality(&mut self) {
        let (before, after) = (self.before.criticality.clone(), self.after.criticality.clone());
        let named = self.named == Some(Field::Criticality);
        if before == after && !named {
            return;
        }
        let is = self.facts.criticality.clone();
        let depends = |word: &str| Criticality::of(word).map(|criticality| criticality as u8);
        if is == before || named && !after.is_empty() || depends(&after) > depends(&is) {
            if is != before && depends(&after) < depends(&is) {
                self.told.push(format!(
                    "{} was of {is} criticality by a command; it is of {after} now, for it is set by name",
                    self.facts.name
                ));
            }
            self.facts.criticality = after;
        } else if after != is {
            self.stays(Field::Criticality, &is, "a command");
        }
    }

    /// What a command gave is not loosened with what is said of others.
    fn stays(&mut self, field: Field, is: &str, source: &str) {
        let (name, what) = (&self.facts.name, field.word());
        if is.is_empty() {
            return;
        }
        self.told.push(format!(
            "{what} of {name} stays {is}, which {source} gave; `gabion settings set {what} {name} VALUE` changes it"
        ));
    }
}
