//! Integration tests of `sandbox`, one binary. The tools are scripts of the tests' own.
#![expect(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a helper that fails is a failed test; files here are our own"
)]

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use sandbox::{Attestation, Ended, Interrupt, Limits, Order, SandboxError, Tool, Toolbox};
use tempfile::TempDir;

struct Place {
    folder: TempDir,
    variables: Vec<(OsString, OsString)>,
}

impl Place {
    /// With a script called `cargo` in `bin`.
    fn new(script: &str) -> Self {
        let place = Self { folder: tempfile::tempdir().expect("a folder"), variables: Vec::new() };
        for name in ["work", "home", "user"] {
            fs::create_dir(place.path(name)).expect("a folder");
        }
        place.tool("bin/cargo", script);
        let path = format!("{}:/usr/bin:/bin", place.path("bin").display());
        let home = place.path("user").display().to_string();
        place.with("PATH", &path).with("HOME", &home)
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn tool(&self, name: &str, script: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("executable");
    }

    fn toolbox(&self, forbidden: &[PathBuf], offline: bool, interrupt: Interrupt) -> Toolbox {
        let now = vocab::instant::parse("2026-11-21T10:00:00Z").expect("an instant");
        Toolbox::new(self.variables.clone(), forbidden, offline, interrupt, now)
    }

    fn run(&self, limits: Limits) -> Attestation {
        let toolbox = self.toolbox(&[], false, Interrupt::never());
        toolbox.run(&self.order(limits)).expect("ran")
    }

    fn order(&self, limits: Limits) -> Order<'_> {
        let folder = Path::new(self.folder.path());
        // Leaked so that the order can borrow them for as long as the test needs.
        let at = |name: &str| -> &'static Path { Box::leak(folder.join(name).into_boxed_path()) };
        Order {
            tool: Tool::Cargo,
            arguments: vec!["update".into(), "a b".into()],
            folder: at("work"),
            home: at("home"),
            network: true,
            limits,
        }
    }
}

#[test]
fn a_run_is_recorded() {
    let place = Place::new(
        "[ \"$1\" = --version ] && { echo fake 1.2; exit; }\necho \"$#:$2\"; pwd; echo https://u:p@h/ >&2; exit 3",
    );
    let ran = place.run(Limits::default());
    assert_eq!((ran.tool, ran.version.as_str(), ran.ended), ("cargo", "fake 1.2", Ended::Exit(3)));
    assert_eq!(ran.path, place.path("bin/cargo"));
    let work = place.path("work").canonicalize().expect("there");
    assert_eq!(ran.stdout_tail, format!("2:a b\n{}\n", work.display()));
    assert_eq!((ran.stderr_tail.as_str(), ran.stderr_bytes), ("https://***@h/\n", 15));
    assert!(!ran.succeeded());
}

#[test]
fn little_of_the_environment_is_passed_on() {
    let place = Place::new("env")
        .with("SECRET_THING", "hunter22")
        .with("LD_PRELOAD", "/nonexistent.so")
        .with("CARGO_BUILD_RUSTC_WRAPPER", "/nonexistent")
        .with("CARGO_REGISTRIES_MINE_INDEX", "sparse+https://e.org/")
        .with("https_proxy", "http://proxy:1");
    fs::create_dir(place.path("user/.cargo")).expect("a folder");
    let said = place.run(Limits::default()).stdout_tail;
    let names: Vec<&str> = said.lines().filter_map(|l| l.split_once('=').map(|(n, _)| n)).collect();
    for absent in ["SECRET_THING", "LD_PRELOAD", "CARGO_BUILD_RUSTC_WRAPPER"] {
        assert!(!names.contains(&absent), "{said}");
    }
    for present in ["CARGO_REGISTRIES_MINE_INDEX", "https_proxy", "CARGO_HOME"] {
        assert!(names.contains(&present), "{said}");
    }
    assert!(said.contains(&format!("HOME={}\n", place.path("home").display())), "{said}");
}

#[test]
fn tools_of_the_tree_and_of_relative_folders_are_not_found() {
    let place = Place::new("true");
    let find = |path: &str, forbidden: &[PathBuf]| {
        let variables = vec![(OsString::from("PATH"), OsString::from(path))];
        let now = vocab::instant::parse("2026-11-21T10:00:00Z").expect("an instant");
        Toolbox::new(variables, forbidden, false, Interrupt::never(), now).find(Tool::Cargo)
    };
    let bin = place.path("bin");
    let here = bin.display().to_string();
    assert_eq!(find(&here, &[]), Some(bin.join("cargo")));
    assert_eq!(find(&here, &[place.folder.path().to_path_buf()]), None);
    assert_eq!(find(".:bin:", &[]), None);
    // A link in a trusted folder that leads into the tree is a tool of the tree.
    fs::create_dir(place.path("links")).expect("a folder");
    symlink(bin.join("cargo"), place.path("links/cargo")).expect("a link");
    let links = place.path("links").display().to_string();
    assert_eq!(find(&links, &[]), Some(place.path("links/cargo")));
    assert_eq!(find(&links, std::slice::from_ref(&bin)), None);
    fs::set_permissions(bin.join("cargo"), fs::Permissions::from_mode(0o644)).expect("changed");
    assert_eq!(find(&here, &[]), None);
}

impl Place {
    /// The state of the child whose number the script wrote down, if it still runs. The signal was sent; on a
    /// busy machine it is delivered when the child gets its next turn, so it has some turns' time to end.
    fn left_running(&self) -> Option<String> {
        let child = fs::read_to_string(self.path("work/child")).expect("a number");
        let state = || {
            let state = fs::read_to_string(format!("/proc/{}/stat", child.trim())).ok()?;
            (!state.contains(") Z ")).then_some(state)
        };
        for _ in 0..500 {
            state()?;
            std::thread::park_timeout(std::time::Duration::from_millis(20));
        }
        state()
    }
}

#[test]
fn a_process_without_time_left_ends_with_all_that_it_started() {
    let script = "[ \"$1\" = --version ] && exit\nsleep 1000 & echo $! > child; sleep 1000";
    let place = Place::new(script);
    let ran = place.run(Limits { seconds: 1, ..Limits::default() });
    assert_eq!(ran.ended, Ended::TimedOut);
    assert_eq!(place.left_running(), None);
}

#[test]
fn what_is_left_running_ends_with_its_parent() {
    let place = Place::new("[ \"$1\" = --version ] && exit\nsleep 1000 & echo $! > child");
    assert!(place.run(Limits::default()).succeeded());
    assert_eq!(place.left_running(), None);
}

#[test]
fn output_is_bounded_and_counted() {
    let place = Place::new(
        "[ \"$1\" = --version ] && exit\nhead -c 3000000 /dev/zero | tr '\\0' x; echo end",
    );
    let ran = place.run(Limits { output: 1 << 20, ..Limits::default() });
    assert_eq!((ran.ended, ran.stdout_bytes), (Ended::Exit(0), 3_000_004));
    assert!(ran.stdout_tail.len() <= 4 << 10 && ran.stdout_tail.ends_with("xend\n"));
}

#[test]
fn the_system_holds_the_limits_of_files() {
    let place =
        Place::new("[ \"$1\" = --version ] && exit\nhead -c 100000 /dev/zero > large || exit 7");
    let ran = place.run(Limits { file: 4096, ..Limits::default() });
    assert_ne!(ran.ended, Ended::Exit(0));
    let written = fs::metadata(place.path("work/large")).expect("a file").len();
    assert!(written <= 4096, "{written}");
}

#[test]
fn nothing_runs_offline_absent_or_after_a_stop() {
    let place = Place::new("touch ran");
    let order = place.order(Limits::default());
    let said =
        |toolbox: &Toolbox, order: &Order<'_>| toolbox.run(order).map(|_| ()).expect_err("refused");
    let offline = place.toolbox(&[], true, Interrupt::never());
    assert!(matches!(said(&offline, &order), SandboxError::Offline("cargo")));
    let open = place.toolbox(&[], false, Interrupt::never());
    let absent = Order { tool: Tool::Poetry, ..order.clone() };
    assert!(matches!(said(&open, &absent), SandboxError::Absent("poetry")));
    let interrupt = Interrupt::never();
    interrupt.raise();
    let stopped = place.toolbox(&[], false, interrupt);
    assert!(matches!(said(&stopped, &order), SandboxError::Interrupted("cargo")));
    assert!(!place.path("work/ran").exists());
}
