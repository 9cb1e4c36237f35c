//! How is an image made of the files that this machine has?
//!
//! In: a folder, and how many bytes of files the image is to have. Out: an OCI layout of gzip layers, and
//! from it an archive as `docker save` writes it. The order of files is theirs by path, their times and
//! owners are left out, so that one machine makes the same image again.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tar::{Builder, EntryType, Header};

use crate::files;

/// Where the files come from: what a system is known by first, then as much of the rest as is wanted.
const SOURCES: &[&str] = &["etc/os-release", "usr/lib/os-release", "var/lib/dpkg", "opt", "usr"];
const LAYERS: u64 = 5;

/// What was made.
pub struct Made {
    pub files: usize,
    /// Of the files, unpacked.
    pub bytes: u64,
    pub layers: Vec<Layer>,
    /// Digest of the configuration.
    config: String,
}

/// A layer by the digests of its bytes: packed and not.
pub struct Layer {
    digest: String,
    content: String,
    size: u64,
}

/// Writes an OCI layout with so many bytes of files, fewer when the machine has not that many.
pub fn layout(folder: &Path, limit: u64) -> Result<Made> {
    let blobs = folder.join("blobs/sha256");
    fs::create_dir_all(&blobs)?;
    let (mut found, mut bytes) = (Vec::new(), 0);
    for source in SOURCES {
        collect(&Path::new("/").join(source), limit, &mut found, &mut bytes)?;
    }
    let mut layers = Vec::new();
    let mut rest = found.as_slice();
    while !rest.is_empty() {
        let mut size = 0;
        let count = rest.iter().take_while(|(_, bytes)| {
            let room = size < limit / LAYERS;
            size += bytes;
            room
        });
        let (these, others) = rest.split_at(count.count().max(1));
        layers.push(layer(&blobs, these)?);
        rest = others;
    }
    let contents: Vec<&str> = layers.iter().map(|l| l.content.as_str()).collect();
    let config = document(
        &blobs,
        &json!({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": contents}}),
    )?;
    const OCI: &str = "application/vnd.oci.image";
    let rows = layers.iter().map(|l| {
        json!({"mediaType": format!("{OCI}.layer.v1.tar+gzip"), "digest": l.digest, "size": l.size})
    });
    let manifest = document(
        &blobs,
        &json!({
            "schemaVersion": 2,
            "mediaType": format!("{OCI}.manifest.v1+json"),
            "config": {"mediaType": format!("{OCI}.config.v1+json"), "digest": config.0, "size": config.1},
            "layers": rows.collect::<Vec<Value>>(),
        }),
    )?;
    let index = json!({"schemaVersion": 2, "manifests": [
        {"mediaType": format!("{OCI}.manifest.v1+json"), "digest": manifest.0, "size": manifest.1}
    ]});
    fs::write(folder.join("index.json"), index.to_string())?;
    fs::write(folder.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#)?;
    Ok(Made { files: found.len(), bytes, layers, config: config.0 })
}

/// Writes what `docker save` would of the same image, and says how many bytes it has.
pub fn archive(layout: &Path, to: &Path, made: &Made) -> Result<u64> {
    let mut out = Builder::new(BufWriter::new(File::create(to)?));
    let path = |digest: &str| format!("blobs/{}", digest.replace(':', "/"));
    let digests: Vec<&str> =
        made.layers.iter().map(|l| l.digest.as_str()).chain([made.config.as_str()]).collect();
    for digest in &digests {
        let file = layout.join(path(digest));
        let mut header = header(EntryType::Regular, file.metadata()?.len());
        out.append_data(&mut header, path(digest), File::open(&file)?)?;
    }
    let layers: Vec<String> = made.layers.iter().map(|l| path(&l.digest)).collect();
    let manifest = json!([
        {"Config": path(&made.config), "RepoTags": ["bench:latest"], "Layers": layers}
    ])
    .to_string();
    let mut header = header(EntryType::Regular, manifest.len() as u64);
    out.append_data(&mut header, "manifest.json", manifest.as_bytes())?;
    out.into_inner()?.flush()?;
    Ok(to.metadata()?.len())
}

/// Files and links below a path, in order, until there are enough bytes.
fn collect(
    path: &Path,
    limit: u64,
    found: &mut Vec<(PathBuf, u64)>,
    bytes: &mut u64,
) -> Result<()> {
    let mut open = vec![path.to_path_buf()];
    while let Some(next) = open.pop() {
        // What goes away meanwhile is no part of the image.
        let Ok(metadata) = next.symlink_metadata() else { continue };
        if metadata.is_dir() {
            let entries = fs::read_dir(&next).with_context(|| next.display().to_string())?;
            let mut below: Vec<PathBuf> =
                entries.filter_map(|entry| entry.ok().map(|e| e.path())).collect();
            below.sort();
            open.extend(below.into_iter().rev());
        } else if metadata.is_symlink() {
            found.push((next, 0));
        } else if metadata.is_file() && *bytes + metadata.len() <= limit {
            *bytes += metadata.len();
            found.push((next, metadata.len()));
        }
    }
    Ok(())
}

fn header(kind: EntryType, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(0o755);
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    header.set_size(size);
    header
}

fn layer(blobs: &Path, found: &[(PathBuf, u64)]) -> Result<Layer> {
    let unnamed = blobs.join("unnamed");
    let file = Digested::new(BufWriter::new(File::create(&unnamed)?));
    let packed = GzEncoder::new(file, Compression::fast());
    let mut tar = Builder::new(Digested::new(packed));
    for (path, _) in found {
        let inside = path.strip_prefix("/").unwrap_or(path);
        if path.is_symlink() {
            let to = fs::read_link(path)?;
            tar.append_link(&mut header(EntryType::Symlink, 0), inside, to)?;
        } else {
            let content = files::bytes(path)?;
            let mut header = header(EntryType::Regular, content.len() as u64);
            tar.append_data(&mut header, inside, content.as_slice())?;
        }
    }
    let (packed, content, _) = tar.into_inner()?.finish();
    let (file, digest, size) = packed.finish()?.finish();
    file.into_inner().map_err(io::IntoInnerError::into_error)?;
    fs::rename(&unnamed, blobs.join(digest.trim_start_matches("sha256:")))?;
    Ok(Layer { digest, content, size })
}

/// Writes a document under its digest; gives the digest and the size.
fn document(blobs: &Path, value: &Value) -> Result<(String, usize)> {
    let text = value.to_string();
    let mut out = Digested::new(Vec::new());
    out.write_all(text.as_bytes())?;
    let (bytes, digest, _) = out.finish();
    fs::write(blobs.join(digest.trim_start_matches("sha256:")), &bytes)?;
    Ok((digest, bytes.len()))
}

/// Digests and counts what goes through.
struct Digested<W> {
    inner: W,
    sum: Sha256,
    bytes: u64,
}

impl<W: Write> Digested<W> {
    fn new(inner: W) -> Self {
        Self { inner, sum: Sha256::new(), bytes: 0 }
    }

    fn finish(self) -> (W, String, u64) {
        let hex: String = self.sum.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        (self.inner, format!("sha256:{hex}"), self.bytes)
    }
}

impl<W: Write> Write for Digested<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.sum.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
