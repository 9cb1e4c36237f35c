//! A throw-away server of PostgreSQL for a test: own folder, Unix socket alone, gone with the value.
//!
//! The bench of the ledger starts one too.
//!
//! Its binaries are those of Debian's package, in a versioned folder off PATH. `initdb` refuses root, so that
//! root's tests run it as another user. Where it is absent the test says so and is left out;
//! `GABION_TEST_POSTGRES=required` makes that a failure.

#![expect(clippy::disallowed_methods, reason = "a test starts and ends its own server")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ledger::Place;
use tempfile::TempDir;

pub struct Server {
    folder: TempDir,
    binaries: PathBuf,
    process: Option<i32>,
}

impl Server {
    /// A running one; `None` after a line on stderr when PostgreSQL is not installed.
    pub fn start(test: &str) -> Option<Self> {
        let Some(binaries) = binaries() else {
            let required = std::env::var("GABION_TEST_POSTGRES").is_ok_and(|v| v == "required");
            assert!(!required, "{test}: PostgreSQL is required and absent");
            testkit::tell(&format!("left out: {test} (PostgreSQL's initdb is not installed)"));
            return None;
        };
        let folder = tempfile::Builder::new().prefix("gabion-pg-").tempdir().unwrap();
        let mut server = Self { folder, binaries, process: None };
        let root = server.folder.path().to_path_buf();
        if is_root() {
            checked(Command::new("chown").arg("nobody").arg(&root));
        }
        let data = root.join("data");
        checked(
            server
                .command("initdb")
                .args(["--no-sync", "--auth=trust", "--username=gabion", "--encoding=UTF8"])
                .args(["--locale=C", "--pgdata"])
                .arg(&data),
        );
        let options = format!(
            "-c listen_addresses='' -c unix_socket_directories='{}' -c fsync=off -c max_connections=40",
            root.display()
        );
        checked(
            server
                .command("pg_ctl")
                .args(["--wait", "--silent", "--timeout=60", "--log"])
                .arg(root.join("log"))
                .args(["--options", &options, "--pgdata"])
                .arg(&data)
                .arg("start"),
        );
        let process = std::fs::File::open(data.join("postmaster.pid")).unwrap();
        let first = std::io::BufRead::lines(std::io::BufReader::new(process)).next();
        server.process = first.unwrap().unwrap().trim().parse().ok();
        Some(server)
    }

    /// An address with a schema of its own.
    pub fn place(&self, schema: &str) -> Place {
        self.sql(&format!(
            "SET client_min_messages = warning; CREATE SCHEMA IF NOT EXISTS {schema}"
        ));
        let options = format!("options=-csearch_path%3D{schema}");
        Place::Postgres(format!("{}&{options}", self.url()))
    }

    /// The plain address.
    pub fn url(&self) -> String {
        let host: String = self
            .folder
            .path()
            .to_string_lossy()
            .bytes()
            .map(|b| if b == b'/' { "%2F".to_owned() } else { char::from(b).to_string() })
            .collect();
        format!("postgres://gabion:sesame@/postgres?host={host}")
    }

    /// Runs a statement past the ledger.
    pub fn sql(&self, statement: &str) {
        checked(
            self.command("psql")
                .args([
                    "--quiet",
                    "--no-psqlrc",
                    "--username=gabion",
                    "--dbname=postgres",
                    "--host",
                ])
                .arg(self.folder.path())
                .args(["--set=ON_ERROR_STOP=1", "--command", statement]),
        );
    }

    /// Bytes of the whole database.
    #[allow(dead_code, reason = "the bench asks for it, the tests do not")]
    pub fn bytes(&self) -> u64 {
        self.number("SELECT pg_database_size('postgres')")
    }

    /// The one number that a statement past the ledger answers.
    pub fn number(&self, statement: &str) -> u64 {
        let mut psql = self.command("psql");
        psql.args(["--no-psqlrc", "--tuples-only", "--no-align", "--username=gabion"]);
        psql.args(["--dbname=postgres", "--host"]).arg(self.folder.path());
        psql.args(["--command", statement]);
        let out = psql.output().unwrap();
        String::from_utf8_lossy(&out.stdout).trim().parse().unwrap()
    }

    /// Waits until every other session has ended; its figures are there by then.
    #[allow(dead_code, reason = "the tests ask for it, the bench does not")]
    pub fn alone(&self) {
        let others = "SELECT COUNT(*) FROM pg_stat_activity \
                      WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
        // Each look starts a program, which is pause enough.
        assert!((0..1_000).any(|_| self.number(others) == 0), "a session does not end");
    }

    fn command(&self, program: &str) -> Command {
        let program = self.binaries.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(self.folder.path()).env("LC_ALL", "C");
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(process) = self.process {
            // SIGQUIT: at once, as nothing of it is kept.
            let _ = Command::new("kill").args(["-QUIT", &process.to_string()]).status();
        }
    }
}

fn is_root() -> bool {
    std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").unwrap()) == 0
}

fn binaries() -> Option<PathBuf> {
    let told = Command::new("pg_config").arg("--bindir").stderr(Stdio::null()).output().ok();
    let told = told.map(|o| PathBuf::from(String::from_utf8_lossy(&o.stdout).trim()));
    let mut folders: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|folders| folders.flatten().map(|f| f.path().join("bin")).collect())
        .unwrap_or_default();
    folders.sort();
    folders.extend(told);
    folders.into_iter().rev().find(|folder| Path::new(folder).join("initdb").is_file())
}

/// What a server writes on inherited pipes would keep a test waiting; so its output is closed.
fn checked(command: &mut Command) {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status();
    assert!(status.is_ok_and(|s| s.success()), "{command:?}");
}
