//! How does what a scan met stand in a bill of materials?
//!
//! Every package of every asset, also those that were not evaluated, with the facts by which a later scan
//! of the bill comes to the same findings. One asset is the bill's subject; several are components that
//! hold their packages as parts.

use formats::sbom::{Bill, Component, ComponentType};
use inventory::sbom::{Found, entry};
use vocab::Origin;

use super::gather::{AssetFiles, Gathered, Kind, Package};
use crate::report::Asset;

/// Most places written of one package.
const MAX_PLACES: usize = 5;

/// The bill of a scan; `assets` are the report's, in the same order.
pub(super) fn bill(gathered: &Gathered, assets: &[Asset]) -> Bill {
    let single = assets.len() == 1;
    let mut bill = Bill {
        revision: 1,
        name: assets.first().filter(|_| single).map(|a| a.id.clone()),
        subjects: (0..assets.len()).map(number).collect(),
        components: assets.iter().zip(&gathered.assets).map(subject).collect(),
        ..Bill::default()
    };
    let first = bill.components.len();
    for package in &gathered.packages {
        let parent = (!single).then_some(package.asset);
        bill.components.push(Component { parent, ..component(gathered, package) });
    }
    let at = |package: u32| number(first).saturating_add(package);
    for file in &gathered.readings {
        let of = |component: u32| file.packages.get(component as usize).copied();
        let edges = file.requires.iter().filter_map(|(from, to)| Some((of(*from)?, of(*to)?)));
        bill.dependencies.extend(edges.filter(|(a, b)| a != b).map(|(a, b)| (at(a), at(b))));
    }
    for (index, package) in gathered.packages.iter().enumerate() {
        if package.direct == Some(true) || package.is_first_party() {
            bill.dependencies.push((package.asset, at(number(index))));
        }
    }
    bill.dependencies.sort_unstable();
    bill.dependencies.dedup();
    bill
}

fn subject((asset, files): (&Asset, &AssetFiles)) -> Component {
    let (kind, version) = match files.kind {
        Kind::Repository | Kind::Sbom => (ComponentType::Application, None),
        Kind::System => (ComponentType::OperatingSystem, None),
        Kind::Image => (ComponentType::Container, files.digest.clone()),
    };
    let digest = files.digest.as_deref().and_then(|d| d.strip_prefix("sha256:"));
    Component {
        kind,
        name: asset.id.clone(),
        version,
        hashes: digest.map(|hex| ("SHA-256".to_owned(), hex.to_owned())).into_iter().collect(),
        ..Component::default()
    }
}

fn component(gathered: &Gathered, package: &Package) -> Component {
    let files = package
        .seen
        .iter()
        .filter_map(|seen| Some((seen, gathered.readings.get(seen.reading as usize)?)));
    let details = files.clone().find_map(|(seen, file)| file.details.get(&seen.component));
    let found = Found {
        places: gathered
            .places(package)
            .into_iter()
            .take(MAX_PLACES)
            .map(
                |p| if p.line == 0 { p.path.to_string() } else { format!("{}:{}", p.path, p.line) },
            )
            .collect(),
        layer: files.into_iter().find_map(|(_, file)| file.layer.as_ref().map(|l| l.to_string())),
    };
    let component = vocab::Component {
        ecosystem: package.ecosystem.clone(),
        name: package.name.clone(),
        version: package.version.clone(),
        origin: origin(package),
        scope: package.scope,
        direct: package.direct,
        line: 0,
    };
    entry(&component, details, &found)
}

/// Of several origins the least certain: it decided the verdict, and must decide it again.
fn origin(package: &Package) -> Origin {
    let rank = |origin: &&Origin| match origin {
        Origin::Registry => 0,
        Origin::Foreign(_) => 1,
        Origin::Git { .. } => 2,
        Origin::FirstParty => 3,
    };
    package.origins.iter().max_by_key(rank).cloned().unwrap_or_default()
}

/// Counts are bounded by `inventory::reading::MAX_COMPONENTS`.
fn number(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
