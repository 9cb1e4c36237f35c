//! How do the reports of many assets become one, without being kept?
//!
//! Each report is added and dropped; what stays grows with distinct problems and actions. Sums made side
//! by side are merged; the result does not depend on the order.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use vocab::{Instant, Rank, Severity};

use super::report::{EstateAsset, EstateFix, EstateProblem, Gap, MAX_UNREAD};
use crate::report::{Asset, Finding, Fix, Report, Unread};
use crate::scan::{AssetFiles, Target};

/// What was added so far.
#[derive(Default)]
pub(super) struct Sum {
    pub assets: Vec<EstateAsset>,
    fixes: HashMap<FixKey, FixSum>,
    problems: HashMap<Arc<str>, EstateProblem>,
    gaps: BTreeMap<(String, String), Gap>,
    pub unread: Vec<Unread>,
    pub unread_total: u64,
    pub unrecognised: u64,
    pub ignored: u64,
    pub stated: u64,
    pub warnings: BTreeSet<String>,
    pub blind: BTreeSet<String>,
    /// Every asset as it was met, for the rules that fit none.
    pub met: Vec<AssetFiles>,
    pub complete: bool,
}

/// Owner, ecosystem, package, action, target.
type FixKey = (Option<String>, String, String, String, Option<String>);

struct FixSum {
    how: String,
    from: BTreeSet<String>,
    due: Option<Instant>,
    overdue: bool,
    emergency: bool,
    /// A feed that never came could bring it forward.
    assumed: bool,
    /// The place of the first of its findings, by the one rule.
    place: Rank,
    closes: u64,
    leaves: u64,
    assets: Vec<(Rank, Arc<str>)>,
}

/// What of a finding decides the place of its fix: its own place, and whether it is assumed to be due earlier.
type Placed = (Rank, bool);

fn earlier(a: Option<Instant>, b: Option<Instant>) -> Option<Instant> {
    a.into_iter().chain(b).min()
}

/// What one asset has of a report.
#[derive(Default, Clone, Copy)]
struct Own {
    findings: u64,
    emergencies: u64,
    overdue: u64,
    due: Option<Instant>,
    gaps: u64,
}

impl Own {
    /// Of each asset, in one pass: a target may hold many repositories.
    fn of(report: &Report) -> HashMap<&str, Self> {
        let mut of: HashMap<&str, Self> = HashMap::new();
        for finding in &report.findings {
            let own = of.entry(&finding.asset).or_default();
            own.findings += 1;
            own.emergencies += u64::from(finding.emergency);
            own.overdue += u64::from(finding.overdue);
            own.due = earlier(own.due, finding.due);
        }
        for row in &report.not_evaluated {
            of.entry(&row.asset).or_default().gaps += 1;
        }
        of
    }
}

impl Sum {
    /// Nothing yet, and nothing missing.
    pub fn new() -> Self {
        Self { complete: true, ..Self::default() }
    }

    /// Adds a report.
    pub fn add(&mut self, report: Report) {
        self.complete &= report.complete;
        self.ignored += report.ignored.len() as u64;
        self.stated += report.stated.len() as u64;
        self.unrecognised += report.unrecognised.len() as u64;
        self.unread_total += report.not_read.len() as u64;
        let room = MAX_UNREAD.saturating_sub(self.unread.len());
        self.unread.extend(report.not_read.iter().take(room).cloned());
        let own = Own::of(&report);
        let ids: HashMap<&str, Arc<str>> =
            report.assets.iter().map(|a| (a.id.as_str(), a.id.as_str().into())).collect();
        for asset in &report.assets {
            let Some(id) = ids.get(asset.id.as_str()) else { continue };
            self.asset(&report, asset, id.clone(), own.get(&**id).copied().unwrap_or_default());
        }
        for finding in &report.findings {
            self.problem(finding, report.scanned_at);
        }
        let mut counted: HashSet<(&str, &str)> = HashSet::new();
        for finding in &report.findings {
            if counted.insert((&finding.asset, &finding.advisory))
                && let Some(problem) = self.problems.get_mut(&finding.advisory)
            {
                problem.assets += 1;
            }
        }
        let now = report.scanned_at;
        let placed = report.findings.iter();
        let placed = placed.map(|f| (f.id.as_str(), (f.urgency().rank(now), f.is_assumed())));
        let placed: HashMap<&str, Placed> = placed.collect();
        for fix in &report.fixes {
            if let Some(asset) = ids.get(&*fix.asset) {
                self.fix(fix, asset, &placed);
            }
        }
        self.gaps(&report);
        self.warnings.extend(report.warnings);
        self.blind.extend(report.blind);
    }

    /// Notes a target of which there is no report at all.
    pub fn fail(&mut self, target: &Target, problem: String) {
        self.complete = false;
        self.unread_total += 1;
        if self.unread.len() < MAX_UNREAD {
            self.unread.push(Unread {
                path: target.display.clone(),
                line: 0,
                problem,
                code: String::new(),
            });
        }
    }

    fn asset(&mut self, report: &Report, asset: &Asset, id: Arc<str>, own: Own) {
        self.assets.push(EstateAsset {
            id,
            path: asset.path.clone(),
            kind: asset.kind.clone(),
            digest: asset.digest.clone(),
            exposure: asset.exposure,
            owner: asset.owner.clone(),
            components: asset.components,
            findings: own.findings,
            emergencies: own.emergencies,
            overdue: own.overdue,
            due: own.due,
            // What was not read is told by path; where one target holds several assets, it counts for all.
            complete: own.gaps == 0 && report.not_read.is_empty() && report.unrecognised.is_empty(),
            not_evaluated: own.gaps,
        });
    }

    fn problem(&mut self, finding: &Finding, now: Instant) {
        let problem =
            self.problems.entry(finding.advisory.clone()).or_insert_with(|| EstateProblem {
                advisory: finding.advisory.clone(),
                title: finding.title.clone(),
                severity: Severity::Unknown,
                kev: false,
                exploit: false,
                findings: 0,
                assets: 0,
                due: None,
                emergency: false,
                place: Rank::LAST,
            });
        problem.findings += 1;
        problem.place = problem.place.min(finding.urgency().rank(now));
        problem.severity = problem.severity.max(finding.severity);
        problem.kev |= finding.signals.kev.is_some();
        problem.exploit |= finding.signals.exploit.is_some();
        problem.due = earlier(problem.due, finding.due);
        problem.emergency |= finding.emergency;
    }

    fn fix(&mut self, fix: &Fix, asset: &Arc<str>, placed: &HashMap<&str, Placed>) {
        let own = || fix.closes.iter().chain(&fix.leaves).filter_map(|id| placed.get(id.as_str()));
        let place = own().map(|(place, _)| *place).min().unwrap_or(Rank::LAST);
        let key = (
            fix.owner.clone(),
            fix.ecosystem.clone(),
            fix.package.clone(),
            fix.action.clone(),
            fix.to.clone(),
        );
        let sum = self.fixes.entry(key).or_insert_with(FixSum::new);
        sum.take(FixSum {
            how: fix.how.clone(),
            from: fix.from.iter().cloned().collect(),
            due: fix.due,
            overdue: fix.overdue,
            emergency: fix.emergency,
            assumed: own().any(|(_, assumed)| *assumed),
            place,
            closes: fix.closes.len() as u64,
            leaves: fix.leaves.len() as u64,
            assets: vec![(place, asset.clone())],
        });
    }

    fn gaps(&mut self, report: &Report) {
        let mut counted: HashSet<(&str, &str, &str)> = HashSet::new();
        for row in &report.not_evaluated {
            let key = (row.ecosystem.clone(), row.reason.clone());
            let gap = self.gaps.entry(key).or_insert_with(|| Gap {
                ecosystem: row.ecosystem.clone(),
                reason: row.reason.clone(),
                detail: row.detail.clone(),
                components: 0,
                assets: 0,
            });
            gap.components += 1;
            if counted.insert((&row.asset, &row.ecosystem, &row.reason)) {
                gap.assets += 1;
            }
        }
    }

    /// Adds what another sum has.
    pub fn merge(mut self, other: Self) -> Self {
        self.assets.extend(other.assets);
        for (key, fix) in other.fixes {
            self.fixes.entry(key).or_insert_with(FixSum::new).take(fix);
        }
        for (name, theirs) in other.problems {
            match self.problems.get_mut(&name) {
                None => {
                    self.problems.insert(name, theirs);
                }
                Some(ours) => {
                    ours.severity = ours.severity.max(theirs.severity);
                    ours.kev |= theirs.kev;
                    ours.exploit |= theirs.exploit;
                    ours.findings += theirs.findings;
                    ours.assets += theirs.assets;
                    ours.due = earlier(ours.due, theirs.due);
                    ours.emergency |= theirs.emergency;
                    ours.place = ours.place.min(theirs.place);
                }
            }
        }
        for (key, theirs) in other.gaps {
            match self.gaps.get_mut(&key) {
                None => {
                    self.gaps.insert(key, theirs);
                }
                Some(ours) => {
                    ours.components += theirs.components;
                    ours.assets += theirs.assets;
                }
            }
        }
        self.unread.extend(other.unread);
        self.unread.sort();
        self.unread.truncate(MAX_UNREAD);
        self.unread_total += other.unread_total;
        self.unrecognised += other.unrecognised;
        self.ignored += other.ignored;
        self.stated += other.stated;
        self.warnings.extend(other.warnings);
        self.blind.extend(other.blind);
        self.met.extend(other.met);
        self.complete &= other.complete;
        self
    }

    /// The actions in queue order.
    pub fn fixes(&mut self) -> Vec<EstateFix> {
        let mut fixes: Vec<(Rank, EstateFix)> = self
            .fixes
            .drain()
            .map(|((owner, ecosystem, package, action, to), mut sum)| {
                sum.assets.sort();
                let fix = EstateFix {
                    action,
                    package,
                    ecosystem,
                    from: sum.from.into_iter().collect(),
                    to,
                    how: sum.how,
                    owner,
                    due: sum.due,
                    overdue: sum.overdue,
                    emergency: sum.emergency,
                    assumed: sum.assumed && !sum.emergency,
                    closes: sum.closes,
                    leaves: sum.leaves,
                    assets: sum.assets.into_iter().map(|(_, asset)| asset).collect(),
                };
                (sum.place, fix)
            })
            .collect();
        fixes.sort_by(|(place, a), (other, b)| {
            let rest = |f: &EstateFix| {
                (f.package.clone(), f.to.clone(), f.owner.clone(), f.action.clone())
            };
            place
                .cmp(other)
                .then_with(|| b.assets.len().cmp(&a.assets.len()))
                .then_with(|| rest(a).cmp(&rest(b)))
        });
        fixes.into_iter().map(|(_, fix)| fix).collect()
    }

    /// The alias groups, the most urgent first.
    pub fn problems(&mut self) -> Vec<EstateProblem> {
        let mut problems: Vec<EstateProblem> = self.problems.drain().map(|(_, p)| p).collect();
        problems.sort_by(|a, b| {
            let key = |p: &EstateProblem| (p.place, !p.kev);
            key(a)
                .cmp(&key(b))
                .then_with(|| b.assets.cmp(&a.assets))
                .then_with(|| a.advisory.cmp(&b.advisory))
        });
        problems
    }

    /// What was not evaluated.
    pub fn not_evaluated(&mut self) -> Vec<Gap> {
        std::mem::take(&mut self.gaps).into_values().collect()
    }
}

impl FixSum {
    fn new() -> Self {
        Self {
            how: String::new(),
            from: BTreeSet::new(),
            due: None,
            overdue: false,
            emergency: false,
            assumed: false,
            place: Rank::LAST,
            closes: 0,
            leaves: 0,
            assets: Vec::new(),
        }
    }

    /// Adds another; the words of the more urgent one stay, of equals those of the first asset by name.
    fn take(&mut self, other: Self) {
        let first = |sum: &Self| sum.assets.iter().min().cloned();
        let theirs = match (first(self), first(&other)) {
            (Some(ours), Some(theirs)) => theirs < ours,
            (None, _) => true,
            (_, None) => false,
        };
        if theirs {
            self.how = other.how;
        }
        self.from.extend(other.from);
        self.due = earlier(self.due, other.due);
        self.overdue |= other.overdue;
        self.emergency |= other.emergency;
        self.assumed |= other.assumed;
        self.place = self.place.min(other.place);
        self.closes += other.closes;
        self.leaves += other.leaves;
        self.assets.extend(other.assets);
    }
}
