//! From findings to the fewest actions: what `remedy` needs to know, and its plan as report rows.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use intel::{AdvisoryRef, GroupRef, IndexError, Kind};
use remedy::{Action, Affected, Candidate, FindingRef, Step};
use vocab::{Ecosystem, NotEvaluated, Origin};

use super::Context;
use super::findings::{Findings, Made};
use super::gather::{self, Gathered, Package};
use super::paths::Ways;
use crate::report::{Asset, Fix};

/// Most candidate versions judged for one package; the highest is always among them.
const MAX_CANDIDATES: usize = 200;
/// Most dependency paths handed over for one package.
const MAX_PATHS: usize = 8;

/// The fixes in queue order.
pub(super) fn plan(
    context: &Context<'_>,
    gathered: &Gathered,
    assets: &[Asset],
    made: &Findings,
) -> Result<Vec<Fix>, IndexError> {
    let mut by_package: Vec<(u32, Vec<&Made>)> = Vec::new();
    let mut at: HashMap<u32, usize> = HashMap::new();
    let mut position: HashMap<&str, usize> = HashMap::new();
    for (rank, finding) in made.findings.iter().enumerate() {
        position.insert(&finding.report.id, rank);
        let slot = *at.entry(finding.package).or_insert_with(|| {
            by_package.push((finding.package, Vec::new()));
            by_package.len() - 1
        });
        by_package[slot].1.push(finding);
    }
    let mut ways = HashMap::new();
    let mut versions = Versions::new(context);
    let mut affected = Vec::with_capacity(by_package.len());
    for (number, findings) in by_package {
        let Some(package) = gathered.packages.get(number as usize) else { continue };
        let Some(asset) = assets.get(package.asset as usize) else { continue };
        affected.push(Affected {
            asset: asset.id.clone(),
            ecosystem: package.ecosystem.clone(),
            name: package.name.clone(),
            version: package.version.text().to_owned(),
            scope: package.scope,
            malicious: findings.iter().any(|f| f.report.kind == "malicious"),
            candidates: versions.candidates(number, package, &findings, &made.left_out)?,
            findings: findings
                .iter()
                .map(|f| FindingRef {
                    id: f.report.id.clone(),
                    due: f.report.due,
                    emergency: f.report.emergency,
                })
                .collect(),
            direct: package.direct,
            paths: hops(gathered, package, &mut ways)
                .into_iter()
                .map(|path| {
                    path.into_iter()
                        .filter(|h| !h.first_party)
                        .map(|h| remedy::Hop { name: h.name, version: h.version })
                        .collect()
                })
                .collect(),
            files: files(gathered, package),
            owner: asset.owner.clone(),
            installed: gathered.installed(package),
            image: asset.kind == gather::Kind::Image.as_str(),
            git: package.origins.iter().any(|o| matches!(o, Origin::Git { .. })),
        });
    }
    let mut fixes = remedy::plan(&affected);
    let rank = |fix: &remedy::Fix| {
        let ids = fix.closes.iter().chain(&fix.leaves);
        ids.filter_map(|id| position.get(id.as_str())).min().copied().unwrap_or(usize::MAX)
    };
    fixes.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.id.cmp(&b.id)));
    let overdue = made.findings.iter().filter(|f| f.report.overdue).map(|f| f.report.id.as_str());
    let overdue: HashSet<&str> = overdue.collect();
    // The date is that of the finding that gives the place, so that it is the one that `why` explains.
    let dated = |mut fix: remedy::Fix| {
        if let Some(lead) = made.findings.get(rank(&fix)) {
            fix.due = lead.report.due;
        }
        fix
    };
    Ok(fixes.into_iter().map(|fix| row(&overdue, dated(fix))).collect())
}

fn files(gathered: &Gathered, package: &Package) -> Vec<String> {
    let files = package.seen.iter().filter_map(|s| gathered.readings.get(s.reading as usize));
    let sorted: std::collections::BTreeSet<&str> = files.map(|f| f.full.as_str()).collect();
    sorted.into_iter().map(str::to_owned).collect()
}

/// Versions that could replace affected ones, each judged by the index once.
struct Versions<'a> {
    context: &'a Context<'a>,
    judged: HashMap<(Ecosystem, String), HashMap<String, Rc<JudgedVersion>>>,
    advisories: HashMap<AdvisoryRef, Affecting>,
}

/// What the index says of a version.
struct JudgedVersion {
    affecting: Vec<Affecting>,
    evaluated: bool,
}

/// An advisory that starts a clock; `group` is absent for informational ones.
#[derive(Clone)]
struct Affecting {
    group: Option<GroupRef>,
    id: Arc<str>,
    malicious: bool,
}

impl<'a> Versions<'a> {
    fn new(context: &'a Context<'a>) -> Self {
        Self { context, judged: HashMap::new(), advisories: HashMap::new() }
    }

    /// Every version above the present one that some record names as a fix.
    fn candidates(
        &mut self,
        number: u32,
        package: &Package,
        findings: &[&Made],
        left_out: &HashSet<(u32, GroupRef)>,
    ) -> Result<Vec<Candidate>, IndexError> {
        let index = self.context.index;
        let mut versions =
            index.candidates(&package.ecosystem, &package.name, package.version.text())?;
        if versions.len() > MAX_CANDIDATES {
            let highest = versions.pop();
            versions.truncate(MAX_CANDIDATES - 1);
            versions.extend(highest);
        }
        let mut candidates = Vec::with_capacity(versions.len());
        for version in versions {
            let judged = self.judge(package, &version)?;
            let mut still: Vec<String> = Vec::new();
            for affecting in &judged.affecting {
                let Some(group) = affecting.group else { continue };
                if left_out.contains(&(number, group)) {
                    continue;
                }
                let present = findings.iter().find(|f| f.group == group);
                let id = present.map_or(&*affecting.id, |f| f.report.id.as_str());
                if !still.iter().any(|s| s == id) {
                    still.push(id.to_owned());
                }
            }
            candidates.push(Candidate {
                version,
                still_affected_by: still,
                evaluated: judged.evaluated,
                malicious: judged.affecting.iter().any(|a| a.malicious),
            });
        }
        Ok(candidates)
    }

    fn judge(&mut self, package: &Package, version: &str) -> Result<Rc<JudgedVersion>, IndexError> {
        let known =
            self.judged.entry((package.ecosystem.clone(), package.name.clone())).or_default();
        if let Some(judged) = known.get(version) {
            return Ok(judged.clone());
        }
        let evaluation = self.context.index.evaluate(&package.ecosystem, &package.name, version)?;
        let mut affecting = Vec::with_capacity(evaluation.matches.len());
        for matched in &evaluation.matches {
            if let Some(known) = self.advisories.get(&matched.advisory) {
                affecting.push(known.clone());
                continue;
            }
            let advisory = self.context.index.advisory(matched.advisory)?;
            let clock = matches!(advisory.kind, Kind::Vulnerability | Kind::Malicious);
            let read = Affecting {
                group: clock.then_some(advisory.group),
                id: advisory.id.into(),
                malicious: advisory.kind == Kind::Malicious,
            };
            self.advisories.insert(matched.advisory, read.clone());
            affecting.push(read);
        }
        // In a partly known ecosystem a published fix is still the best that is known.
        let evaluated = matches!(evaluation.beside, None | Some(NotEvaluated::PartialAdvisories));
        let judged = Rc::new(JudgedVersion { affecting, evaluated });
        known.insert(version.to_owned(), judged.clone());
        Ok(judged)
    }
}

/// One package on a dependency path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hop {
    /// The package.
    pub name: String,
    /// Its version; empty when not told.
    pub version: String,
    /// The project itself or a member of it.
    pub first_party: bool,
}

/// Dependency paths to a package, one per file that declares it.
pub(super) fn hops(
    gathered: &Gathered,
    package: &Package,
    known: &mut HashMap<u32, Ways>,
) -> Vec<Vec<Hop>> {
    let mut paths = Vec::new();
    for seen in package.seen.iter().take(MAX_PATHS) {
        let Some(file) = gathered.readings.get(seen.reading as usize) else { continue };
        if file.requires.is_empty() {
            continue;
        }
        let of = |component: u32| {
            gathered.packages.get(*file.packages.get(component as usize)? as usize)
        };
        let is_root = |component: u32| of(component).is_some_and(Package::is_first_party);
        let ways = known
            .entry(seen.reading)
            .or_insert_with(|| Ways::of(file.packages.len(), &file.requires, &is_root));
        let path = ways.path(seen.component);
        if path.len() < 2 {
            continue;
        }
        let hops = path.into_iter().filter_map(of).map(|p| Hop {
            name: p.name.clone(),
            version: p.version.text().to_owned(),
            first_party: p.is_first_party(),
        });
        let hops: Vec<Hop> = hops.collect();
        if !paths.contains(&hops) {
            paths.push(hops);
        }
    }
    paths
}

fn row(overdue: &HashSet<&str>, fix: remedy::Fix) -> Fix {
    let action = match fix.action {
        Action::Upgrade => "upgrade",
        Action::RaiseParent { .. } => "raise_parent",
        Action::Remove => "remove",
        Action::Mitigate => "mitigate",
    };
    let step = match fix.step {
        Step::Patch => "patch",
        Step::Minor => "minor",
        Step::Major => "major",
        Step::Unknown => "unknown",
    };
    let is_overdue = fix.closes.iter().chain(&fix.leaves).any(|id| overdue.contains(id.as_str()));
    Fix {
        id: fix.id,
        asset: fix.asset,
        action: action.into(),
        package: fix.package,
        ecosystem: fix.ecosystem.to_string(),
        from: fix.from,
        to: fix.to,
        step: step.into(),
        how: fix.how,
        command: fix.command,
        closes: fix.closes,
        leaves: fix.leaves,
        brings: fix.brings,
        overdue: is_overdue,
        due: fix.due,
        emergency: fix.emergency,
        owner: fix.owner,
        files: fix.files,
    }
}
