//! Checkov: failed and skipped checks of infrastructure as code.
//!
//! One object (`check_type`, `results`, `summary`), an array of them with one for each kind of file, or only
//! the counts when nothing was looked at. `results.passed_checks` are counted and told with their files,
//! `results.skipped_checks` are suppressed, files of `results.parsing_errors` were missed (Checkov's documentation,
//! «Reviewing scan results»). `check_type` says what was asked for. Checks of packages and of secrets stand in the same
//! lists and become dependencies and secrets.
//!
//! `file_path` begins below the scanned folder, `repo_file_path` (since 2.0) below the folder in which Checkov was
//! called, each with a slash in front (Checkov's `common/output/record.py`); its SARIF has the second alone.

use std::collections::BTreeSet;

use super::reading::{below_root, digest, package_kind, tell_passed};
use crate::coverage::Target;
use crate::format::Format;
use crate::observation::{Class, Component, Location, Observation, Standing};
use crate::readers::{told, words};
use crate::sink::{Fact, Met, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{Record, walk};

/// Checkov JSON.
pub const FORMAT: Format = Format {
    id: "checkov",
    title: "Checkov JSON",
    detects: |shape| {
        shape.is_json
            && (shape.all(&["check_type", "results.failed_checks"])
                || shape.all(&["[].check_type", "[].results.failed_checks"])
                || shape.all(&["checkov_version", "passed", "failed"]))
    },
    read,
};

/// Most scanned folders that are told apart.
const MAX_ROOTS: usize = 1_000;

const ERRORS: &[&str] = &["results.parsing_errors[]", "[].results.parsing_errors[]"];
const PATTERNS: &[&str] = &[
    "results.failed_checks[]",
    "[].results.failed_checks[]",
    "results.skipped_checks[]",
    "[].results.skipped_checks[]",
    "results.passed_checks[]",
    "[].results.passed_checks[]",
    "results.parsing_errors[]",
    "[].results.parsing_errors[]",
    "summary.checkov_version",
    "[].summary.checkov_version",
    "checkov_version",
    "check_type",
    "[].check_type",
    "passed",
];

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Checkov".to_owned()));
    let (mut passed, mut version) = (0, String::new());
    let (mut roots, mut errors) = (BTreeSet::new(), false);
    walk(source, PATTERNS, sink, &mut |sink, hit| {
        let record = hit.record();
        if hit.pattern <= 5 && roots.len() < MAX_ROOTS {
            roots.extend(root(record));
        }
        match hit.pattern {
            0..=3 => {
                let place = hit.place();
                if record.text("check_id").is_empty() && record.text("check_name").is_empty() {
                    sink.dropped(&place, "neither check_id nor check_name");
                    return Ok(());
                }
                sink.observation(Observation { place, ..observation(record) })?;
            }
            4 | 5 => {
                passed += 1;
                // Of secrets and packages a check that passed speaks of one value or package alone.
                if !is_of_one(record.text("check_id")) {
                    told::passed_one(sink, &observation(record));
                }
            }
            6 | 7 => {
                errors = true;
                let file = below_root(record.0.as_str().unwrap_or_default());
                sink.fact(Fact::Missed(Target::file(&file)));
            }
            11 | 12 => kind(record.0.as_str().unwrap_or_default(), sink),
            // Where it found no file to look at, the counts are all there is.
            13 => sink.met(Met::Anything),
            _ => version = record.0.as_str().unwrap_or_default().to_owned(),
        }
        Ok(())
    })?;
    if errors && !roots.is_empty() {
        missed(source, sink, &roots)?;
    }
    if !version.is_empty() {
        sink.fact(Fact::ToolVersion(version));
    }
    tell_passed(sink, passed);
    Ok(())
}

/// Tells files that did not parse under the name that their checks have: they are listed from the machine's root.
fn missed(
    source: &mut Source<'_>,
    sink: &mut dyn Sink,
    roots: &BTreeSet<(String, String)>,
) -> Result<(), Stop> {
    walk(source, ERRORS, sink, &mut |sink, hit| {
        let file = hit.value.as_str().unwrap_or_default();
        for (root, named) in roots {
            if let Some(rest) = file.strip_prefix(root.as_str()) {
                let name = below_root(&format!("{named}{rest}"));
                sink.fact(Fact::Missed(Target::file(&name)));
            }
        }
        Ok(())
    })
    .map(|_| ())
}

/// The scanned folder of a check from the machine's root, and as its files are named here.
fn root(record: Record<'_>) -> Option<(String, String)> {
    let below = record.text("file_path").trim();
    let whole = record.text("file_abs_path").trim().strip_suffix(below)?;
    let named = format!("/{}", path(record));
    let named = named.strip_suffix(below).unwrap_or_default();
    (below.starts_with('/') && !whole.is_empty()).then(|| (whole.to_owned(), named.to_owned()))
}

/// The path from where Checkov was called, so that files of two scanned folders stay two. Where that lies above, `..` is
/// taken out of it, so that it counts only where it holds the other path as a whole; what is made for the run (charts
/// are rendered to a temporary folder) is named below its folder.
fn path(record: Record<'_>) -> String {
    let below = below_root(record.text("file_path"));
    let called = below_root(record.text("repo_file_path"));
    let holds = called.strip_suffix(below.as_str()).is_some_and(|root| root.ends_with('/'));
    let passing = ["tmp/", "private/", "var/folders/"].iter().any(|root| called.starts_with(root));
    if holds && !passing && !below.is_empty() { called } else { below }
}

fn is_of_one(rule: &str) -> bool {
    ["CKV_SECRET_", "CKV_CVE_", "BC_CVE_", "BC_LIC_"].iter().any(|start| rule.starts_with(start))
}

/// `terraform`, `dockerfile` …, `secrets`, `sca_package`, `sast_python`.
fn kind(check_type: &str, sink: &mut dyn Sink) {
    let kind = match check_type {
        "" => return,
        "secrets" => Class::Secret,
        sca if sca.starts_with("sca_") => Class::Dependency,
        sast if sast.starts_with("sast") || sast.starts_with("cdk_") => Class::Code,
        _ => Class::Configuration,
    };
    sink.fact(Fact::Kind(kind));
}

fn observation(record: Record<'_>) -> Observation {
    let rule = record.text("check_id");
    let secret = rule.starts_with("CKV_SECRET_");
    let name = record.text("check_name").to_ascii_lowercase();
    // Where a check looks for hard-coded credentials, the code shows them.
    let shows =
        secret || ["hard coded", "hard-coded", "hardcoded"].iter().any(|w| name.contains(w));
    let snippet: String = record
        .items("code_block")
        .filter(|_| !shows)
        .take(200)
        .map(|line| line.text("1"))
        .collect();
    let suppressed = record.text("check_result.result").eq_ignore_ascii_case("SKIPPED");
    let mut observation = Observation {
        class: if secret { Class::Secret } else { Class::Configuration },
        rule: rule.to_owned(),
        title: record.first(&["check_name", "check_id"]).to_owned(),
        description: record.first(&["description", "short_description"]).to_owned(),
        severity: words::severity(record.text("severity")),
        locations: vec![Location {
            path: path(record),
            line: record.whole("file_line_range.0"),
            end_line: record.whole("file_line_range.1"),
            snippet,
            ..Location::default()
        }],
        // Of secrets the «resource» is a digest of the value.
        secret: if secret { digest("sha1", record.text("resource")) } else { None },
        resource: if secret { String::new() } else { record.text("resource").to_owned() },
        standing: if suppressed { Standing::Suppressed } else { Standing::Reported },
        standing_reason: record.text("check_result.suppress_comment").to_owned(),
        references: record.texts("guideline"),
        ..Observation::default()
    };
    if let Some(details) = record.at("vulnerability_details") {
        package(details, &mut observation);
    }
    observation
}

/// A check of Checkov's package scan: `vulnerability_details` names package, version and CVE.
fn package(details: Record<'_>, observation: &mut Observation) {
    observation.class = Class::Dependency;
    observation.resource = String::new();
    observation.ids = details.texts("id").into_iter().filter(|id| words::is_id(id)).collect();
    observation.description = details.text("description").to_owned();
    observation.score = details.first(&["vector"]).to_owned();
    if observation.score.is_empty() {
        observation.score = details.string("cvss");
    }
    let lowest = details.first(&["lowest_fixed_version", "fix_version"]);
    observation.component = Some(Component {
        kind: package_kind(details.first(&["package_type", "language"])).to_owned(),
        name: details.text("package_name").to_owned(),
        version: details.text("package_version").to_owned(),
        fixed_in: [lowest].into_iter().filter(|v| !v.is_empty()).map(str::to_owned).collect(),
        ..Component::default()
    });
}
