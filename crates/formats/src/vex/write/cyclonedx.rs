//! CycloneDX 1.6 with `vulnerabilities`.
//!
//! One asset is what the document is about (`metadata.component`); several are components that hold
//! theirs. So a claim reads back as one on that asset alone.

use std::collections::HashMap;
use std::io::{self, Write};

use serde::Serialize;

use super::super::Status;
use super::super::cyclonedx::JUSTIFICATIONS;
use super::openvex::iri;
use super::{Claim, Claims, SAME, Whole, joined, second, some};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    bom_format: &'static str,
    spec_version: &'static str,
    serial_number: &'a str,
    version: u32,
    metadata: Metadata<'a>,
    components: Vec<Component<'a>>,
    vulnerabilities: Vec<Vulnerability<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    compositions: Vec<Composition>,
}

/// How whole the document is (`compositions`).
#[derive(Serialize)]
struct Composition {
    aggregate: &'static str,
}

#[derive(Serialize)]
struct Metadata<'a> {
    timestamp: String,
    tools: Tools<'a>,
    authors: [Name; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    component: Option<Component<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    properties: Vec<Property<'a>>,
}

#[derive(Serialize)]
struct Property<'a> {
    name: &'static str,
    value: &'a str,
}

#[derive(Serialize)]
struct Tools<'a> {
    components: [Component<'a>; 1],
}

#[derive(Serialize)]
struct Name {
    name: String,
}

#[derive(Serialize, Default)]
struct Component<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(rename = "bom-ref", skip_serializing_if = "String::is_empty")]
    reference: String,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purl: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    components: Vec<Component<'a>>,
}

#[derive(Serialize)]
struct Vulnerability<'a> {
    id: &'a str,
    source: Source,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    references: Vec<Reference<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ratings: Vec<Rating<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cwes: Vec<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recommendation: Option<&'a str>,
    analysis: Analysis<'a>,
    affects: [Affected; 1],
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
    url: String,
}

#[derive(Serialize)]
struct Reference<'a> {
    id: &'a str,
    source: Source,
}

#[derive(Serialize)]
struct Rating<'a> {
    severity: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vector: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Analysis<'a> {
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    justification: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    response: &'a [&'static str],
    #[serde(skip_serializing_if = "String::is_empty")]
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_issued: Option<String>,
    last_updated: String,
}

#[derive(Serialize)]
struct Affected {
    #[serde(rename = "ref")]
    reference: String,
}

/// Writes the claims as CycloneDX 1.6 JSON, indented, with a line break at the end.
///
/// # Errors
/// Those of `out`.
pub fn write_cyclonedx(claims: &Claims, out: &mut dyn Write) -> io::Result<()> {
    let mut parts: Vec<Vec<Component<'_>>> = claims.assets.iter().map(|_| Vec::new()).collect();
    let mut known: HashMap<(u32, &str, &str), String> = HashMap::new();
    let mut vulnerabilities = Vec::new();
    for claim in &claims.claims {
        let key = (claim.asset, claim.purl.as_str(), claim.version.as_str());
        let next = known.len();
        let reference = known.entry(key).or_insert_with(|| {
            let reference = format!("component-{next}");
            if let Some(list) = parts.get_mut(claim.asset as usize) {
                list.push(component(claim, reference.clone()));
            }
            reference
        });
        vulnerabilities.push(vulnerability(claim, reference.clone(), claims));
    }
    let single = claims.assets.len() == 1;
    let mut assets: Vec<Component<'_>> =
        claims.assets.iter().enumerate().map(|(n, whole)| asset(n, whole)).collect();
    let (subject, components) = if single {
        (assets.pop(), parts.pop().unwrap_or_default())
    } else {
        assets.iter_mut().zip(parts).for_each(|(asset, parts)| asset.components = parts);
        (None, assets)
    };
    let tool = Component {
        kind: "application",
        name: &claims.tool,
        version: some(&claims.tool_version),
        ..Component::default()
    };
    let document = Document {
        schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
        bom_format: "CycloneDX",
        spec_version: "1.6",
        serial_number: &claims.id,
        version: 1,
        metadata: Metadata {
            timestamp: second(claims.dated),
            tools: Tools { components: [tool] },
            authors: [Name { name: format!("{} {}", claims.tool, claims.tool_version) }],
            component: subject,
            properties: claims
                .incomplete
                .iter()
                .map(|value| Property { name: "gabion:incomplete", value })
                .collect(),
        },
        components,
        vulnerabilities,
        compositions: claims
            .incomplete
            .iter()
            .map(|_| Composition { aggregate: "incomplete" })
            .collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}

fn asset(number: usize, whole: &Whole) -> Component<'_> {
    Component {
        kind: if whole.image { "container" } else { "application" },
        reference: format!("asset-{number}"),
        name: &whole.name,
        version: whole.digest.as_deref().filter(|_| whole.image),
        purl: Some(whole.purl().to_string()),
        ..Component::default()
    }
}

fn component(claim: &Claim, reference: String) -> Component<'_> {
    Component {
        kind: "library",
        reference,
        name: &claim.name,
        version: some(&claim.version),
        purl: Some(iri(&claim.purl).into_owned()).filter(|p| p.starts_with("pkg:")),
        ..Component::default()
    }
}

fn vulnerability<'a>(claim: &'a Claim, reference: String, claims: &Claims) -> Vulnerability<'a> {
    let mut aliases: Vec<&str> = claim.aliases.iter().map(String::as_str).collect();
    aliases.sort_unstable();
    aliases.dedup();
    let aliases = aliases.into_iter().filter(|alias| *alias != claim.vulnerability);
    let method = claim.vector.as_deref().and_then(method);
    Vulnerability {
        id: &claim.vulnerability,
        source: source(&claim.vulnerability),
        references: aliases.map(|id| Reference { id, source: source(id) }).collect(),
        ratings: vec![Rating {
            severity: &claim.severity,
            method,
            vector: claim.vector.as_deref().filter(|_| method.is_some()),
        }],
        cwes: claim.cwes.iter().filter_map(|c| c.rsplit('-').next()?.parse().ok()).collect(),
        description: some(&claim.title),
        recommendation: some(&claim.action),
        analysis: analysis(claim, claims),
        affects: [Affected { reference }],
    }
}

fn analysis<'a>(claim: &'a Claim, claims: &Claims) -> Analysis<'a> {
    let not = claim.status == Status::NotAffected;
    let own = claim.justification.as_deref().filter(|_| not);
    let justification = own.and_then(|word| {
        let same = SAME.iter().find(|(openvex, _)| *openvex == word);
        let word = same.map_or(word, |(_, cyclonedx)| cyclonedx);
        JUSTIFICATIONS.contains(&word).then_some(word)
    });
    let told = own.filter(|own| justification != Some(own)).unwrap_or_default();
    let impact = if not { claim.impact.as_str() } else { "" };
    Analysis {
        state: match claim.status {
            Status::NotAffected => "not_affected",
            Status::Affected => "exploitable",
            Status::Fixed => "resolved",
            Status::UnderInvestigation => "in_triage",
        },
        justification,
        response: &claim.responses,
        detail: joined(&[impact, &told.replace('_', " "), &claim.notes]),
        first_issued: claim.dated.map(second),
        last_updated: second(claim.dated.unwrap_or(claims.dated)),
    }
}

/// Where a vulnerability is described.
fn source(id: &str) -> Source {
    let (name, prefix) = match id.split('-').next() {
        Some("CVE") => ("NVD", "https://nvd.nist.gov/vuln/detail/"),
        Some("GHSA") => ("GitHub", "https://github.com/advisories/"),
        _ => ("OSV", "https://osv.dev/vulnerability/"),
    };
    Source { name, url: format!("{prefix}{}", crate::sarif::uri(id.as_bytes()).0) }
}

/// `scoreMethod` of a vector.
fn method(vector: &str) -> Option<&'static str> {
    Some(match vector.split('/').next()? {
        "CVSS:4.0" => "CVSSv4",
        "CVSS:3.1" => "CVSSv31",
        "CVSS:3.0" => "CVSSv3",
        first if first.starts_with("AV:") => "CVSSv2",
        _ => return None,
    })
}
