//! What is in an image archive, layer by layer, without unpacking it?

use std::io::Read;

use crate::system::Fact;

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

/// Whether these first 512 bytes may begin an image archive (tar, also in gzip or zstd).
pub fn recognise(_head: &[u8]) -> bool {
    false
}

/// Reads an archive as a stream, front to back, once.
///
/// # Errors
/// It is no image, not for that platform, or the stream ends early.
pub fn read(_source: &mut dyn Read, _platform: Option<&str>) -> Result<Image, ImageError> {
    Err(ImageError::Shape("not read yet".into()))
}

/// Reads an OCI layout that lies in a folder.
///
/// # Errors
/// As [`read`].
pub fn read_layout(_blobs: &dyn Blobs, _platform: Option<&str>) -> Result<Image, ImageError> {
    Err(ImageError::Shape("not read yet".into()))
}
