//! What does a report of many assets say of one, and what of that one was not looked at?

use std::collections::HashMap;

use serde::Serialize;
use vocab::Instant;

use super::inventory::Inventory;
use crate::report::{self, Asset, Ignored, Notice, Report, Skipped, Stated, Unevaluated, Unread};

/// What a report says of each asset, told apart in one pass.
pub(super) struct Parts<'r> {
    report: &'r Report,
    assets: HashMap<&'r str, Lists<'r>>,
    /// What was not read and lies in no asset: it may be of any.
    homeless: Lists<'r>,
}

/// What is said of one asset, in the report's order.
#[derive(Default)]
struct Lists<'r> {
    findings: Vec<&'r report::Finding>,
    ignored: Vec<&'r Ignored>,
    stated: Vec<&'r Stated>,
    not_evaluated: Vec<&'r Unevaluated>,
    notices: Vec<&'r Notice>,
    not_read: Vec<&'r Unread>,
    /// Beside what is passed over by name everywhere, which never had a claim.
    skipped: Vec<&'r Skipped>,
    /// Folders in it that are assets of their own.
    nested: Vec<&'r str>,
}

/// The part of a report that speaks of one asset, in the report's own shape, as far as its reader
/// (`findings`, «gabion-scan») looks. What could not be read may be of any.
#[derive(Serialize)]
pub(super) struct Part<'p> {
    schema: &'p str,
    gabion: &'p str,
    scanned_at: Instant,
    complete: bool,
    not_evaluated: Vec<&'p Unevaluated>,
    not_read: Vec<&'p Unread>,
    unrecognised: &'p [String],
    assets: [&'p Asset; 1],
    #[serde(skip_serializing_if = "str::is_empty")]
    folder: &'p str,
    components: u64,
    skipped: Vec<&'p Skipped>,
    nested: &'p [&'p str],
    exclude: &'p [String],
    findings: &'p [&'p report::Finding],
    notices: &'p [&'p Notice],
    ignored: &'p [&'p Ignored],
    stated: &'p [&'p Stated],
}

impl<'r> Parts<'r> {
    pub(super) fn of(report: &'r Report) -> Self {
        let mut assets: HashMap<&'r str, Lists<'r>> = HashMap::new();
        for one in &report.findings {
            assets.entry(&one.asset).or_default().findings.push(one);
        }
        for one in &report.ignored {
            assets.entry(&one.finding.asset).or_default().ignored.push(one);
        }
        for one in &report.stated {
            assets.entry(&one.finding.asset).or_default().stated.push(one);
        }
        for one in &report.not_evaluated {
            assets.entry(&one.asset).or_default().not_evaluated.push(one);
        }
        for one in &report.notices {
            assets.entry(&one.asset).or_default().notices.push(one);
        }
        let mut parts = Self { report, assets, homeless: Lists::default() };
        parts.place();
        parts
    }

    /// Gives each asset what lies in it and was not looked at.
    fn place(&mut self) {
        let report = self.report;
        let mut homes: HashMap<&str, Vec<&str>> = HashMap::new();
        for asset in &report.assets {
            homes.entry(folder(asset)).or_default().push(&asset.id);
        }
        let owners = |path: &'r str| -> Vec<&'r str> {
            let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
            let above = ends.filter_map(|end| path.get(..end)).chain([""]);
            let mut owners: Vec<&str> =
                above.filter_map(|folder| homes.get(folder)).flatten().copied().collect();
            owners.sort_unstable();
            owners.dedup();
            owners
        };
        let (assets, homeless) = (&mut self.assets, &mut self.homeless);
        for unread in &report.not_read {
            let owners = owners(&unread.path);
            for owner in &owners {
                assets.entry(owner).or_default().not_read.push(unread);
            }
            if owners.is_empty() {
                homeless.not_read.push(unread);
            }
        }
        for skipped in report.skipped.iter().filter(|skipped| !skipped.path.contains("**/")) {
            let owners = owners(&skipped.path);
            for owner in &owners {
                assets.entry(owner).or_default().skipped.push(skipped);
            }
            if owners.is_empty() {
                homeless.skipped.push(skipped);
            }
        }
        for asset in report.assets.iter().filter(|asset| !asset.covered.single) {
            for owner in owners(&asset.path).into_iter().filter(|owner| *owner != asset.id) {
                assets.entry(owner).or_default().nested.push(&asset.path);
            }
        }
    }

    /// `unknown`: packages that are there and of which the index has no record.
    pub(super) fn part<'p>(
        &'p self,
        asset: &'p Asset,
        unknown: &'p [Unevaluated],
        inventory: &'p Inventory,
    ) -> Part<'p> {
        const NOTHING: &Lists<'_> = &Lists {
            findings: Vec::new(),
            ignored: Vec::new(),
            stated: Vec::new(),
            not_evaluated: Vec::new(),
            notices: Vec::new(),
            not_read: Vec::new(),
            skipped: Vec::new(),
            nested: Vec::new(),
        };
        let lists = self.assets.get(asset.id.as_str()).unwrap_or(NOTHING);
        let report = self.report;
        let not_read: Vec<&Unread> =
            lists.not_read.iter().chain(&self.homeless.not_read).copied().collect();
        Part {
            schema: &report.schema,
            gabion: &report.gabion,
            scanned_at: report.scanned_at,
            complete: lists.not_evaluated.is_empty()
                && unknown.is_empty()
                && not_read.is_empty()
                && report.unrecognised.is_empty(),
            not_evaluated: lists.not_evaluated.iter().copied().chain(unknown).collect(),
            not_read,
            unrecognised: &report.unrecognised,
            assets: [asset],
            folder: inventory.folders.get(&asset.id).map_or("", String::as_str),
            components: report.components,
            skipped: lists.skipped.iter().chain(&self.homeless.skipped).copied().collect(),
            nested: &lists.nested,
            exclude: &report.exclude,
            findings: &lists.findings,
            notices: &lists.notices,
            ignored: &lists.ignored,
            stated: &lists.stated,
        }
    }
}

/// The folder of an asset as it was given, in which its paths lie; empty for the working folder.
fn folder(asset: &Asset) -> &str {
    let folder = if asset.covered.single { &asset.root } else { &asset.path };
    match folder.trim_end_matches('/') {
        "." => "",
        folder => folder,
    }
}

impl Part<'_> {
    /// Whether nothing was passed over, which may hold an instance of anything.
    pub(super) fn is_whole(&self) -> bool {
        let left_out = self.skipped.len() + self.exclude.len() + self.nested.len();
        self.not_read.len() + self.unrecognised.len() + left_out == 0
    }
}
