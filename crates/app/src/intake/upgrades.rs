//! Which version ends all that is open of a package?
//!
//! In: the fixes that a document or a decision touched. Out: for each of a package one action over all of its open
//! findings, the same on every one of them: the smallest version that clears them, judged by the index as a scan
//! judges it (`remedy`), else by what the sources tell. What it leaves is named. Never: a version at or below one
//! that is there.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use intel::{GroupRef, Index, IndexError, Kind};
use ledger::change::{Change, FixFacts, Found};
use ledger::row::Finding;
use ledger::{LedgerError, Write};
use remedy::{Affected, Candidate, FindingRef};
use versions::Scheme;
use vocab::{Base, Ecosystem, NotEvaluated, Scope};

use super::writing::WriteError;

/// Fixes looked at together.
const PAGE: usize = 200;
/// Most versions judged for one package; the highest is always among them.
const MAX_CANDIDATES: usize = 200;
/// Ids named of what a version leaves.
const NAMED: usize = 3;
/// Kinds of packages whose advisories hang on a release, which only our own scan tells.
const SYSTEMS: &[&str] = &["deb", "rpm", "apk", "alpm", "generic"];

/// The fixes of packages that an entry touched: asset and key.
pub(crate) type Touched = BTreeSet<(i64, String)>;

/// Most package versions whose evaluation is remembered.
const MAX_REMEMBERED: usize = 50_000;

/// What covers a version: the advisories' groups and ids.
struct Verdict {
    still: Vec<(GroupRef, String)>,
    malicious: bool,
    evaluated: bool,
}

/// An index that remembers what it was asked: many assets have the same packages.
pub(crate) struct Judge<'a> {
    index: &'a Index<'a>,
    known: RefCell<HashMap<(Ecosystem, String, String), Rc<Verdict>>>,
}

impl<'a> Judge<'a> {
    pub(crate) fn new(index: &'a Index<'a>) -> Self {
        Self { index, known: RefCell::default() }
    }

    fn verdict(
        &self,
        ecosystem: &Ecosystem,
        name: &str,
        version: &str,
    ) -> Result<Rc<Verdict>, IndexError> {
        let key = (ecosystem.clone(), name.to_owned(), version.to_owned());
        if let Some(known) = self.known.borrow().get(&key) {
            return Ok(Rc::clone(known));
        }
        let evaluation = self.index.evaluate(ecosystem, name, version)?;
        let evaluated = matches!(evaluation.beside, None | Some(NotEvaluated::PartialAdvisories));
        let mut verdict = Verdict { still: Vec::new(), malicious: false, evaluated };
        for matched in &evaluation.matches {
            let advisory = self.index.advisory(matched.advisory)?;
            verdict.malicious |= advisory.kind == Kind::Malicious;
            if matches!(advisory.kind, Kind::Vulnerability | Kind::Malicious) {
                verdict.still.push((advisory.group, advisory.id));
            }
        }
        let verdict = Rc::new(verdict);
        let mut known = self.known.borrow_mut();
        if known.len() >= MAX_REMEMBERED {
            known.clear();
        }
        known.insert(key, Rc::clone(&verdict));
        Ok(verdict)
    }
}

/// Gives the open findings of each the action over all of them.
pub(crate) fn settle(
    write: &mut Write<'_>,
    index: Option<&Judge<'_>>,
    touched: &Touched,
) -> Result<(), WriteError> {
    let mut of_asset: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for (asset, key) in touched {
        of_asset.entry(*asset).or_default().push(key.clone());
    }
    for (asset, keys) in of_asset {
        for page in keys.chunks(PAGE) {
            let mut rows: BTreeMap<String, Vec<Finding>> = BTreeMap::new();
            for finding in write.open_of_fixes(asset, page)? {
                rows.entry(finding.fix.key.clone()).or_default().push(finding);
            }
            for findings in rows.into_values() {
                one(write, index, &findings)?;
            }
        }
    }
    Ok(())
}

fn one(
    write: &mut Write<'_>,
    index: Option<&Judge<'_>>,
    findings: &[Finding],
) -> Result<(), WriteError> {
    let packages = findings.iter().all(|f| f.class == "dependency");
    if !packages || findings.iter().all(|f| f.facts.found.is_empty()) {
        return Ok(());
    }
    let (action, available) = action(index, findings)?;
    for finding in findings {
        let (key, place) = (finding.fix.key.clone(), finding.facts.place.clone());
        let fix = FixFacts { key, action: action.clone(), place, available };
        if fix != finding.fix {
            append(write, finding, fix)?;
        }
    }
    Ok(())
}

fn append(write: &mut Write<'_>, finding: &Finding, fix: FixFacts) -> Result<(), LedgerError> {
    write.append(&Change::Fix { finding: finding.id, fix, was: finding.fix.clone() })
}

/// A package with all that is open of it.
struct Package<'a> {
    kind: &'a str,
    name: &'a str,
    findings: &'a [Finding],
    found: Vec<&'a Found>,
}

/// A version, and the ids of what it leaves.
type Target = (String, Vec<String>);

/// The action in one line, and whether a fixed version is known.
fn action(index: Option<&Judge<'_>>, findings: &[Finding]) -> Result<(String, bool), IndexError> {
    let place = findings.first().map_or("", |f| f.facts.place.as_str());
    let (kind, name) = place.split_once('/').unwrap_or(("", place));
    let found = findings.iter().flat_map(|f| &f.facts.found).collect();
    let package = Package { kind, name, findings, found };
    if findings.iter().any(|f| f.facts.ids.iter().any(|id| id.starts_with("MAL-"))) {
        let text = format!("remove {name}, rotate what it could read, look for its traces");
        return Ok((text, true));
    }
    let judged = match index {
        Some(index) => package.judged(index)?,
        None => None,
    };
    Ok(match judged.or_else(|| package.told()) {
        None => (format!("replace or shield {name}: no fixed version is known"), false),
        Some((version, leaves)) if leaves.is_empty() => {
            (format!("upgrade {name} to {version}"), true)
        }
        Some((version, leaves)) => {
            let more = leaves.len().saturating_sub(NAMED);
            let named: Vec<String> = leaves.into_iter().take(NAMED).collect();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            (format!("upgrade {name} to {version}, which leaves {}{more}", named.join(", ")), true)
        }
    })
}

impl Package<'_> {
    /// The version that `remedy` chooses, as it does for a scan; of several versions that are there above the
    /// highest.
    fn judged(&self, judge: &Judge<'_>) -> Result<Option<Target>, IndexError> {
        let index = judge.index;
        let Some(ecosystem) = self.ecosystem() else { return Ok(None) };
        let Some(scheme) = Scheme::of(&ecosystem) else { return Ok(None) };
        let Some(highest) = self.highest(scheme) else { return Ok(None) };
        let mut groups: BTreeMap<GroupRef, usize> = BTreeMap::new();
        for (at, finding) in self.findings.iter().enumerate() {
            for id in &finding.facts.ids {
                if let Some(group) = index.find(id)? {
                    groups.entry(group).or_insert(at);
                }
            }
        }
        let mut versions: Vec<String> = Vec::new();
        let mut there: Vec<&str> = self.found.iter().map(|f| f.version.as_str()).collect();
        there.sort_unstable();
        there.dedup();
        for version in there {
            versions.extend(index.candidates(&ecosystem, self.name, version)?);
        }
        versions.extend(self.found.iter().flat_map(|found| found.fixed_in.iter().cloned()));
        versions.sort_by(|a, b| scheme.compare(a, b).unwrap_or_else(|_| a.cmp(b)));
        versions.dedup();
        if versions.len() > MAX_CANDIDATES {
            let last = versions.pop();
            versions.truncate(MAX_CANDIDATES - 1);
            versions.extend(last);
        }
        let mut candidates = Vec::with_capacity(versions.len());
        for version in versions {
            candidates.push(self.candidate(judge, &ecosystem, version, &groups)?);
        }
        let findings = self.findings.iter().enumerate().map(|(at, finding)| FindingRef {
            id: at.to_string(),
            due: finding.clock.as_ref().and_then(|clock| clock.due),
            emergency: finding.clock.as_ref().is_some_and(|clock| clock.emergency),
        });
        let affected = Affected {
            asset: String::new(),
            ecosystem,
            name: self.name.to_owned(),
            version: highest.to_owned(),
            scope: Scope::Unknown,
            malicious: false,
            candidates,
            findings: findings.collect(),
            direct: None,
            paths: Vec::new(),
            files: Vec::new(),
            owner: None,
            installed: Vec::new(),
            image: false,
            git: false,
        };
        let fix = remedy::plan(&[affected]).into_iter().find(|fix| fix.to.is_some());
        Ok(fix.and_then(|fix| {
            let leaves =
                fix.leaves.iter().filter_map(|at| self.findings.get(at.parse::<usize>().ok()?));
            let leaves = leaves.map(|f| f.facts.ids.first().cloned().unwrap_or_default()).collect();
            Some((fix.to?, leaves))
        }))
    }

    fn candidate(
        &self,
        judge: &Judge<'_>,
        ecosystem: &Ecosystem,
        version: String,
        groups: &BTreeMap<GroupRef, usize>,
    ) -> Result<Candidate, IndexError> {
        let verdict = judge.verdict(ecosystem, self.name, &version)?;
        let mut still: Vec<String> = Vec::new();
        for (group, advisory) in &verdict.still {
            let id = groups.get(group).map_or_else(|| advisory.clone(), ToString::to_string);
            if !still.contains(&id) {
                still.push(id);
            }
        }
        let (evaluated, malicious) = (verdict.evaluated, verdict.malicious);
        Ok(Candidate { version, still_affected_by: still, evaluated, malicious })
    }

    /// The ecosystem that our own scan tells, else that of the package's kind.
    fn ecosystem(&self) -> Option<Ecosystem> {
        let mut told: Vec<&str> =
            self.found.iter().map(|f| f.ecosystem.as_str()).filter(|e| !e.is_empty()).collect();
        told.sort_unstable();
        told.dedup();
        match told.as_slice() {
            [one] => Some(Ecosystem::parse(one)),
            [] if !SYSTEMS.contains(&self.kind) => {
                let base = Base::ALL.iter().find(|base| base.purl_type() == self.kind)?;
                Some(Ecosystem::parse(base.name()))
            }
            _ => None,
        }
    }

    fn highest(&self, scheme: Scheme) -> Option<&str> {
        let mut highest: Option<&str> = None;
        for version in self.found.iter().map(|f| f.version.as_str()).filter(|v| !v.is_empty()) {
            match highest {
                None => highest = Some(version),
                Some(held) => {
                    if scheme.compare(version, held).ok()? == Ordering::Greater {
                        highest = Some(version);
                    }
                }
            }
        }
        highest
    }

    /// The smallest version by what the sources tell: at or above a fix of every finding, above all that is there.
    /// Where a finding is fixed on several lines, the version has to be fixed on its own line too. Where
    /// versions have no order, the first fix that is named.
    fn told(&self) -> Option<Target> {
        let base = Base::ALL.iter().find(|base| base.purl_type() == self.kind);
        let scheme = base.and_then(|base| Scheme::of(&Ecosystem::parse(base.name())));
        let fixed = |finding: &'_ Finding| -> Vec<String> {
            let all = finding.facts.found.iter().flat_map(|found| &found.fixed_in);
            all.map(|v| v.trim().to_owned()).filter(|v| !v.is_empty()).collect()
        };
        let Some(scheme) = scheme else {
            let first = self.findings.iter().find_map(|finding| fixed(finding).into_iter().next());
            return first.map(|version| (version, Vec::new()));
        };
        let highest = self.highest(scheme);
        let above = |version: &String| {
            highest.is_none_or(|highest| {
                scheme.compare(version, highest).map_or(true, |order| order == Ordering::Greater)
            })
        };
        let order = |a: &String, b: &String| scheme.compare(a, b).unwrap_or(Ordering::Equal);
        let (mut lines, mut leaves) = (Vec::new(), Vec::new());
        for finding in self.findings {
            let mut versions: Vec<String> = fixed(finding).into_iter().filter(above).collect();
            versions.sort_by(order);
            match versions.first() {
                Some(_) => lines.push(versions),
                None => leaves.push(finding.facts.ids.first().cloned().unwrap_or_default()),
            }
        }
        let mut target =
            lines.iter().filter_map(|line| line.first()).max_by(|a, b| order(a, b))?.clone();
        // Each step goes up along finitely many versions.
        while let Some(next) = lines.iter().find_map(|line| next_on_its_line(line, &target, order))
        {
            target = next;
        }
        Some((target, leaves))
    }
}

/// The next fix of a finding on the target's own line, where the fix that the target has is of another line.
fn next_on_its_line(
    fixes: &[String],
    target: &String,
    order: impl Fn(&String, &String) -> Ordering,
) -> Option<String> {
    let line = |version: &str| version.split('.').next().unwrap_or_default().to_owned();
    let reached = fixes.iter().rev().find(|fix| order(fix, target) != Ordering::Greater)?;
    if line(reached) == line(target) {
        return None;
    }
    let mut above = fixes.iter().filter(|fix| order(fix, target) == Ordering::Greater);
    above.find(|fix| line(fix) == line(target)).cloned()
}

#[cfg(test)]
mod tests {
    use ledger::change::Facts;

    use super::*;

    fn finding(id: &str, found: &[(&str, &[&str])]) -> Finding {
        let found = found.iter().map(|(version, fixed)| Found {
            version: (*version).to_owned(),
            ecosystem: String::new(),
            fixed_in: fixed.iter().map(|f| (*f).to_owned()).collect(),
        });
        Finding {
            id: 1,
            asset: 1,
            asset_facts: Default::default(),
            class: "dependency".to_owned(),
            facts: Facts {
                ids: vec![id.to_owned()],
                place: "npm/lodash".to_owned(),
                found: found.collect(),
                ..Facts::default()
            },
            first_seen: vocab::Instant::UNIX_EPOCH,
            state: "open".to_owned(),
            closure: None,
            closed_at: None,
            decision: Default::default(),
            clock: None,
            fix: FixFacts::default(),
            live: 1,
            unseen: 0,
            reference: String::new(),
        }
    }

    fn check(findings: &[Finding], expect: &str) {
        assert_eq!(action(None, findings).expect("no index, no damage").0, expect);
    }

    #[test]
    fn one_version_for_all_that_is_open() {
        check(
            &[
                finding("CVE-1", &[("4.17.9", &["4.17.12"])]),
                finding("CVE-2", &[("4.17.9", &["4.17.20"])]),
            ],
            "upgrade lodash to 4.17.20",
        );
        check(
            &[finding("CVE-1", &[("4.17.9", &["4.17.10"]), ("4.17.19", &["4.17.20"])])],
            "upgrade lodash to 4.17.20",
        );
        check(
            &[finding("CVE-1", &[("1.0.0", &["1.2.0"])]), finding("CVE-2", &[("1.0.0", &[])])],
            "upgrade lodash to 1.2.0, which leaves CVE-2",
        );
        check(
            &[finding("CVE-2", &[("1.0.0", &[])])],
            "replace or shield lodash: no fixed version is known",
        );
        // 2.0.0 would be below the fix of the first one on its line.
        check(
            &[
                finding("CVE-1", &[("1.2.0", &["1.2.5", "2.0.3"])]),
                finding("CVE-2", &[("1.2.0", &["2.0.0"])]),
            ],
            "upgrade lodash to 2.0.3",
        );
        check(
            &[finding("MAL-2026-1", &[("1.0.0", &[])])],
            "remove lodash, rotate what it could read, look for its traces",
        );
    }
}
