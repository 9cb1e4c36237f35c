//! What is in an image archive, layer by layer, without unpacking it?
//!
//! In: an archive of `docker save` or of an OCI layout, as a stream that is read once from front to back,
//! or the folder of an OCI layout. Out: one [`Image`]: what its visible files tell, each with its layer.
//! Never: a file written, a link followed out of the image, more than some hundred MiB held, a mismatch
//! of digests or a missing layer passed in silence. Start reading at [`read`]: `archive` takes the stream
//! in (`stream` unpacks, `member` reads tar, `layer` keeps what matters), `manifest` and `assemble` choose
//! the image, `merge` puts its layers on each other. A tar of a root file system (`docker export`,
//! debootstrap) is read as an image of one layer.

mod archive;
mod assemble;
mod layer;
mod manifest;
mod member;
mod merge;
mod stream;

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read};
use std::rc::Rc;

use crate::system::Fact;

pub use layer::{Look, Software};

use archive::{Archive, Item, Limits, MAX_DOCUMENT};
use assemble::Store;
use manifest::Documents;

/// One image, layers put on each other.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Image {
    /// The digest that is its identity: of the manifest in an OCI layout, else of the configuration.
    pub digest: String,
    /// Names and tags, as the archive has them.
    pub references: Vec<String>,
    /// `os/architecture[/variant]`.
    pub platform: String,
    /// From the lowest.
    pub layers: Vec<Layer>,
    /// What the files that are visible in the end tell.
    pub placed: Vec<Placed>,
    /// What could not be read: path inside the image or archive, and why.
    pub problems: Vec<(String, String)>,
}

/// One layer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layer {
    /// `sha256:…` of the layer as it lies in the archive.
    pub digest: String,
    /// What made it, from the configuration's history.
    pub created_by: String,
}

/// What a file of an image tells.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// Relative to the root.
    pub path: String,
    /// Index into [`Image::layers`].
    pub layer: u32,
    /// What it tells.
    pub fact: Fact,
}

/// Why an archive is no image that can be read.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// Neither a docker archive nor an OCI layout, or cut.
    #[error("no image archive: {0}")]
    Shape(String),
    /// There is no image for the platform that was asked for, or several and none was chosen.
    #[error("{wanted}; the archive has {}", there.join(", "))]
    Platform {
        /// What was asked.
        wanted: String,
        /// What there is.
        there: Vec<String>,
    },
    /// The bytes could not be had.
    #[error("the archive could not be read")]
    Read(#[from] std::io::Error),
}

/// Files of an OCI layout folder, by path relative to it.
pub trait Blobs {
    /// The bytes of a file; `None` when there is none.
    fn open(&self, path: &str) -> Option<Box<dyn Read + '_>>;
}

/// Bounds on what is read, for the tests at them.
pub mod bounds {
    pub use super::archive::{MAX_DOCUMENT, MAX_DOCUMENTS, MAX_LAYERS, MAX_TOTAL};
    pub use super::layer::{MAX_FILE, MAX_MEMBERS, MAX_NAMES, MAX_PROBLEMS};
    pub use super::member::{MAX_PATH, MAX_PAX};
    pub use super::stream::{FREE, MAX_RATIO, MAX_UNPACKED, MAX_WINDOW_LOG};
}

/// Whether these first 512 bytes may begin an image archive (tar, also in gzip or zstd).
pub fn recognise(head: &[u8]) -> bool {
    // A page of zeros could be the beginning of anything.
    head.iter().any(|byte| *byte != 0) && stream::packing(head).is_ok()
}

/// Reads an archive as a stream, front to back, once. The key is [`Look::key`]: another for each run.
///
/// # Errors
/// It is no image, not for that platform, or the stream ends early.
pub fn read(source: &mut dyn Read, platform: Option<&str>, key: u64) -> Result<Image, ImageError> {
    read_with(source, platform, &Software { key })
}

/// The same, with another reader of the files in it.
///
/// # Errors
/// As [`read`].
pub fn read_with(
    source: &mut dyn Read,
    platform: Option<&str>,
    look: &dyn Look,
) -> Result<Image, ImageError> {
    let mut watched = Watched { source, failed: None };
    let mut archive = archive::read(&mut watched, look);
    if let Some(error) = watched.failed {
        return Err(ImageError::Read(error));
    }
    let cut = archive.cut.take();
    let mut image = match assemble::image(&mut archive, platform, look) {
        Ok(Some(image)) => image,
        // What is missing may be behind the cut: that is the reason to give.
        Ok(None) | Err(ImageError::Shape(_)) if cut.is_some() => {
            return Err(ImageError::Shape(cut.unwrap_or_default()));
        }
        Ok(None) => root_file_system(&mut archive, platform, look)?,
        Err(error) => return Err(error),
    };
    archive.problems.sort_unstable();
    image.problems.append(&mut archive.problems);
    if let Some(cut) = cut {
        image.problems.push((String::new(), format!("the archive was not read to its end: {cut}")));
    }
    Ok(image)
}

/// An archive without a manifest that has a distribution at its root.
fn root_file_system(
    archive: &mut Archive,
    platform: Option<&str>,
    look: &dyn Look,
) -> Result<Image, ImageError> {
    let root = Rc::new(std::mem::take(&mut archive.root));
    let system = |fact: &Rc<Fact>| matches!(**fact, Fact::Release(_) | Fact::Packages(_));
    if !root.facts.values().any(system) {
        let what = "neither «manifest.json» nor «index.json» of an image, and no root file system";
        return Err(ImageError::Shape(what.into()));
    }
    let mut problems = root.problems.clone();
    if let Some(platform) = platform {
        let what = "a root file system does not say its platform; it was taken to be this";
        problems.push((platform.to_owned(), what.into()));
    }
    let digest = std::mem::take(&mut archive.digest);
    let (placed, more) = merge::merge(std::slice::from_ref(&root), look);
    problems.extend(more);
    let layers = vec![Layer { digest: digest.clone(), created_by: String::new() }];
    Ok(Image { digest, layers, placed, problems, ..Image::default() })
}

/// Reads an OCI layout that lies in a folder. The key is [`Look::key`]: another for each run.
///
/// # Errors
/// As [`read`].
pub fn read_layout(
    blobs: &dyn Blobs,
    platform: Option<&str>,
    key: u64,
) -> Result<Image, ImageError> {
    read_layout_with(blobs, platform, &Software { key })
}

/// The same, with another reader of the files in it.
///
/// # Errors
/// As [`read`].
pub fn read_layout_with(
    blobs: &dyn Blobs,
    platform: Option<&str>,
    look: &dyn Look,
) -> Result<Image, ImageError> {
    let mut folder = Folder { blobs, look, limits: Limits::default(), read: BTreeMap::new() };
    let what = "neither «index.json» nor «manifest.json» of an image";
    assemble::image(&mut folder, platform, look)?.ok_or_else(|| ImageError::Shape(what.into()))
}

impl Documents for Archive {
    fn document(&self, path: &str) -> Option<Rc<[u8]>> {
        match self.find(path)? {
            Item::Document(bytes) => Some(bytes.clone()),
            _ => None,
        }
    }

    fn is_there(&self, path: &str) -> bool {
        self.find(path).is_some()
    }
}

impl Store for Archive {
    fn layer(&mut self, path: &str) -> Option<Item> {
        self.find(path).cloned()
    }
}

/// A layout in a folder: what is asked for is read, each layer once.
struct Folder<'a> {
    blobs: &'a dyn Blobs,
    look: &'a dyn Look,
    limits: Limits,
    read: BTreeMap<String, Item>,
}

impl Documents for Folder<'_> {
    fn document(&self, path: &str) -> Option<Rc<[u8]>> {
        let mut bytes = Vec::new();
        self.blobs.open(path)?.take(MAX_DOCUMENT + 1).read_to_end(&mut bytes).ok()?;
        (bytes.len() as u64 <= MAX_DOCUMENT).then(|| bytes.into())
    }

    fn is_there(&self, path: &str) -> bool {
        self.blobs.open(path).is_some()
    }
}

impl Store for Folder<'_> {
    fn layer(&mut self, path: &str) -> Option<Item> {
        if let Some(item) = self.read.get(path) {
            return Some(item.clone());
        }
        let mut source = BufReader::with_capacity(1 << 16, self.blobs.open(path)?);
        let item = match stream::head(&mut source) {
            Ok(head) => {
                let mut content = head.as_slice().chain(&mut source);
                archive::layer(&head, &mut content as &mut dyn BufRead, self.look, &mut self.limits)
            }
            Err(error) => Item::Unread(format!("cannot be read: {error}")),
        };
        self.read.insert(path.to_owned(), item.clone());
        Some(item)
    }
}

/// Remembers that the bytes themselves could not be had, whatever was made of it.
struct Watched<'a> {
    source: &'a mut dyn Read,
    failed: Option<io::Error>,
}

impl Read for Watched<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.source.read(into) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                let again = io::Error::new(error.kind(), error.to_string());
                self.failed.get_or_insert(error);
                Err(again)
            }
            other => other,
        }
    }
}
