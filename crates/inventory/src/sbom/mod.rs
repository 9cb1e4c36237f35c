//! Which components does a bill of materials name, and how does a component stand in one?
//!
//! In: a [`formats::sbom::Bill`]. Out: a [`Reading`] with everything that is a package, in the order of
//! the bill. And back: [`entry`], so that a bill written from a scan and read again gives the same
//! components. Never: a CPE evaluated, a name guessed.
//!
//! Rules, where formats leave it open:
//! - What the bill is about is first-party, unless it is a distribution's package or the bill lists
//!   nothing else and it has a package URL: then it is evaluated like any other. Of several subjects,
//!   first-party are those that have parts or require something.
//! - Without a package URL, files, data, cryptographic assets and models are no packages: [`passed_over`]
//!   counts them. So are headings: an application, container, platform or operating system without a
//!   version whose content the bill lists, and an operating system whose packages the bill lists.
//! - Everything else without a package URL is a component that is not evaluated.

mod distribution;
mod facts;
mod package;

use std::collections::{BTreeMap, HashSet};

use formats::sbom::{self, Bill, ComponentType, Scope as Needed};
use vocab::purl::parse;
use vocab::{Component, Declared, Origin, Scope};

use crate::system::naming::{Naming, naming};
use crate::{Details, Reading};
use distribution::System;
use package::Package;

pub use facts::{entry, found};

/// Where a scan met a component; written into a bill and found there again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// `path:line`, or the path alone.
    pub places: Vec<String>,
    /// The image layer's digest.
    pub layer: Option<String>,
}

/// The components of a bill, without what [`passed_over`] counts; `requires` and `details` have the
/// reading's own indices. The bill's problems stand first among the reading's.
pub fn components(bill: &Bill) -> Reading {
    let view = View::of(bill);
    let mut reading = Reading::default();
    for problem in &bill.problems {
        let what = match problem.place.as_str() {
            "" => problem.what.clone(),
            place => format!("{place}: {}", problem.what),
        };
        reading.problem(problem.line, what);
    }
    if bill.components.is_empty() {
        reading.problem(0, "the bill of materials lists no component");
    }
    let mut index: Vec<Option<u32>> = Vec::with_capacity(bill.components.len());
    let mut further = Vec::new();
    let mut sources = Sources::default();
    for (number, entry) in bill.components.iter().enumerate() {
        if view.is_passed_over(number, entry) {
            index.push(None);
            continue;
        }
        let origin = view.origin(number, entry);
        let read = facts::read(entry);
        let (component, details, others) = match read {
            Some((component, details)) => (component, details, Vec::new()),
            None => foreign(entry, origin, &view, &mut reading, &mut sources),
        };
        further.extend(others);
        let added = reading.push(component);
        if let Some(added) = added.filter(|_| details != Details::default()) {
            reading.details.insert(added, details);
        }
        index.push(added);
    }
    let at = |i: u32| index.get(i as usize).copied().flatten();
    let edges = bill.dependencies.iter();
    reading.requires.extend(edges.filter_map(|(from, to)| Some((at(*from)?, at(*to)?))));
    for (component, details) in further {
        if let Some(added) = reading.push(component) {
            reading.details.insert(added, details);
        }
    }
    sources.tell(&mut reading);
    mark_direct(&mut reading);
    reading
}

/// What a bill lists that is no package, counted by type.
pub fn passed_over(bill: &Bill) -> Vec<(ComponentType, usize)> {
    let view = View::of(bill);
    let mut counts: BTreeMap<ComponentType, usize> = BTreeMap::new();
    for (number, entry) in bill.components.iter().enumerate() {
        if view.is_passed_over(number, entry) {
            *counts.entry(entry.kind).or_default() += 1;
        }
    }
    counts.into_iter().collect()
}

/// What has to be known of the whole bill to say what one component is.
struct View {
    subjects: HashSet<u32>,
    /// Components that have parts or require something.
    headings: HashSet<u32>,
    /// Whether there is anything but subjects.
    others: bool,
    /// Whether packages of a distribution are listed.
    installed: bool,
    system: Option<System>,
}

impl View {
    fn of(bill: &Bill) -> Self {
        let subjects: HashSet<u32> = bill.subjects.iter().copied().collect();
        let mut headings: HashSet<u32> = bill.components.iter().filter_map(|c| c.parent).collect();
        headings.extend(bill.dependencies.iter().map(|(from, _)| *from));
        let is_system =
            |c: &&sbom::Component| c.kind == ComponentType::OperatingSystem && c.version.is_some();
        let system = bill.components.iter().find(is_system).map(|c| System {
            id: distribution::id(&c.name),
            version: c.version.clone().unwrap_or_default(),
        });
        Self {
            others: bill.components.len() > subjects.len(),
            installed: bill.components.iter().any(is_installed),
            subjects,
            headings,
            system,
        }
    }

    fn is_passed_over(&self, number: usize, entry: &sbom::Component) -> bool {
        use ComponentType as T;
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        let ours = entry.properties.iter().any(|(name, _)| name == "gabion:ecosystem");
        if entry.purl.is_some() || ours || self.subjects.contains(&number) {
            return false;
        }
        match entry.kind {
            T::File | T::Data | T::CryptographicAsset | T::MachineLearningModel => true,
            T::OperatingSystem if self.installed => true,
            T::Application | T::Container | T::Platform | T::OperatingSystem => {
                entry.version.is_none() && self.headings.contains(&number)
            }
            _ => false,
        }
    }

    fn origin(&self, number: usize, entry: &sbom::Component) -> Origin {
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        let own = self.subjects.contains(&number)
            && !is_installed(entry)
            && match self.subjects.len() {
                _ if entry.purl.is_none() => true,
                1 => self.others,
                _ => self.headings.contains(&number),
            };
        if own { Origin::FirstParty } else { Origin::Registry }
    }
}

/// Whether a component is a distribution's package.
fn is_installed(entry: &sbom::Component) -> bool {
    let kind = entry.purl.as_deref().and_then(|purl| purl.get(..8));
    kind.is_some_and(|kind| matches!(kind, "pkg:deb/" | "pkg:rpm/" | "pkg:apk/"))
}

/// Whether bills tell the source packages that advisories name.
#[derive(Default)]
struct Sources {
    told: bool,
    untold: usize,
}

impl Sources {
    fn count(&mut self, package: &Package) {
        let by_source = naming(package.ecosystem.base()) != Naming::Installed;
        match package.source_told {
            Some(true) => self.told = true,
            Some(false) if by_source => self.untold += 1,
            _ => {}
        }
    }

    /// A tool that leaves the source out where it has the package's name tells it of some; one that
    /// tells it of none may not know it.
    fn tell(&self, reading: &mut Reading) {
        if self.untold > 0 && !self.told {
            let what = format!(
                "the source package is told of none of {} packages of a distribution; advisories name \
                 source packages, so those that are called otherwise were not met",
                self.untold
            );
            reading.problem(0, what);
        }
    }
}

type Further = Vec<(Component, Details)>;

/// A component of another tool's bill, and what else it is.
fn foreign(
    entry: &sbom::Component,
    origin: Origin,
    view: &View,
    reading: &mut Reading,
    sources: &mut Sources,
) -> (Component, Details, Further) {
    let (mut packages, sound) = package::packages(entry, view.system.as_ref());
    if !sound {
        let purl = entry.purl.as_deref().unwrap_or_default();
        let what = format!("`{}` is no package URL", crate::text::short(purl));
        reading.problem(entry.line, what);
    }
    let more = entry.properties.iter().filter(|(name, _)| name == "purl");
    for purl in more.filter_map(|(_, purl)| parse(purl)) {
        for package in package::of_purl(&purl, entry, view.system.as_ref()) {
            if !packages.contains(&package) {
                packages.push(package);
            }
        }
    }
    let mut made = packages.into_iter().map(|package| {
        sources.count(&package);
        let component = Component {
            ecosystem: package.ecosystem,
            name: package.name,
            version: declared(Some(&package.version)),
            origin: origin.clone(),
            scope: scope(entry),
            direct: None,
            line: entry.line,
        };
        let told = details(entry);
        let details =
            Details { package: package.installed, architecture: package.architecture, ..told };
        (component, details)
    });
    let (component, details) = made.next().unwrap_or_else(|| {
        let component = crate::reading::pinned(vocab::Base::Other, &entry.name, "", entry.line);
        (component, Details::default())
    });
    (component, details, made.collect())
}

fn declared(version: Option<&str>) -> Declared {
    match version.map(str::trim).filter(|version| !version.is_empty()) {
        Some(version) => Declared::Exact(version.to_owned()),
        None => Declared::Absent,
    }
}

/// Properties by which tools mark what is needed to develop only (CycloneDX property taxonomy).
const DEVELOPMENT: [&str; 2] =
    ["cdx:npm:package:development", "cdx:composer:package:isDevRequirement"];

fn scope(entry: &sbom::Component) -> Scope {
    let marked =
        |(name, value): &(String, String)| DEVELOPMENT.contains(&name.as_str()) && value == "true";
    match entry.scope {
        Some(Needed::Excluded) => Scope::Development,
        _ if entry.properties.iter().any(marked) => Scope::Development,
        Some(Needed::Required) => Scope::Runtime,
        Some(Needed::Optional) => Scope::Optional,
        None => Scope::Unknown,
    }
}

fn details(entry: &sbom::Component) -> Details {
    Details {
        purl: entry.purl.clone(),
        cpes: entry.cpes.clone(),
        hashes: entry.hashes.clone(),
        licences: entry.licences.clone(),
        ..Details::default()
    }
}

/// Direct is what a subject requires, where the bill tells whom it requires and has not said itself.
fn mark_direct(reading: &mut Reading) {
    let own =
        |i: u32| reading.components.get(i as usize).is_some_and(|c| c.origin == Origin::FirstParty);
    let told = reading.components.iter().any(|c| c.direct.is_some());
    if !told && reading.requires.iter().any(|(from, _)| own(*from)) {
        reading.mark_direct();
    }
}
