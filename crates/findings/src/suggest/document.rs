//! What is compared of an observation?
//!
//! In: the observation. Out: places, ids, weakness and words, and keys by which likely ones are found fast.

use std::collections::BTreeMap;

use super::text::{self, Print, terms};
use super::told::Told;
use super::weakness::{self, Weakness};
use crate::identity::{canonical, normal_path};
use crate::observation::{Class, Observation};

/// Most places of one observation that are compared.
const PLACES: usize = 8;

/// What is compared of an observation.
#[derive(Debug)]
pub struct Document {
    /// Words of the title, and of the rule where it speaks, with their counts.
    pub words: BTreeMap<String, u32>,
    pub length: f64,
    /// Places and published ids, and the weakness, as keys.
    pub keys: Vec<String>,
    pub ids: Vec<String>,
    pub weakness: Weakness,
    pub host: String,
    pub route: String,
    pub parameter: String,
    pub places: Vec<Place>,
    pub package: String,
    pub resource: String,
    pub print: Print,
    /// Of what a person tells: all of it.
    pub told: Option<Told>,
}

/// A place in a file.
#[derive(Debug, PartialEq, Eq)]
pub struct Place {
    pub path: String,
    pub line: u32,
    pub symbol: String,
}

impl Document {
    pub fn of(o: &Observation) -> Self {
        let told = text::keys(&format!("{} {}", o.title, o.description), &o.references);
        let free = o.class == Class::Report;
        // What has a place of its own links to pages; what a person writes names the place.
        let placed = !o.locations.is_empty() || o.endpoint.is_some() || o.component.is_some();
        let endpoint = o.endpoint.clone().unwrap_or_default();
        let route = match endpoint.path.as_str() {
            "" if free || !placed => told.route,
            path => path.to_owned(),
        };
        let mut ids: Vec<String> = o.ids.iter().map(|id| canonical(id)).collect();
        ids.extend(told.ids);
        let mut places: Vec<Place> = o.locations.iter().take(PLACES).map(place).collect();
        places.retain(|place| !place.path.is_empty());
        if places.is_empty() && !told.path.is_empty() {
            places.push(Place { path: told.path, line: told.line, symbol: String::new() });
        }
        let words = words(o);
        let mut document = Self {
            length: words.values().copied().map(f64::from).sum(),
            words,
            keys: Vec::new(),
            ids,
            weakness: Weakness::of(o),
            host: endpoint.host,
            route: text::route(&route),
            parameter: endpoint.parameter.to_lowercase(),
            places,
            package: o.component.as_ref().map(|c| c.name.to_lowercase()).unwrap_or_default(),
            resource: o.resource.to_lowercase(),
            print: Print::of(&o.description),
            told: free.then(|| Told::of(&format!("{}. {}", o.title, o.description))),
        };
        document.keys = document.made_keys(&o.frames);
        document
    }

    fn made_keys(&self, frames: &[String]) -> Vec<String> {
        let mut keys: Vec<String> = self.ids.iter().map(|id| format!("id {id}")).collect();
        let mut add = |kind: &str, value: &str| {
            if !value.is_empty() {
                keys.push(format!("{kind} {value}"));
            }
        };
        let family = self.weakness.family();
        for place in &self.places {
            let name = place.path.rsplit('/').next().unwrap_or_default();
            add("file", name);
            add("symbol", &place.symbol);
            if let Some(family) = family {
                add("weakness and file", &joined(family, name));
            }
        }
        add("route", &self.route);
        add("package", &self.package);
        add("resource", &self.resource);
        if let Some(family) = family {
            add("weakness", family);
            add("weakness and route", &joined(family, &self.route));
            add("weakness and host", &joined(family, &self.host));
        }
        for frame in frames.iter().take(3) {
            add("frame", frame);
        }
        keys.extend(self.words.keys().map(|word| format!("word {word}")));
        keys.extend(self.print.bands().map(|band| format!("band {band}")));
        keys.extend(self.told.iter().flat_map(Told::words).map(|word| format!("told {word}")));
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

fn place(location: &crate::observation::Location) -> Place {
    Place {
        path: normal_path(&location.path),
        line: location.line,
        symbol: location.symbol.to_lowercase(),
    }
}

fn words(o: &Observation) -> BTreeMap<String, u32> {
    let mut words: BTreeMap<String, u32> = BTreeMap::new();
    for word in terms(&o.title) {
        *words.entry(word).or_default() += 1;
    }
    // A rule that only says the title again adds nothing.
    for word in terms(&weakness::rule_words(&o.rule)) {
        words.entry(word).or_insert(1);
    }
    words
}

/// Both, or nothing.
fn joined(a: &str, b: &str) -> String {
    if b.is_empty() { String::new() } else { format!("{a} {b}") }
}
