//! How does a component of a scan stand in a bill, so that reading the bill gives it again?
//!
//! What the formats have fields for stands there; the rest are properties, all of them in this file:
//!
//! | property | value |
//! |---|---|
//! | `gabion:ecosystem` | in OSV's words, with the release (`Debian:12`); its presence says that the facts are Gabion's |
//! | `gabion:name` | the name that advisories have, where the bill's group and name do not give it |
//! | `gabion:declared` | `exact`, `range` or `absent`: what the version is |
//! | `gabion:version` | the version's text where white space would be lost |
//! | `gabion:origin` | `first-party`, `git`, `foreign`; not there: the public registry |
//! | `gabion:address`, `gabion:commit` | of a git or foreign origin |
//! | `gabion:direct` | `true` or `false`; not there: not told |
//! | `gabion:package`, `gabion:architecture`, `gabion:owner` | as [`Details`] has them |
//! | `gabion:layer` | digest of the image layer |
//! | `gabion:place` | `path:line`, once for each place |
//!
//! The scope is the formats' own: runtime is required, development is excluded. What a format has no
//! field for is kept by its writer, in properties that its reader takes back (`formats::sbom`).

use formats::sbom::{self, ComponentType, Scope as Needed};
use vocab::purl::purl_with;
use vocab::{Base, Component, Declared, Ecosystem, Origin, Scope};

use super::Found;
use super::distribution;
use crate::Details;

/// A component of a scan as one of a bill, with an empty `id`.
pub fn entry(component: &Component, details: Option<&Details>, found: &Found) -> sbom::Component {
    let none = Details::default();
    let details = details.unwrap_or(&none);
    let (group, name) = split(component, details);
    let mut entry = sbom::Component {
        kind: ComponentType::Library,
        group,
        name,
        version: Some(component.version.text().trim().to_owned()).filter(|v| !v.is_empty()),
        purl: details.purl.clone().or_else(|| purl(component, details)),
        cpes: details.cpes.clone(),
        hashes: details.hashes.clone(),
        licences: details.licences.clone(),
        scope: match component.scope {
            Scope::Runtime => Some(Needed::Required),
            Scope::Optional => Some(Needed::Optional),
            Scope::Development => Some(Needed::Excluded),
            Scope::Unknown => None,
        },
        ..sbom::Component::default()
    };
    entry.properties = properties(component, details, found, &entry);
    entry
}

fn properties(
    component: &Component,
    details: &Details,
    found: &Found,
    entry: &sbom::Component,
) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    let mut add = |name: &str, value: &str| out.push((format!("gabion:{name}"), value.to_owned()));
    add("ecosystem", &component.ecosystem.to_string());
    if full_name(component.ecosystem.base(), entry.group.as_deref(), &entry.name) != component.name
    {
        add("name", &component.name);
    }
    add(
        "declared",
        match component.version {
            Declared::Exact(_) => "exact",
            Declared::Range(_) => "range",
            Declared::Absent => "absent",
        },
    );
    if entry.version.as_deref().unwrap_or_default() != component.version.text() {
        add("version", component.version.text());
    }
    match &component.origin {
        Origin::Registry => {}
        Origin::FirstParty => add("origin", "first-party"),
        Origin::Foreign(address) => {
            add("origin", "foreign");
            add("address", address);
        }
        Origin::Git { url, commit } => {
            add("origin", "git");
            add("address", url);
            add("commit", commit);
        }
    }
    if let Some(direct) = component.direct {
        add("direct", if direct { "true" } else { "false" });
    }
    for (name, value) in [
        ("package", &details.package),
        ("architecture", &details.architecture),
        ("owner", &details.owned_by),
        ("layer", &found.layer),
    ] {
        if let Some(value) = value {
            add(name, value);
        }
    }
    for place in &found.places {
        add("place", place);
    }
    out
}

/// Group and name as other tools write them: of an installed package its own name.
fn split(component: &Component, details: &Details) -> (Option<String>, String) {
    if let Some(package) = &details.package {
        return (None, package.clone());
    }
    let name = component.name.trim();
    let cut = match component.ecosystem.base() {
        Base::Maven => name.split_once(':'),
        Base::Npm if name.starts_with('@') => name.split_once('/'),
        _ => None,
    };
    match cut.filter(|(group, name)| !group.trim().is_empty() && !name.trim().is_empty()) {
        Some((group, name)) => (Some(group.trim().to_owned()), name.trim().to_owned()),
        None if name.is_empty() => (None, "(no name)".to_owned()),
        None => (None, name.to_owned()),
    }
}

/// The full name of a group and a name, as the ecosystem writes it.
pub(super) fn full_name(base: Base, group: Option<&str>, name: &str) -> String {
    match (group, base) {
        (None, _) => name.to_owned(),
        (Some(group), Base::Maven) => format!("{group}:{name}"),
        (Some(group), _) => format!("{group}/{name}"),
    }
}

fn purl(component: &Component, details: &Details) -> Option<String> {
    let name = details.package.as_deref().unwrap_or(&component.name).trim();
    let version = component.version.exact().map(str::trim);
    let distro = distribution::qualifier(&component.ecosystem);
    let upstream = details.package.as_ref().filter(|p| **p != component.name);
    purl_with(
        &component.ecosystem,
        name,
        version,
        &[
            ("arch", details.architecture.as_deref().unwrap_or_default()),
            ("distro", distro.as_deref().unwrap_or_default()),
            ("upstream", upstream.map_or("", |_| component.name.as_str())),
        ],
    )
}

/// The value of one of Gabion's properties.
fn told<'a>(component: &'a sbom::Component, name: &str) -> Option<&'a str> {
    let mut all = component.properties.iter();
    let found = all.find(|(key, _)| key.strip_prefix("gabion:") == Some(name))?;
    Some(&found.1)
}

/// The component that a scan wrote; `None` where the bill is another tool's.
pub(super) fn read(entry: &sbom::Component) -> Option<(Component, Details)> {
    let ecosystem = Ecosystem::parse(told(entry, "ecosystem")?);
    let name = told(entry, "name").map_or_else(
        || full_name(ecosystem.base(), entry.group.as_deref(), &entry.name),
        str::to_owned,
    );
    let text = told(entry, "version").or(entry.version.as_deref()).unwrap_or_default().to_owned();
    let address = || told(entry, "address").unwrap_or_default().to_owned();
    let owned = |name: &str| told(entry, name).map(str::to_owned);
    let component = Component {
        version: match told(entry, "declared") {
            Some("range") => Declared::Range(text),
            Some("absent") => Declared::Absent,
            Some("exact") => Declared::Exact(text),
            _ => super::declared(Some(&text)),
        },
        origin: match told(entry, "origin") {
            Some("first-party") => Origin::FirstParty,
            Some("git") => {
                Origin::Git { url: address(), commit: owned("commit").unwrap_or_default() }
            }
            Some("foreign") => Origin::Foreign(address()),
            _ => Origin::Registry,
        },
        scope: super::scope(entry),
        direct: told(entry, "direct").map(|word| word == "true"),
        line: entry.line,
        ecosystem,
        name,
    };
    let details = Details {
        package: owned("package"),
        architecture: owned("architecture"),
        owned_by: owned("owner"),
        ..super::details(entry)
    };
    Some((component, details))
}

/// Where the scan that wrote a bill met a component; nothing in bills of other tools.
pub fn found(component: &sbom::Component) -> Found {
    let places = component.properties.iter().filter(|(name, _)| name == "gabion:place");
    Found {
        places: places.map(|(_, value)| value.clone()).collect(),
        layer: told(component, "layer").map(str::to_owned),
    }
}
