//! How does one run go, from its start to its record?

use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::PoisonError;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process_group, prlimit};
use vocab::Instant;

use crate::output::{Stream, follow};
use crate::{SandboxError, Tool, Toolbox, environment, redact::redact};

/// How often a running process is looked at.
const LOOK: Duration = Duration::from_millis(20);
/// How long its pipes may stay open after it ended.
const LINGER: Duration = Duration::from_millis(500);
/// How much of each stream an attestation shows, in bytes.
const TAIL: usize = 4 << 10;

/// Holds a tool back until its limits stand: they can be set only on a process that is there. What it is
/// given stands in arguments, which no shell reads.
const SHELL: &str = "/bin/sh";
const WAITING: &str = "read -r go && exec \"$0\" \"$@\" </dev/null";

/// What a process may use.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Time on the wall.
    pub seconds: u64,
    /// Time on processors.
    pub cpu_seconds: u64,
    /// Memory of its own, in bytes.
    pub memory: u64,
    /// Largest file that it may write, in bytes.
    pub file: u64,
    /// How much of each stream is kept, in bytes.
    pub output: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { seconds: 120, cpu_seconds: 240, memory: 8 << 30, file: 2 << 30, output: 1 << 20 }
    }
}

/// One run that is asked for.
#[derive(Debug, Clone)]
pub struct Order<'a> {
    /// What to run.
    pub tool: Tool,
    /// Its arguments; no shell reads them.
    pub arguments: Vec<String>,
    /// The folder to run in: a copy, never a scanned tree (git's look at one aside).
    pub folder: &'a Path,
    /// An empty folder that the tool takes for its home and for temporary files.
    pub home: &'a Path,
    /// Whether the tool uses the network.
    pub network: bool,
    /// Its limits.
    pub limits: Limits,
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// With this code; 0 is success.
    Exit(i32),
    /// By this signal.
    Signal(i32),
    /// It had no time left and was killed with all that it started.
    TimedOut,
    /// The user asked to stop.
    Interrupted,
}

/// What ran.
#[derive(Debug, Clone, PartialEq)]
pub struct Attestation {
    /// The program's name.
    pub tool: &'static str,
    /// Where it is.
    pub path: PathBuf,
    /// What it says of its version, in one line; empty when it was not asked.
    pub version: String,
    /// Its arguments, secrets taken out.
    pub arguments: Vec<String>,
    /// When it was started.
    pub started: Instant,
    /// How long it ran.
    pub seconds: f64,
    /// How it ended.
    pub ended: Ended,
    /// The end of what it printed, secrets taken out.
    pub stdout_tail: String,
    /// The same of its errors.
    pub stderr_tail: String,
    /// All bytes that it printed.
    pub stdout_bytes: u64,
    /// The same of its errors.
    pub stderr_bytes: u64,
}

impl Attestation {
    /// Whether it ended well.
    pub fn succeeded(&self) -> bool {
        self.ended == Ended::Exit(0)
    }
}

impl Toolbox {
    /// Runs a tool to its end, to its limit, or until the user asks to stop. A bad end is no error: it
    /// stands in the attestation.
    ///
    /// # Errors
    /// Nothing ran: the tool is absent, would need the network that was ruled out, or cannot be started.
    pub fn run(&self, order: &Order<'_>) -> Result<Attestation, SandboxError> {
        let program = order.tool.program();
        if order.network && self.offline {
            return Err(SandboxError::Offline(program));
        }
        if self.interrupted() {
            return Err(SandboxError::Interrupted(program));
        }
        let path = self.find(order.tool).ok_or(SandboxError::Absent(program))?;
        let failed = |source| SandboxError::Start { path: path.clone(), source };
        let version = self.version(&path, order).map_err(failed)?;
        let mut attestation = self.start(&path, order).map_err(failed)?;
        attestation.version = version;
        Ok(attestation)
    }

    fn version(&self, path: &Path, order: &Order<'_>) -> std::io::Result<String> {
        let known = |versions: &HashMap<Tool, String>| versions.get(&order.tool).cloned();
        if let Some(version) = known(&self.versions.lock().unwrap_or_else(PoisonError::into_inner))
        {
            return Ok(version);
        }
        let asked = Order {
            arguments: order.tool.version_arguments().iter().map(|a| (*a).to_owned()).collect(),
            limits: Limits { seconds: 30, ..order.limits },
            ..order.clone()
        };
        let said = self.start(path, &asked)?.stdout_tail;
        let version = said.lines().next().unwrap_or_default().trim().to_owned();
        let mut versions = self.versions.lock().unwrap_or_else(PoisonError::into_inner);
        versions.insert(order.tool, version.clone());
        Ok(version)
    }

    fn start(&self, path: &Path, order: &Order<'_>) -> std::io::Result<Attestation> {
        use std::os::unix::process::CommandExt;
        let variables = environment::of(self, order.tool, order.home);
        let started = self.elapsed();
        #[expect(clippy::disallowed_methods, reason = "this door is the one that spawns")]
        let mut command = Command::new(SHELL);
        command
            .args(["-c", WAITING])
            .arg(path)
            .args(&order.arguments)
            .current_dir(order.folder)
            .env_clear()
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        let mut child = command.spawn()?;
        limit(&child, order.limits);
        if let Some(mut gate) = child.stdin.take() {
            // Where it has ended already, its end tells.
            gate.write_all(b"go\n").ok();
        }
        let (ended, over) = mpsc::channel();
        let out = follow(child.stdout.take(), order.limits.output, ended.clone());
        let err = follow(child.stderr.take(), order.limits.output, ended);
        let how = self.watch(&mut child, order.limits, &over, started)?;
        // What it left running goes with it; its pipes are given a moment to end.
        end(&child);
        while over.recv_timeout(LINGER).is_ok() {}
        let hide = |text: &str| redact(text, &self.variables);
        let (stdout_tail, stdout_bytes) = shown(&out, &hide);
        let (stderr_tail, stderr_bytes) = shown(&err, &hide);
        Ok(Attestation {
            tool: order.tool.program(),
            path: path.to_path_buf(),
            version: String::new(),
            arguments: order.arguments.iter().map(|a| hide(a)).collect(),
            started: self.instant(started),
            seconds: (self.elapsed() - started).as_secs_f64(),
            ended: how,
            stdout_tail,
            stderr_tail,
            stdout_bytes,
            stderr_bytes,
        })
    }

    fn watch(
        &self,
        child: &mut Child,
        limits: Limits,
        over: &Receiver<()>,
        started: Duration,
    ) -> std::io::Result<Ended> {
        let most = Duration::from_secs(limits.seconds);
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(ended(status));
            }
            let stopped = if self.interrupted() {
                Some(Ended::Interrupted)
            } else {
                (self.elapsed() - started > most).then_some(Ended::TimedOut)
            };
            if let Some(how) = stopped {
                end(child);
                child.kill().ok();
                child.wait()?;
                return Ok(how);
            }
            // The end of a stream wakes at once; a channel without senders must not be spun on.
            if over.recv_timeout(LOOK) == Err(mpsc::RecvTimeoutError::Disconnected) {
                std::thread::park_timeout(LOOK);
            }
        }
    }

    #[expect(clippy::disallowed_methods, reason = "the time limit of a process needs a clock")]
    fn elapsed(&self) -> Duration {
        std::time::Instant::now().saturating_duration_since(self.began.1)
    }

    fn instant(&self, elapsed: Duration) -> Instant {
        self.began.0.checked_add(elapsed).unwrap_or(self.began.0)
    }
}

/// Limits that the system keeps; the tool itself has not begun.
fn limit(child: &Child, limits: Limits) {
    let set = |resource, most| {
        let limit = Rlimit { current: Some(most), maximum: Some(most) };
        // A system that refuses leaves the limits of time and output, which are our own.
        prlimit(pid(child), resource, limit).ok();
    };
    set(Resource::Cpu, limits.cpu_seconds);
    set(Resource::Data, limits.memory);
    set(Resource::Fsize, limits.file);
    set(Resource::Core, 0);
}

fn pid(child: &Child) -> Option<Pid> {
    i32::try_from(child.id()).ok().and_then(Pid::from_raw)
}

/// Kills the whole group that a process began.
fn end(child: &Child) {
    if let Some(group) = pid(child) {
        kill_process_group(group, Signal::KILL).ok();
    }
}

fn ended(status: ExitStatus) -> Ended {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => Ended::Exit(code),
        (None, signal) => Ended::Signal(signal.unwrap_or_default()),
    }
}

fn shown(stream: &Stream, hide: &dyn Fn(&str) -> String) -> (String, u64) {
    let kept = stream.lock().unwrap_or_else(PoisonError::into_inner);
    let bytes = kept.bytes();
    let text = hide(&String::from_utf8_lossy(&bytes));
    let start = text.len().saturating_sub(TAIL);
    let start = (start..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    (text.get(start..).unwrap_or_default().to_owned(), kept.total)
}
