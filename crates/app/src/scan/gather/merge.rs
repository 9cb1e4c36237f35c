//! What of all that was told is the same package?

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use inventory::Details;
use vocab::{Component, Ecosystem, Origin};

use super::{FileReading, MAX_PLACES, Package, Seen, Told, index};

/// Most origins kept for one package; a further one cannot make it less certain.
const MAX_ORIGINS: usize = 16;

/// Asset, ecosystem, normal name, the version's text, whether that is a version, whether it is the
/// project's own, whether a distribution's package brought it: a range is not the version of the same
/// text, and what somebody installed beside the distribution's own copy has nobody who speaks for it.
type Key<'a> = (u32, &'a Ecosystem, Cow<'a, str>, &'a str, bool, bool, bool);

/// Merges declarations of the same package version on the same asset.
pub(super) fn merge(read: Vec<Told>) -> (Vec<Package>, Vec<FileReading>) {
    let (count, ids) = numbered(&read);
    let mut packages: Vec<Package> = Vec::with_capacity(count);
    let mut readings = Vec::with_capacity(read.len());
    for ((at, Told { source, reading }), ids) in read.into_iter().enumerate().zip(ids) {
        let asset = source.asset;
        for ((number, component), id) in reading.components.into_iter().enumerate().zip(&ids) {
            let seen = Seen { reading: index(at), component: index(number), line: component.line };
            match packages.get_mut(*id as usize) {
                Some(package) => add(package, &component, seen),
                None => packages.push(Package {
                    asset,
                    ecosystem: component.ecosystem,
                    name: component.name,
                    version: component.version,
                    origins: vec![component.origin],
                    scope: component.scope,
                    direct: component.direct,
                    seen: vec![seen],
                    more: false,
                    owned: is_owned(&reading.details, number),
                }),
            }
        }
        readings.push(FileReading {
            asset,
            path: source.shown.into(),
            full: source.full,
            layer: source.layer,
            details: reading.details,
            packages: ids,
            requires: reading.requires,
        });
    }
    (packages, readings)
}

/// Which package each component is, counted in the order in which packages are first met.
fn numbered(read: &[Told]) -> (usize, Vec<Vec<u32>>) {
    let most = read.iter().map(|told| told.reading.components.len()).sum();
    let mut known: HashMap<Key<'_>, u32, foldhash::fast::RandomState> = HashMap::default();
    known.reserve(most);
    let ids = read.iter().map(|Told { source, reading }| {
        let components = reading.components.iter().enumerate().map(|(number, component)| {
            let name = component.ecosystem.normal_name(&component.name);
            let version = &component.version;
            let key = (
                source.asset,
                &component.ecosystem,
                name,
                version.text(),
                version.exact().is_some(),
                component.origin == Origin::FirstParty,
                is_owned(&reading.details, number),
            );
            let next = index(known.len());
            *known.entry(key).or_insert(next)
        });
        components.collect()
    });
    let ids = ids.collect();
    (known.len(), ids)
}

fn add(package: &mut Package, component: &Component, seen: Seen) {
    package.scope = package.scope.min(component.scope);
    package.direct = match (package.direct, component.direct) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (a, b) => a.or(b),
    };
    if !package.origins.contains(&component.origin) && package.origins.len() < MAX_ORIGINS {
        package.origins.push(component.origin.clone());
    }
    if package.seen.len() < MAX_PLACES {
        package.seen.push(seen);
    } else {
        package.more = true;
    }
}

fn is_owned(details: &BTreeMap<u32, Details>, number: usize) -> bool {
    !details.is_empty() && details.get(&index(number)).is_some_and(|d| d.owned_by.is_some())
}
