//! `gabion completions SHELL`: a script for the shell, on standard output.

use std::io::Write;

use clap_complete::Shell;

use crate::args::Cli;
use crate::exit::Exit;
use crate::terminal::Terminal;

/// Prints the script.
pub fn run(shell: Shell, terminal: &Terminal) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::whole(), "gabion", &mut script);
    let mut out = terminal.out();
    out.write_all(&script)?;
    out.flush()?;
    Ok(Exit::Complete)
}
