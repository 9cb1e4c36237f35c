//! What does our own scan put into the ledger, and what does its inventory prove?
//!
//! In: a scan's report and the versions that it met. Out: the report taken in as any other document, from the source
//! `gabion`; and version evidence: an open dependency finding of whatever source closes when a complete inventory has its
//! package, and every instance at a version that the index says is clear of every id of the group. Three-valued: what
//! is not evaluated is not clear. A package that is not there at all closes our own claim; of others' it is proposed.

mod inventory;
mod known;
mod parts;
mod proving;

use std::cell::RefCell;
use std::collections::HashMap;

use findings::identity::normal_path;
use vocab::{Exposure, Instant};

use super::again::Again;
use super::import::{Common, ImportError, Imported, Progress, Request, one_of};
use super::spool::Input;
use super::timing::Timing;
use super::upgrades::Judge;
use super::writing::WriteError;
use crate::books::{Actor, Books, UseCase, allow};
use crate::intelligence::{Intelligence, IntelligenceError};
use crate::report::Report;
use crate::settings::Settings;

pub use inventory::Inventory;
use known::Known;
use parts::Parts;
use proving::{Evaluated, Failed, Proving};

/// Our own source.
pub const SOURCE: &str = "gabion";

/// What recording one asset came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// As of any document.
    pub imported: Imported,
    /// Findings closed because every instance is at a clear version.
    pub proved: u64,
    /// Closures proposed because no instance is left.
    pub proposed: u64,
}

/// Records a scan, asset by asset.
///
/// # Errors
/// As [`import`]; what was recorded of the assets before stays.
pub fn record(
    actor: &Actor,
    books: &mut Books,
    intelligence: &Intelligence,
    report: &Report,
    asked: &Asked<'_>,
    now: Instant,
    tell: &mut dyn FnMut(Progress),
) -> Result<Vec<Recorded>, ImportError> {
    allow(actor, UseCase::Import, true)?;
    let index = intelligence.index()?;
    let mut settings = Settings::of(&mut books.ledger)?;
    let further = settings.further(&asked.tables);
    let tables = further.iter().map(|table| settings.tables.keep(table)).collect();
    let common = Common {
        intelligence: Some(intelligence),
        index: Some(&index),
        settings: &settings,
        tables,
        configs: &[],
        secrets: books.ledger.secrets_key()?,
        judge: Some(Judge::new(&index)),
    };
    let parts = Parts::of(report);
    let mut known = Known::default();
    let (none, evaluated) = (HashMap::new(), RefCell::new(Evaluated::new()));
    let mut recorded = Vec::new();
    for asset in &report.assets {
        let written =
            |source| ImportError::Open { file: format!("the scan of {}", asset.id), source };
        let folder = tempfile::tempdir().map_err(written)?;
        let path = folder.path().join("gabion-scan.json");
        let file = std::fs::File::create(&path).map_err(written)?;
        let mut out = std::io::BufWriter::new(file);
        let packages = asked.inventory.packages.get(&asset.id).unwrap_or(&none);
        let unknown = known.unknown(books, intelligence, &index, asset, packages)?;
        let part = parts.part(asset, &unknown, asked.inventory);
        serde_json::to_writer(&mut out, &part).map_err(|e| written(e.into()))?;
        std::io::Write::flush(&mut out).map_err(written)?;
        let request = Request {
            asset: Some(asset.id.clone()),
            source: Some(SOURCE.to_owned()),
            format: Some("gabion-scan".to_owned()),
            exposure: Some(asset.exposure).filter(|e| *e != Exposure::Unknown),
            exposure_source: Some(asset.exposure_source.clone()),
            owner: asset.owner.clone(),
            criticality: asset.criticality.clone(),
            max_intel_age: asked.max_intel_age,
            by_inventory: true,
            ..Request::of(Input::File(path))
        };
        let was_known = books.ledger.asset(&asset.id)?.is_some();
        let mut imported = one_of(actor, books, &common, &request, now, tell)?;
        imported.file = asset.path.clone();
        // Of an asset that was new all clocks are of now.
        if was_known {
            clock_again(actor, books, &common, asked.max_intel_age, &asset.id, now)?;
        }
        let mut done = Recorded { imported, proved: 0, proposed: 0 };
        // Of a part of what its name means nothing is known of the rest.
        if !asset.covered.part {
            let (index, evaluated, scanned_at) = (&index, &evaluated, report.scanned_at);
            let read = asset.covered.read.iter().map(|path| normal_path(path)).collect();
            let proving = Proving {
                index,
                evaluated,
                packages,
                scanned_at,
                asset,
                read,
                whole: part.is_whole(),
            };
            proving.all(actor, books, &asset.id, now, &mut done).map_err(|error| match error {
                Failed::Ledger(error) => ImportError::from(error),
                Failed::Index(error) => IntelligenceError::into(intelligence.unusable(error)),
            })?;
        }
        recorded.push(done);
    }
    Ok(recorded)
}

/// What a scan met and was asked for, beside its report.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// The versions that it met.
    pub inventory: &'a Inventory,
    /// Tables that the command or the scanned tree adds.
    pub tables: Vec<triage::Policy>,
    /// Hours up to which a feed's silence means «no», where less than the ledger's setting.
    pub max_intel_age: Option<i64>,
}

/// What stands unchanged has the date of today's intelligence too, as the report has it.
fn clock_again(
    actor: &Actor,
    books: &mut Books,
    common: &Common<'_>,
    max_intel_age: Option<i64>,
    asset: &str,
    now: Instant,
) -> Result<(), ImportError> {
    let Some((id, _)) = books.ledger.asset(asset)? else { return Ok(()) };
    let timing = Timing::new(common.index, common.settings, max_intel_age, now);
    let again = Again { timing: &timing, actor, reason: "what the world knows by now" };
    match again.of(books, Some(id), now) {
        Ok(_) => Ok(()),
        Err(WriteError::Ledger(error)) => Err(error.into()),
        Err(WriteError::Index(error)) => Err(super::import::unusable(common.intelligence, error)),
    }
}
