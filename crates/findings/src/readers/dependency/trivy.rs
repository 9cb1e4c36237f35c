//! What did Trivy find in an image, a file system or a cluster?
//!
//! `trivy … --format json`: schema 2 (`Results[]`), the array of before 2021, and the reports on clusters
//! (`Resources[]`, before that `Vulnerabilities[]` and `Misconfigurations[]` with results in them). Packages,
//! misconfigurations, secrets (whose values Trivy masks and this never keeps) and licences.
//! Trivy's documentation, «Reporting»; the words of `Status` are those of its `pkg/dependency` statuses, where «fixed» means
//! that a fixed version exists.

use crate::coverage::Target;
use crate::format::Format;
use crate::observation::{Class, Component, Location, Observation, Standing};
use crate::readers::dependency::{context::Context, facts, packages};
use crate::readers::{told, words};
use crate::sink::{Fact, Met, Sink, Stop};
use crate::source::Source;
use crate::tools;
use crate::walk::json::{self, Hit, Record};
use crate::walk::shape::Shape;

/// Trivy JSON.
pub const FORMAT: Format = Format { id: "trivy", title: "Trivy JSON", detects, read };

/// Where results stand, and the fields of what is around them: namespace, kind and name in a cluster.
const BASES: [&str; 6] = [
    "Results[]",
    "[]",
    "Resources[].Results[]",
    "Findings[].Results[]",
    "Vulnerabilities[].Results[]",
    "Misconfigurations[].Results[]",
];
const LISTS: [&str; 6] = [
    "Vulnerabilities[]",
    "Misconfigurations[]",
    "Secrets[]",
    "Licenses[]",
    "ExperimentalModifiedFindings[]",
    "Packages[]",
];
const DOCUMENT: [&str; 9] = [
    "ArtifactName",
    "CreatedAt",
    "Trivy.Version",
    "ClusterName",
    "Metadata.RepoTags[]",
    "Metadata.RepoDigests[]",
    "Metadata.ImageID",
    "Metadata.ImageConfig.os",
    "Metadata.ImageConfig.architecture",
];

fn detects(shape: &Shape) -> bool {
    let schema_2 = shape.all(&["SchemaVersion", "ArtifactName"]) && !shape.has("runs");
    let cluster = shape.has("ClusterName")
        && shape.any(&["Resources", "Findings", "Vulnerabilities", "Misconfigurations"]);
    let legacy = shape.has("[].Target") && shape.any(&["[].Vulnerabilities", "[].Type"]);
    schema_2 || cluster || legacy
}

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let patterns: Vec<String> =
        BASES.iter().flat_map(|base| LISTS.map(|list| format!("{base}.{list}"))).collect();
    let patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
    let context = context(source, sink)?;
    tell(&context, sink);
    // `--severity` and `--ignore-status` are lists.
    told::rated_apart(sink, "Trivy");
    let of_packages = looked(&context, sink);
    let mut listed = false;
    json::walk(source, &patterns, sink, &mut |sink, hit| {
        let around = Around::of(&context, &hit);
        let observation = match hit.pattern % LISTS.len() {
            0 => vulnerability(hit.record(), &around),
            1 => {
                // Counted in `MisconfSummary`.
                let mut observation = misconfiguration(hit.record(), &around);
                if hit.record().text("Status") == "PASS" {
                    observation.settle();
                    told::passed(sink, &observation);
                    return Ok(());
                }
                observation
            }
            2 => secret(hit.record(), &around),
            3 => licence(hit.record(), &around),
            4 => modified(hit.record(), &around),
            _ => {
                listed = true;
                told::among_manifests(sink, hit.record().text("FilePath"));
                return Ok(());
            }
        };
        packages::hand_on(sink, hit.place(), observation)
    })?;
    // Packages are listed for licences and bills too; without that list it was their problems that were asked for.
    if of_packages && !listed {
        sink.fact(Fact::KindAmong(Class::Dependency));
    }
    Ok(())
}

/// Tells which manifests, files and resources it names among what it looked at, and whether packages were among it.
/// Of secrets and licences only what has findings is listed.
fn looked(context: &Context, sink: &mut dyn Sink) -> bool {
    let mut of_packages = false;
    let single = |base: &'static str| (0..).map(move |n| format!("${base}[{n}]"));
    for base in [".Results", ""] {
        for place in single(base) {
            let field = |name: &str| context.at(&format!("{place}.{name}"));
            let Some(target) = field("Target") else { break };
            let (class, kind) =
                (field("Class").unwrap_or_default(), field("Type").unwrap_or_default());
            let around =
                Around { target, class, kind, resource: String::new(), unit: String::new() };
            match class {
                "config" => {
                    sink.fact(Fact::KindAmong(Class::Configuration));
                    sink.fact(Fact::LookedAmong(Target::file(target)));
                }
                "os-pkgs" | "lang-pkgs" | "" => {
                    of_packages = true;
                    match around.manifest() {
                        "" => facts::looked_at_all(sink),
                        manifest => told::among_manifests(sink, manifest),
                    }
                }
                _ => {}
            }
        }
    }
    for base in [".Resources", ".Findings", ".Vulnerabilities", ".Misconfigurations"] {
        for place in single(base) {
            let parts = ["Namespace", "Kind", "Name"]
                .map(|name| context.at(&format!("{place}.{name}")).unwrap_or_default());
            let name = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
            if name.is_empty() {
                break;
            }
            let unit = in_cluster(context.root_text("ClusterName"), &name.join("/"));
            sink.fact(Fact::LookedAmong(Target::unit(&unit)));
        }
    }
    of_packages
}

fn context(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<Context, Stop> {
    let mut patterns: Vec<String> = DOCUMENT.map(str::to_owned).into();
    for base in BASES {
        for field in ["Target", "Class", "Type", "MisconfSummary.Successes"] {
            patterns.push(format!("{base}.{field}"));
        }
        if let Some(resource) = base.strip_suffix(".Results[]") {
            patterns
                .extend(["Namespace", "Kind", "Name"].map(|field| format!("{resource}.{field}")));
        }
    }
    let patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
    Context::of(source, &patterns, sink)
}

fn tell(context: &Context, sink: &mut dyn Sink) {
    facts::tool(sink, "Trivy", context.root_text("Trivy.Version"));
    facts::scanned(sink, context.root_text("CreatedAt"));
    // An archive's name says less than the tag of the image in it.
    let (name, tag) =
        (context.root_text("ArtifactName"), context.at("$.Metadata.RepoTags[0]").unwrap_or(""));
    let packed = name.is_empty() || name.ends_with(".tar");
    facts::target(sink, if packed && !tag.is_empty() { tag } else { name });
    let digest = context.at("$.Metadata.RepoDigests[0]").filter(|digest| !digest.is_empty());
    told::digest(sink, digest.unwrap_or_else(|| context.root_text("Metadata.ImageID")));
    facts::platform(
        sink,
        context.root_text("Metadata.ImageConfig.os"),
        context.root_text("Metadata.ImageConfig.architecture"),
    );
    facts::target(sink, context.root_text("ClusterName"));
    facts::passed(sink, context.sum("Successes"));
    // Without a result `Results` is left away.
    if !context.root_text("ArtifactName").is_empty() || !context.root_text("ClusterName").is_empty()
    {
        sink.met(Met::Anything);
    }
}

/// What stands around a record.
struct Around<'c> {
    target: &'c str,
    class: &'c str,
    kind: &'c str,
    /// `namespace/Kind/name` in a cluster.
    resource: String,
    /// The same with the cluster: what the record belongs to.
    unit: String,
}

/// Namespaces and workloads of two clusters often have the same names.
fn in_cluster(cluster: &str, resource: &str) -> String {
    let parts = [cluster, resource].into_iter().filter(|part| !part.is_empty());
    if resource.is_empty() { String::new() } else { parts.collect::<Vec<_>>().join("/") }
}

impl<'c> Around<'c> {
    fn of(context: &'c Context, hit: &Hit<'_>) -> Self {
        let base = BASES.get(hit.pattern / LISTS.len()).copied().unwrap_or_default();
        let field = |name: &str| context.text(hit, &format!("{base}.{name}"));
        let resource = base.strip_suffix(".Results[]").map(|resource| {
            let parts = ["Namespace", "Kind", "Name"]
                .map(|name| context.text(hit, &format!("{resource}.{name}")));
            parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
        });
        let resource = resource.unwrap_or_default();
        Self {
            target: field("Target"),
            class: field("Class"),
            kind: field("Type"),
            unit: in_cluster(context.root_text("ClusterName"), &resource),
            resource,
        }
    }

    /// The manifest; empty where the target is an image or a group of packages.
    fn manifest(&self) -> &str {
        let system = self.class == "os-pkgs"
            || matches!(packages::kind(self.kind), "deb" | "rpm" | "apk")
            || ["Java", "Node.js", "Python", "Ruby", "Conda", "OS Packages"].contains(&self.target);
        if system { "" } else { self.target }
    }
}

fn vulnerability(record: Record<'_>, around: &Around<'_>) -> Observation {
    let rule = record.text("VulnerabilityID");
    let mut observation = Observation {
        rule: rule.into(),
        title: record.text("Title").into(),
        description: record.text("Description").into(),
        severity: words::severity(record.text("Severity")),
        score: score(record),
        cwes: record.texts("CweIDs").iter().filter_map(|cwe| words::cwe(cwe)).collect(),
        component: packages::component(
            record.first(&["PkgIdentifier.PURL", "PkgRef"]),
            around.kind,
            record.text("PkgName"),
            record.text("InstalledVersion"),
            record.text("FixedVersion"),
        ),
        locations: packages::paths([match record.text("PkgPath") {
            "" => around.manifest(),
            path => path,
        }]),
        references: packages::addresses(
            [record.text("PrimaryURL").to_owned()].into_iter().chain(record.texts("References")),
        ),
        target: around.unit.clone(),
        ..packages::dependency()
    };
    (observation.standing, observation.standing_reason) = match record.text("Status") {
        "not_affected" => (Standing::NotAffected, "status not_affected".into()),
        "under_investigation" => {
            (Standing::UnderInvestigation, "status under_investigation".into())
        }
        _ => (Standing::Reported, String::new()),
    };
    packages::name_problem(&mut observation, rule, record.texts("VendorIDs"));
    observation
}

/// The newest vector of the source that gave the severity, else of NVD, else of the first source with one.
fn score(record: Record<'_>) -> String {
    let chosen = [record.text("SeveritySource"), "nvd", "ghsa", "redhat"];
    let sources = chosen.into_iter().filter_map(|name| record.at("CVSS")?.at(name));
    let vector = |source: Record<'_>| {
        ["V40Vector", "V3Vector", "V2Vector"].map(|field| source.text(field).to_owned())
    };
    sources
        .chain(record.entries("CVSS").map(|(_, source)| source))
        .flat_map(vector)
        .find(|vector| !vector.is_empty())
        .unwrap_or_default()
}

fn misconfiguration(record: Record<'_>, around: &Around<'_>) -> Observation {
    let rule = record.first(&["AVDID", "ID"]);
    let cause = record.text("CauseMetadata.Resource");
    let target = if around.resource.is_empty() { around.target } else { &around.resource };
    let code: Vec<&str> = record
        .items("CauseMetadata.Code.Lines")
        .filter(|line| line.flag("IsCause"))
        .map(|line| line.text("Content"))
        .collect();
    let excepted = record.text("Status") == "EXCEPTION";
    // While both are told, the other one is a name of the check too.
    let other = record.text("ID");
    let mut former_rules = tools::former_rules("Trivy", rule);
    former_rules.extend([other].into_iter().filter(|id| *id != rule).map(str::to_owned));
    let mut observation = Observation {
        class: Class::Configuration,
        rule: rule.into(),
        former_rules,
        title: record.first(&["Title", "Message"]).into(),
        description: [record.text("Message"), record.text("Description")].join("\n"),
        remedy: record.text("Resolution").into(),
        severity: words::severity(record.text("Severity")),
        locations: vec![Location {
            // In a cluster there is no file: the resource says where it is.
            path: if around.resource.is_empty() { around.target.into() } else { String::new() },
            line: record.whole("CauseMetadata.StartLine"),
            end_line: record.whole("CauseMetadata.EndLine"),
            snippet: code.join("\n"),
            ..Location::default()
        }],
        resource: if cause.is_empty() { target.into() } else { cause.into() },
        standing: if excepted { Standing::Suppressed } else { Standing::Reported },
        standing_reason: if excepted { "status EXCEPTION".into() } else { String::new() },
        references: packages::addresses(
            [record.text("PrimaryURL").to_owned()].into_iter().chain(record.texts("References")),
        ),
        target: around.unit.clone(),
        ..Observation::default()
    };
    observation.locations.retain(|location| !location.path.is_empty());
    observation
}

/// `Match` is masked by Trivy; it is left out all the same.
fn secret(record: Record<'_>, around: &Around<'_>) -> Observation {
    Observation {
        class: Class::Secret,
        rule: record.text("RuleID").into(),
        title: record.text("Title").into(),
        severity: words::severity(record.text("Severity")),
        locations: vec![Location {
            path: around.target.into(),
            line: record.whole("StartLine"),
            end_line: record.whole("EndLine"),
            ..Location::default()
        }],
        target: around.unit.clone(),
        ..Observation::default()
    }
}

fn licence(record: Record<'_>, around: &Around<'_>) -> Observation {
    let (name, package) = (record.text("Name"), record.text("PkgName"));
    let component = (!package.is_empty()).then(|| Component {
        kind: packages::kind(around.kind).into(),
        name: package.into(),
        ..Component::default()
    });
    Observation {
        class: Class::Licence,
        rule: name.into(),
        title: match record.text("Category") {
            "" => name.into(),
            category => format!("{name} ({category})"),
        },
        severity: words::severity(record.text("Severity")),
        component,
        locations: packages::paths([record.text("FilePath")]),
        references: packages::addresses([record.text("Link")]),
        target: around.unit.clone(),
        ..Observation::default()
    }
}

/// What a VEX statement or an ignore file put aside: the record as it was and why.
fn modified(record: Record<'_>, around: &Around<'_>) -> Observation {
    let Some(finding) = record.at("Finding") else { return Observation::default() };
    let mut observation = match record.text("Type") {
        "misconfiguration" => misconfiguration(finding, around),
        "secret" => secret(finding, around),
        "license" => licence(finding, around),
        _ => vulnerability(finding, around),
    };
    let status = record.text("Status");
    observation.standing = match status {
        "not_affected" => Standing::NotAffected,
        "fixed" => Standing::Fixed,
        "under_investigation" => Standing::UnderInvestigation,
        _ => Standing::Suppressed,
    };
    let reason = [status, record.text("Statement"), record.text("Source")];
    let reason: Vec<&str> = reason.into_iter().filter(|part| !part.is_empty()).collect();
    observation.standing_reason = reason.join(": ");
    observation
}
