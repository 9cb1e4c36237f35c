//! `gabion fix` as a user meets it: plan, write, exit codes, and a process that is killed.

use crate::program::{Place, lock, text};

/// An advisory for `left` below 1.2.0 in PyPI as well.
fn place() -> Place {
    let place = Place::new();
    let python = crate::program::ADVISORY
        .replace("RUSTSEC-2026-0001", "PYSEC-2026-1")
        .replace("crates.io", "PyPI")
        .replace("SEMVER", "ECOSYSTEM")
        .replace("0.0.0-0", "0");
    place.write("feeds/osv/PyPI/PYSEC-2026-1.json", &python);
    place.write("feeds/osv/coverage.json", r#"{"complete": ["crates.io", "PyPI"]}"#);
    assert_eq!(place.code(&["sync", "--from", "feeds"]), 0);
    std::fs::remove_file(place.path("tree/Cargo.lock")).expect("removed");
    place
}

#[test]
fn a_plan_shows_a_diff_and_a_write_makes_it() {
    let place = place();
    place.write("tree/requirements.txt", "# ours\nleft==1.1.0\n");
    let plan = place.run(&["fix", "tree", "--plan"]);
    let said = text(&plan.stdout);
    assert_eq!(plan.status.code(), Some(0), "{said}{}", text(&plan.stderr));
    assert!(
        said.starts_with("1 of 1 fixes can be applied; they would close 1 of 1 findings."),
        "{said}"
    );
    assert!(said.contains("\n-left==1.1.0\n+left==1.2.0\n"), "{said}");
    assert_eq!(place.run(&["fix", "tree"]).stdout, plan.stdout);
    let made = place.run(&["fix", "tree", "--write"]);
    let said = text(&made.stdout);
    assert_eq!(made.status.code(), Some(0), "{said}");
    assert!(said.starts_with("1 of 1 fixes applied: 1 findings before, 0 after."), "{said}");
    let after = std::fs::read_to_string(place.path("tree/requirements.txt")).expect("a text");
    assert_eq!(after, "# ours\nleft==1.2.0\n");
    assert_eq!(text(&place.run(&["fix", "tree"]).stdout).lines().next(), Some("Nothing to fix."));
}

#[test]
fn what_cannot_be_applied_is_told_by_the_exit_code() {
    let place = place();
    place.write("tree/Cargo.lock", &lock("left", "1.1.0"));
    let made = place.run(&["fix", "tree", "--write", "--json"]);
    assert_eq!(made.status.code(), Some(3), "{}", text(&made.stderr));
    let report: serde_json::Value = serde_json::from_slice(&made.stdout).expect("JSON");
    assert_eq!(report["schema"], "gabion.fix/1");
    assert_eq!(report["projects"][0]["state"], "refused");
    assert_eq!(report["projects"][0]["fixes"][0]["outcome"], "not_applied");
    assert_eq!(place.code(&["fix"]), 2);
    assert_eq!(place.code(&["fix", "tree", "--plan", "--write"]), 2);
    assert_eq!(place.code(&["fix", "nowhere"]), 2);
}

#[test]
fn a_killed_write_leaves_every_file_whole() {
    let place = place();
    let many = |version: &str| {
        let lines: String = (0..2000).map(|n| format!("# {n}\n")).collect();
        format!("{lines}left=={version}\n{lines}")
    };
    let (before, after) = (many("1.1.0"), many("1.2.0"));
    let names: Vec<String> = (0..20).map(|n| format!("tree/{n}/requirements.txt")).collect();
    let mut killed = 0;
    for round in 0..10u64 {
        names.iter().for_each(|name| place.write(name, &before));
        let mut child = place.start(&["fix", "tree", "--write"]);
        // Waits for something to happen: the first unfinished file, then ever a little longer.
        let part = |name: &String| {
            place
                .path(name)
                .with_file_name(".requirements.txt.gabion-part")
                .symlink_metadata()
                .is_ok()
        };
        let mut spins = 0;
        while child.try_wait().expect("a child").is_none() {
            spins += u64::from(spins > 0 || names.iter().any(part));
            if spins > round * 30 && spins > 0 {
                break;
            }
            std::thread::yield_now();
        }
        child.kill().ok();
        killed += u64::from(!child.wait().expect("an end").success());
        for name in &names {
            let now = std::fs::read_to_string(place.path(name)).expect("a text");
            assert!(now == before || now == after, "round {round}: {name} has {} bytes", now.len());
        }
    }
    assert!(killed > 0, "no write was killed");
    // The next run goes through, and nothing of the killed ones is left.
    names.iter().for_each(|name| place.write(name, &before));
    assert_eq!(place.code(&["fix", "tree", "--write"]), 0);
    for name in &names {
        assert_eq!(std::fs::read_to_string(place.path(name)).expect("a text"), after);
        let folder = place.path(name).parent().expect("a folder").to_path_buf();
        assert_eq!(std::fs::read_dir(folder).expect("a listing").count(), 1);
    }
}
