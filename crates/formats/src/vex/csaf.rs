//! What does a CSAF document state?
//!
//! CSAF 2.0 (OASIS Standard), and 2.1 as far as it says the same: `purls`, `product_paths`, the state
//! `unknown`, withdrawn and superseded documents. `product_status` gives the states, `flags` and threats
//! of category `impact` why something is not affected, `remediations` what can be done, and that nothing
//! will be. `recommended` is no state and is passed over. The products are in [`tree`].

mod tree;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::openvex::JUSTIFICATIONS;
use super::source::{self, Lines, Problems};
use super::{Document, Format, Place, Product, Refused, Standing, Statement, Status};
use tree::Tree;

/// The versions that are read.
const VERSIONS: [&str; 2] = ["2.0", "2.1"];
/// Most products reached through groups in one document: groups multiply what a document says.
pub const MAX_GROUPED: usize = 4_000_000;
/// What distributions write as an impact where they mean a severity.
const SEVERITIES: [&str; 6] = ["critical", "important", "high", "moderate", "medium", "low"];

#[derive(Deserialize)]
struct Whole<'a> {
    document: Meta,
    #[serde(borrow)]
    product_tree: Option<&'a RawValue>,
    #[serde(borrow, default)]
    vulnerabilities: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Meta {
    csaf_version: Option<String>,
    #[serde(default)]
    category: String,
    #[serde(default)]
    publisher: Publisher,
    #[serde(default)]
    tracking: Tracking,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Publisher {
    name: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Tracking {
    id: String,
    version: String,
    status: String,
    current_release_date: Option<String>,
    initial_release_date: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Vulnerability {
    cve: Option<String>,
    ids: Vec<Id>,
    product_status: BTreeMap<String, Vec<String>>,
    flags: Vec<Note>,
    threats: Vec<Note>,
    remediations: Vec<Note>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Id {
    text: String,
    product_ids: Vec<String>,
    group_ids: Vec<String>,
}

/// A flag, threat or remediation: a word and a text for some products.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Note {
    #[serde(alias = "label")]
    category: String,
    details: String,
    date: Option<String>,
    product_ids: Vec<String>,
    group_ids: Vec<String>,
}

/// Reads the document.
pub(super) fn read(text: &str) -> Result<Document, Refused> {
    let whole: Whole<'_> = serde_json::from_str(text).map_err(|e| Refused::json(&e))?;
    let meta = whole.document;
    let version = meta.csaf_version.unwrap_or_default();
    if !VERSIONS.contains(&version.as_str()) {
        let what = format!("CSAF «{}» is not known; 2.0 and 2.1 are read", source::quote(&version));
        return Err(Refused::new(1, what));
    }
    let mut problems = Problems::default();
    let top = Place { line: 1, path: "document.tracking".to_owned() };
    let current = problems.instant(&top, meta.tracking.current_release_date.as_deref());
    let initial = problems.instant(&top, meta.tracking.initial_release_date.as_deref());
    let mut document = Document {
        format: Format::Csaf,
        format_version: version,
        id: source::name(&meta.tracking.id),
        author: source::name(&meta.publisher.name),
        dated: current.or(initial),
        version: source::name(&meta.tracking.version),
        standing: standing(&meta.category, &meta.tracking.status),
        statements: Vec::new(),
        problems: Vec::new(),
    };
    let mut lines = Lines::of(text);
    let tree = match whole.product_tree {
        Some(raw) => Tree::read(raw, lines.line(raw.get()), &mut problems)?,
        None => Tree::default(),
    };
    let mut grouped = MAX_GROUPED;
    let mut lines = Lines::of(text);
    for (number, raw) in whole.vulnerabilities.iter().enumerate() {
        let place =
            Place { line: lines.line(raw.get()), path: format!("vulnerabilities[{number}]") };
        let vulnerability: Vulnerability = match source::object(raw) {
            Ok(vulnerability) => vulnerability,
            Err(what) => {
                problems.add(&place, what);
                continue;
            }
        };
        let mut reading = Reading { tree: &tree, place: &place, grouped: &mut grouped };
        let statements = reading.statements(&vulnerability, &document, &mut problems);
        document.statements.extend(statements);
    }
    document.problems = problems.0;
    Ok(document)
}

/// CSAF 2.0 section 3.2.1.12.7 («draft») and 2.1, profiles «Withdrawn» and «Superseded».
fn standing(category: &str, status: &str) -> Standing {
    match (category, status) {
        ("csaf_withdrawn", _) => Standing::Withdrawn,
        ("csaf_superseded", _) => Standing::Superseded,
        (_, "draft") => Standing::Draft,
        _ => Standing::Current,
    }
}

/// The state that a list of `product_status` gives; `None` for those that give none.
fn status(list: &str) -> Option<Status> {
    Some(match list {
        "first_affected" | "known_affected" | "last_affected" => Status::Affected,
        "known_not_affected" => Status::NotAffected,
        "first_fixed" | "fixed" => Status::Fixed,
        "under_investigation" | "unknown" => Status::UnderInvestigation,
        _ => return None,
    })
}

/// What is said of one product besides its state, as indices into the lists of the vulnerability.
#[derive(Default, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Besides {
    flag: Option<usize>,
    impacts: Vec<usize>,
    remediations: Vec<usize>,
}

struct Reading<'a> {
    tree: &'a Tree,
    place: &'a Place,
    grouped: &'a mut usize,
}

impl Reading<'_> {
    /// One statement for each state, and in it for each combination of reasons and remediations.
    fn statements(
        &mut self,
        vulnerability: &Vulnerability,
        document: &Document,
        problems: &mut Problems,
    ) -> Vec<Statement> {
        let Some((id, aliases)) = ids(vulnerability) else {
            problems.add(self.place, "a vulnerability without an id");
            return Vec::new();
        };
        let besides = self.besides(vulnerability, problems);
        let nothing = Besides::default();
        let mut groups: BTreeMap<(Status, &Besides), Vec<Arc<Product>>> = BTreeMap::new();
        let mut unknown: Option<(&str, usize)> = None;
        for (list, ids) in &vulnerability.product_status {
            let Some(status) = status(list) else { continue };
            for id in ids {
                let products = self.tree.products(id);
                if products.is_empty() {
                    unknown = Some((id, unknown.map_or(1, |(_, count)| count + 1)));
                }
                let besides = besides.get(id.as_str()).unwrap_or(&nothing);
                groups.entry((status, besides)).or_default().extend(products.iter().cloned());
            }
        }
        if let Some((id, count)) = unknown {
            let what = format!("{count} products are not described in `product_tree`, such as");
            problems.add(self.place, format!("{what} «{}»", source::quote(id)));
        }
        let groups = groups.into_iter().filter(|(_, products)| !products.is_empty());
        let statements = groups.map(|((status, besides), products)| {
            let flag = besides.flag.and_then(|at| vulnerability.flags.get(at));
            let pick = |list: &[usize], notes: &[Note]| {
                let notes = list.iter().filter_map(|at| notes.get(*at));
                source::joined(notes.map(told).collect::<Vec<_>>().iter().map(String::as_str))
            };
            let not = status == Status::NotAffected;
            let flagged = flag.and_then(|f| f.date.as_deref()).and_then(vocab::instant::parse);
            Statement {
                vulnerability: id.clone(),
                aliases: aliases.clone(),
                products,
                status,
                justification: flag.filter(|_| not).map(|f| f.category.clone()),
                impact: if not {
                    pick(&besides.impacts, &vulnerability.threats)
                } else {
                    String::new()
                },
                action: pick(&besides.remediations, &vulnerability.remediations),
                author: document.author.clone(),
                dated: flagged.or(document.dated),
                last_updated: document.dated,
                place: self.place.clone(),
            }
        });
        statements.collect()
    }

    /// What is said of each product, by its id.
    fn besides<'v>(
        &mut self,
        vulnerability: &'v Vulnerability,
        problems: &mut Problems,
    ) -> HashMap<&'v str, Besides>
    where
        Self: 'v,
    {
        let mut besides: HashMap<&'v str, Besides> = HashMap::new();
        for (at, flag) in vulnerability.flags.iter().enumerate() {
            if !JUSTIFICATIONS.contains(&flag.category.as_str()) {
                let label = source::quote(&flag.category);
                problems.add(self.place, format!("«{label}» is no justification"));
                continue;
            }
            self.each(flag, problems, |id| besides.entry(id).or_default().flag = Some(at));
        }
        let rated = |n: &Note| SEVERITIES.contains(&n.details.trim().to_lowercase().as_str());
        let impacts = vulnerability.threats.iter().enumerate();
        for (at, threat) in impacts.filter(|(_, n)| n.category == "impact" && !rated(n)) {
            self.each(threat, problems, |id| besides.entry(id).or_default().impacts.push(at));
        }
        for (at, remediation) in vulnerability.remediations.iter().enumerate() {
            let add = |id| besides.entry(id).or_default().remediations.push(at);
            self.each(remediation, problems, add);
        }
        besides
    }

    /// Calls for every product of a note, those of its groups included, up to [`MAX_GROUPED`].
    fn each<'v>(&mut self, note: &'v Note, problems: &mut Problems, mut call: impl FnMut(&'v str))
    where
        Self: 'v,
    {
        note.product_ids.iter().for_each(|id| call(id));
        for id in note.group_ids.iter().flat_map(|group| self.tree.group(group)) {
            let Some(rest) = self.grouped.checked_sub(1) else {
                let what = format!("more than {MAX_GROUPED} products named by groups");
                problems.add(self.place, format!("{what}; the rest was not read"));
                return;
            };
            *self.grouped = rest;
            call(id);
        }
    }
}

/// The CVE, else the first other id; and the rest. An id for some products only (2.1) is no alias.
fn ids(vulnerability: &Vulnerability) -> Option<(String, Vec<String>)> {
    let general = |id: &&Id| id.product_ids.is_empty() && id.group_ids.is_empty();
    let others = vulnerability.ids.iter().filter(general).map(|id| id.text.as_str());
    let mut all = Vec::new();
    for id in vulnerability.cve.as_deref().into_iter().chain(others) {
        let id = source::name(id);
        if !id.is_empty() && !all.contains(&id) {
            all.push(id);
        }
    }
    let rest = all.split_off(all.len().min(1));
    all.pop().map(|first| (first, rest))
}

/// A remediation or threat in words: «no fix planned: Will not fix».
fn told(note: &Note) -> String {
    let word = note.category.replace('_', " ");
    match note.details.trim() {
        details if note.category == "impact" => details.to_owned(),
        "" => word,
        details => format!("{word}: {details}"),
    }
}
