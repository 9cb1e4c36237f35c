//! What do the audits of PHP's, Ruby's and Elixir's package managers say?
//!
//! `composer audit --format=json`, `bundler-audit` as JSON and as text, `mix_audit` and `nuget`'s
//! `dotnet list package --vulnerable --format json`.

use crate::coverage::Target;
use crate::format::Format;
use crate::observation::{Class, Observation, Standing};
use crate::readers::dependency::{context::Context, facts, fields, fields::Fields, packages};
use crate::readers::{told, words};
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::shape::Shape;
use crate::walk::{json, lines};

/// composer.
pub const COMPOSER: Format = Format {
    id: "composer-audit",
    title: "composer audit JSON",
    detects: detects_composer,
    read: read_composer,
};
/// bundler-audit, JSON.
pub const BUNDLER: Format = Format {
    id: "bundler-audit",
    title: "bundler-audit JSON",
    detects: |shape| {
        shape.all(&["version", "created_at", "results"])
            && (shape.any(&["results[].gem.name", "results[].source"]) || shape.paths.len() == 3)
    },
    read: read_bundler,
};
/// bundler-audit, text.
pub const BUNDLER_TEXT: Format = Format {
    id: "bundler-audit-text",
    title: "bundler-audit text",
    detects: |shape| {
        let has = |name: &str| shape.text.lines().any(|line| line.starts_with(name));
        !shape.is_json
            && !shape.is_xml
            && has("Name: ")
            && has("Solution: ")
            && has("Criticality: ")
    },
    read: read_bundler_text,
};
/// mix_audit.
pub const MIX: Format = Format {
    id: "mix-audit",
    title: "mix_audit JSON",
    detects: |shape| {
        shape.all(&["pass", "vulnerabilities"])
            && shape.paths.keys().all(|path| path == "pass" || path.starts_with("vulnerabilities"))
    },
    read: read_mix,
};
/// dotnet.
pub const DOTNET: Format = Format {
    id: "dotnet-vulnerable",
    title: "dotnet list package --vulnerable JSON",
    detects: |shape| shape.value("parameters").contains("--vulnerable") && shape.has("projects"),
    read: read_dotnet,
};

fn detects_composer(shape: &Shape) -> bool {
    let advised =
        |path: &String| path.starts_with("advisories.") && path.ends_with("[].advisoryId");
    shape.paths.keys().any(advised)
        || (shape.has("advisories")
            && shape.paths.keys().all(|path| {
                ["advisories", "abandoned", "ignored-advisories", "filter"]
                    .iter()
                    .any(|known| path.starts_with(known))
            }))
}

const OF_COMPOSER: Fields = Fields {
    rule: "cve|advisoryId",
    ids: "cve|sources[].remoteId",
    title: "title",
    severity: "severity",
    name: "packageName",
    references: "link",
    ..fields::NONE
};

fn read_composer(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    facts::tool(sink, "composer audit", "");
    facts::only_packages(sink);
    let patterns =
        ["advisories.*[]", "ignored-advisories.*[]", "advisories.*.*", "ignored-advisories.*.*"];
    fields::read_json(source, sink, &patterns, &OF_COMPOSER, &|observation, hit| {
        observation.rule = hit.record().first(&["advisoryId", "cve"]).to_owned();
        observation.description = match hit.record().text("affectedVersions") {
            "" => String::new(),
            range => format!("Affected: {range}"),
        };
        if observation.component.is_none() {
            observation.component = packages::component("", "composer", hit.key(1), "", "");
        }
        kind(observation, "composer");
        if hit.pattern % 2 == 1 {
            observation.standing = Standing::Suppressed;
            observation.standing_reason = hit.record().text("ignoreReason").to_owned();
        }
    })
}

fn kind(observation: &mut Observation, kind: &str) {
    if let Some(component) = &mut observation.component {
        component.kind = kind.to_owned();
    }
}

const OF_BUNDLER: Fields = Fields {
    rule: "advisory.id",
    title: "advisory.title",
    description: "advisory.description",
    severity: "advisory.criticality",
    score: "advisory.cvss_v3|advisory.cvss_v2",
    name: "gem.name",
    version: "gem.version",
    references: "advisory.url",
    ..fields::NONE
};

fn read_bundler(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let context = Context::of(source, &["version", "created_at"], sink)?;
    facts::tool(sink, "bundler-audit", context.root_text("version"));
    // It looks at the sources of gems as well.
    told::kinds(sink, &[Class::Dependency, Class::Configuration]);
    facts::scanned(sink, context.root_text("created_at"));
    fields::read_json(source, sink, &["results[]"], &OF_BUNDLER, &|observation, hit| {
        let record = hit.record();
        kind(observation, "gem");
        if let Some(component) = &mut observation.component {
            component.fixed_in = record.texts("advisory.patched_versions");
        }
        if record.text("type") == "insecure_source" {
            observation.class = Class::Configuration;
            observation.rule = "insecure_source".into();
            observation.title = "gems are fetched without encryption".into();
            observation.resource = record.text("source").to_owned();
            return;
        }
        // The numbers come without their prefixes.
        let prefixed = |prefix: &str, field: &str| match record.text(field) {
            "" => String::new(),
            number if number.starts_with(prefix) => number.to_owned(),
            number => format!("{prefix}{number}"),
        };
        let ids = [prefixed("CVE-", "advisory.cve"), prefixed("GHSA-", "advisory.ghsa")];
        observation.ids.clear();
        let rule = observation.rule.clone();
        packages::name_problem(observation, &rule, ids);
    })
}

/// Records of «Name: value» lines, one after the other with an empty line between.
fn read_bundler_text(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    facts::tool(sink, "bundler-audit", "");
    facts::only_packages(sink);
    let mut record: Vec<(String, String)> = Vec::new();
    let mut begun = 0;
    lines::walk(source, sink, &mut |sink, number, line| {
        let pair =
            line.split_once(": ").filter(|(name, _)| name.chars().all(char::is_alphanumeric));
        match pair {
            Some((name, value)) => {
                // A record begins with its name, whether or not a line stands before it.
                if name == "Name" && !record.is_empty() {
                    finish(sink, &mut record, begun)?;
                }
                if record.is_empty() {
                    begun = number;
                }
                if record.len() < 50 {
                    record.push((name.to_owned(), value.trim().to_owned()));
                }
                Ok(())
            }
            None if line.trim().is_empty() => finish(sink, &mut record, begun),
            None => Ok(()),
        }
    })?;
    finish(sink, &mut record, begun)
}

fn finish(
    sink: &mut dyn Sink,
    record: &mut Vec<(String, String)>,
    line: usize,
) -> Result<(), Stop> {
    let record = std::mem::take(record);
    if record.is_empty() {
        return Ok(());
    }
    let field = |name: &str| record.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str());
    let rule =
        [field("CVE"), field("Advisory"), field("GHSA")].into_iter().find(|id| !id.is_empty());
    let rule = rule.unwrap_or_default();
    let fixed = field("Solution").strip_prefix("upgrade to ").unwrap_or_default();
    let mut observation = Observation {
        rule: rule.into(),
        title: field("Title").into(),
        remedy: field("Solution").into(),
        severity: words::severity(field("Criticality")),
        component: packages::component("", "gem", field("Name"), field("Version"), fixed),
        references: packages::addresses([field("URL")]),
        ..packages::dependency()
    };
    packages::name_problem(&mut observation, rule, [field("GHSA"), field("CVE")]);
    packages::hand_on(sink, format!("line {line}"), observation)
}

const OF_MIX: Fields = Fields {
    rule: "advisory.id",
    ids: "advisory.cve",
    title: "advisory.title",
    description: "advisory.description",
    severity: "advisory.severity",
    name: "dependency.package|advisory.package",
    version: "dependency.version",
    fixed: "advisory.first_patched_versions[]",
    path: "dependency.lockfile",
    references: "advisory.url",
    ..fields::NONE
};

fn read_mix(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let context = Context::of(source, &["pass"], sink)?;
    facts::tool(sink, "mix_audit", "");
    facts::only_packages(sink);
    // It says itself that it found nothing.
    if context.root("pass").is_some_and(|pass| pass.0.as_bool() == Some(true)) {
        sink.fact(Fact::Succeeded);
    }
    fields::read_json(source, sink, &["vulnerabilities[]"], &OF_MIX, &|observation, _| {
        kind(observation, "hex");
    })
}

/// Packages by project and framework; each has the advisories of its version.
fn read_dotnet(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let context = Context::of(source, &["projects[].path", "parameters", "problems[].text"], sink)?;
    facts::tool(sink, "dotnet list package", "");
    facts::only_packages(sink);
    // `--include-transitive` among them decides what is looked at.
    told::setting(sink, "command", &told::command(context.root_text("parameters")));
    let problems = (0..20).map_while(|n| context.at(&format!("$.problems[{n}].text")));
    problems.for_each(|problem| sink.fact(Fact::Incomplete(problem.to_owned())));
    // Projects without a vulnerable package are listed too.
    for path in (0..).map_while(|n| context.at(&format!("$.projects[{n}].path"))) {
        sink.fact(Fact::Looked(Target::manifest(path)));
    }
    let patterns = [
        "projects[].frameworks[].topLevelPackages[]",
        "projects[].frameworks[].transitivePackages[]",
    ];
    json::walk(source, &patterns, sink, &mut |sink, hit| {
        let record = hit.record();
        for (number, found) in record.items("vulnerabilities").enumerate() {
            let url = found.first(&["advisoryurl", "advisoryUrl"]);
            let rule = url.rsplit('/').next().unwrap_or_default();
            let mut observation = Observation {
                rule: rule.into(),
                severity: words::severity(found.text("severity")),
                component: packages::component(
                    "",
                    "nuget",
                    record.text("id"),
                    record.first(&["resolvedVersion", "requestedVersion"]),
                    "",
                ),
                locations: packages::paths([context.text(&hit, "projects[].path")]),
                references: packages::addresses([url]),
                ..packages::dependency()
            };
            packages::name_problem(&mut observation, rule, [""; 0]);
            packages::hand_on(
                sink,
                format!("{}.vulnerabilities[{number}]", hit.place()),
                observation,
            )?;
        }
        Ok(())
    })?;
    Ok(())
}
