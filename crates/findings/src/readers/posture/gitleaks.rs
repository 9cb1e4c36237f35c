//! Gitleaks JSON: before version 8 (`offender`, `rule`, `file`) and since (`Secret`, `RuleID`, `File`).
//!
//! The value is `offender` or `Secret`; `line` and `Match` hold the code around it and are not taken. Since
//! version 8 `Fingerprint` is made of commit, file, rule and line, none of which outlives a rewritten history,
//! so it is no id. With `--redact` the value is hidden, and a line that two commits wrote may hold two secrets: only
//! there it is told, so that they stay two in a document. Gitleaks rates nothing.

use super::reading::{each_record, relative, secret};
use crate::format::Format;
use crate::observation::{Class, Fingerprint, Location, Observation};
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::Record;

/// Gitleaks JSON.
pub const FORMAT: Format = Format {
    id: "gitleaks",
    title: "Gitleaks JSON",
    detects: |shape| {
        shape.is_json
            && ["[].", ""].iter().any(|root| {
                let all = |fields: &[&str]| fields.iter().all(|f| shape.has(&format!("{root}{f}")));
                all(&["offender", "rule", "file"]) || all(&["RuleID", "Secret", "File", "Match"])
            })
    },
    read,
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Gitleaks".to_owned()));
    sink.fact(Fact::Kind(Class::Secret));
    each_record(source, sink, &mut |sink, leak, place| {
        let rule = leak.first(&["RuleID", "rule"]);
        if rule.is_empty() || leak.first(&["File", "file"]).is_empty() {
            sink.dropped(&place, "no rule or no file");
            return Ok(());
        }
        sink.observation(Observation { place, ..observation(leak, rule) })
    })
}

fn observation(leak: Record<'_>, rule: &str) -> Observation {
    let line = leak.whole("StartLine").max(leak.whole("lineNumber"));
    // Before version 8 `repo` is `.` for a folder.
    let repository = leak.first(&["repoURL", "repo"]);
    let secret = secret(leak.first(&["Secret", "offender"]));
    let told = leak.text("Fingerprint").to_owned();
    let told = Fingerprint { name: "Fingerprint".to_owned(), value: told };
    Observation {
        class: Class::Secret,
        rule: rule.to_owned(),
        title: leak.first(&["Description", "RuleID", "rule"]).to_owned(),
        locations: vec![Location {
            path: relative(leak.first(&["File", "file"])),
            line,
            end_line: leak.whole("EndLine"),
            column: leak.whole("StartColumn"),
            ..Location::default()
        }],
        fingerprints: Some(told).filter(|_| secret.is_none()).into_iter().collect(),
        secret,
        references: leak.texts("leakURL").into_iter().filter(|url| !url.is_empty()).collect(),
        target: if repository == "." { "" } else { repository }.to_owned(),
        ..Observation::default()
    }
}
