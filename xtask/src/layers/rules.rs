//! Does the workspace keep its rules?
//!
//! In: [`Facts`]. Out: every violation as a sentence that names the package, the rule and the remedy.
//! Never reads anything. The rules are those of docs/ARCHITECTURE.md; their data stands in `table.rs`.

use std::collections::BTreeSet;

use super::facts::{Facts, Package};
use super::table::{
    BANNED_NAMES, BUILD_TIME, CRATES, Kind, LOCKED_PACKAGES, OWNED, Owned, REACHED_UNUSED, Row,
    TESTS_MAY_USE, VOCAB_DEPENDENCIES,
};

/// Everything in which the workspace departs from the table; empty when it keeps it.
pub fn violations(facts: &Facts) -> Vec<String> {
    let mut found = Vec::new();
    for package in &facts.packages {
        names(package, &mut found);
        arrows(package, &mut found);
        owners(package, &mut found);
        reach(package, facts, &mut found);
        manifest(package, &mut found);
    }
    house(facts, &mut found);
    found
}

fn row(name: &str) -> Option<&'static Row> {
    CRATES.iter().find(|row| row.name == name)
}

/// Rule 7: names that say something, and a place in the table for each crate.
fn names(package: &Package, found: &mut Vec<String>) {
    let name = &package.name;
    if name.split(['-', '_']).any(|word| BANNED_NAMES.contains(&word)) {
        found.push(format!("{name}: rule 7: a name that says nothing; call it by what it knows"));
    }
    if row(name).is_none() {
        found.push(format!("{name}: not in the table; give it a row in xtask/src/layers/table.rs"));
    }
    let outside = |d: &&super::facts::Dependency| !d.in_tests && !d.ours;
    let count = package.dependencies.iter().filter(outside).count();
    if name == "vocab" && count > VOCAB_DEPENDENCIES {
        found.push(format!("vocab: rule 7: {count} dependencies, {VOCAB_DEPENDENCIES} allowed"));
    }
}

/// Rules 1 and 6: who may name whom.
fn arrows(package: &Package, found: &mut Vec<String>) {
    let Some(row) = row(&package.name) else { return };
    for dependency in package.dependencies.iter().filter(|d| d.ours) {
        let name = dependency.name.as_str();
        let allowed = row.may_use.contains(&name)
            || (dependency.in_tests && TESTS_MAY_USE.contains(&name))
            || (dependency.in_tests && name == row.name);
        if !allowed {
            let tests = if dependency.in_tests { " in tests" } else { "" };
            found.push(format!(
                "{}: rule 1: may not name `{name}`{tests}; what it needs comes in as plain data from `app`",
                row.name
            ));
        }
    }
}

/// Rule 4: one owner for each outside thing.
fn owners(package: &Package, found: &mut Vec<String>) {
    for dependency in package.dependencies.iter().filter(|d| !d.ours) {
        for owned in OWNED.iter().filter(|o| o.crates.contains(&dependency.name.as_str())) {
            let is_owner = owned.owners.contains(&package.name.as_str());
            let allowed = is_owner || (dependency.in_tests && owned.in_tests);
            if !allowed {
                found.push(format!(
                    "{}: rule 4: `{}` brings {}, which belongs to {}",
                    package.name,
                    dependency.name,
                    owned.thing,
                    owned.owners.join(", ")
                ));
            }
        }
    }
}

/// Rule 2: a leaf or engine does not even reach the outside through what it uses.
fn reach(package: &Package, facts: &Facts, found: &mut Vec<String>) {
    if !row(&package.name).is_some_and(|r| matches!(r.kind, Kind::Leaf | Kind::Engine)) {
        return;
    }
    let deep: Vec<&Owned> = OWNED.iter().filter(|o| o.deep).collect();
    for dependency in package.dependencies.iter().filter(|d| !d.ours && !d.in_tests) {
        let unused = REACHED_UNUSED
            .iter()
            .filter(|(own, through, _)| *own == package.name && *through == dependency.name)
            .flat_map(|(_, _, reached)| *reached);
        let unused: BTreeSet<&str> = unused.copied().collect();
        let reached = closure(&dependency.name, facts);
        for reached in reached.iter().filter(|name| !unused.contains(name.as_str())) {
            for owned in deep.iter().filter(|o| o.crates.contains(&reached.as_str())) {
                found.push(format!(
                    "{}: rule 2: reaches {} (`{reached}`, through `{}`)",
                    package.name, owned.thing, dependency.name
                ));
            }
        }
    }
}

/// What a package needs, by the lock file; itself and what runs while building are left out.
fn closure(name: &str, facts: &Facts) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut open = vec![name];
    while let Some(next) = open.pop() {
        for needed in facts.locked.get(next).into_iter().flatten() {
            if !BUILD_TIME.contains(&needed.as_str()) && seen.insert(needed.clone()) {
                open.push(needed);
            }
        }
    }
    seen.remove(name);
    seen
}

fn manifest(package: &Package, found: &mut Vec<String>) {
    let name = &package.name;
    for dependency in &package.own_versions {
        found.push(format!(
            "{name}: `{dependency}` has its version here; versions stand in [workspace.dependencies] only"
        ));
    }
    if !package.shares_lints {
        found.push(format!("{name}: `[lints] workspace = true` is missing"));
    }
    if package.folder == "fuzz" || package.folder.starts_with("fuzz/") {
        found.push(format!("{name}: fuzz targets are a workspace of their own"));
    }
}

fn house(facts: &Facts, found: &mut Vec<String>) {
    if facts.locked_count >= LOCKED_PACKAGES {
        found.push(format!(
            "Cargo.lock: {} packages; it stays under {LOCKED_PACKAGES}",
            facts.locked_count
        ));
    }
    if facts.fuzz_is_apart == Some(false) {
        found
            .push("fuzz/Cargo.toml: has no [workspace]; it is to be a workspace of its own".into());
    }
    if !facts.excluded.iter().any(|e| e == "fuzz") {
        found.push("Cargo.toml: `fuzz` is not in workspace.exclude".into());
    }
    if facts.toolchain_pin {
        found.push(
            "rust-toolchain: the toolchain is not pinned; `rust-version` says the floor".into(),
        );
    }
}
