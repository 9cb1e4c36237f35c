//! What is due over everything an organisation runs?
//!
//! In: an estate file, whose `[[target]]` rules name repositories, images, systems and bills, and whose
//! other rules hold for them as in any configuration. Each target is scanned by itself, side by side, and
//! its report is added up and dropped: memory grows with what differs, not with the number of assets. One
//! that fails is named, and the rest goes on. Out: one [`EstateReport`].

pub mod kept;
pub mod place;
pub mod report;
pub mod sighted;
mod sum;
mod targets;
pub mod watch;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;
use vocab::Instant;

pub use report::{EstateAsset, EstateFix, EstateProblem, EstateReport, Gap};
pub use sighted::Sighted;
pub use targets::MAX_TARGETS;

use crate::config::Config;
use crate::intelligence::Intelligence;
use crate::report::Unread;
use crate::scan::{Request, ScanError, Scanner, Target};
use crate::sync::status;
use kept::Keeping;
use place::Place;
use sum::Sum;

/// Said where no sighting of an earlier scan is known.
const FIRST: &str = "no earlier scan of this estate is known here: of problems that were there before, clocks start at this scan";

/// What to scan and how.
pub struct EstateRequest<'a> {
    /// The estate file.
    pub file: &'a Path,
    /// Where what it holds is kept for [`watch`], and what the index said; `None` keeps nothing.
    pub place: Option<&'a Place>,
    /// How it decides; its targets and configurations are the estate file's.
    pub settings: Request,
}

/// Scans an estate. `progress` is told how many targets are done, of how many.
///
/// # Errors
/// The estate file, a policy or the index cannot be used. What goes wrong in a target stands in the
/// report.
pub fn scan(
    request: EstateRequest<'_>,
    intelligence: &Intelligence,
    now: Instant,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<EstateReport, ScanError> {
    let config = Config::load(request.file)?;
    let (targets, mut missing) = targets::expand(&config);
    let nested = targets::nested(&targets);
    let mut settings = request.settings;
    settings.estate = Some(config);
    settings.by_path = true;
    settings.targets.clone_from(&targets);
    let (sighted, before) = sighted(request.place);
    let scanner = Scanner::new(&settings, intelligence, now)?.carrying(sighted);
    let total = targets.len() as u64;
    let done = AtomicU64::new(0);
    let keeping = request.place.map(|_| Mutex::new((Keeping::default(), Vec::new())));
    let one = |target: &Target| {
        let scanned = scanner.scan(&[target]);
        if let (Some(keeping), Ok(scanned)) = (&keeping, &scanned) {
            let news = scanner.sighted().news(&scanned.report);
            if let Ok(mut keeping) = keeping.lock() {
                keeping.0.add(&scanned.gathered, &scanned.report.assets);
                let report = &scanned.report;
                let whole = report.not_read.is_empty() && report.unrecognised.is_empty();
                keeping.0.unread(u64::from(!whole));
                keeping.1.extend(news);
            }
        }
        progress(done.fetch_add(1, Ordering::Relaxed) + 1, total);
        scanned
    };
    let mut sum = targets
        .par_iter()
        .map(|target| (target, one(target)))
        .try_fold(Sum::new, |mut sum, (target, scanned)| -> Result<Sum, ScanError> {
            match scanned {
                Ok(scanned) => {
                    sum.met.extend(scanned.gathered.assets);
                    sum.add(scanned.report);
                }
                Err(error @ (ScanError::Policy(_) | ScanError::Config(_))) => {
                    sum.fail(target, crate::sync::chain(&error));
                }
                Err(error) => return Err(error),
            }
            Ok(sum)
        })
        .try_reduce(Sum::new, |a, b| Ok(a.merge(b)))?;
    let absent = missing.len() as u64;
    sum.warnings.extend(scanner.idle(&std::mem::take(&mut sum.met)));
    let (unread, told) = scanner.told();
    missing.extend_from_slice(unread);
    sum.warnings.extend(told.iter().cloned().chain(before).chain(nested));
    let mut report =
        finish(sum, missing, status::intel(scanner.index().meta(), now), scanner.policies(), now);
    if let (Some(place), Some(keeping)) = (request.place, keeping) {
        let (mut keeping, news) = keeping.into_inner().unwrap_or_default();
        keeping.unread(absent);
        report.distinct = Some(keeping.distinct());
        let census = scanner.index().census().map_err(|source| scanner.unusable(source))?;
        drop(scanner);
        sight(place, news, &mut report);
        keep(place, keeping, &census, &mut report);
    }
    Ok(report)
}

/// When earlier scans first saw each problem, and what the reader should know of that.
fn sighted(place: Option<&Place>) -> (Sighted, Option<String>) {
    match place.map(Place::sighted) {
        Some(Ok(Some(sighted))) => (sighted, None),
        None | Some(Ok(None)) => (Sighted::default(), Some(FIRST.to_owned())),
        Some(Err(error)) => {
            let why = crate::sync::chain(&error);
            let warning = format!(
                "when problems were first seen cannot be read ({why}): every clock starts now at the earliest, and no sighting is kept until that file is mended or taken away"
            );
            (Sighted::default(), Some(warning))
        }
    }
}

/// Keeps when each problem was first seen. That this failed is a warning, with what follows from it.
fn sight(place: &Place, news: Vec<sighted::Sighting>, report: &mut EstateReport) {
    if let Err(error) = place.sight(news) {
        let why = crate::sync::chain(&error);
        report.warnings.push(format!(
            "when problems were first seen was not kept ({why}): in the next scan the clocks of the new ones start anew"
        ));
    }
}

/// Keeps what was met, and what the index said of it. That this failed is a warning: the report is whole.
fn keep(place: &Place, keeping: Keeping, census: &intel::Census, report: &mut EstateReport) {
    let kept = place.keep(|out| keeping.write(out)).and_then(|()| place.remember(census));
    if let Err(error) = kept {
        let why = crate::sync::chain(&error);
        report.warnings.push(format!(
            "what the estate holds was not kept ({why}): `gabion watch-intel` tells nothing of it"
        ));
    }
}

fn finish(
    mut sum: Sum,
    missing: Vec<Unread>,
    intel: crate::report::Intel,
    policies: Vec<String>,
    now: Instant,
) -> EstateReport {
    let empty = sum.assets.is_empty();
    let mut not_read = missing;
    let not_read_total = sum.unread_total + not_read.len() as u64;
    not_read.append(&mut sum.unread);
    not_read.truncate(report::MAX_UNREAD);
    sum.assets.sort_by(|a, b| a.id.cmp(&b.id));
    let same = sum.assets.windows(2).filter_map(|pair| match pair {
        [a, b] if a.id == b.id => Some(a.id.to_string()),
        _ => None,
    });
    let same: BTreeSet<String> = same.collect();
    if let Some(first) = same.first() {
        sum.warnings.insert(format!(
            "{} names are those of several assets («{first}» first): they share their first sightings; give each its own",
            same.len()
        ));
    }
    EstateReport {
        schema: report::SCHEMA.into(),
        gabion: env!("CARGO_PKG_VERSION").into(),
        scanned_at: now,
        complete: sum.complete && not_read_total == 0 && !empty,
        blind: std::mem::take(&mut sum.blind).into_iter().collect(),
        components: sum.assets.iter().map(|a| a.components).sum(),
        distinct: None,
        findings: sum.assets.iter().map(|a| a.findings).sum(),
        ignored: sum.ignored,
        stated: sum.stated,
        fixes: sum.fixes(),
        problems: sum.problems(),
        not_evaluated: sum.not_evaluated(),
        not_read,
        not_read_total,
        unrecognised: sum.unrecognised,
        intel,
        policies,
        warnings: std::mem::take(&mut sum.warnings).into_iter().collect(),
        assets: sum.assets,
    }
}
