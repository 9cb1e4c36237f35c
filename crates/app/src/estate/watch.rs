//! Which assets do new advisories and signals touch?
//!
//! After a sync, against what the index said before: each advisory that is new or changed, or whose CVE
//! is newly exploited, is asked of the kept components of its packages alone. The estate is not read
//! again, so the time taken grows with the news.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use intel::{AdvisoryRef, Change, Evaluation, GroupRef, Kind};
use serde::{Deserialize, Serialize};
use vocab::{Instant, NotEvaluated, Scope, Severity};

use super::kept::{Kept, KeptComponent, KeptError};
use super::place::Place;
use crate::report::Asset;
use crate::scan::{ScanError, Scanner, judge};

/// The name and version of the shape of [`Watched`].
pub const SCHEMA: &str = "gabion.watch/1";

/// What the news come to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Watched {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// The instant of the question.
    pub at: Instant,
    /// When the index was built that tells the news.
    pub index_built_at: Instant,
    /// Assets of the kept estate.
    pub assets: u64,
    /// Advisories that are new, changed or newly exploited.
    pub news: u64,
    /// Of them, those that touch something: the most urgent first.
    pub touched: Vec<Touched>,
    /// What the news may touch, and nobody can tell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub untold: Vec<Untold>,
    /// Targets of which the scan could not read something, or that were not there: news of what they hold
    /// are not told.
    #[serde(default)]
    pub unread: u64,
}

/// A component of which an advisory of the news speaks, without an answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Untold {
    /// The record's id.
    pub advisory: String,
    /// In OSV's words.
    pub ecosystem: String,
    /// As advisories spell it.
    pub name: String,
    /// The version; empty where none was pinned.
    pub version: String,
    /// Why nobody can tell.
    pub why: String,
    /// How many assets have it.
    pub assets: u64,
}

/// An alias group that touches assets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Touched {
    /// The name of the group.
    pub advisory: String,
    /// One line.
    pub title: String,
    /// What is new of it, in words.
    pub what: Vec<String>,
    /// The worst met.
    pub severity: Severity,
    /// The earliest due, counted from this sighting.
    pub due: Option<Instant>,
    /// Whether it is an emergency somewhere.
    pub emergency: bool,
    /// Why it is due then.
    pub why: String,
    /// Which packages, and where.
    pub packages: Vec<TouchedPackage>,
}

/// A package version that is affected.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TouchedPackage {
    /// In OSV's words.
    pub ecosystem: String,
    /// As advisories spell it.
    pub name: String,
    /// The version.
    pub version: String,
    /// The smallest fixes known.
    pub fixed_in: Vec<String>,
    /// Ids of the assets that have it.
    pub assets: Vec<String>,
}

/// Why the news cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// The estate was not scanned on this machine.
    #[error("nothing is kept of this estate")]
    NothingKept,
    /// What is kept cannot be used.
    #[error("what is kept of this estate cannot be used")]
    Kept(#[from] KeptError),
    /// The index, a policy or the estate file cannot be used.
    #[error(transparent)]
    Scan(#[from] ScanError),
}

/// Tells what is new since the index was last asked about this estate. Until [`remember`] the same is told
/// again, so that news whose telling failed are not lost.
///
/// # Errors
/// Nothing was kept, or something cannot be used.
pub fn watch(place: &Place, scanner: &Scanner<'_>) -> Result<Watched, WatchError> {
    let kept = place.kept()?.ok_or(WatchError::NothingKept)?;
    let before = place.remembered()?.unwrap_or_default();
    let index = scanner.index();
    let damaged = |source| WatchError::Scan(scanner.unusable(source));
    let news = index.news(&before).map_err(damaged)?;
    let mut groups: BTreeMap<GroupRef, Hit> = BTreeMap::new();
    let mut untold: BTreeSet<Untold> = BTreeSet::new();
    for (advisory, changes) in &news {
        touch(&kept, scanner, *advisory, changes, &mut groups, &mut untold)?;
    }
    let mut touched = Vec::with_capacity(groups.len());
    for (group, hit) in groups {
        touched.push(told(&kept, scanner, group, hit)?);
    }
    touched.sort_by(|a, b| {
        let key = |t: &Touched| (!t.emergency, t.due.unwrap_or(Instant::MAX));
        key(a).cmp(&key(b)).then_with(|| a.advisory.cmp(&b.advisory))
    });
    Ok(Watched {
        schema: SCHEMA.into(),
        at: scanner.now(),
        index_built_at: index.meta().built_at,
        assets: kept.assets.len() as u64,
        news: news.len() as u64,
        touched,
        untold: untold.into_iter().collect(),
        unread: kept.unread,
    })
}

/// Begins the next question from what the index says now.
///
/// # Errors
/// The index is damaged, or the data folder cannot be written.
pub fn remember(place: &Place, scanner: &Scanner<'_>) -> Result<(), WatchError> {
    let census = scanner.index().census();
    let census = census.map_err(|source| WatchError::Scan(scanner.unusable(source)))?;
    Ok(place.remember(&census)?)
}

/// What a group was met with.
#[derive(Default)]
struct Hit {
    changes: BTreeSet<Change>,
    records: BTreeSet<AdvisoryRef>,
    components: Vec<(KeptComponent, Vec<String>)>,
}

fn touch(
    kept: &Kept,
    scanner: &Scanner<'_>,
    advisory: AdvisoryRef,
    changes: &[Change],
    groups: &mut BTreeMap<GroupRef, Hit>,
    untold: &mut BTreeSet<Untold>,
) -> Result<(), WatchError> {
    let index = scanner.index();
    let damaged = |source| WatchError::Scan(scanner.unusable(source));
    let facts = index.advisory(advisory).map_err(damaged)?;
    // Notices start no clock, and what was withdrawn says nothing.
    let speaks = matches!(facts.kind, Kind::Vulnerability | Kind::Malicious);
    if !speaks || facts.withdrawn.is_some() {
        return Ok(());
    }
    let names: BTreeSet<(String, &str)> = facts
        .packages
        .iter()
        .map(|p| (p.ecosystem.base_name().to_owned(), p.name.as_str()))
        .collect();
    for (base, name) in names {
        for component in kept.named(&vocab::Ecosystem::parse(&base), name)? {
            let evaluation = match &component.version {
                Some(version) => index.evaluate(&component.ecosystem, name, version),
                None => judge::whatever(index, &component.ecosystem, name),
            };
            let evaluation = evaluation.map_err(damaged)?;
            let Some(matched) = evaluation.matches.iter().find(|m| m.advisory == advisory) else {
                if let Some(why) = doubt(&evaluation, &component, &facts.id) {
                    untold.insert(Untold {
                        advisory: facts.id.clone(),
                        ecosystem: component.ecosystem.to_string(),
                        name: component.name,
                        version: component.version.unwrap_or_default(),
                        why,
                        assets: component.instances.len() as u64,
                    });
                }
                continue;
            };
            let hit = groups.entry(facts.group).or_default();
            hit.changes.extend(changes);
            hit.records.insert(advisory);
            let fixed: Vec<String> = matched.fixed.iter().cloned().collect();
            match hit.components.iter_mut().find(|(known, _)| *known == component) {
                Some((_, known)) => known.extend(fixed),
                None => hit.components.push((component, fixed)),
            }
        }
    }
    Ok(())
}

/// Why nobody can tell whether an advisory touches a component that it does not match.
fn doubt(evaluation: &Evaluation, component: &KeptComponent, advisory: &str) -> Option<String> {
    if component.version.is_none() {
        return Some(NotEvaluated::NotPinned.phrase());
    }
    let reason = evaluation.beside.as_ref()?;
    let speaks = match reason {
        NotEvaluated::UnparsableVersion | NotEvaluated::UnknownEcosystem => true,
        NotEvaluated::UnreadableAdvisory(id) => id == advisory,
        _ => false,
    };
    speaks.then(|| reason.phrase())
}

/// The clock of a group, on the assets where it runs out first.
fn told(
    kept: &Kept,
    scanner: &Scanner<'_>,
    group: GroupRef,
    hit: Hit,
) -> Result<Touched, WatchError> {
    let records: Vec<AdvisoryRef> = hit.records.iter().copied().collect();
    // Assets differ for the clock by few facts; each sort of asset is asked once.
    let mut sorts: HashMap<String, (&Asset, Scope)> = HashMap::new();
    for (component, _) in &hit.components {
        for (at, development) in &component.instances {
            let Some(asset) = kept.assets.get(*at as usize) else { continue };
            let scope = if *development { Scope::Development } else { Scope::Runtime };
            let sort = format!("{:?}|{:?}|{scope:?}", asset.exposure, asset.criticality.as_deref());
            sorts.entry(sort).or_insert((asset, scope));
        }
    }
    let mut findings = Vec::new();
    for (asset, scope) in sorts.into_values() {
        findings.extend(scanner.timed(asset, group, &records, scope)?);
    }
    let worst = findings
        .iter()
        .min_by_key(|f| (!f.emergency, f.due.unwrap_or(Instant::MAX), f.asset.clone()));
    let packages = hit.components.into_iter().map(|(component, mut fixed_in)| {
        fixed_in.sort();
        fixed_in.dedup();
        let assets: BTreeSet<String> = component
            .instances
            .iter()
            .filter_map(|(at, _)| Some(kept.assets.get(*at as usize)?.id.clone()))
            .collect();
        TouchedPackage {
            ecosystem: component.ecosystem.to_string(),
            name: component.name,
            version: component.version.unwrap_or_default(),
            fixed_in,
            assets: assets.into_iter().collect(),
        }
    });
    let mut packages: Vec<TouchedPackage> = packages.collect();
    packages.sort();
    Ok(Touched {
        advisory: worst.map(|f| f.advisory.to_string()).unwrap_or_default(),
        title: worst.map(|f| f.title.to_string()).unwrap_or_default(),
        what: hit.changes.iter().map(|change| change.as_str().to_owned()).collect(),
        severity: findings.iter().map(|f| f.severity).max().unwrap_or_default(),
        due: worst.and_then(|f| f.due),
        emergency: worst.is_some_and(|f| f.emergency),
        why: worst.map(|f| f.why.to_string()).unwrap_or_default(),
        packages,
    })
}
