//! What tools on a host say of its files, line by line: ClamAV, chkrootkit, Rootkit Hunter, AIDE, Firmwalker.
//!
//! The file is what the problem is of, the signature or check is the rule. None of them rates. ClamAV: `path:
//! signature FOUND`. chkrootkit: `INFECTED`, and lines that begin `WARNING:`; what it skipped or did not test
//! makes the run incomplete. Rootkit Hunter: `Warning:` after the check that raised it. AIDE: entries added,
//! removed and changed. Firmwalker: files by the pattern that they fit, and hashes of passwords, which are secrets.

use super::reading::{one_line, quoted, secret, tell_passed};
use crate::coverage::{MAX_TOLD, Target};
use crate::format::Format;
use crate::observation::{Class, Location, Observation};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop, looked_at};
use crate::source::Source;
use crate::walk::lines;
use crate::walk::shape::Shape;
use vocab::Severity;

/// `clamscan`'s output.
pub const CLAMAV: Format = Format {
    id: "clamav",
    title: "ClamAV output",
    detects: |shape| plain(shape) && shape.text.contains("----------- SCAN SUMMARY -----------"),
    read: read_clamav,
};

/// chkrootkit's output.
pub const CHKROOTKIT: Format = Format {
    id: "chkrootkit",
    title: "chkrootkit output",
    detects: |shape| {
        plain(shape)
            && (shape.text.starts_with("ROOTDIR is `") || shape.text.contains("WARNING: chkdirs: "))
    },
    read: read_chkrootkit,
};

/// Rootkit Hunter's log.
pub const RKHUNTER: Format = Format {
    id: "rkhunter",
    title: "Rootkit Hunter log",
    // Its lines begin with a time in brackets, as a JSON array does.
    detects: |shape| shape.text.contains("] Running Rootkit Hunter version "),
    read: read_rkhunter,
};

/// AIDE's report.
pub const AIDE: Format = Format {
    id: "aide",
    title: "AIDE report",
    detects: |shape| {
        plain(shape)
            && shape.text.contains("(AIDE ")
            && (shape.text.contains("Start timestamp: ") || shape.text.contains("AIDE found"))
    },
    read: read_aide,
};

/// Firmwalker's output.
pub const FIRMWALKER: Format = Format {
    id: "firmwalker",
    title: "Firmwalker output",
    detects: |shape| plain(shape) && shape.text.starts_with("***Firmware Directory***"),
    read: read_firmwalker,
};

fn plain(shape: &Shape) -> bool {
    !shape.is_json && !shape.is_xml && shape.members.is_empty()
}

/// A problem of a file, or of the host where `path` is empty.
fn of_file(
    rule: &str,
    title: String,
    path: &str,
    severity: Severity,
    place: String,
) -> Observation {
    let location = Location { path: path.to_owned(), ..Location::default() };
    Observation {
        class: Class::Configuration,
        rule: rule.to_owned(),
        title,
        severity,
        resource: path.to_owned(),
        locations: Some(location).into_iter().filter(|l| !l.path.is_empty()).collect(),
        place,
        ..Observation::default()
    }
}

fn read_clamav(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("ClamAV".to_owned()));
    let mut passed = 0;
    let mut files = Vec::new();
    lines::walk(source, sink, &mut |sink, number, line| {
        let place = format!("line {number}");
        let told = |said: &str| said == "OK" || said.ends_with(" FOUND");
        if let Some((file, _)) = line.rsplit_once(": ").filter(|(_, said)| told(said))
            && files.len() < MAX_TOLD
        {
            files.push(Target::file(file));
        }
        if let Some(version) = line.strip_prefix("Engine version: ") {
            sink.fact(Fact::ToolVersion(version.trim().to_owned()));
        } else if let Some(found) = line.strip_suffix(" FOUND") {
            let Some((path, signature)) = found.rsplit_once(": ") else {
                sink.dropped(&place, "no path before the signature");
                return Ok(());
            };
            let title = format!("{signature} found");
            let unknown = Severity::Unknown;
            return sink.observation(of_file(signature, title, path, unknown, place));
        } else if line.ends_with(" ERROR") {
            sink.fact(Fact::Incomplete(one_line(line)));
            if let Some((file, _)) = line.rsplit_once(": ") {
                sink.fact(Fact::Missed(Target::file(file)));
            }
        } else if line.ends_with(": OK") {
            passed += 1;
        }
        Ok(())
    })?;
    // Only a run that lists what is fine lists all.
    if passed > 0 {
        files.into_iter().for_each(|file| sink.fact(Fact::Looked(file)));
    }
    tell_passed(sink, passed);
    Ok(())
}

fn read_chkrootkit(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("chkrootkit".to_owned()));
    let (mut passed, mut untested) = (0, 0_u64);
    lines::walk(source, sink, &mut |sink, number, line| {
        let place = format!("line {number}");
        let text = line.trim();
        let check = text.split("...").next().unwrap_or_default();
        let name = check.split('`').nth(1).and_then(|rest| rest.split('\'').next());
        let name = name.unwrap_or(check).trim_start_matches("Searching for ").trim();
        if let Some(warning) = text.strip_prefix("WARNING: ") {
            let rule = warning.split(':').next().unwrap_or(warning);
            let title = warning.trim_end_matches(':').to_owned();
            return sink.observation(of_file(rule, title, "", Severity::Unknown, place));
        }
        if text.ends_with("not infected")
            || text.ends_with("not found")
            || text.ends_with("nothing found")
        {
            passed += 1;
        } else if text.ends_with("not tested") || text.contains("WARNING: Skipping") {
            untested += 1;
        } else if text.contains("INFECTED") {
            let title = format!("{name} is infected");
            return sink.observation(of_file(name, title, "", Severity::Unknown, place));
        }
        Ok(())
    })?;
    if untested > 0 {
        sink.fact(Fact::Incomplete(format!("{untested} checks were skipped or not made")));
    }
    tell_passed(sink, passed);
    Ok(())
}

fn read_rkhunter(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Rootkit Hunter".to_owned()));
    let (mut passed, mut check) = (0, String::new());
    lines::walk(source, sink, &mut |sink, number, line| {
        // `[05:04:04] ` before each line.
        let text = line.split_once("] ").filter(|_| line.starts_with('[')).map_or(line, |(_, t)| t);
        let text = text.trim();
        let (said, result) = match text.rsplit_once('[') {
            Some((said, result)) if result.ends_with(']') => {
                (said.trim(), result.trim_matches([' ', ']']))
            }
            _ => (text, ""),
        };
        if let Some(version) = text.strip_prefix("Running Rootkit Hunter version ") {
            let mut parts = version.split(" on ");
            sink.fact(Fact::ToolVersion(parts.next().unwrap_or_default().to_owned()));
            if let Some(host) = parts.next() {
                sink.fact(Fact::Target(host.trim().to_owned()));
            }
        } else if let Some(warning) = said.strip_prefix("Warning: ") {
            let rule = if check.is_empty() { warning } else { check.as_str() };
            let path = quoted(warning, '\'');
            let path = if path.is_empty() { quoted(rule, '\'') } else { path }.to_owned();
            let rule = rule.split('\'').next().unwrap_or(rule).trim().to_owned();
            check.clear();
            let place = format!("line {number}");
            let severity = words::severity("warning");
            return sink.observation(of_file(&rule, one_line(warning), &path, severity, place));
        } else if result == "Warning" {
            said.clone_into(&mut check);
        } else if matches!(result, "OK" | "None found" | "Not found" | "Not allowed") {
            passed += 1;
        }
        Ok(())
    })?;
    tell_passed(sink, passed);
    Ok(())
}

fn read_aide(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("AIDE".to_owned()));
    let mut section = "";
    lines::walk(source, sink, &mut |sink, number, line| {
        let text = line.trim_end();
        if let Some(start) = text.strip_prefix("Start timestamp: ") {
            let (at, version) = start.split_once(" (AIDE ").unwrap_or((start, ""));
            looked_at(sink, at, words::when(at));
            if !version.is_empty() {
                sink.fact(Fact::ToolVersion(version.trim_end_matches(')').to_owned()));
            }
        }
        section = match text {
            "Added entries:" => "added",
            "Removed entries:" => "removed",
            "Changed entries:" => "changed",
            _ if text.starts_with("Detailed information") || text.starts_with("The attributes") => {
                ""
            }
            _ => section,
        };
        // `f > ... ....H      : /path`; older ones write `changed: /path`.
        let Some((_, path)) = text.split_once(": ").filter(|_| !section.is_empty()) else {
            return Ok(());
        };
        let path = path.trim();
        if !path.starts_with('/') {
            return Ok(());
        }
        let title = format!("{path} was {section}");
        let place = format!("line {number}");
        sink.observation(of_file(section, title, path, Severity::Unknown, place))
    })
}

fn read_firmwalker(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Firmwalker".to_owned()));
    let (mut section, mut pattern) = (String::new(), String::new());
    lines::walk(source, sink, &mut |sink, number, line| {
        let text = line.trim();
        if let Some(heading) = text.strip_prefix("***").and_then(|t| t.strip_suffix("***")) {
            heading.clone_into(&mut section);
            pattern.clear();
        } else if text.starts_with("#####") || text.starts_with("----------") {
            text.trim_matches(['#', '-', ' ']).clone_into(&mut pattern);
        } else if section == "Firmware Directory" {
            if !text.is_empty() {
                sink.fact(Fact::Target(text.to_owned()));
            }
        } else if !text.is_empty() {
            let rule = if pattern.is_empty() { &section } else { &pattern };
            let place = format!("line {number}");
            if section.contains("hash") {
                return sink.observation(Observation {
                    class: Class::Secret,
                    rule: section.clone(),
                    title: section.clone(),
                    secret: secret(text),
                    place,
                    ..Observation::default()
                });
            }
            let title = format!("{section}: {text}");
            // A file that fits a pattern is where to look, no problem by itself.
            return sink.observation(of_file(rule, title, text, Severity::None, place));
        }
        Ok(())
    })
}
