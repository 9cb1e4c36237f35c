//! How do packages become rows: which of them share one action?
//!
//! In: affected packages. Out: [`Fix`] rows. Packages share a row when asset, package, owner, kind of
//! action and the line of releases they move to are the same, and one version serves all of them.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use vocab::Base;

use crate::choice::{Choice, choose, urgency};
use crate::order::{compare, compatible, line, step};
use crate::{Action, Affected, FindingRef, Fix, Hop, Step, command, words};

/// What a row does, before its texts are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Malicious.
    Remove,
    /// The package itself moves.
    Upgrade,
    /// What brings it in moves.
    RaiseParent,
    /// Nothing to move to.
    Mitigate,
}

/// The packages of one row and the version that serves them.
pub struct Row<'a> {
    /// What it does.
    pub kind: Kind,
    /// The packages, never empty.
    pub members: Vec<&'a Affected>,
    /// The version to reach.
    pub to: Option<&'a str>,
    /// Ids of findings that stay.
    pub leaves: HashSet<&'a str>,
    /// What the target brings along.
    pub brings: BTreeSet<&'a str>,
    /// The target is a pre-release for want of anything else.
    pub trial: bool,
    /// For a malicious version: one above it that is known to be free of findings.
    pub spare: Option<&'a str>,
    /// The only row of its package, so a setting that holds for every copy cannot meet another one.
    pub alone: bool,
}

/// Groups findings into the fewest actions that end them. Packages without findings give no row. The
/// rows come sorted by id; what is worked on first is the queue's business.
pub fn plan(affected: &[Affected]) -> Vec<Fix> {
    let mut packages: BTreeMap<_, Vec<&Affected>> = BTreeMap::new();
    for one in affected.iter().filter(|a| !a.findings.is_empty()) {
        let name = one.ecosystem.normal_name(&one.name);
        packages.entry((&one.asset, &one.ecosystem, name, &one.owner)).or_default().push(one);
    }
    let mut fixes: Vec<Fix> = Vec::new();
    for members in packages.values() {
        fixes.extend(rows(members).iter().filter_map(|row| fix(row)));
    }
    tell_apart(&mut fixes);
    fixes.sort_by(|a, b| a.id.cmp(&b.id));
    fixes
}

/// The rows of one package in one asset.
fn rows<'a>(members: &[&'a Affected]) -> Vec<Row<'a>> {
    let mut rows: Vec<Row<'a>> = Vec::new();
    let mut moving: BTreeMap<(Kind, String), Vec<(&'a Affected, Choice<'a>)>> = BTreeMap::new();
    for &one in members {
        match (one.malicious, choose(one)) {
            (true, choice) => {
                let spare = choice.filter(|c| c.clean() && !c.trial).map(|c| c.version);
                settle(&mut rows, Kind::Remove, one, spare);
            }
            (false, None) => settle(&mut rows, Kind::Mitigate, one, None),
            (false, Some(choice)) => {
                let key = (kind(one, choice.version), line(&one.ecosystem, choice.version));
                moving.entry(key).or_default().push((one, choice));
            }
        }
    }
    for ((kind, _), choices) in moving {
        rows.extend(share(kind, choices));
    }
    if let [only] = rows.as_mut_slice() {
        only.alone = true;
    }
    rows
}

/// Puts a package into the row of a kind that has no target.
fn settle<'a>(rows: &mut Vec<Row<'a>>, kind: Kind, one: &'a Affected, spare: Option<&'a str>) {
    let stays = |one: &'a Affected| {
        one.findings.iter().filter(|_| kind == Kind::Mitigate).map(|f| f.id.as_str())
    };
    match rows.iter_mut().find(|row| row.kind == kind) {
        Some(row) => {
            row.members.push(one);
            row.leaves.extend(stays(one));
            row.spare = row.spare.or(spare);
        }
        None => rows.push(Row {
            kind,
            members: vec![one],
            to: None,
            leaves: stays(one).collect(),
            brings: BTreeSet::new(),
            trial: false,
            spare,
            alone: false,
        }),
    }
}

/// Whether the package can move by itself, or what brings it in has to.
fn kind(one: &Affected, to: &str) -> Kind {
    if out_of_reach(one, to) && direct(one) == Some(false) {
        Kind::RaiseParent
    } else {
        Kind::Upgrade
    }
}

/// Whether whoever asks for the package has to ask for something else first. Where each package
/// resolves its own dependencies inside the ranges it asks for, a version outside them stays out of
/// reach; where one version serves the whole build (Go, Maven, NuGet, PyPI), it can be asked for.
pub fn out_of_reach(one: &Affected, to: &str) -> bool {
    let ranged = matches!(
        one.ecosystem.base(),
        Base::CratesIo
            | Base::Npm
            | Base::RubyGems
            | Base::Packagist
            | Base::Pub
            | Base::Hex
            | Base::SwiftUrl
            | Base::Hackage
    );
    ranged && !compatible(&one.ecosystem, &one.version, to)
}

/// Whether the project names the package itself: as the file says, else as its paths show.
pub fn direct(one: &Affected) -> Option<bool> {
    let own = || one.paths.iter().any(|path| within(one, path).is_empty());
    one.direct.or_else(|| (!one.paths.is_empty()).then(own))
}

/// Packages that move within one line: the highest clean target serves every one of them, because a
/// version with no findings has none whatever it replaces. What has no clean target shares a row
/// only with its own target.
fn share<'a>(kind: Kind, choices: Vec<(&'a Affected, Choice<'a>)>) -> Vec<Row<'a>> {
    let clean = choices
        .iter()
        .filter(|(_, choice)| choice.clean())
        .max_by(|(one, a), (_, b)| {
            compare(&one.ecosystem, a.version, b.version).unwrap_or(Ordering::Equal)
        })
        .map(|(_, choice)| (choice.version, choice.trial));
    let mut rows: BTreeMap<&str, Row<'a>> = BTreeMap::new();
    for (one, choice) in choices {
        let reach = clean.filter(|(top, _)| {
            compare(&one.ecosystem, top, &one.version) == Some(Ordering::Greater)
        });
        let (to, leaves, brings, trial) = match reach {
            Some((top, trial)) => (top, HashSet::new(), Vec::new(), trial),
            None => (choice.version, choice.leaves, choice.brings, choice.trial),
        };
        let row = rows.entry(to).or_insert_with(|| Row {
            kind,
            members: Vec::new(),
            to: Some(to),
            leaves: HashSet::new(),
            brings: BTreeSet::new(),
            trial: false,
            spare: None,
            alone: false,
        });
        row.members.push(one);
        row.leaves.extend(leaves);
        row.brings.extend(brings);
        row.trial |= trial;
    }
    rows.into_values().collect()
}

/// Writes a row out.
fn fix(row: &Row<'_>) -> Option<Fix> {
    let first = *row.members.first()?;
    let mut findings: Vec<&FindingRef> = row.members.iter().flat_map(|m| &m.findings).collect();
    findings.sort_by(|a, b| urgency(a).cmp(&urgency(b)).then_with(|| a.id.cmp(&b.id)));
    let mut seen = HashSet::new();
    findings.retain(|f| seen.insert(f.id.as_str()));
    let ids = |stay: bool| {
        let chosen = findings.iter().filter(|f| row.leaves.contains(f.id.as_str()) == stay);
        chosen.map(|f| f.id.clone()).collect::<Vec<String>>()
    };
    let action = match row.kind {
        Kind::Remove => Action::Remove,
        Kind::Mitigate => Action::Mitigate,
        Kind::Upgrade => Action::Upgrade,
        Kind::RaiseParent => Action::RaiseParent { parents: parents(&row.members) },
    };
    let files: BTreeSet<String> = row.members.iter().flat_map(|m| m.files.clone()).collect();
    Some(Fix {
        id: id(row, first),
        asset: first.asset.clone(),
        package: first.name.clone(),
        ecosystem: first.ecosystem.clone(),
        from: versions_of(&row.members),
        to: row.to.map(str::to_owned),
        step: row.to.map_or(Step::Unknown, |to| largest_step(&row.members, to)),
        closes: ids(false),
        leaves: ids(true),
        brings: row.brings.iter().map(|&id| id.to_owned()).collect(),
        due: findings.iter().filter_map(|f| f.due).min(),
        emergency: findings.iter().any(|f| f.emergency),
        command: command::lines(row),
        how: words::how(row),
        owner: first.owner.clone(),
        files: files.into_iter().collect(),
        action,
    })
}

/// The versions of the members, ascending, each once.
fn versions_of(members: &[&Affected]) -> Vec<String> {
    let mut versions: Vec<&Affected> = members.to_vec();
    versions.sort_by(|a, b| {
        let order = compare(&a.ecosystem, &a.version, &b.version);
        order.unwrap_or(Ordering::Equal).then_with(|| a.version.cmp(&b.version))
    });
    versions.dedup_by(|a, b| a.version == b.version);
    versions.iter().map(|m| m.version.clone()).collect()
}

/// The largest step; one unknown step makes the whole unknown, since it may be larger than any.
fn largest_step(members: &[&Affected], to: &str) -> Step {
    let rank = |step: Step| match step {
        Step::Patch => 0,
        Step::Minor => 1,
        Step::Major => 2,
        Step::Unknown => 3,
    };
    let steps = members.iter().map(|m| step(&m.ecosystem, &m.version, to));
    steps.max_by_key(|&step| rank(step)).unwrap_or(Step::Unknown)
}

/// The packages named by the project that bring the members in, sorted, each once.
pub fn parents(members: &[&Affected]) -> Vec<Hop> {
    let tops = members.iter().flat_map(|m| chains(m)).filter_map(|chain| chain.first().cloned());
    tops.collect::<BTreeSet<Hop>>().into_iter().collect()
}

/// The paths of a package that lead over other packages.
pub fn chains(one: &Affected) -> impl Iterator<Item = &[Hop]> {
    one.paths.iter().map(|path| within(one, path)).filter(|path| !path.is_empty())
}

/// A path without the package itself and without a nameless root.
fn within<'a>(one: &Affected, path: &'a [Hop]) -> &'a [Hop] {
    let path = match path.split_first() {
        Some((root, rest)) if root.name.is_empty() => rest,
        _ => path,
    };
    match path.split_last() {
        Some((last, rest)) if last.name == one.name && last.version == one.version => rest,
        _ => path,
    }
}

fn id(row: &Row<'_>, first: &Affected) -> String {
    let name = first.ecosystem.normal_name(&first.name);
    let action = match (row.kind, row.to) {
        (Kind::Remove, _) => "remove".to_owned(),
        (Kind::Upgrade, Some(to)) => format!("upgrade {}", line(&first.ecosystem, to)),
        (Kind::RaiseParent, Some(to)) => format!("raise parent {}", line(&first.ecosystem, to)),
        _ => "mitigate".to_owned(),
    };
    let ecosystem = first.ecosystem.to_string();
    [first.asset.as_str(), &ecosystem, &name, &action].map(part).join("|")
}

/// One part of an id: what separates parts is escaped, so that two rows never meet in one id.
fn part(text: &str) -> String {
    text.replace('%', "%25").replace('|', "%7C")
}

/// Rows of one package with several owners, or with several targets in one line, need one part more.
fn tell_apart(fixes: &mut [Fix]) {
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for fix in fixes.iter() {
        *count.entry(fix.id.clone()).or_default() += 1;
    }
    for fix in fixes.iter_mut().filter(|fix| count.get(&fix.id).is_some_and(|&n| n > 1)) {
        let (to, owner) = (fix.to.as_deref().unwrap_or(""), fix.owner.as_deref().unwrap_or(""));
        fix.id = format!("{}|{}|{}", fix.id, part(to), part(owner));
    }
}
