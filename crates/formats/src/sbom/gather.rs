//! How does a bill grow while a document is read?
//!
//! Shared by the readers: counts and bounds, who bears which identifier, and edges that name
//! identifiers which may come later in the document.

use std::collections::HashMap;

use super::node::short;
use super::{Bill, Component, ComponentType, Problem, Scope};

/// Most components taken from one document; one with more is read up to here and has a problem.
pub const MAX_COMPONENTS: usize = 1_000_000;
/// Most problems kept of one document; one more says that there are others.
pub const MAX_PROBLEMS: usize = 1_000;
/// How many identifiers a problem names.
const NAMED: usize = 3;

/// A bill in the making.
#[derive(Default)]
pub struct Gather {
    /// What is there so far.
    pub bill: Bill,
    ids: HashMap<String, u32>,
    /// Identifiers that edges name and that no component bears: how many, and the first few.
    dangling: (usize, Vec<String>),
    full: bool,
}

impl Gather {
    /// Notes a problem.
    pub fn problem(&mut self, line: u32, place: impl Into<String>, what: impl Into<String>) {
        let what = match self.bill.problems.len() {
            ..MAX_PROBLEMS => what.into(),
            MAX_PROBLEMS => format!("more than {MAX_PROBLEMS} problems; the others are not listed"),
            _ => return,
        };
        self.bill.problems.push(Problem { line, place: place.into(), what });
    }

    /// Adds a component that stands at `place`; `None` past the bound. One without a name is kept.
    pub fn push(&mut self, mut component: Component, place: &str) -> Option<u32> {
        if self.bill.components.len() >= MAX_COMPONENTS {
            if !std::mem::replace(&mut self.full, true) {
                let what = format!("more than {MAX_COMPONENTS} components; the rest was not read");
                self.problem(component.line, place, what);
            }
            return None;
        }
        if component.name.is_empty() {
            self.problem(component.line, place, "a component without a name");
            component.name = "(no name)".to_owned();
        }
        let index = u32::try_from(self.bill.components.len()).ok()?;
        if !component.id.is_empty() {
            if let Some(first) = self.ids.get(&component.id) {
                // A tool that lists the subject among the components too lists one thing twice.
                let same = self.bill.components.get(*first as usize).is_some_and(|c| {
                    (&c.name, &c.version) == (&component.name, &component.version)
                });
                let what = format!(
                    "the identifier `{}` is borne by an earlier component too; edges go to that one",
                    short(&component.id)
                );
                if !same {
                    self.problem(component.line, place, what);
                }
            } else {
                self.ids.insert(component.id.clone(), index);
            }
        }
        self.bill.components.push(component);
        Some(index)
    }

    /// Gives an identifier to a component that has it besides its own.
    pub fn also(&mut self, id: &str, index: u32) {
        self.ids.entry(id.to_owned()).or_insert(index);
    }

    /// The component with this identifier.
    pub fn find(&self, id: &str) -> Option<u32> {
        self.ids.get(id).copied()
    }

    /// The component with this identifier; one that nobody bears is remembered for a problem.
    pub fn expect(&mut self, id: &str) -> Option<u32> {
        let found = self.find(id);
        if found.is_none() {
            self.dangling.0 += 1;
            if self.dangling.1.len() < NAMED && !self.dangling.1.iter().any(|known| known == id) {
                self.dangling.1.push(id.to_owned());
            }
        }
        found
    }

    /// Puts a component into another. The first place wins: SPDX may tell several.
    pub fn contain(&mut self, whole: u32, part: u32) {
        if let Some(part) = self.bill.components.get_mut(part as usize)
            && part.parent.is_none()
        {
            part.parent = Some(whole);
        }
    }

    /// The finished bill: problems for edges to nowhere, edges sorted, no component its own ancestor.
    pub fn finish(mut self) -> Bill {
        let (count, named) = std::mem::take(&mut self.dangling);
        if count > 0 {
            let named: Vec<String> = named.iter().map(|id| format!("`{}`", short(id))).collect();
            let more = if count > named.len() { ", …" } else { "" };
            let what = format!(
                "{count} times a component is named that the document does not list: {}{more}",
                named.join(", ")
            );
            self.problem(0, "", what);
        }
        self.cut_circles();
        let mut bill = self.bill;
        bill.dependencies.retain(|(from, to)| from != to);
        bill.dependencies.sort_unstable();
        bill.dependencies.dedup();
        bill.subjects.sort_unstable();
        bill.subjects.dedup();
        bill
    }

    /// Takes the parent from one component of each circle.
    fn cut_circles(&mut self) {
        let count = self.bill.components.len();
        // 0: not seen; otherwise the number of the walk that saw it.
        let mut seen = vec![0u32; count];
        let mut cut = Vec::new();
        for start in 0..count {
            let walk = u32::try_from(start + 1).unwrap_or(u32::MAX);
            let mut at = start;
            while let Some(mark) = seen.get_mut(at).filter(|mark| **mark == 0) {
                *mark = walk;
                let component = self.bill.components.get_mut(at);
                let Some(component) = component else { break };
                let Some(parent) = component.parent else { break };
                let above = parent as usize;
                if above >= count || above == at {
                    component.parent = None;
                    break;
                }
                if seen.get(above) == Some(&walk) {
                    component.parent = None;
                    cut.push(component.line);
                    break;
                }
                at = above;
            }
        }
        for line in cut {
            self.problem(line, "", "a component contains itself through others; cut here");
        }
    }
}

/// What Gabion's own properties told of a component besides its fields.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Restored {
    /// Its scope, where a property tells that.
    pub scope: Option<Option<Scope>>,
    /// Whether the bill is about it, where a property tells that.
    pub subject: Option<bool>,
}

/// Properties with which a writer keeps what its format has no field for; a reader takes them back into
/// the fields. All others stay properties.
pub fn restore(component: &mut Component) -> Restored {
    let mut restored = Restored::default();
    for (name, value) in std::mem::take(&mut component.properties) {
        match name.as_str() {
            "gabion:type" => component.kind = component_type(&value),
            "gabion:group" => component.group = Some(value),
            "gabion:bom-ref" => component.id = value,
            "gabion:supplier" => component.supplier = Some(value),
            "gabion:version-text" => component.version = Some(value),
            "gabion:purl" => component.purl = Some(value),
            "gabion:licence" => component.licences.push(value),
            "gabion:cpe" => component.cpes.push(value),
            "gabion:needed" => restored.scope = Some(scope(&value)),
            "gabion:subject" => restored.subject = Some(value == "true"),
            "gabion:hash" => component.hashes.extend(
                value.split_once(' ').map(|(alg, digits)| (alg.to_owned(), digits.to_owned())),
            ),
            _ => component.properties.push((name, value)),
        }
    }
    if let Some(scope) = restored.scope {
        component.scope = scope;
    }
    restored
}

/// CycloneDX's word for a component's type, or SPDX's purpose in either version's spelling.
pub fn component_type(word: &str) -> ComponentType {
    use ComponentType as T;
    let plain: String =
        word.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    match plain.as_str() {
        "application" => T::Application,
        "framework" => T::Framework,
        "container" => T::Container,
        "platform" => T::Platform,
        "operatingsystem" => T::OperatingSystem,
        "device" => T::Device,
        "devicedriver" => T::DeviceDriver,
        "firmware" => T::Firmware,
        "file" => T::File,
        "machinelearningmodel" | "model" => T::MachineLearningModel,
        "data" => T::Data,
        "cryptographicasset" => T::CryptographicAsset,
        _ => T::Library,
    }
}

/// CycloneDX's word for whether a component is needed.
pub fn scope(word: &str) -> Option<Scope> {
    Some(match word {
        "required" => Scope::Required,
        "optional" => Scope::Optional,
        "excluded" => Scope::Excluded,
        _ => return None,
    })
}

/// A digest's algorithm as CycloneDX spells it, from any spelling of SPDX; unknown ones as written.
pub fn algorithm(word: &str) -> String {
    let plain: String =
        word.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    ALGORITHMS
        .iter()
        .find(|(known, ..)| *known == plain)
        .map_or_else(|| word.to_owned(), |(_, cyclonedx, ..)| (*cyclonedx).to_owned())
}

/// Algorithms: without signs in lower case, as CycloneDX 1.6 and as SPDX 2.3 spell it (empty where that
/// has none), hexadecimal digits.
pub const ALGORITHMS: &[(&str, &str, &str, usize)] = &[
    ("md5", "MD5", "MD5", 32),
    ("sha1", "SHA-1", "SHA1", 40),
    ("sha224", "SHA-224", "SHA224", 56),
    ("sha256", "SHA-256", "SHA256", 64),
    ("sha384", "SHA-384", "SHA384", 96),
    ("sha512", "SHA-512", "SHA512", 128),
    ("sha3256", "SHA3-256", "SHA3-256", 64),
    ("sha3384", "SHA3-384", "SHA3-384", 96),
    ("sha3512", "SHA3-512", "SHA3-512", 128),
    ("blake2b256", "BLAKE2b-256", "BLAKE2b-256", 64),
    ("blake2b384", "BLAKE2b-384", "BLAKE2b-384", 96),
    ("blake2b512", "BLAKE2b-512", "BLAKE2b-512", 128),
    ("blake3", "BLAKE3", "BLAKE3", 64),
];
