//! Which packages does renv's lock file name?
//!
//! In: renv.lock (renv documentation, «Lockfiles»). Out: components of CRAN or Bioconductor, or from git,
//! a URL or the disk; who requires whom. Never: R's own version, for which OSV has no ecosystem.

use std::collections::HashMap;

use vocab::{Base, Component, Origin};

use crate::node::{Entry, Node};
use crate::reading::{Reading, pinned};
use crate::{Document, Problem, Tree, json, source, text};

/// The lists of what a package requires, in old and new lock files.
const REQUIRED: &[&str] = &["Requirements", "Depends", "Imports", "LinkingTo"];

/// Reads renv.lock.
pub fn read(document: Document<'_>, _: &dyn Tree) -> Reading {
    parsed(document).unwrap_or_else(Reading::from)
}

fn parsed(document: Document<'_>) -> Result<Reading, Problem> {
    let root = json::parse(text::of(document.bytes)?)?;
    root.expect_map("the document")?;
    let Some(packages) = root.at("Packages") else {
        let what = "expected the key «Packages»; this is no lock file of renv".to_owned();
        return Err(Problem { line: root.line, what });
    };
    let mut reading = Reading::default();
    // R writes an empty map as an empty list.
    if packages.kind() == "a list" && packages.items().is_empty() {
        return Ok(reading);
    }
    let mut by_name = HashMap::new();
    let mut edges = Vec::new();
    for entry in packages.expect_map("«Packages»")? {
        let Some(component) = component(entry) else {
            reading.problem(entry.line, "expected a package with «Version»");
            continue;
        };
        let name = component.name.clone();
        let Some(index) = reading.push(component) else { break };
        by_name.insert(name, index);
        let lists = REQUIRED.iter().filter_map(|key| entry.node.at(key));
        let names = lists.flat_map(Node::items).filter_map(Node::text);
        edges.extend(names.map(|name| (index, name.split([' ', '(']).next().unwrap_or_default())));
    }
    let known = edges.iter().filter_map(|(from, name)| Some((*from, *by_name.get(*name)?)));
    reading.requires.extend(known);
    Ok(reading)
}

fn component(entry: &Entry<'_>) -> Option<Component> {
    let of = |key| entry.node.text_at(key).filter(|text| !text.is_empty());
    let name = of("Package").unwrap_or(&entry.key);
    let version = of("Version")?;
    let from = of("Source").unwrap_or_default();
    let bioconductor =
        from == "Bioconductor" || of("Repository").is_some_and(|name| name.starts_with("BioC"));
    let base = if bioconductor { Base::Bioconductor } else { Base::Cran };
    let mut component = pinned(base, name, version, entry.line);
    let sha = of("RemoteSha").unwrap_or_default();
    component.origin = match from.to_ascii_lowercase().as_str() {
        // Without a source or from any repository: CRAN or a mirror of it that is not told apart.
        "" | "repository" | "cran" | "bioconductor" => Origin::Registry,
        "github" | "gitlab" | "bitbucket" => {
            let host = of("RemoteHost").unwrap_or("api.github.com");
            let host = host.trim_start_matches("https://").trim_start_matches("api.");
            let host = host.split('/').next().unwrap_or_default();
            let path = [of("RemoteUsername"), of("RemoteRepo")].map(Option::unwrap_or_default);
            source::git(&format!("https://{host}/{}", path.join("/")), Some(sha))
        }
        "git" | "git2r" | "xgit" => source::git(of("RemoteUrl").unwrap_or_default(), Some(sha)),
        _ => source::foreign(of("RemoteUrl").unwrap_or(from)),
    };
    Some(component)
}
