//! One command a file: from arguments to a use case of `app`, and from its result to the streams.

pub mod books;
pub mod close;
pub mod comment;
pub mod completions;
pub mod demo;
pub mod estate;
pub mod explain;
pub mod export;
pub mod fix;
pub mod import;
pub mod ledger;
pub mod man;
pub mod policy;
pub mod queue;
pub mod reference;
pub mod reopen;
pub mod scan;
pub mod settings;
pub mod show;
pub mod source;
pub mod stats;
pub mod sync;
pub mod triage;
pub mod undo;
pub mod verify;
pub mod watch_intel;

use anyhow::anyhow;
use app::config::{Config, ConfigError};
use app::intelligence::{DataDir, IntelligenceError};
use app::policy::PolicyChoiceError;
use app::scan::{Baseline, BaselineError, Request, ScanError, Target};
use vocab::Instant;

use crate::args::{ClockArg, Global, ReadingArgs};
use crate::exit::{failed, usage};
use crate::render::{Outputs, name};

const CHECK_PATH: &str = "check the path as it was typed, and that it can be read";

/// The clock of the world, asked once for each command.
#[expect(clippy::disallowed_methods, reason = "a command asks the time once and passes it on")]
pub fn now() -> Instant {
    Instant::now()
}

/// The folder for index and feeds.
pub fn data_dir(global: &Global) -> anyhow::Result<DataDir> {
    use etcetera::BaseStrategy;
    if let Some(folder) = &global.data_dir {
        return Ok(DataDir(folder.clone()));
    }
    let base = etcetera::choose_base_strategy().map_err(|_| {
        usage(
            anyhow!("no home folder is known to keep data in"),
            "name a folder with --data-dir".to_owned(),
        )
    })?;
    Ok(DataDir(base.data_dir().join("gabion")))
}

/// A scan request from what was typed.
pub fn request(reading: &ReadingArgs, targets: Vec<Target>) -> anyhow::Result<Request> {
    let read_as = match &reading.as_format {
        None => None,
        Some(id) => Some(app::formats_read::named(id).ok_or_else(|| {
            let known = app::formats_read::names().join(", ");
            usage(anyhow!("--as «{id}» is no format"), format!("one of: {known}"))
        })?),
    };
    let baseline = match &reading.baseline {
        None => None,
        Some(path) => Some(Baseline::load(path).map_err(|e| {
            let hint = match &e {
                BaselineError::Read { .. } => CHECK_PATH,
                _ => "a baseline is what `gabion scan --format json` wrote earlier",
            };
            usage(e, hint.to_owned())
        })?),
    };
    let mut request = Request::of(targets);
    request.read_as = read_as;
    request.platform.clone_from(&reading.platform);
    request.exclude.clone_from(&reading.exclude);
    request.configs = reading.config.iter().map(Target::new).collect();
    request.vex = reading.vex.iter().map(Target::new).collect();
    request.trust_config = reading.trust_config;
    request.policies.clone_from(&reading.policy);
    request.baseline = baseline;
    request.max_intel_age = reading.max_intel_age;
    request.reachability = reading.reach;
    request.from_signal = reading.clock == ClockArg::Signal;
    Ok(request)
}

/// The error of a scan, with the next step and the exit code.
pub fn scan_failed(error: ScanError) -> anyhow::Error {
    match error {
        ScanError::Intelligence(error) => intelligence_failed(error),
        ScanError::Target { .. } => usage(
            error,
            "name a repository, a folder of them, a lock file, an image, a bill of materials, or `/` for this system; `-` is standard input".to_owned(),
        ),
        ScanError::Exclude { .. } => {
            usage(error, "patterns are like `docs/**` or `**/fixtures`".to_owned())
        }
        ScanError::Config(error) => config_failed(error),
        ScanError::Policy(PolicyChoiceError::Unknown { .. }) => {
            usage(error, "`gabion policy show` lists the built-in ones".to_owned())
        }
        ScanError::Policy(PolicyChoiceError::Read { .. }) => usage(error, CHECK_PATH.to_owned()),
        ScanError::Policy(PolicyChoiceError::Table { .. }) => {
            usage(error, "`gabion policy check FILE` shows what is wrong".to_owned())
        }
    }
}

/// The error of an index that cannot be used.
pub fn intelligence_failed(error: IntelligenceError) -> anyhow::Error {
    let remedy = error.remedy().to_owned();
    failed(error, remedy)
}

/// An estate file for its feed addresses.
pub fn config(path: &std::path::Path) -> anyhow::Result<Config> {
    Config::load(path).map_err(config_failed)
}

fn config_failed(error: ConfigError) -> anyhow::Error {
    let hint = match &error {
        ConfigError::Read { .. } => CHECK_PATH,
        ConfigError::Shape { .. } => "docs/CONFIG.md lists every key",
    };
    usage(error, hint.to_owned())
}

/// Refuses a file that cannot be written for want of its folder, before anything long begins.
///
/// # Errors
/// The folder of one of them is not there, or one of them is a folder.
pub fn writable(outputs: &Outputs) -> anyhow::Result<()> {
    for (format, file) in &outputs.files {
        let parent = file.parent().filter(|p| !p.as_os_str().is_empty());
        let problem = match parent {
            Some(parent) if !parent.is_dir() => format!("there is no folder {}", parent.display()),
            _ if file.is_dir() => "it is a folder".to_owned(),
            _ => continue,
        };
        let hint = format!("name a file in a folder that is there: -o {}=FILE", name(*format));
        return Err(failed(anyhow!("cannot write {}: {problem}", file.display()), hint));
    }
    Ok(())
}
