//! What did Snyk find in packages and images?
//!
//! `snyk test --json` and `snyk container test --json`: one project, an array of projects (`--all-projects`),
//! or an image with `applications[]`; what a policy put aside stands in `filtered.ignore[]`. And the issues of
//! Snyk's REST API (`/rest/orgs/…/issues`), whose id is Snyk's own for one problem in one project. One record
//! is one path of dependencies to a vulnerable package.

use crate::coverage::{Filter, Target};
use crate::format::Format;
use crate::observation::{Class, Location, Observation, Standing};
use crate::readers::dependency::{context::Context, facts, fields::Cells, packages};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};
use crate::walk::shape::Shape;

/// The command line's JSON.
pub const FORMAT: Format = Format { id: "snyk", title: "Snyk CLI JSON", detects, read };
/// The REST API's issues.
pub const ISSUES: Format = Format {
    id: "snyk-issues",
    title: "Snyk issues (REST API)",
    detects: detects_issues,
    read: read_issues,
};

const BASES: [&str; 4] = ["", "[].", "applications[].", "[].applications[]."];
const LISTS: [&str; 2] = ["vulnerabilities[]", "filtered.ignore[]"];
const AROUND: [&str; 11] = [
    "displayTargetFile",
    "targetFile",
    "packageManager",
    "projectName",
    "path",
    "ok",
    "error",
    "severityThreshold",
    "dependencyCount",
    "docker.image",
    "licensesPolicy",
];

fn detects(shape: &Shape) -> bool {
    ["", "[]."].iter().any(|base| {
        let at = |field: &str| shape.has(&format!("{base}{field}"));
        at("vulnerabilities") && at("ok") && (at("dependencyCount") || at("licensesPolicy"))
    })
}

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let around: Vec<String> =
        BASES.iter().flat_map(|base| AROUND.map(|field| format!("{base}{field}"))).collect();
    let around: Vec<&str> = around.iter().map(String::as_str).collect();
    let context = Context::of(source, &around, sink)?;
    facts::tool(sink, "Snyk", "");
    tell(&context, sink);
    let patterns: Vec<String> =
        BASES.iter().flat_map(|base| LISTS.map(|list| format!("{base}{list}"))).collect();
    let patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
    json::walk(source, &patterns, sink, &mut |sink, hit| {
        let base = BASES.get(hit.pattern / LISTS.len()).copied().unwrap_or_default();
        let field = |name: &str| context.text(&hit, &format!("{base}{name}"));
        let manifest = match field("displayTargetFile") {
            "" => field("targetFile"),
            path => path,
        };
        let mut observation = vulnerability(hit.record(), field("packageManager"), manifest);
        if !base.is_empty() {
            observation.target = field("projectName").into();
        }
        if hit.pattern % LISTS.len() == 1 {
            observation.standing = Standing::Suppressed;
            observation.standing_reason = hit.record().cell("filtered.ignored[].reason");
        }
        packages::hand_on(sink, hit.place(), observation)
    })?;
    Ok(())
}

/// What it looked at: every project and its manifest, those without problems too.
fn tell(context: &Context, sink: &mut dyn Sink) {
    sink.fact(Fact::KindAmong(Class::Dependency));
    let known = |place: &String| {
        AROUND.iter().any(|field| context.record_at(&format!("{place}.{field}")).is_some())
    };
    let list = |base: &str| {
        let base = base.to_owned();
        (0..).map(move |n| format!("{base}[{n}]")).take_while(known)
    };
    // Licences are judged by a policy, which stands in the document.
    let policy = |root: &String| context.record_at(&format!("{root}.licensesPolicy")).is_some();
    let roots: Vec<String> = list("$").chain(Some("$".to_owned()).filter(known)).collect();
    let below: Vec<String> =
        roots.iter().flat_map(|root| list(&format!("{root}.applications"))).collect();
    if roots.iter().chain(&below).any(policy) {
        sink.fact(Fact::KindAmong(Class::Licence));
    }
    let mut well = !roots.is_empty();
    for place in roots.iter().chain(&below) {
        let text = |field: &str| context.at(&format!("{place}.{field}")).unwrap_or_default();
        let name = subject(text("projectName"), text("path"));
        let error = text("error");
        well &= error.is_empty() && context.record_at(&format!("{place}.ok")).is_some();
        if place == "$" {
            facts::target(sink, &name);
        }
        if !error.is_empty() {
            sink.fact(Fact::Incomplete(format!("{name}: {error}").trim_start_matches(": ").into()));
            continue;
        }
        if place != "$" && !name.is_empty() {
            sink.fact(Fact::Looked(Target::unit(text("projectName"))));
        }
        match [text("displayTargetFile"), text("targetFile")].into_iter().find(|f| !f.is_empty()) {
            Some(manifest) => sink.fact(Fact::Looked(Target::manifest(manifest))),
            None if place == "$" => facts::looked_at_all(sink),
            None => {}
        }
        let least = words::severity(text("severityThreshold"));
        if least != vocab::Severity::Unknown {
            sink.fact(Fact::Filter(Filter::Severity(least)));
        }
    }
    if well {
        sink.fact(Fact::Succeeded);
    }
}

/// The project's name; of an image (`docker-image|shop/web`) with the tag that its path has.
fn subject(project: &str, path: &str) -> String {
    let Some(image) = project.strip_prefix("docker-image|") else { return project.to_owned() };
    let tag = path.split_once(&format!("{image}:")).map(|(_, rest)| rest).unwrap_or_default();
    let tag = tag.split('/').next().unwrap_or_default().trim_end_matches(".tar");
    if tag.is_empty() { image.to_owned() } else { format!("{image}:{tag}") }
}

fn vulnerability(record: Record<'_>, manager: &str, manifest: &str) -> Observation {
    let rule = record.text("id");
    let licence = record.text("type") == "license" || rule.starts_with("snyk:lic:");
    let own = record.text("packageManager");
    let name = record.first(&["packageName", "moduleName", "name"]);
    let kind_word = if packages::kind(own).is_empty() { manager } else { own };
    let fixed: Vec<String> = record.texts("fixedIn");
    let upgrade = record.texts("upgradePath");
    let mut observation = Observation {
        class: if licence { Class::Licence } else { Class::Dependency },
        rule: rule.into(),
        title: record.text("title").into(),
        description: record.text("description").into(),
        remedy: if upgrade.is_empty() {
            String::new()
        } else {
            format!("Upgrade to {}", upgrade.join(" > "))
        },
        severity: words::severity(record.first(&["severityWithCritical", "severity"])),
        score: match record.text("CVSSv3") {
            "" => record.string("cvssScore"),
            vector => vector.into(),
        },
        cwes: record.texts("identifiers.CWE").iter().filter_map(|cwe| words::cwe(cwe)).collect(),
        component: packages::component(
            "",
            kind_word,
            name,
            record.text("version"),
            &fixed.join(","),
        ),
        locations: packages::paths([manifest]),
        references: packages::addresses(record.cells("references[].url")),
        ..Observation::default()
    };
    packages::name_problem(&mut observation, rule, record.list("identifiers.CVE|identifiers.GHSA"));
    observation
}

fn detects_issues(shape: &Shape) -> bool {
    shape.all(&["jsonapi", "data[].attributes.effective_severity_level"])
        && shape.has("data[].attributes.key")
}

fn read_issues(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    facts::tool(sink, "Snyk", "");
    json::walk(source, &["data[]"], sink, &mut |sink, hit| {
        let observation = issue(hit.record());
        packages::hand_on(sink, hit.place(), observation)
    })?;
    Ok(())
}

fn issue(record: Record<'_>) -> Observation {
    let Some(attributes) = record.at("attributes") else { return Observation::default() };
    let rule = attributes.first(&["problems.0.id", "key"]);
    let of_snyk =
        attributes.items("problems").map(|p| p.text("id")).find(|id| id.starts_with("SNYK-"));
    let rule = of_snyk.unwrap_or(rule);
    let place = attributes.at("coordinates.0.representations.0");
    let package =
        |field: &str| place.map(|p| p.text(&format!("dependency.{field}"))).unwrap_or_default();
    let newest = attributes
        .items("severities")
        .filter(|severity| !severity.text("vector").is_empty())
        .max_by(|a, b| a.text("version").cmp(b.text("version")).then(std::cmp::Ordering::Greater));
    let class = match attributes.text("type") {
        "package_vulnerability" => Class::Dependency,
        "license" => Class::Licence,
        "cloud" | "config" => Class::Configuration,
        "code" | "custom" => Class::Code,
        _ if place.is_some_and(|p| p.has("dependency")) => Class::Dependency,
        _ => Class::Code,
    };
    let mut observation = Observation {
        class,
        rule: rule.into(),
        title: attributes.text("title").into(),
        description: attributes.text("description").into(),
        remedy: attributes.cell("coordinates[].remedies[].description"),
        severity: words::severity(attributes.text("effective_severity_level")),
        score: newest.map(|severity| severity.text("vector").to_owned()).unwrap_or_default(),
        cwes: attributes.cells("classes[].id").iter().filter_map(|cwe| words::cwe(cwe)).collect(),
        component: packages::component(
            "",
            language(rule),
            package("package_name"),
            package("package_version"),
            "",
        ),
        locations: place.into_iter().filter_map(source_location).collect(),
        resource: attributes.cell("coordinates[].representations[].resourcePath"),
        tool_id: record.text("id").into(),
        first_seen: vocab::instant::parse(attributes.text("created_at")),
        references: packages::addresses(attributes.cells("problems[].url")),
        target: record.text("relationships.scan_item.data.id").into(),
        ..Observation::default()
    };
    if attributes.flag("ignored") {
        observation.standing = Standing::Suppressed;
        observation.standing_reason = "ignored".into();
    } else if attributes.text("status") == "resolved" {
        observation.standing = Standing::Fixed;
        observation.standing_reason =
            attributes.first(&["resolution.details", "resolution.type"]).into();
    }
    packages::name_problem(&mut observation, rule, attributes.cells("problems[].id"));
    observation
}

fn source_location(place: Record<'_>) -> Option<Location> {
    let source = place.at("sourceLocation")?;
    Some(Location {
        path: source.text("file").into(),
        line: source.whole("region.start.line"),
        end_line: source.whole("region.end.line"),
        column: source.whole("region.start.column"),
        ..Location::default()
    })
}

/// The language or distribution of `SNYK-PYTHON-PILLOW-6219984`, `SNYK-DEBIAN11-…`.
fn language(id: &str) -> &str {
    let word = id.split('-').nth(1).unwrap_or_default();
    word.trim_end_matches(|c: char| c.is_ascii_digit())
}
