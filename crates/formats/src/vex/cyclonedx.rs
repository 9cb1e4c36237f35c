//! What do the `vulnerabilities` of a CycloneDX document state?
//!
//! CycloneDX 1.4 to 1.7, JSON and XML, as a part of a bill or as a document of its own. A vulnerability
//! with an `analysis` is a statement; one without is what a scanner found, and states nothing. What
//! `affects` names is looked up among the document's own components. A component stands for itself within
//! what the document is about (`metadata.component`), because its analysis is made there: the component
//! elsewhere is another matter. A reference into another document (BOM-Link, `urn:cdx:…`) names an element
//! of that document, and no other.

mod json;
mod resolve;
mod xml;

use serde::Deserialize;

use super::source::{self, Problems};
use super::{Document, Format, Place, Refused, Standing, Statement, Status};
use resolve::Parts;

/// The versions that have vulnerabilities.
const VERSIONS: [&str; 4] = ["1.4", "1.5", "1.6", "1.7"];
/// The versions before; they have none.
const WITHOUT: [&str; 4] = ["1.0", "1.1", "1.2", "1.3"];
/// The justifications (`impactAnalysisJustification`).
pub(super) const JUSTIFICATIONS: [&str; 9] = [
    "code_not_present",
    "code_not_reachable",
    "requires_configuration",
    "requires_dependency",
    "requires_environment",
    "protected_by_compiler",
    "protected_at_runtime",
    "protected_at_perimeter",
    "protected_by_mitigating_control",
];

pub(super) use json::read as read_json;
pub(super) use xml::read as read_xml;

/// What is taken of a document, whichever way it is written.
#[derive(Default)]
struct Bill {
    version: String,
    serial: String,
    revision: String,
    timestamp: Option<String>,
    author: String,
    subject: Option<Component>,
    components: Vec<Component>,
    vulnerabilities: Vec<(Place, Vulnerability)>,
    problems: Problems,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Component {
    #[serde(rename = "bom-ref")]
    reference: Option<String>,
    group: Option<String>,
    name: Option<String>,
    version: Option<String>,
    purl: Option<String>,
    cpe: Option<String>,
    hashes: Vec<Hash>,
    components: Vec<Component>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Hash {
    alg: String,
    content: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Vulnerability {
    id: Option<String>,
    references: Vec<Reference>,
    analysis: Option<Analysis>,
    recommendation: Option<String>,
    workaround: Option<String>,
    affects: Vec<Affected>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Reference {
    id: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Analysis {
    state: Option<String>,
    justification: Option<String>,
    response: Vec<String>,
    detail: Option<String>,
    first_issued: Option<String>,
    last_updated: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Affected {
    #[serde(rename = "ref")]
    reference: String,
    versions: Vec<Version>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Version {
    version: Option<String>,
    range: Option<String>,
    status: Option<String>,
}

/// Refuses a version that is not known.
fn known(version: &str, line: u32) -> Result<(), Refused> {
    if VERSIONS.contains(&version) || WITHOUT.contains(&version) {
        return Ok(());
    }
    let what = format!("CycloneDX {} is not known; 1.4 to 1.7 are read", source::quote(version));
    Err(Refused::new(line, what))
}

impl Bill {
    fn document(mut self) -> Document {
        let top = Place { line: 1, path: "metadata.timestamp".to_owned() };
        let mut problems = std::mem::take(&mut self.problems);
        let dated = problems.instant(&top, self.timestamp.as_deref());
        let mut document = Document {
            format: Format::CycloneDx,
            format_version: self.version.clone(),
            id: source::name(&self.serial),
            author: source::name(&self.author),
            dated,
            version: self.revision.clone(),
            standing: Standing::Current,
            statements: Vec::new(),
            problems: Vec::new(),
        };
        let vulnerabilities = std::mem::take(&mut self.vulnerabilities);
        if WITHOUT.contains(&self.version.as_str()) && !vulnerabilities.is_empty() {
            let what = format!("CycloneDX {} has no `vulnerabilities`", self.version);
            problems.add(&Place { line: 1, path: "vulnerabilities".to_owned() }, what);
        } else {
            let parts = Parts::of(&self);
            for (place, vulnerability) in vulnerabilities {
                let (author, dated) = (document.author.clone(), document.dated);
                let statements =
                    stated(&parts, vulnerability, &place, (author, dated), &mut problems);
                document.statements.extend(statements);
            }
        }
        document.problems = problems.0;
        document
    }
}

/// The statements of one vulnerability: one for each status that its versions have.
fn stated(
    parts: &Parts,
    vulnerability: Vulnerability,
    place: &Place,
    (author, dated): (String, Option<vocab::Instant>),
    problems: &mut Problems,
) -> Vec<Statement> {
    let Some(analysis) = vulnerability.analysis else { return Vec::new() };
    let Some(state) = analysis.state.as_deref().filter(|s| !s.is_empty()) else {
        return Vec::new();
    };
    let Some(status) = status(state) else {
        problems.add(place, format!("«{}» is no state of an analysis", source::quote(state)));
        return Vec::new();
    };
    let id = source::name(vulnerability.id.as_deref().unwrap_or_default());
    let mut ids: Vec<String> = vulnerability
        .references
        .iter()
        .filter_map(|r| r.id.as_deref().map(source::name))
        .filter(|alias| !alias.is_empty() && *alias != id)
        .collect();
    let Some(id) = Some(id).filter(|id| !id.is_empty()).or_else(|| ids.pop()) else {
        problems.add(place, "a vulnerability without an id");
        return Vec::new();
    };
    let justification = analysis.justification.filter(|j| {
        let known = JUSTIFICATIONS.contains(&j.as_str());
        if !known && !j.is_empty() {
            problems.add(place, format!("«{}» is no justification", source::quote(j)));
        }
        known
    });
    let detail = analysis.detail.unwrap_or_default();
    // The state itself says why: the vulnerability is none of this component (`impactAnalysisState`).
    let reason = if state == "false_positive" { "false positive" } else { "" };
    let responses: Vec<String> = analysis.response.iter().map(|r| r.replace('_', " ")).collect();
    let texts = [vulnerability.recommendation, vulnerability.workaround];
    let [recommendation, workaround] = texts.map(Option::unwrap_or_default);
    let action = responses.iter().map(String::as_str).chain([&*recommendation, &*workaround]);
    let (action, impact) = (source::joined(action), source::joined([reason, &detail]));
    let first = problems.instant(place, analysis.first_issued.as_deref());
    let last = problems.instant(place, analysis.last_updated.as_deref());
    let mut statements: Vec<Statement> = Vec::new();
    for (affected, product) in parts.products(&vulnerability.affects, status, place, problems) {
        if let Some(same) = statements.iter_mut().find(|s| s.status == affected) {
            same.products.push(product);
            continue;
        }
        let listed = if affected == status { "" } else { "as its version is listed" };
        statements.push(Statement {
            vulnerability: id.clone(),
            aliases: ids.clone(),
            products: vec![product],
            status: affected,
            justification: justification.clone().filter(|_| affected == status),
            impact: source::joined([impact.as_str(), listed]),
            action: action.clone(),
            author: author.clone(),
            dated: first.or(last).or(dated),
            last_updated: last,
            place: place.clone(),
        });
    }
    statements
}

/// `impactAnalysisState` in the words of VEX.
fn status(state: &str) -> Option<Status> {
    Some(match state {
        "resolved" | "resolved_with_pedigree" => Status::Fixed,
        "exploitable" => Status::Affected,
        "in_triage" => Status::UnderInvestigation,
        "false_positive" | "not_affected" => Status::NotAffected,
        _ => return None,
    })
}
