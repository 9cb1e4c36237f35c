//! What does an OpenVEX document state?
//!
//! OpenVEX 0.0.1, 0.0.2 and 0.2.0 (OPENVEX-SPEC.md). The versions are told apart by shape: a product may
//! be a text (0.0.x) or an object (0.2.0), and so may a vulnerability. A statement that cannot be read is
//! a problem, and the rest goes on.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::source::{self, Lines, Problems};
use super::{Document, Format, Place, Product, Purl, Refused, Standing, Statement, Status};

/// The prefix of the context, after which the version stands.
pub(super) const CONTEXT: &str = "https://openvex.dev/ns";
/// The versions that are read.
const VERSIONS: [&str; 6] = ["", "0.0.0", "0.0.1", "0.0.2", "0.1.0", "0.2.0"];
/// Most parts that the products of one statement hold together: each holds all of the statement's.
pub const MAX_HELD: usize = 1_000_000;
/// The justifications (section «Status Justifications»), which CSAF has as flags too.
pub(super) const JUSTIFICATIONS: [&str; 5] = [
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
];

#[derive(Deserialize)]
struct Whole<'a> {
    #[serde(rename = "@context", borrow)]
    context: Option<&'a RawValue>,
    #[serde(rename = "@id")]
    id: Option<String>,
    author: Option<String>,
    timestamp: Option<String>,
    last_updated: Option<String>,
    #[serde(borrow)]
    version: Option<&'a RawValue>,
    #[serde(borrow)]
    statements: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
struct Stated {
    vulnerability: Vulnerability,
    #[serde(default)]
    products: Vec<Named>,
    #[serde(default)]
    subcomponents: Vec<Named>,
    status: String,
    justification: Option<String>,
    impact_statement: Option<String>,
    action_statement: Option<String>,
    status_notes: Option<String>,
    supplier: Option<String>,
    timestamp: Option<String>,
    last_updated: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Vulnerability {
    Text(String),
    Object {
        #[serde(rename = "@id")]
        id: Option<String>,
        name: Option<String>,
        #[serde(default)]
        aliases: Vec<String>,
    },
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Named {
    Text(String),
    Object(Component),
}

#[derive(Deserialize)]
struct Component {
    #[serde(rename = "@id")]
    id: Option<String>,
    #[serde(default)]
    identifiers: BTreeMap<String, String>,
    #[serde(default)]
    hashes: BTreeMap<String, String>,
    #[serde(default)]
    subcomponents: Vec<Named>,
}

/// Reads the document.
pub(super) fn read(text: &str) -> Result<Document, Refused> {
    let whole: Whole<'_> = serde_json::from_str(text).map_err(|e| Refused::json(&e))?;
    let format_version = version(whole.context)?;
    let statements = whole
        .statements
        .ok_or_else(|| Refused::new(1, "an OpenVEX document without `statements`".to_owned()))?;
    let mut problems = Problems::default();
    let top = Place { line: 1, path: String::new() };
    let issued = problems.instant(&top, whole.timestamp.as_deref());
    let updated = problems.instant(&top, whole.last_updated.as_deref());
    let mut document = Document {
        format: Format::OpenVex,
        format_version,
        id: source::name(whole.id.as_deref().unwrap_or_default()),
        author: source::name(whole.author.as_deref().unwrap_or_default()),
        dated: updated.max(issued),
        version: source::name(whole.version.map_or("", |v| v.get().trim_matches('"'))),
        standing: Standing::Current,
        statements: Vec::new(),
        problems: Vec::new(),
    };
    let mut lines = Lines::of(text);
    for (number, raw) in statements.iter().enumerate() {
        let place = Place { line: lines.line(raw.get()), path: format!("statements[{number}]") };
        match source::object::<Stated>(raw) {
            Ok(stated) => {
                let statement = statement(stated, &document, issued, place, &mut problems);
                document.statements.extend(statement);
            }
            Err(what) => problems.add(&place, what),
        }
    }
    document.problems = problems.0;
    Ok(document)
}

/// The version that the context names (section «Public IRI Namespaces»); JSON-LD allows a list of
/// contexts, of which one is OpenVEX's.
fn version(context: Option<&RawValue>) -> Result<String, Refused> {
    let Some(context) = context else {
        return Err(Refused::new(1, "an OpenVEX document without `@context`"));
    };
    let texts: Vec<String> = serde_json::from_str::<String>(context.get())
        .map(|text| vec![text])
        .or_else(|_| serde_json::from_str::<Vec<serde_json::Value>>(context.get()).map(strings))
        .unwrap_or_default();
    let rest = texts.iter().find_map(|text| text.strip_prefix(CONTEXT));
    let Some(rest) = rest else {
        return Err(Refused::new(1, "`@context` does not name OpenVEX"));
    };
    let version = rest.trim_matches('/').trim_start_matches('v');
    if VERSIONS.contains(&version) {
        return Ok(version.to_owned());
    }
    let what = format!("OpenVEX {} is not known; 0.0.1 to 0.2.0 are read", source::quote(version));
    Err(Refused::new(1, what))
}

fn strings(values: Vec<serde_json::Value>) -> Vec<String> {
    values.into_iter().filter_map(|v| v.as_str().map(str::to_owned)).collect()
}

fn statement(
    stated: Stated,
    document: &Document,
    issued: Option<vocab::Instant>,
    place: Place,
    problems: &mut Problems,
) -> Option<Statement> {
    let Some(status) = status(&stated.status) else {
        problems.add(&place, format!("«{}» is no status", source::quote(&stated.status)));
        return None;
    };
    let (vulnerability, aliases) = vulnerability(stated.vulnerability);
    if vulnerability.is_empty() {
        problems.add(&place, "a statement without a vulnerability");
        return None;
    }
    let parts = stated.subcomponents.len();
    if parts.saturating_mul(stated.products.len()) > MAX_HELD {
        let what = format!("more than {MAX_HELD} parts of its products; it was left out");
        problems.add(&place, what);
        return None;
    }
    let shared: Vec<Arc<Product>> =
        stated.subcomponents.into_iter().filter_map(|c| product(c, &place, problems)).collect();
    if parts > 0 && shared.is_empty() {
        // Without the parts that it is about, a statement would be about the whole.
        problems.add(&place, "none of its subcomponents can be identified; it was left out");
        return None;
    }
    let mut products = Vec::new();
    for named in stated.products {
        let Some(mut product) = product(named, &place, problems) else { continue };
        if product.subcomponents.is_empty() && !shared.is_empty() {
            Arc::make_mut(&mut product).subcomponents.clone_from(&shared);
        }
        products.push(product);
    }
    if products.is_empty() {
        problems.add(&place, "a statement that names no product speaks of none");
        return None;
    }
    let justification = stated.justification.filter(|j| {
        let known = JUSTIFICATIONS.contains(&j.as_str());
        if !known && !j.is_empty() {
            problems.add(&place, format!("«{}» is no justification", source::quote(j)));
        }
        known
    });
    let texts = [stated.impact_statement, stated.action_statement, stated.status_notes];
    let [impact, action, notes] = texts.map(Option::unwrap_or_default);
    // A note is no impact statement: it does not stand in for one.
    let noted = if status == Status::NotAffected && impact.trim().is_empty() { "" } else { &notes };
    let supplier = source::name(stated.supplier.as_deref().unwrap_or_default());
    Some(Statement {
        vulnerability,
        aliases,
        products,
        status,
        justification,
        impact: source::joined([impact.as_str(), noted]),
        action: source::explanation(&action),
        author: if document.author.is_empty() { supplier } else { document.author.clone() },
        dated: problems.instant(&place, stated.timestamp.as_deref()).or(issued),
        last_updated: problems.instant(&place, stated.last_updated.as_deref()),
        place,
    })
}

fn status(word: &str) -> Option<Status> {
    let all = [Status::NotAffected, Status::Affected, Status::Fixed, Status::UnderInvestigation];
    all.into_iter().find(|status| status.as_str() == word)
}

/// The id and the further ones. An IRI as id (`@id`) names the vulnerability when nothing else does.
fn vulnerability(stated: Vulnerability) -> (String, Vec<String>) {
    match stated {
        Vulnerability::Text(name) => (source::name(&name), Vec::new()),
        Vulnerability::Object { id, name, aliases } => {
            let name = name.filter(|n| !n.trim().is_empty()).or(id).unwrap_or_default();
            let aliases = aliases.iter().map(|a| source::name(a)).filter(|a| !a.is_empty());
            (source::name(&name), aliases.collect())
        }
    }
}

fn product(named: Named, place: &Place, problems: &mut Problems) -> Option<Arc<Product>> {
    let component = match named {
        Named::Text(id) => Component {
            id: Some(id),
            identifiers: BTreeMap::new(),
            hashes: BTreeMap::new(),
            subcomponents: Vec::new(),
        },
        Named::Object(component) => component,
    };
    let mut product = Product::default();
    let text = |key: &str| component.identifiers.get(key).map(String::as_str);
    product.purl = text("purl").and_then(Purl::parse);
    if product.purl.is_none() && text("purl").is_some_and(|t| !t.trim().is_empty()) {
        problems.add(place, format!("«{}» is no purl", source::quote(text("purl").unwrap_or(""))));
        return None;
    }
    product.cpe = text("cpe23").or_else(|| text("cpe22")).map(source::name);
    if let Some(id) = component.id.as_deref().filter(|id| !id.trim().is_empty()) {
        match (Purl::parse(id), &product.purl) {
            (Some(named), None) => product.purl = Some(named),
            (Some(named), Some(given)) if named != *given => {
                let what = "`@id` and `identifiers.purl` are two different purls";
                problems.add(place, format!("{what}: «{}»", source::quote(id)));
                return None;
            }
            (Some(_), Some(_)) => {}
            (None, _) => product.names.push(source::name(id)),
        }
    }
    product.hashes =
        source::digests(component.hashes.iter().map(|(n, d)| (n.as_str(), d.as_str())));
    let parts = component.subcomponents.len();
    let subcomponents = component.subcomponents.into_iter();
    product.subcomponents =
        subcomponents.filter_map(|c| self::product(c, place, problems)).collect();
    // Without the parts that it is about, a statement would be about the whole.
    let lost = parts > 0 && product.subcomponents.is_empty();
    (!lost && product.is_named()).then(|| Arc::new(product))
}
