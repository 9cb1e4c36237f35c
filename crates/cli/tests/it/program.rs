//! Runs the real program in a folder of its own.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

/// A folder with feeds (`feeds`), a data folder (`data`) and a tree (`tree`).
pub struct Place {
    pub folder: TempDir,
}

impl Place {
    /// With one advisory for `left` below 1.2.0 in crates.io, known whole, and feeds of today.
    pub fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().expect("a folder") };
        place.write("feeds/osv/crates.io/RUSTSEC-2026-0001.json", ADVISORY);
        place.write("feeds/osv/coverage.json", r#"{"complete": ["crates.io"]}"#);
        place.write("tree/Cargo.lock", &lock("left", "1.1.0"));
        place
    }

    /// The same with an index.
    pub fn synced() -> Self {
        let place = Self::new();
        let output = place.run(&["sync", "--from", "feeds"]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, content: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, content).expect("written");
    }

    /// The program, not started yet.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gabion"));
        command.args(arguments).arg("--data-dir").arg("data").current_dir(self.folder.path());
        command
            .env_clear()
            .env("PATH", "/nonexistent")
            .env("HOME", self.folder.path())
            .stdin(Stdio::null());
        command
    }

    /// Runs to the end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("started")
    }

    /// Starts and returns at once.
    pub fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("started")
    }

    /// Runs with nobody reading standard output, and gives the exit code.
    pub fn code_unread(&self, arguments: &[&str]) -> Option<i32> {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut command = self.command(arguments);
        command.stdout(writer).stderr(Stdio::null());
        command.status().expect("started").code()
    }

    /// The exit code.
    pub fn code(&self, arguments: &[&str]) -> i32 {
        let output = self.run(arguments);
        output
            .status
            .code()
            .unwrap_or_else(|| panic!("{arguments:?} ended by a signal: {}", text(&output.stderr)))
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A Cargo.lock with one package of the registry.
pub fn lock(name: &str, version: &str) -> String {
    format!(
        "version = 4\n\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\ndependencies = [\n \"{name}\",\n]\n\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n"
    )
}

pub const ADVISORY: &str = r#"{"schema_version":"1.7.0","id":"RUSTSEC-2026-0001","aliases":["CVE-2026-1000"],
"summary":"a defect in left","published":"2026-11-01T00:00:00Z","modified":"2026-11-19T00:00:00Z",
"severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}],
"affected":[{"package":{"ecosystem":"crates.io","name":"left"},
"ranges":[{"type":"SEMVER","events":[{"introduced":"0.0.0-0"},{"fixed":"1.2.0"}]}]}]}"#;

/// Whether any file below a folder has this ending.
pub fn has_file(folder: &Path, ending: &str) -> bool {
    let listing = std::fs::read_dir(folder)
        .map(|l| l.flatten().any(|e| e.file_name().to_string_lossy().ends_with(ending)));
    listing.unwrap_or(false)
}
