//! What do the facts of one root say together?
//!
//! In: the facts in any order. Out: [`Installed`]: the distribution, its packages as components of its
//! OSV ecosystem, and the software beside them with the package that owns it. Packages of a system that
//! nobody evaluates are components as well, of an ecosystem that no advisory bears; none is dropped.

use std::collections::{HashMap, HashSet};

use vocab::{Base, Declared, Ecosystem, Origin, Scope};

use super::naming::{Naming, naming};
use super::os_release::unknown;
use super::paths::{Database, merged, relative};
use super::{DistributionPackage, Fact, Installed, InstalledReading, OsRelease, Packages};
use super::{EMPTY, end_of_life};
use crate::reading::{Details, Reading, pinned};
use crate::text;

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
                // A file of a layer above the database was put there by somebody else.
                match owners.get(&*merged(&path)) {
                    Some((owner, since)) if layer <= *since => reading.belongs_to(owner),
                    _ => {}
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

/// The package that owns a file, and the layer in which its database says so.
type Owner = (String, Option<u32>);

/// The owners of the files that told of software.
fn owners(facts: &[(String, Option<u32>, Fact)]) -> HashMap<String, Owner> {
    let told: HashSet<_> = facts
        .iter()
        .filter(|(path, _, fact)| matches!(fact, Fact::Software(_)) && !is_add_on(path))
        .map(|(path, _, _)| merged(path))
        .collect();
    let others = of_other_vendors(facts);
    let mut owners: HashMap<String, Owner> = HashMap::new();
    let mut add = |package: &str, layer: Option<u32>, files: &[String]| {
        if others.contains(package) {
            return;
        }
        for path in files.iter().map(|file| merged(file)).filter(|path| told.contains(path)) {
            let owner = owners.entry(path.into_owned()).or_insert_with(|| (package.into(), layer));
            if owner.1 < layer {
                *owner = (package.to_owned(), layer);
            }
        }
    };
    for (_, layer, fact) in facts {
        match fact {
            Fact::Owned(owned) => add(&owned.package, *layer, &owned.files),
            Fact::Packages(found) => {
                found.packages.iter().for_each(|p| add(&p.name, *layer, &p.files));
            }
            Fact::Release(_) | Fact::Software(_) => {}
        }
    }
    owners
}

/// Whether a file lies where no distribution puts its own software (Filesystem Hierarchy Standard 3.0,
/// `/opt`, `/srv`, `/usr/local`): a package that owns it is a vendor's, with a runtime of its own as
/// likely as not, and the distribution's advisories do not speak of it.
fn is_add_on(path: &str) -> bool {
    let path = relative(path);
    ["home/", "opt/", "root/", "srv/", "usr/local/"].iter().any(|folder| path.starts_with(folder))
}

/// The packages that somebody else than the distribution built.
fn of_other_vendors(facts: &[(String, Option<u32>, Fact)]) -> HashSet<&str> {
    let mut others = HashSet::new();
    for (_, _, fact) in facts {
        if let Fact::Packages(found) = fact {
            let usual = usual_vendor(&found.packages);
            let of_others = found.packages.iter().filter(|p| is_other_vendor(p, usual));
            others.extend(of_others.map(|package| package.name.as_str()));
        }
    }
    others
}

/// The vendor of most packages of a database: the distribution itself. dpkg's packages name none.
fn usual_vendor(packages: &[DistributionPackage]) -> &str {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for package in packages {
        *counts.entry(&package.vendor).or_default() += 1;
    }
    let most = counts.into_iter().max_by_key(|(vendor, count)| (*count, *vendor));
    most.map_or("", |(vendor, _)| vendor)
}

/// Whether a package says that it was built by somebody else than most. SUSE signs a part of openSUSE.
fn is_other_vendor(package: &DistributionPackage, usual: &str) -> bool {
    let suse = |vendor: &str| vendor.to_ascii_lowercase().contains("suse");
    let vendor = package.vendor.as_str();
    !vendor.is_empty() && vendor != usual && !(suse(vendor) && suse(usual))
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
    // A source that is installed under its own name need not be asked twice; one at another version must.
    let own = |package: &DistributionPackage| (package.name.clone(), package.version.clone());
    let sources: HashSet<(String, String)> = match naming {
        Naming::Both => found.packages.iter().map(own).collect(),
        Naming::Source | Naming::Installed => HashSet::new(),
    };
    let usual = usual_vendor(&found.packages).to_owned();
    for package in found.packages {
        let source = package.source.clone().unwrap_or_else(|| own(&package));
        let origin = match is_other_vendor(&package, &usual) {
            // Nobody else's advisories speak of it, unless they know the very name.
            true => Origin::Foreign(format!("built by «{}»", text::short(&package.vendor))),
            false => Origin::Registry,
        };
        if naming != Naming::Installed && !(naming == Naming::Both && sources.contains(&source)) {
            let installed = Some(package.name.clone());
            push(&mut reading, &ecosystem, source, &package, (installed, origin.clone()));
        }
        if naming != Naming::Source {
            push(&mut reading, &ecosystem, own(&package), &package, (None, origin));
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
    (package, origin): (Option<String>, Origin),
) {
    let mut component = pinned(ecosystem.base(), name, version, from.line);
    component.ecosystem = ecosystem.clone();
    component.scope = Scope::Runtime;
    component.origin = origin;
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
