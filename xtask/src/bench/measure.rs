//! What does a run of a program cost?
//!
//! In: a command. Out: CPU time, wall time and peak resident memory of the process itself as the kernel
//! accounts them (wait4; children that it waited for are included).

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{ChildStdin, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use wait4::Wait4;

use crate::files;
use crate::run::{self, Stopwatch, show};

/// What one run of a program cost.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cost {
    /// Exit code; -1 when ended by a signal.
    pub code: i32,
    /// From start to end.
    pub wall: Duration,
    /// User and system time together.
    pub cpu: Duration,
    /// Peak resident memory in bytes.
    pub rss: u64,
}

/// Runs a program with its output in a file and measures it.
pub fn measured(command: &mut Command, output: &Path) -> Result<Cost> {
    measured_from(command, None, output)
}

/// Runs a program with its output in a file, and a file's bytes coming through a pipe, and measures it.
///
/// It is started by a fresh copy of this program: Linux counts the memory of the process that starts
/// another into the other's peak, and this one may have unpacked a corpus.
pub fn measured_from(command: &mut Command, input: Option<&Path>, output: &Path) -> Result<Cost> {
    let shown = show(command);
    let report = output.with_extension("cost");
    let folder = command.get_current_dir().unwrap_or(Path::new("."));
    let mut starter = run::command(std::env::current_exe()?, folder);
    starter.arg("measure").arg(input.unwrap_or(Path::new(""))).arg(output).arg(&report);
    starter.arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => starter.env(name, value),
            None => starter.env_remove(name),
        };
    }
    run::checked(&mut starter).with_context(|| format!("could not measure `{shown}`"))?;
    let text = files::text(&report)?;
    let numbers: Vec<i64> = text.split_whitespace().filter_map(|n| n.parse().ok()).collect();
    let [code, wall, cpu, rss] = *numbers.as_slice() else { bail!("`{shown}`: no figures") };
    let micros = |n: i64| Duration::from_micros(u64::try_from(n).unwrap_or(0));
    Ok(Cost {
        code: i32::try_from(code).unwrap_or(-1),
        wall: micros(wall),
        cpu: micros(cpu),
        rss: u64::try_from(rss).unwrap_or(0),
    })
}

/// The fresh copy's part: starts the program, waits, writes exit code, wall and CPU time in
/// microseconds, and peak memory in bytes.
pub fn start(words: &[&str]) -> Result<()> {
    let [input, output, report, program, arguments @ ..] = words else {
        bail!("started by `bench` only")
    };
    let mut command = run::command(program, Path::new("."));
    let file = File::create(output).with_context(|| (*output).to_owned())?;
    command.args(arguments).stdin(Stdio::null()).stdout(file).stderr(Stdio::null());
    if !input.is_empty() {
        command.stdin(Stdio::piped());
    }
    let watch = Stopwatch::start();
    let mut child = command.spawn().with_context(|| format!("could not start `{program}`"))?;
    let pipe = child.stdin.take();
    let used = std::thread::scope(|scope| {
        scope.spawn(|| pour(input, pipe));
        child.wait4()
    });
    let used = used.with_context(|| format!("waiting for `{program}`"))?;
    let wall = watch.elapsed().as_micros();
    let cpu = (used.rusage.utime + used.rusage.stime).as_micros();
    let code = used.status.code().unwrap_or(-1);
    let line = format!("{code} {wall} {cpu} {}", used.rusage.maxrss);
    std::fs::write(report, line).with_context(|| (*report).to_owned())
}

/// Gives a file to a program as `cat` does. One that stops reading has its reasons; its exit code tells.
fn pour(input: &str, pipe: Option<ChildStdin>) {
    let (Some(mut pipe), Ok(mut file)) = (pipe, File::open(input)) else { return };
    let mut piece = vec![0; 1 << 16];
    while let Ok(read @ 1..) = file.read(&mut piece) {
        if pipe.write_all(&piece[..read]).is_err() {
            return;
        }
    }
}

/// Several measured runs of the same command; the first only warms the caches. The last output stays.
pub fn repeated(times: u32, output: &Path, command: impl Fn() -> Command) -> Result<Summary> {
    measured(&mut command(), output)?;
    let mut runs = Vec::new();
    for _ in 0..times.max(1) {
        runs.push(measured(&mut command(), output)?);
    }
    Ok(Summary::of(&runs))
}

/// Several runs together.
#[derive(Debug, Clone, Copy, Default)]
pub struct Summary {
    /// How many.
    pub runs: u32,
    /// Exit code of the last one.
    pub code: i32,
    /// Shortest and middle wall time.
    pub wall: (Duration, Duration),
    /// Mean CPU time.
    pub cpu: Duration,
    /// Largest peak of resident memory, in bytes.
    pub rss: u64,
}

impl Cost {
    /// One line: CPU, wall, memory.
    pub fn line(&self) -> String {
        format!(
            "wall {:.2} s, CPU {:.2} s, peak {:.1} MiB, exit {}",
            self.wall.as_secs_f64(),
            self.cpu.as_secs_f64(),
            mebibytes(self.rss),
            self.code
        )
    }
}

impl Summary {
    pub fn of(runs: &[Cost]) -> Self {
        let count = u32::try_from(runs.len()).unwrap_or(u32::MAX).max(1);
        let mut walls: Vec<Duration> = runs.iter().map(|r| r.wall).collect();
        walls.sort();
        Self {
            runs: count,
            code: runs.last().map_or(-1, |r| r.code),
            wall: (
                walls.first().copied().unwrap_or_default(),
                walls.get(walls.len() / 2).copied().unwrap_or_default(),
            ),
            cpu: runs.iter().map(|r| r.cpu).sum::<Duration>() / count,
            rss: runs.iter().map(|r| r.rss).max().unwrap_or(0),
        }
    }

    /// One line: CPU, wall, memory.
    pub fn line(&self) -> String {
        format!(
            "CPU {:.1} ms (mean of {}), wall {:.1} ms (min) {:.1} ms (median), peak {:.1} MiB, exit {}",
            millis(self.cpu),
            self.runs,
            millis(self.wall.0),
            millis(self.wall.1),
            mebibytes(self.rss),
            self.code
        )
    }
}

/// Bytes in MiB.
pub fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / 1_048_576.0
}

/// A duration in milliseconds.
pub fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
