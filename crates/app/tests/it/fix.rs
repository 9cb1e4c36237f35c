//! Plans applied to small projects whose answer is known. Tools are scripts of the tests' own.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use app::feeds::Addresses;
use app::fix::report::{FixReport, Step};
use app::fix::{FixError, Interrupt, Options, Request};
use app::intelligence::{DataDir, Intelligence};
use app::scan::Target;
use app::sync::{self, Network};

use crate::world::{World, advisory, cargo_lock, now};

/// A world with an advisory for `left` below 1.2.0 in an ecosystem.
fn world(ecosystem: &str) -> World {
    let json = advisory("X-2026-1", &["CVE-2026-1000"], "left", "1.2.0")
        .replace("crates.io", ecosystem)
        .replace("\"introduced\":\"0.0.0-0\"", "\"introduced\":\"0\"");
    let kind = if ecosystem == "crates.io" || ecosystem == "npm" { "SEMVER" } else { "ECOSYSTEM" };
    World::knowing(&[(ecosystem, &json.replace("SEMVER", kind))])
}

/// Options with everything at its default, tools out of `bin` and copies in `data/work`.
fn request(world: &World, write: bool) -> Request {
    let path = format!("{}:/usr/bin:/bin", world.path("bin").display());
    Request {
        scan: app::scan::Request::of(vec![Target::called(world.path("tree"), "tree")]),
        options: Options {
            write,
            manifest_only: false,
            offline: false,
            allow_dirty: false,
            seconds: 60,
            work: world.path("data/work"),
        },
        variables: vec![("PATH".into(), path.into())],
        interrupt: Interrupt::never(),
    }
}

fn fix(world: &World, request: &Request) -> FixReport {
    try_fix(world, request).expect("a report")
}

fn try_fix(world: &World, request: &Request) -> Result<FixReport, FixError> {
    if !world.data().index().exists() {
        world.sync();
    }
    let intelligence = Intelligence::open(&world.data()).expect("an index");
    app::fix::fix(request, &intelligence, now(), &|_| {})
}

fn tool(world: &World, name: &str, script: &str) {
    let name = format!("bin/{name}");
    world.write(
        &name,
        format!("#!/bin/sh\n[ \"$1\" = --version ] && {{ echo fake 1; exit; }}\n{script}\n")
            .as_bytes(),
    );
    fs::set_permissions(world.path(&name), fs::Permissions::from_mode(0o755)).expect("executable");
}

fn text(world: &World, name: &str) -> String {
    fs::read_to_string(world.path(name)).expect("a text")
}

fn only(report: &FixReport) -> &Step {
    assert_eq!(report.projects.len(), 1, "{report:?}");
    &report.projects[0].fixes[0]
}

#[test]
fn a_plan_changes_nothing_and_a_write_changes_the_pin() {
    let world = world("PyPI");
    let before =
        "# ours\r\nLeft[x] == 1.1.0 ; python_version > '3'\r\n-r more/base.txt\r\nright==1";
    world.write("tree/requirements.txt", before.as_bytes());
    world.write("tree/more/base.txt", b"left==1.0\n");
    let plan = fix(&world, &request(&world, false));
    assert_eq!((plan.mode.as_str(), plan.complete, &plan.after), ("plan", true, &None));
    assert!(plan.projects[0].files[0].diff.contains("+left==1.2.0"), "{plan:?}");
    assert_eq!(text(&world, "tree/requirements.txt"), before);

    let made = fix(&world, &request(&world, true));
    assert!(made.complete, "{made:?}");
    assert_eq!(made.projects[0].state, "written");
    assert_eq!((made.before.findings, made.after.expect("scanned again").findings), (2, 0));
    assert_eq!(text(&world, "tree/requirements.txt"), before.replace("1.1.0", "1.2.0"));
    assert_eq!(text(&world, "tree/more/base.txt"), "left==1.2.0\n");
    let names: Vec<_> = fs::read_dir(world.path("tree")).expect("a listing").collect();
    assert_eq!(names.len(), 2, "{names:?}");
    assert_eq!(fs::read_dir(world.path("data/work")).expect("a listing").count(), 0);
    // Again: nothing is left to do.
    let again = fix(&world, &request(&world, true));
    assert!(again.complete && again.projects.is_empty());
}

#[test]
fn a_lock_file_is_written_by_its_tool_on_a_copy_without_the_trees_configuration() {
    let world = world("crates.io");
    world.write("tree/Cargo.lock", cargo_lock(&[("left", "1.1.0")]).as_bytes());
    world.write("tree/Cargo.toml", b"[package]\nname = \"app\"\nversion = \"0.1.0\"\nbuild = \"b.rs\"\n[dependencies]\nleft = \"1\" # why\n");
    world.write("tree/.cargo/config.toml", b"[build]\nrustc-wrapper = \"evil\"\n");
    world.write("tree/b.rs", b"fn main() { evil() }\n");
    let record = world.path("record");
    let script = format!(
        "echo \"$@\" > {0}; find . -type f -size +0 >> {0}\nsed -i 's/1.1.0/1.2.0/' Cargo.lock",
        record.display()
    );
    tool(&world, "cargo", &script);
    let made = fix(&world, &request(&world, true));
    assert!(made.complete, "{made:?}");
    let mut seen: Vec<String> = text(&world, "record").lines().map(Into::into).collect();
    seen.sort();
    assert_eq!(seen, ["./Cargo.lock", "./Cargo.toml", "update -p left@1.1.0 --precise 1.2.0"]);
    assert_eq!(text(&world, "tree/Cargo.lock"), cargo_lock(&[("left", "1.2.0")]));
    assert!(text(&world, "tree/Cargo.toml").contains("left = \"1\" # why"));
    let ran = &made.projects[0].tools[0];
    assert_eq!((ran.version.as_str(), ran.ended.as_str()), ("fake 1", "exit 0"));
}

#[test]
fn a_manifest_and_its_lock_file_are_not_left_apart() {
    let world = world("crates.io");
    let manifest =
        "[package]\nname = \"app\"\nversion = \"0.1.0\"\n[dependencies]\nleft = \"=1.1.0\"\n";
    world.write("tree/Cargo.toml", manifest.as_bytes());
    world.write("tree/Cargo.lock", cargo_lock(&[("left", "1.1.0")]).as_bytes());
    let why = |request: &Request| {
        let made = fix(&world, request);
        assert!(!made.complete);
        only(&made).reason.clone().unwrap_or_default()
    };
    assert!(why(&request(&world, true)).contains("not installed"));
    tool(&world, "cargo", "echo 'error: no such thing' >&2; exit 101");
    let said = why(&request(&world, true));
    assert!(said.contains("cargo failed: error: no such thing"), "{said}");
    let mut offline = request(&world, true);
    offline.options.offline = true;
    assert!(why(&offline).contains("--offline"));
    // A tool that breaks the lock file, and one that changes nothing.
    tool(&world, "cargo", "echo '[[package' > Cargo.lock");
    assert!(why(&request(&world, true)).contains("could not be read"));
    tool(&world, "cargo", "true");
    assert!(why(&request(&world, true)).contains("findings stay"));
    assert_eq!(text(&world, "tree/Cargo.toml"), manifest);
    assert_eq!(text(&world, "tree/Cargo.lock"), cargo_lock(&[("left", "1.1.0")]));
    let mut apart = request(&world, true);
    apart.options.manifest_only = true;
    let made = fix(&world, &apart);
    assert!(!made.complete);
    assert_eq!(only(&made).outcome, "partly");
    assert_eq!(text(&world, "tree/Cargo.toml"), manifest.replace("=1.1.0", "=1.2.0"));
}

#[test]
fn what_cannot_be_changed_says_why_and_what_to_paste() {
    let world = world("npm");
    world.write("tree/yarn.lock", b"# yarn lockfile v1\n\n\nleft@^1.0.0:\n  version \"1.1.0\"\n  resolved \"https://registry.yarnpkg.com/left/-/left-1.1.0.tgz\"\n");
    let made = fix(&world, &request(&world, true));
    assert!(!made.complete);
    assert!(made.projects.is_empty());
    assert_eq!(made.not_applied[0].package, "left");
    assert!(made.not_applied[0].reason.is_some());
}

#[test]
fn malicious_packages_are_taken_out_of_a_list_that_names_them() {
    let json = advisory("MAL-2026-1", &[], "evil", "9.0.0")
        .replace("crates.io", "PyPI")
        .replace("SEMVER", "ECOSYSTEM")
        .replace("0.0.0-0", "0");
    let world = World::knowing(&[("PyPI", &json)]);
    world.write("tree/requirements.txt", b"a==1\nevil==1.0 # no\nb==1\n");
    let made = fix(&world, &request(&world, true));
    assert!(made.complete, "{made:?}");
    assert_eq!(text(&world, "tree/requirements.txt"), "a==1\nb==1\n");
}

#[test]
fn uncommitted_changes_are_not_mixed_with_ours() {
    let world = world("PyPI");
    world.write("tree/requirements.txt", b"left==1.1.0\n");
    // A repository without a commit: the file is in none.
    world.write("tree/.git/HEAD", b"ref: refs/heads/main\n");
    let refused = fix(&world, &request(&world, true));
    assert_eq!(refused.projects[0].state, "refused");
    let reason = refused.projects[0].reason.clone().unwrap_or_default();
    assert!(reason.contains("--allow-dirty"), "{reason}");
    assert_eq!(text(&world, "tree/requirements.txt"), "left==1.1.0\n");
    // A plan needs no clean tree.
    assert_eq!(fix(&world, &request(&world, false)).projects[0].state, "planned");
    // git says that the file is the committed one.
    tool(&world, "git", "echo 0123456789012345678901234567890123456789");
    assert_eq!(fix(&world, &request(&world, true)).projects[0].state, "written");
}

#[test]
fn a_stop_changes_nothing() {
    let world = world("PyPI");
    world.write("tree/requirements.txt", b"left==1.1.0\n");
    let request = request(&world, true);
    request.interrupt.raise();
    assert!(matches!(try_fix(&world, &request), Err(FixError::Interrupted(0))));
    assert_eq!(text(&world, "tree/requirements.txt"), "left==1.1.0\n");
}

#[test]
fn copies_lie_outside_of_what_is_scanned_and_dead_ones_are_swept() {
    let world = world("PyPI");
    world.write("tree/requirements.txt", b"left==1.1.0\n");
    let mut inside = request(&world, false);
    inside.options.work = world.path("tree/work");
    assert!(matches!(try_fix(&world, &inside), Err(FixError::Work(_))));
    world.write("data/work/fix-dead/lock", b"");
    world.write("data/work/fix-dead/tree/a", b"x");
    world.write("data/work/other/lock", b"");
    fix(&world, &request(&world, false));
    assert!(!world.path("data/work/fix-dead").exists());
    assert!(world.path("data/work/other").exists());
}

#[test]
fn age_rules_stand_against_the_deadline() {
    let world = world("PyPI");
    world.write("tree/requirements.txt", b"left==1.1.0\n");
    let said = |days: &str| {
        world.write(
            "tree/renovate.json",
            format!("{{\n  \"minimumReleaseAge\": \"{days} days\"\n}}").as_bytes(),
        );
        let made = fix(&world, &request(&world, false));
        assert_eq!(made.age_rules.len(), 1);
        only(&made).age.clone().unwrap_or_default()
    };
    let wait = said("3");
    assert!(
        wait.starts_with(
            "it can wait: due in 14 d, and Renovate's rule (tree/renovate.json:2) ends in 3 d"
        ),
        "{wait}"
    );
    assert!(said("30").starts_with("the deadline wins: due in 14 d"));
}

/// Real old manifests that need no tool: what is written closes findings, and no line comes or goes.
#[test]
fn real_manifests_get_better_line_by_line() {
    let Some(corpus) = testkit::corpus("real_manifests_get_better_line_by_line") else { return };
    let place = tempfile::tempdir().expect("a folder");
    let data = DataDir(place.path().join("data"));
    let sync_request = sync::Request {
        data: data.clone(),
        from: Some(corpus.clone()),
        fetched: Some(now()),
        ecosystems: Some(vec!["PyPI".into(), "Go".into(), "Maven".into()]),
        addresses: Addresses::default(),
        network: Network::default(),
    };
    sync::sync(&sync_request, now(), &mut |_| {}).expect("synced");
    let intelligence = Intelligence::open(&data).expect("an index");
    let tree = testkit::unpack(&corpus.join("lockfiles/lockfiles-history.tar.zst"));
    let (mut changed, mut closed) = (0, 0);
    for file in testkit::files(tree.path()) {
        let name = file.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        if !["requirements.txt", "go.mod", "pom.xml"].contains(&name) {
            continue;
        }
        let before = fs::read(tree.path().join(&file)).expect("a manifest");
        let root = place.path().join("tree");
        fs::create_dir_all(&root).expect("a folder");
        let path = root.join(name);
        fs::write(&path, &before).expect("written");
        let mut request = Request {
            scan: app::scan::Request::of(vec![Target::called(&root, "tree")]),
            options: Options {
                write: true,
                manifest_only: true,
                offline: true,
                allow_dirty: false,
                seconds: 60,
                work: data.0.join("work"),
            },
            variables: Vec::new(),
            interrupt: Interrupt::never(),
        };
        request.scan.max_intel_age = Some(i64::MAX);
        let made = app::fix::fix(&request, &intelligence, now(), &|_| {}).expect("a report");
        let after = fs::read(&path).expect("a manifest");
        let ends = |bytes: &[u8]| bytes.iter().filter(|b| **b == b'\n').count();
        assert_eq!(ends(&before), ends(&after), "{}", file.display());
        let findings = made.after.as_ref().map_or(0, |a| a.findings);
        let shown = file.display();
        assert!(
            findings <= made.before.findings,
            "{shown}: {} to {findings}",
            made.before.findings
        );
        assert_eq!(before != after, findings < made.before.findings, "{shown}");
        changed += usize::from(before != after);
        closed += made.before.findings - findings;
        fs::remove_dir_all(&root).expect("removed");
    }
    assert!(changed >= 40 && closed >= 500, "{changed} files changed, {closed} findings closed");
}
