//! Which images do the documents of an archive describe?
//!
//! In: `index.json` and what it leads to (OCI image specification 1.1, image-layout.md, image-index.md,
//! manifest.md), else `manifest.json` of `docker save`. Out: [`Candidate`]s in the order of the documents:
//! what is there, each with its configuration and the places of its layers.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use serde::Deserialize;

use super::archive::MAX_LAYERS;
use super::layer::Problem;
use super::stream;

/// Most descriptors followed.
const MAX_DESCRIPTORS: usize = 1_000;
/// Deepest nesting of indexes.
const MAX_DEPTH: usize = 4;

/// Where documents come from.
pub(super) trait Documents {
    /// The bytes of a document, by path in the archive.
    fn document(&self, path: &str) -> Option<Rc<[u8]>>;
    /// Whether there is anything at a path, be it no document.
    fn is_there(&self, path: &str) -> bool;
}

/// One image of the archive.
#[derive(Debug, Default)]
pub(super) struct Candidate {
    pub digest: String,
    /// By which its configuration is called, without the algorithm.
    configured: String,
    pub references: Vec<String>,
    pub platform: String,
    pub config: Config,
    pub layers: Vec<LayerAt>,
    pub problems: Vec<Problem>,
}

/// Where a layer lies.
#[derive(Debug)]
pub(super) struct LayerAt {
    pub path: String,
    /// What its bytes must have.
    pub digest: Option<String>,
    pub media_type: String,
    /// It may be left out of archives, and fetched from elsewhere.
    pub foreign: bool,
}

/// The configuration of an image (OCI image specification 1.1, config.md), as far as it is used.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Config {
    os: String,
    architecture: String,
    variant: String,
    pub rootfs: RootFs,
    history: Option<Vec<History>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RootFs {
    pub diff_ids: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct History {
    created_by: String,
    empty_layer: bool,
}

impl Config {
    /// What made each layer.
    pub(super) fn created_by(&self) -> Vec<&str> {
        let history = self.history.as_deref().unwrap_or_default();
        history.iter().filter(|h| !h.empty_layer).map(|h| h.created_by.as_str()).collect()
    }
}

/// An index or a manifest.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Document {
    manifests: Option<Vec<Descriptor>>,
    config: Option<Descriptor>,
    layers: Option<Vec<Descriptor>>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Descriptor {
    media_type: String,
    digest: String,
    urls: Option<Vec<String>>,
    annotations: Option<BTreeMap<String, String>>,
    platform: Option<Platform>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
struct Platform {
    os: String,
    architecture: String,
    variant: String,
}

/// One image in `manifest.json` of `docker save`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Saved {
    config: String,
    repo_tags: Option<Vec<String>>,
    layers: Vec<String>,
}

/// All images that the documents describe and whose manifest is there, and what could not be read of
/// the documents above them. `None` when there is no such document at all.
pub(super) fn candidates(documents: &dyn Documents) -> Option<(Vec<Candidate>, Vec<Problem>)> {
    let mut problems = Vec::new();
    let saved = documents.document("manifest.json").and_then(|b| parse::<Vec<Saved>>(&b));
    let index = documents.document("index.json").and_then(|bytes| parse::<Document>(&bytes));
    let index = index.and_then(|document| document.manifests);
    if index.is_none() && saved.is_none() {
        return None;
    }
    // It may name other images than the one that can be read.
    for (path, is_read) in [("manifest.json", saved.is_some()), ("index.json", index.is_some())] {
        if !is_read && documents.is_there(path) {
            problems.push((path.into(), "names no images that can be read".into()));
        }
    }
    let mut found = index.map(|top| indexed(documents, top, &mut problems)).unwrap_or_default();
    let saved = saved.unwrap_or_default();
    if found.is_empty() {
        found = saved.iter().map(|saved| of_saved(documents, saved)).collect();
    } else {
        // Both documents describe the same images; the names may be in either.
        for saved in &saved {
            let config = saved.config.rsplit_once('/').map_or(saved.config.as_str(), |(_, n)| n);
            let names = saved.repo_tags.iter().flatten().cloned();
            match found.iter_mut().find(|c| c.configured == config) {
                Some(candidate) => names.for_each(|name| add(&mut candidate.references, name)),
                // Which of the two is taken when it is loaded depends on the version of Docker.
                None => {
                    let what =
                        format!("names an image that «index.json» does not: {config}; not read");
                    problems.push(("manifest.json".into(), what));
                }
            }
        }
    }
    Some((found, problems))
}

fn indexed(
    documents: &dyn Documents,
    top: Vec<Descriptor>,
    problems: &mut Vec<Problem>,
) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut open: VecDeque<(Descriptor, usize, Vec<String>)> =
        top.into_iter().map(|d| (d, 0, Vec::new())).collect();
    let mut left = MAX_DESCRIPTORS;
    while let Some((descriptor, depth, above)) = open.pop_front() {
        if left == 0 {
            let what =
                format!("more than {MAX_DESCRIPTORS} descriptors; the rest was not followed");
            problems.push(("index.json".into(), what));
            break;
        }
        left -= 1;
        if descriptor.is_attestation() {
            continue;
        }
        let mut references = above;
        descriptor.names().for_each(|name| add(&mut references, name));
        if let Some(candidate) = found.iter_mut().find(|c| c.digest == descriptor.digest) {
            references.into_iter().for_each(|name| add(&mut candidate.references, name));
            continue;
        }
        if !seen.insert(descriptor.digest.clone()) {
            continue;
        }
        // `docker save` of one platform keeps the index of all: what is not there is no candidate.
        let Some((bytes, wrong)) = blob(documents, &descriptor.digest) else {
            if blob_path(&descriptor.digest).is_some_and(|path| documents.is_there(&path)) {
                problems.push((descriptor.digest, "is too large for a manifest; not read".into()));
            }
            continue;
        };
        let Some(document) = parse::<Document>(&bytes) else {
            problems.push((descriptor.digest, "is no manifest or index that can be read".into()));
            continue;
        };
        if let Some(list) = document.manifests {
            problems.extend(wrong);
            if depth < MAX_DEPTH {
                open.extend(list.into_iter().map(|d| (d, depth + 1, references.clone())));
            } else {
                let what = format!("indexes nested more than {MAX_DEPTH} deep; not followed");
                problems.push((descriptor.digest, what));
            }
        } else if let (Some(config), Some(layers)) = (document.config, document.layers) {
            let candidate = of_manifest(documents, &descriptor, &config, &layers);
            found.extend(candidate.map(|mut candidate| {
                candidate.references = references;
                candidate.problems.extend(wrong);
                candidate
            }));
        }
    }
    found
}

/// The image of a manifest; `None` when it holds something else (a chart, a signature, a bill).
fn of_manifest(
    documents: &dyn Documents,
    descriptor: &Descriptor,
    config: &Descriptor,
    layers: &[Descriptor],
) -> Option<Candidate> {
    let image = ["image.config", "container.image"];
    if !config.media_type.is_empty() && !image.iter().any(|t| config.media_type.contains(t)) {
        return None;
    }
    let configured = config.digest.rsplit(':').next().unwrap_or_default().to_owned();
    let digest = descriptor.digest.clone();
    let mut candidate = Candidate { digest, configured, ..Candidate::default() };
    match blob(documents, &config.digest) {
        None => candidate.problem(&config.digest, "the configuration is not in the archive"),
        Some((bytes, wrong)) => {
            candidate.problems.extend(wrong);
            candidate.configure(&config.digest, &bytes);
        }
    }
    if candidate.platform.is_empty() {
        let stated = descriptor.platform.clone().unwrap_or_default();
        candidate.platform = platform(&stated.os, &stated.architecture, &stated.variant);
    }
    let place = |layer: &Descriptor| LayerAt {
        path: blob_path(&layer.digest).unwrap_or_default(),
        digest: Some(layer.digest.clone()),
        media_type: layer.media_type.clone(),
        foreign: layer.is_foreign(),
    };
    candidate.layers = layers.iter().take(MAX_LAYERS).map(place).collect();
    if layers.len() > MAX_LAYERS {
        candidate.problem("", &format!("more than {MAX_LAYERS} layers; the rest was not read"));
    }
    Some(candidate)
}

fn of_saved(documents: &dyn Documents, saved: &Saved) -> Candidate {
    let references = saved.repo_tags.clone().unwrap_or_default();
    let mut candidate = Candidate { references, ..Candidate::default() };
    match documents.document(&saved.config) {
        None => candidate.problem(&saved.config, "the configuration is not in the archive"),
        Some(bytes) => {
            candidate.digest = stream::digest(&bytes);
            let stated = saved.config.rsplit(['/', ':']).next().unwrap_or_default();
            let stated = stated.strip_suffix(".json").unwrap_or(stated);
            if is_sha256(stated) && !candidate.digest.ends_with(stated) {
                candidate
                    .problem(&saved.config, "its content does not have the digest of its name");
            }
            candidate.configure(&saved.config, &bytes);
        }
    }
    let place = |path: &String| LayerAt {
        path: path.clone(),
        digest: path.strip_prefix("blobs/sha256/").map(|hex| format!("sha256:{hex}")),
        media_type: String::new(),
        foreign: false,
    };
    candidate.layers = saved.layers.iter().take(MAX_LAYERS).map(place).collect();
    if saved.layers.len() > MAX_LAYERS {
        candidate.problem("", &format!("more than {MAX_LAYERS} layers; the rest was not read"));
    }
    candidate
}

impl Candidate {
    fn configure(&mut self, path: &str, bytes: &[u8]) {
        match parse::<Config>(bytes) {
            Some(config) => {
                self.platform = platform(&config.os, &config.architecture, &config.variant);
                self.config = config;
            }
            None => self.problem(path, "the configuration cannot be read"),
        }
    }

    fn problem(&mut self, path: &str, what: &str) {
        self.problems.push((path.to_owned(), what.to_owned()));
    }
}

impl Descriptor {
    /// Of BuildKit: what an image was made of and how, stored beside it as if it were a platform.
    fn is_attestation(&self) -> bool {
        let kind = |a: &BTreeMap<String, String>| a.contains_key("vnd.docker.reference.type");
        self.annotations.as_ref().is_some_and(kind)
            || self
                .platform
                .as_ref()
                .is_some_and(|p| p.os == "unknown" && p.architecture == "unknown")
    }

    fn is_foreign(&self) -> bool {
        ["foreign", "nondistributable"].iter().any(|word| self.media_type.contains(word))
            || self.urls.as_ref().is_some_and(|urls| !urls.is_empty())
    }

    fn names(&self) -> impl Iterator<Item = String> + '_ {
        const KEYS: [&str; 2] = ["io.containerd.image.name", "org.opencontainers.image.ref.name"];
        let all = self.annotations.as_ref();
        KEYS.iter().filter_map(move |key| all?.get(*key)).take(1).cloned()
    }
}

fn add(list: &mut Vec<String>, name: String) {
    if !list.contains(&name) && list.len() < MAX_DESCRIPTORS {
        list.push(name);
    }
}

/// The document of a digest, and the problem when its bytes do not have it.
fn blob(documents: &dyn Documents, digest: &str) -> Option<(Rc<[u8]>, Option<Problem>)> {
    let bytes = documents.document(&blob_path(digest)?)?;
    let real = stream::digest(&bytes);
    let wrong = (real != digest).then(|| (digest.to_owned(), mismatch(digest, &real)));
    Some((bytes, wrong))
}

/// What is said where bytes do not have the digest by which they are called.
pub(super) fn mismatch(stated: &str, real: &str) -> String {
    match stated.starts_with("sha256:") {
        true => format!("its content has another digest: {real}"),
        false => "its digest is none of SHA-256, and was not checked".into(),
    }
}

/// Where a blob lies in an OCI layout; `None` for what is no digest.
fn blob_path(digest: &str) -> Option<String> {
    let (algorithm, hex) = digest.split_once(':')?;
    let word = |text: &str| {
        !text.is_empty() && text.len() <= 256 && text.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    (word(algorithm) && word(hex)).then(|| format!("blobs/{algorithm}/{hex}"))
}

fn is_sha256(hex: &str) -> bool {
    hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_hexdigit())
}

fn platform(os: &str, architecture: &str, variant: &str) -> String {
    let stated: Vec<&str> =
        [os, architecture, variant].into_iter().filter(|part| !part.is_empty()).collect();
    stated.join("/")
}

fn parse<T: for<'de> Deserialize<'de>>(bytes: &[u8]) -> Option<T> {
    serde_json::from_slice(bytes).ok()
}
