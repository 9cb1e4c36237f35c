//! What do the audits of JavaScript's package managers say?
//!
//! `npm audit --json` of npm 6, pnpm and yarn 2 (`advisories` by number), of npm 7 and later (`vulnerabilities`
//! by package), and the JSON lines of yarn 1 (`auditAdvisory`) and yarn 4. The rule is the advisory of GitHub
//! where it is named: the registry has renumbered its own. Of npm 7, packages that are affected only through
//! another one (`via` is a name) are no problems of their own and are passed over; the other one stands in
//! the same document.

use crate::format::Format;
use crate::observation::{MAX_MEMBERS, Observation};
use crate::readers::dependency::{facts, fields, fields::Cells, packages};
use crate::readers::{told, words};
use crate::sink::{Fact, Sink, Stop};
use crate::source::Source;
use crate::walk::json::{self, Record};
use crate::walk::shape::Shape;

/// By advisory: npm 6, pnpm, yarn 2 and 3.
pub const FORMAT: Format = Format {
    id: "npm-audit",
    title: "npm 6, pnpm and yarn 2 audit JSON",
    detects: |shape| {
        (shape.has("advisories") && shape.any(&["metadata.vulnerabilities", "actions", "muted"]))
            || shape.value("error.code") == "ENOAUDIT"
    },
    read,
};
/// By package: npm 7 and later.
pub const BY_PACKAGE: Format = Format {
    id: "npm-audit-7",
    title: "npm 7+ audit JSON",
    detects: |shape| shape.all(&["auditReportVersion", "vulnerabilities"]),
    read: read_by_package,
};
/// Lines: yarn 1 and 4.
pub const YARN: Format = Format {
    id: "yarn-audit",
    title: "yarn audit JSON lines",
    detects: detects_yarn,
    read: read_yarn,
};

fn read(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    facts::tool(sink, "npm audit", "");
    facts::only_packages(sink);
    let (mut error, mut counted) = (false, false);
    let patterns = ["advisories.*", "error", "metadata"];
    json::walk(source, &patterns, sink, &mut |sink, hit| {
        match hit.pattern {
            0 => return advisory(sink, &hit.place(), hit.record()),
            1 => {
                error = true;
                failed(sink, hit.record());
            }
            _ => {
                counted = counts(hit.record());
                development(sink, hit.record());
            }
        }
        Ok(())
    })?;
    ended(sink, counted && !error);
    Ok(())
}

/// Whether it counts packages that it looked at.
fn counts(metadata: Record<'_>) -> bool {
    ["totalDependencies", "dependencies", "dependencies.total", "devDependencies"]
        .iter()
        .any(|count| metadata.whole(count) > 0)
}

/// Whether packages for development are among those that it counts: with `--production` or `--omit=dev` they may be left
/// out, and no option stands in the document.
fn development(sink: &mut dyn Sink, metadata: Record<'_>) {
    for path in ["devDependencies", "dependencies.dev"] {
        if metadata.has(path) {
            let some = if metadata.whole(path) > 0 { "some" } else { "none" };
            told::setting(sink, "packages for development", some);
        }
    }
}

/// A document that counts its packages and holds no error ended well.
fn ended(sink: &mut dyn Sink, well: bool) {
    if well {
        facts::looked_at_all(sink);
        sink.fact(Fact::Succeeded);
    }
}

fn failed(sink: &mut dyn Sink, error: Record<'_>) {
    let words = [error.text("code"), error.first(&["summary", "detail", "message"])];
    sink.fact(Fact::Incomplete(words.join(": ").trim_matches([':', ' ']).to_owned()));
}

/// One observation for each version of the package that was met.
fn advisory(sink: &mut dyn Sink, place: &str, record: Record<'_>) -> Result<(), Stop> {
    let mut versions: Vec<String> = record.cells("findings[].version");
    versions.sort();
    versions.dedup();
    if versions.is_empty() {
        versions.push(String::new());
    }
    let stated = packages::settled(described(record));
    for version in versions {
        let mut observation = stated.clone();
        observation.component = packages::component(
            "",
            "npm",
            record.text("module_name"),
            &version,
            record.text("patched_versions"),
        );
        packages::hand_on(sink, place.to_owned(), observation)?;
    }
    Ok(())
}

/// What an advisory says, of whichever version.
fn described(record: Record<'_>) -> Observation {
    let url = record.text("url");
    let ghsa = match record.text("github_advisory_id") {
        "" => url.rsplit('/').find(|part| part.starts_with("GHSA-")).unwrap_or_default(),
        id => id,
    };
    let rule = if ghsa.is_empty() { record.cell("id|source") } else { ghsa.to_owned() };
    let vector = record.text("cvss.vectorString");
    let mut observation = Observation {
        title: record.text("title").into(),
        description: record.text("overview").into(),
        remedy: record.text("recommendation").into(),
        severity: words::severity(record.text("severity")),
        score: match vector {
            // npm writes 0 where there is no score.
            "" => record
                .float("cvss.score")
                .filter(|s| *s > 0.0)
                .map(|s| s.to_string())
                .unwrap_or_default(),
            vector => vector.into(),
        },
        cwes: record.cells("cwe").iter().flat_map(|text| fields::cwes(text)).collect(),
        references: packages::addresses([url, record.text("references")]),
        ..packages::dependency()
    };
    packages::name_problem(&mut observation, &rule, record.texts("cves"));
    observation.rule = rule;
    observation
}

fn read_by_package(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    facts::tool(sink, "npm audit", "");
    facts::only_packages(sink);
    let (mut error, mut counted) = (false, false);
    let patterns = ["vulnerabilities.*", "error", "metadata"];
    json::walk(source, &patterns, sink, &mut |sink, hit| {
        let record = hit.record();
        match hit.pattern {
            1 => {
                error = true;
                failed(sink, record);
                return Ok(());
            }
            2 => {
                counted = counts(record);
                development(sink, record);
                return Ok(());
            }
            _ => {}
        }
        let mut nodes = record.texts("nodes");
        nodes.truncate(MAX_MEMBERS);
        for (number, via) in record.items("via").enumerate().filter(|(_, via)| via.0.is_object()) {
            let mut observation = described(via);
            let name = [via.first(&["dependency", "name"]), record.text("name"), hit.key(1)];
            let name = name.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
            observation.component = packages::component("", "npm", name, "", "");
            observation.locations = packages::paths(nodes.iter().cloned());
            observation.description = format!("Affected: {}", via.text("range"));
            observation.remedy = match record.text("fixAvailable.name") {
                "" if record.flag("fixAvailable") => "npm audit fix".into(),
                "" => String::new(),
                name => format!("Upgrade {name} to {}", record.text("fixAvailable.version")),
            };
            packages::hand_on(sink, format!("{}.via[{number}]", hit.place()), observation)?;
        }
        Ok(())
    })?;
    ended(sink, counted && !error);
    Ok(())
}

fn detects_yarn(shape: &Shape) -> bool {
    let of_1 = ["auditAdvisory", "auditSummary", "auditAction"];
    let of_4 = shape.all(&["value", "children.ID", "children.Vulnerable Versions"]);
    of_1.contains(&shape.value("type"))
        || of_4
        || (shape.is_json
            && ["info", "warning", "error"].contains(&shape.value("type"))
            && shape.has("data")
            && of_1.iter().chain(&["/security/audits"]).any(|word| shape.text.contains(word)))
}

fn read_yarn(source: &mut Source<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    facts::tool(sink, "yarn audit", "");
    facts::only_packages(sink);
    let (mut number, mut error, mut counted) = (0_u64, false, false);
    json::walk(source, &[""], sink, &mut |sink, hit| {
        let line = hit.record();
        number += 1;
        let place = format!("document {number}");
        match line.text("type") {
            "auditAdvisory" => {
                let Some(found) = line.at("data.advisory") else {
                    sink.dropped(&place, "the line has no advisory");
                    return Ok(());
                };
                advisory(sink, &place, found)
            }
            "auditSummary" => {
                counted = line.at("data").is_some_and(counts);
                Ok(())
            }
            "error" => {
                error = true;
                sink.fact(Fact::Incomplete(line.text("data").to_owned()));
                Ok(())
            }
            _ if line.has("children.ID") => issue(sink, &place, line),
            _ => Ok(()),
        }
    })?;
    ended(sink, counted && !error);
    Ok(())
}

/// A line of yarn 4.
fn issue(sink: &mut dyn Sink, place: &str, line: Record<'_>) -> Result<(), Stop> {
    let url = line.text("children.URL");
    let ghsa = url.rsplit('/').find(|part| part.starts_with("GHSA-")).unwrap_or_default();
    let rule = if ghsa.is_empty() { line.string("children.ID") } else { ghsa.to_owned() };
    let mut stated = Observation {
        title: line.text("children.Issue").into(),
        description: format!("Affected: {}", line.text("children.Vulnerable Versions")),
        severity: words::severity(line.text("children.Severity")),
        references: packages::addresses([url]),
        ..packages::dependency()
    };
    packages::name_problem(&mut stated, &rule, [""; 0]);
    stated.rule = rule;
    let stated = packages::settled(stated);
    for version in line.texts("children.Tree Versions") {
        let component = packages::component("", "npm", line.text("value"), &version, "");
        packages::hand_on(sink, place.to_owned(), Observation { component, ..stated.clone() })?;
    }
    Ok(())
}
