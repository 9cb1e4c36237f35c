//! `gabion man`: the manual page in roff, on standard output.

use std::io::Write;

use crate::args::Cli;
use crate::exit::Exit;
use crate::terminal::Terminal;

/// Prints the page of the program, then that of each command.
pub fn run(terminal: &Terminal) -> anyhow::Result<Exit> {
    let mut out = terminal.out();
    let command = Cli::whole();
    clap_mangen::Man::new(command.clone()).render(&mut out)?;
    for subcommand in command.get_subcommands() {
        let name: &'static str =
            Box::leak(format!("gabion-{}", subcommand.get_name()).into_boxed_str());
        clap_mangen::Man::new(subcommand.clone().name(name)).render(&mut out)?;
    }
    out.flush()?;
    Ok(Exit::Complete)
}
