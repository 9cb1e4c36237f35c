//! What does a run of a program cost?
//!
//! In: a command. Out: CPU time, wall time and peak resident memory of the process itself as the kernel
//! accounts them (wait4; children that it waited for are included).

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use wait4::Wait4;

use crate::run::{Stopwatch, show};

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
    let shown = show(command);
    let file = std::fs::File::create(output).with_context(|| output.display().to_string())?;
    command.stdin(Stdio::null()).stdout(file).stderr(Stdio::null());
    let watch = Stopwatch::start();
    let child = command.spawn().with_context(|| format!("could not start `{shown}`"))?;
    let used = child.wait4().with_context(|| format!("waiting for `{shown}`"))?;
    Ok(Cost {
        code: used.status.code().unwrap_or(-1),
        wall: watch.elapsed(),
        cpu: used.rusage.utime + used.rusage.stime,
        rss: used.rusage.maxrss,
    })
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
            self.rss as f64 / 1_048_576.0,
            self.code
        )
    }
}

/// A duration in milliseconds.
pub fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
