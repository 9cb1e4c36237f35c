//! Would a change mix with work that is not committed?
//!
//! git is asked for the hash of each file and for the one of the last commit. Neither question runs a
//! hook, a filter or a monitor that the repository's own configuration names.

use std::path::Path;

use sandbox::{Limits, Order, Tool, Toolbox};

/// Whether the folder lies in a git work tree.
pub fn versioned(folder: &Path) -> bool {
    let Ok(real) = folder.canonicalize() else { return false };
    real.ancestors().any(|above| above.join(".git").symlink_metadata().is_ok())
}

/// The names of files that differ from the last commit, or are not in it.
///
/// # Errors
/// git could not be asked; why.
pub fn unsaved(
    folder: &Path,
    names: &[String],
    toolbox: &Toolbox,
    home: &Path,
) -> Result<Vec<String>, String> {
    let mut dirty = Vec::new();
    for name in names {
        let ask = |arguments: &[&str]| {
            let order = Order {
                tool: Tool::Git,
                arguments: arguments.iter().map(|a| (*a).to_owned()).collect(),
                folder,
                home,
                network: false,
                limits: Limits { seconds: 30, ..Limits::default() },
            };
            toolbox.run(&order).map_err(|error| error.to_string())
        };
        let now = ask(&["-c", "core.fsmonitor=false", "hash-object", "--no-filters", "--", name])?;
        if !now.succeeded() {
            return Err(now.stderr_tail.lines().next().unwrap_or("git failed").to_owned());
        }
        let last = ask(&[
            "-c",
            "core.fsmonitor=false",
            "rev-parse",
            "--verify",
            "--quiet",
            &format!("HEAD:./{name}"),
        ])?;
        if !last.succeeded() || last.stdout_tail.trim() != now.stdout_tail.trim() {
            dirty.push(name.clone());
        }
    }
    Ok(dirty)
}
