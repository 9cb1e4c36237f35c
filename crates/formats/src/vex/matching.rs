//! Does a statement speak of this component on this asset?
//!
//! In: a [`Statement`](super::Statement) and a [`Subject`]. Out: yes or no. Anything that is not plainly
//! the same is «no»: a statement about another product or version changes nothing.

use super::{Product, Purl, Statement};

/// A component on an asset, by every name that is known of it.
#[derive(Debug, Clone, Default)]
pub struct Subject {
    /// The component with its version; several spellings of the same.
    pub purls: Vec<Purl>,
    /// Qualifiers known of the component that its purls may lack, each in every spelling known
    /// (`distro` as `debian-12` and as `debian-bookworm`).
    pub qualifiers: Vec<(String, String)>,
    /// The installed packages, where the component is the source package that advisories name. A
    /// statement speaks of the component when it speaks of it, or of every one of these.
    pub installed: Vec<Purl>,
    /// CPE names of it.
    pub cpes: Vec<String>,
    /// Digests of it, as in [`Product::hashes`].
    pub hashes: Vec<(String, String)>,
}

/// An asset by every name that is known of it.
#[derive(Debug, Clone, Default)]
pub struct Asset {
    /// Package URLs of it: of what the project itself is, of the image, of the bill's subject.
    pub purls: Vec<Purl>,
    /// CPE names: of the distribution, of the bill's subject.
    pub cpes: Vec<String>,
    /// Of an image: manifest and index digests; of a bill or file: its digest (`sha256`, digits).
    pub hashes: Vec<(String, String)>,
    /// Of an image: what it is called in registries.
    pub images: Vec<Image>,
    /// What people call it; a serial number (`urn:uuid:…`).
    pub names: Vec<String>,
}

/// A reference to an image.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Image {
    /// With the registry (`docker.io/library/debian`), in small letters.
    pub repository: String,
    /// The tag, if there is one.
    pub tag: Option<String>,
}

impl Statement {
    /// Whether the statement speaks of this component on this asset.
    pub fn speaks_of(&self, subject: &Subject, asset: &Asset) -> bool {
        self.products.iter().any(|product| product.speaks_of(subject, asset))
    }
}

impl Product {
    /// Whether the product, or the part of it that is meant, is this component on this asset.
    pub fn speaks_of(&self, subject: &Subject, asset: &Asset) -> bool {
        let _ = (subject, asset);
        false
    }
}
