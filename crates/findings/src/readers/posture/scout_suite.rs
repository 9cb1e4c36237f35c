//! Scout Suite: checks of cloud accounts, as the script file of its report page.
//!
//! The file is `scoutsuite_results =` and then one JSON object: `services.<service>.findings.<rule>` with the
//! flagged `items`, each a path to a resource whose last step names what was looked at. Levels are «danger» and
//! «warning». A rule that looked at something and flagged nothing is counted as passed; one that looked at nothing
//! (`checked_items` 0, as where a service's list could not be read) proves nothing.

use std::io::{Cursor, Read};

use super::reading::{one_line, setting, tell_passed};
use crate::coverage::{Filter, Target};
use crate::format::Format;
use crate::observation::{Class, Observation};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop, looked_at};
use crate::source::Source;
use crate::walk::json::{Record, walk};

/// Scout Suite's results file.
pub const FORMAT: Format = Format {
    id: "scout-suite",
    title: "Scout Suite results (JavaScript)",
    detects: |shape| shape.text.trim_start().starts_with("scoutsuite_results"),
    read,
};

/// The object behind the assignment is read as a whole; larger files are refused.
const MAX_SCRIPT: u64 = 256 << 20;

const PATTERNS: &[&str] = &[
    "services.*.findings.*",
    "last_run.version",
    "last_run.time",
    "account_id",
    "last_run.ruleset_name",
    "last_run.run_parameters",
];

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Scout Suite".to_owned()));
    sink.fact(Fact::Kind(Class::Configuration));
    let mut bytes = Vec::new();
    source.pass()?.take(MAX_SCRIPT + 1).read_to_end(&mut bytes).map_err(Stop::Io)?;
    if bytes.len() as u64 > MAX_SCRIPT {
        return Err(Stop::broken("the document", "larger than 256 MiB; export fewer services"));
    }
    let begins = bytes.iter().position(|byte| *byte == b'{');
    let begins = begins.ok_or_else(|| Stop::broken("the document", "no object is assigned"))?;
    bytes.drain(..begins);
    // What ends the statement is no JSON.
    while bytes.last().is_some_and(|byte| byte.is_ascii_whitespace() || *byte == b';') {
        bytes.pop();
    }
    let mut cursor = Cursor::new(bytes);
    let mut passed = 0;
    walk(&mut Source::new(&mut cursor), PATTERNS, sink, &mut |sink, hit| {
        let (record, place) = (hit.record(), hit.place());
        let text = record.0.as_str().unwrap_or_default().to_owned();
        match hit.pattern {
            0 if record.whole("flagged_items") == 0 => {
                let looked = record.whole("checked_items") > 0;
                passed += u64::from(looked);
                let rule = hit.key(3).to_owned();
                if looked {
                    sink.fact(Fact::PassedAt(rule, Target::run()));
                } else if record.has("checked_items") {
                    sink.fact(Fact::NotRunAt(rule, Target::run()));
                }
            }
            0 => {
                for (number, item) in record.items("items").enumerate() {
                    let item = item.0.as_str().unwrap_or_default();
                    let place = format!("{place}.items[{number}]");
                    let observation = observation(record, hit.key(3), item);
                    sink.observation(Observation { place, ..observation })?;
                }
                if !record.has("items.0") {
                    sink.dropped(&place, "flagged items that are not named");
                }
            }
            1 => sink.fact(Fact::ToolVersion(text)),
            2 => looked_at(sink, &text, words::when(&text)),
            3 => sink.fact(Fact::Target(text)),
            4 => setting(sink, "rules", text),
            _ => parameters(sink, record),
        }
        Ok(())
    })?;
    tell_passed(sink, passed);
    Ok(())
}

/// Services and regions to which the run was narrowed.
fn parameters(sink: &mut dyn Sink, parameters: Record<'_>) {
    for name in ["services", "skipped_services", "regions", "excluded_regions"] {
        let narrowed = parameters.texts(name).join(", ");
        if !narrowed.is_empty() {
            sink.fact(Fact::Filter(Filter::Other(format!("{name}: {narrowed}"))));
        }
    }
}

fn observation(finding: Record<'_>, rule: &str, item: &str) -> Observation {
    let suffix = finding.text("id_suffix");
    let resource = item.strip_suffix(suffix).and_then(|rest| rest.strip_suffix('.'));
    Observation {
        class: Class::Configuration,
        rule: rule.to_owned(),
        title: one_line(match finding.text("description") {
            "" => rule,
            said => said,
        }),
        description: finding.text("rationale").to_owned(),
        remedy: finding.text("remediation").to_owned(),
        severity: words::severity(finding.text("level")),
        resource: resource.filter(|_| !suffix.is_empty()).unwrap_or(item).to_owned(),
        references: finding.texts("references"),
        ..Observation::default()
    }
}
