//! What holds for every plan.

use std::collections::BTreeMap;

use proptest::prelude::*;
use remedy::{Action, Affected, Candidate, FindingRef, Hop, plan};
use versions::Scheme;
use vocab::{Ecosystem, Scope};

const ECOSYSTEMS: [&str; 6] = ["crates.io", "npm", "PyPI", "Go", "Maven", "Nobody"];
const FILES: [&str; 4] = ["Cargo.lock", "web/yarn.lock", "uv.lock", "odd"];

fn version() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (0u8..3, 0u8..3, 0u8..4).prop_map(|(a, b, c)| format!("{a}.{b}.{c}")),
        1 => (0u8..3, 0u8..3).prop_map(|(a, b)| format!("{a}.{b}.0-rc.1")),
        1 => "[ -~]{0,6}",
    ]
}

/// A package whose findings are numbered later, so that an id belongs to one package only.
fn package() -> impl Strategy<Value = Affected> {
    let finding = (prop::option::of(0i64..5), any::<bool>()).prop_map(|(due, emergency)| {
        let due = due.and_then(|day| vocab::Instant::from_second(1_795_000_000 + day).ok());
        FindingRef { id: String::new(), due, emergency }
    });
    let candidate = (version(), prop::collection::vec(0usize..6, 0..4), any::<bool>());
    let names = prop_oneof![Just("a".to_owned()), Just("b".to_owned()), "[ -~é|%]{0,5}"];
    (
        (0usize..ECOSYSTEMS.len(), names, version(), any::<bool>(), any::<bool>()),
        prop::collection::vec(finding, 0..5),
        prop::collection::vec(candidate, 0..5),
        (prop::option::of(any::<bool>()), prop::option::of("x|y"), 0usize..FILES.len()),
    )
        .prop_map(|((eco, name, version, malicious, git), findings, candidates, rest)| {
            Affected {
                asset: "asset".into(),
                ecosystem: Ecosystem::parse(ECOSYSTEMS[eco]),
                paths: vec![vec![Hop { name: "top".into(), version: "1".into() }]],
                name,
                version,
                scope: Scope::Runtime,
                malicious,
                findings,
                candidates: candidates
                    .into_iter()
                    .map(|(version, still, evaluated)| Candidate {
                        version,
                        still_affected_by: still.iter().map(|n| n.to_string()).collect(),
                        evaluated,
                        malicious: false,
                    })
                    .collect(),
                direct: rest.0,
                files: vec![FILES[rest.2].into()],
                owner: rest.1,
                git,
                installed: Vec::new(),
                image: false,
            }
        })
}

fn packages() -> impl Strategy<Value = Vec<Affected>> {
    prop::collection::vec(package(), 0..8).prop_map(|mut packages| {
        for (at, package) in packages.iter_mut().enumerate() {
            package.malicious &= at % 3 == 0;
            for (n, finding) in package.findings.iter_mut().enumerate() {
                finding.id = format!("{at}.{n}");
            }
            for candidate in &mut package.candidates {
                for id in &mut candidate.still_affected_by {
                    *id = format!("{at}.{id}");
                }
            }
        }
        packages
    })
}

proptest! {
    #[test]
    fn every_finding_stands_in_exactly_one_row(packages in packages()) {
        let mut count: BTreeMap<String, usize> = BTreeMap::new();
        for fix in plan(&packages) {
            for id in fix.closes.iter().chain(&fix.leaves) {
                *count.entry(id.clone()).or_default() += 1;
            }
        }
        let given = packages.iter().flat_map(|p| &p.findings).map(|f| (f.id.clone(), 1));
        prop_assert_eq!(count, given.collect::<BTreeMap<_, _>>());
    }

    #[test]
    fn no_more_rows_than_packages_and_each_with_an_id_of_its_own(packages in packages()) {
        let fixes = plan(&packages);
        prop_assert!(fixes.len() <= packages.iter().filter(|p| !p.findings.is_empty()).count());
        let mut ids: Vec<_> = fixes.iter().map(|fix| &fix.id).collect();
        ids.sort();
        ids.dedup();
        prop_assert_eq!(ids.len(), fixes.len());
    }

    #[test]
    fn every_target_is_judged_above_all_present_versions_and_closes_what_it_says(
        packages in packages()
    ) {
        for fix in plan(&packages) {
            let Some(to) = &fix.to else {
                prop_assert!(matches!(fix.action, Action::Remove | Action::Mitigate));
                continue;
            };
            prop_assert!(!fix.closes.is_empty());
            let scheme = Scheme::of(&fix.ecosystem).expect("a target needs an order");
            for from in &fix.from {
                prop_assert_eq!(scheme.compare(from, to).ok(), Some(std::cmp::Ordering::Less));
            }
            let same = packages.iter().filter(|p| p.ecosystem == fix.ecosystem);
            let judged: Vec<&Candidate> = same
                .flat_map(|p| &p.candidates)
                .filter(|c| c.evaluated && &c.version == to)
                .collect();
            prop_assert!(!judged.is_empty());
            let clean = judged.iter().any(|c| c.still_affected_by.is_empty());
            for id in &fix.closes {
                let own = id.split('.').next().and_then(|at| at.parse::<usize>().ok());
                let own = &packages[own.expect("ids begin with the package's number")].candidates;
                let ends = |c: &Candidate| {
                    c.evaluated && &c.version == to && !c.still_affected_by.contains(id)
                };
                prop_assert!(clean || own.iter().any(ends), "{} does not end", id);
            }
        }
    }

    #[test]
    fn one_package_gets_the_smallest_clean_release(mut package in package()) {
        package.malicious = false;
        package.findings.truncate(1);
        package.findings.iter_mut().for_each(|f| f.id = "0".into());
        let Some(scheme) = Scheme::of(&package.ecosystem) else { return Ok(()) };
        let Ok(present) = scheme.parse(&package.version) else { return Ok(()) };
        let release = |c: &&Candidate| {
            scheme.parse(&c.version).is_ok_and(|v| {
                v.compare(&present).is_gt() && (present.is_prerelease() || !v.is_prerelease())
            })
        };
        let smallest = package
            .candidates
            .iter()
            .filter(|c| c.evaluated && c.still_affected_by.is_empty())
            .filter(release)
            .min_by(|a, b| scheme.compare(&a.version, &b.version).expect("both parse"));
        let (Some(smallest), false) = (smallest, package.findings.is_empty()) else {
            return Ok(());
        };
        let fixes = plan(&[package.clone()]);
        let to = fixes[0].to.clone().expect("a clean release is there");
        prop_assert_eq!(scheme.compare(&to, &smallest.version).ok(), Some(std::cmp::Ordering::Equal));
        prop_assert_eq!(&fixes[0].leaves, &Vec::<String>::new());
    }

    #[test]
    fn a_row_is_due_when_the_first_of_its_findings_is(packages in packages()) {
        let due: BTreeMap<_, _> =
            packages.iter().flat_map(|p| &p.findings).map(|f| (&f.id, f)).collect();
        for fix in plan(&packages) {
            let all: Vec<_> =
                fix.closes.iter().chain(&fix.leaves).filter_map(|id| due.get(id)).collect();
            prop_assert_eq!(fix.due, all.iter().filter_map(|f| f.due).min());
            prop_assert_eq!(fix.emergency, all.iter().any(|f| f.emergency));
        }
    }

    #[test]
    fn the_order_of_the_input_changes_nothing_that_counts(packages in packages()) {
        let mut reversed = packages.clone();
        reversed.reverse();
        let rows = |packages: &[Affected]| {
            let all = plan(packages);
            all.into_iter().map(|f| (f.id, f.to, f.closes, f.leaves)).collect::<Vec<_>>()
        };
        prop_assert_eq!(rows(&packages), rows(&reversed));
    }

    #[test]
    fn commands_hold_no_character_that_a_shell_could_act_on(packages in packages()) {
        for fix in plan(&packages) {
            for line in fix.command.iter().flat_map(|c| c.lines()) {
                // What stands between single quotes is inert; the rest must be plain.
                let outside: String = line.split('\'').step_by(2).collect();
                let outside = outside.replace(" && ", " ");
                let plain = |c: char| c.is_ascii_alphanumeric() || " @%_+:,./()-=".contains(c);
                prop_assert!(outside.chars().all(plain), "{}", line);
                prop_assert_eq!(line.matches('\'').count() % 2, 0);
            }
        }
    }
}
