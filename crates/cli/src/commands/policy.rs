//! `gabion policy check|show`: the tables that decide due times.

use std::io::Write;

use app::policy;

use crate::args::PolicyCommand;
use crate::exit::{Exit, usage};
use crate::terminal::Terminal;

/// Checks or shows tables.
pub fn run(command: PolicyCommand, terminal: &Terminal) -> anyhow::Result<Exit> {
    let mut out = terminal.out();
    let exit = match command {
        PolicyCommand::Check { files } => {
            let mut exit = Exit::Complete;
            for file in files {
                match policy::load(&file.to_string_lossy()) {
                    Ok(table) => writeln!(
                        out,
                        "{}: {} {}, {} rows: complete, every row can act",
                        file.display(),
                        table.name(),
                        table.version(),
                        table.rows().count()
                    )?,
                    Err(error) => {
                        out.flush()?;
                        terminal.error(&anyhow::Error::new(error));
                        exit = Exit::Usage;
                    }
                }
            }
            exit
        }
        PolicyCommand::Show { policy: Some(name) } => {
            let table = policy::load(&name)
                .map_err(|e| usage(e, "`gabion policy show` lists the built-in ones".to_owned()))?;
            write!(out, "{}", table.render())?;
            Exit::Complete
        }
        PolicyCommand::Show { policy: None } => {
            for name in policy::builtin() {
                let table = policy::load(name).map_err(|e| usage(e, None))?;
                writeln!(out, "{:<18} {:<8} {}", table.name(), table.version(), table.title())?;
            }
            Exit::Complete
        }
    };
    out.flush()?;
    Ok(exit)
}
