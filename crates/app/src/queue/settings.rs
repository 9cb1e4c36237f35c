//! What is set for the whole ledger, and what moves when it changes?
//!
//! In: which tables act, how old intelligence may be, who can reach an asset, who fixes on it, how much depends on it. Out:
//! each recorded as an entry, with the text of every table, and then every date that moves with the reason. Only an
//! admin sets them; here alone something may loosen, for a person says so and the record keeps it.

mod assets;

use ledger::Change;
use ledger::Write;
use ledger::change::AssetFacts;
use serde::Serialize;
use triage::Policy;
use vocab::Instant;

use super::{QueueError, unfit};
use crate::books::{Actor, Books, UseCase, allow};
use crate::clock::tables;
use crate::config::{Config, Criticality, Trust};
use crate::intake::again::Again;
use crate::intake::timing::Timing;
use crate::intelligence::Intelligence;
use crate::policy;
use crate::settings::{AssetRule, INTEL_AGE, Settings, TABLES, rules_of};

use assets::Field;
pub use assets::MAX_RULES;

/// The schema of the JSON.
pub const SCHEMA: &str = "gabion.settings/1";

/// What is set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The record's last entry.
    pub entry: i64,
    /// The tables that act everywhere, `name version`.
    pub policies: Vec<String>,
    /// Whether they were set; else the default acts.
    pub policies_set: bool,
    /// Hours up to which a feed's silence means «no».
    pub intel_age_hours: i64,
    /// What is said of assets by name or pattern: a name wins over patterns, and of each the last, field by field.
    pub rules: Vec<AssetRule>,
    /// The assets that have tables of their own beside these.
    pub assets: Vec<OwnTables>,
}

/// An asset with tables of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OwnTables {
    /// The asset.
    pub asset: String,
    /// `name version`.
    pub policies: Vec<String>,
}

/// One thing to set; an empty word takes it away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// The tables that act everywhere: names or files; none takes the default.
    Policies(Vec<String>),
    /// Hours up to which a feed's silence means «no».
    IntelAge(Option<i64>),
    /// Who can reach an asset.
    Exposure(String, String),
    /// Who fixes on it.
    Owner(String, String),
    /// How much depends on it.
    Criticality(String, String),
    /// The tables that an asset has of its own are taken away.
    NoOwnPolicies(String),
    /// All that an estate file says of tables and assets.
    Estate(std::path::PathBuf),
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Set {
    /// What was set, one line each.
    pub said: Vec<String>,
    /// The entry; none when nothing changed.
    pub entry: Option<i64>,
    /// Dates that moved.
    pub moved: u64,
    /// The last entry of those.
    pub moved_in: Option<i64>,
    /// What else is worth knowing.
    pub remarks: Vec<String>,
}

/// Tells what is set.
///
/// # Errors
/// Refused, the ledger's.
pub fn show(actor: &Actor, books: &mut Books) -> Result<Shown, QueueError> {
    allow(actor, UseCase::Queue, true)?;
    let settings = Settings::of(&mut books.ledger)?;
    let assets = books.ledger.assets()?.into_iter().filter(|(_, facts)| !facts.tables.is_empty());
    let assets = assets.map(|(_, facts)| OwnTables {
        policies: facts.tables.iter().map(|name| short(name)).collect(),
        asset: facts.name,
    });
    Ok(Shown {
        schema: SCHEMA,
        entry: books.ledger.head()?.entry,
        policies: settings.tables.base().iter().map(called).collect(),
        policies_set: settings.told,
        intel_age_hours: settings.max_age,
        assets: assets.collect(),
        rules: settings.assets,
    })
}

/// Sets, in one entry, and then moves the dates that move with it, each with the reason.
///
/// # Errors
/// Refused, a word that is none, a table that cannot be used, the ledger's.
pub fn set(
    actor: &Actor,
    books: &mut Books,
    intelligence: Option<&Intelligence>,
    setting: &Setting,
    now: Instant,
) -> Result<Set, QueueError> {
    allow(actor, UseCase::Settings, true)?;
    let known: Vec<(String, String)> = books.ledger.settings()?;
    let settings = Settings::read(&known)?;
    let assets = books.ledger.assets()?;
    let mut done = Set::default();
    let mut setting_up =
        SettingUp { known, settings, assets, changes: Vec::new(), done: &mut done };
    setting_up.take(setting)?;
    let changes = std::mem::take(&mut setting_up.changes);
    if changes.is_empty() {
        return Ok(done);
    }
    let mut write = books.write(actor, now)?;
    append(&mut write, &changes)?;
    let summary = done.said.join("; ");
    let entry = write.commit("setting", &summary)?.entry;
    done.entry = Some(entry);
    again(actor, books, intelligence, entry, now, &mut done)?;
    Ok(done)
}

fn append(write: &mut Write<'_>, changes: &[Change]) -> Result<(), QueueError> {
    for change in changes {
        write.append(change)?;
    }
    Ok(())
}

/// Every date under what is set now.
fn again(
    actor: &Actor,
    books: &mut Books,
    intelligence: Option<&Intelligence>,
    entry: i64,
    now: Instant,
    done: &mut Set,
) -> Result<(), QueueError> {
    let settings = Settings::of(&mut books.ledger)?;
    let index = intelligence.map(Intelligence::index).transpose();
    let index = index.map_err(|error| unfit(error.to_string(), error.remedy()))?;
    let reason = format!("{} (E-{entry})", done.said.join("; "));
    let timing = Timing::new(index.as_ref(), &settings, None, now);
    let again = Again { timing: &timing, actor, reason: &reason };
    let moved = again.of(books, None, now).map_err(|error| {
        unfit(
            format!("it is set in E-{entry}, and not every date was computed again: {error}"),
            "`gabion sync`, then `gabion verify --all`",
        )
    })?;
    (done.moved, done.moved_in) = moved;
    if index.is_none() {
        done.remarks.push(
            "there is no advisory index, so dates of published problems stay until `gabion verify`"
                .to_owned(),
        );
    }
    Ok(())
}

/// A change of settings under way.
struct SettingUp<'a> {
    known: Vec<(String, String)>,
    settings: Settings,
    assets: Vec<(i64, AssetFacts)>,
    changes: Vec<Change>,
    done: &'a mut Set,
}

impl SettingUp<'_> {
    fn take(&mut self, setting: &Setting) -> Result<(), QueueError> {
        match setting {
            Setting::Policies(names) => {
                let policies = load(names)?;
                self.policies(&policies);
            }
            Setting::IntelAge(hours) => {
                if hours.is_some_and(|hours| hours < 1) {
                    return Err(unfit("an age has at least an hour", "such as 7d"));
                }
                let said = match hours {
                    Some(hours) => format!("intel age {hours} h"),
                    None => "intel age: the default".to_owned(),
                };
                self.put(INTEL_AGE, hours.map(|h| h.to_string()).unwrap_or_default(), said);
            }
            Setting::Exposure(asset, word) => {
                let known = ["internet", "internal", "isolated", ""].contains(&word.as_str());
                if !known {
                    let hint = "one of: internet, internal, isolated; `-` takes it away";
                    return Err(unfit(format!("«{word}» is no exposure"), hint));
                }
                self.rule(asset, Field::Exposure, word)?;
            }
            Setting::Owner(asset, name) => {
                if name.len() > 256 {
                    return Err(unfit("an owner has a name of at most 256 bytes", "name a team"));
                }
                self.rule(asset, Field::Owner, name)?;
            }
            Setting::Criticality(asset, word) => {
                if !word.is_empty() && Criticality::of(word).is_none() {
                    let hint = "one of: low, medium, high; `-` takes it away";
                    return Err(unfit(format!("«{word}» is no criticality"), hint));
                }
                self.rule(asset, Field::Criticality, word)?;
            }
            Setting::NoOwnPolicies(asset) => self.without_own(asset)?,
            Setting::Estate(file) => self.estate(file)?,
        }
        Ok(())
    }

    /// A setting, where it differs from what it is.
    fn put(&mut self, name: &str, value: String, said: String) {
        let was = self.known.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
        let was = was.unwrap_or_default();
        if value != was {
            self.changes.push(Change::Setting { name: name.to_owned(), value, was });
            self.done.said.push(said);
        }
    }

    /// The text of every table is kept, so that it acts whatever becomes of its file or of the program's own.
    fn policies(&mut self, policies: &[Policy]) {
        let names: Vec<String> = policies.iter().map(tables::name).collect();
        for (policy, name) in policies.iter().zip(&names) {
            if !self.settings.kept.contains(name) {
                let value = policy.text().to_owned();
                self.settings.kept.push(name.clone());
                let name = name.clone();
                self.changes.push(Change::Setting { name, value, was: String::new() });
            }
        }
        let called: Vec<String> = policies.iter().map(called).collect();
        let said = match called.as_slice() {
            [] => "policies: the default".to_owned(),
            called => format!("policies {}", called.join(", ")),
        };
        self.put(TABLES, names.join("\n"), said);
    }

    fn without_own(&mut self, asset: &str) -> Result<(), QueueError> {
        let Some((id, was)) = self.assets.iter().find(|(_, facts)| facts.name == asset) else {
            let hint = "`gabion settings` names the assets that have tables of their own";
            return Err(unfit(format!("there is no asset «{asset}»"), hint));
        };
        if was.tables.is_empty() {
            return Ok(());
        }
        let own: Vec<String> = was.tables.iter().map(|name| short(name)).collect();
        let facts = AssetFacts { tables: Vec::new(), ..was.clone() };
        self.changes.push(Change::Asset { id: *id, facts, was: Some(was.clone()) });
        self.done
            .said
            .push(format!("{asset} has no tables of its own any more ({})", own.join(", ")));
        Ok(())
    }

    fn estate(&mut self, file: &std::path::Path) -> Result<(), QueueError> {
        let config = Config::load(file)
            .map_err(|error| unfit(crate::sync::chain(&error), "docs/CONFIG.md lists every key"))?;
        let trust = Trust { trusted: vec![config.clone()], tree: Vec::new() };
        let chosen = policy::for_scan(&[], &trust).map_err(wrong_table)?;
        if !chosen.asked().is_empty() {
            self.policies(chosen.asked());
        }
        let rules = rules_of(&config);
        if !rules.is_empty() {
            let said = format!("{} rules for assets of {}", rules.len(), config.origin);
            let mut all = self.settings.assets.clone();
            all.retain(|known| !rules.iter().any(|rule| rule.asset == known.asset));
            all.extend(rules);
            self.rules(all, None, said)?;
        }
        if !config.ignores.is_empty() {
            self.done.remarks.push(
                "the file's ignores are not settings: an acceptance is a decision on a finding (`gabion triage F-n accept`)".to_owned(),
            );
        }
        Ok(())
    }
}

fn load(names: &[String]) -> Result<Vec<Policy>, QueueError> {
    names.iter().map(|name| policy::load(name).map_err(wrong_table)).collect()
}

fn wrong_table(error: policy::PolicyChoiceError) -> QueueError {
    unfit(crate::sync::chain(&error), "`gabion policy check FILE` shows what is wrong")
}

fn called(policy: &Policy) -> String {
    format!("{} {}", policy.name(), policy.version())
}

/// «table ours 1 a1b2…» as people call it.
fn short(name: &str) -> String {
    let name = name.strip_prefix(tables::KEPT).unwrap_or(name);
    name.rsplit_once(' ').map_or(name, |(called, _)| called).to_owned()
}
