//! What do the clients of Sonatype's OSS Index say?
//!
//! auditjs (an array of components), Nancy for Go (`vulnerable[]`) and DevAudit (`Packages[]`). The index names
//! a problem by an id of its own; the CVE stands in a field or in the title.

use crate::format::Format;
use crate::observation::{Observation, Standing};
use crate::readers::dependency::{facts, fields, fields::Cells, fields::Fields, packages};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};

/// auditjs.
pub const AUDITJS: Format = Format {
    id: "auditjs",
    title: "auditjs (OSS Index) JSON",
    detects: |shape| {
        shape.all(&["[].coordinates", "[].vulnerabilities"])
            || (shape.is_json
                && shape.text.contains("Rate Limited")
                && shape.text.contains("OSS Index"))
    },
    read: read_auditjs,
};
/// Nancy.
pub const NANCY: Format = Format {
    id: "nancy",
    title: "Nancy (OSS Index) JSON",
    detects: |shape| shape.all(&["num_audited", "num_vulnerable"]),
    read: read_nancy,
};
/// DevAudit.
pub const DEVAUDIT: Format = Format {
    id: "ossindex-devaudit",
    title: "DevAudit (OSS Index) JSON",
    detects: |shape| {
        shape.all(&["Packages Audited", "Packages"])
            || shape.any(&["Packages[].Package.pm", "Packages[].Vulnerabilities"])
    },
    read: read_devaudit,
};

const LOWER: Fields = Fields {
    rule: "id",
    title: "title",
    description: "description",
    score: "cvssVector|cvssScore",
    cwes: "cwe",
    references: "reference",
    ..fields::NONE
};
const UPPER: Fields = Fields {
    rule: "ID|Id",
    title: "Title",
    description: "Description",
    score: "CvssVector|CvssScore",
    cwes: "Cwe",
    references: "Reference",
    ..fields::NONE
};

fn read_auditjs(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    facts::tool(sink, "auditjs", "");
    each(source, sink, "[]", &LOWER, &|record| {
        packages::component(record.text("coordinates"), "", "", "", "")
    })
}

fn read_nancy(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    facts::tool(sink, "Nancy", "");
    each(source, sink, "vulnerable[]", &UPPER, &|record| {
        packages::component(record.text("Coordinates"), "", "", "", "")
    })
}

fn read_devaudit(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    facts::tool(sink, "DevAudit", "");
    each(source, sink, "Packages[]", &LOWER, &|record| {
        let field = |name: &str| match record.text(&format!("Package.{name}")) {
            "None" => "",
            text => text,
        };
        let name = match (field("group"), field("name")) {
            ("", name) => name.to_owned(),
            (group, name) if field("pm") == "maven" => format!("{group}:{name}"),
            (group, name) => format!("{group}/{name}"),
        };
        packages::component("", field("pm"), &name, field("version"), "")
    })
}

/// The problems of each component.
fn each(
    source: &mut Source<'_>,
    sink: &mut dyn Sink,
    pattern: &str,
    fields: &Fields,
    component: &dyn Fn(Record<'_>) -> Option<crate::observation::Component>,
) -> Result<(), Stop> {
    facts::only_packages(sink);
    let (mut clean, mut listed) = (0, false);
    json::walk(source, &[pattern, "error"], sink, &mut |sink, hit| {
        let record = hit.record();
        if hit.pattern == 1 {
            sink.fact(Fact::Incomplete("the document is an error".into()));
            return Ok(());
        }
        listed = true;
        let list =
            if record.has("vulnerabilities") { "vulnerabilities" } else { "Vulnerabilities" };
        let mut found = false;
        for (number, problem) in record.items(list).enumerate() {
            found = true;
            let mut observation = fields.read(&problem);
            observation.component = component(record);
            name(&mut observation, problem);
            let place = format!("{}.{list}[{number}]", hit.place());
            packages::hand_on(sink, place, observation)?;
        }
        clean += u64::from(!found);
        Ok(())
    })?;
    facts::components(sink, clean);
    // Packages without problems in the list: they are those of the run as a whole.
    if listed && clean > 0 {
        facts::looked_at_all(sink);
    }
    Ok(())
}

fn name(observation: &mut Observation, problem: Record<'_>) {
    let stated = problem.cell("cve|Cve");
    let cves = if stated.is_empty() { words::cves(&observation.title) } else { vec![stated] };
    let rule = observation.rule.clone();
    observation.ids.clear();
    packages::name_problem(observation, &rule, cves);
    if observation.severity == vocab::Severity::Unknown {
        observation.severity = words::severity_of_score(&problem.cell("cvssScore|CvssScore"));
    }
    if observation.cwes.is_empty() {
        observation.cwes = fields::cwes(&observation.title);
    }
    if problem.flag("Excluded") {
        observation.standing = Standing::Suppressed;
        observation.standing_reason = "excluded".into();
    }
}
