//! Which packages did a scan meet, and at which versions?

use std::collections::HashMap;

use vocab::{Declared, Ecosystem};

use crate::scan::{Scanned, lies};

/// The versions that a scan met, by asset and package.
#[derive(Debug, Default)]
pub struct Inventory {
    pub(super) packages: HashMap<String, HashMap<String, Vec<Instance>>>,
    /// The real path of what was scanned, by asset.
    pub(super) folders: HashMap<String, String>,
}

/// A package as one place declares it.
#[derive(Debug, Clone)]
pub(super) struct Instance {
    pub(super) ecosystem: Ecosystem,
    pub(super) name: String,
    /// `None` where nothing exact is declared, or it is no release of the registry.
    pub(super) version: Option<String>,
}

impl Inventory {
    /// What a scan met.
    pub fn of(scanned: &Scanned) -> Self {
        let mut all = Self::default();
        for (asset, files) in scanned.report.assets.iter().zip(&scanned.gathered.assets) {
            if let Some(real) = &files.real {
                let root = lies::root(real);
                all.folders.insert(asset.id.clone(), root.to_string_lossy().into_owned());
            }
        }
        for package in &scanned.gathered.packages {
            let Some(asset) = scanned.report.assets.get(package.asset as usize) else { continue };
            let registry = !package.owned
                && package.origins.iter().all(|o| matches!(o, vocab::Origin::Registry));
            let instance = Instance {
                ecosystem: package.ecosystem.clone(),
                name: package.name.clone(),
                version: match &package.version {
                    Declared::Exact(version) if registry => Some(version.clone()),
                    _ => None,
                },
            };
            let kind = package.ecosystem.base().purl_type();
            let names =
                scanned.gathered.installed(package).into_iter().chain([package.name.clone()]);
            let packages = all.packages.entry(asset.id.clone()).or_default();
            for name in names {
                let instances = packages.entry(key(kind, &package.ecosystem, &name)).or_default();
                instances.push(instance.clone());
            }
        }
        all
    }
}

/// A package under whatever spelling a source has for it.
pub(super) fn key(kind: &str, ecosystem: &Ecosystem, name: &str) -> String {
    format!("{kind}/{}", ecosystem.normal_name(name)).to_lowercase()
}
