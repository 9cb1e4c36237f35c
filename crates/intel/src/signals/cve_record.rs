//! What do the CVE programme and CISA say of a CVE?
//!
//! In: CVE JSON 5 records (cveproject.github.io/cve-schema), one at a time, with CISA's «Vulnrichment»
//! container where there is one; also rows that were derived from them. Out: SSVC decision points
//! (CERT/CC SSVC, CISA's coordinator model), CVSS vectors, CWEs, dates, rejected, disputed.

use serde::Deserialize;
use serde_json::Value;
use vocab::Instant;

use super::{FeedError, MAX_LINE};
use crate::cve::CveId;
use crate::osv::cvss_severity;

/// SSVC «Exploitation».
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Exploitation {
    /// No evidence.
    None,
    /// A public proof of concept.
    PublicPoc,
    /// Shared, reliable evidence of exploitation.
    Active,
}

/// SSVC «Automatable».
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Automatable {
    /// Steps 1 to 4 of the kill chain cannot be automated.
    No,
    /// They can.
    Yes,
}

/// SSVC «Technical Impact».
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TechnicalImpact {
    /// Limited control.
    Partial,
    /// Total control, or total disclosure.
    Total,
}

/// CISA's decision points for one CVE; `None` where a point is absent or has no known value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ssvc {
    /// Exploitation.
    pub exploitation: Option<Exploitation>,
    /// Automatable.
    pub automatable: Option<Automatable>,
    /// Technical impact.
    pub technical_impact: Option<TechnicalImpact>,
    /// When CISA decided.
    pub timestamp: Option<Instant>,
}

/// What one record says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CveRecord {
    /// CISA's decision points.
    pub ssvc: Option<Ssvc>,
    /// CVSS v3.x and v4.0 vectors of the numbering authority.
    pub cna_vectors: Vec<String>,
    /// CVSS vectors that other containers add.
    pub adp_vectors: Vec<String>,
    /// CWE names of all containers, sorted.
    pub cwes: Vec<String>,
    /// When it was published.
    pub published: Option<Instant>,
    /// State REJECTED.
    pub rejected: bool,
    /// Tagged disputed.
    pub disputed: bool,
}

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "cveMetadata")]
    metadata: Metadata,
    #[serde(default)]
    containers: Containers,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    cve_id: String,
    #[serde(default)]
    state: Option<String>,
    #[serde(default)]
    date_published: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Containers {
    cna: Container,
    adp: Vec<Container>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Container {
    tags: Vec<Value>,
    metrics: Vec<Metric>,
    problem_types: Vec<ProblemType>,
    provider_metadata: Provider,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Provider {
    short_name: String,
}

#[derive(Deserialize)]
struct Metric {
    #[serde(default, rename = "cvssV3_0")]
    v3_0: Option<Cvss>,
    #[serde(default, rename = "cvssV3_1")]
    v3_1: Option<Cvss>,
    #[serde(default, rename = "cvssV4_0")]
    v4_0: Option<Cvss>,
    #[serde(default)]
    other: Option<Other>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cvss {
    #[serde(default)]
    vector_string: Option<String>,
}

#[derive(Deserialize)]
struct Other {
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    content: Value,
}

#[derive(Deserialize)]
struct ProblemType {
    #[serde(default)]
    descriptions: Vec<Description>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Description {
    #[serde(default)]
    cwe_id: Option<String>,
    #[serde(default)]
    description: Option<String>,
}

/// Reads one record.
pub fn read(json: &[u8]) -> Result<(CveId, CveRecord), FeedError> {
    if json.len() > MAX_LINE {
        return Err(FeedError::TooLarge(json.len()));
    }
    let document: Document = serde_json::from_slice(json).map_err(FeedError::Shape)?;
    let metadata = document.metadata;
    let cve = CveId::parse(&metadata.cve_id).ok_or(FeedError::Missing("CVE name"))?;
    let mut record = CveRecord {
        published: metadata.date_published.as_deref().and_then(vocab::instant::parse),
        rejected: metadata.state.as_deref().is_some_and(|s| s.eq_ignore_ascii_case("REJECTED")),
        ..CveRecord::default()
    };
    let Containers { cna, adp } = document.containers;
    cna.metrics.iter().for_each(|metric| vectors(metric, &mut record.cna_vectors));
    for container in std::iter::once(&cna).chain(&adp) {
        record.disputed |= container.tags.iter().any(|tag| tag == "disputed");
        cwes(container, &mut record.cwes);
    }
    for container in &adp {
        for metric in &container.metrics {
            vectors(metric, &mut record.adp_vectors);
            let other = metric.other.as_ref().filter(|o| o.kind.as_deref() == Some("ssvc"));
            if container.provider_metadata.short_name == "CISA-ADP"
                && let Some(other) = other
            {
                record.ssvc = Some(ssvc(&other.content));
            }
        }
    }
    record.cwes.sort_unstable();
    record.cwes.dedup();
    Ok((cve, record))
}

fn vectors(metric: &Metric, into: &mut Vec<String>) {
    for cvss in [&metric.v3_0, &metric.v3_1, &metric.v4_0].into_iter().flatten() {
        into.extend(cvss.vector_string.iter().filter(|v| cvss_severity(v).is_some()).cloned());
    }
    into.sort_unstable();
    into.dedup();
    into.truncate(16);
}

fn cwes(container: &Container, into: &mut Vec<String>) {
    for description in container.problem_types.iter().flat_map(|p| &p.descriptions).take(64) {
        let text = description.cwe_id.as_deref().or(description.description.as_deref());
        let word = text.and_then(|text| text.split_ascii_whitespace().next()).unwrap_or("");
        let digits = word.strip_prefix("CWE-").unwrap_or("").trim_end_matches(':');
        if (1..=6).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) {
            into.push(format!("CWE-{digits}"));
        }
    }
}

fn ssvc(content: &Value) -> Ssvc {
    let options = content.get("options").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let point = |name: &str| {
        options.iter().find_map(|option| option.get(name)).and_then(Value::as_str).unwrap_or("")
    };
    let time = content.get("timestamp").and_then(Value::as_str);
    points(point("Exploitation"), point("Automatable"), point("Technical Impact"), time)
}

/// The records write the values in several cases.
fn points(exploitation: &str, automatable: &str, impact: &str, time: Option<&str>) -> Ssvc {
    Ssvc {
        exploitation: match exploitation.to_ascii_lowercase().as_str() {
            "none" => Some(Exploitation::None),
            "poc" | "public poc" => Some(Exploitation::PublicPoc),
            "active" => Some(Exploitation::Active),
            _ => None,
        },
        automatable: match automatable.to_ascii_lowercase().as_str() {
            "no" => Some(Automatable::No),
            "yes" => Some(Automatable::Yes),
            _ => None,
        },
        technical_impact: match impact.to_ascii_lowercase().as_str() {
            "partial" => Some(TechnicalImpact::Partial),
            "total" => Some(TechnicalImpact::Total),
            _ => None,
        },
        timestamp: time.and_then(vocab::instant::parse),
    }
}

/// Reads one derived row: `id`, `state`, `published`, `ssvc`, `ssvc_ts`, `cna_…`/`adp_…` vectors and CWEs.
pub fn read_row(json: &[u8]) -> Result<(CveId, CveRecord), FeedError> {
    let row: serde_json::Map<String, Value> =
        serde_json::from_slice(json).map_err(FeedError::Shape)?;
    let text = |name: &str| row.get(name).and_then(Value::as_str);
    let cve = text("id").and_then(CveId::parse).ok_or(FeedError::Missing("CVE name"))?;
    let vectors = |of: &str| -> Vec<String> {
        ["cvssV3_0", "cvssV3_1", "cvssV4_0"]
            .iter()
            .filter_map(|version| text(&format!("{of}_{version}")))
            .filter(|vector| cvss_severity(vector).is_some())
            .map(str::to_owned)
            .collect()
    };
    let mut cwes: Vec<String> = ["cna_cwe", "adp_cwe"]
        .iter()
        .filter_map(|name| row.get(*name).and_then(Value::as_array))
        .flatten()
        .filter_map(Value::as_str)
        .filter(|cwe| cwe.starts_with("CWE-") && cwe.len() <= 10)
        .map(str::to_owned)
        .collect();
    cwes.sort_unstable();
    cwes.dedup();
    let ssvc = row.get("ssvc").filter(|ssvc| ssvc.is_object()).map(|ssvc| {
        let point = |name: &str| ssvc.get(name).and_then(Value::as_str).unwrap_or("");
        let (automatable, impact) = (point("Automatable"), point("Technical Impact"));
        points(point("Exploitation"), automatable, impact, text("ssvc_ts"))
    });
    let record = CveRecord {
        ssvc,
        cna_vectors: vectors("cna"),
        adp_vectors: vectors("adp"),
        cwes,
        published: text("published").and_then(vocab::instant::parse),
        rejected: text("state").is_some_and(|s| s.eq_ignore_ascii_case("REJECTED")),
        disputed: false,
    };
    Ok((cve, record))
}

#[cfg(test)]
mod tests {
    use super::{Automatable, Exploitation, TechnicalImpact, read, read_row};

    #[test]
    fn vulnrichment_record() {
        let json = br#"{"dataType":"CVE_RECORD","containers":{"cna":{"tags":["disputed"],
          "metrics":[{"cvssV3_1":{"vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}},{"cvssV2_0":{"vectorString":"AV:N"}}],
          "problemTypes":[{"descriptions":[{"lang":"en","description":"CWE-117 Improper Output"}]}]},
          "adp":[{"title":"CVE Program Container","providerMetadata":{"shortName":"CVE"}},
          {"providerMetadata":{"shortName":"CISA-ADP"},"metrics":[{"other":{"type":"ssvc","content":{"timestamp":"2024-02-02T14:05:34.031031Z",
          "options":[{"Exploitation":"Active"},{"Automatable":"no"},{"Technical Impact":"total"}]}}},{"other":{"type":"kev","content":{}}}],
          "problemTypes":[{"descriptions":[{"cweId":"CWE-121"}]}]}]},
          "cveMetadata":{"cveId":"CVE-2011-0611","state":"PUBLISHED","datePublished":"2011-04-13T14:00:00"}}"#;
        let (cve, record) = read(json).unwrap();
        assert_eq!(cve.to_string(), "CVE-2011-0611");
        let ssvc = record.ssvc.unwrap();
        assert_eq!(
            (ssvc.exploitation, ssvc.automatable, ssvc.technical_impact),
            (Some(Exploitation::Active), Some(Automatable::No), Some(TechnicalImpact::Total))
        );
        assert_eq!(record.cwes, ["CWE-117", "CWE-121"]);
        assert_eq!((record.cna_vectors.len(), record.disputed, record.rejected), (1, true, false));
        assert_eq!(record.published.unwrap().to_string(), "2011-04-13T14:00:00Z");
    }

    #[test]
    fn derived_row() {
        let json = br#"{"id":"CVE-1999-0006","state":"REJECTED","published":"1999-09-29T04:00:00","adp_cvssV3_1":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H","ssvc":{"Exploitation":"PoC","Automatable":"Yes","Technical Impact":"odd"},"ssvc_ts":"2024-08-01T18:51:01.909711Z","adp_cwe":["CWE-121"]}"#;
        let (_, record) = read_row(json).unwrap();
        let ssvc = record.ssvc.unwrap();
        assert_eq!(ssvc.exploitation, Some(Exploitation::PublicPoc));
        assert_eq!((ssvc.automatable, ssvc.technical_impact), (Some(Automatable::Yes), None));
        assert!(record.rejected && record.adp_vectors.len() == 1 && record.cwes == ["CWE-121"]);
        assert!(read_row(b"{}").is_err());
    }
}
