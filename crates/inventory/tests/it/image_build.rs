//! How do tests make images? Layers and archives of both layouts, and a reader of made-up files.

use std::collections::BTreeMap;
use std::io::{Read, Write};

use inventory::image::{Blobs, Image, ImageError, Look, read_with};
use inventory::system::{DistributionPackage, Fact, OsRelease, Owned, Packages, Want};
use sha2::{Digest, Sha256};

/// Looks into `*.fact`, programs and a few databases; what it finds is the file's own content.
pub struct Facts;

impl Look for Facts {
    fn wants(&self, path: &str, _: u64, executable: bool) -> Option<Want> {
        let database = ["etc/os-release", "usr/lib/os-release", "var/lib/dpkg/status"];
        let rpm = ["var/lib/rpm/rpmdb.sqlite", "usr/lib/sysimage/rpm/rpmdb.sqlite"];
        if path.ends_with(".fact") || database.contains(&path) || rpm.contains(&path) {
            return Some(Want::Whole(1000));
        }
        executable.then_some(Want::Program(10_000))
    }

    fn is_program(&self, head: &[u8]) -> bool {
        head.starts_with(b"\x7fELF")
    }

    fn read(&self, path: &str, bytes: &[u8]) -> Option<Fact> {
        let text = String::from_utf8_lossy(bytes).into_owned();
        if path.ends_with("os-release") {
            return Some(Fact::Release(OsRelease { id: text, ..OsRelease::default() }));
        }
        if path.contains("rpmdb") || path.ends_with("status") {
            let package = DistributionPackage { name: text, ..DistributionPackage::default() };
            return Some(Fact::Packages(Packages { packages: vec![package], problems: vec![] }));
        }
        (!text.is_empty()).then(|| Fact::Owned(Owned { package: text, files: vec![] }))
    }

    fn key(&self) -> u64 {
        7
    }
}

/// A member of a tar: path, and what it is.
pub enum Is<'a> {
    File(&'a str),
    Program(&'a str),
    Folder,
    Symlink(&'a str),
    Hard(&'a str),
    Device,
}

/// A tar of these members, in this order. Paths are written as they are, `..` and `/` too.
pub fn tar(members: &[(&str, Is<'_>)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, is) in members {
        let (kind, mode, content, link) = match is {
            Is::File(content) => (tar::EntryType::Regular, 0o644, *content, ""),
            Is::Program(content) => (tar::EntryType::Regular, 0o755, *content, ""),
            Is::Folder => (tar::EntryType::Directory, 0o755, "", ""),
            Is::Symlink(to) => (tar::EntryType::Symlink, 0o777, "", *to),
            Is::Hard(to) => (tar::EntryType::Link, 0o644, "", *to),
            Is::Device => (tar::EntryType::Char, 0o644, "", ""),
        };
        append(&mut builder, path, kind, mode, content.as_bytes(), link);
    }
    builder.into_inner().unwrap()
}

fn append(
    builder: &mut tar::Builder<Vec<u8>>,
    path: &str,
    kind: tar::EntryType,
    mode: u32,
    content: &[u8],
    link: &str,
) {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(content.len() as u64);
    if path.len() > 100 {
        long(builder, tar::EntryType::GNULongName, path);
    } else {
        header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
    }
    if link.len() > 100 {
        long(builder, tar::EntryType::GNULongLink, link);
    } else {
        header.as_old_mut().linkname[..link.len()].copy_from_slice(link.as_bytes());
    }
    header.set_cksum();
    builder.append(&header, content).unwrap();
}

fn long(builder: &mut tar::Builder<Vec<u8>>, kind: tar::EntryType, name: &str) {
    let content = format!("{name}\0");
    let mut header = tar::Header::new_gnu();
    header.as_old_mut().name[..13].copy_from_slice(b"././@LongLink");
    header.set_entry_type(kind);
    header.set_size(content.len() as u64);
    header.set_cksum();
    builder.append(&header, content.as_bytes()).unwrap();
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

pub fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// Members of an archive: path, content.
pub type Parts = Vec<(String, Vec<u8>)>;

/// The archive of these parts; a content that begins with `->` is a symbolic link.
pub fn archive(parts: &Parts) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, content) in parts {
        match content.strip_prefix(b"->") {
            Some(to) => {
                let to = std::str::from_utf8(to).unwrap();
                append(&mut builder, path, tar::EntryType::Symlink, 0o777, b"", to);
            }
            None => append(&mut builder, path, tar::EntryType::Regular, 0o644, content, ""),
        }
    }
    builder.into_inner().unwrap()
}

pub fn config(platform: &str, layers: &[Vec<u8>]) -> Vec<u8> {
    let mut parts = platform.split('/');
    let ids: Vec<String> = layers.iter().map(|tar| format!("sha256:{}", hex(tar))).collect();
    let mut history: Vec<_> =
        (0..layers.len()).map(|n| serde_json::json!({"created_by": format!("RUN {n}")})).collect();
    history.insert(0, serde_json::json!({"created_by": "ENV a=b", "empty_layer": true}));
    let document = serde_json::json!({
        "os": parts.next(), "architecture": parts.next(), "variant": parts.next().unwrap_or(""),
        "rootfs": {"type": "layers", "diff_ids": ids}, "history": history,
    });
    document.to_string().into_bytes()
}

/// Adds a blob and gives its descriptor.
pub fn blob(parts: &mut Parts, media_type: &str, bytes: Vec<u8>) -> serde_json::Value {
    let digest = hex(&bytes);
    let size = bytes.len();
    let path = format!("blobs/sha256/{digest}");
    if !parts.iter().any(|(there, _)| *there == path) {
        parts.push((path, bytes));
    }
    serde_json::json!({"mediaType": media_type, "digest": format!("sha256:{digest}"), "size": size})
}

/// Adds an image's manifest, configuration and layers, and gives the manifest's descriptor.
pub fn manifest(
    parts: &mut Parts,
    platform: &str,
    layers: &[Vec<u8>],
    pack: fn(&[u8]) -> Vec<u8>,
) -> serde_json::Value {
    const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
    const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
    let config = blob(parts, CONFIG, config(platform, layers));
    let layers: Vec<_> = layers.iter().map(|layer| blob(parts, LAYER, pack(layer))).collect();
    let manifest = serde_json::json!({"schemaVersion": 2, "config": config, "layers": layers});
    let bytes = manifest.to_string().into_bytes();
    blob(parts, "application/vnd.oci.image.manifest.v1+json", bytes)
}

/// An OCI layout with these manifests in its index.
pub fn layout(mut parts: Parts, manifests: &[serde_json::Value]) -> Parts {
    let index = serde_json::json!({"schemaVersion": 2, "manifests": manifests}).to_string();
    parts.push(("oci-layout".into(), br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec()));
    parts.push(("index.json".into(), index.into_bytes()));
    parts
}

/// An OCI layout of one image for linux/amd64.
pub fn oci(layers: &[Vec<u8>], pack: fn(&[u8]) -> Vec<u8>) -> Parts {
    let mut parts = Parts::new();
    let manifest = manifest(&mut parts, "linux/amd64", layers, pack);
    layout(parts, &[manifest])
}

/// What `docker save` wrote before version 25: a layer that is there already is a link.
pub fn docker(layers: &[Vec<u8>]) -> Parts {
    let mut parts = Parts::new();
    let mut names: Vec<String> = Vec::new();
    for (at, layer) in layers.iter().enumerate() {
        let name = format!("{}/layer.tar", hex(format!("{at}{}", hex(layer)).as_bytes()));
        let same = layers[..at].iter().position(|other| other == layer);
        let content = match same {
            Some(other) => format!("->../{}", names[other]).into_bytes(),
            None => layer.clone(),
        };
        parts.push((name.clone(), content));
        names.push(name);
    }
    let config = config("linux/amd64", layers);
    let name = format!("{}.json", hex(&config));
    let tags = ["demo:1", "demo:latest"];
    let saved = serde_json::json!([{"Config": name, "RepoTags": tags, "Layers": names}]);
    parts.push((name, config));
    parts.push(("manifest.json".into(), saved.to_string().into_bytes()));
    parts
}

pub fn read(bytes: &[u8], platform: Option<&str>) -> Result<Image, ImageError> {
    read_with(&mut &*bytes, platform, &Facts)
}

/// `path layer content` of all that is visible.
pub fn shown(image: &Image) -> Vec<String> {
    let content = |fact: &Fact| match fact {
        Fact::Owned(owned) => owned.package.clone(),
        Fact::Release(release) => release.id.clone(),
        Fact::Packages(list) => list.packages[0].name.clone(),
        Fact::Software(_) => "software".into(),
    };
    image.placed.iter().map(|p| format!("{} {} {}", p.path, p.layer, content(&p.fact))).collect()
}

pub fn problems(image: &Image) -> Vec<String> {
    image.problems.iter().map(|(path, what)| format!("{path}: {what}")).collect()
}

/// A folder with these files.
pub struct LayoutFolder(pub BTreeMap<String, Vec<u8>>);

impl Blobs for LayoutFolder {
    fn open(&self, path: &str) -> Option<Box<dyn Read + '_>> {
        self.0.get(path).map(|bytes| Box::new(bytes.as_slice()) as Box<dyn Read>)
    }
}
