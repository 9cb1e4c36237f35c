//! Which package, in the words of advisories, is a component of a bill?
//!
//! By its package URL alone; a CPE name is kept and never evaluated. What has no package URL, or one of
//! a type for which no advisories are told, is a component of an ecosystem that no advisory bears, so
//! that it is shown as not evaluated.

use formats::sbom;
use vocab::purl::{Parsed, parse};
use vocab::{Base, Ecosystem};

use super::distribution::{self, System};
use crate::system::naming::{Naming, naming};

/// The ecosystem of what has no package URL.
const NO_PURL: &str = "no purl";

/// A package as advisories name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Package {
    pub ecosystem: Ecosystem,
    pub name: String,
    /// Empty where absent.
    pub version: String,
    /// The installed package of a distribution, where `name` is its source package's.
    pub installed: Option<String>,
    pub architecture: Option<String>,
    /// Of a distribution: whether the bill tells the source package.
    pub source_told: Option<bool>,
}

/// What a component is; two packages where records speak of the source and of the installed one. The
/// second value is false when there is a package URL that is none.
pub(super) fn packages(
    component: &sbom::Component,
    system: Option<&System>,
) -> (Vec<Package>, bool) {
    let Some(text) = &component.purl else { return (vec![nameless(component)], true) };
    match parse(text) {
        Some(purl) => (of_purl(&purl, component, system), true),
        None => (vec![nameless(component)], false),
    }
}

/// What a package URL says.
pub(super) fn of_purl(
    purl: &Parsed,
    component: &sbom::Component,
    system: Option<&System>,
) -> Vec<Package> {
    let version = purl.version.as_deref().or(component.version.as_deref()).unwrap_or_default();
    if matches!(purl.kind.as_str(), "deb" | "rpm" | "apk") {
        return installed(purl, component, version, system);
    }
    let base = base(purl, component);
    let name = match (base, &purl.namespace) {
        (Some(base), namespace) => full_name(base, namespace.as_deref(), purl, component),
        (None, Some(namespace)) => format!("{namespace}/{}", purl.name),
        (None, None) => purl.name.clone(),
    };
    vec![Package {
        ecosystem: base.map_or_else(|| other(&purl.kind), Ecosystem::from),
        name,
        version: version.to_owned(),
        installed: None,
        architecture: None,
        source_told: None,
    }]
}

/// An ecosystem that no advisory bears.
fn other(name: &str) -> Ecosystem {
    let ecosystem = Ecosystem::parse(name);
    match ecosystem.base() {
        Base::Other => ecosystem,
        _ => Ecosystem::parse(&format!("purl {name}")),
    }
}

fn nameless(component: &sbom::Component) -> Package {
    let name = match &component.group {
        Some(group) => format!("{group}/{}", component.name),
        None => component.name.clone(),
    };
    Package {
        ecosystem: other(NO_PURL),
        name,
        version: component.version.clone().unwrap_or_default(),
        installed: None,
        architecture: None,
        source_told: None,
    }
}

/// The base of a type (package-url specification, type definitions); `None` for types without one.
fn base(purl: &Parsed, component: &sbom::Component) -> Option<Base> {
    Some(match purl.kind.as_str() {
        "cargo" => Base::CratesIo,
        "npm" => Base::Npm,
        "pypi" => Base::PyPI,
        "maven" => Base::Maven,
        "golang" => Base::Go,
        "gem" => Base::RubyGems,
        "composer" => Base::Packagist,
        "nuget" => Base::NuGet,
        "pub" => Base::Pub,
        "hex" => Base::Hex,
        "swift" => Base::SwiftUrl,
        "hackage" => Base::Hackage,
        "cran" => Base::Cran,
        "bioconductor" => Base::Bioconductor,
        "conan" => Base::Conan,
        "bitnami" => Base::Bitnami,
        "julia" => Base::Julia,
        "opam" => Base::Opam,
        "vscode-extension" => Base::VsCode,
        "cocoapods" => Base::CocoaPods,
        "githubactions" => Base::GitHubActions,
        // Any repository is `pkg:github`; only of an action would «no advisory» mean anything.
        "github" if is_action(component) => Base::GitHubActions,
        _ => return None,
    })
}

fn is_action(component: &sbom::Component) -> bool {
    let told = |(name, value): &(String, String)| {
        name == "syft:package:type" && value.starts_with("github-action")
    };
    component.properties.iter().any(told)
}

fn full_name(
    base: Base,
    namespace: Option<&str>,
    purl: &Parsed,
    component: &sbom::Component,
) -> String {
    match (base, namespace) {
        (Base::Maven, Some(group)) => format!("{group}:{}", purl.name),
        // The user or channel of Conan is no part of the name.
        (Base::Conan, _) | (_, None) => purl.name.clone(),
        (Base::Go, Some(namespace)) => {
            let name = format!("{namespace}/{}", purl.name);
            // Some tools lower the case of purls; module paths have one.
            let written = [component.name.clone(), nameless(component).name];
            written.into_iter().find(|w| w.eq_ignore_ascii_case(&name)).unwrap_or(name)
        }
        (_, Some(namespace)) => format!("{namespace}/{}", purl.name),
    }
}

/// A package of a distribution.
fn installed(
    purl: &Parsed,
    component: &sbom::Component,
    version: &str,
    system: Option<&System>,
) -> Vec<Package> {
    let ecosystem = distribution::of(purl, version, system);
    let architecture = purl.qualifier("arch").map(str::to_owned);
    let version = with_epoch(version, purl.qualifier("epoch"));
    let is_source = architecture.as_deref().is_some_and(|a| a == "src" || a == "source");
    let source = source(purl, component, &version);
    let own = Package {
        ecosystem,
        name: purl.name.clone(),
        version: version.clone(),
        installed: None,
        architecture,
        source_told: Some(source.is_some() || is_source),
    };
    let (name, version) = source.unwrap_or((purl.name.clone(), version));
    let of_source = Package { name, version, installed: Some(purl.name.clone()), ..own.clone() };
    match naming(own.ecosystem.base()) {
        _ if is_source => vec![own],
        Naming::Installed => vec![own],
        Naming::Source => vec![of_source],
        Naming::Both if of_source.name == own.name => vec![of_source],
        Naming::Both => vec![of_source, own],
    }
}

fn with_epoch(version: &str, epoch: Option<&str>) -> String {
    let has = version.split_once(':').is_some_and(|(e, _)| e.bytes().all(|b| b.is_ascii_digit()));
    match epoch.filter(|epoch| !has && *epoch != "0" && !version.is_empty()) {
        Some(epoch) => format!("{epoch}:{version}"),
        None => version.to_owned(),
    }
}

/// The source package's name and version: `upstream` of a purl (`openssl`, `gcc-12@12.2.0-14`,
/// `openssl-3.0.7-18.el9_2.src.rpm`), or Trivy's properties.
fn source(purl: &Parsed, component: &sbom::Component, version: &str) -> Option<(String, String)> {
    if let Some(upstream) = purl.qualifier("upstream") {
        let file = upstream.strip_suffix(".src.rpm").or(upstream.strip_suffix(".nosrc.rpm"));
        if let Some(file) = file {
            let (rest, release) = file.rsplit_once('-')?;
            let (name, number) = rest.rsplit_once('-')?;
            let epoch = version.split_once(':').map(|(epoch, _)| epoch);
            return Some((name.to_owned(), with_epoch(&format!("{number}-{release}"), epoch)));
        }
        let (name, version) = upstream.rsplit_once('@').unwrap_or((upstream, version));
        return Some((name.to_owned(), version.to_owned()));
    }
    let told = |name: &str| {
        let mut all = component.properties.iter();
        let found = all.find(|(key, _)| key.strip_prefix("aquasecurity:trivy:") == Some(name));
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    };
    if let Some(name) = told("SrcName") {
        let number = match (told("SrcVersion"), told("SrcRelease")) {
            (Some(number), Some(release)) => format!("{number}-{release}"),
            (Some(number), None) => number.to_owned(),
            (None, _) => version.to_owned(),
        };
        return Some((name.to_owned(), with_epoch(&number, told("SrcEpoch"))));
    }
    // Trivy in SPDX: «built package from: openssl 3.0.11-1~deb12u2».
    let built = component.properties.iter().find(|(key, _)| key == "sourceInfo")?;
    let (name, version) = built.1.strip_prefix("built package from: ")?.split_once(' ')?;
    Some((name.to_owned(), version.trim().to_owned()))
}
