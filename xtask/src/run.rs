//! How does xtask start another program?
//!
//! The one place of xtask that makes commands and looks at
//! a clock. In: a program with arguments. Out: success, or an error that names the command.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::files;

/// A command to run in a folder.
#[expect(clippy::disallowed_methods, reason = "the house keeper's one door to processes")]
pub fn command(program: impl AsRef<OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder);
    command
}

/// Cargo, as the one that runs this program.
pub fn cargo(folder: &Path) -> Command {
    command(files::variable("CARGO").unwrap_or_else(|| "cargo".into()), folder)
}

/// Runs to the end, output passed through; an error names the command.
pub fn checked(command: &mut Command) -> Result<()> {
    let shown = show(command);
    let status = command.status().with_context(|| format!("could not start `{shown}`"))?;
    if !status.success() {
        bail!("`{shown}` ended with {status}");
    }
    Ok(())
}

/// Time since an earlier call, for reports.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    #[expect(clippy::disallowed_methods, reason = "measuring is what it is for")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// How long ago it started.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// The command as one would type it.
pub fn show(command: &Command) -> String {
    let name = PathBuf::from(command.get_program());
    let mut words = vec![name.file_name().unwrap_or_default().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|a| a.to_string_lossy().into_owned()));
    words.join(" ")
}
