//! Xygeni: reports of code (`sast`) and of dependencies (`deps`).

use super::claim;
use super::fields::{self, About, CODE, Cells, Fields};
use super::site;
use crate::format::Format;
use crate::observation::{Class, Component, Observation};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};

/// Code.
pub const SAST: Format = Format {
    id: "xygeni-sast",
    title: "Xygeni SAST JSON",
    detects: |shape| {
        shape.value("metadata.format") == "sast-xygeni"
            || shape.all(&["vulnerabilities[].detector", "vulnerabilities[].uniqueHash"])
    },
    read: |source, sink| {
        fields::json(
            source,
            sink,
            &FIELDS,
            &["vulnerabilities[]"],
            &[
                ("metadata.timestamp", About::At),
                ("metadata.projectName", About::Target),
                ("errors[]", About::Trouble),
            ],
        )
    },
};
/// Dependencies.
pub const DEPS: Format = Format {
    id: "xygeni-deps",
    title: "Xygeni dependencies JSON",
    detects: |shape| {
        shape.value("metadata.format") == "deps-xygeni"
            || shape.all(&[
                "dependencies[].repositoryType",
                "dependencies[].displayFileName",
                "statistics",
            ])
    },
    read: read_deps,
};

const FIELDS: Fields = Fields {
    tool: "Xygeni",
    rule: "detector",
    title: "explanation|detector",
    description: "explanation",
    severity: "severity",
    cwe: "cwes|tags",
    path: "location.filepath",
    line: "location.beginLine",
    end_line: "location.endLine",
    snippet: "location.code",
    fingerprint: "uniqueHash",
    ..CODE
};

fn read_deps(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Xygeni".to_owned()));
    let patterns =
        ["dependencies[]", "projectName", "metadata.timestamp", "currentBranch", "errors[]"];
    let (mut without, mut troubles) = (0, 0);
    json::walk(source, &patterns, sink, &mut |sink, hit| {
        let record = hit.record();
        let text = record.0.as_str().unwrap_or_default();
        match hit.pattern {
            0 if record.items("vulnerabilities").next().is_none() => without += 1,
            0 => {
                for (number, found) in record.items("vulnerabilities").enumerate() {
                    let place = format!("{}.vulnerabilities[{number}]", hit.place());
                    claim::keep(sink, dependency(record, found, place))?;
                }
            }
            1 => claim::tell(sink, Fact::Target, text),
            2 => claim::scanned_at(sink, text),
            3 => claim::tell(sink, Fact::Branch, text),
            _ if troubles < 20 => {
                troubles += 1;
                let why = if text.is_empty() { record.text("message") } else { text };
                claim::tell(sink, Fact::Incomplete, why);
            }
            _ => {}
        }
        Ok(())
    })?;
    if without > 0 {
        sink.fact(Fact::Components(without));
    }
    Ok(())
}

fn dependency(package: Record<'_>, found: Record<'_>, place: String) -> Observation {
    let id = found.text("id");
    let mut ids = found.texts("aliases");
    ids.extend([id.to_owned(), found.text("cve").to_owned()]);
    ids.retain(|id| words::is_id(id));
    let (ids, mentions) = site::one_or_many(ids);
    let (group, name) = (package.text("group"), package.text("name"));
    let kind = match package.text("ecosystem") {
        "python" | "pip" => "pypi",
        "go" => "golang",
        "php" => "composer",
        "dotnet" => "nuget",
        other => other,
    };
    let full = match (kind, group) {
        (_, "") => name.to_owned(),
        ("maven", group) => format!("{group}:{name}"),
        (_, group) => format!("{group}/{name}"),
    };
    let places = package.items("paths.locations");
    Observation {
        class: Class::Dependency,
        rule: id.to_owned(),
        title: claim::in_package(id, &full),
        description: found.text("description").to_owned(),
        severity: words::severity(found.text("severity")),
        ids,
        mentions,
        cwes: site::cwes(&found.cell("cwes")),
        locations: places
            .filter_map(|at| site::location(at.text("filepath"), at.whole("beginLine")))
            .collect(),
        component: Some(Component {
            kind: kind.to_owned(),
            name: full,
            version: package.text("version").to_owned(),
            fixed_in: found.texts("fixedVersion").into_iter().filter(|v| !v.is_empty()).collect(),
            ..Component::default()
        })
        .filter(|component| !component.name.is_empty()),
        place,
        ..Observation::default()
    }
}
