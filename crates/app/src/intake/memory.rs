//! What does a scan need to know of the ledger?
//!
//! In: an open ledger. Out: [`crate::scan::Memory`]: its settings, and for the assets that are scanned what they and
//! their findings' clocks are computed from. So that a scan gives the date, row and reason of the queue. Never:
//! a write.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use intel::{Index, IndexError};
use ledger::Ledger;
use ledger::change::AssetFacts;
use ledger::row::Finding;
use triage::{CveFacts, Policy};
use vocab::Instant;

use super::timing::{About, returned, standing};
use crate::books::{Actor, Books, UseCase, allow};
use crate::clock;
use crate::config::Criticality;
use crate::report::Asset;
use crate::scan::memory::{AssetMemory, Memory, Remembered};
use crate::settings::{Settings, SettingsError, exposure_of, joined};

/// Most ids of one finding that are looked up.
const MAX_IDS: usize = 64;

/// A ledger that a scan asks.
pub struct LedgerMemory {
    ledger: Mutex<Ledger>,
    settings: Settings,
    assets: BTreeMap<String, (i64, AssetFacts)>,
}

impl LedgerMemory {
    /// Takes an open ledger.
    ///
    /// # Errors
    /// Not allowed, or the settings do not read.
    pub fn of(actor: &Actor, books: Books) -> Result<Self, SettingsError> {
        allow(actor, UseCase::Queue, true)?;
        let mut ledger = books.ledger;
        let settings = Settings::of(&mut ledger)?;
        let assets = ledger.assets()?.into_iter();
        let assets = assets.map(|(id, facts)| (facts.name.clone(), (id, facts))).collect();
        Ok(Self { ledger: Mutex::new(ledger), settings, assets })
    }

    /// What is known of the findings of packages on an asset.
    fn findings(&self, asset: i64) -> Result<Vec<Finding>, ledger::LedgerError> {
        let mut found = Vec::new();
        if let Ok(mut ledger) = self.ledger.lock() {
            ledger.each_finding(Some(asset), false, &mut |finding| {
                if finding.class == "dependency" && !finding.facts.ids.is_empty() {
                    found.push(finding);
                }
                true
            })?;
        }
        // An open one counts before those that have ended, the latest of these first.
        found.sort_by_key(|f| (f.state != "open", std::cmp::Reverse(f.closed_at), f.id));
        Ok(found)
    }
}

impl Memory for LedgerMemory {
    fn policies(&self) -> &[Policy] {
        self.settings.tables.base()
    }

    fn max_age(&self, asked: Option<i64>) -> i64 {
        self.settings.max_age(asked)
    }

    fn recall(
        &self,
        asset: &mut Asset,
        asked: &[Policy],
        index: &Index<'_>,
        now: Instant,
        told: &mut Vec<String>,
    ) -> Result<AssetMemory, IndexError> {
        let mut known = AssetFacts { name: asset.id.clone(), ..AssetFacts::default() };
        let entry = self.assets.get(&asset.id);
        match entry {
            Some((_, facts)) => known.clone_from(facts),
            None => self.settings.describe(&mut known),
        }
        let (facts, refused) = joined(&known, &said(asset));
        told.extend(refused);
        put(&facts, asset);
        let mut tables = self.settings.tables.of(&facts.tables).to_vec();
        for policy in asked {
            if !tables.contains(policy) {
                tables.push(policy.clone());
            }
        }
        let mut memory = AssetMemory::of(Arc::from(tables));
        let Some((id, _)) = entry else { return Ok(memory) };
        let findings = match self.findings(*id) {
            Ok(findings) => findings,
            Err(error) => {
                told.push(format!(
                    "what the ledger knows of {} cannot be read ({error}): its clocks start anew here",
                    asset.id
                ));
                return Ok(memory);
            }
        };
        for finding in findings {
            let problem = remembered(&finding, index, now)?;
            memory.add(&finding.facts.place, &finding.facts.ids, problem);
        }
        Ok(memory)
    }
}

fn remembered(
    finding: &Finding,
    index: &Index<'_>,
    now: Instant,
) -> Result<Remembered, IndexError> {
    let mut about = About::finding(finding);
    if let Some(closure) = finding.closure.as_ref().filter(|_| finding.state == "closed") {
        about.life = returned(finding, closure, now);
    }
    let ids = finding.facts.ids.iter().take(MAX_IDS);
    let mut refs = Vec::new();
    for id in ids.clone() {
        refs.extend(index.find(id)?.filter(|found| !refs.contains(found)));
    }
    let mut groups = Vec::new();
    for found in refs.iter().filter(|_| refs.len() > 1) {
        groups.push(clock::group(index, *found)?);
    }
    let cves = ids.filter(|id| intel::CveId::parse(id).is_some());
    let loose =
        cves.map(|cve| CveFacts { cve: cve.to_ascii_uppercase(), ..CveFacts::default() }).collect();
    let mut past = about.past();
    // What alone was known until now is beside what this scan finds.
    past.rated_alone = false;
    let stands = finding.clock.as_ref().filter(|_| finding.state == "open");
    let clock = stands.map(|clock| (standing(clock), clock.why.clone()));
    Ok(Remembered { finding: finding.id, past, groups, loose, clock })
}

/// What a scan says of an asset.
fn said(asset: &Asset) -> AssetFacts {
    let stated = asset.exposure != vocab::Exposure::Unknown;
    AssetFacts {
        name: asset.id.clone(),
        declared: true,
        exposure: asset.exposure.as_str().to_owned(),
        exposure_source: if stated { asset.exposure_source.clone() } else { String::new() },
        owner: asset.owner.clone().unwrap_or_default(),
        criticality: asset.criticality.clone().unwrap_or_default(),
        tables: Vec::new(),
    }
}

fn put(facts: &AssetFacts, asset: &mut Asset) {
    asset.exposure = exposure_of(&facts.exposure);
    if !facts.exposure_source.is_empty() {
        asset.exposure_source.clone_from(&facts.exposure_source);
    }
    asset.owner = (!facts.owner.is_empty()).then(|| facts.owner.clone());
    asset.criticality = Criticality::of(&facts.criticality).map(|c| c.as_str().to_owned());
}
