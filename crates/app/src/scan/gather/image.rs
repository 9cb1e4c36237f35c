//! What is installed in an image: an archive read as a stream, or a layout in a folder?

use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use inventory::image::{self, Blobs, Image, ImageError};
use inventory::system::{Fact, System};

use super::kind::Bytes;
use super::{Gathered, Kind, Root, Told, system};

/// Reads an archive, front to back.
pub(super) fn archive(
    root: &Root<'_>,
    mut bytes: Bytes,
    gathered: &mut Gathered,
    told: &mut Vec<Told>,
) {
    let read = image::read(&mut bytes, root.platform, key());
    add(root, read, gathered, told);
}

/// Reads an OCI layout.
pub(super) fn layout(root: &Root<'_>, gathered: &mut Gathered, told: &mut Vec<Told>) {
    let read = image::read_layout(&Layout(root.path.to_path_buf()), root.platform, key());
    add(root, read, gathered, told);
}

/// What nobody who made an image can know.
fn key() -> u64 {
    RandomState::new().hash_one(0)
}

fn add(
    root: &Root<'_>,
    read: Result<Image, ImageError>,
    gathered: &mut Gathered,
    told: &mut Vec<Told>,
) {
    let asset = gathered.add(root, Kind::Image);
    let image = match read {
        Ok(image) => image,
        Err(error) => {
            return gathered.unread(root.display.into(), 0, crate::sync::chain(&error));
        }
    };
    for (place, problem) in image.problems {
        let path = if place.is_empty() {
            root.display.to_owned()
        } else {
            format!("{}!/{place}", root.display)
        };
        gathered.unread(path, 0, problem);
    }
    if let Some(asset) = gathered.asset(asset) {
        asset.name = match image.references.first() {
            Some(reference) => reference.clone(),
            None => image.digest.clone(),
        };
        asset.digest = Some(image.digest);
        asset.references = image.references;
        asset.itself = image.platform;
    }
    let mut system = System::default();
    let mut files = 0;
    for placed in image.placed {
        files += u64::from(!matches!(placed.fact, Fact::Owned(_)));
        system.add(&placed.path, Some(placed.layer), placed.fact);
    }
    let layers: Vec<String> = image.layers.into_iter().map(|layer| layer.digest).collect();
    let prefix = format!("{}!", root.display);
    system::add(asset, files, system.finish(), &prefix, &layers, gathered, told);
}

/// A folder with an OCI layout; nothing outside it is opened.
struct Layout(PathBuf);

impl Blobs for Layout {
    fn open(&self, path: &str) -> Option<Box<dyn Read + '_>> {
        let relative = Path::new(path);
        if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
            return None;
        }
        let root = self.0.canonicalize().ok()?;
        let real = root.join(relative).canonicalize().ok()?;
        let inside = real.starts_with(&root) && real.is_file();
        Some(Box::new(File::open(real).ok().filter(|_| inside)?))
    }
}
