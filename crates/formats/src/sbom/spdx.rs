//! What do SPDX's relationships, identifiers and words mean for a bill (specification 2.3, clauses 7,
//! 10 and 11)?
//!
//! Shared by the readers of JSON and tag-value: they fill a [`Document`], and [`Document::bill`] turns
//! relationships into edges, parts, subjects and scopes. Packages and files become components;
//! snippets do not, they are parts of files.

use std::collections::HashMap;

use super::gather::{self, Gather, Restored};
use super::node::short;
use super::{Bill, Component, ComponentType, Scope};

/// The identifier of the document itself.
pub const DOCUMENT: &str = "SPDXRef-DOCUMENT";
/// How an annotation begins that holds what SPDX has no field for; a JSON list of pairs follows.
pub const ANNOTATION: &str = "gabion: ";

/// How the comment of a document begins that Gabion wrote with holes.
pub const INCOMPLETE: &str = "gabion: incomplete: ";

/// A document while it is read.
#[derive(Default)]
pub struct Document {
    /// Packages and files.
    pub gather: Gather,
    /// What the document says it describes.
    pub describes: Vec<String>,
    /// Every relationship, as written.
    pub relationships: Vec<Relationship>,
    /// What Gabion's own annotations tell; it goes before what relationships tell.
    told: HashMap<u32, Restored>,
}

/// One relationship.
pub struct Relationship {
    /// The element that it is told of.
    pub from: String,
    /// The type, as written.
    pub kind: String,
    /// The other element.
    pub to: String,
}

/// What a relationship means.
enum Meaning {
    /// The first requires the second, in this scope.
    Requires(Option<Scope>),
    /// The second requires the first.
    RequiredBy(Option<Scope>),
    Contains,
    ContainedBy,
    Describes,
    DescribedBy,
    /// Nothing that a bill keeps.
    Other,
}

/// The meaning of a relationship's type, in the spelling of SPDX 2 or 3.
fn meaning(kind: &str) -> Meaning {
    use Meaning::{ContainedBy, Contains, DescribedBy, Describes, Other, RequiredBy, Requires};
    let plain: String =
        kind.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    match plain.as_str() {
        "DEPENDSON" | "DYNAMICLINK" | "STATICLINK" | "HASPREREQUISITE" | "HASDYNAMICLINK"
        | "HASSTATICLINK" => Requires(None),
        "HASOPTIONALDEPENDENCY" => Requires(Some(Scope::Optional)),
        "HASPROVIDEDDEPENDENCY" => Requires(Some(Scope::Optional)),
        "USESTOOL" => Requires(Some(Scope::Excluded)),
        "DEPENDENCYOF" | "PREREQUISITEFOR" => RequiredBy(None),
        "RUNTIMEDEPENDENCYOF" => RequiredBy(Some(Scope::Required)),
        "OPTIONALDEPENDENCYOF" | "PROVIDEDDEPENDENCYOF" => RequiredBy(Some(Scope::Optional)),
        "DEVDEPENDENCYOF" | "BUILDDEPENDENCYOF" | "TESTDEPENDENCYOF" | "BUILDTOOLOF"
        | "DEVTOOLOF" | "TESTTOOLOF" => RequiredBy(Some(Scope::Excluded)),
        "CONTAINS" => Contains,
        "CONTAINEDBY" | "PACKAGEOF" => ContainedBy,
        // Some tools write it without its last letter.
        "DESCRIBES" | "DESCRIBE" => Describes,
        "DESCRIBEDBY" => DescribedBy,
        _ => Other,
    }
}

impl Document {
    /// Adds a package or file, its annotations already among its properties.
    pub fn push(&mut self, mut component: Component, place: &str) {
        let id = component.id.clone();
        let restored = gather::restore(&mut component);
        if let Some(index) = self.gather.push(component, place) {
            self.gather.also(&id, index);
            if restored != Restored::default() {
                self.told.insert(index, restored);
            }
        }
    }

    /// Adds a relationship.
    pub fn relate(&mut self, from: &str, kind: &str, to: &str) {
        let owned = |text: &str| text.trim().to_owned();
        self.relationships.push(Relationship {
            from: owned(from),
            kind: owned(kind),
            to: owned(to),
        });
    }

    /// The bill: every relationship put to its place.
    pub fn bill(mut self) -> Bill {
        // In which scopes each component is required; `None` where that is not told.
        let mut scopes: HashMap<u32, Option<Scope>> = HashMap::new();
        for relationship in std::mem::take(&mut self.relationships) {
            self.apply(&relationship, &mut scopes);
        }
        for id in std::mem::take(&mut self.describes) {
            let subject = self.end(&id);
            let told = |index: &u32| self.told.get(index).and_then(|told| told.subject);
            let subject = subject.filter(|index| told(index) != Some(false));
            self.gather.bill.subjects.extend(subject);
        }
        for (index, scope) in scopes {
            if let Some(component) = self.gather.bill.components.get_mut(index as usize) {
                let told = self.told.get(&index).and_then(|told| told.scope);
                component.scope = told.unwrap_or(scope);
            }
        }
        self.gather.finish()
    }

    fn apply(&mut self, told: &Relationship, scopes: &mut HashMap<u32, Option<Scope>>) {
        let Relationship { from, kind, to } = told;
        match meaning(kind) {
            Meaning::Other => {}
            Meaning::Describes if from == DOCUMENT || from.ends_with("#SPDXRef-DOCUMENT") => {
                self.describes.push(to.clone());
            }
            Meaning::DescribedBy if to == DOCUMENT => self.describes.push(from.clone()),
            Meaning::Describes | Meaning::DescribedBy => {}
            Meaning::Contains => self.part(from, to, scopes),
            Meaning::ContainedBy => self.part(to, from, scopes),
            Meaning::Requires(scope) => self.edge(from, to, scope, scopes),
            Meaning::RequiredBy(scope) => self.edge(to, from, scope, scopes),
        }
    }

    fn part(&mut self, whole: &str, part: &str, scopes: &mut HashMap<u32, Option<Scope>>) {
        if whole == DOCUMENT {
            return;
        }
        if let (Some(whole), Some(part)) = (self.end(whole), self.end(part)) {
            self.gather.contain(whole, part);
            widen(scopes, part, None);
        }
    }

    fn edge(
        &mut self,
        from: &str,
        to: &str,
        scope: Option<Scope>,
        scopes: &mut HashMap<u32, Option<Scope>>,
    ) {
        if from == DOCUMENT {
            return;
        }
        if let (Some(from), Some(to)) = (self.end(from), self.end(to)) {
            self.gather.bill.dependencies.push((from, to));
            widen(scopes, to, scope);
        }
    }

    /// The component that a relationship names. Elements of other documents, «none» and «not asserted»
    /// are no component here, and right so.
    fn end(&mut self, id: &str) -> Option<u32> {
        let elsewhere = matches!(id, "NONE" | "NOASSERTION" | DOCUMENT)
            || id.starts_with("DocumentRef-")
            || id.starts_with("SPDXRef-Snippet");
        if elsewhere { None } else { self.gather.expect(id) }
    }
}

/// Of several scopes in which a component is required, the one that is nearest to running counts; that
/// it is not told is as good as required.
fn widen(scopes: &mut HashMap<u32, Option<Scope>>, index: u32, scope: Option<Scope>) {
    let rank = |scope: Option<Scope>| match scope {
        None => 0,
        Some(Scope::Required) => 1,
        Some(Scope::Optional) => 2,
        Some(Scope::Excluded) => 3,
    };
    let known = scopes.entry(index).or_insert(scope);
    if rank(scope) < rank(*known) {
        *known = scope;
    }
}

/// The value, unless it says that there is none.
pub fn asserted(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !matches!(*text, "NOASSERTION" | "NONE"))
}

/// `Organization: Name (address)` without the kind and the address.
pub fn actor(text: &str) -> String {
    let name = ["Organization:", "Person:", "Tool:"]
        .iter()
        .find_map(|kind| text.strip_prefix(kind))
        .unwrap_or(text)
        .trim();
    let name = name.strip_suffix(')').and_then(|n| n.rsplit_once('(')).map_or(name, |(n, _)| n);
    name.trim().to_owned()
}

/// Puts an external reference of a package (type and locator) where it belongs.
pub fn external(component: &mut Component, kind: &str, locator: &str) {
    let locator = locator.trim();
    // The type may be written out as an address (`http://spdx.org/rdf/references/purl`).
    match kind.rsplit('/').next().unwrap_or_default() {
        _ if locator.is_empty() => {}
        "purl" | "packageUrl" => another_purl(component, locator),
        "cpe22Type" | "cpe23Type" | "cpe22" | "cpe23"
            if !component.cpes.iter().any(|known| known == locator) =>
        {
            component.cpes.push(locator.to_owned());
        }
        _ => {}
    }
}

/// The first package URL is the component's; others are kept as properties.
pub fn another_purl(component: &mut Component, purl: &str) {
    match &component.purl {
        None => component.purl = Some(purl.to_owned()),
        Some(known) if known == purl => {}
        Some(_) => component.properties.push(("purl".to_owned(), purl.to_owned())),
    }
}

/// Adds a licence that is told once more only if it is another.
pub fn licence(component: &mut Component, text: Option<&str>) {
    if let Some(text) = asserted(text)
        && !component.licences.iter().any(|known| known == text)
    {
        component.licences.push(text.to_owned());
    }
}

/// Adds what an annotation of Gabion's holds to a component's properties; others are left alone.
pub fn annotation(component: &mut Component, comment: &str) {
    let list = comment.trim().strip_prefix(ANNOTATION);
    let pairs = list.and_then(|list| serde_json::from_str::<Vec<(String, String)>>(list).ok());
    component.properties.extend(pairs.unwrap_or_default());
}

/// The kind of a package by its purpose; what is not told is a library, which is evaluated.
pub fn purpose(word: Option<&str>) -> ComponentType {
    word.map(gather::component_type).unwrap_or_default()
}

/// The refusal's or problem's words for a version that is not known, `None` for a known one.
pub fn unknown_version(version: &str) -> Option<String> {
    let known = ["SPDX-2.0", "SPDX-2.1", "SPDX-2.2", "SPDX-2.3"];
    if known.iter().any(|known| known.eq_ignore_ascii_case(version)) {
        return None;
    }
    Some(format!("`{}`; SPDX-2.1 to SPDX-2.3 and 3.0 are read", short(version)))
}
