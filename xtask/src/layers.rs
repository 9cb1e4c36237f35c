//! Does every crate keep to its layer (docs/ARCHITECTURE.md, rules 1-7)?
//!
//! In: the workspace's folder. Out: the list of violations, one sentence each. The rules are data in
//! `layers/table.rs`, the facts come from `cargo metadata`, the manifests and the lock file, and
//! `layers/rules.rs` compares the two. Runs as `cargo xtask layers` and as a test.

mod facts;
mod rules;
mod table;

use std::path::Path;

use anyhow::Result;

/// What the workspace below `root` departs from; empty when it keeps every rule.
pub fn check(root: &Path) -> Result<Vec<String>> {
    Ok(rules::violations(&facts::gather(root)?))
}

#[cfg(test)]
mod tests {
    use super::facts::{Dependency, Facts, Package};
    use super::rules::violations;

    /// A workspace that keeps every rule, with one package as given.
    fn workspace(package: Package) -> Facts {
        Facts {
            packages: vec![package],
            excluded: vec!["fuzz".into()],
            fuzz_is_apart: Some(true),
            ..Facts::default()
        }
    }

    /// `uses`: names; `~` before a name: in tests; `+`: of this workspace.
    fn package(name: &str, uses: &[&str]) -> Package {
        let dependencies = uses
            .iter()
            .map(|u| Dependency {
                name: u.trim_start_matches(['~', '+']).into(),
                ours: u.contains('+'),
                in_tests: u.contains('~'),
            })
            .collect();
        let folder = format!("crates/{name}");
        Package {
            name: name.into(),
            folder,
            dependencies,
            shares_lints: true,
            ..Package::default()
        }
    }

    fn check(name: &str, uses: &[&str], expect: &[&str]) {
        let found = violations(&workspace(package(name, uses)));
        let matched = found.len() == expect.len()
            && found.iter().zip(expect).all(|(have, want)| have.contains(want));
        assert!(matched, "{name} {uses:?}: {found:#?}, expected {expect:?}");
    }

    #[test]
    fn this_workspace_keeps_its_layers() {
        let root = crate::files::root().expect("the workspace");
        let found = super::check(&root).expect("metadata");
        assert!(found.is_empty(), "{}", found.join("\n"));
    }

    #[test]
    fn engines_never_name_each_other_nor_a_door() {
        check("triage", &["+vocab", "+versions", "+formats", "serde"], &[]);
        check("triage", &["+intel"], &["may not name `intel`"]);
        check("triage", &["+ledger", "+fetch"], &["`ledger`", "`fetch`"]);
        check("triage", &["~+intel"], &["may not name `intel` in tests"]);
        check("triage", &["~+testkit", "~proptest"], &[]);
        check("triage", &["+testkit"], &["may not name `testkit`"]);
        check("versions", &["+formats"], &["may not name `formats`"]);
        check("vocab", &["+versions"], &["may not name `versions`"]);
    }

    #[test]
    fn surfaces_have_no_line_to_the_ledger() {
        check("cli", &["+app", "+server", "+formats", "clap", "anyhow"], &[]);
        check("cli", &["+ledger"], &["may not name `ledger`"]);
        check("cli", &["+intel"], &["may not name `intel`"]);
        check("server", &["+ledger"], &["may not name `ledger`"]);
        check("server", &["+cli"], &["may not name `cli`"]);
        check("app", &["+server"], &["may not name `server`"]);
        check("fetch", &["+app"], &["may not name `app`"]);
    }

    #[test]
    fn each_outside_thing_has_one_owner() {
        check("fetch", &["ureq"], &[]);
        check("app", &["ureq"], &["HTTP client"]);
        check("cli", &["~reqwest"], &["HTTP client"]);
        check("app", &["rusqlite"], &["database driver"]);
        check("inventory", &["rusqlite"], &[]);
        check("intel", &["rusqlite"], &["database driver"]);
        check("app", &["clap"], &["arguments and terminal"]);
        check("intel", &["anyhow"], &["anyhow"]);
        check("intel", &["~anyhow"], &[]);
        check("app", &["memmap2", "ignore", "rayon"], &[]);
        check("intel", &["memmap2"], &["walking and mapping"]);
        check("cli", &["walkdir"], &["walking and mapping"]);
        check("detect", &["tokio"], &["async runtime"]);
        check("remedy", &["rand"], &["randomness"]);
        check("remedy", &["~rand"], &[]);
    }

    #[test]
    fn engines_do_not_reach_the_outside_through_others() {
        let mut facts = workspace(package("intel", &["innocent", "blameless", "~curious"]));
        let link = |from: &str, to: &str| (from.to_owned(), [to.to_owned()].into());
        facts.locked = [
            link("innocent", "middle"),
            link("blameless", "cc"),
            link("cc", "getrandom"),
            link("middle", "tokio"),
            link("tokio", "middle"),
            link("curious", "reqwest"),
        ]
        .into();
        let found = violations(&facts);
        assert_eq!(
            found,
            ["intel: rule 2: reaches an async runtime (`tokio`, through `innocent`)"],
            "tests and build scripts may reach it, engines may not"
        );
    }

    #[test]
    fn names_and_the_size_of_vocab_are_checked() {
        check("common", &[], &["rule 7", "not in the table"]);
        check("feed-utils", &[], &["rule 7", "not in the table"]);
        check("novelty", &[], &["not in the table"]);
        check("vocab", &["a", "b", "c", "d", "e", "~f"], &[]);
        check("vocab", &["a", "b", "c", "d", "e", "f"], &["6 dependencies"]);
    }

    #[test]
    fn the_house_keeps_its_own_rules() {
        let fit = |change: fn(&mut Facts), expect: &str| {
            let mut facts = workspace(package("vocab", &[]));
            assert!(violations(&facts).is_empty());
            change(&mut facts);
            let found = violations(&facts);
            assert!(found.len() == 1 && found[0].contains(expect), "{found:?}");
        };
        fit(|f| f.locked_count = 400, "400 packages");
        fit(|f| f.fuzz_is_apart = Some(false), "workspace of its own");
        fit(|f| f.excluded.clear(), "workspace.exclude");
        fit(|f| f.toolchain_pin = true, "not pinned");
        fit(|f| f.packages[0].own_versions.push("serde".into()), "`serde` has its version here");
        fit(|f| f.packages[0].shares_lints = false, "lints");
        fit(|f| f.packages[0].folder = "fuzz".into(), "workspace of their own");
    }
}
