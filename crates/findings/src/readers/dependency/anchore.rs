//! What did Anchore's engine and enterprise find in images?
//!
//! Vulnerabilities of the engine's API (`vulnerabilities[].vuln`) and of `anchorectl` (an array); evaluations of
//! policies of `anchorectl` (an array of images, or `evaluations[]`) and of the engine (by digest and tag). A
//! policy's trigger «CVE-2026-1+libx» is a vulnerability; others are settings of the image.

use crate::format::Format;
use crate::observation::{Class, Observation, Standing};
use crate::readers::dependency::{context::Context, facts, fields, fields::Fields, packages};
use crate::readers::{told, words};
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json;

/// Vulnerabilities of the engine.
pub const ENGINE: Format = Format {
    id: "anchore-engine",
    title: "Anchore Engine vulnerabilities",
    detects: |shape| {
        shape.has("vulnerabilities[].vuln")
            || shape.all(&["imageDigest", "vulnerability_type"])
            || shape.all(&["image_digest", "vulnerability_type"])
    },
    read: read_engine,
};
/// Vulnerabilities of anchorectl.
pub const ANCHORECTL: Format = Format {
    id: "anchorectl-vulnerabilities",
    title: "anchorectl vulnerabilities",
    detects: |shape| shape.all(&["[].vuln", "[].packageName", "[].feedGroup"]),
    read: read_anchorectl,
};
/// Evaluations of anchorectl.
pub const POLICIES: Format = Format {
    id: "anchorectl-policies",
    title: "anchorectl policy evaluation",
    detects: |shape| {
        shape.all(&["[].detail", "[].finalAction"]) || shape.all(&["evaluatedTag", "evaluations"])
    },
    read: read_policies,
};
/// Evaluations of the engine.
pub const ENTERPRISE: Format = Format {
    id: "anchore-enterprise",
    title: "Anchore Enterprise policy check",
    detects: |shape| {
        shape.is_json
            && shape.paths.keys().any(|path| path.starts_with("[].sha256:"))
            && ["\"policy_name\"", "\"final_action\"", "\"policy\""]
                .iter()
                .any(|key| shape.text.contains(key))
    },
    read: read_enterprise,
};

const PROBLEM: Fields = Fields {
    rule: "vuln",
    ids: "nvd_data[].id|nvdData[].id",
    description: "description",
    severity: "severity",
    score: "nvd_data[].cvss_v3.base_score|nvd_data[].cvss_v2.base_score|nvdData[].cvssV3.baseScore",
    kind: "package_type|packageType",
    name: "package_name|packageName|package",
    version: "package_version|packageVersion",
    fixed: "fix",
    path: "package_path|packagePath",
    references: "url",
    ..fields::NONE
};

fn read_engine(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let around = ["imageDigest", "image_digest", "vulnerability_type"];
    let context = Context::of(source, &around, sink)?;
    facts::tool(sink, "Anchore Engine", "");
    facts::only_packages(sink);
    told::digest(sink, context.root_text("imageDigest"));
    told::digest(sink, context.root_text("image_digest"));
    // Packages of the system, those of languages, or all.
    match context.root_text("vulnerability_type") {
        "" => {}
        "all" => facts::looked_at_all(sink),
        kind => told::other_filter(sink, "only vulnerabilities of type", kind),
    }
    facts::target(sink, context.root_text("imageDigest"));
    facts::target(sink, context.root_text("image_digest"));
    fields::read_json(source, sink, &["vulnerabilities[]"], &PROBLEM, &tidy)
}

fn read_anchorectl(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    facts::tool(sink, "anchorectl", "");
    facts::only_packages(sink);
    fields::read_json(source, sink, &["[]"], &PROBLEM, &tidy)
}

/// Anchore writes -1 for no score, and «None» and `pkgdb` for no path.
fn tidy(observation: &mut Observation, _: &json::Hit<'_>) {
    if observation.score.starts_with('-') {
        observation.score.clear();
    }
    observation.locations.retain(|location| !matches!(location.path.as_str(), "None" | "pkgdb"));
}

fn read_policies(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    let context = Context::of(source, &["evaluatedTag", "[].tag"], sink)?;
    facts::tool(sink, "anchorectl", "");
    facts::target(sink, context.root_text("evaluatedTag"));
    let patterns = ["[].detail[]", "evaluations[].details[]"];
    json::walk(source, &patterns, sink, &mut |sink, hit| {
        let record = hit.record();
        let tag =
            [record.text("tag"), context.text(&hit, "[].tag"), context.root_text("evaluatedTag")];
        let tag = tag.into_iter().find(|tag| !tag.is_empty()).unwrap_or_default();
        let trigger = Trigger {
            gate: record.text("gate"),
            trigger: record.text("triggerName"),
            id: record.text("triggerId"),
            message: record.text("description"),
            action: record.first(&["status", "action"]),
            image: tag,
        };
        let mut observation = trigger.observation();
        if record.flag("allowlisted") || !record.text("allowlistMatch").is_empty() {
            observation.standing = Standing::Suppressed;
            observation.standing_reason = "on the allow list".into();
        }
        packages::hand_on(sink, hit.place(), observation)
    })?;
    Ok(())
}

/// The names of the columns stand beside the rows; they are always these.
fn read_enterprise(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    facts::tool(sink, "Anchore Enterprise", "");
    let results = "[].*.*[].detail.result.result.*.result";
    let (rows, header) = (format!("{results}.rows[]"), format!("{results}.header[]"));
    let mut met = false;
    json::walk(source, &[&rows, &header], sink, &mut |sink, hit| {
        met = true;
        if hit.pattern == 1 {
            return Ok(());
        }
        let cell = |at: usize| hit.record().text(&at.to_string());
        let trigger = Trigger {
            image: cell(1),
            id: cell(2),
            gate: cell(3),
            trigger: cell(4),
            message: cell(5),
            action: cell(6),
        };
        let mut observation = trigger.observation();
        if hit.record().has("7") && !matches!(hit.record().string("7").as_str(), "" | "false") {
            observation.standing = Standing::Suppressed;
            observation.standing_reason = "on the allow list".into();
        }
        packages::hand_on(sink, hit.place(), observation)
    })?;
    if !met {
        sink.fact(Fact::Incomplete("no table of results is where it is expected".into()));
    }
    Ok(())
}

struct Trigger<'t> {
    image: &'t str,
    gate: &'t str,
    trigger: &'t str,
    id: &'t str,
    message: &'t str,
    action: &'t str,
}

impl Trigger<'_> {
    fn observation(&self) -> Observation {
        // «CRITICAL User root found …»: the severity leads, where the policy has one.
        let leading = words::severity(self.message.split_whitespace().next().unwrap_or_default());
        let severity = match (leading, self.action.to_ascii_lowercase().as_str()) {
            (vocab::Severity::Unknown, "stop") => vocab::Severity::High,
            (vocab::Severity::Unknown, "warn") => vocab::Severity::Medium,
            (vocab::Severity::Unknown, "go") => vocab::Severity::None,
            (severity, _) => severity,
        };
        let mut observation = Observation {
            title: self.message.lines().next().unwrap_or_default().into(),
            description: self.message.into(),
            severity,
            target: self.image.into(),
            ..Observation::default()
        };
        match self.id.split_once('+').filter(|(id, _)| words::is_id(id)) {
            Some((id, package)) => {
                observation.class = Class::Dependency;
                observation.rule = id.into();
                observation.component = packages::component("", "", package, "", "");
                packages::name_problem(&mut observation, id, [""; 0]);
            }
            None => {
                observation.class = Class::Configuration;
                observation.rule = [self.gate, self.trigger].join(":");
                // The id of a trigger is a hash of what the image sets; it tells two of one rule apart.
                observation.resource =
                    format!("{} {}", without_tag(self.image), self.id).trim().to_owned();
            }
        }
        observation
    }
}

/// An image without its tag, which each build changes.
fn without_tag(image: &str) -> &str {
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => image,
    }
}
