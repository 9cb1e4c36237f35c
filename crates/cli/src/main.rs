//! The one program, `gabion`: reads arguments, asks `app`, shows what comes back.
//!
//! stdout is data, stderr is talk. One file per command in `commands`, one per output format in
//! `render`. The exit codes are a public table in the README.

mod args;
mod commands;
mod exit;
mod render;
mod terminal;

use std::process::ExitCode;

use args::{Cli, Command};
use exit::Exit;
use terminal::Terminal;

fn main() -> ExitCode {
    let cli = match Cli::typed(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version go to stdout and are no failure; clap colours both as the stream allows.
            let code = if error.use_stderr() { Exit::Usage } else { Exit::Complete };
            error.print().ok();
            return code.into();
        }
    };
    let terminal = Terminal::new(&cli.global);
    let result = match cli.command {
        Command::Scan(args) => commands::scan::run(args, &cli.global, &terminal),
        Command::WatchIntel(args) => commands::watch_intel::run(args, &cli.global, &terminal),
        Command::Import(args) => commands::import::run(args, &cli.global, &terminal),
        Command::Verify(args) => commands::verify::run(args, &cli.global, &terminal),
        Command::Sync(args) => commands::sync::run(args, &cli.global, &terminal),
        Command::Explain(args) => commands::explain::run(args, &cli.global, &terminal),
        Command::Fix(args) => commands::fix::run(args, &cli.global, &terminal),
        Command::Demo(args) => commands::demo::run(args, &terminal),
        Command::Policy(command) => commands::policy::run(command, &cli.global, &terminal),
        Command::Queue(args) => commands::queue::run(args, &cli.global, &terminal),
        Command::Show(args) => commands::show::run(args, &cli.global, &terminal),
        Command::Triage(args) => commands::triage::run(args, &cli.global, &terminal),
        Command::Close(args) => commands::close::run(args, &cli.global, &terminal),
        Command::Source(command) => commands::source::run(command, &cli.global, &terminal),
        Command::Ref(command) => commands::reference::run(command, &cli.global, &terminal),
        Command::Reopen(args) => commands::reopen::run(args, &cli.global, &terminal),
        Command::Comment(args) => commands::comment::run(args, &cli.global, &terminal),
        Command::Undo(args) => commands::undo::run(args, &cli.global, &terminal),
        Command::Export(args) => commands::export::run(args, &cli.global, &terminal),
        Command::Stats(args) => commands::stats::run(args, &cli.global, &terminal),
        Command::Settings(args) => commands::settings::run(args, &cli.global, &terminal),
        Command::Ledger(command) => commands::ledger::run(command, &cli.global, &terminal),
        Command::Completions { shell } => commands::completions::run(shell, &terminal),
        Command::Man => commands::man::run(&terminal),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(error) if exit::is_broken_pipe(&error) => Exit::Complete.into(),
        Err(error) => {
            terminal.error(&error);
            exit::of(&error).into()
        }
    }
}
