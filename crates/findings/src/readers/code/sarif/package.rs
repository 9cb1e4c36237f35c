//! Which package does a result of a dependency scanner speak of?
//!
//! SARIF has no field for it. Each scanner puts it somewhere of its own: Trivy into lines of the message,
//! Grype into lines of the rule's help, OSV-Scanner into quotes, Snyk and Dependency-Track into logical
//! locations, others into properties.

use crate::observation::Component;
use crate::readers::words;
use crate::walk::json::Record;

use super::run::{Rule, Run};

/// Whether a rule's id is that of a published problem rather than of a check.
pub fn is_published(id: &str) -> bool {
    !published(id).is_empty()
}

/// The published ids in a rule's id: `CVE-2024-1`, `CVE-2024-1-openssl` (Grype), `BDSA-1 (CVE-2024-1)`.
pub fn published(id: &str) -> Vec<String> {
    let first = id.split([' ', '(']).next().unwrap_or_default();
    let mut ids: Vec<String> = words::cves(id);
    if let Some(ghsa) = first.get(..19).filter(|g| g.to_ascii_uppercase().starts_with("GHSA-")) {
        ids.push(ghsa.to_owned());
    } else if (words::is_id(first) || first.starts_with("BDSA-"))
        && !first.to_ascii_uppercase().starts_with("CVE-")
    {
        ids.push(first.to_owned());
    }
    ids
}

/// The package that a result names, where one of the known ways fits.
pub fn component(
    run: &Run,
    rule: Option<&Rule>,
    result: Record<'_>,
    message: &str,
) -> Option<Component> {
    in_properties(result)
        .or_else(|| in_places(run, result))
        .or_else(|| in_lines(message))
        .or_else(|| in_help(rule?, message))
        .or_else(|| in_quotes(message))
        .or_else(|| go_package(run, message))
}

fn in_properties(result: Record<'_>) -> Option<Component> {
    let purl = result.first(&["properties.purl", "properties.purls.0", "properties.packageUrl"]);
    let name =
        result.first(&["properties.component", "properties.packageName", "properties.package"]);
    if purl.is_empty() && name.is_empty() {
        return None;
    }
    let versions = ["properties.componentVersion", "properties.packageVersion"];
    Some(Component {
        purl: purl.to_owned(),
        kind: result.text("properties.componentOrigin").to_ascii_lowercase(),
        name: name.to_owned(),
        version: result.first(&versions).to_owned(),
        fixed_in: listed(result.first(&["properties.fixedVersion", "properties.fixed_version"])),
    })
}

/// A purl or `name@version` as logical location.
fn in_places(run: &Run, result: Record<'_>) -> Option<Component> {
    let locations = result.items("locations").flat_map(|l| l.items("logicalLocations"));
    for name in locations.map(|place| run.symbol(place)) {
        if name.starts_with("pkg:") {
            let (group, plain) = (result.text("properties.group"), result.text("properties.name"));
            let colon = if group.is_empty() { "" } else { ":" };
            return Some(Component {
                name: format!("{group}{colon}{plain}"),
                version: result.text("properties.version").to_owned(),
                purl: name,
                ..Component::default()
            });
        }
        let split = name.rsplit_once('@').filter(|(name, version)| {
            !name.is_empty() && version.starts_with(|c: char| c.is_ascii_digit())
        });
        if let Some((name, version)) = split {
            return Some(Component {
                name: name.to_owned(),
                version: version.to_owned(),
                ..Component::default()
            });
        }
    }
    None
}

/// Trivy: `Package: musl`, `Installed Version: 1.1`, `Fixed Version: 1.2`.
fn in_lines(message: &str) -> Option<Component> {
    let name = line(message, "Package")?;
    let version = line(message, "Installed Version")?;
    Some(Component {
        name: name.to_owned(),
        version: version.to_owned(),
        fixed_in: listed(line(message, "Fixed Version").unwrap_or_default()),
        ..Component::default()
    })
}

/// Grype: `Package: musl`, `Version: 1.1`, `Fix Version: 1.2`, `Type: apk` in the rule's help.
fn in_help(rule: &Rule, message: &str) -> Option<Component> {
    let name = line(&rule.help, "Package")?;
    let kind = line(&rule.help, "Type")?;
    // A rule can cover several versions; the message names the one that was found.
    let found = message.split(" version ").nth(1).and_then(|rest| rest.split([' ', ',']).next());
    let version = found.or_else(|| line(&rule.help, "Version")).unwrap_or_default();
    Some(Component {
        kind: purl_type(kind).to_owned(),
        name: name.to_owned(),
        version: version.to_owned(),
        fixed_in: listed(line(&rule.help, "Fix Version").unwrap_or_default()),
        ..Component::default()
    })
}

/// OSV-Scanner: `Package 'django@1.11' is vulnerable to 'CVE-…'`.
fn in_quotes(message: &str) -> Option<Component> {
    let inside = message.trim().strip_prefix("Package '")?.split('\'').next()?;
    let (name, version) = inside.rsplit_once('@').unwrap_or((inside, ""));
    (!name.is_empty()).then(|| Component {
        name: name.to_owned(),
        version: version.to_owned(),
        ..Component::default()
    })
}

/// govulncheck: `Your code calls vulnerable functions in 1 package (golang.org/x/net).`
fn go_package(run: &Run, message: &str) -> Option<Component> {
    if run.tool != "govulncheck" {
        return None;
    }
    let inside = message.rsplit_once('(')?.1.split(')').next()?.split(',').next()?.trim();
    (!inside.is_empty() && !inside.contains(' ')).then(|| Component {
        kind: "golang".to_owned(),
        name: inside.to_owned(),
        ..Component::default()
    })
}

fn line<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let mut values =
        text.lines().filter_map(|line| line.trim().strip_prefix(name)?.strip_prefix(':'));
    values.next().map(str::trim).filter(|value| !value.is_empty())
}

fn listed(text: &str) -> Vec<String> {
    text.split(',').map(|v| v.trim().to_owned()).filter(|v| !v.is_empty()).collect()
}

/// The purl type of Grype's word for a package.
fn purl_type(word: &str) -> &str {
    match word {
        "java-archive" | "jenkins-plugin" | "graalvm-native-image" => "maven",
        "python" => "pypi",
        "go-module" => "golang",
        "rust-crate" => "cargo",
        "php-composer" => "composer",
        "dotnet" => "nuget",
        "dart-pub" => "pub",
        other => other,
    }
}
