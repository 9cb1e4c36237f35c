//! `gabion policy check|show|diff`: the tables that decide due times.

mod diff;

use std::io::{self, Write};

use app::{policy, policy_show};

use crate::args::{Global, PolicyCommand};
use crate::exit::{Exit, usage};
use crate::render;
use crate::terminal::Terminal;

/// Checks, shows or compares tables.
pub fn run(command: PolicyCommand, global: &Global, terminal: &Terminal) -> anyhow::Result<Exit> {
    match command {
        PolicyCommand::Check { files } => check(&files, terminal),
        PolicyCommand::Show { policy: Some(name), json } => show(&name, json, terminal),
        PolicyCommand::Show { policy: None, json } => list(json, terminal),
        PolicyCommand::Diff(args) => diff::run(*args, global, terminal),
    }
}

fn check(files: &[std::path::PathBuf], terminal: &Terminal) -> anyhow::Result<Exit> {
    let mut out = terminal.out();
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
    out.flush()?;
    Ok(exit)
}

fn show(name: &str, json: bool, terminal: &Terminal) -> anyhow::Result<Exit> {
    let shown = policy_show::show(name)
        .map_err(|e| usage(e, "`gabion policy show` lists the built-in ones".to_owned()))?;
    if json {
        let mut out = terminal.data();
        serde_json::to_writer_pretty(&mut out, &shown).map_err(io::Error::from)?;
        writeln!(out)?;
        out.flush()?;
    } else {
        let mut out = terminal.out();
        render::policy_show::write(&mut out, &shown, terminal.width)?;
        out.flush()?;
    }
    Ok(Exit::Complete)
}

fn list(json: bool, terminal: &Terminal) -> anyhow::Result<Exit> {
    let shown = policy::builtin().iter().map(|name| policy_show::show(name));
    let shown = shown.collect::<Result<Vec<_>, _>>().map_err(|e| usage(e, None))?;
    if json {
        let mut out = terminal.data();
        serde_json::to_writer_pretty(&mut out, &shown).map_err(io::Error::from)?;
        writeln!(out)?;
        out.flush()?;
        return Ok(Exit::Complete);
    }
    let mut out = terminal.out();
    for table in shown {
        writeln!(out, "{:<18} {:<8} {}", table.name, table.version, table.title)?;
    }
    out.flush()?;
    Ok(Exit::Complete)
}
