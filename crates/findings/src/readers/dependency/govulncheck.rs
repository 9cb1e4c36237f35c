//! What did govulncheck find in a Go program?
//!
//! `govulncheck -json`: messages one after the other (or in an array) of which `osv` says what a problem is and
//! `finding` where it is met, and the one object of before 1.0 (`Vulns[]`). One observation for each problem and
//! module, with the first places of the program's own code that reach it; a problem that is in a required
//! module only and is not called stays an observation, and says so.

use std::collections::BTreeMap;

use crate::format::Format;
use crate::observation::{Location, Observation};
use crate::readers::dependency::{facts, fields::Cells, packages};
use crate::readers::told;
use crate::sink::{Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};
use crate::walk::shape::Shape;

/// govulncheck's JSON.
pub const FORMAT: Format = Format { id: "govulncheck", title: "govulncheck JSON", detects, read };

/// Most problems kept; those past it are dropped and said.
const MAX_PROBLEMS: usize = 100_000;
/// Most places kept of one problem.
const MAX_PLACES: usize = 100;

fn detects(shape: &Shape) -> bool {
    shape.value("config.scanner_name") == "govulncheck"
        || shape.value("[].config.scanner_name") == "govulncheck"
        || shape.all(&["Calls.Functions", "Imports"])
}

/// What was met of a problem in a module.
#[derive(Default)]
struct Met {
    version: String,
    fixed: String,
    called: bool,
    places: Vec<Location>,
    place: String,
}

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let mut met: BTreeMap<(String, String), Met> = BTreeMap::new();
    let mut version = String::new();
    let patterns = ["config", "[].config", "finding", "[].finding", "SBOM", "[].SBOM"];
    facts::only_packages(sink);
    json::walk(source, &patterns, sink, &mut |sink, hit| {
        let record = hit.record();
        match hit.pattern {
            0 | 1 => {
                version = record.text("scanner_version").to_owned();
                told::rules_version(sink, record.text("db_last_modified"));
                told::setting(sink, "scan_level", record.text("scan_level"));
                told::setting(sink, "scan_mode", record.text("scan_mode"));
            }
            4 | 5 => facts::looked_at_all(sink),
            _ => {
                let key = (record.text("osv").to_owned(), record.text("trace.0.module").to_owned());
                if met.len() >= MAX_PROBLEMS && !met.contains_key(&key) {
                    sink.dropped(&hit.place(), "more problems than are kept");
                } else {
                    met.entry(key).or_default().take(record, hit.place());
                }
            }
        }
        Ok(())
    })?;
    facts::tool(sink, "govulncheck", &version);
    let mut said = std::collections::BTreeSet::new();
    json::walk(source, &["osv", "[].osv", "Vulns[]"], sink, &mut |sink, hit| {
        if hit.pattern == 2 {
            return old(sink, hit.record(), hit.place());
        }
        let record = hit.record();
        let id = record.text("id");
        if !said.insert(id.to_owned()) {
            return Ok(());
        }
        let stated = packages::settled(described(record));
        let first = (id.to_owned(), String::new());
        for ((_, module), found) in met.range(first..).take_while(|((known, _), _)| known == id) {
            packages::hand_on(sink, found.place.clone(), observation(&stated, module, found))?;
        }
        Ok(())
    })?;
    for ((id, _), found) in met.iter().filter(|((id, _), _)| !said.contains(id)) {
        sink.dropped(&found.place, &format!("no message says what «{id}» is"));
    }
    Ok(())
}

impl Met {
    fn take(&mut self, finding: Record<'_>, place: String) {
        if self.place.is_empty() {
            self.place = place;
            self.version = finding.text("trace.0.version").to_owned();
            self.fixed = finding.text("fixed_version").to_owned();
        }
        self.called |= !finding.text("trace.0.function").is_empty();
        // The last step is the program's own call.
        let Some(own) = finding.items("trace").last().filter(|step| step.has("position")) else {
            return;
        };
        let path = own.text("position.filename");
        if !path.is_empty() && !path.starts_with('/') && self.places.len() < MAX_PLACES {
            self.places.push(Location {
                path: path.to_owned(),
                line: own.whole("position.line"),
                column: own.whole("position.column"),
                symbol: own.text("function").to_owned(),
                ..Location::default()
            });
        }
    }
}

fn observation(stated: &Observation, module: &str, met: &Met) -> Observation {
    let mut observation = stated.clone();
    if !met.called {
        observation.description.push_str("\n\nThe program does not call the vulnerable code.");
    }
    observation.component = packages::component("", "golang", module, &met.version, &met.fixed);
    observation.locations = met.places.clone();
    observation
}

fn described(osv: Record<'_>) -> Observation {
    let id = osv.text("id");
    let mut observation = Observation {
        rule: id.into(),
        title: osv.text("summary").into(),
        description: osv.text("details").into(),
        references: packages::addresses(osv.cells("references[].url")),
        ..packages::dependency()
    };
    packages::name_problem(&mut observation, id, osv.texts("aliases"));
    observation
}

/// A record of before 1.0: the advisory and the module in one; many records are of the same module.
fn old(sink: &mut dyn Sink, record: Record<'_>, place: String) -> Result<(), Stop> {
    let Some(osv) = record.at("OSV") else {
        sink.dropped(&place, "the record has no advisory");
        return Ok(());
    };
    let mut observation = described(osv);
    let module = record.first(&["ModPath", "PkgPath"]);
    let fixed = osv.cells("affected[].ranges[].events[].fixed").join(",");
    observation.component =
        packages::component("", "golang", module, record.text("FoundVersion"), &fixed);
    observation.locations = Vec::new();
    observation.description =
        format!("{}\n\n{}.{}", osv.text("details"), record.text("PkgPath"), record.text("Symbol"));
    packages::hand_on(sink, place, observation)
}
