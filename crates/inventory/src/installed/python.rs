//! Which Python distribution is installed in a folder?
//!
//! In: core metadata of `*.dist-info` and `*.egg-info` (PyPA specifications, «Core metadata», «Recording
//! installed projects»), `direct_url.json` beside it (PEP 610), a zipped egg. Out: one component. Metadata
//! does not tell where a distribution came from; `direct_url.json` is a second file about the same name
//! and version and tells it when that is not an index, so a package is seen twice and both count: whoever
//! puts readings together must let the origin of the second win over «registry». Never: `Requires-Dist`
//! taken for something installed.

use vocab::{Base, Component, Origin};

use super::fields::{Fields, Fold, is_plain, licences};
use super::{archive, last};
use crate::node::Node;
use crate::reading::{Details, Reading, pinned};
use crate::{Document, Problem, json, source, text};

const WANTED: &[&str] = &["Name", "Version", "License", "License-Expression", "Classifier"];

/// Whether a file of metadata is that of the standard library (`lib/python2.7/wsgiref.egg-info`), or of the
/// interpreter, whose name is another package's on PyPI. pip leaves them out too.
pub(super) fn is_of_python(folder: &str, name: &str) -> bool {
    let parent = last(folder);
    let library = parent == "lib-dynload" || parent.starts_with("python");
    library && ["Python-", "wsgiref", "argparse"].iter().any(|own| name.starts_with(own))
}

/// Reads METADATA or PKG-INFO.
pub(super) fn metadata(document: Document<'_>) -> Reading {
    let fields = Fields::read(document.bytes, WANTED, Fold::Lines);
    let (Some((name, line)), Some(version)) = (fields.first("Name"), fields.text("Version")) else {
        return Reading::failed(1, "expected «Name:» and «Version:» of a Python distribution");
    };
    if !is_plain(name) || !is_plain(version) {
        return Reading::failed(line, "the name or the version has bytes that are no text");
    }
    let mut component = pinned(Base::PyPI, name, version, line);
    if is_development(document.path) {
        component.origin = Origin::FirstParty;
    }
    let mut stated = licences(fields.all("License-Expression"));
    if stated.is_empty() {
        stated = licences(fields.all("License"));
    }
    if stated.is_empty() {
        let classifiers = fields.all("Classifier").filter(|text| text.starts_with("License ::"));
        stated = licences(classifiers.filter_map(|text| text.rsplit("::").next()));
    }
    one(component, stated)
}

/// Reads direct_url.json: the distribution by its folder's name, and where it came from.
pub(super) fn direct_url(document: Document<'_>) -> Reading {
    from_url(document).unwrap_or_else(Reading::from)
}

/// Reads the metadata of a zipped egg; `None` when it is no archive, or one without metadata.
pub(super) fn egg(document: Document<'_>) -> Option<Reading> {
    if !document.bytes.starts_with(b"PK") {
        return None;
    }
    match archive::single(document.bytes, "EGG-INFO/PKG-INFO") {
        Ok(bytes) => Some(metadata(Document { path: document.path, bytes: &bytes? })),
        Err(why) => Some(Reading::failed(0, format!("an egg of Python: {why}"))),
    }
}

/// `pip install -e` of setuptools and `setup.py develop` leave `NAME.egg-info`, without a version in its
/// name, beside the sources; installed ones have a version in the name or lie in a packages folder.
fn is_development(path: &str) -> bool {
    let Some(folder) = path.strip_suffix("/PKG-INFO") else { return false };
    let Some(name) = last(folder).strip_suffix(".egg-info") else { return false };
    !name.contains('-')
        && !folder.split('/').any(|part| matches!(part, "site-packages" | "dist-packages"))
}

fn from_url(document: Document<'_>) -> Result<Reading, Problem> {
    let folder = document.path.strip_suffix("/direct_url.json").unwrap_or_default();
    let stem = last(folder).strip_suffix(".dist-info").unwrap_or_default();
    let Some((name, version)) = stem.split_once('-').filter(|(n, v)| is_plain(n) && is_plain(v))
    else {
        let what = "expected a folder called «NAME-VERSION.dist-info»".to_owned();
        return Err(Problem { line: 0, what });
    };
    let root = json::parse(text::of(document.bytes)?)?;
    root.expect_map("the document")?;
    let Some(url) = root.text_at("url") else {
        let what = "expected the key «url» with a text".to_owned();
        return Err(Problem { line: root.line, what });
    };
    let mut component = pinned(Base::PyPI, name, version, root.line);
    component.origin = origin(&root, url);
    Ok(one(component, Vec::new()))
}

fn origin(root: &Node<'_>, url: &str) -> Origin {
    if let Some(repository) = root.at("vcs_info") {
        let commit = repository.text_at("commit_id").unwrap_or_default();
        return match repository.text_at("vcs") {
            Some("git") => source::git(url, Some(commit)),
            _ => source::foreign(url),
        };
    }
    let host = url.split_once("://").map_or("", |(_, rest)| rest).split('/').next();
    match (root.at("dir_info"), host) {
        (Some(_), _) => Origin::FirstParty,
        (None, Some("files.pythonhosted.org" | "pypi.org")) => Origin::Registry,
        (None, _) => source::foreign(url),
    }
}

fn one(component: Component, licences: Vec<String>) -> Reading {
    let mut reading = Reading::default();
    if let Some(index) = reading.push(component)
        && !licences.is_empty()
    {
        reading.details.insert(index, Details { licences, ..Details::default() });
    }
    reading
}
