//! Amazon Inspector v2: what `inspector2 list-findings` prints.
//!
//! `findings[]` of three types: PACKAGE_VULNERABILITY (one observation for each vulnerable package),
//! NETWORK_REACHABILITY (a setting of the resource) and CODE_VULNERABILITY (a place in a function's code).
//! CLOSED means fixed, SUPPRESSED put aside; severity UNTRIAGED is unknown (Inspector API reference,
//! `Finding`). `findingArn` is the finding's id.

use super::aws_packages::package;
use crate::format::Format;
use crate::observation::{Class, Location, Observation, Standing};
use crate::readers::words;
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{Record, walk};

/// Amazon Inspector v2 JSON.
pub const FORMAT: Format = Format {
    id: "aws-inspector2",
    title: "Amazon Inspector v2 JSON",
    detects: |shape| shape.is_json && shape.all(&["findings[].findingArn", "findings[].type"]),
    read,
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    sink.fact(Fact::Tool("Amazon Inspector".to_owned()));
    walk(source, &["findings[]", "nextToken"], sink, &mut |sink, hit| {
        if hit.pattern == 1 {
            if hit.value.is_string() {
                let why = "nextToken: further pages are not in this document";
                sink.fact(Fact::Incomplete(why.to_owned()));
            }
            return Ok(());
        }
        let (finding, place) = (hit.record(), hit.place());
        if finding.text("findingArn").is_empty() && finding.text("title").is_empty() {
            sink.dropped(&place, "neither findingArn nor title");
            return Ok(());
        }
        for observation in observations(finding) {
            sink.observation(Observation { place: place.clone(), ..observation })?;
        }
        Ok(())
    })?;
    Ok(())
}

fn observations(finding: Record<'_>) -> Vec<Observation> {
    let base = base(finding);
    let details = finding.at("packageVulnerabilityDetails");
    let Some(details) = details else { return vec![other(finding, base)] };
    let platform = finding
        .at("resources.0.details")
        .map_or("", |d| d.first(&["awsEcrContainerImage.platform", "awsEc2Instance.platform"]));
    let id = details.text("vulnerabilityId");
    let mut found = Vec::new();
    for named in details.items("vulnerablePackages") {
        let (component, locations) = package(named, platform);
        let mut references = details.texts("referenceUrls");
        references.extend(details.texts("sourceUrl"));
        let related: Vec<String> =
            details.texts("relatedVulnerabilities").into_iter().filter(|r| r != id).collect();
        let mut observation = Observation {
            class: Class::Dependency,
            tool_id: format!("{}#{id}#{}", base.tool_id, component.name),
            component: Some(component),
            locations,
            remedy: named.text("remediation").to_owned(),
            references,
            target: base.resource.clone(),
            resource: String::new(),
            ..base.clone()
        };
        if words::is_id(id) {
            observation.ids.push(id.to_owned());
        } else {
            observation.rule = id.to_owned();
        }
        if related.len() == 1 {
            observation.ids.extend(related);
        } else {
            observation.mentions = related;
        }
        found.push(observation);
    }
    if found.is_empty() { vec![base] } else { found }
}

/// A finding that is no package's.
fn other(finding: Record<'_>, mut base: Observation) -> Observation {
    if let Some(code) = finding.at("codeVulnerabilityDetails") {
        base.class = Class::Code;
        base.rule = code.first(&["ruleId", "detectorId"]).to_owned();
        base.cwes = code.texts("cwes").iter().filter_map(|cwe| words::cwe(cwe)).collect();
        base.locations = vec![Location {
            path: code.first(&["filePath.filePath", "filePath.fileName"]).to_owned(),
            line: code.whole("filePath.startLine"),
            end_line: code.whole("filePath.endLine"),
            ..Location::default()
        }];
        base.target = std::mem::take(&mut base.resource);
    } else {
        base.rule = finding.text("type").to_owned();
    }
    base
}

fn base(finding: Record<'_>) -> Observation {
    let status = finding.text("status");
    let standing = match status {
        "CLOSED" => Standing::Fixed,
        "SUPPRESSED" => Standing::Suppressed,
        _ => Standing::Reported,
    };
    let vector = finding.text("inspectorScoreDetails.adjustedCvss.scoringVector");
    let mut ids: Vec<&str> = finding.items("resources").map(|r| r.text("id")).collect();
    ids.sort_unstable();
    ids.dedup();
    Observation {
        class: Class::Configuration,
        title: finding.first(&["title", "findingArn"]).to_owned(),
        description: finding.text("description").to_owned(),
        remedy: finding.text("remediation.recommendation.text").to_owned(),
        severity: words::severity(finding.text("severity")),
        score: if vector.is_empty() { finding.string("inspectorScore") } else { vector.to_owned() },
        resource: ids.join(" "),
        tool_id: finding.text("findingArn").to_owned(),
        standing,
        standing_reason: if standing == Standing::Reported { "" } else { status }.to_owned(),
        first_seen: words::when(finding.text("firstObservedAt")),
        ..Observation::default()
    }
}
