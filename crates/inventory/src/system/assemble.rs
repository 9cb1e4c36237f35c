//! What do the facts of one root say together?
//!
//! In: the facts in any order. Out: [`Installed`]: the distribution, its packages as components of its
//! OSV ecosystem, and the software beside them with the package that owns it. Packages of a system that
//! nobody evaluates are components as well, of an ecosystem that no advisory bears; none is dropped.

use std::collections::{HashMap, HashSet};

use vocab::{Base, Declared, Ecosystem, Scope};

use super::os_release::unknown;
use super::paths::{Database, merged, relative};
use super::{DistributionPackage, Fact, Installed, InstalledReading, OsRelease, Packages};
use super::{EMPTY, end_of_life};
use crate::reading::{Details, Reading, pinned};

/// Under which names records of an ecosystem speak of a package.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Naming {
    /// Of the source package.
    Source,
    /// Of the installed package.
    Binary,
    /// Of either; both are asked.
    Both,
}

/// OSV schema, «Defined Ecosystems», and what the records themselves do where they do otherwise: those of
/// Red Hat and AlmaLinux name each installed package, those of Wolfi and Chainguard single packages of
/// an origin.
fn naming(base: Base) -> Naming {
    match base {
        Base::Debian
        | Base::Ubuntu
        | Base::Echo
        | Base::Alpine
        | Base::Alpaquita
        | Base::BellSoft
        | Base::Suse
        | Base::OpenSuse
        | Base::Mageia
        | Base::OpenEuler => Naming::Source,
        Base::Wolfi
        | Base::Chainguard
        | Base::MinimOs
        | Base::RockyLinux
        | Base::AzureLinux
        | Base::PhotonOs => Naming::Both,
        _ => Naming::Binary,
    }
}

/// Puts the facts of one root together.
pub(super) fn installed(mut facts: Vec<(String, Option<u32>, Fact)>) -> Installed {
    facts.sort_by(|(a, a_layer, _), (b, b_layer, _)| (a, a_layer).cmp(&(b, b_layer)));
    let release = release(&facts);
    let owners = owners(&facts);
    let mut installed = Installed {
        ecosystem: release.as_ref().and_then(OsRelease::ecosystem),
        ends: release.as_ref().and_then(end_of_life::ends),
        release,
        readings: Vec::new(),
    };
    let parts = facts.iter().any(|(path, _, _)| Database::of(path) == Some(Database::DpkgPart));
    let mut databases = 0;
    for (path, layer, fact) in facts {
        let reading = match fact {
            Fact::Software(mut reading) => {
                if let Some(owner) = owners.get(&*merged(&path)) {
                    reading.belongs_to(owner);
                }
                reading
            }
            Fact::Packages(mut packages) => {
                databases += 1;
                if parts && Database::of(&path) == Some(Database::Dpkg) {
                    packages.problems.retain(|problem| problem.what != EMPTY);
                }
                components(packages, &path, installed.release.as_ref())
            }
            Fact::Release(_) | Fact::Owned(_) => continue,
        };
        installed.readings.push(InstalledReading { path, layer, reading });
    }
    if databases == 0
        && let Some(release) = &installed.release
    {
        let what = format!(
            "this is «{}», but no database of its packages was found; they are not evaluated",
            if release.pretty.is_empty() { &release.id } else { &release.pretty }
        );
        installed.readings.push(InstalledReading {
            path: "etc/os-release".to_owned(),
            layer: None,
            reading: Reading::failed(0, what),
        });
    }
    installed
}

/// Of several files the administrator's goes before the distribution's (os-release(5)).
fn release(facts: &[(String, Option<u32>, Fact)]) -> Option<OsRelease> {
    let releases = facts.iter().filter_map(|(path, _, fact)| match fact {
        Fact::Release(release) => Some((relative(path) != "etc/os-release", release)),
        _ => None,
    });
    releases.min_by_key(|(second, _)| *second).map(|(_, release)| release.clone())
}

/// The package that owns a file, for the files that told of software.
fn owners(facts: &[(String, Option<u32>, Fact)]) -> HashMap<String, String> {
    let told: HashSet<_> = facts
        .iter()
        .filter(|(_, _, fact)| matches!(fact, Fact::Software(_)))
        .map(|(path, _, _)| merged(path))
        .collect();
    let mut owners = HashMap::new();
    let mut add = |package: &str, files: &[String]| {
        for path in files.iter().map(|file| merged(file)).filter(|path| told.contains(path)) {
            owners.entry(path.into_owned()).or_insert_with(|| package.to_owned());
        }
    };
    for (_, _, fact) in facts {
        match fact {
            Fact::Owned(owned) => add(&owned.package, &owned.files),
            Fact::Packages(found) => found.packages.iter().for_each(|p| add(&p.name, &p.files)),
            Fact::Release(_) | Fact::Software(_) => {}
        }
    }
    owners
}

impl Reading {
    /// All of it was brought by a distribution's package.
    fn belongs_to(&mut self, package: &str) {
        for index in 0..u32::try_from(self.components.len()).unwrap_or(u32::MAX) {
            self.details.entry(index).or_default().owned_by = Some(package.to_owned());
        }
    }
}

/// The packages of one database as components.
fn components(found: Packages, path: &str, release: Option<&OsRelease>) -> Reading {
    let mut reading = Reading { problems: found.problems, ..Reading::default() };
    let tool = Database::of(path).map_or("", Database::tool);
    let ecosystem = match release.map(OsRelease::shown_ecosystem) {
        Some(ecosystem) if fits(&ecosystem, tool) => ecosystem,
        // Packages of another tool than the distribution's own are not the distribution's.
        Some(_) => {
            let name = release.map_or("", |release| &release.id);
            let what = format!(
                "{tool} packages beside those of «{name}»: nobody writes advisories for them there; \
                 they are not evaluated"
            );
            if !found.packages.is_empty() {
                reading.problem(0, what);
            }
            unknown(&format!("{tool} on {name}"))
        }
        None => {
            if !found.packages.is_empty() {
                let what = "no os-release: the distribution of these packages is not known, so they are \
                            not evaluated";
                reading.problem(0, what);
            }
            unknown(tool)
        }
    };
    let naming = naming(ecosystem.base());
    let sources: HashSet<String> = match naming {
        Naming::Both => found.packages.iter().map(|package| package.name.clone()).collect(),
        Naming::Source | Naming::Binary => HashSet::new(),
    };
    for package in found.packages {
        let source =
            package.source.clone().unwrap_or((package.name.clone(), package.version.clone()));
        if naming != Naming::Binary && !(naming == Naming::Both && sources.contains(&source.0)) {
            push(&mut reading, &ecosystem, source, &package, Some(package.name.clone()));
        }
        if naming != Naming::Source {
            let own = (package.name.clone(), package.version.clone());
            push(&mut reading, &ecosystem, own, &package, None);
        }
    }
    reading
}

/// Is the tool the one that the ecosystem's packages are made for?
fn fits(ecosystem: &Ecosystem, tool: &str) -> bool {
    ecosystem.base() == Base::Other || ecosystem.base().purl_type() == tool
}

fn push(
    reading: &mut Reading,
    ecosystem: &Ecosystem,
    (name, version): (String, String),
    from: &DistributionPackage,
    package: Option<String>,
) {
    let mut component = pinned(ecosystem.base(), name, version, from.line);
    component.ecosystem = ecosystem.clone();
    component.scope = Scope::Runtime;
    if component.version.text().is_empty() {
        component.version = Declared::Absent;
    }
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let details = Details {
        package,
        architecture: some(&from.architecture),
        licences: some(&from.licence).into_iter().collect(),
        ..Details::default()
    };
    if let Some(index) = reading.push(component)
        && details != Details::default()
    {
        reading.details.insert(index, details);
    }
}
