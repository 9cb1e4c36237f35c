//! What has to be edited so that the plan holds, and does it hold then?
//!
//! The path reads straight: scan → group fixes into projects → for each, try on a copy (edit manifests,
//! let the tool write the lock file, scan the copy) → show, or replace the files → scan again. Nothing in
//! the tree changes before the copy has been found better, and then all files of a project or none.
//! Start reading at [`fix`].

mod age;
mod attempt;
mod check;
mod copy;
mod diff;
mod dirty;
mod files;
mod locks;
mod project;
mod replace;
pub mod report;
mod tree;

use std::ffi::OsString;
use std::path::PathBuf;

use sandbox::{Attestation, Ended, Toolbox};
use sha2::{Digest, Sha256};
use vocab::Instant;

pub use sandbox::Interrupt;

use crate::intelligence::Intelligence;
use crate::report::{Fix, Report};
use crate::scan::{self, ScanError};
use attempt::{Around, Attempt};
use project::Project;
use replace::Replacement;
use report::{FileChange, FixReport, Ran, Step, Tally};
use tree::Changed;

/// What to fix and how.
pub struct Request {
    /// What to scan.
    pub scan: scan::Request,
    /// How to fix.
    pub options: Options,
    /// The caller's environment; little of it reaches a tool.
    pub variables: Vec<(OsString, OsString)>,
    /// Asked between steps.
    pub interrupt: Interrupt,
}

/// How to fix.
#[derive(Debug, Clone)]
pub struct Options {
    /// Change the files; else only show what would change.
    pub write: bool,
    /// Edit manifests and leave lock files behind.
    pub manifest_only: bool,
    /// Run no tool that uses the network.
    pub offline: bool,
    /// Change files that have changes which are not committed.
    pub allow_dirty: bool,
    /// Most seconds for one run of a tool.
    pub seconds: u64,
    /// A folder of the user's own for copies; never inside a scanned tree.
    pub work: PathBuf,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum FixError {
    /// The scan failed.
    #[error(transparent)]
    Scan(#[from] ScanError),
    /// The folder for copies lies where a tool would find the tree's configuration.
    #[error(
        "copies would lie in {0}, inside what is scanned, where its configuration reaches tools"
    )]
    Work(PathBuf),
    /// The user asked to stop; nothing was changed after that.
    #[error("stopped; {0} projects were changed before")]
    Interrupted(usize),
}

/// Fixes, or shows what would be fixed.
///
/// # Errors
/// The scan failed, there is no safe place for copies, or the user asked to stop. What could not be
/// fixed stands in the report.
pub fn fix(
    request: &Request,
    intelligence: &Intelligence,
    now: Instant,
    say: &dyn Fn(&str),
) -> Result<FixReport, FixError> {
    let options = &request.options;
    let before = scan::scan(&request.scan, intelligence, now)?;
    let (projects, left) = project::group(&before.fixes, &request.scan.targets);
    let roots: Vec<PathBuf> = projects.iter().map(|p| p.root.clone()).collect();
    let toolbox = Toolbox::new(
        request.variables.clone(),
        &roots,
        options.offline,
        request.interrupt.clone(),
        now,
    );
    std::fs::create_dir_all(&options.work).ok();
    if toolbox.forbids(&options.work) {
        return Err(FixError::Work(options.work.clone()));
    }
    copy::sweep(&options.work);
    let around = Around { intelligence, toolbox: &toolbox, options, report: &before, now, say };
    let mut changed = Changed::default();
    let mut made = FixReport {
        schema: report::SCHEMA.into(),
        gabion: env!("CARGO_PKG_VERSION").into(),
        at: now,
        mode: if options.write { "write" } else { "plan" }.into(),
        complete: false,
        before: tally(&before),
        after: None,
        projects: Vec::new(),
        not_applied: left.iter().map(|fix| untouched(fix, &by_hand(fix))).collect(),
        age_rules: Vec::new(),
        warnings: before.warnings.clone(),
    };
    for project in &projects {
        let shown = |path: &str| project.shown(path);
        let rules = age::rules(&project.root, &project.folder, &shown);
        let done = one(project, &mut changed, &around, &rules);
        made.age_rules.extend(rules);
        if toolbox.interrupted() {
            let written = made.projects.iter().filter(|p| p.state == "written").count();
            return Err(FixError::Interrupted(written + usize::from(done.state == "written")));
        }
        made.projects.push(done);
    }
    made.age_rules.sort();
    made.age_rules.dedup();
    if options.write {
        made.after = Some(tally(&scan::scan(&request.scan, intelligence, now)?));
    }
    let applied = |step: &Step| step.outcome == "applied";
    let mut steps = made.projects.iter().flat_map(|p| &p.fixes).chain(&made.not_applied);
    // Where nothing is asked for because nothing could be read, nothing is settled.
    let asked = steps.clone().next().is_some() || made.before.complete;
    made.complete = asked && made.not_applied.is_empty() && steps.all(applied);
    Ok(made)
}

/// One project, from its copy to its files.
fn one(
    project: &Project<'_>,
    changed: &mut Changed,
    around: &Around<'_>,
    rules: &[report::AgeRule],
) -> report::Project {
    let mut done = report::Project {
        folder: project.shown(&project.folder),
        manager: project.family.as_str().into(),
        state: "unchanged".into(),
        reason: None,
        files: Vec::new(),
        fixes: Vec::new(),
        tools: Vec::new(),
        before: 0,
        after: 0,
        closed: Vec::new(),
        open: Vec::new(),
        brought: Vec::new(),
        remarks: Vec::new(),
    };
    let mut attempt = match Attempt::new(project, changed, around) {
        Ok(attempt) => attempt,
        Err(reason) => {
            refuse(&mut done, project, &reason);
            return done;
        }
    };
    attempt.run();
    let now = attempt.files();
    let replacements: Vec<(String, Replacement)> = attempt
        .original
        .iter()
        .filter_map(|(path, before)| {
            let after = now.get(path).filter(|after| *after != before)?.clone();
            let before = before.clone();
            Some((path.clone(), Replacement { path: project.root.join(path), before, after }))
        })
        .collect();
    done.before = attempt.before.keys.len() as u64;
    done.after = attempt.after.keys.len() as u64;
    let difference = check::compare(&attempt.before, &attempt.after);
    (done.closed, done.open, done.brought) =
        (difference.closed, difference.open, difference.brought);
    done.files = replacements.iter().map(|(path, file)| file_change(project, path, file)).collect();
    done.fixes = steps(&attempt, rules, around.now);
    done.remarks = remarks(project, around.options, !replacements.is_empty());
    done.tools = std::mem::take(&mut attempt.ran);
    if replacements.is_empty() {
        return done;
    }
    done.state = "planned".into();
    if around.options.write && !around.toolbox.interrupted() {
        match write(project, &replacements, around) {
            Ok(()) => done.state = "written".into(),
            Err(reason) => {
                refuse(&mut done, project, &reason);
                return done;
            }
        }
    }
    for (path, file) in replacements {
        changed.note(&project.root, &path, file.after);
    }
    done
}

/// Puts the new contents in place.
fn write(
    project: &Project<'_>,
    files: &[(String, Replacement)],
    around: &Around<'_>,
) -> Result<(), String> {
    let folder = &project.root;
    if !around.options.allow_dirty && dirty::versioned(folder) {
        let names: Vec<String> = files.iter().map(|(path, _)| path.clone()).collect();
        let home = copy::Copy::new(&around.options.work).map_err(|e| e.to_string())?;
        match dirty::unsaved(folder, &names, around.toolbox, &home.home()) {
            Ok(dirty) if dirty.is_empty() => {}
            Ok(dirty) => {
                return Err(format!(
                    "{} has changes that are not committed: commit them, or give --allow-dirty",
                    dirty.join(", ")
                ));
            }
            Err(reason) => {
                return Err(format!(
                    "git could not tell whether there are changes that are not committed ({reason}); --allow-dirty goes on"
                ));
            }
        }
    }
    let all: Vec<Replacement> = files.iter().map(|(_, file)| file.clone()).collect();
    replace::all(&all).map_err(|error| chain(&error))
}

fn chain(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

/// Nothing of the project is changed, for one reason.
fn refuse(done: &mut report::Project, project: &Project<'_>, reason: &str) {
    done.state = "refused".into();
    done.reason = Some(reason.to_owned());
    done.after = done.before;
    done.files.clear();
    done.closed.clear();
    done.brought.clear();
    done.fixes = project.fixes.iter().map(|fix| untouched(fix, reason)).collect();
}

fn steps(attempt: &Attempt<'_, '_>, rules: &[report::AgeRule], now: Instant) -> Vec<Step> {
    let all = attempt.project.fixes.iter().zip(&attempt.results);
    all.map(|(fix, result)| {
        let keys = attempt.keys(fix);
        let left = attempt.left(&keys);
        let outcome = match (keys.is_empty(), left) {
            (false, 0) => "applied",
            (false, left) if left < keys.len() => "partly",
            _ if !result.lines.is_empty() => "partly",
            _ => "not_applied",
        };
        let mut step = untouched(fix, "");
        step.outcome = outcome.into();
        step.lines.clone_from(&result.lines);
        step.age = age::verdict(rules, fix, now);
        step.reason = match outcome {
            "applied" => None,
            "partly" if result.reason.is_none() => Some(match attempt.still(&keys) {
                there if !there.is_empty() => {
                    let there: Vec<String> = there.into_iter().collect();
                    format!("still there: {}", there.join(", "))
                }
                _ => "the lock file has to follow: run the command".to_owned(),
            }),
            _ => result.reason.clone().or_else(|| Some(by_hand(fix))),
        };
        if outcome == "applied" {
            step.command = None;
        }
        step
    })
    .collect()
}

/// A fix to which nothing was done.
fn untouched(fix: &Fix, reason: &str) -> Step {
    Step {
        id: fix.id.clone(),
        package: fix.package.clone(),
        ecosystem: fix.ecosystem.clone(),
        from: fix.from.clone(),
        to: fix.to.clone(),
        step: fix.step.clone(),
        due: fix.due,
        emergency: fix.emergency,
        outcome: "not_applied".into(),
        lines: Vec::new(),
        reason: (!reason.is_empty()).then(|| reason.to_owned()),
        command: fix.command.clone(),
        age: None,
    }
}

fn by_hand(fix: &Fix) -> String {
    fix.how.clone()
}

fn remarks(project: &Project<'_>, options: &Options, changed: bool) -> Vec<String> {
    let mut all = Vec::new();
    if changed && options.manifest_only && !project.family.locks().is_empty() {
        all.push("--manifest-only: the lock file is as it was, so builds may fail until its tool has written it".to_owned());
    }
    if changed && project.family == project::Family::Requirements {
        all.push("pins were changed without a resolver: `pip install --dry-run -r` tells whether they fit together".to_owned());
    }
    if changed && project.family == project::Family::Maven {
        all.push("versions were changed without a resolver: build and test".to_owned());
    }
    if changed && project.family == project::Family::Go {
        all.push(
            "run `go mod tidy`: it reads the sources, which do not go into the copy".to_owned(),
        );
    }
    all
}

fn file_change(project: &Project<'_>, path: &str, file: &Replacement) -> FileChange {
    let shown = project.shown(path);
    let (diff, cut) = diff::unified(&shown, &file.before, &file.after);
    let (sha256_before, sha256_after) = (digest(&file.before), digest(&file.after));
    FileChange { path: shown, sha256_before, sha256_after, diff, cut }
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

fn tally(report: &Report) -> Tally {
    Tally {
        findings: report.findings.len() as u64,
        overdue: report.findings.iter().filter(|f| f.overdue).count() as u64,
        emergencies: report.findings.iter().filter(|f| f.emergency).count() as u64,
        complete: report.complete,
    }
}

fn ran(attestation: Attestation) -> Ran {
    Ran {
        tool: attestation.tool.to_owned(),
        path: attestation.path.to_string_lossy().into_owned(),
        version: attestation.version,
        arguments: attestation.arguments,
        started: attestation.started,
        seconds: (attestation.seconds * 1000.0).round() / 1000.0,
        ended: match attestation.ended {
            Ended::Exit(code) => format!("exit {code}"),
            Ended::Signal(signal) => format!("signal {signal}"),
            Ended::TimedOut => "timed out".to_owned(),
            Ended::Interrupted => "interrupted".to_owned(),
        },
        stdout: attestation.stdout_tail,
        stderr: attestation.stderr_tail,
    }
}
