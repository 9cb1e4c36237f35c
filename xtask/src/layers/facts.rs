//! What does the workspace look like now?
//!
//! In: the workspace's folder. Out: [`Facts`], plain values. Reads `cargo metadata --no-deps` (so it
//! needs no network and no packages on disk), the manifests and the lock file. Never judges.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result};
use cargo_metadata::DependencyKind;

use crate::files;

/// The workspace as the rules see it.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Its packages.
    pub packages: Vec<Package>,
    /// Every package of the lock file by name: the names that it depends on, all versions together.
    pub locked: BTreeMap<String, BTreeSet<String>>,
    /// How many packages the lock file has.
    pub locked_count: usize,
    /// `exclude` of the root manifest.
    pub excluded: Vec<String>,
    /// Whether `fuzz/Cargo.toml` opens a workspace of its own; `None` when there is no such file.
    pub fuzz_is_apart: Option<bool>,
    /// Whether a `rust-toolchain` file pins the toolchain.
    pub toolchain_pin: bool,
}

/// One package of the workspace.
#[derive(Debug, Clone, Default)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its folder, relative to the workspace, `/`-separated.
    pub folder: String,
    /// What its manifest names.
    pub dependencies: Vec<Dependency>,
    /// Dependencies whose version stands in its own manifest.
    pub own_versions: Vec<String>,
    /// Whether `[lints] workspace = true` is there.
    pub shares_lints: bool,
}

/// One dependency of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// The package's name.
    pub name: String,
    /// Whether it is a package of this workspace.
    pub ours: bool,
    /// Whether only tests, examples and benches see it.
    pub in_tests: bool,
}

/// Reads the workspace below `root`.
pub fn gather(root: &Path) -> Result<Facts> {
    let metadata = cargo_metadata::MetadataCommand::new()
        .manifest_path(root.join("Cargo.toml"))
        .no_deps()
        .exec()
        .context("cargo metadata")?;
    let mut facts = Facts::default();
    for package in &metadata.packages {
        let manifest = package.manifest_path.as_std_path();
        let folder = manifest.parent().unwrap_or(root);
        let table = toml_of(manifest)?;
        facts.packages.push(Package {
            name: package.name.to_string(),
            folder: files::relative(root, folder),
            dependencies: package
                .dependencies
                .iter()
                .map(|d| Dependency {
                    name: d.name.clone(),
                    ours: d.path.is_some(),
                    in_tests: d.kind == DependencyKind::Development,
                })
                .collect(),
            own_versions: own_versions(&table),
            shares_lints: flag(&table, &["lints", "workspace"]),
        });
    }
    read_lock(&mut facts, &toml_of(&root.join("Cargo.lock"))?);
    let workspace = toml_of(&root.join("Cargo.toml"))?;
    facts.excluded = workspace
        .get("workspace")
        .and_then(|w| w.get("exclude"))
        .and_then(|e| e.as_array())
        .map(|a| a.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect())
        .unwrap_or_default();
    let fuzz = root.join("fuzz/Cargo.toml");
    if fuzz.is_file() {
        facts.fuzz_is_apart = Some(toml_of(&fuzz)?.contains_key("workspace"));
    }
    facts.toolchain_pin =
        ["rust-toolchain", "rust-toolchain.toml"].iter().any(|f| root.join(f).exists());
    Ok(facts)
}

fn toml_of(path: &Path) -> Result<toml::Table> {
    files::text(path)?.parse().with_context(|| path.display().to_string())
}

fn flag(table: &toml::Table, path: &[&str]) -> bool {
    let Some((last, folders)) = path.split_last() else { return false };
    let mut here = table;
    for name in folders {
        match here.get(*name).and_then(|v| v.as_table()) {
            Some(next) => here = next,
            None => return false,
        }
    }
    here.get(*last).and_then(|v| v.as_bool()).unwrap_or(false)
}

/// Dependencies that do not say `workspace = true`, in every table that may hold some.
fn own_versions(manifest: &toml::Table) -> Vec<String> {
    const TABLES: &[&str] = &["dependencies", "dev-dependencies", "build-dependencies"];
    let mut found = Vec::new();
    let mut scopes = vec![manifest];
    if let Some(targets) = manifest.get("target").and_then(|t| t.as_table()) {
        scopes.extend(targets.values().filter_map(|t| t.as_table()));
    }
    for scope in scopes {
        for dependencies in TABLES.iter().filter_map(|t| scope.get(*t)?.as_table()) {
            for (name, value) in dependencies {
                let inherited = value.get("workspace").and_then(|w| w.as_bool()).unwrap_or(false);
                if !inherited {
                    found.push(name.clone());
                }
            }
        }
    }
    found
}

fn read_lock(facts: &mut Facts, lock: &toml::Table) {
    let packages = lock.get("package").and_then(|p| p.as_array());
    for package in packages.into_iter().flatten() {
        facts.locked_count += 1;
        let Some(name) = package.get("name").and_then(|n| n.as_str()) else { continue };
        let needs = facts.locked.entry(name.to_owned()).or_default();
        let listed = package.get("dependencies").and_then(|d| d.as_array());
        for dependency in listed.into_iter().flatten().filter_map(|d| d.as_str()) {
            // `name`, or `name version` where several versions are locked.
            needs.insert(dependency.split(' ').next().unwrap_or(dependency).to_owned());
        }
    }
}
